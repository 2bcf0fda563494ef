//! What an OpenPGP key is known by.

/// The fingerprint of an OpenPGP key: SHA-1 of a key of version 4 (20 bytes), SHA-256 of one of version 6 (32 bytes); RFC 9580, 5.5.4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fingerprint {
    /// Of a key of version 4.
    V4([u8; 20]),
    /// Of a key of version 6.
    V6([u8; 32]),
}

/// What is wrong with a written fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFingerprint {
    /// A part of one.
    #[error(
        "a key id of {0} digits is only the end of a fingerprint, and anybody can make another key with the same one; \
         `gpg --show-keys FILE` prints the whole fingerprint"
    )]
    KeyId(usize),
    /// Of a key that nobody should use any more.
    #[error("a fingerprint of 32 digits is MD5, of a key of version 3; such keys are no evidence")]
    Md5,
    /// Too few or too many characters.
    #[error("the fingerprint of a key has 40 hexadecimal digits (64 for keys of version 6), this has {0}")]
    Length(usize),
    /// A character that is no hexadecimal digit.
    #[error("`{0}` is not a hexadecimal digit")]
    Digit(char),
}

impl std::str::FromStr for Fingerprint {
    type Err = BadFingerprint;

    /// Blanks count for nothing: programs and web pages print them in between. So does `0x` in front.
    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let text = text.trim();
        let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        let mut digits = Vec::with_capacity(64);
        for c in text.chars().filter(|c| *c != ' ') {
            let digit = c.to_digit(16).ok_or(BadFingerprint::Digit(c))?;
            digits.push(u8::try_from(digit).unwrap_or(0));
        }
        let bytes = || digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit));
        let fill = |to: &mut [u8]| to.iter_mut().zip(bytes()).for_each(|(to, byte)| *to = byte);
        match digits.len() {
            40 => {
                let mut bytes = [0; 20];
                fill(&mut bytes);
                Ok(Self::V4(bytes))
            }
            64 => {
                let mut bytes = [0; 32];
                fill(&mut bytes);
                Ok(Self::V6(bytes))
            }
            digits @ (8 | 16) => Err(BadFingerprint::KeyId(digits)),
            32 => Err(BadFingerprint::Md5),
            digits => Err(BadFingerprint::Length(digits)),
        }
    }
}

impl Fingerprint {
    /// Its bytes: 20 or 32.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::V4(bytes) => bytes,
            Self::V6(bytes) => bytes,
        }
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "key:{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_programs_print_them() {
        let text = "4CB50190207B4758A3F73A796ED0E7B82643E131";
        let parsed: Fingerprint = text.parse().unwrap();
        assert_eq!(parsed.to_string(), text);
        for other in [
            "4cb50190207b4758a3f73a796ed0e7b82643e131",
            "4CB5 0190 207B 4758 A3F7  3A79 6ED0 E7B8 2643 E131",
            "0x4CB50190207B4758A3F73A796ED0E7B82643E131",
        ] {
            assert_eq!(other.parse(), Ok(parsed), "{other}");
        }
        assert_eq!("ab".repeat(32).parse(), Ok(Fingerprint::V6([0xab; 32])));
    }

    #[test]
    fn parts_and_others_are_none() {
        let bad = |text: &str| text.parse::<Fingerprint>().unwrap_err();
        assert_eq!(bad("6ED0E7B82643E131"), BadFingerprint::KeyId(16));
        assert_eq!(bad("0x2643E131"), BadFingerprint::KeyId(8));
        assert_eq!(bad(&"ab".repeat(16)), BadFingerprint::Md5);
        assert_eq!(bad(""), BadFingerprint::Length(0));
        assert_eq!(bad(&"a".repeat(41)), BadFingerprint::Length(41));
        assert_eq!(bad("4CB5-0190"), BadFingerprint::Digit('-'));
    }
}
