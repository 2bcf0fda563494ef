//! Machines that change alike, told once.

use std::collections::HashMap;

use super::compare::Pair;
use super::{Becomes, Change, Fate, Group};

/// By all that they have in common; the gravest first: disks that would now be overwritten, then what is gone.
pub(super) fn group(pairs: Vec<Pair>) -> Vec<Group> {
    type Key = (Fate, Option<Becomes>, Option<Becomes>, Vec<Change>, Vec<String>);
    let mut index: HashMap<Key, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for Pair { fate, machine, before, after, changes } in pairs {
        // Which of its own things change, but not from what to what.
        let own = machine.own.iter().map(kind).collect();
        let key = (fate, before.clone(), after.clone(), changes.clone(), own);
        let at = *index.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.machines.push(machine),
            None => groups.push(Group { fate, before, after, changes, machines: vec![machine] }),
        }
    }
    groups.sort_by_key(|group| (!group.newly_installs(), group.fate, std::cmp::Reverse(group.machines.len())));
    groups
}

fn kind(change: &Change) -> String {
    match change {
        Change::Value { what, old, new } => {
            let what = what.split(' ').next().unwrap_or_default();
            format!("{what} {} {}", old.is_some(), new.is_some())
        }
        Change::Text { what, .. } => what.clone(),
    }
}
