//! A publisher's word on what files must hash to: checksum files of every kind, and the OpenPGP signatures over them. Pure.
//!
//! | format | known by | for instance |
//! |---|---|---|
//! | [`clearsign`] | `-----BEGIN PGP SIGNED MESSAGE-----`; one of the others inside | Fedora's CHECKSUM, Debian's InRelease |
//! | [`stream`] | a JSON object | Fedora CoreOS' streams |
//! | [`treeinfo`] | a section `[checksums]` | `.treeinfo` of the Fedora family |
//! | [`release`] | a field `SHA256:` or `SHA512:` | Release of a Debian archive |
//! | [`lines`] | lines with a digest and a name each | sha256sum(1), BSD's sha256(1), openssl-dgst(1) |
//! | [`lines`] | one digest and nothing else | `FILE.sha256` |

pub mod clearsign;
mod fault;
pub mod lines;
pub mod listing;
pub mod openpgp;
pub mod release;
pub mod stream;
mod sum;
#[cfg(test)]
mod tests;
pub mod treeinfo;

use std::borrow::Cow;

pub use fault::Fault;
pub use listing::{Entry, Listing};
pub use sum::Sum;

/// Largest checksum file, release file or stream that is read, bytes. Debian's Release has some 200 KB.
pub const LARGEST_LIST: usize = 8 << 20;
/// Largest detached signature that is read, bytes.
pub const LARGEST_SIGNATURE: usize = 256 << 10;
/// Largest file of keys that is read, bytes.
pub const LARGEST_KEYS: usize = 2 << 20;

/// What a checksum file says. Of a clearsigned one only what was signed counts; whether the signature is good is for
/// [`openpgp::verify`] to say.
///
/// # Errors
/// Where it is too large, is none of the formats, or says two things of one file.
pub fn read(bytes: &[u8]) -> Result<Listing, Fault> {
    if bytes.len() > LARGEST_LIST {
        return Err(Fault::TooLarge { most: LARGEST_LIST });
    }
    match clearsign::split(bytes)? {
        Some(signed) => read_text(&signed.text()),
        None => read_text(&text(bytes)),
    }
}

/// Bytes that are no UTF-8 (names from another time) match no URL, and harm nobody else.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

fn read_text(text: &str) -> Result<Listing, Fault> {
    let start = text.trim_start();
    let listing = if start.starts_with('{') {
        stream::read(text)?
    } else if treeinfo::is_one(text) {
        treeinfo::read(text)?
    } else if release::is_one(text) {
        release::read(text)?
    } else {
        lines::read(text)?
    };
    if listing.is_empty() {
        let head = start.get(..15).unwrap_or_default().to_ascii_lowercase();
        let page = head.starts_with("<!doctype html") || head.starts_with("<html");
        return Err(if page { Fault::Page } else { Fault::Nothing });
    }
    Ok(listing)
}
