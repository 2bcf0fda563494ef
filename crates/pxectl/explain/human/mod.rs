//! An explanation for people: what happens first, then why, then all that goes with it.

mod details;
mod rules;

use pxectl_model::boot::Action;
use pxectl_model::recipe::Kind;

use super::{Case, Explanation, Outcome, Standing};
use crate::session::Level;
use crate::show::style::{bold, dim, red, yellow};
use crate::show::table::table;
use crate::show::words::ago;

/// The whole page.
pub fn text(e: &Explanation, level: Level) -> String {
    let mut page = Page { text: String::new() };
    let Some(first) = e.cases.first() else { return String::new() };
    page.head(e, first);
    for other in e.cases.iter().skip(1).filter(|other| other.decision != first.decision) {
        page.line(&bold(&format!("On {}: {}", other.firmware, fate(&e.label, other))));
        page.because(other);
    }
    page.missing(e);
    page.identity(e, first);
    page.nearest(e);
    page.rules(e, first, level);
    page.dhcp(e);
    page.artifacts(e, first);
    page.values(e, first);
    page.script(e, first);
    page.answers(e, level);
    page.text
}

/// What would happen, in one sentence.
fn fate(label: &str, case: &Case) -> String {
    let subject = if case.decision.by == "unknown" { format!("{label} is in no inventory: it") } else { label.to_owned() };
    let label = &subject;
    let profile = case.decision.profile.as_deref().unwrap_or_default();
    match (case.script.action, case.decision.kind) {
        (Action::Boot, Some(Kind::Install)) => format!("{label} would be installed: {profile}. Its disk is overwritten."),
        (Action::Boot, _) => format!("{label} would boot {profile}. Its disk stays as it is."),
        (Action::Local, _) => format!("{label} would boot its own disk."),
        (Action::Hold, _) => format!("{label} would wait and ask again."),
        (Action::Refuse, _) => {
            let why = case.script.why.as_deref().unwrap_or("nobody knows why");
            format!("{label} would get nothing to boot: {why}.")
        }
    }
}

/// The first rule that would decide if the machine said what is not known of it.
fn open_rule(case: &Case) -> Option<usize> {
    let rules = case.rules.iter().take_while(|rule| rule.outcome != Outcome::Won);
    let mut open = rules.filter(|rule| matches!(rule.outcome, Outcome::Untold(_)));
    if matches!(case.decision.by, "rule" | "unknown") { open.next().map(|rule| rule.number) } else { None }
}

struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, title: &str, about: &str) {
        let about = if about.is_empty() { String::new() } else { format!("  {}", dim(about)) };
        self.line(&format!("\n{}{about}", bold(title)));
    }

    fn rows(&mut self, rows: &[Vec<String>]) {
        let indented: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let mut row = row.clone();
                if let Some(first) = row.first_mut() {
                    first.insert_str(0, "  ");
                }
                row
            })
            .collect();
        self.text.push_str(&table(&indented));
    }

    fn head(&mut self, e: &Explanation, first: &Case) {
        let on = if e.cases.iter().any(|case| case.decision != first.decision) {
            format!("On {}: ", first.firmware)
        } else {
            String::new()
        };
        self.line(&bold(&format!("{on}{}", fate(&e.label, first))));
        self.because(first);
        match &e.standing {
            Some(Standing::Done { profile, at, .. }) if first.decision.kind == Some(Kind::Install) => {
                let when = ago(*at);
                let label = &e.label;
                self.line(&yellow(&format!(
                    "  Not now: its installer ran ({profile}, {when}), so it boots its disk until `pxectl rearm {label}`."
                )));
            }
            Some(Standing::Unreadable(why)) => {
                self.line(&yellow(&format!("  Whether it was installed already, nobody knows: {why}")))
            }
            _ => {}
        }
    }

    fn because(&mut self, case: &Case) {
        let decision = &case.decision;
        let refused = case.script.action == Action::Refuse && decision.by == "refused";
        if !refused {
            self.line(&format!("  because {}{}", decision.because, place(decision.at.as_deref())));
        }
        if let Some((recipe, about)) = &decision.recipe {
            self.line(&format!("  recipe {recipe}: {about}"));
        }
        if let Some(earlier) = open_rule(case) {
            self.line(&yellow(&format!("  unless rule {earlier} matches, which depends on what the machine says; see Rules")));
        }
        for note in &decision.notes {
            self.line(&yellow(&format!("  note: {note}")));
        }
    }

    fn missing(&mut self, e: &Explanation) {
        let mut missing: Vec<&str> = Vec::new();
        for line in e.cases.iter().flat_map(|case| &case.missing) {
            if !missing.contains(&line.as_str()) {
                missing.push(line);
            }
        }
        if !missing.is_empty() {
            self.section("Missing", "on this host; `pxectl lint --here` tells of the whole lab");
            missing.iter().for_each(|line| self.line(&red(&format!("  {}", shown_long(line)))));
        }
    }

    fn identity(&mut self, e: &Explanation, first: &Case) {
        self.section("Known by", "tried in this order: serial, uuid, mac, asset, board_serial");
        let mut rows = Vec::new();
        for stated in &e.stated {
            let compared = match &stated.compared {
                Ok(value) if *value == stated.written => "as it is written".to_owned(),
                Ok(value) => format!("compared as {value}"),
                Err(why) => format!("useless: {why}"),
            };
            let owner = match (&stated.owner, &stated.at) {
                (Some((label, at)), None) => format!("that of {label}{}", place(at.as_deref())),
                (None, None) => "given here, in no entry".to_owned(),
                (_, Some(at)) => dim(at),
            };
            rows.push(vec![stated.key.to_string(), stated.written.clone(), compared, owner]);
        }
        if rows.is_empty() {
            self.line("  nothing");
        }
        self.rows(&rows);
        if e.entry.is_none() && first.decision.by == "unknown" {
            self.line("  No host has it: neither as a name, nor as a serial, UUID, MAC or asset tag.");
        }
    }

    fn nearest(&mut self, e: &Explanation) {
        if !e.nearest.is_empty() {
            self.section("Did you mean", "");
            let row = |near: &super::Near| {
                let key = if near.value == near.label { String::new() } else { format!("{} {}", near.key, near.value) };
                vec![near.label.clone(), key, dim(near.at.as_deref().unwrap_or_default())]
            };
            self.rows(&e.nearest.iter().map(row).collect::<Vec<_>>());
        }
    }
}

fn place(at: Option<&str>) -> String {
    at.map_or_else(String::new, |at| format!("  {}", dim(at)))
}

/// A sentence with a path in it: without what would steer a terminal, but not cut short.
fn shown_long(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
