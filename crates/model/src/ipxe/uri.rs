//! URIs as iPXE takes them apart, resolves them and puts them together again.
//!
//! Up to November 2021 (Debian 12's build among them) every part was decoded when it was read and encoded again when it was
//! sent: `%2F` in a path or `%26` in a query arrives raw. The pretend firmware does the same, so that a URL that would not
//! survive is seen before a machine meets it.

use std::fmt::Write as _;

/// A URI in its decoded parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uri {
    /// `http`, `tftp` …; none for a relative URI. Everything before the first `:`, wherever that is.
    pub scheme: Option<String>,
    /// What follows the scheme where it does not begin with `/`.
    pub opaque: Option<String>,
    /// User and password, as they were written.
    pub user: Option<String>,
    /// Host name or address.
    pub host: Option<String>,
    /// Port, as it was written.
    pub port: Option<String>,
    path: Option<Vec<u8>>,
    query: Option<Vec<u8>>,
}

impl Uri {
    /// Takes a URI apart; every text is one to iPXE.
    pub fn parse(text: &str) -> Self {
        let text = text.split("##params").next().unwrap_or_default();
        let text = text.split('#').next().unwrap_or_default();
        let mut uri = Self::default();
        let mut rest = text;
        if let Some((scheme, after)) = text.split_once(':') {
            uri.scheme = Some(scheme.to_owned());
            if !after.starts_with('/') {
                uri.opaque = Some(after.to_owned());
                return uri;
            }
            rest = after;
        }
        if let Some((path, query)) = rest.split_once('?') {
            uri.query = Some(c_string(decode(query)));
            rest = path;
        }
        if let (Some(_), Some(net)) = (&uri.scheme, rest.strip_prefix("//")) {
            let (authority, path) = net.find('/').map_or((net, ""), |n| net.split_at(n));
            let (user, host) = authority.split_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
            uri.user = user.map(str::to_owned);
            let (host, port) = match host.rsplit_once(':') {
                Some((name, port)) if !host.ends_with(']') => (name, Some(port)),
                _ => (host, None),
            };
            uri.host = Some(host.to_owned());
            uri.port = port.map(str::to_owned);
            rest = path;
        }
        if !rest.is_empty() {
            uri.path = Some(c_string(decode(rest)));
        }
        uri
    }

    /// This URI as seen from the script at `base`.
    #[must_use]
    pub fn resolve(self, base: Option<&Self>) -> Self {
        let (None, Some(base)) = (&self.scheme, base) else { return self };
        let mut resolved = base.clone();
        if let Some(path) = &self.path {
            resolved.path = Some(resolve_path(base.path.as_deref().unwrap_or(b"/"), path));
            resolved.query = self.query;
        } else if self.query.is_some() {
            resolved.query = self.query;
        }
        resolved
    }

    /// The name of an image fetched from here: the last part of the path, decoded.
    pub fn image_name(&self) -> Option<String> {
        let path = self.path.as_ref()?;
        let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        Some(String::from_utf8_lossy(name).into_owned())
    }

    /// Path and query of the HTTP request that old builds send for it.
    pub fn request_target(&self) -> String {
        let mut target = encode(self.path.as_deref().unwrap_or(b"/"), "#:@?");
        if let Some(query) = &self.query {
            target.push('?');
            target.push_str(&encode(query, "#:@?"));
        }
        target
    }
}

impl std::fmt::Display for Uri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}:")?;
        }
        if let Some(opaque) = &self.opaque {
            return f.write_str(opaque);
        }
        if let Some(host) = &self.host {
            f.write_str("//")?;
            if let Some(user) = &self.user {
                write!(f, "{user}@")?;
            }
            f.write_str(host)?;
        }
        if let Some(port) = &self.port {
            write!(f, ":{port}")?;
        }
        if self.path.is_some() || self.query.is_some() {
            f.write_str(&self.request_target())?;
        }
        Ok(())
    }
}

/// Decodes `%xx`; a `%` without hexadecimal digits stays.
pub(super) fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        let digits = bytes[at..].iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
        if *byte != b'%' || digits == 0 {
            out.push(*byte);
            continue;
        }
        let value = bytes[at..at + digits].iter().fold(0u32, |n, b| n * 16 + char::from(*b).to_digit(16).unwrap_or(0));
        out.push(u8::try_from(value).unwrap_or(0));
        at += digits;
    }
    out
}

/// Encodes what is not printable, blanks, `%`, and the characters in `also`.
pub(super) fn encode(bytes: &[u8], also: &str) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        let c = char::from(*byte);
        if c.is_ascii_graphic() && c != '%' && !also.contains(c) {
            text.push(c);
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn c_string(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(end) = bytes.iter().position(|b| *b == 0) {
        bytes.truncate(end);
    }
    bytes
}

/// The folder of a path, as dirname(3) gives it.
fn folder(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|b| *b == b'/') {
        None => b".",
        Some(0) => b"/",
        Some(n) => &path[..n],
    }
}

fn resolve_path(base: &[u8], relative: &[u8]) -> Vec<u8> {
    if relative.starts_with(b"/") {
        return relative.to_vec();
    }
    let mut folder_of = folder(base);
    let mut rest = relative;
    loop {
        rest = match rest {
            b"." => b"",
            b".." => {
                folder_of = folder(folder_of);
                b""
            }
            [b'.', b'/', after @ ..] => after,
            [b'.', b'.', b'/', after @ ..] => {
                folder_of = folder(folder_of);
                after
            }
            _ => break,
        };
    }
    let mut path = folder_of.to_vec();
    if !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(rest);
    path
}
