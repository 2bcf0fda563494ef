//! What an iPXE build says of itself, where it is not compressed: UEFI builds are not, those for BIOS are.

use crate::error::text;

/// An iPXE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ipxe {
    /// Its version: `1.21.1+git…`.
    pub version: String,
    /// What it tells DHCP servers that it can do: protocols and formats, by iPXE's names.
    pub features: Vec<&'static str>,
}

/// The sub-options of DHCP option 175 by which iPXE says what it can (iPXE: `ipxe/features.h`), each followed by its length, 1, and a version.
const FEATURES: [(u8, &str); 25] = [
    (0x10, "PXEXT"),
    (0x11, "iSCSI"),
    (0x12, "AoE"),
    (0x13, "HTTP"),
    (0x14, "HTTPS"),
    (0x15, "TFTP"),
    (0x16, "FTP"),
    (0x17, "DNS"),
    (0x18, "bzImage"),
    (0x19, "Multiboot"),
    (0x1a, "SLAM"),
    (0x1b, "SRP"),
    (0x20, "NBI"),
    (0x21, "PXE"),
    (0x22, "ELF"),
    (0x23, "COMBOOT"),
    (0x24, "EFI"),
    (0x25, "FCoE"),
    (0x26, "VLAN"),
    (0x27, "Menu"),
    (0x28, "SDI"),
    (0x29, "NFS"),
    (0x2a, "feature 0x2a"),
    (0x2b, "feature 0x2b"),
    (0x2c, "feature 0x2c"),
];

/// Sub-option 235 of option 175: three bytes of version. It stands before the features.
const VERSION: [u8; 2] = [0xeb, 3];

/// Finds the record in a program's bytes, and the text of its version.
pub(crate) fn find(program: &[u8]) -> Option<Ipxe> {
    let (numbers, features) = program.windows(VERSION.len() + 6).enumerate().find_map(|(at, bytes)| {
        let [0xeb, 3, major, minor, patch, ..] = *bytes else { return None };
        let features = features(&program[at + 5..]);
        (features.len() >= 3).then_some(([major, minor, patch], features))
    })?;
    let [major, minor, patch] = numbers;
    let short = format!("{major}.{minor}.{patch}");
    let version = texts(program).find(|found| {
        found.strip_prefix(short.as_bytes()).is_some_and(|rest| rest.first().is_none_or(|b| !b.is_ascii_digit() && *b != b'.'))
    });
    Some(Ipxe { version: version.map_or(short, text), features })
}

fn features(mut rest: &[u8]) -> Vec<&'static str> {
    let mut all = Vec::new();
    while let [option, 1, _version, after @ ..] = rest {
        let Some((_, name)) = FEATURES.iter().find(|(number, _)| number == option) else { break };
        all.push(*name);
        rest = after;
        if all.len() > FEATURES.len() {
            break;
        }
    }
    all.sort_unstable_by_key(|name| name.to_ascii_lowercase());
    all.dedup();
    all
}

/// Printable texts that end with NUL, of no more than 100 bytes.
fn texts(program: &[u8]) -> impl Iterator<Item = &[u8]> {
    program.split(|b| *b == 0).filter_map(|piece| {
        let start = piece.iter().rposition(|b| !(b' '..=b'~').contains(b)).map_or(0, |at| at + 1);
        Some(&piece[start..]).filter(|found| (5..=100).contains(&found.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_and_the_text_of_its_version() {
        let mut program = b"\0\xeb\x03\x01\x02\x03 not it\0\x01\x011.21.10\0\x801.21.1+git\0ipxe.efi\0".to_vec();
        program.extend(b"\xeb\x03\x01\x15\x01\x13\x01\x01\x15\x01\x01\x17\x01\x01\0\0");
        let found = find(&program).unwrap();
        assert_eq!(found, Ipxe { version: "1.21.1+git".to_owned(), features: vec!["DNS", "HTTP", "TFTP"] });
        assert_eq!(find(&program[..program.len() - 6]), None, "two features are chance");
        assert_eq!(find(b"\xeb\x03"), None);
    }
}
