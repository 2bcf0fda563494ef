//! File names as other programs want them.

use std::fmt::Write as _;
use std::path::{Component, Path};

/// A file's name as seen from a folder, where it lies below it; else as it is. Without `.` parts.
pub fn relative(name: &str, folder: &Path) -> String {
    let path = Path::new(name);
    let path = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = path.components().filter(|part| *part != Component::CurDir).map(Component::as_os_str).collect();
    let joined = parts.into_iter().collect::<std::path::PathBuf>();
    joined.to_string_lossy().into_owned()
}

/// A URI reference (RFC 3986) of a file: relative to the folder, where it lies below it or is named so.
pub fn uri(name: &str, folder: &Path) -> String {
    let path = relative(name, folder);
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        match byte {
            // A colon would end a scheme, so it is not among them.
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(byte as char),
            _ if byte.is_ascii_alphanumeric() => uri.push(byte as char),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_and_encoded() {
        let folder = Path::new("/lab");
        for (name, expected) in [
            ("inventory.yaml", "inventory.yaml"),
            ("./racks/./r 1.yaml", "racks/r%201.yaml"),
            ("../other/é.yaml", "../other/%C3%A9.yaml"),
            ("a:b?c#d%e", "a%3Ab%3Fc%23d%25e"),
            ("/lab/racks/r1.yaml", "racks/r1.yaml"),
            ("/laboratory/r1.yaml", "file:///laboratory/r1.yaml"),
            ("a\nb\\c", "a%0Ab%5Cc"),
        ] {
            assert_eq!(uri(name, folder), expected);
        }
    }
}
