//! `boot-test`: every recipe on every firmware that it takes, against the real servers.

use crate::support::files;
use crate::support::lab::Lab;

/// A host for each recipe; `{…}` of the files below.
const INVENTORY: &str = "\
pxectl: 1
lab:
  server: 10.9.0.1
  firmware: [bios, uefi-x64, uefi-ia32, uefi-arm64, uefi-arm32]
  ipxe: {dir: ipxe}
  networks: [{subnet: 10.9.0.0/24}]
artifacts:
  linux: {path: files/linux}
  linux-arm64: {path: files/linux-arm64}
  initrd: {path: files/initrd}
  more: {path: files/more}
  wimboot: {path: files/wimboot}
  boot-wim: {path: files/boot.wim}
  bcd: {path: files/bcd}
  boot-sdi: {path: files/boot.sdi}
  bootmgr: {path: files/bootmgr}
  iso: {path: files/memtest.iso}
  script: {path: files/burn-in.ipxe}
profiles:
  debian: {recipe: debian, kernel: linux, initrds: [initrd], answer: preseed.cfg.j2, args: [console=ttyS0]}
  linux: {recipe: linux, kernel: {x64: linux, arm64: linux-arm64}, initrds: [initrd, more]}
  windows:
    recipe: windows
    wimboot: wimboot
    boot_wim: boot-wim
    bcd: bcd
    boot_sdi: boot-sdi
    bootmgr: bootmgr
    inject: {winpeshl.ini: winpeshl.ini.j2, extra.dat: more}
  sanboot: {recipe: sanboot, image: iso}
  chain: {recipe: chain, script: script}
  menu: {recipe: chain, url: \"http://boot.example.org/menu.ipxe\"}
hosts:
  - {serial: TEST-1, name: debian-1, profile: debian, mac: \"52:54:00:00:00:01\"}
  - {serial: TEST-2, name: linux-1, profile: linux}
  - {serial: TEST-3, name: windows-1, profile: windows}
  - {serial: TEST-4, name: sanboot-1, profile: sanboot}
  - {serial: TEST-5, name: chain-1, profile: chain}
  - {serial: TEST-6, name: menu-1, profile: menu}
  - {serial: TEST-7, name: local-1, profile: local}
  - {serial: TEST-8, name: hold-1, profile: hold}
  - {uuid: 01234567-89ab-cdef-0123-456789abcdef, name: uuid-1, profile: linux}
";

fn lab() -> Lab {
    let lab = Lab::new(INVENTORY);
    for folder in ["i386", "arm32", "arm64"] {
        lab.write(&format!("ipxe/{folder}/snponly.efi"), files::efi_nbp());
    }
    lab.write("files/linux-arm64", files::kernel(10));
    lab.write("files/wimboot", files::kernel(11));
    for (n, name) in ["more", "boot.wim", "bcd", "boot.sdi", "bootmgr", "memtest.iso"].into_iter().enumerate() {
        lab.write(&format!("files/{name}"), files::noise(20 + n as u64, 64 * 1024));
    }
    lab.write("files/burn-in.ipxe", "#!ipxe\necho burning in\nexit 0\n");
    lab.write("templates/preseed.cfg.j2", "d-i netcfg/get_hostname string {{ host.name }}\n");
    lab.write("templates/winpeshl.ini.j2", "[LaunchApps]\n\"install.bat\"\n");
    lab
}

fn boots(lab: &Lab, host: &str, firmware: &str, more: &[&str]) -> String {
    let ran = lab.pxectl(&[&["boot-test", host, "--firmware", firmware], more].concat()).ends_with(0);
    assert!(!ran.stdout.contains("FAILED") && !ran.stdout.contains(" would not boot "), "{}", ran.stdout);
    assert!(ran.stdout.lines().last().unwrap().starts_with(&format!("{host} would ")), "{}", ran.stdout);
    assert_eq!(ran.stderr, "", "nothing to worry about");
    ran.stdout
}

#[test]
fn a_lab_of_every_recipe_is_clean() {
    lab().pxectl(&["lint"]).ends_with(0);
    // Its server is elsewhere, and everything else is here.
    let ran = lab().pxectl(&["lint", "--here"]).ends_with(1).prints("error[server-not-here]");
    assert_eq!(ran.stdout.matches("error[").count(), 1, "{}", ran.stdout);
}

#[test]
fn debian_and_linux() {
    let lab = lab();
    for firmware in ["bios", "uefi-x64"] {
        let walk = boots(&lab, "debian-1", firmware, &[]);
        for part in ["artifacts/linux ", "artifacts/initrd ", "event/booted", "url=http://127.0.0.1:", "console=ttyS0"] {
            assert!(walk.contains(part), "{part}: {walk}");
        }
    }
    for (firmware, kernel) in [("bios", "linux "), ("uefi-x64", "linux "), ("uefi-arm64", "linux-arm64 ")] {
        let walk = boots(&lab, "linux-1", firmware, &[]);
        assert!(walk.contains(&format!("artifacts/{kernel}")) && walk.contains("with initrd, more"), "{walk}");
    }
    boots(&lab, "uuid-1", "bios", &[]);
}

#[test]
fn windows_from_synthetic_files() {
    let lab = lab();
    for firmware in ["bios", "uefi-x64"] {
        let walk = boots(&lab, "windows-1", firmware, &[]);
        for part in
            ["artifacts/wimboot", "artifacts/boot-wim", "artifacts/bcd", "artifacts/boot-sdi", "artifacts/more", "winpeshl.ini"]
        {
            assert!(walk.contains(part), "{part}: {walk}");
        }
        assert_eq!(walk.contains("artifacts/bootmgr"), firmware == "bios", "only a BIOS needs it: {walk}");
    }
}

#[test]
fn disks_scripts_and_those_that_boot_nothing() {
    let lab = lab();
    for firmware in ["bios", "uefi-x64", "uefi-ia32", "uefi-arm64"] {
        assert!(boots(&lab, "sanboot-1", firmware, &[]).contains("boots from artifacts/iso as a disk"));
        boots(&lab, "chain-1", firmware, &[]);
        let walk = boots(&lab, "menu-1", firmware, &[]);
        assert!(walk.contains("http://boot.example.org/menu.ipxe, which is not of this lab"), "{walk}");
        boots(&lab, "local-1", firmware, &[]);
        assert!(boots(&lab, "hold-1", firmware, &[]).contains("hold-1 would wait, as its profile hold says"));
    }
}

#[test]
fn by_uefi_http_boot() {
    let lab = lab();
    for host in ["debian-1", "linux-1", "windows-1", "sanboot-1", "chain-1", "local-1", "hold-1"] {
        let walk = boots(&lab, host, "uefi-x64", &["--http-boot"]);
        assert!(walk.contains("nbp/snponly.efi") && !walk.contains("tftp  "), "{walk}");
    }
    boots(&lab, "linux-1", "uefi-arm64", &["--http-boot"]);
}

#[test]
fn it_touches_no_journal_and_needs_no_agreement() {
    let lab = lab();
    boots(&lab, "debian-1", "bios", &[]);
    boots(&lab, "debian-1", "bios", &[]);
    assert!(!lab.path(".pxectl").exists());
}
