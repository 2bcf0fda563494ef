//! Which machines a `serve` would install if they boot: the scope from the command line, and the plan from inventory and journal.

use std::collections::BTreeSet;

use pxectl_model::identity::MachineId;
use pxectl_model::inventory::Inventory;
use pxectl_model::name::Name;
use pxectl_model::plan::Scope;
use pxectl_model::profile::Rule;

use crate::failure::Failure;
use crate::ledger::ArmingLedger;
use crate::show::plan::{Fate, Line, Plan};

/// The plan for an inventory.
///
/// # Errors
/// Where the journal cannot be read: then nobody knows who was installed.
pub fn plan(inventory: &Inventory, ledger: &ArmingLedger) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let parts = inventory.parts();
    for host in &parts.hosts {
        let machine = host.identity.machine().ok_or_else(|| Failure::new("a host without a key; please report this"))?;
        let profile = &host.profile.value;
        if !ledger.scope().covers(&machine, profile.as_str()) {
            plan.outside += 1;
            continue;
        }
        let mut fate = fate(inventory, profile)?;
        if let (Fate::Install(_), Some(done)) = (&fate, ledger.done(&machine).map_err(|e| Failure::of(&e))?) {
            let label = host.label();
            fate = Fate::Done(format!("its installer ran ({}); `pxectl rearm {label}` lets it run again", done.profile));
        }
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
pub fn awaited(inventory: &Inventory, ledger: &ArmingLedger) -> Result<BTreeSet<MachineId>, Failure> {
    let mut machines = BTreeSet::new();
    for host in &inventory.parts().hosts {
        let Some(machine) = host.identity.machine() else { continue };
        let profile = &host.profile.value;
        if !ledger.scope().covers(&machine, profile.as_str()) {
            continue;
        }
        let fate = fate(inventory, profile)?;
        let done = matches!(fate, Fate::Install(_)) && ledger.done(&machine).map_err(|e| Failure::of(&e))?.is_some();
        if matches!(fate, Fate::Install(_) | Fate::Live(_)) && !done {
            machines.insert(machine);
        }
    }
    Ok(machines)
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
