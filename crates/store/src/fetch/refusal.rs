//! Why a mirror gave nothing, in words, and what a person can do about it.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// A reason, and what to do where it does not pass by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub why: String,
    pub advice: Option<&'static str>,
}

impl Refusal {
    /// The same, after it was tried as often as it is worth.
    pub fn lasting(self) -> Self {
        Self { why: format!("{}, again and again", self.why), ..self }
    }
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self { why, advice: None }
    }
}

impl From<&str> for Refusal {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

const TRUST: &str = "if it is a CA of your own, install it (Debian: /usr/local/share/ca-certificates and update-ca-certificates), \
                     or name its file in SSL_CERT_FILE";
const CLOCK: &str = "look at this host's clock, too (`date`)";
const NAME: &str = "use the name that the certificate is for; a name of several servers needs one that lists it";

const UNRESOLVED: &str =
    "look at its spelling and at this host's DNS (`getent hosts NAME`); where the way out is a proxy, name it in https_proxy";
const UNREACHED: &str =
    "look at the port, and whether a firewall is between; where the way out is a proxy, name it in https_proxy";

const NO_TLS: &str = "look at the port, and whether it is `http://` that it speaks there";

/// What TLS refuses a server for, where that is why a connection failed.
pub(super) fn tls(error: &(dyn Error + 'static)) -> Option<Refusal> {
    let fault = match cause::<rustls::Error>(error)? {
        rustls::Error::InvalidCertificate(fault) => fault,
        rustls::Error::InvalidMessage(_) => {
            return Some(Refusal { why: "it does not speak TLS there".to_owned(), advice: Some(NO_TLS) });
        }
        _ => return None,
    };
    let (why, advice) = match fault {
        CertificateError::UnknownIssuer => ("nobody whom this system trusts has signed its certificate", TRUST),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => ("its certificate has expired", CLOCK),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("its certificate is not valid yet", CLOCK)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ("its certificate is for another name", NAME)
        }
        _ => return Some(Refusal { why: format!("its certificate is not good: {fault}"), advice: Some(TRUST) }),
    };
    Some(Refusal { why: why.to_owned(), advice: Some(advice) })
}

/// The error of a type among the causes of an error; `io::Error` keeps its own out of the chain.
pub(super) fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    // A chain of causes is short.
    for _ in 0..32 {
        let now = next?;
        if let Some(found) = now.downcast_ref::<T>() {
            return Some(found);
        }
        let inner = now.downcast_ref::<io::Error>().and_then(io::Error::get_ref).map(|inner| inner as &(dyn Error + 'static));
        next = inner.or_else(|| now.source());
    }
    None
}

/// A name that no DNS server knows, or none that could be asked. `why`: what the system says.
pub(super) fn unresolved(why: &str) -> Refusal {
    let why = why.strip_prefix("failed to lookup address information: ").unwrap_or(why);
    Refusal { why: format!("its name cannot be resolved ({why})"), advice: Some(proxied().unwrap_or(UNRESOLVED)) }
}

/// What to do where nobody listens.
pub(super) fn unreached() -> &'static str {
    proxied().unwrap_or(UNREACHED)
}

/// The same, where the environment names a proxy.
fn proxied() -> Option<&'static str> {
    const PROXIED: [(&str, &str); 3] = [
        (
            "https_proxy",
            "the environment names a proxy in https_proxy: look whether it runs; what it is not for belongs into no_proxy",
        ),
        (
            "http_proxy",
            "the environment names a proxy in http_proxy: look whether it runs; what it is not for belongs into no_proxy",
        ),
        (
            "all_proxy",
            "the environment names a proxy in all_proxy: look whether it runs; what it is not for belongs into no_proxy",
        ),
    ];
    let named = |name: &str| {
        [name.to_owned(), name.to_ascii_uppercase()].iter().any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
    };
    PROXIED.into_iter().find(|(name, _)| named(name)).map(|(_, advice)| advice)
}

/// What to do about redirects that lead nowhere.
pub(super) const ASTRAY: &str = "look with a browser where it leads: to a login, mostly, or to where the file lies now";

/// What to do about an answer that is a refusal: a server or a proxy wants to see something first, or has nothing there. `shown`: it was shown
/// something.
pub(super) fn denied(status: u16, shown: bool) -> Option<&'static str> {
    match status {
        401 | 403 if shown => {
            Some("what the artifact's `auth` shows it is not accepted: look whether it is still valid, and for this file")
        }
        401 => Some("it wants a token or a password: name its source in the artifact's `auth` (docs/inventory.md)"),
        404 | 410 => Some(
            "look at its path: publishers move files when they release anew, and the folder above it tells what is there now",
        ),
        407 => Some("the proxy wants a user and a password: http://USER:PASSWORD@PROXY in http_proxy or https_proxy"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_found_within_what_wraps_them() {
        let inner = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, inner));
        let refusal = tls(&wrapped).unwrap();
        assert!(refusal.why.contains("nobody whom this system trusts") && refusal.advice == Some(TRUST));
        assert_eq!(tls(&io::Error::other("else")), None);
        assert_eq!(tls(&rustls::Error::DecryptError), None);
    }

    #[test]
    fn a_name_that_does_not_resolve_is_told_with_what_the_system_says() {
        let refusal = unresolved("failed to lookup address information: Name or service not known").lasting();
        assert_eq!(refusal.why, "its name cannot be resolved (Name or service not known), again and again");
        assert!(refusal.advice.is_some_and(|advice| advice.contains("https_proxy")));
    }
}
