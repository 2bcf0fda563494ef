//! Any bytes as a release archive: reading ends within its bounds, and names that lead outside have no parts.
#![no_main]

use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use pxectl_media::tarball::{Entry, Limits, TarError, each};

libfuzzer_sys::fuzz_target!(|archive: &[u8]| {
    let limits = Limits { bytes: 1 << 20, entries: 100 };
    let _ = each(Cursor::new(archive), limits, &mut |entry: &Entry, content: &mut dyn Read| {
        let mut all = Vec::new();
        content.read_to_end(&mut all)?;
        assert_eq!(all.len() as u64, entry.len);
        assert!(entry.parts().is_none_or(|parts| parts.iter().all(|part| !part.is_empty() && *part != "..")));
        Ok::<_, TarError>(ControlFlow::Continue(()))
    });
});
