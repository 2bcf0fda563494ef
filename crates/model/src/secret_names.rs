//! What keys of secrets are called, and which texts can be one: for findings in inventories and in templates.

use crate::exposed::stands_for_another;

/// Words for what is secret; two that are written as one count, too.
const SECRETS: [&str; 12] =
    ["password", "passwd", "passphrase", "passcode", "pwd", "pw", "rootpw", "secret", "token", "credential", "psk", "apikey"];
/// Two words that make one of them.
const PAIRS: [(&str, &str); 9] = [
    ("api", "key"),
    ("access", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("auth", "key"),
    ("join", "key"),
    ("signing", "key"),
    ("user", "pass"),
    ("root", "pass"),
];
/// Last words of keys that say something about a secret and are none, and those of hashes, which are told by their shape.
const ABOUT: [&str; 44] = [
    "file",
    "path",
    "dir",
    "directory",
    "folder",
    "url",
    "uri",
    "env",
    "var",
    "variable",
    "name",
    "id",
    "user",
    "username",
    "login",
    "fullname",
    "type",
    "kind",
    "policy",
    "length",
    "len",
    "size",
    "min",
    "max",
    "count",
    "age",
    "day",
    "expiry",
    "expire",
    "ttl",
    "timeout",
    "command",
    "cmd",
    "store",
    "vault",
    "source",
    "ref",
    "hint",
    "prompt",
    "required",
    "enabled",
    "hash",
    "crypted",
    "encrypted",
];

/// The words of a key: `adminPassword`, `admin-password` and `ADMIN_PASSWORDS` are two each.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in key.chars().take(128) {
        let begins = c.is_uppercase() && before.is_lowercase();
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    for word in words.iter_mut().filter(|word| word.len() > 3 && word.ends_with('s') && !word.ends_with("ss")) {
        word.pop();
    }
    words
}

/// Whether one of its words is a secret's; [`calls_something_else`] then still may.
pub fn calls_a_secret(key: &str) -> bool {
    // Nearly every key is none, and there are many: look before words are made.
    let like = |part: &str| {
        key.len() >= part.len() && key.as_bytes().windows(part.len()).any(|b| b.eq_ignore_ascii_case(part.as_bytes()))
    };
    if !["pass", "pw", "secret", "token", "key", "credential", "psk"].into_iter().any(like) {
        return false;
    }
    let words = words(key);
    let alone = |word: &String| SECRETS.contains(&word.as_str()) || word.ends_with("password") || word.ends_with("passwd");
    let pair = |pair: &[String]| PAIRS.iter().any(|(a, b)| pair[0] == *a && pair[1] == *b);
    words.iter().any(alone) || words.windows(2).any(pair) || words.len() == 1 && words[0] == "pass"
}

/// Whether a key says something about a secret and is none: `password_file`, `token_ttl`.
pub fn calls_something_else(key: &str) -> bool {
    words(key).last().is_some_and(|word| ABOUT.contains(&word.as_str()))
}

/// Whether a text can be the secret itself: neither a switch, nor a path, nor what stands for another value, nor a locked account's.
pub fn is_a_value(text: &str) -> bool {
    let text = text.trim();
    let switch = [
        "true", "false", "yes", "no", "on", "off", "none", "null", "ask", "prompt", "never", "always", "disabled", "!", "*", "!!",
    ];
    let place = ["/", "./", "../", "~/"].iter().any(|begin| text.starts_with(begin)) || text.contains("://");
    !text.is_empty() && !place && !stands_for_another(text) && !switch.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keys_are_called() {
        for key in [
            "password",
            "root_password",
            "rootPassword",
            "ADMIN_PASSWD",
            "rootpw",
            "inst.rootpw",
            "passwords",
            "api_key",
            "apiKey",
            "apikey",
            "token",
            "vault-token",
            "secret",
            "client_secret",
            "wpa_psk",
            "user-password-again",
            "adminpassword",
            "private_key",
            "pass",
            "bind_pw",
            "db.credentials",
        ] {
            assert!(calls_a_secret(key) && !calls_something_else(key), "{key}");
        }
        for key in [
            "disk",
            "passive",
            "bypass",
            "compass",
            "keymap",
            "keyboard_key",
            "public_key",
            "ssh_keys",
            "timezone",
            "tokenizer",
            "secretary",
            "first_pass",
            "pwm",
        ] {
            assert!(!calls_a_secret(key), "{key}");
        }
        for key in [
            "password_file",
            "secret_name",
            "token_ttl",
            "passwordPolicy",
            "password_hash",
            "root-password-crypted",
            "secrets_dir",
        ] {
            assert!(calls_something_else(key), "{key}");
        }
    }

    #[test]
    fn what_values_are() {
        for text in ["hunter2", "123456", "p@ss word", "correct horse"] {
            assert!(is_a_value(text), "{text}");
        }
        for text in [
            "",
            " ",
            "true",
            "No",
            "/run/secrets/x",
            "./x",
            "https://vault/x",
            "${PW}",
            "{{ secrets.x }}",
            "!",
            "*",
            "xxxx",
            "env:PW",
        ] {
            assert!(!is_a_value(text), "{text}");
        }
    }
}
