//! `boot-test` where a machine would not boot: exit 1, naming what and where.

use crate::support::files;
use crate::support::lab::{Lab, PROFILES};
use crate::support::run::Ran;

fn fails(lab: &Lab, firmware: &str) -> Ran {
    let ran = lab.pxectl(&["boot-test", "web-01", "--firmware", firmware]).ends_with(1);
    assert!(ran.stdout.contains("web-01") && ran.stdout.contains(" would not boot"), "{ran:?}");
    ran
}

#[test]
fn a_file_that_is_missing() {
    let lab = Lab::usual();
    std::fs::remove_file(lab.path("files/initrd")).unwrap();
    fails(&lab, "bios").says("artifact `initrd`").says("files/initrd").one_error();
}

#[test]
fn a_file_of_another_machine_that_is_missing_is_not_its_matter() {
    let lab = Lab::usual();
    lab.edit(|text| {
        text.replace("profiles:\n", "  gone: {path: files/gone}\nprofiles:\n  gone: {recipe: sanboot, image: gone}\n")
    });
    lab.pxectl(&["boot-test", "web-01"]).ends_with(0);
}

#[test]
fn a_file_that_is_not_what_it_is_pinned_to() {
    let lab = Lab::usual();
    let pin = "0".repeat(64);
    lab.edit(|text| text.replace("files/initrd}", &format!("files/initrd, sha256: \"{pin}\"}}")));
    fails(&lab, "bios").says("artifact `initrd`").says(&format!("does not match its sha256: expected {pin}, found "));
}

#[test]
fn a_kernel_for_other_processors_only() {
    let lab = Lab::usual();
    lab.edit(|text| {
        text.replace("  ipxe: {dir: ipxe}\n", "  ipxe: {dir: ipxe}\n  firmware: [bios, uefi-x64, uefi-arm64]\n")
            .replace("recipe: debian, kernel: linux", "recipe: debian, kernel: {x64: linux}")
    });
    lab.write("ipxe/arm64/snponly.efi", files::efi_nbp());
    lab.pxectl(&["boot-test", "web-01", "--firmware", "uefi-x64"]).ends_with(0);
    fails(&lab, "uefi-arm64").prints("screen | ").prints("arm64");
}

#[test]
fn a_firmware_that_the_recipe_does_not_take() {
    let lab = Lab::usual();
    lab.edit(|text| {
        text.replace("  ipxe: {dir: ipxe}\n", "  ipxe: {dir: ipxe}\n  firmware: [bios, uefi-arm64]\n")
            .replace("profiles:\n", "profiles:\n  win: {recipe: windows, wimboot: linux, boot_wim: initrd}\n")
            .replace("name: web-01, profile: debian-12", "name: web-01, profile: win")
    });
    lab.write("ipxe/arm64/snponly.efi", files::efi_nbp());
    fails(&lab, "uefi-arm64").prints("screen | ").prints("windows");
}

#[test]
fn a_firmware_that_the_lab_does_not_serve() {
    let ran = fails(&Lab::usual(), "uefi-arm64");
    ran.prints("for bios, uefi-x64, not for uefi-arm64").says("hint: add uefi-arm64 to `lab.firmware`");
}

#[test]
fn a_bootstrap_program_that_is_a_web_page() {
    let lab = Lab::usual();
    lab.write("ipxe/undionly.kpxe", "<!DOCTYPE html><title>404 Not Found</title>\n");
    fails(&lab, "bios").prints("undionly.kpxe").prints("it is an HTML page");
    lab.write("ipxe/snponly.efi", "<html>");
    fails(&lab, "uefi-x64").prints("snponly.efi").prints("it is an HTML page");
}

#[test]
fn bootstrap_programs_that_were_swapped() {
    let lab = Lab::usual();
    lab.write("ipxe/undionly.kpxe", files::efi_nbp());
    lab.write("ipxe/snponly.efi", files::bios_nbp());
    fails(&lab, "bios").prints("it is an EFI program, and this machine has a BIOS");
    fails(&lab, "uefi-x64").prints("it is no EFI program");
    lab.write("ipxe/undionly.kpxe", files::noise(1, 700 * 1024));
    fails(&lab, "bios").prints("base memory");
}

#[test]
fn a_kernel_that_is_none() {
    let lab = Lab::usual();
    lab.write("files/linux", "<!DOCTYPE html><title>404 Not Found</title>\n");
    fails(&lab, "bios").prints("wrong: linux is an HTML page");
    lab.write("files/linux", files::noise(5, 10_000));
    fails(&lab, "bios").prints("wrong: linux is no kernel");
    fails(&lab, "uefi-x64").prints("screen | ");
}

#[test]
fn a_script_of_ones_own_that_fails() {
    let lab = Lab::usual();
    lab.edit(|text| {
        text.replace("profiles:\n", "  script: {path: files/script}\nprofiles:\n  own: {recipe: chain, script: script}\n")
            .replace("name: web-01, profile: debian-12", "name: web-01, profile: own")
    });
    lab.write("files/script", "#!ipxe\necho mine\nfrobnicate\n");
    fails(&lab, "bios").prints("frobnicate");
    lab.write("files/script", "<!DOCTYPE html>");
    fails(&lab, "bios").prints("artifacts/script");
    lab.write("files/script", "#!ipxe\necho mine\nexit\n");
    lab.pxectl(&["boot-test", "web-01"]).ends_with(0);
}

#[test]
fn a_template_that_goes_wrong() {
    let lab = Lab::usual();
    lab.write("templates/linux.ipxe.j2", "#!ipxe\nkernel {{ booted_url }}/nothing\nboot\n");
    let ran = fails(&lab, "bios");
    assert!(ran.stdout.contains("FAILED") || ran.stderr.contains("templates/linux.ipxe.j2"), "{ran:?}");
    let lab = Lab::new(&format!(
        "pxectl: 1\nlab: {{server: 127.0.0.1, ipxe: {{dir: ipxe}}}}\n{PROFILES}hosts:\n  - {{serial: SN-WEB, name: web-01, profile: rescue}}\n"
    ));
    lab.write("templates/linux.ipxe.j2", "#!ipxe\n{{ hots.name }}\nboot\n");
    fails(&lab, "bios").says("templates/linux.ipxe.j2:2:").says("hots");
}
