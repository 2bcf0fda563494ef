//! The main job: two machines with two serial numbers become two things at the same time, one of them Debian's real installer.

use crate::lab::Lab;
use crate::machine::{Firmware, Machine, Spec};
use crate::pxectl::{Serve, start_dhcpd, write_inventory};
use crate::{preflight, timing};

/// What Debian's installer prints when its own init runs.
const INSTALLER: &str = "Starting system log daemon";

#[test]
fn two_machines_at_once_one_into_debians_installer() {
    if !preflight::ready() {
        return;
    }
    let lab = Lab::new("two", 2);
    let _pcap = lab.record();
    let hosts = ["{serial: SN-TWO-A, name: installer, profile: debian-12}", "{serial: SN-TWO-B, name: runner, profile: beta}"];
    write_inventory(&lab, &hosts);
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    let installer = Spec { memory: 1024, ..Spec::new("installer", Firmware::BiosIpxe, "SN-TWO-A", 4) };
    let runner = Spec::new("runner", Firmware::UefiX64, "SN-TWO-B", 5);
    let first = Machine::start(&lab, &installer);
    let mut second = Machine::start(&lab, &runner);
    super::boots(&runner, &mut second, "beta", &serve, &dhcpd);
    first.sees("Linux version 6");
    first.sees(INSTALLER);
    let booted = serve.wait_for("booted", |event| event.text("profile") == "debian-12");
    assert_eq!(booted.text("label"), "installer");
    timing::print(&first, &dhcpd, &serve, INSTALLER);
    serve.stop();
}
