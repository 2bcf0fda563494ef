//! A difference for people.

use pxectl_inventory::findings::shown;

use super::words::{becomes, headline, newly_installed, title, warning};
use super::{Change, Difference, Fate, Group, Machine};
use crate::session::Level;
use crate::show::style::{bold, dim, red, yellow};

/// Machines of a group that are named.
const NAMES_MOST: usize = 8;
/// Machines of a group whose own changes are told.
const OWN_MOST: usize = 10;
/// Places of one text that are shown.
const HUNKS_MOST: usize = 12;

/// The whole page; `-v` shortens nothing.
pub fn text(d: &Difference, level: Level) -> String {
    let all = d.one || level > Level::Normal;
    let mut text = format!("{}\n{}\n", bold(&headline(d)), dim(&format!("  from {} to {}", shown(&d.old), shown(&d.new))));
    let installed = newly_installed(d);
    if !installed.is_empty() {
        text.push_str(&format!("\n{}\n  {}\n", yellow(&warning(&installed)), names(&installed, all)));
    }
    if !d.lab.is_empty() {
        text.push_str(&format!("\n{}\n", bold("For all machines")));
        d.lab.iter().for_each(|one| change(one, all, &mut text));
    }
    d.groups.iter().for_each(|one| group(one, all, &mut text));
    text
}

fn group(group: &Group, all: bool, text: &mut String) {
    let machines: Vec<&Machine> = group.machines.iter().collect();
    text.push_str(&format!("\n{}\n", bold(&title(group))));
    match machines.as_slice() {
        [one] => {
            let key = one.key.as_ref().map_or_else(String::new, |key| format!("  {}", shown(key)));
            let at = one.at.as_ref().map_or_else(String::new, |at| format!("  {}", dim(at)));
            text.push_str(&format!("  {}{key}{at}\n", shown(&one.label)));
        }
        _ => text.push_str(&format!("  {}\n", names(&machines, all))),
    }
    let (before, after) = (becomes(group.before.as_ref()), becomes(group.after.as_ref()));
    match group.fate {
        Fate::Added => text.push_str(&format!("    now {}; before: {}\n", shown(&after), shown(&before))),
        Fate::Removed => text.push_str(&format!("    before {}; now: {}\n", shown(&before), shown(&after))),
        Fate::Changed if before != after => text.push_str(&format!("    {} -> {}\n", shown(&before), shown(&after))),
        Fate::Changed => {}
    }
    group.changes.iter().for_each(|one| change(one, all, text));
    let most = if all { machines.len() } else { OWN_MOST };
    for machine in machines.iter().filter(|machine| !machine.own.is_empty()).take(most) {
        if machines.len() > 1 {
            text.push_str(&format!("    {}\n", shown(&machine.label)));
        }
        machine.own.iter().for_each(|one| change(one, all, text));
    }
    let left = machines.iter().filter(|machine| !machine.own.is_empty()).count().saturating_sub(most);
    if left > 0 {
        text.push_str(&dim(&format!("    … and {left} more with changes of this kind; -v shows them\n")));
    }
}

fn change(change: &Change, all: bool, text: &mut String) {
    match change {
        Change::Value { what, old, new } => {
            let value = |value: &Option<String>| value.as_deref().map_or_else(|| "nothing".to_owned(), shown);
            text.push_str(&format!("    {}: {} -> {}\n", shown(what), value(old), value(new)));
        }
        Change::Text { what, firmware, hunks } => {
            let on = if firmware.is_empty() { String::new() } else { format!(" ({})", firmware.join(", ")) };
            text.push_str(&format!("    {}{on}\n", shown(what)));
            for hunk in hunks.iter().take(if all { hunks.len() } else { HUNKS_MOST }) {
                let line = if hunk.line.is_empty() { String::new() } else { format!("{}: ", whole(&hunk.line)) };
                let by_words = !hunk.line.is_empty();
                text.push_str(&side('-', &line, &hunk.old, by_words));
                text.push_str(&side('+', &line, &hunk.new, by_words));
            }
            if !all && hunks.len() > HUNKS_MOST {
                text.push_str(&dim(&format!("      … and {} more places; -v shows them\n", hunks.len() - HUNKS_MOST)));
            }
        }
    }
}

fn side(sign: char, line: &str, parts: &[String], by_words: bool) -> String {
    let colour = |text: String| if sign == '-' { red(&text) } else { crate::show::style::green(&text) };
    match (parts, by_words) {
        ([], _) => String::new(),
        (parts, true) => format!("      {}\n", colour(format!("{sign} {line}{}", whole(&parts.join(" "))))),
        (parts, false) => parts.iter().map(|part| format!("      {}\n", colour(format!("{sign} {}", whole(part))))).collect(),
    }
}

fn names(machines: &[&Machine], all: bool) -> String {
    let most = if all { machines.len() } else { NAMES_MOST };
    let named: Vec<String> = machines.iter().take(most).map(|machine| shown(&machine.label)).collect();
    let more = machines.len().saturating_sub(most);
    if more > 0 { format!("{} … and {more} more", named.join(", ")) } else { named.join(", ") }
}

/// A line in full, without what would steer a terminal.
fn whole(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
