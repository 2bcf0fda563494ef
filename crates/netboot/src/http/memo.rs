//! Scripts that were rendered before. A machine that asks again, or a rack that is switched on and asks several times, gets the
//! text that it had, with its new boot-id in it.
//!
//! That this is the text that would be rendered is not assumed but seen: the second script for the same question is rendered,
//! too, and compared. Where the two differ in more than the boot-id (a template that cuts it or tells the time), each is rendered.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use pxectl_model::boot::{Action, BootId, Recognised, Stage2, Standing};
use pxectl_model::mac::Mac;

use crate::table::Table;

/// Most questions that are remembered; one more, and all are forgotten.
const QUESTIONS: usize = 1024;
/// Largest script with its answer files that is, bytes. A stranger may ask under a known serial in many ways: with the number of
/// questions this bounds what that costs, to 32 MiB.
const SIZE: usize = 32 * 1024;
/// Longest query that is.
const QUERY: usize = 1024;
/// Characters of a boot-id.
const ID: usize = 32;

/// Bytes in which a boot-id stands at some places.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marked {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Marked {
    fn new(bytes: Vec<u8>, id: BootId) -> Self {
        let id = id.to_string();
        let mut places = Vec::new();
        let mut from = 0;
        while let Some(at) = bytes.get(from..).and_then(|rest| rest.windows(ID).position(|part| part == id.as_bytes())) {
            places.push(from + at);
            from += at + ID;
        }
        Self { bytes, places }
    }

    /// Whether it stands anywhere.
    pub(super) fn is_marked(&self) -> bool {
        !self.places.is_empty()
    }

    /// With this id at those places.
    pub(super) fn with(&self, id: BootId) -> Vec<u8> {
        let (mut bytes, id) = (self.bytes.clone(), id.to_string());
        self.places.iter().for_each(|at| bytes[*at..*at + ID].copy_from_slice(id.as_bytes()));
        bytes
    }
}

/// A script, ready for any boot-id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) standing: Standing,
    pub(super) text: Marked,
    pub(super) answers: Vec<(String, Marked)>,
    pub(super) action: Action,
    /// What each file is to the machine.
    pub(super) roles: Arc<HashMap<String, String>>,
    /// Bytes of these files.
    pub(super) bytes: u64,
    pub(super) beacon: bool,
}

impl Script {
    /// Of what was rendered for this boot.
    pub(super) fn new(stage2: Stage2, id: BootId, standing: Standing, table: &Table) -> Self {
        let bytes = stage2.loads.iter().filter_map(|load| table.find(&load.file)).map(|file| file.len()).sum();
        let answers = stage2.answers.into_iter().map(|(name, answer)| (name, Marked::new(answer.to_vec(), id)));
        Self {
            standing,
            text: Marked::new(stage2.text.into_bytes(), id),
            answers: answers.collect(),
            action: stage2.action,
            roles: Arc::new(stage2.loads.into_iter().map(|load| (load.file, load.role)).collect()),
            bytes,
            beacon: stage2.beacon,
        }
    }

    /// Whether two differ in nothing but the boot-id that each was rendered for.
    fn agrees(&self, first: BootId, other: &Self) -> bool {
        let same = |a: &Marked, b: &Marked| a.places == b.places && a.with(first) == b.with(first);
        let answers = self.answers.len() == other.answers.len()
            && self.answers.iter().zip(&other.answers).all(|(a, b)| a.0 == b.0 && same(&a.1, &b.1));
        let rest = (self.standing, self.action, self.bytes, self.beacon, &self.roles)
            == (other.standing, other.action, other.bytes, other.beacon, &other.roles);
        rest && answers && same(&self.text, &other.text)
    }
}

/// What a question said and who asked it.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) who: Recognised,
    /// The serial to show.
    pub(super) serial: String,
    pub(super) mac: Option<Mac>,
}

/// How far a script is known to be what would be rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Once,
    Twice,
    Varies,
}

#[derive(Debug)]
struct Entry {
    peer: IpAddr,
    query: String,
    known: Arc<Known>,
    script: Arc<Script>,
    proof: Proof,
}

/// The memory; of one table, since another may answer otherwise.
pub(crate) struct Memo {
    hasher: RandomState,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    table: Option<Arc<Table>>,
    entries: HashMap<u64, Entry>,
}

impl Inner {
    fn is_of(&self, table: &Arc<Table>) -> bool {
        self.table.as_ref().is_some_and(|of| Arc::ptr_eq(of, table))
    }
}

impl Memo {
    /// Empty.
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::new(), inner: Mutex::default() }
    }

    /// What this question was answered with before, and whether the script may be given again.
    pub(super) fn find(&self, table: &Arc<Table>, peer: IpAddr, query: &str) -> Option<(Arc<Known>, Option<Arc<Script>>)> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.is_of(table) {
            return None;
        }
        let entry = inner.entries.get(&self.hasher.hash_one((peer, query)))?;
        let same = entry.peer == peer && entry.query == query;
        same.then(|| (entry.known.clone(), (entry.proof == Proof::Twice).then(|| entry.script.clone())))
    }

    /// Remembers what was rendered for this boot.
    pub(super) fn keep(
        &self,
        table: &Arc<Table>,
        peer: IpAddr,
        query: &str,
        known: &Arc<Known>,
        script: &Arc<Script>,
        id: BootId,
    ) {
        let size = script.text.bytes.len() + script.answers.iter().map(|(_, answer)| answer.bytes.len()).sum::<usize>();
        if query.len() > QUERY || size > SIZE {
            return;
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.is_of(table) {
            *inner = Inner { table: Some(table.clone()), entries: HashMap::new() };
        }
        let key = self.hasher.hash_one((peer, query));
        let before = inner.entries.get(&key).filter(|entry| entry.peer == peer && entry.query == query);
        let proof = match before {
            Some(entry) if entry.proof == Proof::Varies => Proof::Varies,
            // Another standing, another script: that is no variation.
            Some(entry) if entry.script.standing != script.standing => Proof::Once,
            Some(entry) if entry.script.agrees(id, script) => Proof::Twice,
            Some(_) => Proof::Varies,
            None => Proof::Once,
        };
        if inner.entries.len() >= QUESTIONS && before.is_none() {
            inner.entries.clear();
        }
        let entry = Entry { peer, query: query.to_owned(), known: known.clone(), script: script.clone(), proof };
        inner.entries.insert(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pxectl_model::boot::Verdict;

    const A: BootId = BootId([0xaa; 16]);
    const B: BootId = BootId([0x12; 16]);
    const C: BootId = BootId([0xcc; 16]);

    fn script(id: BootId, line: &str) -> Arc<Script> {
        let stage2 = Stage2 {
            text: format!("#!ipxe\nkernel /b/{id}/x\n{line}\nboot /b/{id}\n"),
            action: Action::Boot,
            loads: Vec::new(),
            answers: [("a".to_owned(), Arc::from(format!("{id} end").into_bytes()))].into(),
            beacon: true,
        };
        Arc::new(Script::new(stage2, id, Standing::Armed, &crate::table::tests::empty()))
    }

    fn known() -> Arc<Known> {
        let who = Recognised { machine: None, label: String::new(), verdict: Verdict::Hold, notes: Vec::new() };
        Arc::new(Known { who, serial: String::new(), mac: None })
    }

    #[test]
    fn a_script_is_given_again_once_it_is_proven() {
        let (memo, table, peer) = (Memo::new(), Arc::new(crate::table::tests::empty()), IpAddr::from([10, 1, 0, 1]));
        assert!(memo.find(&table, peer, "q").is_none());
        memo.keep(&table, peer, "q", &known(), &script(A, "echo"), A);
        assert!(memo.find(&table, peer, "q").unwrap().1.is_none(), "seen once proves nothing");
        memo.keep(&table, peer, "q", &known(), &script(B, "echo"), B);
        let again = memo.find(&table, peer, "q").unwrap().1.unwrap();
        let fresh = script(C, "echo");
        assert_eq!(again.text.with(C), fresh.text.bytes);
        assert_eq!(again.answers[0].1.with(C), fresh.answers[0].1.bytes);
        assert!(memo.find(&table, peer, "other").is_none());
        assert!(memo.find(&table, IpAddr::from([10, 1, 0, 2]), "q").is_none());
        assert!(memo.find(&Arc::new(crate::table::tests::empty()), peer, "q").is_none(), "another table, another answer");
    }

    #[test]
    fn what_varies_is_rendered_each_time() {
        let (memo, table, peer) = (Memo::new(), Arc::new(crate::table::tests::empty()), IpAddr::from([10, 1, 0, 1]));
        for line in ["echo 1", "echo 2", "echo 2", "echo 2"] {
            memo.keep(&table, peer, "q", &known(), &script(A, line), A);
            assert!(memo.find(&table, peer, "q").unwrap().1.is_none(), "{line}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let (memo, table, peer) = (Memo::new(), Arc::new(crate::table::tests::empty()), IpAddr::from([10, 1, 0, 1]));
        for n in 0..=QUESTIONS {
            memo.keep(&table, peer, &n.to_string(), &known(), &script(A, "echo"), A);
        }
        memo.keep(&table, peer, &"x".repeat(QUERY + 1), &known(), &script(A, "echo"), A);
        memo.keep(&table, peer, "large", &known(), &script(A, &"x".repeat(SIZE)), A);
        assert_eq!(memo.inner.lock().unwrap().entries.len(), 1);
    }
}
