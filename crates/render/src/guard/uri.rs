//! One part of a URL (RFC 3986): everything but the unreserved characters as `%XX`.

use std::fmt::Write as _;

/// The value with everything encoded that is not a letter, a digit or one of `-._~`.
pub fn encoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
