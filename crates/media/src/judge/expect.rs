//! What a name promises.

/// What must lie under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expect {
    /// For people.
    pub(super) title: &'static str,
    /// The formats that keep the promise; none where any binary does.
    formats: &'static [&'static str],
    /// Whether bytes keep it that nothing is known of.
    unknown: bool,
}

const fn only(title: &'static str, formats: &'static [&'static str], unknown: bool) -> Expect {
    Expect { title, formats, unknown }
}

const ISO: Expect = only("an ISO image", &["iso"], false);
const WIM: Expect = only("a WIM", &["wim"], false);
const EFI: Expect = only("a UEFI program", &["efi"], false);
/// iPXE's own ending.
const KPXE: Expect = only("an iPXE for a BIOS", &["nbp"], false);
/// Others' NBPs have no mark.
const NBP: Expect = only("a boot program for a BIOS", &["nbp"], true);
const LKRN: Expect = only("a bzImage", &["bzimage", "efi"], false);
const BINARY: Expect = only("a binary", &[], true);

const ENDINGS: [(&str, Expect); 24] = [
    (".iso", ISO),
    (".wim", WIM),
    (".esd", WIM),
    (".swm", WIM),
    (".efi", EFI),
    (".kpxe", KPXE),
    (".kkpxe", KPXE),
    (".kkkpxe", KPXE),
    (".pxe", NBP),
    (".0", NBP),
    (".lkrn", LKRN),
    (".gz", BINARY),
    (".xz", BINARY),
    (".zst", BINARY),
    (".lz4", BINARY),
    (".bz2", BINARY),
    (".img", BINARY),
    (".squashfs", BINARY),
    (".sfs", BINARY),
    (".sdi", BINARY),
    (".cpio", BINARY),
    (".tar", BINARY),
    (".tgz", BINARY),
    (".rom", BINARY),
];

/// For which firmware a UEFI program is, by the endings that UEFI itself (2.10, 3.5.1.1), iPXE and distributions give names.
const MACHINES: [(&str, &str); 8] = [
    ("x64.efi", "uefi-x64"),
    ("x86_64.efi", "uefi-x64"),
    ("amd64.efi", "uefi-x64"),
    ("ia32.efi", "uefi-ia32"),
    ("i386.efi", "uefi-ia32"),
    ("aa64.efi", "uefi-arm64"),
    ("arm64.efi", "uefi-arm64"),
    ("arm32.efi", "uefi-arm32"),
];

const STEMS: [&str; 9] = ["vmlinuz", "linux", "bzimage", "kernel", "initrd", "initramfs", "wimboot", "modloop", "rootfs"];

impl Expect {
    /// By the last part of a path or URL; none where it promises nothing.
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = last(name);
        let ending = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, expect)| *expect);
        // `linux.cfg` is none.
        let stem = STEMS.iter().any(|stem| name.strip_prefix(stem).is_some_and(|rest| !is_text_ending(rest)));
        ending.or_else(|| stem.then_some(BINARY))
    }

    /// Whether a format is what was promised.
    pub(super) fn is_kept_by(&self, format: &str) -> bool {
        match format {
            "html" | "text" | "empty" => false,
            "unknown" => self.unknown,
            _ => self.formats.is_empty() || self.formats.contains(&format),
        }
    }
}

/// The firmware that a name promises; none where it names no processor.
pub(super) fn machine(name: &str) -> Option<&'static str> {
    let name = last(name);
    MACHINES.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, firmware)| *firmware)
}

fn last(name: &str) -> String {
    let name = name.split(['?', '#']).next().unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
}

fn is_text_ending(rest: &str) -> bool {
    [".txt", ".cfg", ".conf", ".html", ".htm", ".ipxe", ".json", ".yaml", ".yml", ".xml", ".sha256", ".sha512", ".asc"]
        .iter()
        .any(|ending| rest.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::Expect;

    #[test]
    fn names_promise() {
        let title = |name| Expect::of(name).map(|expect| expect.title);
        assert_eq!(title("https://example.org/a/Undionly.kpxe?x=1"), Some("an iPXE for a BIOS"));
        assert_eq!(title("initrd.gz"), Some("a binary"));
        assert_eq!(title("debian-12-linux"), None);
        assert_eq!(title("vmlinuz-6.1.0-13-amd64"), Some("a binary"));
        assert_eq!(title("linux.cfg"), None);
        assert_eq!(title("answer.xml"), None);
        assert_eq!(title(""), None);
        assert_eq!(super::machine("EFI/BOOT/BOOTAA64.EFI"), Some("uefi-arm64"));
        assert_eq!(super::machine("https://example.org/snponly-arm32.efi?a/b"), Some("uefi-arm32"));
        assert_eq!((super::machine("ipxe.efi"), super::machine("arm64.tar")), (None, None));
    }
}
