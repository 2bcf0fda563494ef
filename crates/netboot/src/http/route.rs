//! What a request target names. Pure; a key of a table comes out, never a path.

use percent_encoding::percent_decode_str;
use pxectl_model::boot::BootId;

/// Longest path, in bytes as it came.
pub const PATH_MAX: usize = 1024;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/`: what this server is.
    Home,
    /// `/healthz`.
    Health,
    /// `/boot.ipxe` and `/default.ipxe`: the script that asks who a machine is.
    Stage1,
    /// `/boot?…`: the script of this machine. Holds the query as it came.
    Ask(String),
    /// `/artifacts/NAME`: a file, for people.
    File(String),
    /// `/media/IMAGE/PATH`: a file inside an image, for people.
    Media(String),
    /// `/nbp/NAME`: a network bootstrap program, for UEFI HTTP Boot.
    Nbp(String),
    /// `/b/<boot-id>/…`: something of one boot.
    Boot(BootId, OfBoot),
}

/// What a boot has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfBoot {
    /// `artifacts/NAME`.
    File(String),
    /// `media/IMAGE/PATH`.
    Media(String),
    /// `answer/NAME`.
    Answer(String),
    /// `event/STATE`.
    Event(String),
}

/// Why a target names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// Past [`PATH_MAX`].
    #[error("the path is too long")]
    Long,
    /// A `%` without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("the path is not well encoded")]
    Encoding,
    /// A slash, a backslash or a control character behind a `%`, or one of the latter two bare.
    #[error("the path holds a character that no name here has")]
    Character,
    /// `.`, `..` or nothing between two slashes.
    #[error("the path holds an empty or dot segment")]
    Segment,
    /// Well formed, and nothing that this server has.
    #[error("there is nothing under this path")]
    Unknown,
}

/// Reads a request target in origin form (RFC 9112 3.2.1), percent-decoding each segment once.
///
/// # Errors
/// Where it names nothing; see [`BadTarget`].
pub fn route(target: &str) -> Result<Route, BadTarget> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path.len() > PATH_MAX {
        return Err(BadTarget::Long);
    }
    let path = path.strip_prefix('/').ok_or(BadTarget::Unknown)?;
    if path.is_empty() {
        return Ok(Route::Home);
    }
    // A distribution's shim asks for its second half with two slashes before the name (DEFAULT_LOADER begins with one, and
    // generate_next_uri in httpboot.c of rhboot/shim puts it behind another).
    let path = match path.strip_prefix("nbp/").and_then(|name| name.rsplit_once("//")) {
        Some((folder, name)) if !folder.is_empty() => &*format!("nbp/{folder}/{name}"),
        _ => path,
    };
    let segments = path.split('/').map(segment).collect::<Result<Vec<String>, BadTarget>>()?;
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    Ok(match parts.as_slice() {
        ["healthz"] => Route::Health,
        ["boot.ipxe" | "default.ipxe"] => Route::Stage1,
        ["boot"] => Route::Ask(query.to_owned()),
        ["artifacts", name @ ..] if !name.is_empty() => Route::File(name.join("/")),
        ["media", name @ ..] if !name.is_empty() => Route::Media(name.join("/")),
        ["nbp", name @ ..] if !name.is_empty() => Route::Nbp(name.join("/")),
        ["b", id, kind, name @ ..] if !name.is_empty() => {
            let id = id.parse().map_err(|()| BadTarget::Unknown)?;
            let name = name.join("/");
            Route::Boot(
                id,
                match *kind {
                    "artifacts" => OfBoot::File(name),
                    "media" => OfBoot::Media(name),
                    "answer" => OfBoot::Answer(name),
                    "event" => OfBoot::Event(name),
                    _ => return Err(BadTarget::Unknown),
                },
            )
        }
        _ => return Err(BadTarget::Unknown),
    })
}

fn segment(raw: &str) -> Result<String, BadTarget> {
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        let digits = byte != b'%' || [rest.next(), rest.next()].iter().all(|d| d.is_some_and(|d| d.is_ascii_hexdigit()));
        if !digits {
            return Err(BadTarget::Encoding);
        }
    }
    let text = percent_decode_str(raw).decode_utf8().map_err(|_| BadTarget::Encoding)?;
    if text.chars().any(|c| c == '/' || c == '\\' || c.is_control()) {
        return Err(BadTarget::Character);
    }
    if matches!(&*text, "" | "." | "..") {
        return Err(BadTarget::Segment);
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00112233445566778899aabbccddeeff";

    #[test]
    fn everything_that_is_served() {
        let id: BootId = ID.parse().unwrap();
        let name = || "linux".to_owned();
        let cases = [
            ("/", Route::Home),
            ("/healthz?x", Route::Health),
            ("/boot.ipxe", Route::Stage1),
            ("/default.ipxe", Route::Stage1),
            ("/boot", Route::Ask(String::new())),
            ("/boot?serial=41%2f&mac=", Route::Ask("serial=41%2f&mac=".into())),
            ("/artifacts/linux", Route::File(name())),
            ("/artifacts/a%20b/%C3%A9", Route::File("a b/é".into())),
            ("/artifacts/%252e%252e", Route::File("%2e%2e".into())),
            ("/media/iso/casper/vmlinuz", Route::Media("iso/casper/vmlinuz".into())),
            (&format!("/b/{ID}/media/iso/a%2Bb"), Route::Boot(id, OfBoot::Media("iso/a+b".into()))),
            ("/nbp/snponly.efi", Route::Nbp("snponly.efi".into())),
            ("/nbp/x86_64-sb//grubx64.efi", Route::Nbp("x86_64-sb/grubx64.efi".into())),
            (&format!("/b/{ID}/artifacts/linux"), Route::Boot(id, OfBoot::File(name()))),
            (&format!("/b/{ID}/answer/preseed.cfg"), Route::Boot(id, OfBoot::Answer("preseed.cfg".into()))),
            (&format!("/b/{ID}/event/booted"), Route::Boot(id, OfBoot::Event("booted".into()))),
        ];
        for (target, expected) in cases {
            assert_eq!(route(target), Ok(expected), "{target}");
        }
    }

    #[test]
    fn what_names_nothing_says_why() {
        let cases = [
            ("/artifacts/../etc/passwd", BadTarget::Segment),
            ("/artifacts/%2e%2E/passwd", BadTarget::Segment),
            ("/artifacts//etc", BadTarget::Segment),
            ("/artifacts/", BadTarget::Segment),
            ("/nbp//snponly.efi", BadTarget::Segment),
            ("/nbp/a///b", BadTarget::Segment),
            ("/nbp/a//..", BadTarget::Segment),
            ("/artifacts/a%2fb", BadTarget::Character),
            ("/artifacts/a%00", BadTarget::Character),
            ("/artifacts/a%5cb", BadTarget::Character),
            ("/artifacts/%", BadTarget::Encoding),
            ("/artifacts/%4", BadTarget::Encoding),
            ("/artifacts/%+1", BadTarget::Encoding),
            ("/artifacts/%ff", BadTarget::Encoding),
            ("/media/iso/../../etc/passwd", BadTarget::Segment),
            ("/media/iso/a%2f..%2fb", BadTarget::Character),
            ("/media", BadTarget::Unknown),
            ("/artifacts", BadTarget::Unknown),
            ("*", BadTarget::Unknown),
            ("", BadTarget::Unknown),
            ("/etc/passwd", BadTarget::Unknown),
            ("/b/0011/artifacts/linux", BadTarget::Unknown),
            ("/b/00112233445566778899AABBCCDDEEFF/artifacts/linux", BadTarget::Unknown),
            ("/b/00112233445566778899aabbccddeeff/secret/linux", BadTarget::Unknown),
            ("/b/00112233445566778899aabbccddeeff/answer", BadTarget::Unknown),
        ];
        for (target, expected) in cases {
            assert_eq!(route(target), Err(expected), "{target}");
        }
        assert_eq!(route(&format!("/{}", "a".repeat(PATH_MAX))), Err(BadTarget::Long));
    }
}
