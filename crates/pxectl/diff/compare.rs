//! Every machine of both versions, side by side.

use std::collections::{BTreeMap, BTreeSet};

use pxectl_model::arch::Firmware;
use pxectl_model::diag::Diagnostic;
use pxectl_model::identity::{Identity, IdentityKey};
use pxectl_model::inventory::Inventory;
use pxectl_model::name::Name;
use pxectl_model::profile::{Host, Rule};
use pxectl_model::resolve::{Because, Resolution};
use pxectl_render::sample;

use super::group::group;
use super::hunks::{Mask, by_lines, by_words};
use super::labwide;
use super::subject::Gets;
use super::version::{Version, Whole};
use super::{Becomes, Change, Difference, Fate, Machine};
use crate::explain::wanted;

/// What is compared.
#[derive(Debug, Default)]
pub struct Options {
    /// One machine only: a host of either version.
    pub host: Option<String>,
    /// One firmware only; else each that either version boots.
    pub firmware: Option<Firmware>,
}

/// One machine in both versions.
pub(super) struct Pair {
    pub fate: Fate,
    pub machine: Machine,
    pub before: Option<Becomes>,
    pub after: Option<Becomes>,
    pub changes: Vec<Change>,
}

struct Comparison<'a> {
    old: &'a Version,
    new: &'a Version,
    firmware: Vec<Firmware>,
    artifacts: BTreeMap<Name, Vec<Change>>,
    /// Whole lines, and nothing masked.
    whole: bool,
}

/// Compares two versions; none where the one machine that was asked about is a host of neither.
///
/// # Errors
/// What cannot be rendered.
pub fn compare(old: &Version, new: &Version, options: &Options) -> Result<Option<Difference>, Vec<Diagnostic>> {
    let firmware: Vec<Firmware> = match options.firmware {
        Some(firmware) => vec![firmware],
        None => Firmware::ALL.into_iter().filter(|f| old.firmware().contains(f) || new.firmware().contains(f)).collect(),
    };
    let one = options.host.is_some();
    let comparison = Comparison { old, new, firmware, artifacts: labwide::artifacts(old, new), whole: one };
    let (before, after) = (hosts_of(old), hosts_of(new));
    let mut pairs = pair(before, after, inventory(old));
    if let Some(name) = &options.host {
        let meant = |version, host: Option<usize>| host.is_some() && host == inventory(version).and_then(|i| i.find(name));
        pairs.retain(|(was, now)| meant(new, *now) || meant(old, *was));
        if pairs.is_empty() {
            return Ok(None);
        }
    }
    let mut differing = comparison.hosts(&pairs)?;
    if !one {
        differing.extend(comparison.rules()?);
        differing.extend(comparison.unknown()?);
    }
    let lab = if one { Vec::new() } else { labwide::lab(old, new) };
    let hosts = (before.len(), after.len());
    let groups = if one { differing.into_iter().flat_map(|pair| group(vec![pair])).collect() } else { group(differing) };
    Ok(Some(Difference { old: old.name.clone(), new: new.name.clone(), hosts, lab, groups, one }))
}

fn inventory(version: &Version) -> Option<&Inventory> {
    version.lab.as_ref().map(|whole| &*whole.lab.inventory)
}

fn hosts_of(version: &Version) -> &[Host] {
    inventory(version).map_or(&[], |inventory| &inventory.parts().hosts)
}

/// Positions of one host in the old and in the new version.
type Both = (Option<usize>, Option<usize>);

/// Which host of the old version each host of the new one is: by its strongest key that the old one knows. What is left over is gone.
fn pair(before: &[Host], after: &[Host], old: Option<&Inventory>) -> Vec<Both> {
    let mut taken = vec![false; before.len()];
    let mut pairs = Vec::with_capacity(after.len());
    for (n, host) in after.iter().enumerate() {
        let known =
            IdentityKey::ALL.into_iter().flat_map(|key| host.identity.values(key).into_iter().map(move |value| (key, value)));
        let was = old.and_then(|old| known.filter_map(|(key, value)| old.host_by(key, &value)).find(|was| !taken[*was]));
        was.into_iter().for_each(|was| taken[was] = true);
        pairs.push((was, Some(n)));
    }
    let gone = (0..before.len()).filter(|n| !taken[*n]).map(|n| (Some(n), None));
    pairs.extend(gone);
    pairs
}

impl Comparison<'_> {
    fn gets(&self, version: &Version, who: &Identity) -> Result<Option<Gets>, Vec<Diagnostic>> {
        version.lab.as_ref().map(|whole| whole.gets(who, &self.firmware)).transpose()
    }

    /// All hosts, on every processor: rendering a fleet twice is most of the work.
    fn hosts(&self, pairs: &[Both]) -> Result<Vec<Pair>, Vec<Diagnostic>> {
        let host = |version, n: Option<usize>| n.and_then(|n| hosts_of(version).get(n));
        let some = |pairs: &[Both]| -> Result<Vec<Pair>, Vec<Diagnostic>> {
            let pairs = pairs.iter().map(|(was, now)| self.host(host(self.old, *was), host(self.new, *now)));
            pairs.filter_map(Result::transpose).collect()
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let some = &some;
        std::thread::scope(|scope| {
            let parts: Vec<_> = pairs.chunks(pairs.len().div_ceil(workers).max(1)).collect();
            let parts: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || some(part))).collect();
            let mut all = Vec::new();
            for part in parts {
                all.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok(all)
        })
    }

    /// A host that is in one version only was, or becomes, what its keys make of it there.
    fn host(&self, was: Option<&Host>, now: Option<&Host>) -> Result<Option<Pair>, Vec<Diagnostic>> {
        let Some(host) = now.or(was) else { return Ok(None) };
        let before = self.gets(self.old, &was.unwrap_or(host).identity)?;
        let after = self.gets(self.new, &now.unwrap_or(host).identity)?;
        let (fate, version) = match (was, now) {
            (Some(_), Some(_)) => (Fate::Changed, self.new),
            (None, _) => (Fate::Added, self.new),
            (_, None) => (Fate::Removed, self.old),
        };
        let mut own = Vec::new();
        if let (Some(was), Some(now)) = (was, now) {
            own.extend(keys(was, now));
        }
        own.extend(reservations(before.as_ref(), after.as_ref()));
        let at = version.places().and_then(|places| places.at(Some(&host.route)));
        let machine = Machine { label: host.label(), key: host.identity.machine().map(|id| id.0), at, own };
        let mask = mask([was, now]);
        Ok(self.pair(fate, machine, (before, after), &mask))
    }

    fn pair(&self, fate: Fate, machine: Machine, (before, after): (Option<Gets>, Option<Gets>), mask: &Mask) -> Option<Pair> {
        let mut changes = Vec::new();
        if let (Some(before), Some(after), Fate::Changed) = (&before, &after, fate) {
            changes.extend(self.texts(before, after, mask));
            let names: BTreeSet<&String> = before.secrets.keys().chain(after.secrets.keys()).collect();
            let secret = |gets: &Gets, name: &String| gets.secrets.get(name).cloned();
            changes.extend(
                names
                    .into_iter()
                    .filter_map(|name| Change::value(format!("secret {name}"), secret(before, name), secret(after, name))),
            );
            changes.extend(after.artifacts.iter().filter_map(|name| self.artifacts.get(name)).flatten().cloned());
        }
        // The texts go, or those of a fleet would all be held at once.
        let (before, after) = (before.map(|gets| gets.becomes), after.map(|gets| gets.becomes));
        let same = fate == Fate::Changed && changes.is_empty() && machine.own.is_empty() && before == after;
        (!same).then_some(Pair { fate, machine, before, after, changes })
    }

    /// Scripts and answers; what differs alike on several firmware is told once.
    fn texts(&self, before: &Gets, after: &Gets, mask: &Mask) -> Vec<Change> {
        let mut found: Vec<(String, Vec<super::hunks::Hunk>, Vec<&'static str>)> = Vec::new();
        let mut add = |what: String, firmware: Firmware, old: &str, new: &str| {
            if old == new {
                return;
            }
            let hunks = match self.whole {
                true => by_lines(old, new),
                false if what == "script" => by_words(&run(old), &run(new), mask),
                false => by_words(old, new, mask),
            };
            if hunks.is_empty() {
                return;
            }
            match found.iter_mut().find(|(other, theirs, _)| *other == what && *theirs == hunks) {
                Some((.., on)) => on.push(firmware.as_str()),
                None => found.push((what, hunks, vec![firmware.as_str()])),
            }
        };
        for firmware in &self.firmware {
            let script = |gets: &Gets| gets.scripts.get(firmware).cloned().unwrap_or_default();
            add("script".to_owned(), *firmware, &script(before), &script(after));
            let names = before.answers.keys().chain(after.answers.keys()).filter(|(on, _)| on == firmware);
            let names: BTreeSet<&(Firmware, String)> = names.collect();
            for key in names {
                let text = |gets: &Gets| gets.answers.get(key).cloned().unwrap_or_default();
                add(format!("answer {}", key.1), *firmware, &text(before), &text(after));
            }
        }
        found.into_iter().map(|(what, hunks, firmware)| Change::Text { what, firmware, hunks }).collect()
    }

    /// Rules are the same where they match the same; their machines are none of the inventory.
    fn rules(&self) -> Result<Vec<Pair>, Vec<Diagnostic>> {
        let rules = |version: &Version| inventory(version).map(|i| i.parts().rules.clone()).unwrap_or_default();
        let (before, after) = (rules(self.old), rules(self.new));
        let find = |rules: &[Rule], text: &str| rules.iter().position(|rule| wanted(rule) == text);
        let mut texts: Vec<String> = after.iter().map(wanted).collect();
        texts.extend(before.iter().map(wanted).filter(|text| find(&after, text).is_none()));
        let common = |rules: &[Rule], others: &[Rule]| -> Vec<String> {
            rules.iter().map(wanted).filter(|text| find(others, text).is_some()).collect()
        };
        let moved = common(&before, &after) != common(&after, &before);
        let mut pairs = Vec::new();
        for text in texts {
            let (was, now) = (find(&before, &text), find(&after, &text));
            let gets = |version: &Version, rules: &[Rule], n: Option<usize>| -> Result<Option<Gets>, Vec<Diagnostic>> {
                let (Some(whole), Some(n)) = (&version.lab, n) else { return Ok(None) };
                let Some(rule) = rules.get(n) else { return Ok(None) };
                whole.of(&Resolution::Found(Because::Rule(n, rule), Vec::new()), &sample(), &self.firmware).map(Some)
            };
            let (fate, version, rule) = match (was, now) {
                (Some(_), Some(n)) => (Fate::Changed, self.new, after.get(n)),
                (None, Some(n)) => (Fate::Added, self.new, after.get(n)),
                (Some(n), None) => (Fate::Removed, self.old, before.get(n)),
                (None, None) => continue,
            };
            let place = |n: Option<usize>| n.filter(|_| moved).map(|n| format!("tried as number {}", n + 1));
            let own = Change::value("order", place(was), place(now)).filter(|_| fate == Fate::Changed).into_iter().collect();
            let at = version.places().and_then(|places| places.at(rule.map(|rule| &rule.route)));
            let machine = Machine { label: format!("any machine of the rule {text}"), key: None, at, own };
            let both = (nameless(gets(self.old, &before, was)?), nameless(gets(self.new, &after, now)?));
            pairs.extend(self.pair(fate, machine, both, &mask_of(&sample())));
        }
        Ok(pairs)
    }

    /// Machines that no host and no rule knows.
    fn unknown(&self) -> Result<Option<Pair>, Vec<Diagnostic>> {
        let gets = |version: &Version| {
            let of = |whole: &Whole| whole.of(&Resolution::Found(Because::Unknown, Vec::new()), &sample(), &self.firmware);
            version.lab.as_ref().map(of).transpose()
        };
        let both = (nameless(gets(self.old)?), nameless(gets(self.new)?));
        if both.0.is_none() || both.1.is_none() {
            return Ok(None);
        }
        let unknown = |version: &Version| version.lab.as_ref()?.lab.inventory.lab().unknown.origin.route.clone();
        let at = self.new.places().and_then(|places| places.at(unknown(self.new).as_ref()));
        let machine = Machine { label: "any machine in no inventory".to_owned(), key: None, at, own: Vec::new() };
        Ok(self.pair(Fate::Changed, machine, both, &mask_of(&sample())))
    }
}

/// A rule decides for itself, so it is not said, and its number may change alone.
fn nameless(gets: Option<Gets>) -> Option<Gets> {
    gets.map(|mut gets| {
        gets.becomes.by = None;
        gets
    })
}

/// The lines of a script that iPXE runs: no comments.
fn run(script: &str) -> String {
    script.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

/// The keys and the name of a host that differ.
fn keys(was: &Host, now: &Host) -> Vec<Change> {
    let name = |host: &Host| host.name.as_ref().map(|name| name.value.to_string());
    let mut changes: Vec<Change> = Change::value("name", name(was), name(now)).into_iter().collect();
    for key in IdentityKey::ALL.into_iter().filter(|key| *key != IdentityKey::Mac) {
        let value = |host: &Host| host.identity.values(key).into_iter().next();
        changes.extend(Change::value(key.as_str(), value(was), value(now)));
    }
    changes
}

/// Cards and their reservations that differ.
fn reservations(before: Option<&Gets>, after: Option<&Gets>) -> Vec<Change> {
    let empty = BTreeMap::new();
    let (before, after) = (before.map_or(&empty, |gets| &gets.reservations), after.map_or(&empty, |gets| &gets.reservations));
    let words = |cards: &BTreeMap<String, Option<String>>, mac: &String| {
        cards.get(mac).map(|ip| ip.as_ref().map_or_else(|| "no reservation".to_owned(), Clone::clone))
    };
    let macs: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    macs.into_iter().filter_map(|mac| Change::value(format!("card {mac}"), words(before, mac), words(after, mac))).collect()
}

/// What is a host's own in its texts, in either version.
fn mask(hosts: [Option<&Host>; 2]) -> Mask {
    let mut values: Vec<(String, &'static str)> = Vec::new();
    for host in hosts.into_iter().flatten() {
        values.extend(host.name.iter().map(|name| (name.value.to_string(), "{name}")));
        values.extend(host.nics.iter().filter_map(|nic| Some((nic.ip.as_ref()?.value.to_string(), "{ip}"))));
        values.extend(own(&host.identity));
    }
    Mask::new(values)
}

/// The same of a machine without an entry.
fn mask_of(identity: &Identity) -> Mask {
    Mask::new(own(identity))
}

fn own(identity: &Identity) -> Vec<(String, &'static str)> {
    let tags = [(&identity.serial, "{serial}"), (&identity.asset, "{asset}"), (&identity.board_serial, "{board_serial}")];
    let tags = tags.into_iter().filter_map(|(tag, name)| Some((tag.as_ref()?.to_string(), name)));
    let macs = identity.macs.iter().map(ToString::to_string);
    let macs = macs.flat_map(|mac| [(mac.replace(':', "-"), "{mac}"), (mac, "{mac}")]);
    tags.chain(macs).chain(identity.uuid.iter().map(|uuid| (uuid.to_string(), "{uuid}"))).collect()
}
