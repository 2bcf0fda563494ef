//! What bytes are by how they begin: only to name it.

/// Formats by their first bytes: one word for programs, and for people.
const MAGICS: [(usize, &[u8], &str, &str); 17] = [
    (0, b"\x1f\x8b", "gzip", "gzip"),
    (0, b"\xfd7zXZ\0", "xz", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd", "Zstandard"),
    (0, b"BZh", "bzip2", "bzip2"),
    (0, b"\x04\x22\x4d\x18", "lz4", "LZ4"),
    (0, b"\x02\x21\x4c\x18", "lz4", "LZ4 of the old kind, as kernels take it"),
    (0, b"\x5d\0\0", "lzma", "LZMA"),
    (0, b"\x89LZO\0", "lzo", "LZO"),
    (0, b"070701", "cpio", "cpio (newc), as initrds are"),
    (0, b"070702", "cpio", "cpio (newc with checksums)"),
    (0, b"\x7fELF", "elf", "ELF"),
    (0x38, b"ARM\x64", "arm64-image", "Linux kernel for arm64 (Image)"),
    (0, b"hsqs", "squashfs", "SquashFS"),
    (0, b"PK\x03\x04", "zip", "ZIP"),
    (257, b"ustar", "tar", "tar"),
    (0, b"\x27\x05\x19\x56", "uimage", "U-Boot image"),
    (0, b"\x55\xaa", "rom", "option ROM"),
];

/// One word, and what to say.
pub(super) fn named(head: &[u8]) -> (&'static str, &'static str) {
    if is_html(head) {
        return ("html", "HTML page");
    }
    let found = MAGICS.iter().find(|(at, magic, ..)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)));
    match found {
        Some((_, _, word, title)) => (word, title),
        None if is_text(head) => ("text", "text"),
        None => ("unknown", "of no format that is known here"),
    }
}

fn is_html(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |with: &[u8]| head.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    begins(b"<!doctype html")
        || begins(b"<html")
        || (begins(b"<?xml") && head.windows(5).any(|at| at.eq_ignore_ascii_case(b"<html")))
}

/// No control characters but those of lines, and UTF-8 as far as the head goes.
fn is_text(head: &[u8]) -> bool {
    let printable = |b: &u8| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r' | 0x0c);
    let cut = |error: std::str::Utf8Error| error.error_len().is_none();
    !head.is_empty() && head.iter().all(printable) && std::str::from_utf8(head).err().is_none_or(cut)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn by_their_first_bytes() {
        for (bytes, word) in [
            (&b"\x1f\x8b\x08"[..], "gzip"),
            (b"  \r\n<!DOCTYPE HTML PUBLIC", "html"),
            (b"\xef\xbb\xbf<HTML>", "html"),
            (b"<?xml version='1.0'?><!DOCTYPE x><html xmlns='y'>", "html"),
            (b"<?xml version='1.0'?><unattend>", "text"),
            (b"{\"error\": \"not found\"}\n", "text"),
            ("größe".as_bytes(), "text"),
            (&"größ".as_bytes()[..3], "text"),
            (b"gr\xfc\xdfe", "unknown"),
            (b"0707010000", "cpio"),
            (b"", "unknown"),
            (b"\0\0\0\0", "unknown"),
        ] {
            assert_eq!(named(bytes).0, word, "{bytes:?}");
        }
    }
}
