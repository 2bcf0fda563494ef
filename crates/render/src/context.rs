//! What templates can name. Documented in docs/recipes.md; a name that is not here is an error.
//!
//! A name that is known and has nothing to say (a host without a name, a profile without a kernel) is `none`, which
//! `{% if … %}` understands and which cannot be printed.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use minijinja::value::{Object, Value};
use pxectl_model::arch::Firmware;
use pxectl_model::identity::Identity;
use pxectl_model::image::Located;
use pxectl_model::ipxe::{Machine, escape};
use pxectl_model::mac::Mac;
use pxectl_model::profile::Host;
use pxectl_model::recipe::Kind;
use pxectl_model::settings::{FileKey, Inject, Var};
use pxectl_model::uuid::Uuid;

use crate::entry::Entry;
use crate::sealed::Values;

/// The version that scripts name themselves by.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Characters of an image's name that are taken from a path: a kernel's command line is short.
const IMAGE_NAME_MAX: usize = 48;

/// The names at the top of every template but the DHCP server's.
pub const KNOWN: [&str; 31] = [
    "host",
    "profile",
    "recipe",
    "installs",
    "vars",
    "secrets",
    "args",
    "kernel",
    "wimboot",
    "boot_wim",
    "bcd",
    "boot_sdi",
    "bootmgr",
    "image",
    "script",
    "initrds",
    "inject",
    "url",
    "answer_url",
    "reason",
    "advice",
    "firmware",
    "platform",
    "arch",
    "server",
    "base_url",
    "boot_url",
    "boot_id",
    "ask_url",
    "booted_url",
    "pxectl_version",
];

/// The same for every script of a table.
#[derive(Debug)]
pub(crate) struct Shared {
    /// How machines reach the server.
    pub server: Ipv4Addr,
    /// `http://server:port`.
    pub base_url: String,
    /// Sizes of artifacts by name, and of files inside images by `IMAGE/PATH`; one that is not there is unknown.
    pub sizes: BTreeMap<String, u64>,
    /// The values of secrets; without them placeholders stand for good.
    pub secrets: Option<Values>,
}

/// The URL that asks for stage 2. Texts go as `:hexraw`, the only form that every iPXE sends unharmed; the UUID goes as text,
/// since `:hexraw` gives its bytes in SMBIOS order and the text form does not.
pub(crate) fn ask_url(base_url: &str) -> String {
    format!(
        "{base_url}/boot?serial=${{serial:hexraw}}&uuid=${{uuid}}&mac=${{netX/mac:hexraw}}&asset=${{asset:hexraw}}\
         &board_serial=${{board-serial:hexraw}}&product=${{product:hexraw}}&manufacturer=${{manufacturer:hexraw}}\
         &arch=${{buildarch}}&platform=${{platform}}"
    )
}

/// What is known of a machine: by its entry, and by its own words where the entry is silent.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    label: String,
    name: Option<String>,
    serial: Option<String>,
    raw_serial: Option<String>,
    uuid: Option<String>,
    mac: Option<String>,
    ip: Option<String>,
    asset: Option<String>,
    board_serial: Option<String>,
    product: Option<String>,
    manufacturer: Option<String>,
}

impl Facts {
    /// Of a machine that says this of itself, and of the host that it is.
    pub fn new(label: String, host: Option<&Host>, says: &Identity) -> Self {
        let nothing = Identity::default();
        let listed = host.map_or(&nothing, |host| &host.identity);
        let either = |get: fn(&Identity) -> Option<String>| get(listed).or_else(|| get(says));
        let mac = says.macs.first().or(listed.macs.first()).copied();
        let nics = host.map_or(&[][..], |host| &host.nics);
        let nic = nics.iter().find(|nic| Some(nic.mac.value) == mac && nic.ip.is_some());
        let nic = nic.or_else(|| nics.iter().find(|nic| nic.ip.is_some()));
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            label,
            name: host.and_then(|host| host.name.as_ref()).map(|name| name.value.to_string()),
            serial: either(|id| id.serial.as_ref().map(ToString::to_string)),
            raw_serial: text(&says.raw_serial),
            uuid: either(|id| id.uuid.map(|uuid| uuid.to_string())),
            mac: mac.map(|mac| mac.to_string()),
            ip: nic.and_then(|nic| nic.ip.as_ref()).map(|ip| ip.value.to_string()),
            asset: either(|id| id.asset.as_ref().map(ToString::to_string)),
            board_serial: either(|id| id.board_serial.as_ref().map(ToString::to_string)),
            product: text(&says.product),
            manufacturer: text(&says.manufacturer),
        }
    }

    /// The same, with this in place of a MAC where none is known.
    pub fn with_mac(mut self, mac: &str) -> Self {
        self.mac.get_or_insert_with(|| mac.to_owned());
        self
    }

    /// The machine to its own iPXE, as far as it is known.
    pub fn machine(&self, firmware: Firmware, server: Ipv4Addr) -> Machine {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mac = self.mac.as_ref().and_then(|mac| mac.parse::<Mac>().ok());
        Machine {
            serial: text(if self.raw_serial.is_some() { &self.raw_serial } else { &self.serial }),
            manufacturer: text(&self.manufacturer),
            product: text(&self.product),
            asset: text(&self.asset),
            board_serial: text(&self.board_serial),
            uuid: self.uuid.as_ref().and_then(|uuid| uuid.parse::<Uuid>().ok()).map(|uuid| uuid.0),
            mac: mac.map_or([0; 6], |mac| mac.0),
            ip: self.ip.as_ref().and_then(|ip| ip.parse().ok()).unwrap_or(Ipv4Addr::UNSPECIFIED),
            next_server: server,
            filename: String::new(),
            platform: firmware.platform().as_str().to_owned(),
            buildarch: firmware.buildarch().to_owned(),
            version: String::new(),
        }
    }

    /// By what it says of itself a person would name it: its serial, MAC or UUID; none where nothing that it says can name it.
    pub fn known_by(&self) -> Option<&str> {
        [&self.serial, &self.mac, &self.uuid].into_iter().find_map(|value| value.as_deref())
    }

    /// Whether a fact with this name is there.
    pub fn has(&self, name: &str) -> bool {
        match name {
            "name" => self.name.is_some(),
            "serial" => self.serial.is_some(),
            "uuid" => self.uuid.is_some(),
            "mac" => self.mac.is_some(),
            "ip" => self.ip.is_some(),
            _ => false,
        }
    }
}

impl Object for Facts {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        Some(match key {
            "label" => Value::from(self.label.as_str()),
            "name" => optional(&self.name),
            "serial" => optional(&self.serial),
            "raw_serial" => optional(&self.raw_serial),
            "uuid" => optional(&self.uuid),
            "mac" => optional(&self.mac),
            "mac_hyphens" => optional(&self.mac.as_ref().map(|mac| mac.replace(':', "-"))),
            "ip" => optional(&self.ip),
            "asset" => optional(&self.asset),
            "board_serial" => optional(&self.board_serial),
            "product" => optional(&self.product),
            "manufacturer" => optional(&self.manufacturer),
            _ => return None,
        })
    }
}

/// Everything that one rendering can name.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    /// The same for all.
    pub shared: Arc<Shared>,
    /// What decided what the machine gets; none where it is refused.
    pub entry: Option<Arc<Entry>>,
    /// The machine.
    pub facts: Arc<Facts>,
    /// What it runs on.
    pub firmware: Option<Firmware>,
    /// This boot, as its URLs write it.
    pub boot_id: String,
    /// `<base_url>/b/<boot-id>`.
    pub boot_url: String,
    /// All kernel arguments, once they are known.
    pub args: Value,
    /// Why it does not boot what its profile says.
    pub reason: Option<String>,
    /// What a person can do about it.
    pub advice: Option<String>,
    /// Whether secrets are their values and not their placeholders: only in what goes to a booting machine.
    pub revealed: bool,
}

impl Scene {
    /// The same, for the machine itself.
    pub fn revealed(self) -> Self {
        Self { revealed: true, ..self }
    }

    fn fetched(&self, located: &Located, name: &str) -> Value {
        let label = located.to_string();
        let size = self.shared.sizes.get(&label).map_or(Value::from(()), |size| Value::from(*size));
        Value::from_pairs([
            ("name", Value::from(name)),
            ("label", Value::from(label)),
            ("url", Value::from(format!("{}/{}", self.boot_url, located.url()))),
            ("size", size),
        ])
    }

    /// What this machine fetches for a key.
    fn located(&self, entry: &Entry, key: FileKey) -> Option<Located> {
        let cpu = self.firmware.map(Firmware::cpu)?;
        entry.settings.locate(entry.settings.files.get(&key)?.value.get(cpu)?, cpu)
    }

    fn file(&self, entry: &Entry, key: FileKey) -> Value {
        self.located(entry, key).map_or(Value::from(()), |located| self.fetched(&located, &image_name(&located)))
    }

    /// Each under a name of its own: UEFI looks for an initrd by its name, among everything that iPXE holds.
    fn initrds(&self, entry: &Entry) -> Value {
        let Some(cpu) = self.firmware.map(Firmware::cpu) else { return Value::from(Vec::<Value>::new()) };
        let files = entry.settings.initrds.iter().filter_map(|files| files.value.get(cpu)).flatten();
        let located = files.filter_map(|file| entry.settings.locate(file, cpu));
        let mut taken: Vec<String> = self.located(entry, FileKey::Kernel).iter().map(image_name).collect();
        let mut initrds = Vec::new();
        for located in located {
            let name = image_name(&located);
            let numbered = (2_u32..).map(|n| format!("{name}-{n}"));
            let name = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(name);
            initrds.push(self.fetched(&located, &name));
            taken.push(name);
        }
        initrds.into()
    }

    fn inject(&self, entry: &Entry) -> Value {
        let cpu = self.firmware.map(Firmware::cpu);
        let file = |(name, inject): (&String, &Inject)| {
            let url = match inject {
                Inject::File(file) => format!("{}/{}", self.boot_url, entry.settings.locate(file, cpu?)?.url()),
                Inject::Template(_) => self.answer(name)?,
            };
            Some(Value::from_pairs([("name", Value::from(name.as_str())), ("url", Value::from(url))]))
        };
        entry.settings.inject.iter().filter_map(|(name, inject)| file((name, &inject.value))).collect::<Vec<_>>().into()
    }

    /// The URL of an answer file; none where its name cannot stand in one, which the build of the table refuses.
    fn answer(&self, name: &str) -> Option<String> {
        Some(format!("{}/answer/{}", self.boot_url, escape::path_segment(name).ok()?))
    }

    fn of_entry(&self, name: &str) -> Option<Value> {
        let nothing = Value::from(());
        let Some(entry) = &self.entry else {
            return KNOWN.contains(&name).then_some(nothing);
        };
        if let Some(key) = FileKey::ALL.into_iter().find(|key| key.as_str() == name) {
            return Some(self.file(entry, key));
        }
        Some(match name {
            "profile" => Value::from(entry.profile.as_str()),
            "recipe" => Value::from_pairs([
                ("name", Value::from(entry.recipe.name.as_str())),
                ("about", Value::from(entry.recipe.about.as_str())),
            ]),
            "installs" => Value::from(entry.kind == Kind::Install),
            "vars" => entry.vars.clone(),
            "secrets" => entry.secrets.value(self.revealed),
            "initrds" => self.initrds(entry),
            "inject" => self.inject(entry),
            "url" => optional(&entry.settings.url.as_ref().map(|url| url.value.clone())),
            "answer_url" => optional(&entry.answer_name().and_then(|name| self.answer(name))),
            _ => return None,
        })
    }
}

impl Object for Scene {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        Some(match name {
            "host" => Value::from_dyn_object(self.facts.clone()),
            "args" => self.args.clone(),
            "reason" => optional(&self.reason),
            "advice" => optional(&self.advice),
            "firmware" => optional(&self.firmware.map(|firmware| firmware.to_string())),
            "platform" => optional(&self.firmware.map(|firmware| firmware.platform().as_str().to_owned())),
            "arch" => optional(&self.firmware.map(|firmware| firmware.cpu().to_string())),
            "server" => Value::from(self.shared.server.to_string()),
            "base_url" => Value::from(self.shared.base_url.as_str()),
            "boot_url" => Value::from(self.boot_url.as_str()),
            "boot_id" => Value::from(self.boot_id.as_str()),
            "booted_url" => Value::from(format!("{}/event/booted", self.boot_url)),
            // Holds `${…}` that is meant: iPXE fills in who it is.
            "ask_url" => Value::from_safe_string(ask_url(&self.shared.base_url)),
            "pxectl_version" => Value::from(VERSION),
            _ => return self.of_entry(name),
        })
    }
}

/// A value of the inventory's `vars`.
pub(crate) fn var(var: &Var) -> Value {
    match var {
        Var::Text(text) => Value::from(text.as_str()),
        Var::List(items) => items.iter().map(|item| Value::from(item.as_str())).collect::<Vec<_>>().into(),
        Var::Map(items) => Value::from_pairs(items.iter().map(|(key, item)| (key.as_str(), Value::from(item.as_str())))),
    }
}

/// What iPXE is to call a file: an artifact's name, else the last one of its path, as far as `initrd=` takes that.
fn image_name(located: &Located) -> String {
    match located {
        Located::Artifact(name) => name.to_string(),
        Located::Inside(inside) => {
            let fits = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
            let mut name: String = inside.path.file_name().chars().take(IMAGE_NAME_MAX).map(fits).collect();
            if name.starts_with('-') {
                name.insert(0, '_');
            }
            name
        }
    }
}

fn optional(text: &Option<String>) -> Value {
    text.as_ref().map_or(Value::from(()), |text| Value::from(text.as_str()))
}
