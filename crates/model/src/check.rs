//! Judging bytes before they are believed: what a content is, and what is wrong with it as that.
//!
//! A judge knows formats and no digests: what it finds wrong is certainly wrong (a download that broke off, an error page in the place
//! of a binary), what it finds right may still be somebody else's. Whoever publishes a content asks a [`Check`] that the roof hands
//! over, so that what stores images needs to know no formats.

use std::io::{self, Read, Seek};

/// Something that can be read anywhere.
pub trait Content: Read + Seek {}

impl<T: Read + Seek> Content for T {}

/// How much is read to judge a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Headers and tables: at most some MiB, whatever its size.
    Quick,
    /// All of it, where it carries sums over itself.
    Full,
}

/// What a judge says of a content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judged {
    /// The format, one word for programs: `iso`, `wim`, `efi`, `nbp`, `bzimage`, `html`, `gzip`…; `unknown` where nothing tells.
    pub format: &'static str,
    /// What it is, for people, in few words.
    pub title: String,
    /// What else it says of itself: a key for programs, and its value. Some keys come several times.
    pub facts: Vec<(&'static str, String)>,
    /// What is wrong with it: half-sentences in lower case that begin with "it" or "its". Empty where nothing is known to be.
    pub problems: Vec<String>,
    /// What was not looked at, and why: sentences for people. These are no problems.
    pub notes: Vec<String>,
}

/// A judge of contents.
pub trait Check: Send + Sync + std::fmt::Debug {
    /// Judges a content that goes by a name: the last part of its URL or path, which says what it should be (`undionly.kpxe`, `win.iso`).
    ///
    /// # Errors
    /// Where the content cannot be read. Bytes that make no sense are a problem and no error.
    fn check(&self, name: &str, depth: Depth, content: &mut dyn Content) -> io::Result<Judged>;
}
