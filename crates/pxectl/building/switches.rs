//! The switches of a build: short names for what iPXE's src/config/*.h turns on. Names and places are those of iPXE 2.0 and of the
//! master branch of August 2026 (commit 0ab2277c); a BIOS build leaves out much of what UEFI builds have, so that it stays small.

use std::collections::BTreeMap;

use pxectl_inventory::findings::{closest, shown};

/// A switch.
#[derive(Debug)]
pub struct Switch {
    /// Its name here.
    pub name: &'static str,
    /// What it brings.
    pub about: &'static str,
    /// The header of src/config, and what is defined there.
    defines: &'static [(&'static str, &'static str)],
}

const fn general(name: &'static str, about: &'static str, defines: &'static [(&'static str, &'static str)]) -> Switch {
    Switch { name, about, defines }
}

/// All of them, by name.
pub const SWITCHES: [Switch; 20] = [
    general("cert", "`certstat` and its like", &[("general.h", "CERT_CMD")]),
    general("comboot", "COMBOOT and COM32 programs, on a BIOS", &[("general.h", "IMAGE_COMBOOT")]),
    general(
        "console",
        "`console`: resolution, background picture",
        &[("general.h", "CONSOLE_CMD"), ("console.h", "CONSOLE_FRAMEBUFFER"), ("general.h", "IMAGE_PNG")],
    ),
    general("digest", "`md5sum`, `sha1sum` and their like", &[("general.h", "DIGEST_CMD")]),
    general("gzip", "gzip and zlib images", &[("general.h", "IMAGE_GZIP"), ("general.h", "IMAGE_ZLIB")]),
    general("https", "https URLs", &[("general.h", "DOWNLOAD_PROTO_HTTPS")]),
    general("imgcrypt", "`imgdecrypt`", &[("general.h", "IMAGE_CRYPT_CMD")]),
    general("imgverify", "`imgverify` and `imgtrust`", &[("general.h", "IMAGE_TRUST_CMD")]),
    general("ipv6", "IPv6", &[("general.h", "NET_PROTO_IPV6")]),
    general("neighbour", "`nstat`", &[("general.h", "NEIGHBOUR_CMD")]),
    general("nfs", "nfs URLs", &[("general.h", "DOWNLOAD_PROTO_NFS")]),
    general("nslookup", "`nslookup`", &[("general.h", "NSLOOKUP_CMD")]),
    general("ntp", "`ntp`", &[("general.h", "NTP_CMD")]),
    general("param", "`params` and `param`: POST requests", &[("general.h", "PARAM_CMD")]),
    general("pci", "`pciscan`", &[("general.h", "PCI_CMD")]),
    general("ping", "`ping`", &[("general.h", "PING_CMD")]),
    general("poweroff", "`poweroff`", &[("general.h", "POWEROFF_CMD")]),
    general("serial", "the first serial port as a console, too", &[("console.h", "CONSOLE_SERIAL")]),
    general("syslog", "messages to a syslog server", &[("console.h", "CONSOLE_SYSLOG")]),
    general("vlan", "`vcreate` and `vdestroy`", &[("general.h", "VLAN_CMD")]),
];

/// The switches of these names, sorted, each once; or what is wrong, a line each.
///
/// # Errors
/// Names that there are not.
pub fn chosen(names: &[String]) -> Result<Vec<&'static Switch>, Vec<String>> {
    let unknown = |name: &&String| !SWITCHES.iter().any(|switch| switch.name == name.as_str());
    let wrong: Vec<String> = names
        .iter()
        .filter(unknown)
        .map(|name| {
            let close = closest(name, SWITCHES.iter().map(|switch| switch.name));
            let hint = close.map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
            format!("there is no switch `{}`{hint}", shown(name))
        })
        .collect();
    if wrong.is_empty() {
        Ok(SWITCHES.iter().filter(|switch| names.iter().any(|name| name == switch.name)).collect())
    } else {
        Err(wrong)
    }
}

/// The headers that a build with these gets, by their names; those that it needs are there, if empty, so that a switch taken back is.
pub fn headers(switches: &[&Switch]) -> BTreeMap<&'static str, String> {
    let mut headers: BTreeMap<&'static str, String> =
        ["general.h", "console.h"].into_iter().map(|name| (name, "/* Written by pxectl. */\n".to_owned())).collect();
    for (header, define) in switches.iter().flat_map(|switch| switch.defines) {
        let text = headers.entry(header).or_default();
        text.push_str(&format!("#undef {define}\n#define {define}\n"));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_or_guessed() {
        let names = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let found: Vec<_> = chosen(&names("https,console,https")).unwrap().into_iter().map(|switch| switch.name).collect();
        assert_eq!(found, ["console", "https"]);
        assert_eq!(chosen(&names("htps,console")).unwrap_err(), ["there is no switch `htps`; did you mean `https`?"]);
        assert!(SWITCHES.is_sorted_by_key(|switch| switch.name));
    }

    #[test]
    fn headers_define_what_was_chosen() {
        let headers = headers(&chosen(&["console".to_owned(), "ping".to_owned()]).unwrap());
        assert!(
            headers["general.h"].contains("#define PING_CMD\n") && headers["console.h"].contains("#define CONSOLE_FRAMEBUFFER\n")
        );
        assert!(!headers["general.h"].contains("HTTPS"));
    }
}
