//! Setting values, their types, and how iPXE prints them.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

/// How a value is printed and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// Text as it is.
    String,
    /// Text with what matters to a URI escaped. Unsafe in URLs before November 2021: decoded and encoded once more.
    UriString,
    /// `10.1.0.1`.
    Ipv4,
    /// `fe80::1`.
    Ipv6,
    /// A signed number of 1, 2 or 4 bytes, in decimal.
    Int(u8),
    /// An unsigned number of 1, 2 or 4 bytes, printed as `0x…`.
    Uint(u8),
    /// `52:54:00`.
    Hex,
    /// `52-54-00`.
    HexHyp,
    /// `525400`: safe in a URL on every version.
    HexRaw,
    /// RFC 4648 base 64.
    Base64,
    /// A UUID in its text order.
    Uuid,
    /// A UUID from its little-endian form; since January 2022.
    Guid,
    /// A PCI address.
    BusDevFn,
}

impl ValueType {
    /// The type with this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "uristring" => Self::UriString,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "int8" => Self::Int(1),
            "int16" => Self::Int(2),
            "int32" => Self::Int(4),
            "uint8" => Self::Uint(1),
            "uint16" => Self::Uint(2),
            "uint32" => Self::Uint(4),
            "hex" => Self::Hex,
            "hexhyp" => Self::HexHyp,
            "hexraw" => Self::HexRaw,
            "base64" => Self::Base64,
            "uuid" => Self::Uuid,
            "guid" => Self::Guid,
            "busdevfn" => Self::BusDevFn,
            _ => return None,
        })
    }

    /// Whether what it prints can never hold `${`, a blank or a separator, whatever the bytes are.
    pub fn is_harmless(self) -> bool {
        !matches!(self, Self::String | Self::UriString)
    }

    /// The text of these bytes, or none where iPXE would print nothing.
    pub fn print(self, bytes: &[u8]) -> Option<String> {
        match self {
            // The value is put together with "%s": a NUL ends it.
            Self::String => Some(String::from_utf8_lossy(bytes.split(|b| *b == 0).next().unwrap_or_default()).into_owned()),
            Self::UriString => Some(super::uri::encode(bytes, "/#:@?=&")),
            Self::Ipv4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes.get(..4)?).ok()?).to_string()),
            Self::Ipv6 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.get(..16)?).ok()?).to_string()),
            Self::Int(_) => number(bytes, true).map(|n| n.to_string()),
            Self::Uint(_) => number(bytes, false).map(|n| format!("{n:#x}")),
            Self::Hex => Some(hex(bytes, ":")),
            Self::HexHyp => Some(hex(bytes, "-")),
            Self::HexRaw => Some(hex(bytes, "")),
            Self::Base64 => Some(base64(bytes)),
            Self::Uuid => uuid(bytes),
            Self::Guid => {
                let mut swapped = bytes.to_vec();
                swapped.get_mut(0..4)?.reverse();
                swapped.get_mut(4..6)?.reverse();
                swapped.get_mut(6..8)?.reverse();
                uuid(&swapped)
            }
            Self::BusDevFn => {
                let n = number(bytes, false)?;
                Some(format!("{:04x}:{:02x}:{:02x}.{:x}", (n >> 16) & 0xffff, (n >> 8) & 0xff, (n >> 3) & 0x1f, n & 7))
            }
        }
    }

    /// The bytes of this text, or none where `set` would refuse it.
    pub fn read(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::String => Some(text.as_bytes().to_vec()),
            Self::UriString => Some(super::uri::decode(text)),
            Self::Ipv4 => text.parse::<Ipv4Addr>().ok().map(|a| a.octets().to_vec()),
            Self::Ipv6 => text.parse::<Ipv6Addr>().ok().map(|a| a.octets().to_vec()),
            Self::Int(width) | Self::Uint(width) => integer(text).map(|n| n.to_be_bytes()[4 - usize::from(width)..].to_vec()),
            Self::Hex => unhex(text, Some(':')),
            Self::HexHyp => unhex(text, Some('-')),
            Self::HexRaw => unhex(text, None),
            Self::Base64 | Self::Uuid | Self::Guid | Self::BusDevFn => None,
        }
    }
}

/// A value as a machine holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The type that it is printed with where none is named.
    pub natural: ValueType,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<Vec<u8>>) -> Self {
        Self { natural: ValueType::String, bytes: text.into() }
    }
}

/// `[block/]name[:type]`, as it stands between `${` and `}` or after `set`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingName<'a> {
    /// The settings block; none means all of them.
    pub block: Option<&'a str>,
    /// The setting.
    pub name: &'a str,
    /// The type's name, known or not.
    pub type_name: Option<&'a str>,
}

impl<'a> SettingName<'a> {
    /// Cuts a setting's name into its parts.
    pub fn parse(text: &'a str) -> Self {
        let (block, rest) = text.split_once('/').map_or((None, text), |(block, rest)| (Some(block), rest));
        let (name, type_name) = rest.split_once(':').map_or((rest, None), |(name, t)| (name, Some(t)));
        Self { block, name, type_name }
    }
}

/// A number as iPXE reads it: decimal, `0x…` or `0…`; empty is 0, more than 32 bits lose the upper ones.
pub(super) fn integer(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None if lower.starts_with('0') => (lower.as_str(), 8),
        None => (lower.as_str(), 10),
    };
    digits.chars().try_fold(0u32, |n, c| c.to_digit(radix).map(|d| n.wrapping_mul(radix).wrapping_add(d)))
}

/// A big-endian number that fits 32 bits.
pub(super) fn number(bytes: &[u8], signed: bool) -> Option<i64> {
    let negative = signed && bytes.first().is_some_and(|b| *b & 0x80 != 0);
    let pad = if negative { 0xff } else { 0 };
    let (upper, lower) = bytes.split_at(bytes.len().saturating_sub(4));
    if upper.iter().any(|b| *b != pad) {
        return None;
    }
    let start = if negative { -1i64 } else { 0 };
    Some(lower.iter().fold(start, |n, b| (n << 8) | i64::from(*b)))
}

fn hex(bytes: &[u8], between: &str) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (n, byte) in bytes.iter().enumerate() {
        if n > 0 {
            text.push_str(between);
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn unhex(text: &str, between: Option<char>) -> Option<Vec<u8>> {
    let digits: Vec<u8> = match between {
        Some(separator) => {
            let mut bytes = Vec::new();
            for group in text.split(separator) {
                if group.is_empty() || group.len() > 2 {
                    return None;
                }
                bytes.push(u8::from_str_radix(group, 16).ok()?);
            }
            return Some(bytes);
        }
        None => text.bytes().collect(),
    };
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    digits.chunks(2).map(|pair| std::str::from_utf8(pair).ok().and_then(|p| u8::from_str_radix(p, 16).ok())).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |n, b| (n << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit)) as usize & 63;
            text.push(if digit <= chunk.len() { char::from(DIGITS[index]) } else { '=' });
        }
    }
    text
}

fn uuid(bytes: &[u8]) -> Option<String> {
    let bytes = <[u8; 16]>::try_from(bytes).ok()?;
    let all = hex(&bytes, "");
    Some(format!("{}-{}-{}-{}-{}", &all[..8], &all[8..12], &all[12..16], &all[16..20], &all[20..]))
}
