//! Building the table: everything is rendered once, so that what cannot be rendered stops the start and not a machine.

use std::collections::HashSet;
use std::sync::Arc;

use minijinja::{Environment, Error};
use pxectl_model::arch::Firmware;
use pxectl_model::boot::{Stage2, Standing};
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::identity::{Identity, IdentityKey, Tag};
use pxectl_model::inventory::Inventory;
use pxectl_model::ipxe;
use pxectl_model::mac::Mac;
use pxectl_model::profile::Host;
use pxectl_model::recipe::Kind;
use pxectl_model::resolve::Because;
use pxectl_model::uuid::Uuid;

use crate::alike::{self, Says};
use crate::boot::{Order, Scripts};
use crate::context::{Facts, KNOWN, Scene, Shared};
use crate::dhcp;
use crate::entries::Entries;
use crate::entry::{self, Entry, place_of};
use crate::env;
use crate::fault::{self, Around, SCRIPT_INVALID};
use crate::gate;
use crate::guard::Language;
use crate::origin;
use crate::sealed;
use crate::templates::{Template, TemplateSet};
use crate::unused;

/// A boot-id to try things with.
const SAMPLE_BOOT: &str = "0123456789abcdef0123456789abcdef";
/// A card to try things with: locally administered.
const SAMPLE_MAC: Mac = Mac([0x52, 0x54, 0, 0, 0, 1]);
/// Faults and warnings after which no more hosts are tried: by then it is a template's, or every host's.
const MAX_TOLD: usize = 2_000;
/// Most findings of one build; what comes after is more of the same.
const MAX_FINDINGS: usize = 200;

pub(crate) fn build(inventory: Arc<Inventory>, shared: Shared, set: &TemplateSet) -> Result<Scripts, Vec<Diagnostic>> {
    let (mut scripts, mut faults) = compile(inventory, shared, set)?;
    let says: Vec<Says> = scripts.inventory.parts().hosts.iter().map(alike::says).collect();
    scripts.check_all(&says, &mut faults);
    if !faults.is_empty() {
        return Err(limit(faults));
    }
    let Rehearsal { faults, mut warnings, .. } = scripts.try_all(&says);
    if !faults.is_empty() {
        return Err(limit(faults));
    }
    warnings.extend(unused::templates(scripts.inventory.parts(), &scripts.set));
    scripts.warnings = limit(warnings);
    scripts.proven = true;
    Ok(scripts)
}

/// Compiles the templates; and what is wrong with them that all machines share.
///
/// # Errors
/// What does not compile.
pub(crate) fn compile(
    inventory: Arc<Inventory>,
    shared: Shared,
    set: &TemplateSet,
) -> Result<(Scripts, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut env = env::environment(set)?;
    names(&env, set, &mut faults);
    entry::compile_arguments(&mut env, &inventory, &mut faults);
    let entries = Entries::of(inventory.parts());
    let (set, shared, warnings) = (set.clone(), Arc::new(shared), Vec::new());
    Ok((Scripts { inventory, set, env, shared, entries, warnings, proven: false }, faults))
}

pub(crate) fn limit(faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut faults = fault::unique(faults);
    faults.truncate(MAX_FINDINGS);
    faults
}

/// Names at the top of templates that no context has. What rendering would find only on a path that it takes, this finds at once.
fn names(env: &Environment<'_>, set: &TemplateSet, faults: &mut Vec<Diagnostic>) {
    let own = ["loop", "super", "self", "caller", "true", "false", "none"];
    for (name, template) in set.compiled() {
        let Ok(compiled) = env.get_template(&name) else { continue };
        let known: &[&str] = if Language::of(&name) == Language::Dhcp { &dhcp::KNOWN } else { &KNOWN };
        let mut unknown: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
        unknown.sort_unstable();
        for word in unknown {
            let global = env.globals().any(|(global, _)| global == word);
            if !global && !known.contains(&word.as_str()) && !own.contains(&word.as_str()) {
                faults.push(fault::unknown_name(template, &word, known));
            }
        }
    }
}

/// What a script's checker says against a rendered text, at the template that made it.
pub(crate) fn judge(text: &str, template: &Template) -> Vec<Diagnostic> {
    let problems = ipxe::check(text, ipxe::Dialect::Debian12);
    let finding = |problem: ipxe::Problem| {
        let line = text.lines().nth(problem.line.saturating_sub(1)).unwrap_or_default();
        let message = format!("the rendered line `{line}` would not run: {}", problem.message);
        let help = "mend what the template makes of it; `pxectl render boot HOST` prints the script of a lab that is sound";
        Diagnostic::error(SCRIPT_INVALID, Place::File(template.file), message).help(help)
    };
    problems.into_iter().map(finding).collect()
}

/// What trying everything has come to so far.
#[derive(Default)]
pub(crate) struct Rehearsal {
    /// What is wrong.
    pub faults: Vec<Diagnostic>,
    /// What boots all the same.
    warnings: Vec<Diagnostic>,
    /// Scripts that were judged, and with them those of other hosts that differ in nothing that matters: each machine's own is
    /// tried again when it asks.
    seen: HashSet<(Option<Firmware>, String)>,
    /// Local boots that stand for all others.
    local: HashSet<(Firmware, Kind, Standing)>,
}

impl Rehearsal {
    /// How much there is to tell so far.
    fn told(&self) -> usize {
        self.faults.len() + self.warnings.len()
    }
}

impl Scripts {
    /// What keeps an entry from being rendered at all.
    pub(crate) fn checked(&self, because: Because<'_>) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let entry = Entry::new(&self.inventory, because, self.shared.secrets.as_ref(), &mut faults);
        entry.check(&self.set, &mut faults);
        faults
    }

    /// Hosts, rules and `unknown` in their order. Which of its keys knows a host does not matter here.
    fn all(&self) -> impl Iterator<Item = Because<'_>> {
        let parts = self.inventory.parts();
        let hosts = parts.hosts.iter().enumerate().map(|(n, host)| Because::Host(n, host, IdentityKey::Serial));
        hosts.chain(parts.rules.iter().enumerate().map(|(n, rule)| Because::Rule(n, rule))).chain([Because::Unknown])
    }

    /// Checks every entry; `says` is what the hosts get. Of those that say the same one is checked, and where something is wrong all:
    /// each has a line of its own.
    fn check_all(&self, says: &[Says], faults: &mut Vec<Diagnostic>) {
        let mut sound = HashSet::new();
        let others = std::iter::repeat(None);
        for (because, says) in self.all().zip(says.iter().map(Some).chain(others)) {
            if says.is_some_and(|says| sound.contains(says)) {
                continue;
            }
            let found = self.checked(because);
            if found.is_empty() {
                sound.extend(says);
            }
            faults.extend(found);
        }
    }

    /// Renders everything once for every firmware of the lab.
    fn try_all(&self, says: &[Says]) -> Rehearsal {
        let firmware = self.inventory.lab().firmware();
        let mut rehearsal = Rehearsal::default();
        let one_for_all = self.one_for_all();
        let mut sound = HashSet::new();
        for because in self.all() {
            let kind = match because {
                Because::Host(n, host, _) if one_for_all => says.get(n).and_then(|says| alike::kind(says, host)),
                _ => None,
            };
            let before = rehearsal.told();
            if kind.as_ref().is_some_and(|kind| sound.contains(kind)) || before > MAX_TOLD {
                continue;
            }
            let (entry, host) = self.entry(because);
            for firmware in &firmware {
                self.try_one(entry, host, *firmware, &mut rehearsal);
            }
            // Each host at fault has a line of its own.
            if rehearsal.told() == before && alike::stands_for_others(entry) {
                sound.extend(kind);
            }
        }
        let refusal = Order::Refuse("this is a rehearsal".to_owned());
        self.attempt(None, None, firmware.first().copied(), &refusal, &mut rehearsal);
        rehearsal
    }

    /// Whether no template makes a difference between hosts that are alike.
    fn one_for_all(&self) -> bool {
        let templates = self.set.compiled().filter(|(name, _)| Language::of(name) != Language::Dhcp);
        let templates: Vec<(String, &str)> = templates.map(|(name, template)| (name, &*template.text)).collect();
        let recipes = self.inventory.parts().recipes.values().flat_map(|recipe| &recipe.args);
        let arguments = recipes.map(|arg| ("recipe.arg", arg.text.as_str()));
        alike::only_prints(templates.iter().map(|(name, text)| (name.as_str(), *text)).chain(arguments))
    }

    pub(crate) fn try_one(&self, entry: &Arc<Entry>, host: Option<&Host>, firmware: Firmware, rehearsal: &mut Rehearsal) {
        for standing in [Standing::Armed, Standing::Done, Standing::Outside] {
            let order = self.order(entry, Some(firmware), standing, "this machine");
            let local = matches!(order, Order::Local { .. });
            // The built-in script prints a machine's label and knows nothing else of it, and no text is refused there.
            let alike = local && self.set.is_built_in(order.template(None));
            if alike && !rehearsal.local.insert((firmware, entry.kind, standing)) {
                continue;
            }
            if standing == Standing::Armed || local {
                self.attempt(Some(entry), host, Some(firmware), &order, rehearsal);
            }
        }
    }

    fn attempt(
        &self,
        entry: Option<&Arc<Entry>>,
        host: Option<&Host>,
        firmware: Option<Firmware>,
        order: &Order,
        rehearsal: &mut Rehearsal,
    ) {
        // A host is known by what its entry says; every machine has a card that it boots from.
        let says = if host.is_some() { Identity { macs: vec![SAMPLE_MAC], ..Identity::default() } } else { sample() };
        let says = match host.and_then(|host| host.identity.macs.first()) {
            Some(mac) => Identity { macs: vec![*mac], ..says },
            None => says,
        };
        let label = host.map_or_else(|| "SAMPLE-0001".to_owned(), Host::label);
        let scene = self.scene(entry, Facts::new(label, host, &says), firmware, SAMPLE_BOOT.to_owned());
        match self.render(scene.clone(), order) {
            Ok(stage2) => {
                let Some(template) = self.set.get(order.template(entry.map(AsRef::as_ref))) else { return };
                let before = rehearsal.faults.len();
                if rehearsal.seen.insert((firmware, gate::skeleton(&stage2.text))) {
                    rehearsal.faults.extend(judge(&stage2.text, template));
                    if let Some((at, entry)) = self.breach(&scene, order, &stage2).zip(entry) {
                        rehearsal.faults.push(fault::unguarded_script(&entry.profile, template, &at));
                    }
                }
                let Some(entry) = entry else { return };
                let shown = sealed::shown_in(entry, &stage2.text).into_iter();
                rehearsal.warnings.extend(shown.map(|(name, origin)| sealed::in_script(entry, name, origin, template)));
                if entry.secrets.has_values() && rehearsal.faults.len() == before {
                    rehearsal.faults.extend(self.try_values(entry, scene.revealed(), order, &stage2));
                }
            }
            Err(error) => rehearsal.faults.push(self.diagnose(&error, entry, host)),
        }
    }

    /// Renders once more with the values of secrets what was sound with placeholders.
    fn try_values(&self, entry: &Entry, scene: Scene, order: &Order, with_placeholders: &Stage2) -> Option<Diagnostic> {
        let stage2 = match self.render(scene.clone(), order) {
            Ok(stage2) => stage2,
            Err(error) => return Some(sealed::refused(entry, Some(&error), &self.set)),
        };
        let same = stage2.text == with_placeholders.text;
        let sound = same
            || (ipxe::check(&stage2.text, ipxe::Dialect::Debian12).is_empty() && self.breach(&scene, order, &stage2).is_none());
        (!sound).then(|| sealed::refused(entry, None, &self.set))
    }

    /// An error of a rendering as a finding.
    pub(crate) fn diagnose(&self, error: &Error, entry: Option<&Arc<Entry>>, host: Option<&Host>) -> Diagnostic {
        let origin = |value: &str| entry.and_then(|entry| origin::origin(&entry.settings, host, value));
        let fallback = place_of(entry.and_then(|entry| entry.route.as_ref()));
        fault::diagnose(error, &Around { set: &self.set, origin: &origin, fallback })
    }
}

/// A machine that is no host and says everything that machines say: to try things with.
pub fn sample() -> Identity {
    let tag = |text| Tag::new(text).ok();
    Identity {
        serial: tag("SAMPLE-0001"),
        uuid: Some(Uuid(*b"pxectl-a-sample!")),
        macs: vec![SAMPLE_MAC],
        asset: tag("SAMPLE-0002"),
        board_serial: tag("SAMPLE-0003"),
        product: "Sample".to_owned(),
        manufacturer: "Sample".to_owned(),
        raw_serial: "SAMPLE-0001".to_owned(),
    }
}
