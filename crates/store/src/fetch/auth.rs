//! What a server wants to see before it gives a file: shown to that server and to nobody else.

use pxectl_model::secret::Secret;
use pxectl_model::url::Url;
use reqwest::RequestBuilder;

/// A bearer token or a user's password, for one server.
#[derive(Debug, Clone)]
pub struct Auth {
    server: Url,
    proof: Proof,
}

/// What is shown.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A token (RFC 6750, 2.1).
    Bearer(Secret),
    /// A user and a password (RFC 7617).
    Basic {
        /// Without a colon: the first one ends it.
        user: String,
        /// The password.
        password: Secret,
    },
}

impl Auth {
    /// For the server of this URL: its scheme, host and port.
    ///
    /// # Errors
    /// Where no request can hold it, in words and without the value.
    pub fn new(server: Url, proof: Proof) -> Result<Self, &'static str> {
        match &proof {
            // `token68` of RFC 9110, 11.2, and no more than what is visible: a blank or a newline is an accident.
            Proof::Bearer(token) if !token.reveal().bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err("a bearer token has only visible ASCII characters")
            }
            Proof::Basic { user, .. } if user.contains(':') => Err("a user's name has no colon"),
            // RFC 7617, 2.
            Proof::Basic { user, password } if user.chars().chain(password.reveal().chars()).any(char::is_control) => {
                Err("a user's name and password have no control characters")
            }
            _ => Ok(Self { server, proof }),
        }
    }

    /// The request with what it is to show, if it goes to that server. A redirect to another one does not take it along, which is
    /// reqwest's doing.
    pub(super) fn on(&self, request: RequestBuilder, url: &Url) -> RequestBuilder {
        match &self.proof {
            _ if !same_server(&self.server, url) => request,
            Proof::Bearer(token) => request.bearer_auth(token.reveal()),
            Proof::Basic { user, password } => request.basic_auth(user, Some(password.reveal())),
        }
    }
}

fn same_server(one: &Url, other: &Url) -> bool {
    let origin = |url: &Url| reqwest::Url::parse(url.as_str()).ok().map(|url| url.origin()).filter(|origin| origin.is_tuple());
    origin(one).is_some_and(|one| origin(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn shown(auth: &Auth, to: &str) -> Option<String> {
        let request = auth.on(reqwest::Client::builder().no_proxy().build().unwrap().get(to), &url(to)).build().unwrap();
        let value = request.headers().get("authorization")?;
        assert!(value.is_sensitive() && !format!("{request:?} {auth:?}").contains("hunter2"));
        Some(value.to_str().unwrap().to_owned())
    }

    #[test]
    fn only_its_own_server_sees_it() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let token = Auth::new(url("https://a.example/x"), Proof::Bearer(Secret::new("hunter2"))).unwrap();
        assert_eq!(shown(&token, "https://A.example:443/y").as_deref(), Some("Bearer hunter2"));
        for other in ["http://a.example/x", "https://a.example:8443/x", "https://b.example/x", "https://a.example.net/x"] {
            assert_eq!(shown(&token, other), None, "{other}");
        }
        let basic = Proof::Basic { user: "joe".into(), password: Secret::new("hunter2") };
        let basic = Auth::new(url("http://a.example"), basic).unwrap();
        assert_eq!(shown(&basic, "http://a.example/z").as_deref(), Some("Basic am9lOmh1bnRlcjI="));
    }

    #[test]
    fn what_no_request_can_hold() {
        let bearer = |text: &str| Auth::new(url("https://a/"), Proof::Bearer(Secret::new(text)));
        assert!(bearer("ab\ncd").is_err() && bearer("a b").is_err() && bearer("é").is_err() && bearer("a.b-c/d==").is_ok());
        let basic = |user: &str, text: &str| {
            Auth::new(url("https://a/"), Proof::Basic { user: user.to_owned(), password: Secret::new(text) })
        };
        assert!(basic("a:b", "x").is_err() && basic("a", "x\r\n").is_err() && basic("jörg", "p w: ü").is_ok());
    }
}
