//! `boot-url-length`: what a rendered dhcpd.conf names as a boot file has to fit into a DHCP answer.
//!
//! What pxectl makes itself always does: a server is an IPv4 address, and `model::policy` proves the longest. A lab's own `dhcpd.conf.j2`
//! may name anything.

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::policy::BOOT_FILE_MAX;
use pxectl_model::source::Span;

use crate::fault::BOOT_URL_LENGTH;
use crate::templates::Template;

/// A finding for each `filename` statement of the configuration whose text is too long, at the place where the template writes it.
pub(crate) fn too_long(conf: &str, template: &Template) -> Vec<Diagnostic> {
    let long = filenames(conf).into_iter().filter(|written| length(written) > BOOT_FILE_MAX);
    let finding = |written: &str| {
        let span = |start| Place::Span(Span { file: template.file, start, end: start + written.len() });
        let at = template.text.find(written).map_or(Place::File(template.file), span);
        let message = format!("the boot file `{written}` has {} bytes, and a DHCP answer holds {BOOT_FILE_MAX}", length(written));
        Diagnostic::error(BOOT_URL_LENGTH, at, message)
            .help("dhcpd cuts it off without a word; take a shorter name, path or address")
    };
    long.map(finding).collect()
}

/// What stands between the quotes of each `filename "…"` (dhcpd.conf(5)).
fn filenames(conf: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = conf;
    let mut named = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let end = closing(rest).unwrap_or(rest.len());
                if named {
                    found.push(&rest[1..end]);
                }
                named = false;
                (end + 1).min(rest.len())
            }
            _ if first.is_alphanumeric() => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && !"-_.".contains(c)).unwrap_or(rest.len());
                named = rest[..end].eq_ignore_ascii_case("filename");
                end
            }
            _ => {
                named &= first.is_whitespace();
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    found
}

/// Where the text that begins with a quote ends with one.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, c)| match c {
        _ if escaped => {
            escaped = false;
            None
        }
        '\\' => {
            escaped = true;
            None
        }
        '"' => Some(at),
        _ => None,
    })
}

/// How many bytes dhcpd reads: an escape is one, three octal or two hexadecimal digits with it.
fn length(written: &str) -> usize {
    let mut rest = written.as_bytes();
    let mut bytes = 0;
    while let [first, after @ ..] = rest {
        bytes += 1;
        rest = match (first, after) {
            (b'\\', [b'x' | b'X', a, b, more @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => more,
            (b'\\', [b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', more @ ..]) => more,
            (b'\\', [_, more @ ..]) => more,
            (_, more) => more,
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements() {
        for (conf, names) in [
            ("filename \"a\";", vec!["a"]),
            ("FileName\n\t\"a\\\"b\" ;\n# filename \"c\"\nfilename \"d", vec!["a\\\"b", "d"]),
            ("option x \"filename\"; log(info, \"y\"); my-filename \"z\"; filename = \"q\";", vec![]),
            ("if x { filename \"é\"; }", vec!["é"]),
        ] {
            assert_eq!(filenames(conf), names, "{conf}");
        }
    }

    #[test]
    fn bytes_and_not_characters() {
        for (written, bytes) in
            [("", 0), ("abc", 3), ("é", 2), ("\\\"", 1), ("a\\057b", 3), ("\\x2fa", 2), ("\\", 1), ("\\x2", 2)]
        {
            assert_eq!(length(written), bytes, "{written}");
        }
    }
}
