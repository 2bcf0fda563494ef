//! What the tests of this crate share: recipes like the built-in ones, and inputs in one line.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;
use pxectl_inventory::{File, Included, Input, LockInput, Reading, includes, read, read_recipe};
use pxectl_model::diag::Change;
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_model::source::line_column;

/// Recipes of the shape of the built-in ones, but fixed here.
pub fn recipes() -> BTreeMap<Name, Recipe> {
    let keys = [
        ("debian", true, "{kernel: required, initrds: required, answer: optional}"),
        ("linux", false, "{kernel: required, initrds: optional, answer: optional}"),
        (
            "windows",
            true,
            "{wimboot: required, boot_wim: required, bcd: required, boot_sdi: required, bootmgr: optional, inject: optional}",
        ),
        ("sanboot", false, "{image: required}"),
        ("chain", false, "{script: optional, url: optional}"),
        ("local", false, "{}"),
        ("hold", false, "{}"),
    ];
    let recipe = |(name, installs, keys): (&str, bool, &str)| {
        let one_of = if name == "chain" { "[[script, url]]" } else { "[]" };
        let firmware = if name == "windows" { "[bios, uefi-x64]" } else { "[]" };
        let text = format!(
            "recipe: {name}\nabout: for tests\ninstalls: {installs}\nscript: {name}.ipxe.j2\nkeys: {keys}\none_of: {one_of}\nfirmware: {firmware}\n"
        );
        let recipe = read_recipe(name, &text).unwrap();
        (recipe.name.clone(), recipe)
    };
    keys.into_iter().map(recipe).collect()
}

/// An inventory of one file.
pub fn input(bytes: impl Into<Vec<u8>>) -> Input {
    Input {
        main: File { name: "bad.yaml".to_owned(), bytes: bytes.into() },
        folder: PathBuf::from("/lab"),
        included: Vec::new(),
        lock: LockInput::Unasked,
    }
}

/// Reads an inventory of one file.
pub fn reading(text: impl Into<Vec<u8>>) -> Reading {
    read(&input(text), &recipes())
}

/// Reads an inventory whose every include pattern finds the same files.
pub fn reading_with(text: &str, files: &[(&str, &str)]) -> Reading {
    let mut input = input(text);
    let files = || files.iter().map(|(name, text)| File { name: (*name).to_owned(), bytes: text.as_bytes().to_vec() });
    let included = includes(text.as_bytes()).into_iter();
    input.included = included.map(|i| Included { route: i.route, found: Ok(files().collect()) }).collect();
    read(&input, &recipes())
}

/// `file:line:column: severity[id]: message`, then what belongs to it, a line each.
pub fn lines(reading: &Reading) -> String {
    let at = |place: &_| {
        let span = reading.locate(place).unwrap();
        let source = reading.sources.get(span.file).unwrap();
        let (line, column) = line_column(&source.text, span.start);
        let text = source.text[span.start..span.end].to_owned();
        (format!("{}:{line}:{column}", source.name), text)
    };
    let mut out = String::new();
    for finding in &reading.diagnostics {
        let (place, text) = at(&finding.at);
        let severity = format!("{:?}", finding.severity).to_lowercase();
        out += &format!("{place}: {severity}[{}]: {}\n", finding.rule, finding.message);
        if !text.is_empty() {
            out += &format!("    | {}\n", text.escape_debug());
        }
        if let Some(label) = &finding.label {
            out += &format!("    ^ {label}\n");
        }
        for related in &finding.related {
            out += &format!("    - {}: {}\n", at(&related.at).0, related.text);
        }
        if let Some(help) = &finding.help {
            out += &format!("    = {help}\n");
        }
        if let Some(fix) = &finding.fix {
            let unasked = if fix.safe { "" } else { ", if asked to" };
            out += &match &fix.change {
                Change::Replace { text, .. } => format!("    + {text}{unasked}\n"),
                Change::Add { to, key, text } => format!("    + {to}: {key}: {text}{unasked}\n"),
            };
        }
    }
    out
}

/// A sound lab to begin with; what a test is about is put behind it.
pub const LAB: &str = "pxectl: 1\nlab: {server: 10.1.0.1, networks: [{subnet: 10.1.0.0/24, range: 10.1.0.100 - 10.1.0.199}]}\n";

/// Pieces of inventories and of YAML, so that random texts get far.
pub fn piece() -> impl Strategy<Value = String> {
    let words = "pxectl: 1|lab:|hosts:|rules:|profiles:|artifacts:|include:|server:|sites:|networks:|subnet:|serial:|uuid:|mac:|nics:|ip:|\
        profile:|match:|kernel:|initrds:|args:|vars:|secrets:|env:|file:|command:|inject:|extends:|recipe:|local|linux|10.1.0.1|10.1.0.0/24|7CX1234|52:54:00:12:34:56|\
        [|]|{|}|- |? |: |, |\n|\n  |\n    |\n- |\t| |#|&a |*a|!t |<<: |\"|'|\\|é|\u{feff}|\u{2028}|\r\n|---\n|...\n|%YAML 1.1\n|~|null||\u{0}|>\n |";
    let words: Vec<String> = words.split('|').map(str::to_owned).chain(["|\n ".to_owned(), "|".to_owned()]).collect();
    prop_oneof![9 => proptest::sample::select(words), 1 => "\\PC{0,8}"]
}
