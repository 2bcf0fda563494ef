//! Every key of the format, by the mapping that it stands in: what the walk accepts and the documentation must describe.

/// A key of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// Whether this version acts on it; else it is refused as `not-yet`.
    pub acted_on: bool,
}

const fn key(name: &'static str) -> Key {
    Key { name, acted_on: true }
}

const fn later(name: &'static str) -> Key {
    Key { name, acted_on: false }
}

/// A kind of mapping and its keys.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its name, as the documentation's heading has it.
    pub name: &'static str,
    /// What messages call it.
    pub title: &'static str,
    /// Keys of its own.
    pub keys: &'static [Key],
    /// Whether the keys of [`SETTINGS`] stand there, too.
    pub settings: bool,
}

impl Section {
    /// All keys that may stand there.
    pub fn all(&self) -> impl Iterator<Item = &'static Key> {
        let more: &[Key] = if self.settings { SETTINGS.keys } else { &[] };
        self.keys.iter().chain(more)
    }

    /// The key of this name.
    pub fn find(&self, name: &str) -> Option<&'static Key> {
        self.all().find(|k| k.name == name)
    }
}

const fn section(name: &'static str, title: &'static str, keys: &'static [Key]) -> Section {
    Section { name, title, keys, settings: false }
}

const fn with_settings(name: &'static str, title: &'static str, keys: &'static [Key]) -> Section {
    Section { name, title, keys, settings: true }
}

/// The main file.
pub const TOP: Section = section(
    "inventory",
    "an inventory",
    &[key("pxectl"), key("include"), key("lab"), key("artifacts"), key("profiles"), key("hosts"), key("rules")],
);
/// A file that the main file includes.
pub const INCLUDED: Section = section("included file", "an included file", &[key("hosts"), key("rules")]);
/// `lab`.
pub const LAB: Section = section(
    "lab",
    "`lab`",
    &[
        key("http_port"),
        key("firmware"),
        key("ipxe"),
        key("unknown"),
        key("server"),
        key("networks"),
        key("sites"),
        key("templates"),
        key("strict"),
    ],
);
/// `lab.ipxe`.
pub const IPXE: Section = section(
    "ipxe",
    "`lab.ipxe`",
    &[key("dir"), key("secure_boot"), key("bios"), key("uefi-x64"), key("uefi-ia32"), key("uefi-arm64"), key("uefi-arm32")],
);
/// An entry of `networks`.
pub const NETWORK: Section = section("network", "a network", &[key("subnet"), key("range"), key("router"), key("dns")]);
/// An entry of `lab.sites`.
pub const SITE: Section = section("site", "a site", &[key("server"), key("networks")]);
/// An entry of `artifacts`.
pub const ARTIFACT: Section = section(
    "artifact",
    "an artifact",
    &[key("path"), key("url"), key("member"), key("sha256"), key("sha512"), key("auth"), key("checksums")],
);
/// An artifact's `auth`.
pub const AUTH: Section = section("auth", "`auth`", &[key("bearer"), key("basic")]);
/// `auth.basic`.
pub const BASIC: Section = section("basic", "`auth.basic`", &[key("user"), key("password")]);
/// An artifact's `checksums`.
pub const CHECKSUMS: Section =
    section("checksums", "`checksums`", &[key("url"), key("path"), key("name"), key("signature"), key("key"), key("release")]);
/// The signed file that lists a checksum file.
pub const RELEASE: Section =
    section("release", "`release`", &[key("url"), key("path"), key("name"), key("signature"), key("key")]);
/// Who signed a file.
pub const KEY: Section = section("key", "`key`", &[key("fingerprint"), key("path"), key("url")]);
/// What profiles, hosts and rules may say alike.
pub const SETTINGS: Section = section(
    "settings",
    "settings",
    &[
        key("iso"),
        key("kernel"),
        key("initrds"),
        key("wimboot"),
        key("boot_wim"),
        key("bcd"),
        key("boot_sdi"),
        key("bootmgr"),
        key("image"),
        key("script"),
        key("url"),
        key("inject"),
        key("answer"),
        key("args"),
        key("vars"),
        key("secrets"),
        later("edition"),
    ],
);
/// An entry of `profiles`.
pub const PROFILE: Section = with_settings("profile", "a profile", &[key("extends"), key("recipe"), key("installs")]);
/// An entry of `hosts`.
pub const HOST: Section = with_settings(
    "host",
    "a host",
    &[
        key("serial"),
        key("uuid"),
        key("mac"),
        key("asset"),
        key("board_serial"),
        key("name"),
        key("profile"),
        key("ip"),
        key("nics"),
    ],
);
/// An entry of a host's `nics`.
pub const NIC: Section = section("nic", "a network card", &[key("mac"), key("ip")]);
/// An entry of `rules`.
pub const RULE: Section = with_settings("rule", "a rule", &[key("match"), key("profile")]);
/// A rule's `match`.
pub const MATCH: Section = section(
    "match",
    "`match`",
    &[
        key("serial"),
        key("uuid"),
        key("mac"),
        key("asset"),
        key("board_serial"),
        key("product"),
        key("manufacturer"),
        key("firmware"),
    ],
);
/// An entry of `secrets`.
pub const SECRET: Section = section("secret", "a secret", &[key("env"), key("file"), key("command")]);
/// A value given for each architecture.
pub const PER_ARCH: Section =
    section("architectures", "a value for each architecture", &[key("x64"), key("ia32"), key("arm32"), key("arm64")]);

/// The lock file; docs/images.md describes it.
pub(crate) const LOCK: Section = section("lock file", "a lock file", &[key("pxectl_lock"), key("artifacts")]);
/// An entry of the lock file's `artifacts`.
pub(crate) const LOCKED: Section = section(
    "locked artifact",
    "an entry of the lock file",
    &[
        key("url"),
        key("member"),
        key("size"),
        key("sha256"),
        key("sha512"),
        key("trust"),
        key("key"),
        key("etag"),
        key("modified"),
        key("fetched"),
        key("built"),
    ],
);

/// The recipe of something that was built.
pub(crate) const BUILT: Section = section(
    "recipe of a build",
    "`built`",
    &[key("target"), key("source"), key("commit"), key("with"), key("script"), key("ca"), key("compiler")],
);

/// All keys of the inventory, in the order of the documentation.
pub const ALL: [Section; 20] = [
    TOP, INCLUDED, LAB, IPXE, NETWORK, SITE, ARTIFACT, AUTH, BASIC, CHECKSUMS, RELEASE, KEY, PROFILE, SETTINGS, SECRET, PER_ARCH,
    HOST, NIC, RULE, MATCH,
];
