//! Who is asking: serial, UUID, MAC, asset tag, board serial, normalised once at the door.

use std::borrow::Cow;

use crate::mac::Mac;
use crate::uuid::Uuid;

/// Longest text of a tag that counts, in characters.
pub const TAG_MAX: usize = 64;
/// Shortest text of a tag that counts: shorter ones are shared by many boards.
pub const TAG_MIN: usize = 4;

/// An SMBIOS string that may name one machine: the serial (type 1), the asset tag (type 3) or the board serial (type 2).
///
/// Compared by its normal form (blanks at the ends off, runs of blanks inside made one, case folded); shown as it was given.
#[derive(Debug, Clone)]
pub struct Tag {
    shown: Box<str>,
    /// Where it is not what is shown.
    key: Option<Box<str>>,
}

/// Why a text cannot name a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTag {
    /// Nothing but blanks.
    #[error("it is empty")]
    Empty,
    /// Shorter than [`TAG_MIN`].
    #[error("it has fewer than {TAG_MIN} characters, too few to tell machines apart")]
    Short,
    /// Longer than [`TAG_MAX`].
    #[error("it has more than {TAG_MAX} characters")]
    Long,
    /// Something beyond printable ASCII.
    #[error("it holds characters that are not printable ASCII")]
    Characters,
    /// A text that board makers leave in place of a serial number.
    #[error("board makers leave it where no serial number was written, so many machines have it")]
    Placeholder,
}

/// Texts found in place of serial numbers, in normal form. GLPI Agent's reject list, and defaults seen on boards.
const PLACEHOLDERS: [&str; 50] = [
    "N/A",
    "NONE",
    "NULL",
    "UNKNOWN",
    "NOT SPECIFIED",
    "NOT PRESENT",
    "NOT AVAILABLE",
    "NOT APPLICABLE",
    "NOT DEFINED",
    "INVALID",
    "EMPTY",
    "DEFAULT",
    "DEFAULT STRING",
    "$(DEFAULT_STRING)",
    "SYSTEM PRODUCT NAME",
    "SYSTEM MANUFACTURER",
    "SYSTEM NAME",
    "SYSTEM SERIAL NUMBER",
    "SYSTEM SERIAL#",
    "SYSTEM VERSION",
    "CHASSIS SERIAL NUMBER",
    "CHASSIS SERIAL#",
    "CHASSIS MANUFACTURE",
    "CHASSIS MANUFACTURER",
    "CHASSIS VERSION",
    "BASE BOARD SERIAL NUMBER",
    "BOARD SERIAL NUMBER",
    "MB-1234567890",
    "NO ASSET TAG",
    "NO ASSET INFORMATION",
    "ASSET TAG",
    "ASSET TAG#",
    "ASSET-1234567890",
    "CHASSIS ASSET TAG",
    "<BAD INDEX>",
    "<OUT OF SPEC>",
    "TO BE FILLED BY O.E.M.",
    "TO BE FILLED BY O.E.M",
    "TO BE FILLED BY OEM",
    "FILLED BY O.E.M.",
    "O.E.M.",
    "OEM",
    "SERIALNUMBER",
    "SERIAL NUMBER",
    "SERNUM",
    "SER#",
    "SKU#",
    "SYS-REPLACED",
    "NOT SETTABLE",
    "UNDEFINED",
];

/// Runs of digits that are counted, not given.
const COUNTED: [&str; 5] = ["0123456789", "123456789", "1234567890", "12345678", "01234567"];

impl Tag {
    /// Normalises the bytes of an SMBIOS string, or what a person wrote.
    ///
    /// # Errors
    /// Where it cannot name one machine.
    pub fn new(text: &str) -> Result<Self, BadTag> {
        let cleaned = text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{ff}');
        if cleaned.is_empty() {
            return Err(BadTag::Empty);
        }
        let printable = |text: &str| text.bytes().all(|b| (0x20..0x7f).contains(&b));
        // Nearly all are in their form already, and a fleet has many.
        let shown = match printable(cleaned) && !cleaned.contains("  ") {
            true => Cow::Borrowed(cleaned),
            false => Cow::Owned(cleaned.split_whitespace().collect::<Vec<_>>().join(" ")),
        };
        if !printable(&shown) {
            return Err(BadTag::Characters);
        }
        let key = match shown.bytes().any(|b| b.is_ascii_lowercase()) {
            true => Cow::Owned(shown.to_ascii_uppercase()),
            false => Cow::Borrowed(&*shown),
        };
        if is_placeholder(&key) {
            return Err(BadTag::Placeholder);
        }
        match key.len() {
            0..TAG_MIN => Err(BadTag::Short),
            TAG_MIN..=TAG_MAX => Ok(Self { key: (key != shown).then(|| (*key).into()), shown: (*shown).into() }),
            _ => Err(BadTag::Long),
        }
    }

    /// The form by which tags are compared.
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.shown)
    }
}

fn is_placeholder(key: &str) -> bool {
    let all_filler = key.bytes().all(|b| b"0.-_ X*".contains(&b));
    let one_character = key.len() > 1 && key.bytes().all(|b| b == key.as_bytes()[0]);
    all_filler || one_character || PLACEHOLDERS.contains(&key) || COUNTED.contains(&key)
}

impl PartialEq for Tag {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Tag {}

impl std::hash::Hash for Tag {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Everything a machine says of itself, or an inventory says of a machine. What cannot name a machine is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// SMBIOS type 1 serial number.
    pub serial: Option<Tag>,
    /// SMBIOS type 1 UUID.
    pub uuid: Option<Uuid>,
    /// The card that it boots from; a host may have several.
    pub macs: Vec<Mac>,
    /// SMBIOS type 3 asset tag.
    pub asset: Option<Tag>,
    /// SMBIOS type 2 serial number.
    pub board_serial: Option<Tag>,
    /// SMBIOS type 1 product name, as given; for rules.
    pub product: String,
    /// SMBIOS type 1 manufacturer, as given; for rules.
    pub manufacturer: String,
    /// The serial as given, usable or not; for display only, never trusted.
    pub raw_serial: String,
}

/// A key of identity, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKey {
    /// SMBIOS type 1 serial number.
    Serial,
    /// SMBIOS type 1 UUID.
    Uuid,
    /// Ethernet address.
    Mac,
    /// SMBIOS type 3 asset tag.
    Asset,
    /// SMBIOS type 2 serial number.
    BoardSerial,
}

impl IdentityKey {
    /// All, strongest first.
    pub const ALL: [Self; 5] = [Self::Serial, Self::Uuid, Self::Mac, Self::Asset, Self::BoardSerial];

    /// As the inventory writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Uuid => "uuid",
            Self::Mac => "mac",
            Self::Asset => "asset",
            Self::BoardSerial => "board_serial",
        }
    }
}

impl std::fmt::Display for IdentityKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Identity {
    /// The values under one key, in the form by which they are compared.
    pub fn values(&self, key: IdentityKey) -> Vec<String> {
        let tag = |tag: &Option<Tag>| tag.iter().map(|t| t.key().to_owned()).collect();
        match key {
            IdentityKey::Serial => tag(&self.serial),
            IdentityKey::Uuid => self.uuid.iter().map(ToString::to_string).collect(),
            IdentityKey::Mac => self.macs.iter().map(ToString::to_string).collect(),
            IdentityKey::Asset => tag(&self.asset),
            IdentityKey::BoardSerial => tag(&self.board_serial),
        }
    }

    /// Every key with its value, the strongest first.
    pub fn keys(&self) -> Vec<MachineId> {
        let named = |key| self.values(key).into_iter().map(move |value| MachineId(format!("{key}:{value}")));
        IdentityKey::ALL.into_iter().flat_map(named).collect()
    }

    /// How people call a machine that is no host of the inventory.
    pub fn label(&self) -> String {
        let serial = self.serial.as_ref().map(ToString::to_string);
        let mac = || self.macs.first().map(ToString::to_string);
        let uuid = || self.uuid.map(|uuid| uuid.to_string());
        serial.or_else(mac).or_else(uuid).unwrap_or_else(|| "a machine without a serial number".to_owned())
    }

    /// The strongest key and its value: what the journal calls a machine by.
    pub fn machine(&self) -> Option<MachineId> {
        let first = |key| self.values(key).into_iter().next().map(|value| MachineId(format!("{key}:{value}")));
        IdentityKey::ALL.into_iter().find_map(first)
    }
}

/// A machine's lasting name in the journal: its strongest key and the value, as in `serial:7CX1234`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineId(pub String);

impl std::fmt::Display for MachineId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_however_it_is_written() {
        let tag = Tag::new("  7cx  1234\0").unwrap();
        assert_eq!(tag, Tag::new("7CX 1234").unwrap());
        assert_eq!(tag.to_string(), "7cx 1234");
        assert_eq!(tag.key(), "7CX 1234");
        assert_ne!(Tag::new("01234-A").unwrap(), Tag::new("1234-A").unwrap(), "zeros and hyphens tell devices apart");
    }

    #[test]
    fn what_names_no_machine() {
        for text in ["To Be Filled By O.E.M.", "0000 0000", "none", "AAAA", "Default string", "0123456789", "....", "x"] {
            assert!(matches!(Tag::new(text), Err(BadTag::Placeholder | BadTag::Short)), "{text}");
        }
        assert_eq!(Tag::new(" \u{ff}\0 "), Err(BadTag::Empty));
        assert_eq!(Tag::new("séri"), Err(BadTag::Characters));
        assert_eq!(Tag::new(&"ab".repeat(33)), Err(BadTag::Long));
        assert_eq!(Tag::new("ab1"), Err(BadTag::Short));
    }
}
