//! What a machine is to get, checked before anything is changed.

use std::net::Ipv4Addr;

use pxectl_model::identity::{IdentityKey, Tag};
use pxectl_model::mac::Mac;
use pxectl_model::name::Name;
use pxectl_model::uuid::Uuid;

use super::Who;
use super::refused::Refused;
use super::who::looks_like;

/// A machine and what it gets. What is not given stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    /// Which machine.
    pub who: Who,
    /// The name of its profile.
    pub profile: String,
    /// `name`.
    pub name: Option<String>,
    /// `mac`, or that of its only card in `nics`.
    pub mac: Option<String>,
    /// `ip`, or that of the card in `nics` which has the MAC, or of the only one.
    pub ip: Option<String>,
    /// Entries of `vars`: texts, to the letter.
    pub vars: Vec<(String, String)>,
}

/// The same as values.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub profile: Name,
    pub name: Option<Name>,
    pub mac: Option<Mac>,
    pub ip: Option<Ipv4Addr>,
    pub vars: Vec<(String, String)>,
}

impl Assign {
    /// Checks each value for itself.
    pub(super) fn wanted(&self) -> Result<Wanted, Refused> {
        let name = |what: &'static str, text: &str| text.parse::<Name>().map_err(|why| Refused::value(what, text, &why));
        let mac = |text: &String| text.parse::<Mac>().map_err(|why| Refused::value("mac", text, &why));
        let ip = |text: &String| {
            text.parse::<Ipv4Addr>().map_err(|_| Refused::value("ip", text, &"it is not an IPv4 address such as 10.1.0.21"))
        };
        for (n, (key, _)) in self.vars.iter().enumerate() {
            if self.vars[..n].iter().any(|(before, _)| before == key) {
                return Err(Refused::Twice { what: "variable", text: key.clone() });
            }
        }
        Ok(Wanted {
            profile: name("profile", &self.profile)?,
            name: self.name.as_ref().map(|text| name("name", text)).transpose()?,
            mac: self.mac.as_ref().map(mac).transpose()?,
            ip: self.ip.as_ref().map(ip).transpose()?,
            vars: self.vars.clone(),
        })
    }

    /// The key and text by which a new host is known.
    pub(super) fn identity(&self, wanted: &Wanted) -> Result<(IdentityKey, String), Refused> {
        let (key, text) = match &self.who {
            Who::Key(key, text) => (key, text),
            Who::Any(text) => (&looks_like(text), text),
            Who::Host(text) => return Err(Refused::nobody(text, None)),
        };
        let bad = |why: &dyn std::fmt::Display| Refused::value(key.as_str(), text, why);
        match key {
            IdentityKey::Mac => {
                let mac = text.parse::<Mac>().map_err(|why| bad(&why))?;
                if wanted.mac.is_some_and(|other| other != mac) {
                    return Err(bad(&"another MAC address is given, too"));
                }
                Ok((*key, mac.to_string()))
            }
            IdentityKey::Uuid => text.parse::<Uuid>().map(|_| (*key, text.clone())).map_err(|why| bad(&why)),
            _ if text.trim().contains(char::is_control) => Err(bad(&"it holds a line end, or another control character")),
            _ => Tag::new(text).map(|_| (*key, text.trim().to_owned())).map_err(|why| bad(&why)),
        }
    }
}
