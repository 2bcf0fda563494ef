//! Who is meant, and by what it is known.

use pxectl_inventory::findings::shown;
use pxectl_model::identity::{Identity, IdentityKey, Tag};
use pxectl_model::inventory::Inventory;
use pxectl_model::profile::Host;
use pxectl_model::resolve::Claim;
use pxectl_model::source::Route;

use super::gather::Asked;
use super::places::Places;

/// One key, as it was written and as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Which key.
    pub key: IdentityKey,
    /// To the letter.
    pub written: String,
    /// The form by which it is compared; or why it names no machine.
    pub compared: Result<String, String>,
    /// Where it was written; none: on the command line.
    pub at: Option<String>,
    /// The host whose key it is, with its line.
    pub owner: Option<(String, Option<String>)>,
}

/// A machine before it is resolved.
pub(super) struct Who {
    /// The host that the person named, by its position.
    pub host: Option<usize>,
    /// What the machine would say.
    pub identity: Identity,
    /// How each key was written, and where.
    written: Vec<Written>,
}

/// A key as it was written.
struct Written {
    key: IdentityKey,
    text: String,
    /// Where; none: on the command line.
    route: Option<Route>,
    compared: Result<String, String>,
}

/// A host says what its entry lists; what is not in the inventory says what the person typed. Options stand in for either.
pub(super) fn who(inventory: &Inventory, asked: &Asked, places: Places<'_>) -> Who {
    let host = inventory.find(&asked.host);
    let mut who = match host.and_then(|n| inventory.parts().hosts.get(n)) {
        Some(entry) => listed(entry, host, places),
        None => typed(&asked.host),
    };
    who.identity.product.clone_from(&asked.product);
    who.identity.manufacturer.clone_from(&asked.manufacturer);
    if let Some((text, mac)) = &asked.mac {
        who.identity.macs = vec![*mac];
        who.say(IdentityKey::Mac, text, Ok(mac.to_string()));
    }
    if let Some((text, uuid)) = &asked.uuid {
        who.identity.uuid = Some(*uuid);
        who.say(IdentityKey::Uuid, text, Ok(uuid.to_string()));
    }
    if let Some(text) = &asked.asset {
        who.identity.asset = who.tag(IdentityKey::Asset, text);
    }
    if let Some(text) = &asked.board_serial {
        who.identity.board_serial = who.tag(IdentityKey::BoardSerial, text);
    }
    who
}

fn listed(entry: &Host, host: Option<usize>, places: Places<'_>) -> Who {
    let mut written = Vec::new();
    for key in IdentityKey::ALL {
        let routes: Vec<Route> = match key {
            IdentityKey::Mac => entry.nics.iter().filter_map(|nic| nic.mac.origin.route.clone()).collect(),
            _ => vec![entry.route.key(key.as_str())],
        };
        for (value, route) in entry.identity.values(key).into_iter().zip(routes) {
            let text = places.written(&route).unwrap_or_else(|| value.clone());
            written.push(Written { key, text, route: Some(route), compared: Ok(value) });
        }
    }
    Who { host, identity: entry.identity.clone(), written }
}

/// A MAC or a UUID where it looks like one, else a serial number. Twelve bare digits may be either; serials are what people type.
fn typed(text: &str) -> Who {
    let mut who = Who { host: None, identity: Identity::default(), written: Vec::new() };
    match (text.parse(), text.parse()) {
        (Ok(mac), _) if text.contains([':', '-', '.']) => {
            who.identity.macs = vec![mac];
            who.say(IdentityKey::Mac, text, Ok(mac.to_string()));
        }
        (_, Ok(uuid)) => {
            let uuid: pxectl_model::uuid::Uuid = uuid;
            who.identity.uuid = Some(uuid);
            who.say(IdentityKey::Uuid, text, Ok(uuid.to_string()));
        }
        _ => {
            who.identity.serial = who.tag(IdentityKey::Serial, text);
            who.identity.raw_serial = text.to_owned();
        }
    }
    who
}

impl Who {
    fn tag(&mut self, key: IdentityKey, text: &str) -> Option<Tag> {
        let tag = Tag::new(text);
        self.say(key, text, tag.as_ref().map(|tag| tag.key().to_owned()).map_err(ToString::to_string));
        tag.ok()
    }

    /// What the command line says takes the place of what the entry lists.
    fn say(&mut self, key: IdentityKey, text: &str, compared: Result<String, String>) {
        self.written.retain(|other| other.key != key);
        self.written.push(Written { key, text: shown(text), route: None, compared });
        self.written.sort_by_key(|written| written.key);
    }

    /// Each key with the host whose it is.
    pub fn stated(&self, inventory: &Inventory, claims: &[Claim], places: Places<'_>) -> Vec<Stated> {
        let owner = |key, value: &str| {
            let claim = claims.iter().find(|claim| claim.key == key && claim.value == value)?;
            let host = inventory.parts().hosts.get(claim.host?)?;
            Some((host.label(), places.at(Some(&host.route))))
        };
        let stated = |written: &Written| Stated {
            key: written.key,
            written: written.text.clone(),
            compared: written.compared.clone(),
            at: places.at(written.route.as_ref()),
            owner: written.compared.as_ref().ok().and_then(|value| owner(written.key, value)),
        };
        self.written.iter().map(stated).collect()
    }
}
