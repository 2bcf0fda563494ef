//! `list`: what the inventory holds.

use serde_json::Value;

use crate::cli::{List, ListFormat, Listed};
use crate::failure::{Answer, Outcome};
use crate::lab::{self, Lab};
use crate::listing::{Places, artifacts, count, hosts, json, profiles, recipes};
use crate::session::{Session, print, screen_width};
use crate::show::fit::{Column, fit};

/// Exit 0, also for an empty list.
pub fn run(args: &List, session: &Session) -> Outcome {
    // Recipes are built in: they can be looked up before there is an inventory.
    let lab = if args.what == Listed::Recipes { None } else { Some(lab::load(session)?) };
    let format = args.format;
    let table = match (args.what, &lab) {
        (Listed::Hosts, Some(lab)) => {
            let lines = hosts::lines(lab, &Places::of(&lab.found.reading));
            let note = format!("{}{}", count(lines.len(), "host"), others(lab));
            Table::of("hosts", &hosts::COLUMNS, &lines, |line| line.row(), json::host, note, format)
        }
        (Listed::Profiles, Some(lab)) => {
            let lines = profiles::lines(lab, &Places::of(&lab.found.reading));
            let note = format!(
                "{}, {} of them built in",
                count(lines.len(), "profile"),
                lines.iter().filter(|l| l.at.is_none()).count()
            );
            Table::of("profiles", &profiles::COLUMNS, &lines, |line| line.row(), json::profile, note, format)
        }
        (Listed::Artifacts, Some(lab)) => {
            let lines = artifacts::lines(lab, &session.store, &Places::of(&lab.found.reading));
            let missing = lines.iter().filter(|line| !line.here).count();
            let note = format!("{}, {missing} not on this host", count(lines.len(), "artifact"));
            Table::of("artifacts", &artifacts::COLUMNS, &lines, |line| line.row(), json::artifact, note, format)
        }
        (Listed::Recipes, _) | (_, None) => {
            let lines = recipes::lines();
            let note = count(lines.len(), "recipe");
            Table::of("recipes", &recipes::COLUMNS, &lines, recipes::row, json::recipe, note, format)
        }
    };
    match args.format {
        ListFormat::Human => table.show(session),
        ListFormat::Json => print(&format!("{:#}\n", json::json(table.name, table.entries))),
    }
    Ok(Answer::Yes)
}

/// One list in the form that was asked for.
struct Table {
    name: &'static str,
    columns: &'static [Column],
    rows: Vec<Vec<String>>,
    entries: Vec<Value>,
    note: String,
}

impl Table {
    fn of<T>(
        name: &'static str,
        columns: &'static [Column],
        lines: &[T],
        row: impl Fn(&T) -> Vec<String>,
        entry: impl Fn(&T) -> Value,
        note: String,
        format: ListFormat,
    ) -> Self {
        let (rows, entries) = match format {
            ListFormat::Human => (lines.iter().map(row).collect(), Vec::new()),
            ListFormat::Json => (Vec::new(), lines.iter().map(entry).collect()),
        };
        Self { name, columns, rows, entries, note }
    }

    fn show(&self, session: &Session) {
        let fitted = fit(self.columns, &self.rows, screen_width());
        print(&fitted.text);
        session.say(&self.note);
        if !fitted.left_out.is_empty() {
            session.say(&format!("no room on this screen for: {}; `--format json` has all", fitted.left_out.join(", ")));
        }
    }
}

/// Machines without an entry of their own.
fn others(lab: &Lab) -> String {
    let rules = lab.inventory.parts().rules.len();
    let rules = if rules == 0 { String::new() } else { format!("; {} for others", count(rules, "rule")) };
    format!("{rules}; unknown machines: {}", lab.inventory.lab().unknown.value)
}
