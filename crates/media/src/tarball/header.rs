//! Headers of tar: ustar, and what goes before them where a name is long (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, D.2).

use super::{About, Entry, EntryKind};
use crate::limits::{NAME_MOST, PAX_MOST};

/// One header.
pub(super) struct Header {
    path: String,
    link: String,
    kind: u8,
    mode: u64,
    pub len: u64,
}

impl Header {
    /// None for the zeros at an archive's end.
    ///
    /// # Errors
    /// Where this is no header.
    pub fn read(block: &[u8; 512]) -> Result<Option<Self>, ()> {
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let sum: u64 =
            block.iter().enumerate().map(|(n, byte)| if (148..156).contains(&n) { 32 } else { u64::from(*byte) }).sum();
        if number(&block[148..156]) != Some(sum) {
            return Err(());
        }
        let name = text(&block[..100]);
        let prefix = if &block[257..263] == b"ustar\0" { text(&block[345..500]) } else { String::new() };
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let kind = block[156];
        // A link or a folder has no content, whatever its length says.
        let len = number(&block[124..136]).ok_or(())?;
        let len = if matches!(kind, b'1'..=b'6') { 0 } else { len };
        Ok(Some(Self { path, link: text(&block[157..257]), kind, mode: number(&block[100..108]).unwrap_or(0), len }))
    }

    /// How long the text may be that this header announces for the next one; none for an entry of its own.
    pub fn extra_most(&self) -> Option<usize> {
        match self.kind {
            b'L' | b'K' => Some(NAME_MOST),
            b'x' | b'g' | b'X' => Some(PAX_MOST),
            _ => None,
        }
    }
}

/// What headers before an entry say of it.
#[derive(Default)]
pub(super) struct Extras {
    path: Option<String>,
    link: Option<String>,
    len: Option<u64>,
}

impl Extras {
    pub fn take(&mut self, header: &Header, bytes: &[u8], about: &mut About) {
        match header.kind {
            b'L' => self.path = Some(text(bytes)),
            b'K' => self.link = Some(text(bytes)),
            kind => {
                for (key, value) in records(bytes) {
                    match (kind, key) {
                        (b'g', "comment") => about.commit = about.commit.take().or_else(|| commit(value)),
                        (b'g', _) => {}
                        (_, "path") => self.path = Some(value.to_owned()),
                        (_, "linkpath") => self.link = Some(value.to_owned()),
                        (_, "size") => self.len = value.parse().ok(),
                        _ => {}
                    }
                }
            }
        }
    }

    pub fn onto(self, header: Header) -> Entry {
        let path = self.path.unwrap_or(header.path);
        let kind = match header.kind {
            b'0' | 0 | b'7' if path.ends_with('/') => EntryKind::Folder,
            b'0' | 0 | b'7' => EntryKind::File,
            b'5' => EntryKind::Folder,
            b'1' | b'2' => EntryKind::Link(self.link.unwrap_or(header.link)),
            _ => EntryKind::Other,
        };
        let has_content = !matches!(header.kind, b'1'..=b'6');
        let len = self.len.filter(|_| has_content).unwrap_or(header.len);
        Entry { path, kind, len, executable: header.mode & 0o100 != 0 }
    }
}

/// `LENGTH KEY=VALUE\n`, one behind the other; what does not fit ends them.
fn records(mut bytes: &[u8]) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    while let Some(space) = bytes.iter().take(8).position(|byte| *byte == b' ') {
        let len = std::str::from_utf8(&bytes[..space]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let Some(record) = len.and_then(|len| bytes.get(space + 1..len)) else { break };
        let text = record.strip_suffix(b"\n").and_then(|record| std::str::from_utf8(record).ok());
        found.extend(text.and_then(|text| text.split_once('=')));
        bytes = &bytes[space + 1 + record.len()..];
    }
    found
}

fn commit(text: &str) -> Option<String> {
    let fits = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| text.to_owned())
}

/// Up to the first NUL.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// Octal digits between blanks and NULs, or GNU's base 256 where the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|byte| byte & 0x80 != 0) {
        let (first, rest) = field.split_first()?;
        let bytes = std::iter::once(first & 0x7f).chain(rest.iter().copied());
        return bytes.into_iter().try_fold(0_u64, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(byte)));
    }
    let digits = field.iter().copied().skip_while(|byte| *byte == b' ').take_while(|byte| !matches!(byte, 0 | b' '));
    digits.into_iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 8)?;
        sum.checked_mul(8)?.checked_add(u64::from(digit))
    })
}
