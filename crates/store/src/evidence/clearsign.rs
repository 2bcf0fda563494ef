//! Texts that are signed in themselves: the cleartext signature framework (RFC 9580, 7). Only what lies inside was signed.

use super::Fault;

const BEGIN: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END: &[u8] = b"-----END PGP SIGNATURE-----";

/// A clearsigned text, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearsigned<'t> {
    /// What was signed: dashes unescaped, no blanks at ends of lines, which are CR LF; without the last one.
    pub signed: Vec<u8>,
    /// The signature in its armor.
    pub signature: &'t [u8],
}

impl Clearsigned<'_> {
    /// What was signed, as text with plain line ends.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.signed).replace("\r\n", "\n")
    }
}

/// A line without its end, and without blanks before that: nobody signs those.
fn trimmed(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).map_or(0, |last| last + 1);
    &line[..end]
}

/// Takes a clearsigned text apart; none where it is not one. What stands before and after it counts for nothing.
///
/// # Errors
/// Where it is broken, or where there are two.
pub fn split(bytes: &[u8]) -> Result<Option<Clearsigned<'_>>, Fault> {
    let mut at = 0;
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').map(|line| {
        let start = at;
        at += line.len();
        (start, trimmed(line))
    });
    if !lines.any(|(_, line)| line == BEGIN) {
        return Ok(None);
    }
    loop {
        match lines.next() {
            None => return Err(Fault::Clearsigned("it ends before its text begins")),
            Some((_, b"")) => break,
            // Anything else there would look signed, and is not.
            Some((_, line)) if line.starts_with(b"Hash:") => {}
            Some(_) => return Err(Fault::Clearsigned("something else than the names of hashes stands in its head")),
        }
    }
    let mut signed = Vec::new();
    let mut first = true;
    let start = loop {
        let Some((start, line)) = lines.next() else { return Err(Fault::Clearsigned("there is no signature after its text")) };
        let line = match line {
            line if line == SIGNATURE => break start,
            line if line.starts_with(b"- ") => &line[2..],
            // What stood there was only a dash and blanks.
            b"-" => b"",
            line if line.starts_with(b"-") => return Err(Fault::Clearsigned("a line begins with a dash that is not escaped")),
            line => line,
        };
        if !std::mem::take(&mut first) {
            signed.extend_from_slice(b"\r\n");
        }
        signed.extend_from_slice(line);
    };
    let Some((last, line)) = lines.by_ref().find(|(_, line)| *line == END) else {
        return Err(Fault::Clearsigned("its signature does not end"));
    };
    if lines.any(|(_, line)| line == BEGIN) {
        return Err(Fault::Clearsigned("there are two of them, one after the other"));
    }
    Ok(Some(Clearsigned { signed, signature: &bytes[start..last + line.len()] }))
}
