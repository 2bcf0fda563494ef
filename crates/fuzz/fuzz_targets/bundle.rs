//! Any bytes as a bundle: nothing is whole that is not what the manifest promised, and no more is taken than came.
#![no_main]

use pxectl_store::bundle::{BundleError, Manifest, Member, Receiver, unpack};

#[derive(Default)]
struct Taker {
    left: Vec<Member>,
    now: Option<(Member, u64)>,
    taken: u64,
}

impl Receiver for Taker {
    fn manifest(&mut self, manifest: &Manifest, text: &[u8]) -> Result<(), BundleError> {
        let written = manifest.write().expect("what was read can be written");
        assert_eq!(Manifest::read(&written).ok().as_ref(), Some(manifest));
        self.taken = text.len() as u64;
        self.left = manifest.members.iter().rev().cloned().collect();
        Ok(())
    }

    fn begin(&mut self, member: &Member) -> Result<(), BundleError> {
        assert_eq!(self.left.pop().as_ref(), Some(member));
        self.now = Some((member.clone(), 0));
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        let (member, have) = self.now.as_mut().expect("it began");
        *have += bytes.len() as u64;
        self.taken += bytes.len() as u64;
        assert!(*have <= member.size);
        Ok(())
    }

    fn whole(&mut self) -> Result<(), BundleError> {
        let (member, have) = self.now.take().expect("it began");
        assert_eq!(have, member.size);
        Ok(())
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut taker = Taker::default();
    let done = unpack(bytes, &mut taker);
    assert!(taker.taken <= bytes.len() as u64);
    assert!(done.is_err() || (taker.left.is_empty() && taker.now.is_none()));
});
