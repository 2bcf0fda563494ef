//! Who an asker is, and what it gets: the one resolver. The servers, `lint`, `explain`, `render` and `boot-test` all call it.

use std::sync::Arc;

use crate::arch::Firmware;
use crate::identity::{Identity, IdentityKey, MachineId};
use crate::inventory::Inventory;
use crate::name::Name;
use crate::profile::{Glob, Host, MatchKey, Rule};
use crate::recipe::{Kind, Recipe};
use crate::settings::Settings;
use crate::source::Sourced;

/// What decided.
#[derive(Debug, Clone, Copy)]
pub enum Because<'a> {
    /// A host's entry, by its position in the inventory, and the key that found it.
    Host(usize, &'a Host, IdentityKey),
    /// A rule.
    Rule(usize, &'a Rule),
    /// `lab.unknown`: it is in no inventory.
    Unknown,
}

/// Who an asker is.
#[derive(Debug, Clone)]
pub enum Resolution<'a> {
    /// One of ours, or nobody; and what a person should know of it.
    Found(Because<'a>, Vec<String>),
    /// Its keys contradict each other. The text says how, for its screen and the log.
    Refused(String),
}

/// A key that an asker states, and the host whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Which key.
    pub key: IdentityKey,
    /// Its value, in the form by which it is compared.
    pub value: String,
    /// The host with it, by its position in the inventory.
    pub host: Option<usize>,
}

/// A key of a rule's `match` that an asker does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss<'a> {
    /// Which key.
    pub key: MatchKey,
    /// What the rule wants.
    pub glob: &'a Sourced<Glob>,
    /// What the asker says there; empty, or one empty text, where it says nothing.
    pub said: Vec<String>,
}

/// Finds out who an asker is. Keys are tried in the order of [`IdentityKey::ALL`]; a host beats every rule.
///
/// Refused are: any key of another host than the one that was found; a host that was found by a weaker key while the machine states
/// a stronger one that contradicts the entry; and, where the lab is `strict`, a serial, MAC or UUID that the entry does not list.
/// Of asset tags and board serials that are not listed nothing is said: the one is typed by people, the other comes with a new board.
pub fn resolve<'a>(inventory: &'a Inventory, who: &Identity, firmware: Option<Firmware>) -> Resolution<'a> {
    decide(inventory, &claims(inventory, who), |_, rule| misses(rule, who, firmware).next().is_none())
}

/// Each key that an asker states, the strongest first.
pub(crate) fn claims(inventory: &Inventory, who: &Identity) -> Vec<Claim> {
    let claim = |key, value: String| Claim { host: inventory.host_by(key, &value), key, value };
    IdentityKey::ALL.into_iter().flat_map(|key| who.values(key).into_iter().map(move |value| claim(key, value))).collect()
}

/// Decides by what an asker states and by whether it fits the rule at a position; rules are asked about in their order, and only
/// until one fits.
pub(crate) fn decide<'a>(
    inventory: &'a Inventory,
    claims: &[Claim],
    mut fits: impl FnMut(usize, &Rule) -> bool,
) -> Resolution<'a> {
    let Some((by, index)) = claims.iter().find_map(|claim| Some((claim.key, claim.host?))) else {
        let rule = inventory.parts().rules.iter().enumerate().find(|(n, rule)| fits(*n, rule));
        let because = rule.map_or(Because::Unknown, |(n, rule)| Because::Rule(n, rule));
        return Resolution::Found(because, Vec::new());
    };
    let host = &inventory.parts().hosts[index];
    let label = host.label();
    if let Some((claim, other)) = claims.iter().find_map(|claim| Some((claim, claim.host.filter(|other| *other != index)?))) {
        let (key, value, other) = (claim.key, &claim.value, inventory.parts().hosts[other].label());
        return Resolution::Refused(format!("its {by} is that of {label}, but its {key} {value} is that of {other}"));
    }
    let mut notes = Vec::new();
    for key in [IdentityKey::Serial, IdentityKey::Uuid, IdentityKey::Mac] {
        let said: Vec<&str> = claims.iter().filter(|claim| claim.key == key).map(|claim| claim.value.as_str()).collect();
        let listed = host.identity.values(key);
        let contradicts = !said.is_empty() && !listed.is_empty() && !said.iter().any(|value| listed.iter().any(|l| l == value));
        if contradicts {
            let text = format!("it has the {by} of {label}, but its {key} {} is not in that entry", said.join(", "));
            if key < by || inventory.lab().strict {
                return Resolution::Refused(text);
            }
            notes.push(text);
        }
    }
    Resolution::Found(Because::Host(index, host, by), notes)
}

/// The keys of a rule that an asker does not fit, found one by one; none: the rule matches.
pub(crate) fn misses<'r>(rule: &'r Rule, who: &Identity, firmware: Option<Firmware>) -> impl Iterator<Item = Miss<'r>> {
    rule.matches.iter().filter_map(move |(key, glob)| {
        let said = match key {
            MatchKey::Serial => who.values(IdentityKey::Serial),
            MatchKey::Uuid => who.values(IdentityKey::Uuid),
            MatchKey::Mac => who.values(IdentityKey::Mac),
            MatchKey::Asset => who.values(IdentityKey::Asset),
            MatchKey::BoardSerial => who.values(IdentityKey::BoardSerial),
            MatchKey::Product => vec![who.product.clone()],
            MatchKey::Manufacturer => vec![who.manufacturer.clone()],
            MatchKey::Firmware => firmware.iter().map(ToString::to_string).collect(),
        };
        let fits = said.iter().any(|value| glob.value.matches(value));
        (!fits).then_some(Miss { key: *key, glob, said })
    })
}

/// Everything that a machine gets, all layers merged.
#[derive(Debug, Clone)]
pub struct Setup<'a> {
    /// What decided.
    pub because: Because<'a>,
    /// Its lasting name in the journal: the entry's strongest key, else its own.
    pub machine: Option<MachineId>,
    /// How people call it.
    pub label: String,
    /// The profile, and which entry named it.
    pub profile: Sourced<Name>,
    /// Its recipe.
    pub recipe: &'a Arc<Recipe>,
    /// recipe < extended profile < profile < rule < host.
    pub settings: Settings,
}

impl Setup<'_> {
    /// What booting it means for the machine.
    pub fn kind(&self) -> Kind {
        self.recipe.kind(&self.settings)
    }
}

/// Merges the layers for what was found.
///
/// # Panics
/// Never for a sound [`Inventory`]: it has proved that the names lead somewhere.
pub fn set_up<'a>(inventory: &'a Inventory, because: Because<'a>, who: &Identity) -> Setup<'a> {
    let (profile, over) = match because {
        Because::Host(_, host, _) => (&host.profile, Some(&*host.settings)),
        Because::Rule(_, rule) => (&rule.profile, Some(&rule.settings)),
        Because::Unknown => (&inventory.lab().unknown, None),
    };
    let (mut settings, recipe) =
        inventory.settings_of(&profile.value).expect("a sound inventory's profiles all lead to a recipe");
    if let Some(over) = over {
        settings.overlay(over);
        recipe.complete(&mut settings);
    }
    let (machine, label) = match because {
        Because::Host(_, host, _) => (host.identity.machine(), host.label()),
        _ => (who.machine(), who.label()),
    };
    Setup { because, machine, label, profile: profile.clone(), recipe, settings }
}
