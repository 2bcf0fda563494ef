//! OVMF and its own PXE client.

use crate::lab::{Lab, SERVER};
use crate::machine::{Firmware, Machine, Spec};
use crate::preflight;
use crate::pxectl::{Serve, start_dhcpd, write_inventory};

/// The firmware loads snponly.efi by TFTP; the system that comes up takes an address and reaches the server by HTTP itself.
#[test]
fn uefi_x64_through_snponly() {
    if !preflight::ready() {
        return;
    }
    let lab = Lab::new("uefi", 1);
    let _pcap = lab.record();
    let host = format!("{{serial: SN-UEFI-1, name: uefi-1, profile: alpha, args: ['lab.get=http://{SERVER}:8080/healthz']}}");
    write_inventory(&lab, &[&host]);
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    let spec = Spec::new("uefi", Firmware::UefiX64, "SN-UEFI-1", 3);
    let mut machine = Machine::start(&lab, &spec);
    super::boots(&spec, &mut machine, "alpha", &serve, &dhcpd);
    machine.sees("NBP file downloaded successfully.");
    machine.sees("LAB-LEASE 192.168.77.1");
    machine.sees("LAB-GOT ");
    assert_eq!(super::nbp(&machine, &serve).as_deref(), machine_file(&machine).as_deref());
    serve.stop();
}

/// HTTP Boot: no TFTP at all, and the same answers from there on.
#[test]
fn uefi_x64_by_http_boot() {
    if !preflight::all() || !preflight::ready() {
        return;
    }
    let lab = Lab::new("uefi-http", 1);
    let _pcap = lab.record();
    write_inventory(&lab, &["{serial: SN-UEFI-2, name: uefi-2, profile: beta}"]);
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    let spec = Spec::new("uefi-http", Firmware::UefiHttp, "SN-UEFI-2", 11);
    let mut machine = Machine::start(&lab, &spec);
    super::boots(&spec, &mut machine, "beta", &serve, &dhcpd);
    machine.sees(">>Start HTTP Boot over IPv4");
    assert_eq!(super::nbp(&machine, &serve), None);
    serve.stop();
}

/// The name that the firmware says it was given.
fn machine_file(machine: &Machine) -> Option<String> {
    ["snponly.efi", "x86_64/snponly.efi"]
        .into_iter()
        .find(|name| machine.console.count(&format!("NBP filename is {name}")) > 0)
        .map(str::to_owned)
}
