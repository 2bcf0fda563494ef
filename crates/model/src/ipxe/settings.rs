//! What a machine knows of itself: SMBIOS texts, addresses, what the script has set.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::value::{SettingName, Value, ValueType, number};

/// The most settings that a script may hold at once, and the most bytes of one.
const MAX_SETTINGS: usize = 1024;
const MAX_VALUE: usize = 64 * 1024;

/// What a pretend machine is: the settings that iPXE has before a script runs. Empty texts count as not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// SMBIOS type 1.
    pub serial: String,
    /// SMBIOS type 1.
    pub manufacturer: String,
    /// SMBIOS type 1.
    pub product: String,
    /// SMBIOS type 3 asset tag.
    pub asset: String,
    /// SMBIOS type 2.
    pub board_serial: String,
    /// SMBIOS type 1, in its text order.
    pub uuid: Option<[u8; 16]>,
    /// The address of the interface that booted.
    pub mac: [u8; 6],
    /// The address that DHCP gave.
    pub ip: Ipv4Addr,
    /// The TFTP server that DHCP named.
    pub next_server: Ipv4Addr,
    /// The boot file that DHCP named to iPXE.
    pub filename: String,
    /// `pcbios` or `efi`.
    pub platform: String,
    /// `i386` (every BIOS build), `x86_64`, `arm64` …
    pub buildarch: String,
    /// iPXE's version.
    pub version: String,
}

/// The settings of one machine, those that a script sets among them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    blocks: BTreeMap<String, BTreeMap<String, Value>>,
    /// The raw UUID as SMBIOS holds it: what any type but `uuid` prints.
    raw_uuid: Option<Vec<u8>>,
}

/// The settings block that holds what a script sets without naming one.
const ROOT: &str = "";

impl Settings {
    /// Of a machine that knows nothing of itself.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of this machine, as iPXE holds them before the first line of a script.
    pub fn of(machine: &Machine) -> Self {
        let mut settings = Self::default();
        let smbios = [
            ("serial", &machine.serial),
            ("manufacturer", &machine.manufacturer),
            ("product", &machine.product),
            ("asset", &machine.asset),
            ("board-serial", &machine.board_serial),
        ];
        for (name, text) in smbios {
            settings.provide("smbios", name, Value::text(text.as_str()));
        }
        if let Some(uuid) = machine.uuid {
            settings.provide("smbios", "uuid", Value { natural: ValueType::Uuid, bytes: uuid.to_vec() });
            let mut raw = uuid.to_vec();
            raw[0..4].reverse();
            raw[4..6].reverse();
            raw[6..8].reverse();
            settings.raw_uuid = Some(raw);
        }
        settings.provide("net0", "mac", Value { natural: ValueType::Hex, bytes: machine.mac.to_vec() });
        for (name, address) in [("ip", machine.ip), ("next-server", machine.next_server), ("dhcp-server", machine.next_server)] {
            settings.provide("net0", name, Value { natural: ValueType::Ipv4, bytes: address.octets().to_vec() });
        }
        settings.provide("net0", "filename", Value::text(machine.filename.as_str()));
        for (name, text) in [("platform", &machine.platform), ("buildarch", &machine.buildarch), ("version", &machine.version)] {
            settings.provide("builtin", name, Value::text(text.as_str()));
        }
        settings
    }

    /// Puts in what the firmware or DHCP knows. Empty values count as not set.
    pub fn provide(&mut self, block: &str, name: &str, value: Value) {
        if !value.bytes.is_empty() {
            self.blocks.entry(block.to_owned()).or_default().insert(name.to_owned(), value);
        }
    }

    /// What `${name}` becomes; empty where there is nothing, or where the block or type does not exist.
    pub fn print(&self, text: &str) -> String {
        let name = SettingName::parse(text);
        let wanted = match name.type_name.map(ValueType::named) {
            Some(None) => return String::new(),
            Some(Some(known)) => Some(known),
            None => None,
        };
        let Some((block, value)) = self.find(&name) else { return String::new() };
        let printed = wanted.unwrap_or(value.natural);
        let raw = self.raw_uuid.as_deref().filter(|_| block == "smbios" && name.name == "uuid" && printed != ValueType::Uuid);
        printed.print(raw.unwrap_or(&value.bytes)).unwrap_or_default()
    }

    /// The `set` and `clear` commands; `clear` is an empty text.
    ///
    /// # Errors
    /// A reason in words: an unknown type, a text that is not of the type, a block that cannot be written.
    pub fn set(&mut self, target: &str, text: &str) -> Result<(), String> {
        let name = SettingName::parse(target);
        let value_type = match name.type_name {
            Some(given) => ValueType::named(given).ok_or_else(|| format!("unknown setting type `{given}`"))?,
            None => predefined(name.name),
        };
        let bytes = match text {
            "" => Vec::new(),
            _ => value_type.read(text).ok_or_else(|| format!("`{text}` is not a value for `{target}`"))?,
        };
        self.store(&name, Value { natural: value_type, bytes })
    }

    /// The `inc` command.
    ///
    /// # Errors
    /// As for [`Settings::set`]; a value that is no number counts as 0.
    pub fn increment(&mut self, target: &str, by: u32) -> Result<(), String> {
        let name = SettingName::parse(target);
        let given = name.type_name.and_then(ValueType::named);
        let found = self.find(&name).map(|(_, value)| value.clone());
        let value_type = match (given, &found) {
            (Some(known), _) => known,
            (None, Some(value)) if matches!(value.natural, ValueType::Int(_) | ValueType::Uint(_)) => value.natural,
            (None, Some(value)) => return Err(format!("`{target}` is of type {:?}, not a number", value.natural)),
            (None, None) => ValueType::Int(4),
        };
        let (ValueType::Int(width) | ValueType::Uint(width)) = value_type else {
            return Err(format!("`{target}` is not of a number's type"));
        };
        let old = found.and_then(|value| number(&value.bytes, true)).unwrap_or(0);
        let sum = (old + i64::from(by)).to_be_bytes();
        self.store(&name, Value { natural: value_type, bytes: sum[8 - usize::from(width)..].to_vec() })
    }

    fn find(&self, name: &SettingName<'_>) -> Option<(&str, &Value)> {
        // What the script set itself comes first, then the other blocks.
        let wanted = name.block.map(alias);
        self.blocks
            .iter()
            .filter(|(block, _)| wanted.is_none_or(|w| w == block.as_str()))
            .find_map(|(block, settings)| settings.get(name.name).map(|value| (block.as_str(), value)))
    }

    fn store(&mut self, name: &SettingName<'_>, value: Value) -> Result<(), String> {
        let block = name.block.map_or(ROOT, alias);
        if matches!(block, "smbios" | "builtin") {
            return Err(format!("settings of `{block}` cannot be written"));
        }
        if value.bytes.len() > MAX_VALUE {
            return Err(format!("the value of `{}` is longer than {MAX_VALUE} bytes", name.name));
        }
        if value.bytes.is_empty() {
            if let Some(settings) = self.blocks.get_mut(block) {
                settings.remove(name.name);
            }
            return Ok(());
        }
        if self.blocks.values().map(BTreeMap::len).sum::<usize>() >= MAX_SETTINGS {
            return Err(format!("more than {MAX_SETTINGS} settings"));
        }
        self.blocks.entry(block.to_owned()).or_default().insert(name.name.to_owned(), value);
        Ok(())
    }
}

/// `netX` is the interface that was opened last; here there is one.
fn alias(block: &str) -> &str {
    if block == "netX" { "net0" } else { block }
}

/// The type of a setting that iPXE knows by name.
fn predefined(name: &str) -> ValueType {
    match name {
        "ip" | "netmask" | "gateway" | "dns" | "next-server" | "dhcp-server" | "log-server" | "proxydhcp-server" => {
            ValueType::Ipv4
        }
        "mac" | "hwaddr" => ValueType::Hex,
        "uuid" => ValueType::Uuid,
        "priority" | "keep-san" | "skip-san-boot" => ValueType::Int(1),
        _ => ValueType::String,
    }
}
