//! The three readers held together: whatever is ordinary is what saphyr-parser and serde_yaml read, too.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::agree::agreed;
use super::*;
use crate::limits;

const EXAMPLE: &str = include_str!("../../../../../inventory.example.yaml");

#[test]
fn what_is_ordinary() {
    for text in [
        "a: b\n",
        "---\n# c\n\na: b # c\nb-c/d.e: 1\n",
        "a:\n  b: c\n\n  # c\n  d: e\nf: g",
        "a: # c\n  - b\n  - c d  e # f\n",
        "a:\n- b\n- c: d\n  e: f\n- {g: h}\nz: y\n",
        "a:\n  - b:\n    - c\n    - d\n    e: f\n",
        "a: [b, 'c', \"d\", [e, {f: g}], {}, []]\n",
        "a: [b,c , d,]\nb: {c: d , }\n",
        "a: [ # c\n  b, # d\n\n  c # e\n ]\nb: 1\n",
        "a: {\n  b: c,\n    # d\n  e: f\n  }\n",
        "hosts:\n  - {mac: 52:54:00:12:34:56, url: http://a.b:80/c;d=e#f, x: -1, y: a - b}\n",
        "a: http://b:80/c?d=e[0]={e} 'f' \"g\"\nb: --c\nd: a#b, c\n",
        "'a b': c\n\"d: e\": 'f # g'\nh: ' i '\nj: \"\"\n",
        "é: x\n",
        "a: b é ü # ß\n'é': [\"ü\", o]\n",
        "a: ~\nb: null\nc: 0123\nd: .\ne: 1e5\n",
        EXAMPLE,
    ] {
        assert_eq!(agreed(text), !text.starts_with('é'), "{text:?}");
        assert_eq!(agreed(&text.replace('\n', "\r\n")), !text.starts_with(['é', '-']), "{text:?}");
    }
}

#[test]
fn what_is_not() {
    for text in [
        "",
        "# only a comment\n",
        "a\n",
        "- a\n",
        "{a: b}\n",
        "a: &x b\n",
        "a: *x\n",
        "a: !t b\n",
        "a: |\n  b\n",
        "a: b\n  c\n",
        "a: [b\n  c]\n",
        "a: [b]\n c: d\n",
        "a: [\nb]\n",
        "a: 'b''c'\n",
        "a: \"b\\n\"\n",
        "a: 'b\n  c'\n",
        "a:\n",
        "a:\nb: c\n",
        "a: {b: , c: d}\n",
        "a: {b, c: d}\n",
        "a: [b: c]\n",
        "a: b: c\n",
        "a: b\na: c\n",
        "a: b\r",
        "a: b\rc: d\n",
        "a:\tb\n",
        "a: \u{85}b\n",
        "? a\n: b\n",
        "<<: a\n",
        "a: b\n---\nc: d\n",
        "a: b\n...\n",
        "a:\n  - - b\n",
        "a:\n  -\n    b: c\n",
        " a: b\n",
        "a:\n   b: c\n  d: e\n",
        "a: [b, , c]\n",
        "a: \"b\"c\n",
        "a: [b]c\n",
        "a: [b]#c\n",
        "a: [b -]\n",
        "a: {b: c -, d: e}\n",
        "a: @b\n",
        "a: `b\n",
        "a: %b\n",
        "%YAML 1.2\n---\na: b\n",
    ] {
        assert!(!agreed(text), "{text:?}");
    }
    assert!(!agreed(&format!("a: {}\n", "b".repeat(SCALAR_MAX + 1))));
    assert!(!agreed(&format!("a: {}{}\n", "[".repeat(limits::DEPTH), "]".repeat(limits::DEPTH))));
    let mut budget = Budget { events: 4 };
    assert!(read(FileId(0), "a: b\n", &mut budget).is_none(), "beyond the limit");
}

/// Texts that are ordinary, or nearly.
fn line() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(vec![
        "a",
        "b-c",
        "serial",
        "7CX1234",
        "0123",
        "~",
        "é",
        "10.1.0.1",
        "52:54:00:12:34:56",
        "http://x/y?z=1",
        "x y",
        "x  y",
        "a#b",
        "-x",
        "--y",
        "'q'",
        "\"r # s\"",
        "''",
        "\"u, v\"",
        "[]",
        "{}",
        "[a, b]",
        "{a: b}",
        "{a: b, c: [d]}",
        "[{a: 'b'}, c]",
        "a:b",
        "&k x",
        "|",
        "x:",
        "- z",
        "[a",
        "b]",
        "{c: d",
        "}",
        "a,",
        "?x",
        "*",
        "...",
        "---",
        "[a, ]",
        "{a: b ,}",
        "=",
        "<",
        "a: b",
        "[a:b]",
        "[a ?b]",
        "{a:b}",
        "[a]b",
    ]);
    let end = proptest::sample::select(vec!["", " ", " # c", "#d", "  #"]);
    let head = proptest::sample::select(vec!["", "- ", "-  ", "- - ", "# "]);
    let key = proptest::sample::select(vec!["", "a: ", "b: ", "c.d/e: ", "'f': ", "\"g h\": ", "é: ", "a:", "i:  ", "- : "]);
    (0usize..6, head, key, word, end)
        .prop_map(|(indent, head, key, word, end)| format!("{}{head}{key}{word}{end}\n", " ".repeat(indent)))
}

/// A tree written down in one of the ordinary ways.
fn node(depth: u32) -> BoxedStrategy<Vec<String>> {
    let word = proptest::sample::select(vec![
        "a",
        "7CX1234",
        "x y",
        "'q # r'",
        "\"s: t\"",
        "[]",
        "{}",
        "[a, {b: c}]",
        "10.0.0.1 - 10.0.0.9",
    ]);
    let comment = proptest::sample::select(vec!["", "", "", " # c", "  # {"]);
    let leaf = (word, comment).prop_map(|(word, comment)| vec![format!(" {word}{comment}")]);
    leaf.prop_recursive(depth, 40, 5, |inner| {
        let map = (proptest::collection::vec(inner.clone(), 1..5), 1usize..4).prop_map(|(values, indent)| {
            let entry = |(n, lines): (usize, Vec<String>)| indented(&format!("k{n}:"), lines, indent);
            std::iter::once(String::new()).chain(values.into_iter().enumerate().flat_map(entry)).collect()
        });
        let list = (proptest::collection::vec(inner, 1..5), 0usize..4).prop_map(|(items, indent)| {
            let item = |lines: Vec<String>| -> Vec<String> {
                // The first entry of a mapping stands behind the dash, the others below it.
                let mut lines = lines.into_iter();
                let first = lines.next().unwrap_or_default();
                let rest: Vec<String> = lines.collect();
                let outer = rest.first().map_or(0, |line| line.len() - line.trim_start().len());
                let dash =
                    |n, line: &str| format!("{}{}{}", " ".repeat(indent), if n == 0 { "- " } else { "  " }, &line[outer..]);
                match first.is_empty() {
                    true => rest.iter().enumerate().map(|(n, line)| dash(n, line)).collect(),
                    false => vec![format!("{}-{first}", " ".repeat(indent))],
                }
            };
            std::iter::once(String::new()).chain(items.into_iter().flat_map(item)).collect()
        });
        prop_oneof![map, list]
    })
    .boxed()
}

fn indented(key: &str, lines: Vec<String>, by: usize) -> Vec<String> {
    let mut lines = lines.into_iter();
    let first = format!("{}{key}{}", " ".repeat(by), lines.next().unwrap_or_default());
    std::iter::once(first).chain(lines.map(|line| format!("{}{line}", " ".repeat(by)))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_126), ..ProptestConfig::default() })]

    #[test]
    fn lines_of_all_sorts(lines in proptest::collection::vec(line(), 1..8)) {
        agreed(&lines.concat());
        agreed(&format!("k:\n{}", lines.concat()).replace('\n', "\r\n"));
    }

    #[test]
    fn trees_of_all_shapes(lines in node(4)) {
        agreed(&indented("k:", lines.clone(), 0).join("\n"));
        agreed(&indented("k:", lines, 0).join("\r\n"));
    }

    /// The example with a few bytes changed.
    #[test]
    fn examples_with_cuts(cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..4, "[ \\n:,\\[\\]{}#'\"a-]{0,3}"), 1..4)) {
        let mut text = EXAMPLE.to_owned();
        for (at, remove, insert) in cuts {
            let mut start = at.index(text.len());
            while !text.is_char_boundary(start) { start -= 1; }
            let mut end = (start + remove).min(text.len());
            while !text.is_char_boundary(end) { end += 1; }
            text.replace_range(start..end, &insert);
        }
        agreed(&text);
        agreed(&text.replace('\n', "\r\n"));
    }

    #[test]
    fn any_letters(text in "[a-c:#\\-,\\[\\]{}'\" \\r\\n?&*|>.~0é]{0,24}") {
        agreed(&text);
        agreed(&format!("a: {text}"));
        agreed(&format!("a:\n  - {text}"));
    }
}

#[test]
fn most_trees_are_ordinary() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let ordinary = (0..200).filter(|_| {
        let lines = node(4).new_tree(&mut runner).unwrap().current();
        agreed(&indented("k:", lines, 0).join("\n"))
    });
    let ordinary = ordinary.count();
    assert!(ordinary > 100, "{ordinary} of 200");
}
