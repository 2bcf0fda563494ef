//! Release archives: tar (POSIX.1-2017 `pax`, ustar, and what GNU tar writes), with gzip around it or without.
//!
//! An archive is a stranger's: it is read once from the front, what it unpacks to is counted, and names are texts until somebody asks
//! for [`Entry::parts`], which leads nowhere outside.

mod header;

use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use flate2::read::MultiGzDecoder;
use pxectl_model::artifact::Member;

use crate::limits;
use header::Header;

/// What may be unpacked of one archive.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes, headers and padding among them.
    pub bytes: u64,
    /// Entries.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: limits::ARCHIVE_MOST, entries: limits::ARCHIVE_ENTRIES_MOST }
    }
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A link to this, hard or symbolic.
    Link(String),
    /// A device, a pipe, or something unknown.
    Other,
}

/// An entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, as it is written.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes of its content.
    pub len: u64,
    /// Whether its owner may run it.
    pub executable: bool,
}

impl Entry {
    /// The names of its path, the outermost first, none of the archive's own top; nothing where it leads outside: absolute, or with `..`.
    pub fn parts(&self) -> Option<Vec<&str>> {
        if matches!(self.path.as_str(), "." | "./") {
            return Some(Vec::new());
        }
        let path = self.path.strip_prefix("./").unwrap_or(&self.path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let parts: Vec<&str> = path.split('/').collect();
        let fits = parts.iter().all(|part| !matches!(*part, "" | "." | "..") && !part.contains(['\0', '\\']));
        fits.then_some(parts)
    }
}

/// Why an archive cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// It, or what is to be written of it.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It ends in the middle.
    #[error("the archive ends in the middle")]
    Truncated,
    /// A block that is no header.
    #[error("this is no tar archive, or a broken one: block {0} is no header")]
    Header(u64),
    /// More than may be.
    #[error("the archive unpacks to more than {0} bytes")]
    Bytes(u64),
    /// More than may be.
    #[error("the archive has more than {0} entries")]
    Entries(u64),
    /// The file is not there.
    #[error("the archive has no file `{0}`")]
    Missing(Member),
    /// It is a link.
    #[error("`{0}` is a link to `{1}` in the archive: name that")]
    Link(Member, String),
}

/// What an archive says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The commit, as `git archive` writes it into a comment.
    pub commit: Option<String>,
}

/// Whoever looks at entries, each with its content; a break ends it.
pub type Visit<'v, E> = dyn FnMut(&Entry, &mut dyn Read) -> Result<ControlFlow<()>, E> + 'v;

/// Goes through an archive from its front, `visit` seeing each entry with its content; what that does not read is passed over.
///
/// # Errors
/// Where it is none, ends too early or is too large, and as `visit`.
pub fn each<E: From<TarError>>(source: impl Read, limits: Limits, visit: &mut Visit<'_, E>) -> Result<About, E> {
    let mut blocks = Blocks::open(source, limits)?;
    let (mut about, mut extras, mut count) = (About::default(), header::Extras::default(), 0);
    while let Some(block) = blocks.block()? {
        let Some(header) = Header::read(&block).map_err(|_| TarError::Header(blocks.read / BLOCK - 1))? else { break };
        count += 1;
        if count > limits.entries {
            return Err(TarError::Entries(limits.entries).into());
        }
        if let Some(most) = header.extra_most() {
            let len = usize::try_from(header.len).ok().filter(|len| *len <= most);
            let mut text = vec![0; len.ok_or(TarError::Header(blocks.read / BLOCK - 1))?];
            blocks.exact(&mut text)?;
            blocks.pad(header.len)?;
            extras.take(&header, &text, &mut about);
            continue;
        }
        let entry = std::mem::take(&mut extras).onto(header);
        let mut content = Content { blocks: &mut blocks, left: entry.len, broken: None };
        let flow = visit(&entry, &mut content);
        let (left, broken) = (content.left, content.broken);
        // Why a content ended too early is said by whom it was read from.
        if let Some(broken) = broken {
            return Err(broken.into());
        }
        if flow?.is_break() {
            break;
        }
        blocks.skip(left)?;
        blocks.pad(entry.len)?;
    }
    Ok(about)
}

/// Writes one file of an archive, and gives its length.
///
/// # Errors
/// As for [`each`], and where there is no such file.
pub fn copy(source: impl Read, member: &Member, limits: Limits, to: &mut dyn Write) -> Result<u64, TarError> {
    let mut found = None;
    each(source, limits, &mut |entry: &Entry, content: &mut dyn Read| {
        if entry.parts().is_none_or(|parts| parts.join("/") != member.as_str()) {
            return Ok(ControlFlow::Continue(()));
        }
        match &entry.kind {
            EntryKind::File => {
                found = Some(io::copy(content, to)?);
                Ok(ControlFlow::Break(()))
            }
            EntryKind::Link(target) => Err(TarError::Link(member.clone(), target.clone())),
            EntryKind::Folder | EntryKind::Other => Ok(ControlFlow::Continue(())),
        }
    })?;
    found.ok_or_else(|| TarError::Missing(member.clone()))
}

/// Bytes of a block of tar.
const BLOCK: u64 = 512;

/// The blocks of an archive, counted.
struct Blocks<'s> {
    source: Box<dyn Read + 's>,
    read: u64,
    most: u64,
}

impl<'s> Blocks<'s> {
    fn open(mut source: impl Read + 's, limits: Limits) -> Result<Self, TarError> {
        let mut head = [0; 2];
        let mut len = 0;
        while len < head.len() {
            match source.read(&mut head[len..]) {
                Ok(0) => break,
                Ok(count) => len += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        let whole = io::Cursor::new(head[..len].to_vec()).chain(source);
        // RFC 1952, 2.3.1.
        let source: Box<dyn Read + 's> =
            if head == [0x1f, 0x8b] { Box::new(MultiGzDecoder::new(io::BufReader::new(whole))) } else { Box::new(whole) };
        Ok(Self { source, read: 0, most: limits.bytes })
    }

    /// Fewer than asked for only at the end.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, TarError> {
        let mut len = 0;
        while len < buffer.len() {
            match self.source.read(&mut buffer[len..]) {
                Ok(0) => break,
                Ok(count) => len += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(TarError::Truncated),
                Err(error) => return Err(error.into()),
            }
        }
        self.read += len as u64;
        if self.read > self.most { Err(TarError::Bytes(self.most)) } else { Ok(len) }
    }

    /// The next block; none at the end.
    fn block(&mut self) -> Result<Option<[u8; BLOCK as usize]>, TarError> {
        let mut block = [0; BLOCK as usize];
        match self.fill(&mut block)? {
            0 if self.read > 0 => Ok(None),
            len if len == block.len() => Ok(Some(block)),
            0 => Err(TarError::Header(0)),
            _ => Err(TarError::Truncated),
        }
    }

    fn exact(&mut self, buffer: &mut [u8]) -> Result<(), TarError> {
        if self.fill(buffer)? == buffer.len() { Ok(()) } else { Err(TarError::Truncated) }
    }

    fn skip(&mut self, mut left: u64) -> Result<(), TarError> {
        let mut buffer = [0; 16 * 1024];
        while left > 0 {
            let some = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            self.exact(&mut buffer[..some])?;
            left -= some as u64;
        }
        Ok(())
    }

    /// What fills the last block of a content.
    fn pad(&mut self, len: u64) -> Result<(), TarError> {
        self.skip(len.next_multiple_of(BLOCK) - len)
    }
}

/// The content of an entry.
struct Content<'b, 's> {
    blocks: &'b mut Blocks<'s>,
    left: u64,
    broken: Option<TarError>,
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let some = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        if some == 0 || self.broken.is_some() {
            return Ok(0);
        }
        match self.blocks.exact(&mut buffer[..some]) {
            Ok(()) => {
                self.left -= some as u64;
                Ok(some)
            }
            Err(error) => {
                let text = error.to_string();
                self.broken = Some(error);
                Err(io::Error::other(text))
            }
        }
    }
}

#[cfg(test)]
mod tests;
