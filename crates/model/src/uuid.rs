//! SMBIOS system UUIDs (type 1).

/// A UUID in its text order (RFC 9562); SMBIOS and DHCP option 97 hold the first three fields little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

/// What is wrong with a written UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a UUID is 32 hexadecimal digits, as in 01234567-89ab-cdef-0123-456789abcdef")]
pub struct BadUuid;

/// UUIDs that boards have in place of one of their own, as text order has them. Lists that agree: GLPI Agent's, osquery's
/// (`kPlaceholderHardwareUUIDList`) and deployment tools' for machines that all look known.
const PLACEHOLDERS: [u128; 9] = [
    // AMI's default, and the same with its first fields in SMBIOS order.
    0x03000200_0400_0500_0006_000700080009,
    0x00020003_0004_0005_0006_000700080009,
    // Counted bytes, both ways round, and from one.
    0x00010203_0405_0607_0809_0a0b0c0d0e0f,
    0x03020100_0504_0706_0809_0a0b0c0d0e0f,
    0x01020304_0506_0708_090a_0b0c0d0e0f10,
    0x12345678_1234_5678_90ab_cddeefaabbcc,
    0x12345678_1234_1234_1234_123456789012,
    0x10000000_0000_8000_0040_000000000000,
    // Dell's, which holds the service tag, on a new board: the tag is blanks.
    0x4c4c4544_0000_2010_8020_80c04f202020,
];

impl std::str::FromStr for Uuid {
    type Err = BadUuid;

    /// Takes 32 digits with hyphens at the four usual places, or with none; braces around it are taken off.
    fn from_str(text: &str) -> Result<Self, BadUuid> {
        let text = text.trim();
        let text = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
        let groups: Vec<&str> = text.split('-').collect();
        let widths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
        if !matches!(widths.as_slice(), [32] | [8, 4, 4, 4, 12]) {
            return Err(BadUuid);
        }
        let digits = groups.concat();
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(BadUuid);
        }
        let value = u128::from_str_radix(&digits, 16).map_err(|_| BadUuid)?;
        Ok(Self(value.to_be_bytes()))
    }
}

impl Uuid {
    /// Whether many boards share it, so that it names none: one byte repeated, or a known default.
    pub fn is_placeholder(self) -> bool {
        self.0.iter().all(|byte| *byte == self.0[0]) || PLACEHOLDERS.contains(&u128::from_be_bytes(self.0))
    }

    /// The bytes as SMBIOS and DHCP option 97 (RFC 4578 2.3, after its type byte) carry them.
    pub fn wire_order(self) -> [u8; 16] {
        let mut bytes = self.0;
        bytes[0..4].reverse();
        bytes[4..6].reverse();
        bytes[6..8].reverse();
        bytes
    }
}

impl std::fmt::Display for Uuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, byte) in self.0.iter().enumerate() {
            if matches!(n, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_wire_order() {
        let text = "01234567-89ab-cdef-0123-456789abcdef";
        let uuid: Uuid = text.to_uppercase().parse().unwrap();
        assert_eq!(uuid.to_string(), text);
        assert_eq!("{0123456789abcdef0123456789abcdef}".parse(), Ok(uuid));
        // Seen on the wire of QEMU's BIOS ROM, iPXE and OVMF alike.
        assert_eq!(uuid.wire_order()[..8], [0x67, 0x45, 0x23, 0x01, 0xab, 0x89, 0xef, 0xcd]);
        assert!(!uuid.is_placeholder());
        assert!("03000200-0400-0500-0006-000700080009".parse::<Uuid>().unwrap().is_placeholder());
        assert!("4C4C4544-0000-2010-8020-80C04F202020".parse::<Uuid>().unwrap().is_placeholder());
        assert!(!"4C4C4544-0042-3510-8052-B3C04F4B4E32".parse::<Uuid>().unwrap().is_placeholder());
        assert!("ffffffff-ffff-ffff-ffff-ffffffffffff".parse::<Uuid>().unwrap().is_placeholder());
        assert_eq!("0123".parse::<Uuid>(), Err(BadUuid));
        assert_eq!("0123456789abcdef0123456789abcdeé".parse::<Uuid>(), Err(BadUuid));
    }
}
