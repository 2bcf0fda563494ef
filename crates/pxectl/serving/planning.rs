//! Which machines a `serve` would install if they boot: the scope from the command line, and the plan from inventory and journal.

use std::collections::BTreeSet;

use pxectl_model::identity::{IdentityKey, MachineId};
use pxectl_model::inventory::Inventory;
use pxectl_model::name::Name;
use pxectl_model::plan::Scope;
use pxectl_model::profile::{Host, Rule};
use pxectl_model::recipe::Kind;
use pxectl_model::resolve::Because;
use pxectl_model::settings::Settings;

use crate::failure::Failure;
use crate::serving::ledger::{Agreement, ArmingLedger};
use crate::serving::show::plan::{Fate, Line, Plan};

/// The plan for an inventory.
///
/// # Errors
/// Where the journal cannot be read: then nobody knows who was installed.
pub fn plan(inventory: &Inventory, ledger: &ArmingLedger) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let parts = inventory.parts();
    for (n, host) in parts.hosts.iter().enumerate() {
        let Some(fate) = host_fate(inventory, ledger, (n, host))? else {
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
            plan.lines.push(Line { who, keys: matches(rule), fate: fate(inventory, Because::Rule(n, rule)) });
        }
    }
    let unknown = &inventory.lab().unknown.value;
    if everyone || named(unknown) {
        let who = "any machine in no inventory".to_owned();
        plan.lines.push(Line { who, keys: String::new(), fate: fate(inventory, Because::Unknown) });
    }
    Ok(plan)
}

/// The hosts that have something to do: those a `--until booted` waits for.
///
/// # Errors
/// Where the journal cannot be read.
pub fn awaited(inventory: &Inventory, ledger: &ArmingLedger) -> Result<BTreeSet<MachineId>, Failure> {
    let mut machines = BTreeSet::new();
    for (n, host) in inventory.parts().hosts.iter().enumerate() {
        if let Some(Fate::Install(_) | Fate::Live(_)) = host_fate(inventory, ledger, (n, host))? {
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
    for (n, host) in parts.hosts.iter().enumerate() {
        if let Some(Fate::Install(_) | Fate::Done(_)) = host_fate(inventory, ledger, (n, host))? {
            let profile = host.profile.value.to_string();
            hosts.extend(host.identity.keys().into_iter().map(|key| (key, profile.clone())));
        }
    }
    let mut others = BTreeSet::new();
    let rules = parts.rules.iter().enumerate().map(|(n, rule)| Because::Rule(n, rule));
    for because in rules.chain([Because::Unknown]) {
        if let Fate::Install(profile) = fate(inventory, because) {
            others.insert(profile);
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
    for (n, host) in inventory.parts().hosts.iter().enumerate() {
        let agreed = ledger.agreed(&host.identity.keys(), true, host.profile.value.as_str());
        if !agreed && matches!(host_fate(inventory, ledger, (n, host))?, Some(Fate::Install(_))) {
            labels.push(host.label());
        }
    }
    Ok(labels)
}

/// What a host would do; none where it is outside the scope.
fn host_fate(inventory: &Inventory, ledger: &ArmingLedger, (n, host): (usize, &Host)) -> Result<Option<Fate>, Failure> {
    let (keys, profile) = (host.identity.keys(), &host.profile.value);
    if !ledger.covers(&keys, profile.as_str()) {
        return Ok(None);
    }
    let fate = fate(inventory, Because::Host(n, host, IdentityKey::Serial));
    if let (Fate::Install(_), Some(done)) = (&fate, ledger.done(&keys).map_err(|e| Failure::of(&e))?) {
        let label = host.label();
        let how = format!("its installer ran ({}); `pxectl rearm {label}` lets it run again", done.profile);
        return Ok(Some(Fate::Done(how)));
    }
    Ok(Some(fate))
}

/// With all layers: a rule or a host may say itself that it installs.
fn fate(inventory: &Inventory, because: Because<'_>) -> Fate {
    let nothing = Settings::default();
    let (profile, over) = match because {
        Because::Host(_, host, _) => (&host.profile.value, &*host.settings),
        Because::Rule(_, rule) => (&rule.profile.value, &rule.settings),
        Because::Unknown => (&inventory.lab().unknown.value, &nothing),
    };
    let name = profile.to_string();
    // A sound inventory has proved that its profiles lead to a recipe.
    match inventory.kind_of(profile, over).unwrap_or(Kind::Hold) {
        Kind::Local => Fate::Disk,
        Kind::Hold => Fate::Hold,
        Kind::Install => Fate::Install(name),
        Kind::Live => Fate::Live(name),
    }
}

fn matches(rule: &Rule) -> String {
    let texts: Vec<_> = rule.matches.iter().map(|(key, glob)| format!("{} {}", key.as_str(), glob.value)).collect();
    texts.join(", ")
}
