//! What a checksum file says, whatever its format, and which line of it is about a file.

use std::collections::BTreeMap;

use pxectl_model::digest::{Digest, Sha256, Sha512};
use pxectl_model::url::Url;

use super::{Fault, Sum};

/// Names that a message lists.
const SHOWN: usize = 4;

/// What is said of one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its SHA-256.
    pub sha256: Option<Sha256>,
    /// Its SHA-512.
    pub sha512: Option<Sha512>,
    /// A digest of it that does not count.
    weak: Option<&'static str>,
}

/// Digests by the names of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    entries: BTreeMap<String, Entry>,
    single: Option<Entry>,
    until: Option<String>,
}

impl Entry {
    /// Whether this is new or said before; not where it contradicts what was said.
    fn take(&mut self, sum: Sum) -> bool {
        match sum {
            Sum::Strong(Digest::Sha256(digest)) => *self.sha256.get_or_insert(digest) == digest,
            Sum::Strong(Digest::Sha512(digest)) => *self.sha512.get_or_insert(digest) == digest,
            Sum::Weak(algorithm) => {
                self.weak.get_or_insert(algorithm);
                true
            }
        }
    }

    fn counts(self, name: &str) -> Result<Self, Fault> {
        match (self.sha256, self.sha512, self.weak) {
            (None, None, weak) => Err(Fault::Weak { name: name.to_owned(), algorithm: weak.unwrap_or("another digest") }),
            _ => Ok(self),
        }
    }
}

/// `./` and `/` in front say nothing.
fn bare(mut name: &str) -> &str {
    while let Some(rest) = name.strip_prefix("./").or_else(|| name.strip_prefix('/')) {
        name = rest;
    }
    name
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Whether these are the last parts of that path.
fn ends_with(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

impl Listing {
    /// Takes in what a line says.
    ///
    /// # Errors
    /// Where another line said otherwise.
    pub(super) fn insert(&mut self, name: &str, sum: Sum) -> Result<(), Fault> {
        let name = bare(name.trim_end());
        if name.is_empty() {
            return Ok(());
        }
        match self.entries.entry(name.to_owned()).or_default().take(sum) {
            true => Ok(()),
            false => Err(Fault::Two { name: name.to_owned() }),
        }
    }

    /// The only digest, of a file without a name.
    pub(super) fn single(sum: Sum) -> Self {
        let mut entry = Entry::default();
        entry.take(sum);
        Self { single: Some(entry), ..Self::default() }
    }

    pub(super) fn valid_until(&mut self, text: &str) {
        self.until = Some(text.trim().to_owned());
    }

    /// Until when it says that it holds, as it writes that.
    pub fn until(&self) -> Option<&str> {
        self.until.as_deref()
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.single.is_none()
    }

    /// What it says of each file.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// What it says of the file of this name, to the letter.
    ///
    /// # Errors
    /// Where it does not list it, or has only weak digests for it.
    pub fn named(&self, name: &str) -> Result<Entry, Fault> {
        if self.single.is_some() {
            return Err(Fault::Nameless);
        }
        match self.entries.get(bare(name)) {
            Some(entry) => entry.counts(name),
            None => Err(self.absent(name)),
        }
    }

    /// What it says of a file with this path or URL: the longest name that is the end of the path, else the only one with its base name.
    ///
    /// # Errors
    /// Where there is none or more than one, or only weak digests.
    pub fn of_path(&self, path: &str) -> Result<Entry, Fault> {
        if let Some(entry) = self.single {
            return entry.counts(base(path));
        }
        let whole = bare(path);
        // From the longest end of it to the shortest: each is a name, and each name is looked for once.
        let mut rest = whole;
        loop {
            if let Some(entry) = self.entries.get(rest) {
                return entry.counts(rest);
            }
            match rest.split_once('/') {
                Some((_, after)) => rest = after,
                None => break,
            }
        }
        let mut alike = self.entries.keys().filter(|name| ends_with(name, base(whole)));
        match (alike.next(), alike.next()) {
            (Some(only), None) => self.entries[only].counts(only),
            (Some(one), Some(other)) => {
                let several = [one, other].into_iter().chain(alike).take(SHOWN).cloned().collect();
                Err(Fault::Ambiguous { name: base(whole).to_owned(), several })
            }
            (None, _) => Err(self.absent(base(whole))),
        }
    }

    /// What it says of a file that comes from any of these; they must not be different ones to it.
    ///
    /// # Errors
    /// As [`Listing::of_path`], of the first.
    pub fn of_urls(&self, urls: &[Url]) -> Result<Entry, Fault> {
        let mut found: Option<Entry> = None;
        let mut first = None;
        for url in urls {
            match self.of_path(&path_of(url)) {
                Ok(entry) if found.is_none_or(|known| known == entry) => found = Some(entry),
                Ok(_) => {
                    let several = urls.iter().take(SHOWN).map(ToString::to_string).collect();
                    return Err(Fault::Ambiguous { name: base(&path_of(url)).to_owned(), several });
                }
                Err(fault @ Fault::Ambiguous { .. }) => return Err(fault),
                Err(fault) => {
                    first.get_or_insert(fault);
                }
            }
        }
        found.ok_or_else(|| first.unwrap_or(Fault::Nothing))
    }

    fn absent(&self, name: &str) -> Fault {
        let close = self.entries.keys().find(|known| known.eq_ignore_ascii_case(name) || ends_with(known, base(name)));
        Fault::Absent { name: name.to_owned(), close: close.cloned() }
    }
}

/// The path of a URL, decoded; what follows a `?` is none of it.
fn path_of(url: &Url) -> String {
    if let Some(path) = url.file() {
        return path;
    }
    let text = url.as_str();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let path = rest.split('?').next().and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
    decoded(path)
}

/// With every `%41` taken for its byte; a broken one stays.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.filter(|_| *byte == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
