//! The digests that count as evidence here: SHA-256, by which everything is known, and SHA-512 beside it.

use sha2::{Digest as _, Sha256 as Algorithm, Sha512 as WideAlgorithm};

/// A SHA-256 digest (FIPS 180-4), 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(pub [u8; 32]);

/// A SHA-512 digest (FIPS 180-4), 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha512(pub [u8; 64]);

/// What is wrong with a written digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDigest {
    /// Too few or too many characters.
    #[error("a {algorithm} digest has {digits} hexadecimal digits, this has {found} characters")]
    Length {
        /// Its name.
        algorithm: &'static str,
        /// How many digits it has.
        digits: usize,
        /// How many characters were found.
        found: usize,
    },
    /// A character that is no hexadecimal digit.
    #[error("`{0}` is not a hexadecimal digit")]
    Digit(char),
}

fn parse<const BYTES: usize>(algorithm: &'static str, text: &str) -> Result<[u8; BYTES], BadDigest> {
    let (digits, found) = (BYTES * 2, text.chars().count());
    if found != digits {
        return Err(BadDigest::Length { algorithm, digits, found });
    }
    let mut bytes = [0; BYTES];
    for (n, c) in text.chars().enumerate() {
        let digit = c.to_digit(16).ok_or(BadDigest::Digit(c))?;
        bytes[n / 2] = (bytes[n / 2] << 4) | u8::try_from(digit).unwrap_or(0);
    }
    Ok(bytes)
}

macro_rules! digest {
    ($name:ident, $algorithm:literal, $prefix:literal) => {
        impl std::str::FromStr for $name {
            type Err = BadDigest;

            fn from_str(text: &str) -> Result<Self, BadDigest> {
                parse($algorithm, text).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, ":{}"), self)
            }
        }
    };
}

digest!(Sha256, "SHA-256", "sha256");
digest!(Sha512, "SHA-512", "sha512");

/// A digest of either kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// The usual one.
    Sha256(Sha256),
    /// The longer one.
    Sha512(Sha512),
}

impl Digest {
    /// What it is made by, as its key in the inventory has it.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "sha256",
            Self::Sha512(_) => "sha512",
        }
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sha256(digest) => digest.fmt(f),
            Self::Sha512(digest) => digest.fmt(f),
        }
    }
}

/// Hashes bytes as they pass.
#[derive(Clone, Default)]
pub struct Hasher(Algorithm);

impl Hasher {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> Sha256 {
        Sha256(self.0.finalize().into())
    }
}

/// Hashes bytes as they pass, by SHA-512.
#[derive(Clone, Default)]
pub struct WideHasher(WideAlgorithm);

impl WideHasher {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> Sha512 {
        Sha512(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_of_the_standards_example() {
        let mut hasher = Hasher::new();
        hasher.update(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hasher.finish().to_string(), text);
        assert_eq!(text.to_uppercase().parse::<Sha256>().unwrap().to_string(), text);
        assert_eq!("ab".parse::<Sha256>(), Err(BadDigest::Length { algorithm: "SHA-256", digits: 64, found: 2 }));
        assert_eq!("zz".repeat(32).parse::<Sha256>(), Err(BadDigest::Digit('z')));
    }

    #[test]
    fn the_wide_one() {
        let mut hasher = WideHasher::new();
        hasher.update(b"abc");
        let text = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                    2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        assert_eq!(hasher.finish(), text.parse().unwrap());
        assert_eq!(format!("{:?}", Sha512([0; 64])), format!("sha512:{}", "00".repeat(64)));
    }
}
