//! Names as the three kinds of tree record them.

/// A Joliet name: UCS-2, big-endian (Joliet Specification, 1995); written as UTF-8, and pairs of surrogates are understood.
pub(crate) fn joliet(recorded: &[u8]) -> Vec<u8> {
    let (pairs, _) = recorded.as_chunks::<2>();
    let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
    let name: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    without_version(name.as_bytes()).to_vec()
}

/// A plain name (ECMA-119, 7.5.1) as Linux shows it: without its version and the dot of an empty extension, in lower case.
pub(crate) fn plain(recorded: &[u8]) -> Vec<u8> {
    let name = without_version(recorded);
    name.strip_suffix(b".").filter(|rest| !rest.is_empty()).unwrap_or(name).to_ascii_lowercase()
}

/// `KERNEL.IMG;1` is version 1 of it.
fn without_version(name: &[u8]) -> &[u8] {
    let Some(at) = name.iter().rposition(|b| *b == b';') else { return name };
    let (stem, version) = name.split_at(at);
    if !stem.is_empty() && version.len() > 1 && version[1..].iter().all(u8::is_ascii_digit) { stem } else { name }
}

#[cfg(test)]
mod tests {
    use super::{joliet, plain};

    #[test]
    fn as_people_know_them() {
        for (recorded, name) in
            [("VMLINUZ.;1", "vmlinuz"), ("INITRD.GZ;1", "initrd.gz"), ("BOOT", "boot"), ("A;B", "a;b"), (".", ".")]
        {
            assert_eq!(plain(recorded.as_bytes()), name.as_bytes());
        }
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        assert_eq!(joliet(&utf16("Grüße 😀.txt;1")), "Grüße 😀.txt".as_bytes());
        assert_eq!(joliet(&[0xd8, 0x00, 0x00]), "\u{fffd}".as_bytes(), "half a pair, and half a unit");
    }
}
