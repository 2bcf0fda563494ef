//! Who is asking, out of the query of `/boot`. Pure.
//!
//! Texts come as iPXE's `:hexraw`, the only form that every iPXE sends unharmed. What is no such text is as if it were missing:
//! a machine always gets a script.

use std::net::IpAddr;

use pxectl_model::arch::{Firmware, Platform};
use pxectl_model::boot::Asker;
use pxectl_model::identity::{Identity, Tag};
use pxectl_model::mac::Mac;
use pxectl_model::uuid::Uuid;

/// Longest value that counts, in characters: an SMBIOS string of 255 bytes, twice and a little.
pub const VALUE_MAX: usize = 512;
/// Most fields that are looked at.
pub const FIELDS_MAX: usize = 32;

/// Reads a query; a field that is given twice counts once, the first.
pub fn asker(query: &str, peer: IpAddr) -> Asker {
    let fields: Vec<(&str, &str)> = query.split('&').take(FIELDS_MAX).filter_map(|field| field.split_once('=')).collect();
    let value = |name: &str| {
        let found = fields.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| *value).filter(|value| value.len() <= VALUE_MAX).unwrap_or_default()
    };
    let text = |name: &str| text(value(name));
    let tag = |name: &str| Tag::new(&text(name)).ok();
    let raw_serial = text("serial");
    let identity = Identity {
        serial: Tag::new(&raw_serial).ok(),
        uuid: value("uuid").parse().ok().filter(|uuid: &Uuid| !uuid.is_placeholder()),
        macs: value("mac").parse().ok().filter(|mac: &Mac| mac.is_usable()).into_iter().collect(),
        asset: tag("asset"),
        board_serial: tag("board_serial"),
        product: text("product"),
        manufacturer: text("manufacturer"),
        raw_serial,
    };
    let platform: Option<Platform> = value("platform").parse().ok();
    let firmware = platform.and_then(|platform| Firmware::of_ipxe(platform, value("arch")));
    Asker { identity, firmware, peer }
}

/// The text behind hexadecimal digits: UTF-8 where it is, else each byte a character (Latin-1). Empty where the digits are odd.
fn text(digits: &str) -> String {
    let digits = digits.as_bytes();
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let byte = |pair: &[u8]| Some(nibble(pair[0])? << 4 | nibble(pair[1])?);
    let bytes: Option<Vec<u8>> = if digits.len().is_multiple_of(2) { digits.chunks_exact(2).map(byte).collect() } else { None };
    match String::from_utf8(bytes.unwrap_or_default()) {
        Ok(text) => text,
        Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Asker {
        asker(query, IpAddr::from([10, 1, 0, 9]))
    }

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_machine_names_itself() {
        let serial = hex("AB C/1&2?#x ");
        let query = format!(
            "serial={serial}&uuid=0123456789abcdef0123456789abcdef&mac=525400123456&asset={}&board_serial=&product={}\
             &manufacturer=&arch=x86_64&platform=efi",
            hex("A-0001"),
            hex("PowerEdge R640"),
        );
        let asker = ask(&query);
        assert_eq!(asker.firmware, Some(Firmware::UefiX64));
        let identity = asker.identity;
        assert_eq!(identity.raw_serial, "AB C/1&2?#x ");
        assert_eq!(identity.serial.unwrap().key(), "AB C/1&2?#X");
        assert_eq!(identity.uuid.unwrap().to_string(), "01234567-89ab-cdef-0123-456789abcdef");
        assert_eq!(identity.macs, ["52:54:00:12:34:56".parse().unwrap()]);
        assert_eq!(identity.asset.unwrap().key(), "A-0001");
        assert_eq!(identity.board_serial, None);
        assert_eq!(identity.product, "PowerEdge R640");
    }

    #[test]
    fn nonsense_is_a_machine_that_names_nothing() {
        let placeholder = format!("serial={}&uuid=ffffffffffffffffffffffffffffffff&mac=000000000000", hex("Default string"));
        for query in
            ["", "&&&===", "serial=4", "serial=zz&uuid=1&mac=01", "serial=%34%31", &placeholder, "serial=é1", "SERIAL=41424344"]
        {
            let asker = ask(query);
            assert_eq!(asker.identity.machine(), None, "{query}");
            assert_eq!(asker.firmware, None);
        }
        assert_eq!(ask(&placeholder).identity.raw_serial, "Default string", "people still see it");
        assert_eq!(ask("serial=ff52&arch=i386&platform=pcbios").identity.raw_serial, "\u{ff}R");
        assert_eq!(ask(&format!("serial={}", "41".repeat(300))).identity.raw_serial, "");
        assert_eq!(ask("serial=41424344&serial=45464748").identity.raw_serial, "ABCD");
        assert_eq!(ask(&("x=1&".repeat(FIELDS_MAX) + "serial=41424344")).identity.raw_serial, "");
    }
}
