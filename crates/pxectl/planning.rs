//! Which machines a `serve` would install if they boot: the scope from the command line, and the plan from inventory and journal.

use std::collections::BTreeSet;

use pxectl_model::identity::MachineId;
use pxectl_model::inventory::Inventory;
use pxectl_model::name::Name;
use pxectl_model::plan::Scope;
use pxectl_model::profile::{Host, Rule};

use crate::failure::Failure;
use crate::ledger::{Agreement, ArmingLedger};
use crate::show::plan::{Fate, Line, Plan};

/// The plan for an inventory.
///
/// # Errors
/// Where the journal cannot be read: then nobody knows who was installed.
pub fn plan(inventory: &Inventory, ledger: &ArmingLedger) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let parts = inventory.parts();
    for host in &parts.hosts {
        let Some(fate) = host_fate(inventory, ledger, host)? else {
            plan.outside += 1;
            continue;
        };
        let keys = host.identity.machine().map(|m| m.0).unwrap_or_default();
        plan.lines.push(Line { who: host.label(), keys, fate });
    }
    let everyone = matches!(ledger.scope(), Scope::Everyone);
    let named = |profile: &Name| matches!(ledger.scope(), Scope::Profile(name) if name == profile.as_str());
    for (n, rule) in parts.rules.iter().enumerate() {
        let profile = &rule.profile.value;
        if everyone || named(profile) {
            let who = format!("any machine of rule {}", n + 1);
            plan.lines.push(Line { who, keys: matches(rule), fate: fate(inventory, profile)? });
        }
    }
    let unknown = &inventory.lab().unknown.value;
    if everyone || named(unknown) {
        let who = "any machine in no inventory".to_owned();
        plan.lines.push(Line { who, keys: String::new(), fate: fate(inventory, unknown)? });
    }
    Ok(plan)
}

/// The hosts that have something to do: those a `--until booted` waits for.
///
/// # Errors
/// Where the journal cannot be read.
pub fn awaited(inventory: &Inventory, ledger: &ArmingLedger) -> Result<BTreeSet<MachineId>, Failure> {
    let mut machines = BTreeSet::new();
    for host in &inventory.parts().hosts {
        if let Some(Fate::Install(_) | Fate::Live(_)) = host_fate(inventory, ledger, host)? {
            machines.extend(host.identity.machine());
        }
    }
    Ok(machines)
}

/// What somebody agrees to who agrees to the plan: each installation in it. A machine that is done is among them, since a
/// `rearm` while `serve` runs is an agreement of its own.
///
/// # Errors
/// Where the journal cannot be read.
pub fn shown(inventory: &Inventory, ledger: &ArmingLedger) -> Result<Agreement, Failure> {
    let parts = inventory.parts();
    let mut hosts = BTreeSet::new();
    for host in &parts.hosts {
        if let Some(Fate::Install(_) | Fate::Done(_)) = host_fate(inventory, ledger, host)? {
            let profile = host.profile.value.to_string();
            hosts.extend(host.identity.keys().into_iter().map(|key| (key, profile.clone())));
        }
    }
    let mut others = BTreeSet::new();
    for profile in parts.rules.iter().map(|rule| &rule.profile.value).chain([&inventory.lab().unknown.value]) {
        if matches!(fate(inventory, profile)?, Fate::Install(_)) {
            others.insert(profile.to_string());
        }
    }
    Ok(Agreement::Shown { hosts, others })
}

/// The hosts that an edited inventory would install and nobody agreed to, as people call them.
///
/// # Errors
/// Where the journal cannot be read.
pub fn unagreed(inventory: &Inventory, ledger: &ArmingLedger) -> Result<Vec<String>, Failure> {
    let mut labels = Vec::new();
    for host in &inventory.parts().hosts {
        let agreed = ledger.agreed(&host.identity.keys(), true, host.profile.value.as_str());
        if !agreed && matches!(host_fate(inventory, ledger, host)?, Some(Fate::Install(_))) {
            labels.push(host.label());
        }
    }
    Ok(labels)
}

/// What a host would do; none where it is outside the scope.
fn host_fate(inventory: &Inventory, ledger: &ArmingLedger, host: &Host) -> Result<Option<Fate>, Failure> {
    let (keys, profile) = (host.identity.keys(), &host.profile.value);
    if !ledger.covers(&keys, profile.as_str()) {
        return Ok(None);
    }
    let fate = fate(inventory, profile)?;
    if let (Fate::Install(_), Some(done)) = (&fate, ledger.done(&keys).map_err(|e| Failure::of(&e))?) {
        let label = host.label();
        let how = format!("its installer ran ({}); `pxectl rearm {label}` lets it run again", done.profile);
        return Ok(Some(Fate::Done(how)));
    }
    Ok(Some(fate))
}

fn fate(inventory: &Inventory, profile: &Name) -> Result<Fate, Failure> {
    let (_, recipe) = inventory.settings_of(profile).map_err(|e| Failure::of(&e))?;
    let name = profile.to_string();
    Ok(match recipe.name.as_str() {
        "local" => Fate::Disk,
        "hold" => Fate::Hold,
        _ if recipe.installs => Fate::Install(name),
        _ => Fate::Live(name),
    })
}

fn matches(rule: &Rule) -> String {
    let texts: Vec<_> = rule.matches.iter().map(|(key, glob)| format!("{} {}", key.as_str(), glob.value)).collect();
    texts.join(", ")
}
