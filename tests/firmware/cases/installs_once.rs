//! Nobody's disk is wiped by surprise: a machine that booted its installer in this arming is sent to its disk from then on.

use crate::disk::Disk;
use crate::lab::Lab;
use crate::machine::{Firmware, Machine, Spec};
use crate::preflight;
use crate::pxectl::{Serve, start_dhcpd, write_inventory};

/// What the disk itself prints.
const DISK: &str = "LAB-DISK this is the disk of the machine";

#[test]
fn bios_machine_goes_to_its_disk_after_its_installer() {
    case("once-bios", Firmware::BiosPxe, "SN-ONCE-B", 6, Disk::bios);
}

#[test]
fn uefi_machine_goes_to_its_disk_after_its_installer() {
    case("once-uefi", Firmware::UefiX64, "SN-ONCE-U", 7, Disk::uefi);
}

fn case(name: &'static str, firmware: Firmware, serial: &'static str, number: u8, disk: fn(&std::path::Path, &str) -> Disk) {
    if !preflight::ready() {
        return;
    }
    let lab = Lab::new(name, 1);
    let _pcap = lab.record();
    write_inventory(&lab, &[&format!("{{serial: {serial}, name: {name}, profile: stand-in}}")]);
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    let spec = Spec { disk: Some(disk(lab.dir(), DISK)), ..Spec::new(name, firmware, serial, number) };
    let mut first = Machine::start(&lab, &spec);
    super::boots(&spec, &mut first, "stand-in", &serve, &dhcpd);
    assert_eq!(first.console.count(DISK), 0);
    // The journal remembers across a restart of the server, and across its death.
    if firmware == Firmware::UefiX64 {
        serve.kill();
    } else {
        serve.stop();
    }
    let serve = Serve::start(&lab);
    let second = Machine::start(&lab, &spec);
    let at = second.sees(DISK);
    println!("{name}: its disk spoke {:.2} s after power-on", at.as_secs_f64());
    serve.wait_for("script", |event| event.text("serial") == serial && event.text("action") == "local");
    assert_eq!(second.console.count("LAB-UP"), 0);
    let again = serve.events().into_iter().any(|event| event.kind() == "booted" && event.text("action") == "boot");
    assert!(!again, "it booted its installer a second time");
    serve.stop();
}
