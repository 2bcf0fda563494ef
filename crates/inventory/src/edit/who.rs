//! Which machine is meant.

use std::collections::HashMap;

use pxectl_model::identity::{IdentityKey, Tag};
use pxectl_model::mac::Mac;
use pxectl_model::uuid::Uuid;

use crate::draft::{Draft, HostDraft};

/// A machine, as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A host that is there: its name, serial, MAC, UUID, asset tag or board serial.
    Host(String),
    /// The host with this value under this key; where there is none, a new one.
    Key(IdentityKey, String),
    /// As `Host`; where there is none, a new one, known by what the text looks like ([`Who::new_machine`]), unless it looks like the
    /// name of a host, mistyped.
    Any(String),
}

impl Who {
    /// A machine that may be new, known by what the text looks like: a MAC, a UUID, else a serial number.
    pub fn new_machine(text: &str) -> Self {
        Self::Key(looks_like(text), text.to_owned())
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        match self {
            Self::Host(text) | Self::Key(_, text) | Self::Any(text) => text,
        }
    }
}

/// What a text looks like.
pub(super) fn looks_like(text: &str) -> IdentityKey {
    if text.parse::<Mac>().is_ok() {
        IdentityKey::Mac
    } else if text.parse::<Uuid>().is_ok() {
        IdentityKey::Uuid
    } else {
        IdentityKey::Serial
    }
}

/// A value in the form by which values are compared; none where it cannot name a machine.
pub(super) fn compared(key: IdentityKey, text: &str) -> Option<String> {
    match key {
        IdentityKey::Mac => text.parse::<Mac>().ok().map(|mac| mac.to_string()),
        IdentityKey::Uuid => text.parse::<Uuid>().ok().map(|uuid| uuid.to_string()),
        _ => Tag::new(text).ok().map(|tag| tag.key().to_owned()),
    }
}

/// What a host is known by, in compared form.
fn keys(host: &HostDraft) -> Vec<(IdentityKey, String)> {
    let tag = |claim: &Option<pxectl_model::source::Sourced<crate::draft::Claim>>| {
        claim.as_ref().and_then(|claim| claim.value.tag.as_ref().ok()).map(|tag| tag.key().to_owned())
    };
    let macs = host.nics.iter().filter_map(|nic| nic.mac.as_ref()).map(|mac| (IdentityKey::Mac, mac.value.to_string()));
    let others = [
        (IdentityKey::Serial, tag(&host.serial)),
        (IdentityKey::Uuid, host.uuid.as_ref().map(|uuid| uuid.value.to_string())),
        (IdentityKey::Asset, tag(&host.asset)),
        (IdentityKey::BoardSerial, tag(&host.board_serial)),
    ];
    others.into_iter().filter_map(|(key, value)| Some((key, value?))).chain(macs).collect()
}

/// All hosts by what they are known by.
pub(super) struct Index {
    keys: HashMap<(IdentityKey, String), Vec<usize>>,
    names: HashMap<String, Vec<usize>>,
}

impl Index {
    pub fn new(draft: &Draft) -> Self {
        let mut index = Self { keys: HashMap::new(), names: HashMap::new() };
        for (n, host) in draft.hosts.iter().enumerate() {
            for key in keys(host) {
                index.keys.entry(key).or_default().push(n);
            }
            if let Some(name) = &host.name {
                index.names.entry(name.value.to_string()).or_default().push(n);
            }
        }
        index
    }

    /// The positions of the hosts that are meant: none, one, or several in an inventory that is not sound.
    pub fn find(&self, who: &Who) -> Vec<usize> {
        let by_key = |key: IdentityKey, text: &str| {
            compared(key, text).and_then(|value| self.keys.get(&(key, value))).cloned().unwrap_or_default()
        };
        match who {
            Who::Key(key, text) => by_key(*key, text),
            Who::Host(text) | Who::Any(text) => match self.names.get(text) {
                Some(named) => named.clone(),
                None => {
                    IdentityKey::ALL.into_iter().map(|key| by_key(key, text)).find(|hosts| !hosts.is_empty()).unwrap_or_default()
                }
            },
        }
    }
}
