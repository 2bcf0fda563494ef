//! OVMF that enforces Secure Boot: what nobody it trusts signed does not start, and a shim finds here what it loads.

use std::path::Path;

use crate::lab::{Lab, SERVER};
use crate::machine::{Firmware, Keys, Machine, Spec};
use crate::process::{command, run};
use crate::pxectl::{Serve, replace_inventory, start_dhcpd};
use crate::{initramfs, preflight};

const INVENTORY: &str = include_str!("secure_boot.yaml");

/// iPXE and a kernel with the signature of a key that one firmware trusts and another does not; and Debian's kernel, which Debian signed.
#[test]
fn only_what_a_trusted_key_signed_boots() {
    if !preflight::ready() || !preflight::signing() {
        return;
    }
    let lab = Lab::new("secure", 1);
    let _pcap = lab.record();
    let ipxe = lab.path("ipxe");
    std::fs::create_dir(&ipxe).unwrap();
    sign(&lab, "/usr/lib/ipxe/snponly.efi".as_ref(), &ipxe.join("snponly.efi"));
    write_inventory(&lab, false, &["{serial: SN-OURS, profile: ours}", "{serial: SN-DEBIANS, profile: debians}"]);
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);

    let stranger = Machine::start(&lab, &spec("SN-OURS", 20, Firmware::UefiX64, Keys::Microsoft));
    stranger.sees("NBP file downloaded successfully.");
    stranger.sees("BdsDxe: failed to load Boot0001");
    stranger.sees("Access Denied");
    assert_eq!(stranger.console.count("iPXE"), 0);
    drop(stranger);

    let debians = Machine::start(&lab, &spec("SN-DEBIANS", 21, Firmware::UefiX64, Keys::Snakeoil));
    debians.sees("this failed: the kernel debians");
    debians.sees("asking again");
    drop(debians);

    let spec = spec("SN-OURS", 22, Firmware::UefiX64, Keys::Snakeoil);
    let mut ours = Machine::start(&lab, &spec);
    super::boots(&spec, &mut ours, "ours", &serve, &dhcpd);
    serve.stop();
}

/// Microsoft's keys and Debian's shim, which Microsoft signed. It trusts Debian alone and no iPXE: Debian's GRUB stands in for that.
#[test]
fn a_shim_by_pxe_finds_what_it_loads() {
    if preflight::ready() && preflight::signing() {
        shim("shim", Firmware::UefiX64, "tftp", 23);
    }
}

/// The same by HTTP Boot.
#[test]
fn a_shim_by_http_boot_finds_what_it_loads() {
    if preflight::all() && preflight::ready() && preflight::signing() {
        shim("shim-http", Firmware::UefiHttp, "http", 24);
    }
}

fn shim(name: &str, firmware: Firmware, protocol: &str, number: u8) {
    let lab = Lab::new(name, 1);
    let _pcap = lab.record();
    let folder = lab.path("ipxe/x86_64-sb");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(preflight::SHIM, folder.join("shimx64.efi")).unwrap();
    std::fs::copy(preflight::GRUB, folder.join("snponly.efi")).unwrap();
    write_inventory(&lab, true, &["{serial: SN-SHIM, profile: ours}"]);
    let _dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    let machine = Machine::start(&lab, &spec("SN-SHIM", number, firmware, Keys::Microsoft));
    for half in ["x86_64-sb/snponly-shim.efi", "x86_64-sb/grubx64.efi"] {
        serve.wait_for("transfer-done", |event| {
            event.text("payload") == "nbp" && event.text("name") == half && event.text("protocol") == protocol
        });
    }
    machine.sees("grub>");
    serve.stop();
}

fn spec(serial: &'static str, number: u8, firmware: Firmware, keys: Keys) -> Spec {
    Spec { secure: Some(keys), ..Spec::new("secure", firmware, serial, number) }
}

fn write_inventory(lab: &Lab, shim: bool, hosts: &[&str]) {
    let (tiny, ours) = (initramfs::build(lab.dir()), lab.path("linux"));
    sign(lab, &initramfs::kernel(), &ours);
    let text = INVENTORY
        .replace("@server@", SERVER)
        .replace("@shim@", &shim.to_string())
        .replace("@debians@", &initramfs::kernel().display().to_string())
        .replace("@ours@", &ours.display().to_string())
        .replace("@tiny@", &tiny.display().to_string());
    replace_inventory(lab, &text, hosts);
}

/// Signs a program with the key that one firmware trusts.
fn sign(lab: &Lab, from: &Path, to: &Path) {
    let key = lab.path("snakeoil.key");
    if !key.exists() {
        // README.Debian of the package `ovmf` has the password.
        let mut openssl = command("openssl");
        run(openssl.args(["pkey", "-passin", "pass:snakeoil", "-in", preflight::SIGNING_KEY, "-out"]).arg(&key));
    }
    let mut sbsign = command("sbsign");
    run(sbsign.arg("--key").arg(&key).args(["--cert", preflight::CERTIFICATE, "--output"]).arg(to).arg(from));
}
