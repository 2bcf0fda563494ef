//! A machine that nobody knows: it shows its serial and waits; an edit of the inventory sets it free.

use crate::lab::Lab;
use crate::machine::{Firmware, Machine, Spec};
use crate::preflight;
use crate::pxectl::{Serve, start_dhcpd, write_inventory};

#[test]
fn unknown_serial_waits_and_boots_once_it_is_assigned() {
    if preflight::ready() {
        waits("hold", Firmware::BiosIpxe, "SN-STRANGER", 8, 2);
    }
}

/// A wait must nest nothing: a BIOS build of iPXE has a few hundred KiB, and each script that stays open costs some.
#[test]
fn unknown_serial_waits_for_twenty_rounds() {
    if preflight::all() && preflight::ready() {
        waits("hold-long", Firmware::BiosPxe, "SN-PATIENT", 9, 20);
    }
}

fn waits(name: &'static str, firmware: Firmware, serial: &'static str, number: u8, rounds: usize) {
    let lab = Lab::new(name, 1);
    let _pcap = lab.record();
    let other = "{serial: SN-OTHER, name: other, profile: beta}";
    write_inventory(&lab, &[other]);
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    let spec = Spec::new(name, firmware, serial, number);
    let mut machine = Machine::start(&lab, &spec);
    machine.sees(serial);
    let mut from = machine.console.powered_on();
    for _ in 0..rounds {
        from = serve
            .wait_for("script", |event| event.at > from && event.text("serial") == serial && event.text("action") == "hold")
            .at;
    }
    write_inventory(&lab, &[other, &format!("{{serial: {serial}, name: newcomer, profile: alpha}}")]);
    super::boots(&spec, &mut machine, "alpha", &serve, &dhcpd);
    serve.wait_for("reloaded", |_| true);
    serve.stop();
}
