//! What an inventory says of its hosts, and what intents make of it: in a few lines of its own, to hold the crate's against.

use std::collections::BTreeMap;

use pxectl_inventory::Reading;
use pxectl_inventory::edit::{Assign, Intent, Who};
use pxectl_model::identity::Tag;
use pxectl_model::mac::Mac;
use pxectl_model::settings::Var;

/// A host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host {
    file: u32,
    serial: String,
    name: Option<String>,
    profile: String,
    /// MAC and address of each card.
    nics: Vec<(Option<Mac>, Option<String>)>,
    args: Vec<String>,
    vars: BTreeMap<String, Var>,
}

/// All hosts of a reading, in its order.
pub fn model(reading: &Reading) -> Vec<Host> {
    let hosts = reading.draft.hosts.iter();
    hosts
        .map(|host| Host {
            file: host.route.file.0,
            serial: host.serial.as_ref().map(|s| s.value.written.clone()).unwrap_or_default(),
            name: host.name.as_ref().map(|n| n.value.to_string()),
            profile: host.profile.as_ref().map(|p| p.value.to_string()).unwrap_or_default(),
            nics: host
                .nics
                .iter()
                .map(|nic| (nic.mac.as_ref().map(|m| m.value), nic.ip.as_ref().map(|ip| ip.value.to_string())))
                .collect(),
            args: host.settings.args.iter().map(|arg| arg.value.clone()).collect(),
            vars: host.settings.vars.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect(),
        })
        .collect()
}

fn position(hosts: &[Host], who: &Who) -> Option<usize> {
    let text = who.text();
    let named = hosts.iter().position(|host| host.name.as_deref() == Some(text));
    named.or_else(|| hosts.iter().position(|host| Tag::new(&host.serial) == Tag::new(text)))
}

/// The file that takes new hosts: the main one, unless only others have some.
pub fn home(hosts: &[Host]) -> u32 {
    if hosts.iter().any(|host| host.file == 0) { 0 } else { hosts.last().map_or(0, |host| host.file) }
}

/// What an intent makes of the hosts.
pub fn apply(hosts: &mut Vec<Host>, intent: &Intent, home: u32) {
    match intent {
        Intent::Remove(who) => {
            let n = position(hosts, who).unwrap();
            hosts.remove(n);
        }
        Intent::Assign(assign) => {
            let n = position(hosts, &assign.who).unwrap_or_else(|| {
                let n = hosts.iter().filter(|host| host.file <= home).count();
                hosts.insert(n, Host { file: home, serial: assign.who.text().to_owned(), ..Host::default() });
                n
            });
            set(&mut hosts[n], assign);
        }
    }
}

fn set(host: &mut Host, assign: &Assign) {
    host.profile.clone_from(&assign.profile);
    host.name = assign.name.clone().or(host.name.take());
    host.vars.extend(assign.vars.iter().map(|(key, value)| (key.clone(), Var::Text(value.clone()))));
    let mac: Option<Mac> = assign.mac.as_ref().map(|mac| mac.parse().unwrap());
    if mac.is_none() && assign.ip.is_none() {
        return;
    }
    let card = host.nics.iter().position(|nic| mac.is_some() && nic.0 == mac).unwrap_or_else(|| {
        if host.nics.is_empty() {
            host.nics.push((None, None));
        }
        0
    });
    host.nics[card].0 = mac.or(host.nics[card].0);
    host.nics[card].1 = assign.ip.clone().or(host.nics[card].1.take());
}
