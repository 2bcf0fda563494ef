//! One file for each thing that real firmware must do.

mod bios;
mod hold;
mod inside_image;
mod installs_once;
mod loss;
mod secure_boot;
mod two_at_once;
mod uefi;

use crate::dhcpd::Dhcpd;
use crate::machine::{Machine, Spec};
use crate::pxectl::Serve;
use crate::timing;

/// Follows a machine through a tiny system: its own word for serial and profile, and the server's for script and beacon.
fn boots(spec: &Spec, machine: &mut Machine, profile: &str, serve: &Serve, dhcpd: &Dhcpd) {
    let up = format!("LAB-UP serial={} profile={profile}", spec.serial);
    machine.sees(&up);
    machine.sees(&format!("LAB-DONE {profile}"));
    machine.goes_off();
    let on = machine.console.powered_on();
    let script =
        serve.wait_for("script", |event| event.at >= on && event.text("serial") == spec.serial && event.text("action") == "boot");
    assert_eq!(script.text("profile"), profile);
    for role in ["kernel", "initrd"] {
        serve.wait_for("transfer-done", |event| event.text("boot") == script.text("boot") && event.text("role") == role);
    }
    serve.wait_for("booted", |event| event.text("boot") == script.text("boot") && event.text("profile") == profile);
    timing::print(machine, dhcpd, serve, &up);
}

/// The NBP that a machine fetched by TFTP since it was switched on: its name as asked for.
fn nbp(machine: &Machine, serve: &Serve) -> Option<String> {
    let on = machine.console.powered_on();
    let nbp = serve.events().into_iter().find(|event| {
        event.at >= on && event.kind() == "transfer-done" && event.text("payload") == "nbp" && event.text("protocol") == "tftp"
    });
    nbp.map(|event| event.text("name").to_owned())
}
