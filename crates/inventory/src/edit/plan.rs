//! Intents to changes of texts: which file, which node, which style.

use std::collections::{BTreeMap, HashSet};

use pxectl_model::identity::IdentityKey;
use pxectl_model::name::Name;
use pxectl_model::source::{FileId, Step, line_column};

use super::assign::{Assign, Wanted};
use super::change::Change;
use super::shape::Hop;
use super::who::{Index, Who, compared};
use super::{Intent, Refused, entry, fresh};
use crate::draft::HostDraft;
use crate::near;
use crate::read::Reading;
use crate::tree::{Kind, Map, Node};

/// What was done for an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// A new entry.
    Added,
    /// The entry says something else now.
    Changed,
    /// The entry is gone.
    Removed,
    /// It said so already.
    Unchanged,
}

/// What came of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How messages call the machine.
    pub host: String,
    /// The file that holds its entry, or held it.
    pub file: FileId,
    /// What was done.
    pub done: Done,
    /// The profile that its entry named.
    pub was: Option<Name>,
    /// The profile that its entry names now.
    pub now: Option<Name>,
    /// Why this file, where that is not plain.
    pub why: Option<String>,
}

/// One intent as a change of values.
#[derive(Debug)]
pub(super) enum Deed {
    /// A host, by its position, says this now; the card of `mac` and `ip` by its position in the draft.
    Set { host: usize, card: usize, wanted: Wanted },
    /// A host is added to this file, known by this unless by its MAC alone.
    New { file: FileId, identity: Option<(IdentityKey, String)>, wanted: Wanted },
    /// A host is gone.
    Remove { host: usize },
}

/// Everything that is to be done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub changes: BTreeMap<FileId, Vec<Change>>,
    pub deeds: Vec<Deed>,
    pub outcomes: Vec<Outcome>,
}

pub(super) fn plan(before: &Reading, intents: &[Intent]) -> Result<Plan, Refused> {
    let index = Index::new(&before.draft);
    let (mut plan, mut met, mut new) = (Plan::default(), HashSet::new(), HashSet::new());
    let mut fresh = fresh::Fresh::new(before);
    for intent in intents {
        let who = match intent {
            Intent::Assign(assign) => &assign.who,
            Intent::Remove(who) => who,
        };
        let twice = || Refused::Twice { what: "machine", text: who.text().to_owned() };
        let host = one(before, &index, who)?;
        if host.is_some_and(|n| !met.insert(n)) {
            return Err(twice());
        }
        match (intent, host) {
            (Intent::Assign(assign), Some(n)) => change(before, &mut plan, n, assign)?,
            (Intent::Assign(assign), None) => {
                if let Who::Any(text) = &assign.who {
                    no_name(before, text)?;
                }
                let mut wanted = assign.wanted()?;
                let (key, text) = assign.identity(&wanted).map_err(|refused| with_close(before, refused))?;
                if !new.insert((key, compared(key, &text))) {
                    return Err(twice());
                }
                let identity = match key {
                    IdentityKey::Mac => {
                        wanted.mac = text.parse().ok();
                        None
                    }
                    _ => Some((key, text.clone())),
                };
                fresh.push(identity.as_ref(), &wanted);
                // As everything else calls it: a UUID has many spellings.
                let known = if key == IdentityKey::Uuid { compared(key, &text).unwrap_or(text) } else { text };
                let host = wanted.name.as_ref().map_or(known, ToString::to_string);
                let now = Some(wanted.profile.clone());
                plan.outcomes.push(Outcome { host, file: fresh.file, done: Done::Added, was: None, now, why: fresh.why.clone() });
                plan.deeds.push(Deed::New { file: fresh.file, identity, wanted });
            }
            (Intent::Remove(_), Some(n)) => {
                let host = &before.draft.hosts[n];
                let drop = Change::Drop { from: vec![Hop::Key("hosts".to_owned())], item: item_of(host) };
                plan.changes.entry(host.route.file).or_default().push(drop);
                plan.deeds.push(Deed::Remove { host: n });
                let (label, file, was) = (host.label(), host.route.file, profile_of(host));
                plan.outcomes.push(Outcome { host: label, file, done: Done::Removed, was, now: None, why: None });
            }
            (Intent::Remove(_), None) => return Err(with_close(before, Refused::nobody(who.text(), None))),
        }
    }
    let (file, changes) = fresh.changes();
    if !changes.is_empty() {
        plan.changes.entry(file).or_default().extend(changes);
    }
    Ok(plan)
}

fn profile_of(host: &HostDraft) -> Option<Name> {
    host.profile.as_ref().map(|profile| profile.value.clone())
}

/// The one host that is meant, if there is one.
fn one(before: &Reading, index: &Index, who: &Who) -> Result<Option<usize>, Refused> {
    match index.find(who).as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        [first, ..] => {
            let host = &before.draft.hosts[*first];
            let by_hand = "make each of them known by something of its own first".to_owned();
            Err(unsure(before, host, "several hosts are known by this; this is the first of them", by_hand))
        }
    }
}

fn unsure(before: &Reading, host: &HostDraft, why: &str, by_hand: String) -> Refused {
    let source = before.sources.get(host.route.file);
    let at = before.locate(&pxectl_model::diag::Place::Route(host.route.clone()));
    let line = source.zip(at).map_or(1, |(source, at)| line_column(&source.text, at.start).0);
    let file = source.map(|source| source.name.clone()).unwrap_or_default();
    Refused::Unsure { file, line, why: why.to_owned(), by_hand }
}

/// Refuses what looks like the name of a host.
fn no_name(before: &Reading, text: &str) -> Result<(), Refused> {
    let names: Vec<&str> = names(before).collect();
    match near::nearest(text, names.iter().copied(), 1).first() {
        Some(close) => Err(Refused::LikeAName { text: text.to_owned(), close: names[*close].to_owned() }),
        None => Ok(()),
    }
}

fn names(before: &Reading) -> impl Iterator<Item = &str> {
    before.draft.hosts.iter().filter_map(|host| host.name.as_ref()).map(|name| name.value.as_str())
}

/// With the name or serial that was probably meant.
fn with_close(before: &Reading, refused: Refused) -> Refused {
    let Refused::Nobody { text, .. } = refused else { return refused };
    let serials = before.draft.hosts.iter().filter_map(|host| host.serial.as_ref()).map(|serial| serial.value.written.as_str());
    let known: Vec<&str> = names(before).chain(serials).collect();
    let close = near::nearest(&text, known.iter().copied(), 1).first().map(|n| known[*n].to_owned());
    Refused::Nobody { text, close }
}

/// Which item of its file's `hosts` a host is.
fn item_of(host: &HostDraft) -> usize {
    host.route.steps().into_iter().find_map(|step| if let Step::Index(n) = step { Some(*n) } else { None }).unwrap_or_default()
}

fn change(before: &Reading, plan: &mut Plan, n: usize, assign: &Assign) -> Result<(), Refused> {
    let wanted = assign.wanted()?;
    let host = &before.draft.hosts[n];
    let file = host.route.file;
    let item = item_of(host);
    let found = before.tree(file).and_then(|root| map_of(root)?.get("hosts")).and_then(|list| match &list.value.real().kind {
        Kind::List(items) => Some((items, map_of(items.get(item)?)?)),
        _ => None,
    });
    let Some((items, map)) = found else {
        return Err(unsure(before, host, "its entry is not found again", "edit the entry by hand".to_owned()));
    };
    let way = vec![Hop::Key("hosts".to_owned()), Hop::Item(item)];
    // Who named the machine by a MAC means that card.
    let card_mac = match &assign.who {
        Who::Key(_, text) | Who::Host(text) | Who::Any(text) => wanted.mac.or_else(|| text.parse().ok()),
    };
    let card = entry::card(map, &wanted, card_mac).map_err(|count| {
        let why = format!("this host has {count} network cards, and it is not clear which is meant");
        unsure(before, host, &why, "write the card into its `nics` by hand".to_owned())
    })?;
    let block_vars = items.iter().rev().take(fresh::NEIGHBOURS).find_map(|item| {
        let vars = map_of(item)?.get("vars")?;
        Some(before.sources.get(file)?.text.as_bytes().get(vars.value.at.start) != Some(&b'{'))
    });
    let changes = entry::changes(&way, map, &wanted, &card, block_vars.unwrap_or(false));
    let done = if changes.is_empty() { Done::Unchanged } else { Done::Changed };
    let label = wanted.name.as_ref().map_or_else(|| host.label(), ToString::to_string);
    plan.outcomes.push(Outcome { host: label, file, done, was: profile_of(host), now: Some(wanted.profile.clone()), why: None });
    plan.deeds.push(Deed::Set { host: n, card: card.in_draft, wanted });
    if !changes.is_empty() {
        plan.changes.entry(file).or_default().extend(changes);
    }
    Ok(())
}

/// The mapping that a node is, or stands for.
pub(super) fn map_of(node: &Node) -> Option<&Map> {
    match &node.real().kind {
        Kind::Map(map) => Some(map),
        _ => None,
    }
}
