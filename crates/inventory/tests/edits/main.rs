//! Edits of made-up inventories: the result says what is intended, and everything else is as it was.
//!
//! `PXECTL_EDITS=50000 cargo test --release -p pxectl-inventory --test edits -- --nocapture` makes more of them and tells the counts.
// A test may stop at what it did not expect, and read its settings.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

mod any;
#[path = "../common/mod.rs"]
mod common;
mod lab;
mod model;

use std::collections::{BTreeMap, HashMap};

use common::recipes;
use lab::{Dice, Scribe, Text};
use model::{Host, model};
use pxectl_inventory::edit::{Assign, Edited, Intent, Refused, Who, edit, same};
use pxectl_inventory::{File, Included, Input, LockInput, Reading, includes, read};
use pxectl_model::identity::IdentityKey;
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_model::source::FileId;

/// What is made without being asked for more.
const EDITS: u64 = if cfg!(debug_assertions) { 600 } else { 10_000 };

fn count() -> u64 {
    std::env::var("PXECTL_EDITS").ok().map_or(EDITS, |text| text.parse().expect("PXECTL_EDITS is a number"))
}

fn input(texts: &[Text]) -> Input {
    let file = |(n, text): (usize, &Text)| File {
        name: if n == 0 { "inventory.yaml".to_owned() } else { format!("racks/{n}.yaml") },
        bytes: text.text.clone().into_bytes(),
    };
    let mut files: Vec<File> = texts.iter().enumerate().map(file).collect();
    let main = files.remove(0);
    let patterns = includes(&main.bytes).into_iter();
    let included = patterns.map(|i| Included { route: i.route, found: Ok(files.clone()) }).collect();
    Input { main, folder: "/lab".into(), included, lock: LockInput::Missing }
}

fn with(input: &Input, edited: &Edited) -> Input {
    let mut input = input.clone();
    for (id, bytes) in &edited.files {
        match id.0 {
            0 => input.main.bytes.clone_from(bytes),
            n => {
                for included in &mut input.included {
                    included.found.as_mut().unwrap()[n as usize - 1].bytes.clone_from(bytes);
                }
            }
        }
    }
    input
}

/// One case: an inventory and what is wanted of it.
struct Case {
    seed: u64,
    texts: Vec<Text>,
    intents: Vec<Intent>,
}

fn case(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let racks = dice.pick(&[0, 0, 0, 1, 2]);
    let mut scribe = Scribe::new(&mut dice);
    let count = scribe.dice.below(5);
    let mut texts = vec![scribe.main(count, racks > 0)];
    for _ in 0..racks {
        let count = scribe.dice.below(4);
        texts.push(scribe.rack(count));
    }
    let mut free = scribe.count + 1;
    let mut left: Vec<lab::Written> = texts.iter().flat_map(|text| text.hosts.clone()).collect();
    let mut intents = Vec::new();
    for _ in 0..dice.pick(&[1, 1, 1, 2, 4]) {
        free += 1;
        let host = if left.is_empty() || dice.one_in(4) { None } else { Some(left.remove(dice.below(left.len()))) };
        intents.push(intent(&mut dice, host.as_ref(), free));
    }
    Case { seed, texts, intents }
}

fn intent(dice: &mut Dice, host: Option<&lab::Written>, free: usize) -> Intent {
    let Some(host) = host else {
        return Intent::Assign(assign(dice, Who::Key(IdentityKey::Serial, format!("NEW{free:05}")), &[], free));
    };
    let who = match (&host.name, dice.below(4)) {
        (Some(name), 0) => Who::Host(name.clone()),
        (_, 1) => Who::Host(host.serial.to_lowercase()),
        (_, 2) => Who::Any(host.serial.clone()),
        _ => Who::Key(IdentityKey::Serial, format!(" {} ", host.serial)),
    };
    if dice.one_in(4) { Intent::Remove(who) } else { Intent::Assign(assign(dice, who, &host.macs, free)) }
}

fn assign(dice: &mut Dice, who: Who, macs: &[String], free: usize) -> Assign {
    let value = ["/dev/sdb", "007", "a: b # d", "é 'x' \"y\"", "", " blank ", "-", "*x", "null", "two words", "NO"];
    let vars = (0..dice.below(3)).map(|n| (format!("v{n}"), dice.pick(&value).to_owned())).collect();
    let fresh_mac = format!("02-00-00-{:02x}-{:02x}-{:02x}", free >> 16 & 255, free >> 8 & 255, free & 255);
    let mac = match macs.last() {
        Some(mac) if dice.one_in(2) => Some(mac.clone()),
        Some(_) if dice.one_in(2) => None,
        _ => dice.one_in(3).then_some(fresh_mac),
    };
    let ip = (mac.is_some() && dice.one_in(2)).then(|| format!("10.9.{}.{}", free / 200, free % 200 + 2));
    let name = dice.one_in(3).then(|| format!("new-{free}"));
    Assign { who, profile: dice.pick(&["local", "hold", "p1", "p2"]).to_owned(), name, mac, ip, vars }
}

/// Whether lines of the text may change: those of the hosts that are meant; where something is added, also the last line of a
/// list in brackets, and that of the key `hosts`.
fn check_lines(case: &Case, file: usize, old: &str, new: &str) {
    // The last line may lack a line break that it gets when something follows.
    let lines = |text| -> Vec<&str> { str::split(text, '\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect() };
    let (old, new) = (lines(old), lines(new));
    let meant = |host: &&lab::Written| {
        case.intents.iter().any(|intent| {
            let (Intent::Assign(Assign { who, .. }) | Intent::Remove(who)) = intent;
            let text = who.text().trim();
            text.eq_ignore_ascii_case(&host.serial) || host.name.as_deref() == Some(text)
        })
    };
    let hosts = &case.texts[file].hosts;
    let mut free = vec![false; old.len()];
    for host in hosts.iter().filter(meant) {
        free[host.lines.clone()].fill(true);
    }
    let adds = case.intents.iter().any(|intent| matches!(intent, Intent::Assign(a) if a.who.text().starts_with("NEW")));
    let removes = case.intents.iter().any(|intent| matches!(intent, Intent::Remove(_)));
    let flow = old.iter().any(|line| line.starts_with("hosts: ["));
    if let Some(last) = hosts.last().filter(|_| adds && flow) {
        free[last.lines.clone()].fill(true);
    }
    let key = old.iter().position(|line| line.starts_with("hosts:"));
    if let Some(key) = key.filter(|_| (adds && hosts.is_empty()) || (removes && hosts.iter().all(|host| meant(&host)))) {
        free[key] = true;
    }
    let mut at = 0;
    for (n, line) in old.iter().enumerate() {
        // Blank lines beside a host that is gone may go with it.
        if free[n] || (removes && line.trim().is_empty()) {
            continue;
        }
        let found = new[at..].iter().position(|other| other == line);
        let found = found.unwrap_or_else(|| panic!("seed {}: line {} is not as it was: {line:?}", case.seed, n + 1));
        at += found + 1;
    }
    if case.intents.len() == 1 && !removes {
        // All that changed lies in one place.
        let same_head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let room = old.len().min(new.len()) - same_head;
        let same_tail = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
        let changed = same_head..old.len() - same_tail;
        assert!(changed.clone().all(|n| free[n]), "seed {}: lines {changed:?} changed", case.seed);
    }
}

/// Every comment, to the letter; a host that is removed may take its own along.
fn check_comments(case: &Case, file: usize, old: &str, new: &str) {
    let comments = |text: &str| -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        for line in text.lines() {
            if let Some(at) = line.find("# c") {
                *found.entry(line[at..].to_owned()).or_default() += 1;
            }
        }
        found
    };
    let (before, after) = (comments(old), comments(new));
    if before == after {
        return;
    }
    let lines: Vec<&str> = old.lines().collect();
    for (comment, _) in before.iter().filter(|(comment, _)| !after.contains_key(*comment)) {
        let line = lines.iter().position(|line| line.ends_with(comment.as_str())).unwrap();
        let own = case.texts[file].hosts.iter().find(|host| host.lines.contains(&line));
        let removed = case.intents.iter().any(|intent| matches!(intent, Intent::Remove(_)));
        assert!(removed && own.is_some(), "seed {}: the comment is gone: {comment}", case.seed);
    }
    assert!(after.keys().all(|comment| before.contains_key(comment)), "seed {}: a comment came up", case.seed);
}

fn intended(reading: &Reading, case: &Case) -> Vec<Host> {
    let mut hosts = model(reading);
    let home = model::home(&hosts);
    case.intents.iter().for_each(|intent| model::apply(&mut hosts, intent, home));
    hosts
}

fn check(case: &Case, recipes: &BTreeMap<Name, Recipe>, refused: &mut HashMap<String, Vec<u64>>) {
    let input = input(&case.texts);
    let before = read(&input, recipes);
    assert!(before.inventory.is_some(), "seed {}: {}\n{}", case.seed, common::lines(&before), case.texts[0].text);
    let edited = match edit(&input, recipes, &case.intents) {
        Ok(edited) => edited,
        Err(why) => {
            if std::env::var("PXECTL_EDITS_SEED").is_ok() {
                println!("{why:#?}");
            }
            let seeds = refused.entry(reason(&why)).or_default();
            seeds.push(case.seed);
            return;
        }
    };
    let after_input = with(&input, &edited);
    let after = read(&after_input, recipes);
    assert!(after.inventory.is_some(), "seed {}", case.seed);
    assert_eq!(model(&after), intended(&before, case), "seed {}", case.seed);
    let (mut one, mut other) = (before.draft.clone(), after.draft.clone());
    one.hosts.clear();
    other.hosts.clear();
    assert!(same(&one, &other), "seed {}", case.seed);
    for (FileId(id), bytes) in &edited.files {
        if std::env::var("PXECTL_EDITS_SEED").is_ok() {
            println!("{}\n--------", String::from_utf8_lossy(bytes));
        }
        let old = &case.texts[*id as usize].text;
        let new = std::str::from_utf8(bytes).unwrap();
        let bare = |text: &str| text.matches('\n').count() - text.matches("\r\n").count();
        assert!(bare(old) > 0 || bare(new) == 0, "seed {}: a line ends in another way", case.seed);
        let removes = case.intents.iter().any(|intent| matches!(intent, Intent::Remove(_)));
        assert!(removes || old.ends_with('\n') == new.ends_with('\n'), "seed {}: the text's end", case.seed);
        check_lines(case, *id as usize, old, new);
        check_comments(case, *id as usize, old, new);
    }
    let again: Vec<Intent> = case.intents.iter().filter(|intent| matches!(intent, Intent::Assign(_))).cloned().collect();
    let same_names =
        again.iter().all(|intent| matches!(intent, Intent::Assign(a) if matches!(a.who, Who::Key(..)) || a.name.is_none()));
    if same_names {
        let again = edit(&after_input, recipes, &again).unwrap_or_else(|why| panic!("seed {}: {why}", case.seed));
        assert!(again.files.is_empty(), "seed {}: the same again changes something", case.seed);
    }
}

/// Why, without what is this one's alone.
fn reason(refused: &Refused) -> String {
    match refused {
        Refused::Unsure { why, .. } => why.chars().map(|c| if c.is_ascii_digit() { 'N' } else { c }).collect(),
        Refused::Errors { errors, .. } => format!("error: {}", errors[0].rule),
        other => other.to_string(),
    }
}

#[test]
fn made_up_inventories() {
    let (recipes, mut refused) = (recipes(), HashMap::new());
    let only = std::env::var("PXECTL_EDITS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds = only.map_or(0..count(), |seed| seed..seed + 1);
    let total = seeds.end - seeds.start;
    for seed in seeds {
        let case = case(seed);
        if only.is_some() {
            case.texts.iter().for_each(|text| println!("{}\n-------- {:?}", text.text, case.intents));
        }
        check(&case, &recipes, &mut refused);
    }
    let mut reasons: Vec<(usize, String)> = Vec::new();
    for (why, seeds) in &refused {
        reasons.push((seeds.len(), format!("{why}, such as {:?}", &seeds[..seeds.len().min(5)])));
    }
    reasons.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let unsure: usize = reasons.iter().map(|(count, _)| count).sum();
    println!("{total} edits, {unsure} of them refused: {reasons:#?}");
    assert!(total < 100 || unsure * 20 < total as usize, "{unsure} of {total} are refused: {reasons:#?}");
}
