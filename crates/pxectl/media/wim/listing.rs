//! What `wimlib-imagex dir --detailed` prints: a block of lines for each entry. A name may hold anything, line ends too: what it pretends by
//! that is a name like any other, and leads nowhere.

use pxectl_media::{Entry, Found, Kind, Stamp, limits::WALK_MOST};
use pxectl_model::body::Extent;

/// What wimlib does not decrypt either.
const ENCRYPTED: &str = "Windows has encrypted it (EFS)";

/// An entry, and where its content is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The entry. Its bytes have no place: they are compressed mostly.
    pub found: Found,
    /// Which part of the set has it, from 1 on.
    part: usize,
    /// Where it is stored in that part; for contents that are compressed as one, where all of them are.
    stored: Extent,
    /// For such contents, the byte of what is unpacked that this one begins with.
    pub within: Option<u64>,
}

impl Listed {
    /// The part's number, from 0 on, and the place there; none where nothing is stored.
    pub fn stored(&self) -> Option<(usize, Extent)> {
        Some((self.part.checked_sub(1)?, self.stored)).filter(|(_, extent)| extent.len > 0)
    }
}

/// The entries, in its order; none where there are too many.
pub fn entries(printed: &[u8]) -> Option<Vec<Listed>> {
    let mut all: Vec<Listed> = Vec::new();
    // Only the stream without a name is the file's content.
    let mut content = false;
    let mut lines = printed.split(|byte| *byte == b'\n');
    while let Some(line) = lines.next() {
        let path = line.strip_prefix(b"Full Path").map(<[u8]>::trim_ascii_start).and_then(|rest| rest.strip_prefix(b"= \""));
        if let Some(path) = path {
            let mut path = path.to_vec();
            // A line end in a name: what follows up to the quotes belongs to it.
            while !path.ends_with(b"\"")
                && let Some(more) = lines.next()
            {
                path.push(b'\n');
                path.extend_from_slice(more);
            }
            path.pop();
            if all.len() >= WALK_MOST {
                return None;
            }
            all.push(Listed { found: found(&path), part: 0, stored: Extent { offset: 0, len: 0 }, within: None });
            content = false;
            continue;
        }
        let (Some(one), Ok(line)) = (all.last_mut(), std::str::from_utf8(line)) else { continue };
        let entry = &mut one.found.entry;
        match line.trim() {
            "FILE_ATTRIBUTE_DIRECTORY is set" if !matches!(entry.kind, Kind::Link(_)) => {
                entry.kind = Kind::Folder { at: 0, len: 0 }
            }
            "FILE_ATTRIBUTE_REPARSE_POINT is set" => entry.kind = Kind::Link(Vec::new()),
            "FILE_ATTRIBUTE_ENCRYPTED is set" => {
                if let Kind::File { flaw, .. } = &mut entry.kind {
                    *flaw = Some(ENCRYPTED);
                }
            }
            "Unnamed data stream:" => content = true,
            stream if stream.ends_with("stream:") || stream.starts_with("Named data stream") => content = false,
            _ => {}
        }
        if let Some(time) = value(line, "Last Write Time") {
            entry.modified = stamp(time);
        }
        if content {
            told(line, one);
        }
    }
    Some(all)
}

/// What is told of a file's content.
fn told(line: &str, one: &mut Listed) {
    let number = |key: &str| value(line, key).and_then(|number| number.trim_end_matches(" bytes").parse::<u64>().ok());
    let Kind::File { size, .. } = &mut one.found.entry.kind else { return };
    if let Some(bytes) = number("Uncompressed size") {
        *size = bytes;
    } else if let Some(bytes) = number("Compressed size") {
        one.stored.len = bytes;
    } else if let Some(at) = number("Offset in WIM") {
        one.stored.offset = at;
    } else if let Some(at) = number("Solid offset") {
        one.within = Some(at);
    } else if let Some(part) = number("Part Number") {
        one.part = usize::try_from(part).unwrap_or(0);
    } else if let Some(run) = value(line, "Solid resource") {
        // `445703 => 3310 bytes @ offset 208`
        let mut numbers = run.split(' ').filter_map(|word| word.parse().ok());
        if let (Some(_), Some(len), Some(offset)) = (numbers.next(), numbers.next(), numbers.next()) {
            one.stored = Extent { offset, len };
        }
    }
}

fn found(path: &[u8]) -> Found {
    let path: Vec<Vec<u8>> = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect();
    let kind = Kind::File { size: 0, parts: Vec::new(), flaw: None };
    let entry = Entry { name: path.last().cloned().unwrap_or_default(), kind, mode: None, modified: None };
    Found { path, entry }
}

fn value<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    line.strip_prefix(key)?.trim_start().strip_prefix("= ")
}

/// `Thu Nov 26 22:03:59 2026 UTC`.
fn stamp(text: &str) -> Option<Stamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_whitespace().skip(1);
    let month = words.next().and_then(|name| MONTHS.iter().position(|month| *month == name))? as u8 + 1;
    let day = words.next()?.parse().ok()?;
    let mut time = words.next()?.split(':').map(str::parse);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    let year = words.next()?.parse().ok()?;
    Some(Stamp { year, month, day, hour, minute, second, ahead: 0 }).filter(|_| words.next() == Some("UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_entries() {
        let text = "----\nFull Path           = \"/\"\nAttributes          = 0x00000010\n    FILE_ATTRIBUTE_DIRECTORY is set\n\
            ----\nFull Path           = \"/a/b\"\nLast Write Time     = Thu Nov 26 22:03:59 2026 UTC\n\tNamed data stream \"x\":\n\
            Uncompressed size = 9 bytes\n\tUnnamed data stream:\nUncompressed size = 77 bytes\nCompressed size   = 50 bytes\nOffset in WIM     = 208 bytes\nPart Number       = 2\n\
            ----\nFull Path           = \"/l\"\n    FILE_ATTRIBUTE_REPARSE_POINT is set\n    FILE_ATTRIBUTE_DIRECTORY is set\n";
        let all = entries(text.as_bytes()).unwrap();
        assert_eq!(all.iter().map(|one| one.found.shown()).collect::<Vec<_>>(), ["", "a/b", "l"]);
        assert!(matches!(all[0].found.entry.kind, Kind::Folder { .. }));
        assert!(matches!(all[1].found.entry.kind, Kind::File { size: 77, .. }));
        assert_eq!((all[0].stored(), all[1].stored()), (None, Some((1, Extent { offset: 208, len: 50 }))));
        assert!(matches!(all[2].found.entry.kind, Kind::Link(_)));
        let at = all[1].found.entry.modified.unwrap();
        assert_eq!((at.year, at.month, at.day, at.hour, at.second), (2026, 11, 26, 22, 59));
        assert_eq!(entries(b"nonsense\n\xff\nUncompressed size = 5 bytes").unwrap(), []);
        let split = entries(b"Full Path = \"/a\"\nFull Path = \"/x\n/y\"\n\tUnnamed data stream:\nUncompressed size = 9 bytes\n")
            .unwrap();
        assert_eq!(split.iter().map(|one| one.found.entry.kind.size()).collect::<Vec<_>>(), [0, 9]);
        assert_eq!(split[1].found.path, [b"x\n".to_vec(), b"y".to_vec()]);
        let solid = b"Full Path = \"/a\"\n\tUnnamed data stream:\nUncompressed size = 9 bytes\n\
            Solid resource    = 445703 => 3310 bytes @ offset 208\nSolid offset      = 52 bytes\nPart Number       = 1\n";
        let solid = &entries(solid).unwrap()[0];
        assert_eq!((solid.stored(), solid.within), (Some((0, Extent { offset: 208, len: 3310 })), Some(52)));
    }
}
