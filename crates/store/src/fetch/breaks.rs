//! Why a connection or an answer broke, in words.

use std::io;
use std::time::Duration;

use super::client::chain;
use super::refusal::cause;

/// What about an answer could not be read, where that is why it failed: it does not pass, and is not on curl's list. hyper, which is below
/// reqwest, tells it by its words alone.
pub(super) fn no_http(why: &str) -> Option<&str> {
    let parsed = why.strip_suffix(" parsed").filter(|fault| fault.starts_with("invalid ") || fault.starts_with("unexpected "));
    parsed.or(Some(why).filter(|why| *why == "message head is too large"))
}

/// What an error in the middle of a body means.
pub(super) fn broke(error: &reqwest::Error, have: u64, stall: Duration) -> String {
    if error.is_timeout() {
        return format!("no byte came for {stall:.0?}, after {have} bytes");
    }
    let why = chain(error);
    // As for `no_http`: by its words.
    if why.to_ascii_lowercase().contains("chunk") {
        return format!("what it sends makes no sense after {have} bytes ({why})");
    }
    let because = match cause::<rustls::Error>(error) {
        Some(rustls::Error::DecryptError | rustls::Error::InvalidMessage(_)) => {
            " (what came was damaged on the way, TLS says)".to_owned()
        }
        _ if cause::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof) => {
            " (it was closed before the end)".to_owned()
        }
        // Which is all that is left of why.
        _ if why == "connection error" => String::new(),
        _ => format!(" ({why})"),
    };
    format!("the connection broke after {have} bytes{because}")
}
