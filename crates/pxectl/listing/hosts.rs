//! Machines that have an entry of their own.

use pxectl_model::identity::IdentityKey;
use pxectl_model::profile::Host;

use super::{NOTHING, Places, cell};
use crate::lab::Lab;
use crate::show::fit::{Column, Give};

/// One machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostLine {
    /// How people call it.
    pub label: String,
    /// Its name.
    pub name: Option<String>,
    /// What it is known by, the strongest first: the key, and the value as it is written.
    pub keys: Vec<(IdentityKey, String)>,
    /// Its cards: MAC address, and the address that is reserved for it.
    pub cards: Vec<(String, Option<String>)>,
    /// What it becomes.
    pub profile: String,
    /// Where its entry stands.
    pub at: Option<String>,
}

/// The columns of the table.
pub const COLUMNS: [Column; 6] = [
    Column { head: "host", give: Give::Middle, least: 16, rank: 1 },
    Column { head: "serial", give: Give::Middle, least: 9, rank: 2 },
    Column { head: "mac", give: Give::Nothing, least: 0, rank: 5 },
    Column { head: "ip", give: Give::Nothing, least: 0, rank: 3 },
    Column { head: "profile", give: Give::End, least: 8, rank: 1 },
    Column { head: "line", give: Give::Start, least: 8, rank: 4 },
];

/// All of them, in the order in which they were read.
pub fn lines(lab: &Lab, places: &Places<'_>) -> Vec<HostLine> {
    lab.inventory.parts().hosts.iter().map(|host| line(host, places)).collect()
}

fn line(host: &Host, places: &Places<'_>) -> HostLine {
    let id = &host.identity;
    let written = |key| match key {
        IdentityKey::Serial => id.serial.iter().map(ToString::to_string).collect(),
        IdentityKey::Asset => id.asset.iter().map(ToString::to_string).collect(),
        IdentityKey::BoardSerial => id.board_serial.iter().map(ToString::to_string).collect(),
        IdentityKey::Uuid | IdentityKey::Mac => id.values(key),
    };
    let keys = IdentityKey::ALL.into_iter().flat_map(|key| written(key).into_iter().map(move |value: String| (key, value)));
    let card = |nic: &pxectl_model::profile::Nic| (nic.mac.value.to_string(), nic.ip.as_ref().map(|ip| ip.value.to_string()));
    HostLine {
        label: host.label(),
        name: host.name.as_ref().map(|name| name.value.to_string()),
        keys: keys.collect(),
        cards: host.nics.iter().map(card).collect(),
        profile: host.profile.value.to_string(),
        at: places.at(Some(&host.route)),
    }
}

impl HostLine {
    /// As the table shows it.
    pub fn row(&self) -> Vec<String> {
        let first = |texts: Vec<&str>| match texts.as_slice() {
            [] => NOTHING.to_owned(),
            [one] => cell(Some(one)),
            [one, more @ ..] => format!("{} +{}", cell(Some(one)), more.len()),
        };
        vec![
            cell(Some(&self.label)),
            self.known_by(),
            first(self.cards.iter().map(|(mac, _)| mac.as_str()).collect()),
            first(self.cards.iter().filter_map(|(_, ip)| ip.as_deref()).collect()),
            cell(Some(&self.profile)),
            cell(self.at.as_deref()),
        ]
    }

    /// Its serial; where it has none its strongest key, which is named. A MAC has a column of its own.
    fn known_by(&self) -> String {
        match self.keys.iter().find(|(key, _)| *key != IdentityKey::Mac) {
            Some((IdentityKey::Serial, value)) => cell(Some(value)),
            Some((key, value)) => cell(Some(&format!("{key}:{value}"))),
            None => NOTHING.to_owned(),
        }
    }
}
