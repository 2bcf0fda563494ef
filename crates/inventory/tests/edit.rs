//! Edits of inventories whose result is known to the byte.
// A test may read its fixtures and stop at what it did not expect.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{LAB, input, recipes};
use pxectl_inventory::edit::{Assign, Done, Edited, Intent, Refused, Who, edit};
use pxectl_inventory::{File, Included, Input, includes};
use pxectl_model::identity::IdentityKey;
use pxectl_model::source::FileId;

fn serial(text: &str, profile: &str) -> Assign {
    Assign {
        who: Who::Key(IdentityKey::Serial, text.to_owned()),
        profile: profile.to_owned(),
        name: None,
        mac: None,
        ip: None,
        vars: Vec::new(),
    }
}

fn assign(text: &str, profile: &str) -> Intent {
    Intent::Assign(serial(text, profile))
}

fn remove(text: &str) -> Intent {
    Intent::Remove(Who::Host(text.to_owned()))
}

/// What hosts become, written behind a sound lab.
fn try_hosts(hosts: &str, intents: &[Intent]) -> Result<String, Refused> {
    let lab = if hosts.contains("\r\n") { LAB.replace('\n', "\r\n") } else { LAB.to_owned() };
    let edited = edit(&input(format!("{lab}{hosts}")), &recipes(), intents)?;
    match edited.files.as_slice() {
        [] => Ok("unchanged".to_owned()),
        [(FileId(0), bytes)] => Ok(String::from_utf8(bytes.clone()).unwrap().strip_prefix(&lab).unwrap().to_owned()),
        _ => panic!("one file is there"),
    }
}

#[track_caller]
fn hosts(before: &str, intents: &[Intent], after: &str) {
    let found = try_hosts(before, intents).unwrap_or_else(|refused| panic!("{refused:#?}\n{before}"));
    assert_eq!(found, after);
}

#[test]
fn a_profile_in_quotes_like_its_own() {
    for (before, after) in [
        ("local", "hold"),
        ("local  # why", "hold  # why"),
        ("'local'", "'hold'"),
        ("\"local\"#no", ""),
        ("\"local\"", "\"hold\""),
        ("\n      local # x", "\n      hold # x"),
        ("|-\n      local\n", "\"hold\"\n"),
        (">-  # folded\n      local\n", "\"hold\"  # folded\n"),
        ("&p local", "&p hold"),
    ] {
        if !after.is_empty() {
            let whole = |profile: &str| format!("hosts:\n  - serial: 7CX1234\n    profile: {profile}\n    name: a\n");
            hosts(&whole(before), &[assign("7CX1234", "hold")], &whole(after));
        }
    }
    hosts(
        "hosts: [{serial: 7CX1234, profile: local}, {\"serial\":\"7CX1235\",\"profile\":\"local\"}]\n",
        &[assign("7CX1235", "hold"), assign("7cx1234", "hold")],
        "hosts: [{serial: 7CX1234, profile: hold}, {\"serial\":\"7CX1235\",\"profile\":\"hold\"}]\n",
    );
}

#[test]
fn what_is_so_already_changes_nothing() {
    let text = "hosts:\n  - {serial: ' 7cx1234', profile: local, mac: 5254.0012.3456, ip: 10.1.0.9, vars: {a: \"1\"}}\n";
    let mut same = serial("7CX1234", "local");
    same.mac = Some("52-54-00-12-34-56".to_owned());
    same.ip = Some("10.1.0.9".to_owned());
    same.vars = vec![("a".to_owned(), "1".to_owned())];
    hosts(text, &[Intent::Assign(same)], "unchanged");
}

#[test]
fn keys_are_added_behind_the_last_one() {
    let mut all = serial("7CX1234", "local");
    all.name = Some("web-01".to_owned());
    all.mac = Some("52:54:00:12:34:56".to_owned());
    all.ip = Some("10.1.0.9".to_owned());
    all.vars = vec![("disk".to_owned(), "/dev/sda".to_owned()), ("zero".to_owned(), "007".to_owned())];
    let all = Intent::Assign(all);
    hosts(
        "hosts:\r\n-   serial: 7CX1234  # é\r\n    # inside\r\n    profile: local # last\r\n\r\n# outside",
        std::slice::from_ref(&all),
        "hosts:\r\n-   serial: 7CX1234  # é\r\n    # inside\r\n    profile: local # last\r\n    name: web-01\r\n    \
         mac: \"52:54:00:12:34:56\"\r\n    ip: 10.1.0.9\r\n    vars: {disk: /dev/sda, zero: \"007\"}\r\n\r\n# outside",
    );
    hosts(
        "hosts:\n  - serial: 7CX1234\n    profile: local\n    vars:\n      disk: |\n        x\n\n        y\n\n  # next",
        std::slice::from_ref(&all),
        "hosts:\n  - serial: 7CX1234\n    profile: local\n    vars:\n      disk: \"/dev/sda\"\n      zero: \"007\"\n    name: web-01\n    \
         mac: \"52:54:00:12:34:56\"\n    ip: 10.1.0.9\n\n  # next",
    );
    hosts(
        "hosts:\n  - {\n      serial: 7CX1234, # one\n      profile: local   # two\n    }",
        &[all],
        "hosts:\n  - {\n      serial: 7CX1234, # one\n      profile: local,   # two\n      name: web-01,\n      mac: \"52:54:00:12:34:56\",\n      \
         ip: 10.1.0.9,\n      vars: {disk: /dev/sda, zero: \"007\"}\n    }",
    );
}

#[test]
fn a_new_host_in_the_style_of_the_last_one() {
    for (before, after) in [
        (
            "hosts:\n- serial: \"7CX1\"\n  profile: local",
            "hosts:\n- serial: \"7CX1\"\n  profile: local\n- serial: \"7CX9\"\n  profile: hold",
        ),
        (
            "hosts:\n  -   profile: local\n      serial: 7CX1  # c\n      # inside\n  # outside\n\nrules: []\n",
            "hosts:\n  -   profile: local\n      serial: 7CX1  # c\n      # inside\n  -   profile: hold\n      serial: 7CX9\n  # outside\n\nrules: []\n",
        ),
        (
            "hosts:\n  - {serial: 7CX1, profile: local}\n\n  - {serial: 7CX2, profile: local}\n\nrules: []\n",
            "hosts:\n  - {serial: 7CX1, profile: local}\n\n  - {serial: 7CX2, profile: local}\n\n  - {serial: 7CX9, profile: hold}\n\nrules: []\n",
        ),
        ("hosts: [{serial: 7CX1, profile: local}]\n", "hosts: [{serial: 7CX1, profile: local}, {serial: 7CX9, profile: hold}]\n"),
        (
            "hosts: [\n  {serial: 7CX1, profile: local}, # c\n]\n",
            "hosts: [\n  {serial: 7CX1, profile: local}, # c\n  {serial: 7CX9, profile: hold},\n]\n",
        ),
        ("hosts: []  # none\nrules: []\n", "hosts:  # none\n  - serial: 7CX9\n    profile: hold\nrules: []\n"),
        ("hosts: [ ]", "hosts:\n  - serial: 7CX9\n    profile: hold"),
        ("hosts:\n  []\n", "hosts:\n  [{serial: 7CX9, profile: hold}]\n"),
        ("# end\n", "hosts:\n  - serial: 7CX9\n    profile: hold\n# end\n"),
        (
            "rules:\n- match: {product: X}\n  profile: local\n...\n",
            "rules:\n- match: {product: X}\n  profile: local\nhosts:\n- serial: 7CX9\n  profile: hold\n...\n",
        ),
        (
            "hosts:\n  - serial: 7CX1\n    profile: local\n    vars:\n      a: |+\n        x\n\n\n# end\n",
            "hosts:\n  - serial: 7CX1\n    profile: local\n    vars:\n      a: |+\n        x\n\n\n  - serial: 7CX9\n    profile: hold\n# end\n",
        ),
    ] {
        // Four characters are the least that tells machines apart.
        let long = |text: &str| text.replace("7CX", "7CX123");
        hosts(&long(before), &[assign("7CX1239", "hold")], &long(after));
    }
}

#[test]
fn a_host_without_a_value_in_an_unsound_inventory_is_mended() {
    hosts("hosts:\n", &[assign("7CX1239", "hold")], "hosts:\n  - serial: 7CX1239\n    profile: hold\n");
    hosts(
        "hosts:\n  - serial: 7CX1239\n    profile:  # which?\n",
        &[assign("7CX1239", "hold")],
        "hosts:\n  - serial: 7CX1239\n    profile: hold  # which?\n",
    );
    hosts(
        "hosts:\n  - {serial: 7CX1239, name: ~}\n",
        &[assign("7CX1239", "hold")],
        "hosts:\n  - {serial: 7CX1239, name: ~, profile: hold}\n",
    );
}

#[test]
fn a_host_is_removed_with_what_belongs_to_it() {
    let three = "hosts:\n  # all of them\n  - serial: 7CX1231\n    profile: local\n\n  # two\n  - serial: 7CX1232\n    profile: local\n    # deep\n\n  - \
                 {serial: 7CX1233, profile: local} # three\n";
    hosts(
        three,
        &[remove("7CX1232")],
        "hosts:\n  # all of them\n  - serial: 7CX1231\n    profile: local\n\n  - {serial: 7CX1233, profile: local} # three\n",
    );
    hosts(
        three,
        &[remove("7CX1233")],
        "hosts:\n  # all of them\n  - serial: 7CX1231\n    profile: local\n\n  # two\n  - serial: 7CX1232\n    profile: local\n    # deep\n",
    );
    hosts(three, &[remove("7CX1231"), remove("7CX1233"), remove("7CX1232")], "hosts: []\n");
    hosts(
        "hosts:\n  - {serial: 7CX1230, profile: local}\n  # a rack\n  - {serial: 7CX1231, profile: local}\n  - {serial: 7CX1232, profile: local}\n",
        &[remove("7CX1231")],
        "hosts:\n  - {serial: 7CX1230, profile: local}\n  # a rack\n  - {serial: 7CX1232, profile: local}\n",
    );
    for (before, after) in [
        ("[{A}, {B}, {C}]", "[{A}, {C}]"),
        ("[{A}, {C}, {B}]", "[{A}, {C}]"),
        ("[ {B} ]", "[ ]"),
        ("[{B},]", "[]"),
        ("[\n  {A}, # a\n  {B}, # b\n  {C}  # c\n  ]", "[\n  {A}, # a\n  {C}  # c\n  ]"),
        ("[{A},\n  {B}]", "[{A}]"),
    ] {
        let full = |text: &str| {
            let host = |text: String, key: &str| text.replace(key, &format!("serial: 7CX123{key}, profile: local"));
            format!(
                "hosts: {}\n",
                ["A", "B", "C"].into_iter().fold(text.to_owned(), |text, key| {
                    host(text.replace(&format!("{{{key}}}"), &format!("{{<{key}>}}")), &format!("<{key}>"))
                        .replace(['<', '>'], "")
                })
            )
        };
        hosts(&full(before), &[remove("7CX123B")], &full(after));
    }
}

#[test]
fn cards() {
    let card = |mac: Option<&str>, ip: Option<&str>| {
        let mut assign = serial("7CX1234", "local");
        assign.mac = mac.map(str::to_owned);
        assign.ip = ip.map(str::to_owned);
        [Intent::Assign(assign)]
    };
    let two = "hosts:\n  - serial: 7CX1234\n    profile: local\n    nics:\n      - {mac: \"52:54:00:12:34:56\"}\n      - mac: '52:54:00:12:34:57'\n";
    hosts(two, &card(Some("525400123457"), Some("10.1.0.9")), &format!("{two}        ip: 10.1.0.9\n"));
    let refused = try_hosts(two, &card(None, Some("10.1.0.9"))).unwrap_err();
    assert_eq!(refused.to_string(), "bad.yaml:4: this host has 2 network cards, and it is not clear which is meant");
    hosts(
        "hosts:\n  - {serial: 7CX1234, profile: local, nics: [{mac: '52:54:00:12:34:56'}]}\n",
        &card(Some("525400123457"), Some("10.1.0.9")),
        "hosts:\n  - {serial: 7CX1234, profile: local, nics: [{mac: '52:54:00:12:34:57', ip: 10.1.0.9}]}\n",
    );
}

#[test]
fn what_others_share_is_left_alone() {
    let shared =
        "profiles:\n  a: {recipe: local, vars: &v {x: a}}\nhosts:\n  - serial: 7CX1234\n    profile: local\n    vars: *v\n";
    let mut with_var = serial("7CX1234", "local");
    with_var.vars = vec![("x".to_owned(), "b".to_owned())];
    let refused = try_hosts(shared, &[Intent::Assign(with_var.clone())]).unwrap_err();
    assert_eq!(refused.to_string(), "bad.yaml:8: an alias stands here: what it stands for belongs to others, too");
    assert_eq!(refused.hint().unwrap(), "by hand: let `hosts[0].vars.x` say `b`");
    let anchored =
        "hosts:\n  - serial: 7CX1234\n    profile: local\n    vars: &v {x: a}\n  - {serial: 7CX1235, profile: local, vars: *v}\n";
    let refused = try_hosts(anchored, &[Intent::Assign(with_var)]).unwrap_err();
    assert_eq!(refused.to_string(), "bad.yaml:6: this node has an anchor, and an alias elsewhere stands for it");
    // The alias itself is the host's own.
    let alias = "profiles:\n  hold-2: {recipe: local, vars: {x: &p hold-2}}\nhosts:\n  - {serial: 7CX1234, profile: *p}\n";
    hosts(alias, &[assign("7CX1234", "local")], &alias.replace("*p", "local"));
    let gone = try_hosts(anchored, &[remove("7CX1234")]).unwrap_err();
    assert_eq!(gone.to_string(), "bad.yaml:6: this node has an anchor, and an alias elsewhere stands for it");
    hosts(anchored, &[remove("7CX1234"), remove("7CX1235")], "hosts: []\n");
}

#[test]
fn what_would_be_an_error_is_refused_with_it() {
    let one = "profiles:\n  debian: {recipe: local}\nhosts:\n  - {serial: 7CX1234, name: a, profile: local}\n";
    let Refused::Errors { errors, .. } = try_hosts(one, &[assign("7CX1234", "debain")]).unwrap_err() else { panic!() };
    assert_eq!((errors.len(), errors[0].rule.0), (1, "unknown-profile"));
    assert!(errors[0].help.as_deref().unwrap().contains("debian"));
    let mut twin = serial("7CX1235", "local");
    twin.name = Some("a".to_owned());
    let Refused::Errors { errors, .. } = try_hosts(one, &[Intent::Assign(twin)]).unwrap_err() else { panic!() };
    assert_eq!(errors[0].rule.0, "duplicate-name");
    assert!(matches!(try_hosts(one, &[assign("7CX1235", "local"), assign("7cx1235", "hold")]), Err(Refused::Twice { .. })));
    let nobody = try_hosts(one, &[remove("7CX1243")]).unwrap_err();
    assert_eq!(nobody.hint().as_deref(), Some("did you mean `7CX1234`?"));
}

fn rack(text: &str) -> File {
    File { name: format!("racks/{}.yaml", &text[7..8]), bytes: text.as_bytes().to_vec() }
}

fn racks(main: &str, files: &[&str]) -> Input {
    let mut input = input(format!("{LAB}include: [racks/*.yaml]\n{main}"));
    let files: Vec<File> = files.iter().map(|text| rack(text)).collect();
    let patterns = includes(&input.main.bytes);
    input.included = patterns.into_iter().map(|i| Included { route: i.route, found: Ok(files.clone()) }).collect();
    input
}

#[test]
fn the_file_that_holds_the_host_is_edited() {
    let a = "# rack a\nhosts:\n- {serial: 7CX1231, profile: local}\n";
    let b = "# rack b\r\nhosts:\r\n- {serial: 7CX1232, profile: local}\r\n";
    let done = |main: &str, intents: &[Intent]| -> Edited { edit(&racks(main, &[a, b]), &recipes(), intents).unwrap() };
    let edited = done("", &[assign("7CX1231", "hold"), assign("7CX1239", "hold")]);
    let texts: Vec<(u32, &str)> = edited.files.iter().map(|(id, bytes)| (id.0, std::str::from_utf8(bytes).unwrap())).collect();
    let added = format!("{b}- {{serial: 7CX1239, profile: hold}}\r\n");
    assert_eq!(texts, [(1, a.replace("local", "hold").as_str()), (2, added.as_str())]);
    assert_eq!(edited.outcomes.iter().map(|o| (o.file.0, o.done)).collect::<Vec<_>>(), [(1, Done::Changed), (2, Done::Added)]);
    assert_eq!(edited.outcomes[1].why.as_deref(), Some("bad.yaml holds no hosts, and racks/b.yaml holds the last ones"));
    let edited = done("hosts:\n- {serial: 7CX1233, profile: local}\n", &[assign("7CX1239", "hold")]);
    assert_eq!((edited.files.len(), edited.files[0].0, edited.outcomes[0].why.as_deref()), (1, FileId(0), None));
}
