//! What the three ways of telling a difference say alike.

use super::{Becomes, Difference, Fate, Group, Machine};

/// What a machine becomes, in a few words.
pub(super) fn becomes(becomes: Option<&Becomes>) -> String {
    let Some(Becomes { profile, what, by, .. }) = becomes else { return "nothing".to_owned() };
    let profile = profile.as_deref().unwrap_or_default();
    let words = match *what {
        "installs" => format!("installs {profile}"),
        "boots live" => format!("boots {profile}, live"),
        what => what.to_owned(),
    };
    by.as_ref().map_or(words.clone(), |by| format!("{words} ({by})"))
}

/// How many, with separators: `20,000 machines`.
pub(super) fn count(n: usize, one: &str) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} {one}{}", if n == 1 { "" } else { "s" })
}

/// What became of a group.
pub(super) fn title(group: &Group) -> String {
    let n = group.machines.len();
    let rules = group.machines.iter().all(|machine| machine.key.is_none());
    let many = count(n, if rules { "rule" } else { "machine" });
    match group.fate {
        Fate::Added => format!("{many} added"),
        Fate::Removed => format!("{many} removed"),
        Fate::Changed if rules => "For machines without an entry".to_owned(),
        Fate::Changed if n == 1 => "1 machine changes".to_owned(),
        Fate::Changed => format!("{many} change alike"),
    }
}

/// All in one line.
pub(super) fn headline(d: &Difference) -> String {
    let hosts = d.groups.iter().flat_map(|group| &group.machines).filter(|machine| machine.key.is_some()).count();
    let all = count(d.hosts.1, "host");
    match (hosts, d.lab.is_empty() && d.groups.is_empty()) {
        (_, true) => format!("nothing changes for any machine ({all})"),
        (1, _) => format!("1 machine changes ({all})"),
        (n, _) => format!("{} change ({all})", count(n, "machine")),
    }
}

/// Whose disks would now be overwritten.
pub(super) fn newly_installed(d: &Difference) -> Vec<&Machine> {
    d.groups.iter().filter(|group| group.newly_installs()).flat_map(|group| &group.machines).collect()
}

/// The warning above their names.
pub(super) fn warning(machines: &[&Machine]) -> String {
    let hosts = machines.iter().filter(|machine| machine.key.is_some()).count();
    let who = match (hosts, machines.len() - hosts) {
        (hosts, 0) => count(hosts, "machine"),
        (0, _) => "machines without an entry".to_owned(),
        (hosts, _) => format!("{}, and others without an entry,", count(hosts, "machine")),
    };
    format!("{who} would now be installed and would not be before: what is on their disks will be lost")
}

#[cfg(test)]
mod tests {
    #[test]
    fn large_numbers_are_readable() {
        assert_eq!(super::count(1, "host"), "1 host");
        assert_eq!(super::count(999, "host"), "999 hosts");
        assert_eq!(super::count(1_234_567, "host"), "1,234,567 hosts");
    }
}
