//! iPXE's commands as data: names, argument counts, options and the months in which they came, read off its source of
//! August 2026 and of January 2019 (`src/hci/commands/`, `src/core/exec.c`, `src/image/script.c`, `src/config/`).

use super::commands::{CommandSpec, OptionSpec, Since};

const fn flag(long: &'static str, short: char) -> OptionSpec {
    OptionSpec { long, short, takes_value: false, since: Since::OLD }
}

const fn value(long: &'static str, short: char) -> OptionSpec {
    OptionSpec { long, short, takes_value: true, since: Since::OLD }
}

const fn since(year: u16, month: u8, option: OptionSpec) -> OptionSpec {
    OptionSpec { since: Since { year, month }, ..option }
}

/// A command that the BIOS build of Debian 12 has.
const fn has(name: &'static str, min: usize, max: Option<usize>, options: &'static [OptionSpec]) -> CommandSpec {
    CommandSpec { name, min, max, options, since: Since::OLD, debian12_bios: true }
}

/// A command as old as that build, which it was built without.
const fn lacks(name: &'static str, min: usize, max: Option<usize>, options: &'static [OptionSpec]) -> CommandSpec {
    CommandSpec { debian12_bios: false, ..has(name, min, max, options) }
}

/// A command that came later.
const fn came(year: u16, month: u8, command: CommandSpec) -> CommandSpec {
    CommandSpec { since: Since { year, month }, debian12_bios: false, ..command }
}

const NONE: &[OptionSpec] = &[];
const TIMEOUT: OptionSpec = value("timeout", 't');
const QUIET: OptionSpec = since(2026, 7, flag("quiet", 'q'));
const KEEP: OptionSpec = flag("keep", 'k');
const IMAGE: &[OptionSpec] = &[value("name", 'n'), TIMEOUT, QUIET, flag("autofree", 'a')];
const IMAGE_EXEC: &[OptionSpec] = &[value("name", 'n'), TIMEOUT, QUIET, flag("autofree", 'a'), flag("replace", 'r')];
const IFCONF: &[OptionSpec] = &[value("configurator", 'c'), since(2020, 7, TIMEOUT)];
const DIGEST: &[OptionSpec] = &[since(2025, 8, value("set", 's'))];
const SANHOOK: &[OptionSpec] = &[value("drive", 'd'), flag("no-describe", 'n')];
const UI: &[OptionSpec] = &[value("name", 'n'), flag("delete", 'd')];

/// All of them, by name.
pub(super) const COMMANDS: &[CommandSpec] = &[
    has("autoboot", 0, None, NONE),
    has("boot", 0, None, IMAGE_EXEC),
    lacks("certfree", 0, Some(0), &[value("subject", 's')]),
    lacks("certstat", 0, Some(0), &[value("subject", 's')]),
    lacks("certstore", 0, Some(1), &[value("subject", 's'), KEEP]),
    has("chain", 0, None, IMAGE_EXEC),
    has(
        "choose",
        1,
        Some(1),
        &[value("menu", 'm'), value("default", 'd'), TIMEOUT, since(2025, 2, value("retimeout", 'r')), KEEP],
    ),
    has("clear", 1, Some(1), NONE),
    lacks("colour", 1, Some(1), &[value("basic", 'b'), value("rgb", 'r')]),
    has("config", 0, Some(1), NONE),
    lacks(
        "console",
        0,
        Some(0),
        &[
            value("x", 'x'),
            value("y", 'y'),
            value("left", 'l'),
            value("right", 'r'),
            value("top", 't'),
            value("bottom", 'b'),
            value("depth", 'd'),
            value("picture", 'p'),
            KEEP,
        ],
    ),
    lacks("cpair", 1, Some(1), &[value("foreground", 'f'), value("background", 'b')]),
    has("cpuid", 1, Some(1), &[flag("ext", 'e'), flag("amd", 'a'), flag("ecx", 'c')]),
    has("dhcp", 0, None, IFCONF),
    has("echo", 0, None, &[flag("n", 'n')]),
    has("exit", 0, Some(1), NONE),
    lacks("fcels", 1, Some(1), &[value("port", 'p'), value("id", 'i')]),
    lacks("fcstat", 0, Some(0), NONE),
    came(2025, 3, has("fdt", 0, Some(1), &[TIMEOUT, QUIET])),
    came(2024, 6, has("form", 0, None, UI)),
    lacks("gdbstub", 1, None, NONE),
    has("goto", 1, Some(1), NONE),
    has("help", 0, Some(0), NONE),
    lacks("ibstat", 0, Some(0), NONE),
    has("ifclose", 0, None, NONE),
    has("ifconf", 0, None, IFCONF),
    came(2021, 1, has("iflinkwait", 0, None, &[TIMEOUT])),
    has("ifopen", 0, None, NONE),
    has("ifstat", 0, None, NONE),
    has("imgargs", 1, None, IMAGE),
    came(2024, 8, has("imgdecrypt", 2, Some(2), &[value("name", 'n'), KEEP, TIMEOUT, QUIET])),
    has("imgexec", 0, None, IMAGE_EXEC),
    came(2021, 5, has("imgextract", 1, Some(1), &[value("name", 'n'), KEEP, TIMEOUT, QUIET])),
    has("imgfetch", 1, None, IMAGE),
    has("imgfree", 0, None, NONE),
    has("imgload", 1, None, IMAGE),
    came(2021, 1, has("imgmem", 2, Some(2), &[value("name", 'n')])),
    has("imgselect", 1, None, IMAGE),
    came(2026, 7, has("imgset", 2, Some(2), &[KEEP, TIMEOUT, QUIET])),
    has("imgstat", 0, None, NONE),
    lacks("imgtrust", 0, Some(0), &[flag("allow", 'a'), flag("permanent", 'p')]),
    lacks("imgverify", 2, Some(2), &[value("signer", 's'), KEEP, TIMEOUT, QUIET]),
    has("inc", 1, Some(2), NONE),
    has("initrd", 1, None, IMAGE),
    lacks("ipstat", 0, Some(0), NONE),
    has("iseq", 2, Some(2), NONE),
    has("isset", 1, Some(1), NONE),
    has(
        "item",
        0,
        None,
        &[
            value("menu", 'm'),
            since(2024, 6, value("form", 'f')),
            value("key", 'k'),
            flag("default", 'd'),
            since(2024, 6, flag("secret", 's')),
            flag("gap", 'g'),
        ],
    ),
    lacks("iwlist", 0, None, NONE),
    lacks("iwstat", 0, None, NONE),
    has("kernel", 1, None, IMAGE),
    has("login", 0, Some(0), NONE),
    lacks("lotest", 2, Some(2), &[value("mtu", 'm'), flag("broadcast", 'b')]),
    lacks("md5sum", 1, None, DIGEST),
    has("menu", 0, None, UI),
    has("module", 1, None, IMAGE),
    lacks("nslookup", 2, Some(2), NONE),
    lacks("nstat", 0, Some(0), NONE),
    lacks("ntp", 1, Some(1), NONE),
    lacks("param", 1, None, &[value("params", 'p'), since(2023, 3, flag("header", 'H'))]),
    lacks("params", 0, Some(0), &[value("name", 'n'), since(2026, 7, value("method", 'm')), flag("delete", 'd')]),
    lacks("pciscan", 1, Some(1), NONE),
    lacks("ping", 1, Some(1), &[value("size", 's'), TIMEOUT, value("count", 'c'), flag("quiet", 'q')]),
    lacks("poweroff", 0, Some(0), NONE),
    came(2024, 6, has("present", 0, Some(0), &[value("form", 'f'), KEEP])),
    lacks("profstat", 0, Some(0), NONE),
    has("prompt", 0, None, &[value("key", 'k'), TIMEOUT]),
    has("pxebs", 2, Some(2), NONE),
    has("read", 1, Some(1), &[since(2021, 4, TIMEOUT)]),
    has("reboot", 0, Some(0), &[flag("warm", 'w'), since(2025, 4, flag("setup", 's'))]),
    has("route", 0, Some(0), NONE),
    has(
        "sanboot",
        0,
        None,
        &[
            value("drive", 'd'),
            flag("no-describe", 'n'),
            KEEP,
            value("filename", 'f'),
            since(2024, 3, value("extra", 'e')),
            since(2024, 3, value("label", 'l')),
            since(2024, 3, value("uuid", 'u')),
        ],
    ),
    has("sanhook", 1, None, SANHOOK),
    has("sanunhook", 0, Some(0), &[value("drive", 'd')]),
    has("set", 1, None, NONE),
    lacks("sha1sum", 1, None, DIGEST),
    came(2025, 8, has("sha256sum", 1, None, DIGEST)),
    came(2025, 8, has("sha512sum", 1, None, DIGEST)),
    has("shell", 0, Some(0), NONE),
    came(
        2023,
        5,
        has("shim", 0, Some(1), &[TIMEOUT, QUIET, flag("require-loader", 'l'), flag("allow-pxe", 'p'), flag("allow-sbat", 's')]),
    ),
    has("show", 1, Some(1), &[since(2026, 7, flag("quiet", 'q'))]),
    has("sleep", 1, Some(1), NONE),
    lacks("startpxe", 0, None, NONE),
    lacks("stoppxe", 0, Some(0), NONE),
    has("sync", 0, Some(0), &[TIMEOUT]),
    lacks("time", 1, None, NONE),
    came(2024, 10, has("usbscan", 1, Some(1), NONE)),
    lacks("vcreate", 1, Some(1), &[value("tag", 't'), value("priority", 'p')]),
    lacks("vdestroy", 1, Some(1), NONE),
];
