//! What a hashed file is, held against what it must be: pure.

use std::io;

use pxectl_model::check::Judged;
use pxectl_model::digest::{Digest, Sha256};
use pxectl_store::hash::Hashed;

use super::subject::Subject;

/// How one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is what it must be.
    Ok,
    /// It is not there.
    Missing,
    /// It is not what it must be.
    Changed,
    /// It is what was locked, and as what it is by its own words or by its name something is wrong with it.
    Flawed,
    /// It is there, and neither the inventory nor the lock file says what it must be.
    Unlocked,
    /// It is in the store and what its name says; nothing of this lab refers to it.
    Extra,
    /// It could not be read.
    Unreadable,
}

impl State {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Flawed => "flawed",
            Self::Unlocked => "unlocked",
            Self::Extra => "extra",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What became of one.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Of what.
    pub subject: Subject,
    /// How it stands.
    pub state: State,
    /// Why, in words, where it is not well.
    pub why: Option<String>,
    /// Bytes that it has, where it is there.
    pub size: Option<u64>,
    /// What it hashes to, where that was found out.
    pub found: Option<Digest>,
    /// What it says of itself, where it is an artifact and there.
    pub judged: Option<Judged>,
}

/// A file that was looked through.
#[derive(Debug, Clone)]
pub struct Looked {
    /// What it hashes to.
    pub hashed: Hashed,
    /// What it says of itself, where anybody asked.
    pub judged: Option<Judged>,
}

/// Judges one; `None` where nobody knows where it would lie.
pub fn judge(subject: Subject, looked: Option<&io::Result<Looked>>) -> Verdict {
    let hashed = looked.map(|looked| looked.as_ref().map(|looked| &looked.hashed));
    let judged = looked.and_then(|looked| looked.as_ref().ok()?.judged.clone()).filter(|_| subject.name.is_some());
    let (size, found) = match hashed {
        Some(Ok(hashed)) => (Some(hashed.size), Some(digest(&subject, hashed))),
        _ => (None, None),
    };
    let (state, why) = match hashed {
        None => (State::Missing, Some("it was never fetched, and nobody says what it must hash to".to_owned())),
        Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            (State::Missing, Some(if subject.stored { "it is not in the store" } else { "there is no such file" }.to_owned()))
        }
        Some(Err(error)) => (State::Unreadable, Some(error.to_string())),
        Some(Ok(hashed)) => match (held(&subject, hashed), judged.as_ref().filter(|judged| !judged.problems.is_empty())) {
            ((State::Ok, _), Some(judged)) => (State::Flawed, Some(judged.problems.join("; "))),
            (held, _) => held,
        },
    };
    Verdict { subject, state, why, size, found, judged }
}

fn held(subject: &Subject, hashed: &Hashed) -> (State, Option<String>) {
    let found = digest(subject, hashed);
    let expected = subject.sha256.map(Digest::Sha256).or(subject.sha512.map(Digest::Sha512));
    let Some(expected) = expected else {
        return (State::Unlocked, Some("neither the inventory nor the lock file says what it must be".to_owned()));
    };
    if expected != found {
        let algorithm = expected.algorithm();
        let length = subject.size.filter(|size| *size != hashed.size);
        let length = length.map(|size| format!("; it has {} bytes, and had {size}", hashed.size)).unwrap_or_default();
        return (State::Changed, Some(format!("it does not match its {algorithm}: expected {expected}, found {found}{length}")));
    }
    match subject.size.filter(|size| *size != hashed.size) {
        Some(size) => (State::Changed, Some(format!("it has {} bytes, and the lock file says {size}", hashed.size))),
        None if subject.drifted => {
            (State::Changed, Some("it is what the inventory says, and the lock file says something else".to_owned()))
        }
        None if subject.name.is_none() => (State::Extra, None),
        None => (State::Ok, None),
    }
}

/// Whether a content is what it must be, by its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is.
    Well,
    /// It is not.
    Other,
    /// Nobody says, or only by the longer digest.
    Unknown,
}

/// Holds a content that was hashed elsewhere against what it must be.
pub fn holds(subject: &Subject, sha256: &Sha256, size: u64) -> Held {
    let other = subject.size.is_some_and(|known| known != size);
    match subject.sha256 {
        Some(expected) if expected != *sha256 || other => Held::Other,
        Some(_) => Held::Well,
        None => Held::Unknown,
    }
}

/// The digest that counts for it.
fn digest(subject: &Subject, hashed: &Hashed) -> Digest {
    match hashed.sha512.filter(|_| subject.sha256.is_none() && subject.sha512.is_some()) {
        Some(wide) => Digest::Sha512(wide),
        None => Digest::Sha256(hashed.sha256),
    }
}

#[cfg(test)]
mod tests {
    use pxectl_model::digest::Sha512;

    use super::*;

    fn subject() -> Subject {
        Subject {
            name: Some("linux".to_owned()),
            path: Some("files/linux".into()),
            stored: false,
            sha256: Some(Sha256([1; 32])),
            sha512: None,
            size: Some(10),
            drifted: false,
            promise: "linux".to_owned(),
        }
    }

    fn hashed(byte: u8) -> io::Result<Hashed> {
        Ok(Hashed { sha256: Sha256([byte; 32]), sha512: Some(Sha512([byte; 64])), size: 10 })
    }

    #[test]
    fn each_state_has_its_reason() {
        let state = |subject: Subject, hashed: Option<io::Result<Hashed>>| {
            let looked = hashed.map(|hashed| hashed.map(|hashed| Looked { hashed, judged: None }));
            judge(subject, looked.as_ref()).state
        };
        assert_eq!(state(subject(), Some(hashed(1))), State::Ok);
        assert_eq!(state(subject(), Some(hashed(2))), State::Changed);
        assert_eq!(state(Subject { size: Some(11), ..subject() }, Some(hashed(1))), State::Changed, "a lock file that lies");
        assert_eq!(state(Subject { drifted: true, ..subject() }, Some(hashed(1))), State::Changed);
        assert_eq!(state(Subject { name: None, size: None, ..subject() }, Some(hashed(1))), State::Extra);
        assert_eq!(state(Subject { name: None, size: None, ..subject() }, Some(hashed(2))), State::Changed, "corrupt");
        let wide = |byte| Subject { sha256: None, sha512: Some(Sha512([byte; 64])), ..subject() };
        assert_eq!(state(wide(1), Some(hashed(1))), State::Ok);
        assert_eq!(state(wide(2), Some(hashed(1))), State::Changed);
        assert_eq!(state(Subject { sha256: None, size: None, ..subject() }, Some(hashed(1))), State::Unlocked);
        let page = Judged { problems: vec!["it is an HTML page".to_owned()], ..Judged::default() };
        let looked = |byte| hashed(byte).map(|hashed| Looked { hashed, judged: Some(page.clone()) });
        let verdict = judge(subject(), Some(&looked(1)));
        assert_eq!((verdict.state, verdict.why.as_deref()), (State::Flawed, Some("it is an HTML page")));
        assert_eq!(judge(subject(), Some(&looked(2))).state, State::Changed, "the digest comes first");
        assert_eq!(state(subject(), None), State::Missing);
        let error = |kind: io::ErrorKind| Some(Err(kind.into()));
        assert_eq!(state(subject(), error(io::ErrorKind::NotFound)), State::Missing);
        assert_eq!(state(subject(), error(io::ErrorKind::PermissionDenied)), State::Unreadable);
    }
}
