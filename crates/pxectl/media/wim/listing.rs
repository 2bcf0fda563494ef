//! What `wimlib-imagex dir --detailed` prints: a block of lines for each entry. A name may hold anything, line ends too: what it pretends by
//! that is a name like any other, and leads nowhere.

use pxectl_media::{Entry, Found, Kind, Stamp, limits::WALK_MOST};

/// Why the bytes of a file in a WIM have no place in it.
pub const COMPRESSED: &str = "its bytes lie in a WIM, mostly compressed";

/// The entries, in its order; none where there are too many.
pub fn entries(printed: &[u8]) -> Option<Vec<Found>> {
    let text = String::from_utf8_lossy(printed);
    let mut all: Vec<Found> = Vec::new();
    // Only the stream without a name is the file's content.
    let mut content = false;
    for line in text.lines() {
        if let Some(path) = value(line, "Full Path").and_then(|path| path.strip_prefix('"')?.strip_suffix('"')) {
            if all.len() >= WALK_MOST {
                return None;
            }
            all.push(found(path));
            content = false;
            continue;
        }
        let Some(Found { entry, .. }) = all.last_mut() else { continue };
        match line.trim() {
            "FILE_ATTRIBUTE_DIRECTORY is set" if !matches!(entry.kind, Kind::Link(_)) => {
                entry.kind = Kind::Folder { at: 0, len: 0 }
            }
            "FILE_ATTRIBUTE_REPARSE_POINT is set" => entry.kind = Kind::Link(Vec::new()),
            "Unnamed data stream:" => content = true,
            stream if stream.ends_with("stream:") || stream.starts_with("Named data stream") => content = false,
            _ => {}
        }
        if let Some(time) = value(line, "Last Write Time") {
            entry.modified = stamp(time);
        }
        let bytes =
            value(line, "Uncompressed size").filter(|_| content).and_then(|size| size.strip_suffix(" bytes")?.parse().ok());
        if let (Kind::File { size, .. }, Some(bytes)) = (&mut entry.kind, bytes) {
            *size = bytes;
        }
    }
    Some(all)
}

fn found(path: &str) -> Found {
    let path: Vec<Vec<u8>> = path.split('/').filter(|name| !name.is_empty()).map(|name| name.as_bytes().to_vec()).collect();
    let kind = Kind::File { size: 0, parts: Vec::new(), flaw: Some(COMPRESSED) };
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
            Uncompressed size = 9 bytes\n\tUnnamed data stream:\nUncompressed size = 77 bytes\n\
            ----\nFull Path           = \"/l\"\n    FILE_ATTRIBUTE_REPARSE_POINT is set\n    FILE_ATTRIBUTE_DIRECTORY is set\n";
        let all = entries(text.as_bytes()).unwrap();
        assert_eq!(all.iter().map(Found::shown).collect::<Vec<_>>(), ["", "a/b", "l"]);
        assert!(matches!(all[0].entry.kind, Kind::Folder { .. }));
        assert!(matches!(all[1].entry.kind, Kind::File { size: 77, .. }));
        assert!(matches!(all[2].entry.kind, Kind::Link(_)));
        let at = all[1].entry.modified.unwrap();
        assert_eq!((at.year, at.month, at.day, at.hour, at.second), (2026, 11, 26, 22, 59));
        assert_eq!(entries(b"nonsense\n\xff\nUncompressed size = 5 bytes").unwrap(), []);
    }
}
