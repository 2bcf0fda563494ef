//! Where an artifact is fetched from.

/// Longest URL that is taken; what servers and proxies commonly bear.
pub const LONGEST: usize = 2048;

/// How the bytes come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Encrypted: nobody on the way can change them.
    Https,
    /// In the clear: anybody on the way can.
    Http,
    /// A file of the host that fetches.
    File,
}

/// An http, https or file URL in printable ASCII, without user and password.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url {
    text: String,
    scheme: Scheme,
}

/// What is wrong with a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// None of the schemes.
    #[error("a URL begins with https://, http:// or file:///")]
    Scheme,
    /// Nothing that names a server.
    #[error("it names no server")]
    Host,
    /// A port that is none.
    #[error("its port is no number from 1 to 65535")]
    Port,
    /// A secret in plain sight.
    #[error("a user or password in a URL would stand in git for everybody to read")]
    Credentials,
    /// No file can have this name.
    #[error("a file URL names a file by its whole path, as in file:///srv/images/a.iso")]
    File,
    /// A blank, a control character, a letter beyond ASCII.
    #[error("the character `{}` has to be percent-encoded", .0.escape_default())]
    Character(char),
    /// `%` without two hexadecimal digits.
    #[error("a `%` is followed by two hexadecimal digits")]
    Encoding,
    /// What a browser keeps to itself.
    #[error("a `#` and what follows it is never sent to a server")]
    Fragment,
    /// Beyond [`LONGEST`].
    #[error("a URL has at most {LONGEST} characters, this has {0}")]
    Long(usize),
}

impl std::str::FromStr for Url {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        if text.len() > LONGEST {
            return Err(BadUrl::Long(text.len()));
        }
        if let Some(bad) = text.chars().find(|c| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(*c)) {
            return Err(BadUrl::Character(bad));
        }
        if text.contains('#') {
            return Err(BadUrl::Fragment);
        }
        decoded(text).ok_or(BadUrl::Encoding)?;
        let (scheme, rest) = text.split_once("://").ok_or(BadUrl::Scheme)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            "file" => Scheme::File,
            _ => return Err(BadUrl::Scheme),
        };
        let (authority, path) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
        let url = Self { text: text.to_owned(), scheme };
        if scheme == Scheme::File {
            let whole = matches!(authority, "" | "localhost") && path.len() > 1 && !path.contains('?');
            return if whole && url.file().is_some() { Ok(url) } else { Err(BadUrl::File) };
        }
        judge_authority(authority).map(|()| url)
    }
}

fn judge_authority(authority: &str) -> Result<(), BadUrl> {
    if authority.contains('@') {
        return Err(BadUrl::Credentials);
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let address = |host: &str| host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).map(str::to_owned);
    let sound = match address(host) {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)),
    };
    if !sound {
        return Err(BadUrl::Host);
    }
    match port {
        Some(port) if port.parse::<u16>().is_ok_and(|n| n > 0) && port.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
        Some(_) => Err(BadUrl::Port),
        None => Ok(()),
    }
}

/// With every `%41` taken for its byte; none where one of them is broken.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut digit = || bytes.next().and_then(|b| char::from(b).to_digit(16)).and_then(|n| u8::try_from(n).ok());
        out.push(if byte == b'%' { digit()? << 4 | digit()? } else { byte });
    }
    Some(out)
}

impl Url {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How the bytes come.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The path of a file URL, decoded (RFC 8089); none for other URLs.
    pub fn file(&self) -> Option<String> {
        let (_, rest) = self.text.split_once("://").filter(|_| self.scheme == Scheme::File)?;
        let bytes = decoded(rest.get(rest.find('/')?..)?)?;
        String::from_utf8(bytes).ok().filter(|path| !path.contains('\0') && !path.ends_with('/'))
    }
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_fetched() {
        let scheme = |text: &str| text.parse::<Url>().map(|url| url.scheme());
        assert_eq!(scheme("https://ftp.debian.org/debian/linux"), Ok(Scheme::Https));
        assert_eq!(scheme("HTTP://10.1.0.2:8080?x=1&y=%20"), Ok(Scheme::Http));
        assert_eq!(scheme("http://[fd00::1]:80/a"), Ok(Scheme::Http));
        let file: Url = "file:///srv/a%20b/%C3%A9.iso".parse().unwrap();
        assert_eq!(file.file().as_deref(), Some("/srv/a b/é.iso"));
        assert_eq!("file://localhost/a".parse::<Url>().unwrap().file().as_deref(), Some("/a"));
    }

    #[test]
    fn what_cannot() {
        let bad = |text: &str| text.parse::<Url>().unwrap_err();
        assert_eq!(bad("ftp://mirror/a"), BadUrl::Scheme);
        assert_eq!(bad("/srv/a.iso"), BadUrl::Scheme);
        assert_eq!(bad("http:///a"), BadUrl::Host);
        assert_eq!(bad("http://[fd00::1/a"), BadUrl::Host);
        assert_eq!(bad("http://a:99999/"), BadUrl::Port);
        assert_eq!(bad("http://a:+80/"), BadUrl::Port);
        assert_eq!(bad("https://me:secret@mirror/a"), BadUrl::Credentials);
        assert_eq!(bad("http://a/b c"), BadUrl::Character(' '));
        assert_eq!(bad("http://a/%2"), BadUrl::Encoding);
        assert_eq!(bad("http://a/b#c"), BadUrl::Fragment);
        for text in ["file://server/a", "file:///", "file:///a/", "file:///a%00", "file:///%ff", "file:///a?b"] {
            assert_eq!(bad(text), BadUrl::File, "{text}");
        }
        assert_eq!(bad(&format!("http://a/{}", "x".repeat(LONGEST))), BadUrl::Long(LONGEST + 9));
    }
}
