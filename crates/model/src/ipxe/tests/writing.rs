use proptest::prelude::*;

use crate::ipxe::escape::{MAX_TEXT, Refused, path_segment, text, uri_path, word};
use crate::ipxe::{Dialect, Uri, check, lex};

#[test]
fn words_are_taken_or_refused() {
    for good in ["console=ttyS0,115200n8", "a#b", "a||b", "--", "$HOME", "C:\\x", "{}", "\"q\""] {
        assert_eq!(word(good), Ok(good));
    }
    for (bad, why) in [
        ("", Refused::Empty),
        ("a b", Refused::Blank),
        ("a\nb", Refused::Control(10)),
        ("a\0", Refused::Control(0)),
        ("é", Refused::NotAscii('é')),
        ("#a", Refused::Comment),
        ("||", Refused::Separator("||".into())),
        ("a${x}", Refused::Expansion),
        ("a$", Refused::Expansion),
        ("a\\", Refused::Continuation),
    ] {
        assert_eq!(word(bad), Err(why), "{bad:?}");
    }
}

#[test]
fn texts_are_made_harmless_and_stay_readable() {
    for (given, expected) in [
        ("  two   words\n", "two words"),
        ("Grüße", "Gr??e"),
        ("a ${serial} b", "a $(serial} b"),
        ("a || b ; c", "a \"||\" b \";\" c"),
        ("#1 --x", "\"#1\" \"--x\""),
        ("$${{", "$$({"),
        ("c:\\", "\"c:\\\""),
        ("", ""),
    ] {
        assert_eq!(text(given), expected);
    }
    assert_eq!(text(&"x".repeat(1000)).len(), MAX_TEXT);
}

#[test]
fn paths_keep_what_every_build_asks_for() {
    assert_eq!(path_segment("boot image#1.wim").unwrap(), "boot%20image%231.wim");
    assert_eq!(uri_path("/casper/vm linuz").unwrap(), "casper/vm%20linuz");
    for bad in ["", ".", "..", "a/b", "é", "a\0"] {
        assert!(path_segment(bad).is_err(), "{bad:?}");
    }
    assert_eq!(uri_path("a/../b"), Err(Refused::Segment));
}

fn tokens(script: &str) -> Vec<Vec<String>> {
    let lexed = lex(script);
    assert!(!lexed.unfinished);
    lexed.lines.into_iter().flat_map(|l| l.commands).map(|c| c.words.into_iter().map(|w| w.text).collect()).collect()
}

proptest! {
    #[test]
    fn an_accepted_word_comes_back_as_one_token(value in "\\PC{0,12}|[#;|&$\\\\{}a ]{0,6}") {
        if let Ok(value) = word(&value) {
            let script = format!("echo x {value}\necho {{{value}}} y\n");
            let braced = format!("{{{value}}}");
            prop_assert_eq!(tokens(&script), [vec!["echo", "x", value], vec!["echo", braced.as_str(), "y"]]);
            let whole = ["#!ipxe\n", &script].concat();
            prop_assert_eq!(check(&whole, Dialect::Debian12), []);
        }
    }

    #[test]
    fn any_text_is_one_echo_of_its_own_words(value in "\\PC{0,300}|[#;|&$\\\\{}:a \n-]{0,300}") {
        let shown = text(&value);
        prop_assert!(shown.len() <= MAX_TEXT);
        let script = format!("#!ipxe\necho {shown}\necho end\n");
        prop_assert_eq!(check(&script, Dialect::Debian12), []);
        let mut expected = vec!["echo".to_owned()];
        expected.extend(shown.split(' ').filter(|w| !w.is_empty()).map(str::to_owned));
        prop_assert_eq!(tokens(&script), [vec![], expected, vec!["echo".to_owned(), "end".to_owned()]]);
    }

    #[test]
    fn a_path_part_arrives_as_it_was(part in "[ -~]{1,20}") {
        if let Ok(encoded) = path_segment(&part) {
            prop_assert!(word(&encoded).is_ok());
            let uri = Uri::parse(&format!("http://h/{encoded}"));
            prop_assert_eq!(uri.image_name(), Some(part));
        }
    }
}
