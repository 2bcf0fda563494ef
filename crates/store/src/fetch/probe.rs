//! Asking a server what it has now, without loading it.

use pxectl_model::lock::Version;
use pxectl_model::url::Url;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, RANGE};
use reqwest::{Response, StatusCode};

use super::auth::Auth;
use super::client::Client;
use super::remote::told;

/// What a server says of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Bytes, where it says.
    pub len: Option<u64>,
    /// Of which version they are.
    pub version: Version,
    /// Whether it is an HTML page.
    pub page: bool,
}

/// Asks for the headers of a file (HEAD); a server that does not know the question is asked for the first byte.
///
/// # Errors
/// Why nothing is known, in words.
pub async fn probe(client: &Client, url: &Url, auth: Option<&Auth>) -> Result<Offer, String> {
    let answer = client.ask(reqwest::Method::HEAD, url, auth).send().await.map_err(|error| told(&error, client.limits.stall))?;
    let unknown = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_IMPLEMENTED, StatusCode::FORBIDDEN];
    let answer = if unknown.contains(&answer.status()) {
        let request = client.get(url, auth).header(RANGE, "bytes=0-0");
        request.send().await.map_err(|error| told(&error, client.limits.stall))?
    } else {
        answer
    };
    if !matches!(answer.status().as_u16(), 200 | 206) {
        return Err(format!("it answers {}", answer.status()));
    }
    Ok(offer(&answer))
}

fn offer(answer: &Response) -> Offer {
    let text = |name: reqwest::header::HeaderName| {
        answer.headers().get(name).and_then(|value| value.to_str().ok()).map(|text| text.trim().to_owned())
    };
    let whole = text(CONTENT_RANGE).and_then(|range| range.rsplit_once('/')?.1.parse().ok());
    let length = || text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    Offer {
        len: if answer.status() == StatusCode::PARTIAL_CONTENT { whole } else { length() },
        version: Version::of(text(ETAG).as_deref(), text(LAST_MODIFIED).as_deref()),
        page: text(CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html")),
    }
}
