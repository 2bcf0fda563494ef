//! Texts that are secrets by their shape, whatever they are called: for findings in inventories and in templates.

use std::ops::Range;

/// What a text gives itself away as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A private key (RFC 7468's lines, also OpenSSH's and OpenPGP's).
    PrivateKey,
    /// An access token, and whose.
    Token(&'static str),
    /// A password within a URL.
    UrlPassword,
    /// A password's hash (crypt(5), GRUB's): not the password, but what can be guessed at in private.
    Hash,
}

impl Shape {
    /// In words, with its article.
    pub fn words(self) -> String {
        match self {
            Self::PrivateKey => "a private key".to_owned(),
            Self::Token(whose) => format!("an access token of {whose}"),
            Self::UrlPassword => "a password within a URL".to_owned(),
            Self::Hash => "the hash of a password".to_owned(),
        }
    }
}

/// The beginning of a token, which bytes it goes on with, and how many of them at least.
struct TokenForm {
    begins: &'static str,
    most: fn(u8) -> bool,
    least: usize,
    whose: &'static str,
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

const fn form(begins: &'static str, most: fn(u8) -> bool, least: usize, whose: &'static str) -> TokenForm {
    TokenForm { begins, most, least, whose }
}

/// The documented prefixes: AWS "IAM identifiers" (unique ID prefixes), GitHub "About authentication to GitHub" (token formats),
/// GitLab "Token overview" (token prefixes), Slack "Token types", Vault "Tokens" (token prefixes), age's specification.
const TOKENS: [TokenForm; 17] = [
    form("AKIA", capital, 16, "AWS"),
    form("ASIA", capital, 16, "AWS"),
    form("ghp_", word, 36, "GitHub"),
    form("gho_", word, 36, "GitHub"),
    form("ghu_", word, 36, "GitHub"),
    form("ghs_", word, 36, "GitHub"),
    form("ghr_", word, 36, "GitHub"),
    form("github_pat_", word, 22, "GitHub"),
    form("glpat-", word, 20, "GitLab"),
    form("glrt-", word, 20, "GitLab"),
    form("xoxb-", word, 10, "Slack"),
    form("xoxp-", word, 10, "Slack"),
    form("xapp-", word, 10, "Slack"),
    form("hvs.", word, 24, "Vault"),
    form("hvb.", word, 24, "Vault"),
    form("hvr.", word, 24, "Vault"),
    form("AGE-SECRET-KEY-1", capital, 58, "age"),
];

/// How crypt(5) marks its methods, and GRUB its own.
const HASHES: [&str; 12] =
    ["$1$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$argon2", "grub.pbkdf2.sha512."];

/// The first secret in a text, and its bytes. Strong evidence comes first: a hash is told only where nothing worse is found.
pub fn exposed(text: &str) -> Option<(Shape, Range<usize>)> {
    // Nearly every text is short and holds none of these.
    if !text.contains(['$', '_', '-', '.', ':']) && !text.contains("IA") {
        return None;
    }
    let key = private_key(text).map(|at| (Shape::PrivateKey, at));
    let token = || TOKENS.iter().find_map(|form| Some((Shape::Token(form.whose), token(text, form)?)));
    let url = || url_password(text).map(|at| (Shape::UrlPassword, at));
    let hash = || hash(text).map(|at| (Shape::Hash, at));
    key.or_else(token).or_else(url).or_else(hash)
}

/// What the label of a private key says, whatever its kind.
const KEY: &[u8] = b"PRIVATE KEY";
/// No label is longer, so that many beginnings of one are soon looked at.
const LABEL_MAX: usize = 64;

/// The first private key in a text, from its first line to its last; to the end of the text where that is missing.
pub fn private_key(text: &str) -> Option<Range<usize>> {
    let begins = |(at, mark): (usize, &str)| {
        let rest = &text.as_bytes()[at + mark.len()..];
        let end = rest.iter().take(LABEL_MAX).position(|byte| matches!(byte, b'-' | b'\n' | b'\r'))?;
        let is_one = rest[..end].windows(KEY.len()).any(|label| label == KEY) && rest[end..].starts_with(b"-----");
        is_one.then_some(at)
    };
    let start = text.match_indices("-----BEGIN ").find_map(begins)?;
    let rest = &text[start..];
    let end = rest.find("-----END ").map(|at| at + rest[at..].lines().next().unwrap_or("").len());
    Some(start..start + end.unwrap_or(rest.len()))
}

fn token(text: &str, form: &TokenForm) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    text.match_indices(form.begins).map(|(at, _)| at).find_map(|at| {
        if at > 0 && word(bytes[at - 1]) {
            return None;
        }
        let rest = &bytes[at + form.begins.len()..];
        let length = rest.iter().take_while(|byte| (form.most)(**byte)).count();
        (length >= form.least).then(|| at..at + form.begins.len() + length)
    })
}

/// `scheme://user:password@host`, where a person wrote a password and not what stands for one.
fn url_password(text: &str) -> Option<Range<usize>> {
    text.match_indices("://").find_map(|(at, mark)| {
        let start = at + mark.len();
        let end = text[start..].find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c)).map_or(text.len(), |n| start + n);
        let (user, _) = text[start..end].rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        let from = start + name.len() + 1;
        (!password.is_empty() && !stands_for_another(password)).then(|| from..from + password.len())
    })
}

fn hash(text: &str) -> Option<Range<usize>> {
    HASHES.iter().find_map(|mark| {
        text.match_indices(mark).find_map(|(at, _)| {
            let rest = &text[at + mark.len()..];
            let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "./$=,+-_".contains(c))).unwrap_or(rest.len());
            // A salt and what comes after it, or this is a price.
            (length >= 16).then(|| at..at + mark.len() + length)
        })
    })
}

/// Whether a text stands for a value that is elsewhere: a variable, a template's expression, a place to fill in, a reference.
pub fn stands_for_another(text: &str) -> bool {
    let text = text.trim();
    let variable =
        text.strip_prefix('$').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "{(_".contains(c)));
    let filled_in = ["{{", "{%", "<", "%"].iter().any(|mark| text.starts_with(mark));
    let scheme = ["env:", "file:", "vault:", "op:", "pass:", "sops:", "ref+"].iter().any(|mark| text.starts_with(mark));
    let first = text.chars().next();
    (variable && hash(text).is_none()) || filled_in || scheme || text.chars().all(|c| Some(c) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Option<Shape> {
        exposed(text).map(|(shape, _)| shape)
    }

    #[test]
    fn what_gives_itself_away() {
        // Put together here, so that no scanner takes this file for what it is about.
        let token = |begins: &str, n| format!("x={begins}{} y", "A".repeat(n));
        assert_eq!(shape(&token("AKIA", 16)), Some(Shape::Token("AWS")));
        assert_eq!(shape(&token("ghp_", 36)), Some(Shape::Token("GitHub")));
        assert_eq!(shape(&token("hvs.", 30)), Some(Shape::Token("Vault")));
        assert_eq!(shape(&token("AGE-SECRET-KEY-1", 58)), Some(Shape::Token("age")));
        for label in ["OPENSSH PRIVATE KEY", "RSA PRIVATE KEY", "PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
            let key = format!("a\n-----BEGIN {label}-----\nMIIE\n-----END {label}-----\nb");
            let (shape, at) = exposed(&key).unwrap();
            assert_eq!((shape, &key[at]), (Shape::PrivateKey, &key[2..key.len() - 2]));
        }
        for hash in ["$6$saltsalt$0123456789abcdef", "$y$j9T$saltsaltsalt$0123456789", "$2b$12$0123456789012345678901"] {
            assert_eq!(exposed(&format!("x {hash} y")), Some((Shape::Hash, 2..2 + hash.len())), "{hash}");
        }
        assert_eq!(exposed("costs $6$ or $6$saltsalt$0123456789abcdef"), Some((Shape::Hash, 13..41)));
        assert_eq!(exposed("http://joe:hunter2@h/x"), Some((Shape::UrlPassword, 11..18)));
        assert_eq!(exposed("a http://h/ ftp://j:p@q@h"), Some((Shape::UrlPassword, 20..23)));
    }

    /// Each would take minutes if every beginning of something were followed to the end of the text.
    #[test]
    fn what_begins_a_million_times() {
        for text in ["AKIA", "ghp_", "-----BEGIN ", "://", "$1$ ", "x://a:"] {
            assert_eq!(exposed(&format!("x{}", text.repeat(1_000_000))), None, "{text}");
        }
    }

    #[test]
    fn what_does_not() {
        for text in [
            "",
            "console=ttyS0,115200",
            "AKIA",
            "AKIAINDONESIA",
            "xAKIA0123456789ABCDEF",
            "ghp_short",
            "costs $6$ each",
            "$1$2",
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----",
            "ssh-ed25519 AAAAC3Nza joe@h",
            "http://joe@host/",
            "http://host:8080/",
            "http://joe:@h/",
            "http://joe:${PW}@h/",
            "http://joe:{{pw}}@h/",
            "http://j:***@h",
            "http://h/a:b@c",
            "10.1.0.1:8080",
            "git@host:repo",
        ] {
            assert_eq!(exposed(text), None, "{text}");
        }
        for text in ["${PW}", "$PW", "{{ secrets.pw }}", "<password>", "env:PW", "vault:kv/x#y", "****", "%PW%"] {
            assert!(stands_for_another(text), "{text}");
        }
        assert!(!stands_for_another("hunter2") && !stands_for_another("$6$saltsalt$0123456789abcdef"));
    }
}
