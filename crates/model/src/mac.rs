//! Ethernet addresses.

/// A 48-bit Ethernet address (EUI-48).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

/// What is wrong with a written address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a MAC address is six bytes, as in 52:54:00:12:34:56, 52-54-00-12-34-56 or 5254.0012.3456")]
pub struct BadMac;

impl std::str::FromStr for Mac {
    type Err = BadMac;

    /// Takes `52:54:00:12:34:56`, `52-54-00-12-34-56`, `5254.0012.3456` and `525400123456`, in either case.
    fn from_str(text: &str) -> Result<Self, BadMac> {
        let text = text.trim();
        let groups: Vec<&str> = match text {
            _ if text.contains(':') => text.split(':').collect(),
            _ if text.contains('-') => text.split('-').collect(),
            _ if text.contains('.') => text.split('.').collect(),
            _ => vec![text],
        };
        let width = match groups.len() {
            6 => 2,
            3 => 4,
            1 => 12,
            _ => return Err(BadMac),
        };
        if groups.iter().any(|g| g.len() != width || !g.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(BadMac);
        }
        let digits = groups.concat();
        let mut bytes = [0; 6];
        for (n, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[n * 2..n * 2 + 2], 16).map_err(|_| BadMac)?;
        }
        Ok(Self(bytes))
    }
}

impl Mac {
    /// Whether it can name one machine: neither all zero, all ones, nor a multicast address.
    pub fn is_usable(self) -> bool {
        self.0 != [0; 6] && self.0[0] & 1 == 0
    }

    /// Whether it is one that people write into samples: those set aside for documentation (RFC 9542: 00-00-5E-00-53-00 to FF),
    /// digits that are counted, and one byte repeated. A virtual machine may have it all the same.
    pub fn is_sample(self) -> bool {
        const COUNTED: [[u8; 6]; 4] = [
            [0x00, 0x11, 0x22, 0x33, 0x44, 0x55],
            [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc],
            [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff],
            [0x00, 0x01, 0x02, 0x03, 0x04, 0x05],
        ];
        let repeated = self.0.iter().all(|byte| *byte == self.0[0]);
        self.is_usable() && (repeated || self.0.starts_with(&[0, 0, 0x5e, 0, 0x53]) || COUNTED.contains(&self.0))
    }
}

impl std::fmt::Display for Mac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_spelling_is_one_address() {
        let mac = Mac([0x52, 0x54, 0, 0x12, 0x34, 0xab]);
        for text in ["52:54:00:12:34:ab", "52-54-00-12-34-AB", "5254.0012.34ab", "5254001234AB", " 52:54:00:12:34:ab "] {
            assert_eq!(text.parse(), Ok(mac), "{text}");
        }
        assert_eq!(mac.to_string(), "52:54:00:12:34:ab");
        assert!(mac.is_usable() && !mac.is_sample());
        assert!(!Mac([0xff; 6]).is_sample(), "that is nobody's at all");
        for text in ["", "52:54:00:12:34", "52:54:00:12:34:5g", "52:54:00:12:34:567", "é254.0012.34ab", "+1:54:00:12:34:56"] {
            assert_eq!(text.parse::<Mac>(), Err(BadMac), "{text}");
        }
    }
}
