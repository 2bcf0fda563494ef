use crate::ipxe::{Separator, has_magic, lex};

fn words(text: &str) -> Vec<Vec<String>> {
    lex(text)
        .lines
        .into_iter()
        .flat_map(|line| line.commands)
        .map(|command| command.words.into_iter().map(|w| w.text).collect())
        .collect()
}

#[test]
fn magic_is_the_first_seven_bytes() {
    assert!(has_magic(b"#!ipxe\n") && has_magic(b"#!ipxe echo") && has_magic(b"#!gpxe\r\n"));
    for bad in ["", "#!ipxe", "#!ipxex\n", "\n#!ipxe\n", "\u{feff}#!ipxe\n", "<html>"] {
        assert!(!has_magic(bad.as_bytes()), "{bad:?}");
    }
}

#[test]
fn blanks_cut_and_nothing_quotes() {
    assert_eq!(words("echo \"a  b\"\t'c'"), [["echo", "\"a", "b\"", "'c'"]]);
    assert_eq!(words("  echo a\r\n"), [["echo", "a"]]);
    assert_eq!(words("echo a\0b c"), [["echo", "a"]], "a C string ends at NUL");
}

#[test]
fn comments_start_only_at_a_token() {
    assert_eq!(words("echo a#b # c || d"), [["echo", "a#b"]]);
    assert_eq!(words("#!ipxe\n"), [Vec::<String>::new()]);
}

#[test]
fn separators_are_whole_tokens() {
    let script = lex("a || b && c ; d||e ||");
    let commands = &script.lines[0].commands;
    let separators: Vec<_> = commands.iter().map(|c| c.then).collect();
    assert_eq!(
        separators,
        [Some(Separator::Or), Some(Separator::And), Some(Separator::Then), Some(Separator::Or), None],
        "the last one is followed by an empty command"
    );
    assert_eq!(commands[3].words[0].text, "d||e");
    assert!(commands[4].words.is_empty());
}

#[test]
fn labels_may_share_their_line() {
    let script = lex("  :again echo x\n:\n:end");
    assert_eq!(script.lines[0].label.as_ref().unwrap().text, "again");
    assert_eq!(script.lines[0].commands[0].words.len(), 2);
    assert_eq!(script.lines[1].label.as_ref().unwrap().text, "");
    assert_eq!(script.find_label("end"), Some(2));
    assert_eq!(script.find_label("nowhere"), None);
}

#[test]
fn backslashes_join_and_spans_point_into_the_text() {
    let text = "echo ab\\\ncd \\\r\n ef\ngoto x";
    let script = lex(text);
    let line = &script.lines[0];
    assert_eq!(words(text)[0], ["echo", "abcd", "ef"]);
    assert_eq!((line.number, line.span.clone()), (1, 0..text.find("\ngoto").unwrap()));
    let spans: Vec<&str> = line.commands[0].words.iter().map(|w| &text[w.span.clone()]).collect();
    assert_eq!(spans, ["echo", "ab\\\ncd", "ef"]);
    assert_eq!(script.lines[1].number, 4);
    assert!(!script.unfinished);
    assert!(lex("echo a\\").unfinished);
    assert!(lex("echo a\\\n").unfinished);
    // The joined line is looked at as a whole, so a second backslash joins once more.
    assert_eq!(words("a\\\\\n\nb"), [["ab"]]);
}
