//! Values in the lines of an answer file that are secrets by what they are called, in the syntaxes in which that is certain.

use std::ops::Range;

use pxectl_model::secret_names::{calls_a_secret, calls_something_else, is_a_value};

/// What is given line by line finds the value in each that is a secret by its name. A control character belongs to no value: there stood
/// something that is rendered.
pub(crate) fn named() -> impl FnMut(&str) -> Option<Range<usize>> {
    // The element of XML, called like a secret, that is open.
    let mut open: Option<String> = None;
    move |line: &str| {
        let value = element(line, &mut open).or_else(|| {
            let first = line.trim_start().chars().next()?;
            // What is commented out gives nothing to anybody; what looks like a secret was told by its shape.
            if matches!(first, '#' | ';' | '<') || line.trim_start().starts_with("//") {
                return None;
            }
            preseed(line).or_else(|| kickstart(line)).or_else(|| pair(line))
        })?;
        Some(place_in(line, value))
    }
}

/// Where a piece of a text stands in it.
pub(crate) fn place_in(text: &str, piece: &str) -> Range<usize> {
    let start = (piece.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    start..start + piece.len()
}

/// Whether a key is called like a secret, and not like something about one.
pub(crate) fn is_secret(key: &str) -> bool {
    calls_a_secret(key) && !calls_something_else(key)
}

/// A value that is one to the letter, and no word of the syntax around it.
pub(crate) fn plain(value: &str) -> Option<&str> {
    let steers = value.starts_with(['$', '{', '[', '|', '>', '&', '(', '@', '`', '\\']);
    (!steers && !value.contains(char::is_control) && is_a_value(value)).then_some(value)
}

/// `d-i passwd/root-password password hunter2` (debconf's preseed: owner, question, type, value).
fn preseed(line: &str) -> Option<&str> {
    let mut rest = line.trim();
    let mut word = || {
        let (word, after) = rest.split_once([' ', '\t'])?;
        rest = after.trim_start();
        Some(word)
    };
    let (_, question, kind) = (word()?, word()?, word()?);
    if kind != "password" || !question.contains('/') || calls_something_else(question) {
        return None;
    }
    plain(rest)
}

/// `rootpw hunter2`, and `--password=hunter2` of other commands (pykickstart).
fn kickstart(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    if first == "rootpw" {
        return words.next_back().filter(|word| !word.starts_with('-')).and_then(plain);
    }
    line.split_whitespace().find_map(|word| {
        let (key, value) = word.strip_prefix("--")?.split_once('=')?;
        is_secret(key).then(|| plain(value.trim_matches(['"', '\'']))).flatten()
    })
}

/// `password: hunter2`, `password = "hunter2"`: one key and one value, and nothing else on the line.
fn pair(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches("- ").trim_start_matches("export ").trim_end_matches([',', ';']);
    let (key, value) = line.split_once([':', '='])?;
    let key = key.trim().trim_matches(['"', '\'']);
    let word = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if key.is_empty() || !key.chars().all(word) || !is_secret(key) {
        return None;
    }
    let value = value.trim();
    let inner = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    match inner {
        Some(inner) => plain(inner),
        // Several words are a sentence.
        None => plain(value).filter(|value| !value.contains(char::is_whitespace)),
    }
}

/// `<Password>hunter2</Password>`, and `<Value>` within it (Windows' answer files).
fn element<'l>(line: &'l str, open: &mut Option<String>) -> Option<&'l str> {
    let mut rest = line;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, text) = after.split_once('>')?;
        rest = text;
        if let Some(closed) = tag.strip_prefix('/') {
            open.take_if(|open| open.as_str() == closed);
            continue;
        }
        let name = tag.split([' ', '\t']).next().unwrap_or(tag);
        let text = text.split('<').next().unwrap_or(text).trim();
        let secret = is_secret(name);
        if (secret || (name == "Value" && open.is_some()))
            && !tag.ends_with('/')
            && let Some(value) = plain(text)
        {
            return Some(value);
        }
        if secret && !tag.ends_with('/') {
            *open = Some(name.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<&str> {
        let mut names = named();
        text.lines().filter_map(|line| names(line).map(|at| &line[at])).collect()
    }

    #[test]
    fn what_is_certain() {
        for (text, value) in [
            ("d-i passwd/root-password password r00tme", "r00tme"),
            ("d-i\tpasswd/user-password-again  password  two words ", "two words"),
            ("d-i grub-installer/password password r00tme", "r00tme"),
            ("rootpw hunter2", "hunter2"),
            ("rootpw --plaintext hunter2", "hunter2"),
            ("user --name=joe --password=hunter2 --groups=wheel", "hunter2"),
            ("part / --encrypted --passphrase=\"hunter2\"", "hunter2"),
            ("password: hunter2", "hunter2"),
            ("  - password: 'two words'", "two words"),
            ("export DB_PASSWORD=hunter2;", "hunter2"),
            ("\"api_key\": \"hunter2\",", "hunter2"),
            ("AdminPassword=hunter2", "hunter2"),
            ("<Password>hunter2</Password>", "hunter2"),
            (
                "<AdministratorPassword>\n  <Value>hunter2</Value>\n  <PlainText>true</PlainText>\n</AdministratorPassword>",
                "hunter2",
            ),
            ("<a><Password><Value>hunter2</Value></Password></a>", "hunter2"),
        ] {
            assert_eq!(values(text), [value], "{text}");
        }
    }

    #[test]
    fn what_is_not() {
        for text in [
            "d-i passwd/root-password password \u{1}\u{1}\u{1}",
            "d-i passwd/root-password password",
            "d-i passwd/root-login boolean false",
            "d-i passwd/user-fullname string Joe",
            "d-i passwd/root-password-crypted password !",
            "# d-i passwd/root-password password r00tme",
            "rootpw --lock",
            "rootpw --iscrypted *",
            "user --name=joe --password=\u{1}",
            "password: {{ x }}",
            "password: must be changed at once",
            "password: $1",
            "PW=$(cat /run/pw)",
            "password_file: /etc/pw",
            "ssh_pwauth: true",
            "lock_passwd: false",
            "chpasswd: {expire: false}",
            "chpasswd: |",
            "password-timeout = 30",
            "AdminPassword=*",
            "echo password=hunter2 to do",
            "<Password></Password>",
            "<Password>\n</Password>\n<Value>harmless</Value>",
            "<Password/>\n<Value>harmless</Value>",
            "<!-- <Password>",
            "<PasswordFile>x</PasswordFile>",
            "keyboard: de",
            "",
            "<",
            "<é>",
        ] {
            assert_eq!(values(text), [""; 0], "{text}");
        }
    }
}
