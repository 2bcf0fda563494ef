//! Intents applied to values: what the changed texts must say.

use std::collections::HashSet;
use std::sync::Arc;

use pxectl_model::identity::{IdentityKey, Tag};
use pxectl_model::settings::{Settings, Var};
use pxectl_model::source::{Layer, Route, Sourced};

use super::assign::Wanted;
use super::plan::Deed;
use crate::draft::{Claim, Draft, HostDraft, NicDraft};

/// The draft with everything done to it.
pub(super) fn intended(mut draft: Draft, deeds: &[Deed]) -> Draft {
    let mut gone = HashSet::new();
    for deed in deeds {
        match deed {
            Deed::Set { host, card, wanted } => set(&mut draft.hosts[*host], *card, wanted),
            Deed::Remove { host } => {
                gone.insert(*host);
            }
            Deed::New { .. } => {}
        }
    }
    let mut n = 0;
    draft.hosts.retain(|_| {
        n += 1;
        !gone.contains(&(n - 1))
    });
    for deed in deeds {
        let Deed::New { file, identity, wanted } = deed else { continue };
        // Files are read one after the other: a file's new hosts come behind all that it has, and before the next file's.
        let at = draft.hosts.iter().rposition(|host| host.route.file <= *file).map_or(0, |n| n + 1);
        draft.hosts.insert(at, new(&Route::root(*file), identity.as_ref(), wanted));
    }
    draft
}

fn host_says<T>(value: T, route: &Route) -> Sourced<T> {
    Sourced::new(value, Layer::Host, route.clone())
}

fn set(host: &mut HostDraft, card: usize, wanted: &Wanted) {
    let route = host.route.clone();
    host.profile = Some(host_says(wanted.profile.clone(), &route));
    if let Some(name) = &wanted.name {
        host.name = Some(host_says(name.clone(), &route));
    }
    if wanted.mac.is_some() || wanted.ip.is_some() {
        if host.nics.len() <= card {
            host.nics.push(NicDraft { mac: None, mac_given: false, ip: None });
        }
        if let Some(nic) = host.nics.get_mut(card) {
            if let Some(mac) = wanted.mac {
                nic.mac = Some(host_says(mac, &route));
                nic.mac_given = true;
                host.identified = true;
            }
            if let Some(ip) = wanted.ip {
                nic.ip = Some(host_says(ip, &route));
            }
        }
    }
    if !wanted.vars.is_empty() {
        let settings = Arc::make_mut(&mut host.settings);
        for (key, value) in &wanted.vars {
            settings.vars.insert(key.clone(), host_says(Var::Text(value.clone()), &route));
        }
    }
}

fn new(route: &Route, identity: Option<&(IdentityKey, String)>, wanted: &Wanted) -> HostDraft {
    let claim = |key: IdentityKey| {
        let (_, text) = identity.filter(|(own, _)| *own == key)?;
        Some(host_says(Claim { written: text.clone(), tag: Tag::new(text) }, route))
    };
    let uuid = identity.filter(|(key, _)| *key == IdentityKey::Uuid).and_then(|(_, text)| text.parse().ok());
    let mut host = HostDraft {
        route: route.clone(),
        serial: claim(IdentityKey::Serial),
        uuid: uuid.map(|uuid| host_says(uuid, route)),
        asset: claim(IdentityKey::Asset),
        board_serial: claim(IdentityKey::BoardSerial),
        identified: true,
        name: None,
        profile: None,
        nics: Vec::new(),
        settings: Arc::new(Settings::default()),
        flawed: false,
    };
    set(&mut host, 0, wanted);
    host
}
