//! For every language: what comes out stays on its line, and its own reader reads the value back.

use proptest::prelude::*;
use pxectl_model::ipxe::lex;

use super::*;

/// Texts that people might type, and texts that hurt.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,24}",
        "[a-zA-Z0-9./:_-]{1,16}",
        "[$`'\"\\\\{}()|&;#%!<>\\[\\],= a-z]{0,12}",
        any::<String>(),
        "[\\x00-\\x1f\\x7f\u{85}\u{2028}\u{feff}é日a]{0,6}",
    ]
}

proptest! {
    #[test]
    fn nothing_leaves_its_line(value in value()) {
        for language in Language::ALL {
            if let Ok(text) = fit(language, &value) {
                prop_assert!(!text.chars().any(breaks_lines), "{language:?}: {text:?}");
            }
        }
        for text in [shell_quoted(&value), dhcp_quoted(&value), toml_quoted(&value), json_quoted(&value)].into_iter().flatten() {
            prop_assert!(!text.chars().any(breaks_lines), "{text:?}");
        }
    }

    /// So that one reservation stands for all, where a template treats them alike.
    #[test]
    fn what_a_reservation_holds_stands_bare(name in "[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}", mac in any::<[u8; 6]>(), ip in any::<std::net::Ipv4Addr>()) {
        let name: pxectl_model::name::Name = name.parse().unwrap();
        for text in [name.to_string(), format!("{name}-nic2"), pxectl_model::mac::Mac(mac).to_string(), ip.to_string()] {
            prop_assert!(fit(Language::Dhcp, &text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn ipxe_reads_one_token(value in value(), other in value()) {
        for language in [Language::Ipxe, Language::Argument] {
            let (Ok(one), Ok(two)) = (fit(language, &value), fit(language, &other)) else { continue };
            for line in [format!("kernel http://x/{one} a={two} {one}"), format!("kernel {one}{two} || goto x")] {
                let script = format!("#!ipxe\n{line}\n");
                let lexed = lex(&script);
                prop_assert!(!lexed.unfinished);
                prop_assert_eq!(lexed.lines.len(), 2, "{}", script);
                let words: Vec<_> = lexed.lines[1].commands[0].words.iter().map(|word| word.text.clone()).collect();
                let wanted: Vec<_> = line.split(" || ").next().unwrap().split(' ').map(str::to_owned).collect();
                prop_assert_eq!(words, wanted);
                prop_assert!(!line.contains("${"), "{}", line);
            }
        }
    }

    #[test]
    fn dhcpd_reads_one_string_or_word(value in value()) {
        if let Ok(text) = dhcp_quoted(&value) {
            prop_assert_eq!(unquote(&text, false), Some(value.clone()));
        }
        if let Ok(text) = fit(Language::Dhcp, &value) {
            let plain = !text.contains([' ', ';', '{', '}', '"', '#', ',']);
            prop_assert!(plain && !text.is_empty());
        }
    }

    #[test]
    fn json_reads_the_value(value in value()) {
        if let Ok(text) = fit(Language::Json, &value) {
            prop_assert_eq!(serde_json::from_str::<String>(&text).unwrap(), value.clone());
        }
    }

    #[test]
    fn toml_reads_the_value(value in value()) {
        if let Ok(text) = fit(Language::Toml, &value) {
            prop_assert_eq!(unquote(&text, true), Some(value));
        }
    }

    #[test]
    fn xml_reads_the_value(value in value()) {
        if let Ok(text) = fit(Language::Xml, &value) {
            prop_assert!(!text.contains(['<', '>', '"', '\'']));
            let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
            let read = entities.iter().fold(text.into_owned(), |text, (entity, c)| text.replace(entity, c));
            prop_assert_eq!(read, value);
        }
    }

    #[test]
    fn a_shell_reads_one_word(value in value()) {
        if let Ok(text) = shell_quoted(&value) {
            // Between single quotes nothing is special but the quote itself.
            let parts: Vec<&str> = text.split("'\\''").collect();
            prop_assert_eq!(parts.join("'"), format!("'{value}'"));
            prop_assert_eq!(text.replace("'\\''", "").matches('\'').count(), 2);
        }
        if let Ok(text) = fit(Language::Shell, &value) {
            prop_assert!(!text.contains(['$', '`', '"', '\'', '\\', ' ', ';', '&', '|', '*', '?', '~', '<', '(', '!', '#']));
        }
    }

    #[test]
    fn lines_and_batches_and_inis_keep_their_form(value in value()) {
        if let Ok(text) = fit(Language::Preseed, &value) {
            prop_assert!(text.trim() == text && !text.ends_with('\\'));
            let line = format!("d-i x/y string {}\nd-i preseed/late_command string a {}\n", marked(&text), marked("b"));
            prop_assert_eq!(settle(&line), Ok(format!("d-i x/y string {text}\nd-i preseed/late_command string a b\n")));
        }
        if let Ok(text) = fit(Language::Batch, &value) {
            prop_assert!(!text.contains(['%', '!', '^', '&', '|', '<', '>', '(', ')', '"', '\'', '=', ';', ',']));
        }
        if let Ok(text) = fit(Language::Ini, &value) {
            prop_assert!(!text.contains([';', '#', '"', ',', '%', '[', '=']));
        }
    }

    #[test]
    fn a_url_part_is_unreserved(value in value()) {
        let text = uri_encoded(&value);
        prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
        prop_assert_eq!(percent_decode(&text), value.into_bytes());
    }
}

/// A double-quoted string as dhcpd and TOML read it; none where it ends early or late.
fn unquote(text: &str, named: bool) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return None,
            '\\' => out.push(match chars.next()? {
                'n' if named => '\n',
                'r' if named => '\r',
                't' if named => '\t',
                c @ ('"' | '\\') => c,
                _ => return None,
            }),
            _ => out.push(c),
        }
    }
    Some(out)
}

fn percent_decode(text: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            out.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            out.push(*first);
            rest = after;
        }
    }
    out
}

#[test]
fn names_say_the_language() {
    for (name, language) in [
        ("linux.ipxe.j2", Language::Ipxe),
        ("builtin/dhcpd.conf.j2", Language::Dhcp),
        ("web/preseed.cfg.j2", Language::Preseed),
        ("user-data.j2", Language::Json),
        ("x.yaml.j2", Language::Json),
        ("config.ign.j2", Language::Json),
        ("unattend.xml.j2", Language::Xml),
        ("install.bat.j2", Language::Batch),
        ("winpeshl.ini.j2", Language::Ini),
        ("answer.toml.j2", Language::Toml),
        ("late.sh.j2", Language::Shell),
        ("recipe/debian/args/3.arg", Language::Argument),
        ("motd.j2", Language::Text),
    ] {
        assert_eq!(Language::of(name), language, "{name}");
        assert_eq!(Language::named(language.as_str()), Some(language));
    }
}

#[test]
fn usual_values_pass_and_tricks_do_not() {
    for (language, good, bad) in [
        (Language::Ipxe, "console=ttyS0,115200", "a b"),
        (Language::Argument, "web-01", "x\"y"),
        (Language::Dhcp, "52:54:00:12:34:56", "x; } host y {"),
        (Language::Shell, "/dev/nvme0n1", "$(reboot)"),
        (Language::Preseed, "$6$salt$hash./", "x\\"),
        (Language::Preseed, "Ana O'Brien", "x\nd-i y"),
        (Language::Batch, "WEB-01", "%PATH%"),
        (Language::Ini, "install.bat", "x, y"),
        (Language::Xml, "R&D <x>", "a\u{0}"),
        (Language::Text, "any: text", "two\nlines"),
    ] {
        assert!(fit(language, good).is_ok(), "{language:?}: {good}");
        assert!(fit(language, bad).is_err(), "{language:?}: {bad}");
    }
}

#[test]
fn commands_of_a_preseed_file_are_shell() {
    for (line, fits) in [
        (format!("d-i passwd/user-fullname string {}\n", marked("Ana O'Brien; a")), true),
        (format!("d-i preseed/late_command string echo {}\n", marked("x; reboot")), false),
        (format!("d-i preseed/late_command string echo {}\n", marked("/dev/vda")), true),
        (format!("d-i partman/early_command string true; \\\n  echo {}\n", marked("$HOME")), false),
        (format!("d-i preseed/run string {}\n", marked("a b")), false),
        (format!("d-i preseed/late_command string true\nd-i x/y string {}\n", marked("a b")), true),
    ] {
        let settled = settle(&line);
        assert_eq!(settled.is_ok(), fits, "{line}");
        assert!(settled.is_err() || !settled.unwrap().contains(['\u{e000}', '\u{e001}']));
    }
}
