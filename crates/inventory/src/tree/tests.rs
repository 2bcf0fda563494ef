//! The span tree against texts whose spans are known.

use pxectl_model::source::{FileId, Route};

use super::*;
use crate::findings::Findings;
use crate::limits;

fn tree(text: &str) -> (Option<Node>, Vec<String>) {
    let mut findings = Findings::default();
    let parsed = parse(FileId(0), text, &mut Budget { events: limits::EVENTS }, &mut findings);
    (
        parsed.map(|parsed| parsed.root),
        findings.into_list().into_iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect(),
    )
}

/// The text of the node at a route such as `a.0.b`.
fn at<'t>(text: &'t str, root: &Node, route: &str) -> &'t str {
    let step = |to: Route, step: &str| step.parse().map_or_else(|_| to.key(step), |n: usize| to.index(n));
    let route = route.split('.').filter(|s| !s.is_empty()).fold(Route::root(FileId(0)), step);
    let Bytes { start, end } = locate(root, &route);
    &text[start..end]
}

#[test]
fn spans_are_bytes_of_the_very_node() {
    let text = "é: 1 # c\r\nb:\r\n  - x y \r\n  - {c: 'é', d: \"q\"}\r\ne:\r\nf: &k [1, 2 ,3]\r\ng: *k\r\nh: 'x''y' # 'z'\r\nl: |\r\n  foo\r\nm: !\r\n";
    let (root, findings) = tree(text);
    assert!(root.is_none(), "a tag ends it");
    assert_eq!(findings, ["yaml-feature: the tag `!!` has no meaning in an inventory"]);
    let text = &text[..text.len() - 6];
    let (root, findings) = tree(text);
    let root = root.unwrap();
    assert!(findings.is_empty());
    for (route, expected) in [
        ("é", "1"),
        ("b.0", "x y"),
        ("b.1", "{c: 'é', d: \"q\"}"),
        ("b.1.c", "'é'"),
        ("b.1.d", "\"q\""),
        ("b.7", "- x y \r\n  - {c: 'é', d: \"q\"}"),
        ("e", "e"),
        ("f", "&k [1, 2 ,3]"),
        ("f.2", "3"),
        ("g", "*k"),
        ("g.1", "2"),
        ("h", "'x''y'"),
        ("b.1.none.deeper", "{c: 'é', d: \"q\"}"),
    ] {
        assert_eq!(at(text, &root, route), expected, "{route}");
    }
}

#[test]
fn what_follows_a_node_is_none_of_it() {
    let text = "a: \"x\\\" # y\"  # c \"z\"\nb: 'it''s # n'\t# c '\nc: &q\"1 \"x\" # c\nd: [x,] # ]\ne: {f: \"g\" , # }\n } # }\n\"h\" : i\n";
    let (root, findings) = tree(text);
    let root = root.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    for (route, expected) in [
        ("a", "\"x\\\" # y\""),
        ("b", "'it''s # n'"),
        ("c", "&q\"1 \"x\""),
        ("d", "[x,]"),
        ("e", "{f: \"g\" , # }\n }"),
        ("e.f", "\"g\""),
    ] {
        assert_eq!(at(text, &root, route), expected, "{route}");
    }
}

#[test]
fn large_mappings_are_found_by_an_index() {
    let text: String = (0..100).map(|n| format!("key{n}: value{n}\n")).collect();
    let (root, _) = tree(&text);
    let root = root.unwrap();
    assert_eq!(at(&text, &root, "key0"), "value0");
    assert_eq!(at(&text, &root, "key99"), "value99");
}

#[test]
fn the_first_of_two_equal_keys_counts() {
    let (root, findings) = tree("a: 1\na: 2\nb: 3\n");
    assert_eq!(findings, ["duplicate-key: the key `a` stands here a second time"]);
    let Kind::Map(map) = root.unwrap().kind else { panic!() };
    assert_eq!(map.entries().len(), 2);
    assert!(matches!(&map.get("a").unwrap().value.kind, Kind::Text { text, .. } if &**text == "1"));
}

#[test]
fn yaml_beyond_the_format_is_refused() {
    for (text, finding) in [
        ("a: b\n---\nc: d\n", "yaml-feature: a second YAML document begins here"),
        ("<<: a\n", "yaml-feature: merge keys (`<<`) are not read"),
        ("? [a]\n: b\n", "yaml-feature: a list or mapping cannot be a key"),
        ("a: &x b\n*x : c\n", "yaml-feature: an alias cannot be a key"),
        (": b\n", "yaml-feature: a key cannot be empty"),
        ("a: !!int 1\n", "yaml-feature: the tag `tag:yaml.org,2002:!int` has no meaning in an inventory"),
        ("a: &x {b: *x}\n", "yaml-feature: this alias stands inside the node that it names"),
        ("a: *x\n", "syntax: this is not YAML: while parsing node, found unknown anchor"),
        ("a: b: c\n", "syntax: this is not YAML: mapping values are not allowed in this context"),
        ("a:\n\t- b\n", "syntax: a tab indents this line"),
    ] {
        assert_eq!(tree(text).1, [finding], "{text}");
    }
    // YAML's own limit stops a long key on one line, ours one that is written over several.
    assert!(tree(&format!("{}: a\n", "k".repeat(1025))).1[0].starts_with("syntax: "), "long key");
    assert!(tree(&format!("? {}\n: a\n", "k".repeat(1025))).1[0].starts_with("too-large: a key"), "long key");
    assert!(tree("# only a comment\n").0.is_none());
}

#[test]
fn aliases_that_multiply_are_counted_with_what_they_stand_for() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let list = vec![format!("*a{}", n - 1); 10].join(", ");
        text += &format!("a{n}: &a{n} [{list}]\n");
    }
    assert_eq!(tree(&text).1, ["too-large: the aliases stand for more than an inventory may hold"]);
    let nested: String = (1..80).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect();
    let text = format!("a0: &a0 [x]\n{nested}");
    assert_eq!(tree(&text).1, ["too-large: the aliases stand for more than an inventory may hold"], "depth through aliases");
}
