//! One digest, as checksum files write it.

use pxectl_model::digest::Digest;

/// A digest, or why it is none that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// SHA-256 or SHA-512.
    Strong(Digest),
    /// Another one, by its name.
    Weak(&'static str),
}

impl Sum {
    /// A digest that stands there without saying how it was made: its length tells.
    pub fn by_length(digits: &str) -> Option<Self> {
        let algorithm = match digits.len() {
            32 => "MD5",
            40 => "SHA-1",
            56 => "SHA-224",
            64 => "SHA-256",
            96 => "SHA-384",
            128 => "SHA-512",
            _ => return None,
        };
        Self::of(algorithm, digits)
    }

    /// A digest with the name of its algorithm, as whoever has written it.
    pub fn by_name(algorithm: &str, digits: &str) -> Option<Self> {
        let bare: String = algorithm.chars().filter(char::is_ascii_alphanumeric).collect();
        let (algorithm, len) = match bare.to_ascii_lowercase().as_str() {
            "sha256" | "sha2256" => ("SHA-256", 64),
            "sha512" | "sha2512" => ("SHA-512", 128),
            "sha384" | "sha2384" => ("SHA-384", 96),
            "sha224" | "sha2224" => ("SHA-224", 56),
            "sha1" => ("SHA-1", 40),
            "md5" => ("MD5", 32),
            _ => return None,
        };
        if digits.len() == len { Self::of(algorithm, digits) } else { None }
    }

    fn of(algorithm: &'static str, digits: &str) -> Option<Self> {
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        Some(match algorithm {
            "SHA-256" => Self::Strong(Digest::Sha256(digits.parse().ok()?)),
            "SHA-512" => Self::Strong(Digest::Sha512(digits.parse().ok()?)),
            weak => Self::Weak(weak),
        })
    }
}
