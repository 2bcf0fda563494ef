//! Names: OSTA compressed Unicode (OSTA UDF 1.02, 2.1.1), and symlinks made of them.

/// A name of so many bytes as they are recorded: the first says how many bits a character has.
pub(super) fn dchars(recorded: &[u8]) -> Vec<u8> {
    match recorded {
        [8, rest @ ..] => rest.iter().map(|b| char::from(*b)).collect::<String>().into_bytes(),
        [16, rest @ ..] => {
            let units = rest.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair));
            let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            text.into_bytes()
        }
        _ => Vec::new(),
    }
}

/// A field of fixed length, whose last byte says how many of its bytes count (ECMA-167, 1/7.2.12).
pub(super) fn dstring(field: &[u8]) -> String {
    let Some((len, field)) = field.split_last() else { return String::new() };
    let name = dchars(field.get(..usize::from(*len)).unwrap_or(field));
    String::from_utf8_lossy(&name).trim_end_matches([' ', '\0']).to_owned()
}

/// A symlink's target, of path components (ECMA-167, 4/14.16).
pub(super) fn target(mut components: &[u8]) -> Vec<u8> {
    let mut target: Vec<u8> = Vec::new();
    while let [kind, len, _, _, rest @ ..] = components {
        let (name, after) = rest.split_at_checked(usize::from(*len)).unwrap_or((rest, &[]));
        components = after;
        if *kind == 1 || *kind == 2 {
            target = b"/".to_vec();
            continue;
        }
        if !target.is_empty() && !target.ends_with(b"/") {
            target.push(b'/');
        }
        match kind {
            3 => target.extend_from_slice(b".."),
            4 => target.push(b'.'),
            _ => target.extend_from_slice(&dchars(name)),
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_8_and_of_16_bits() {
        assert_eq!(dchars(b"\x08Gr\xfc\xdfe"), "Grüße".as_bytes());
        assert_eq!(dchars(b"\x10\x04\x1f\xd8\x3d\xde\x00"), "П😀".as_bytes());
        assert_eq!(dchars(b"\x10\xd8\x3d\0"), "\u{fffd}".as_bytes(), "half a pair, and half a character");
        assert_eq!((dchars(b""), dchars(b"\xfeabc")), (Vec::new(), Vec::new()));
        assert_eq!(dstring(b"\x08LABEL\0\0\x06"), "LABEL");
        assert_eq!(
            (dstring(b"\x08LABEL\0\0\xff"), dstring(b"\0\0\0"), dstring(b"")),
            ("LABEL".to_owned(), String::new(), String::new())
        );
    }

    #[test]
    fn symlinks_are_made_of_components() {
        let parts = [&b"\x03\0\0\0"[..], b"\x05\x04\0\0\x08usr", b"\x04\0\0\0", b"\x05\x02\0\0\x08b"];
        assert_eq!(target(&parts.concat()), b"../usr/./b");
        assert_eq!(target(&[&b"\x02\0\0\0"[..], parts[1]].concat()), b"/usr");
        assert_eq!(target(b"\x05\xff\0\0\x08cut"), b"cut");
    }
}
