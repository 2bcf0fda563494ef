//! The plan of a `serve`, as `terraform apply` begins with: what would happen to whom if it boots.

use crate::show::table::table;

/// What a machine that boots now would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Install: its disk is overwritten.
    Install(String),
    /// Boot a profile that leaves disks alone.
    Live(String),
    /// Boot its disk: it was installed in this arming.
    Done(String),
    /// Boot its disk, or whatever `local` says.
    Disk,
    /// Wait.
    Hold,
}

/// One line of the plan.
#[derive(Debug, Clone)]
pub struct Line {
    /// How people call the machine, or which machines a rule means.
    pub who: String,
    /// Its keys, for people.
    pub keys: String,
    /// What would happen.
    pub fate: Fate,
}

/// The plan.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Hosts in the plan, then rules, then unknown machines.
    pub lines: Vec<Line>,
    /// How many hosts are not in the plan: they boot their disks.
    pub outside: usize,
}

impl Plan {
    /// Whether a disk would be overwritten.
    pub fn installs(&self) -> bool {
        self.lines.iter().any(|line| matches!(line.fate, Fate::Install(_)))
    }

    /// For people; at most `most` hosts one by one.
    pub fn text(&self, most: usize) -> String {
        let row = |line: &Line| {
            let (what, detail) = match &line.fate {
                Fate::Install(profile) => ("install", format!("{profile}, its disk is overwritten")),
                Fate::Live(profile) => ("boot", profile.clone()),
                Fate::Done(how) => ("disk", how.clone()),
                Fate::Disk => ("disk", String::new()),
                Fate::Hold => ("wait", "until it is in the inventory".to_owned()),
            };
            vec![format!("  {what}"), line.who.clone(), line.keys.clone(), detail]
        };
        let rows: Vec<_> = self.lines.iter().take(most).map(row).collect();
        let mut text = String::from("plan, for machines that boot while this runs:\n");
        text.push_str(&table(&rows));
        if self.lines.len() > most {
            text.push_str(&format!("  … and {} more\n", self.lines.len() - most));
        }
        if self.outside > 0 {
            text.push_str(&match self.outside {
                1 => "  1 host outside the plan boots its disk\n".to_owned(),
                n => format!("  {n} hosts outside the plan boot their disks\n"),
            });
        }
        let installs = self.lines.iter().filter(|line| matches!(line.fate, Fate::Install(_))).count();
        if installs > 0 {
            let disks = if installs == 1 { "its disk" } else { "their disks" };
            text.push_str(&format!("{installs} to install: what is on {disks} will be lost\n"));
        }
        text
    }
}
