//! The HTTP client: the system's certificates and proxies, bytes as they are on the server.

use std::sync::Arc;

use pxectl_model::check::Check;
use pxectl_model::url::Url;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::auth::Auth;
use super::error::FetchError;
use super::limits::Limits;

/// A client, shared by all fetches of a run.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    pub(super) limits: Limits,
    /// Turns that a second connection for one content may take; none where it may not.
    turns: Option<Arc<Semaphore>>,
    /// Who judges what arrives; none where nobody does.
    pub(super) check: Option<Arc<dyn Check>>,
}

impl Client {
    /// With this patience.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(limits: Limits) -> Result<Self, FetchError> {
        let whole = builder(limits).build();
        // A host without a single certificate can still fetch over http, and what is signed by nobody fails by itself.
        let http = whole.or_else(|_| builder(limits).tls_certs_only([]).build());
        Ok(Self::of(http.map_err(|error| FetchError::Client(chain(&error)))?, limits))
    }

    pub(super) fn of(http: reqwest::Client, limits: Limits) -> Self {
        Self { http, limits, turns: None, check: None }
    }

    /// The same, where large contents may use more connections than one while these turns are to be had. Whoever fetches has one of them.
    #[must_use]
    pub fn with_turns(self, turns: Arc<Semaphore>) -> Self {
        Self { turns: Some(turns), ..self }
    }

    /// A turn that nobody needs now.
    pub(super) fn turn(&self) -> Option<OwnedSemaphorePermit> {
        self.turns.clone().and_then(|turns| turns.try_acquire_owned().ok())
    }

    /// Whether there is one.
    pub(super) fn has_turn(&self) -> bool {
        self.turns.as_ref().is_some_and(|turns| turns.available_permits() > 0)
    }

    /// What arrives is judged before it is believed.
    #[must_use]
    pub fn judged_by(self, check: Arc<dyn Check>) -> Self {
        Self { check: Some(check), ..self }
    }

    /// A request for a URL, which shows its server what that wants to see.
    pub(super) fn get(&self, url: &Url, auth: Option<&Auth>) -> reqwest::RequestBuilder {
        self.ask(reqwest::Method::GET, url, auth)
    }

    /// The same by another method.
    pub(super) fn ask(&self, method: reqwest::Method, url: &Url, auth: Option<&Auth>) -> reqwest::RequestBuilder {
        let request = self.http.request(method, url.as_str());
        match auth {
            Some(auth) => auth.on(request, url),
            None => request,
        }
    }
}

pub(super) fn builder(limits: Limits) -> reqwest::ClientBuilder {
    // Whoever was first has chosen the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    // Compressed on the way, neither length nor range nor digest would be that of the file.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    reqwest::Client::builder()
        .user_agent(concat!("pxectl/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(limits.connect)
        .read_timeout(limits.stall)
        .redirect(Policy::custom(move |attempt| follow(attempt, limits.redirects)))
        .http1_only()
}

fn follow(attempt: Attempt<'_>, most: usize) -> reqwest::redirect::Action {
    let (next, previous) = (attempt.url().clone(), attempt.previous());
    let downgrade = next.scheme() == "http" && previous.last().is_some_and(|from| from.scheme() == "https");
    if previous.contains(&next) {
        attempt.error("it redirects in a circle")
    } else if previous.len() > most {
        attempt.error(format!("it redirects more than {most} times"))
    } else if downgrade {
        attempt.error(format!("it redirects from https to plain http ({})", public(next)))
    } else {
        attempt.follow()
    }
}

/// A URL without what may be a secret of its own: a password, or a signature in its query.
fn public(mut url: reqwest::Url) -> reqwest::Url {
    let _ = (url.set_username(""), url.set_password(None));
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// The last of an error's causes says what happened; those before it only that something did.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    match last.to_string().as_str() {
        "tls handshake eof" => "it closed the connection before TLS was set up".to_owned(),
        "connection closed before message completed" => "it closed the connection without an answer".to_owned(),
        other => other.to_owned(),
    }
}
