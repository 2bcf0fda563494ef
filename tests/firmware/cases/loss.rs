//! A bad cable: one datagram in five is lost either way while iPXE's ROM fetches by TFTP: the NBP, and a megabyte.

use std::time::Duration;

use crate::lab::Lab;
use crate::machine::{Firmware, Machine, Spec};
use crate::preflight;
use crate::process::run;
use crate::pxectl::{Serve, start_dhcpd, write_inventory};

/// On the bridge, so that a loss is a loss and no refusal to send: 20 of 100 each way, but for DHCP, which is dhcpd's own affair.
const RULES: &str = "table bridge loss {
  chain wire {
    type filter hook forward priority 0;
    iifname up0 udp sport != { 67, 68 } numgen random mod 100 < 20 counter drop
    iifname != up0 udp sport != { 67, 68 } numgen random mod 100 < 20 counter drop
  }
}";

#[test]
fn nbp_arrives_whole_under_loss() {
    if !preflight::all() || !preflight::ready() {
        return;
    }
    let lab = Lab::new("loss", 1);
    let _pcap = lab.record();
    write_inventory(&lab, &["{serial: SN-LOSS-1, name: loss-1, profile: alpha}"]);
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    run(lab.at_wire("nft").arg(RULES));
    let spec = Spec::new("loss", Firmware::BiosPxe, "SN-LOSS-1", 10);
    let mut machine = Machine::start(&lab, &spec);
    serve.wait_for("transfer-done", |event| event.text("payload") == "nbp");
    super::boots(&spec, &mut machine, "alpha", &serve, &dhcpd);
    assert_eq!(super::nbp(&machine, &serve).as_deref(), Some("undionly.kpxe"));
    something_was_lost(&lab);
    serve.stop();
}

/// Of a megabyte by blocks of 1432 bytes every third round trip fails, and each failure costs a timer.
const A_MEGABYTE: Duration = Duration::from_secs(600);

/// The megabyte is a script, so that iPXE itself says that it has it, to its last line.
#[test]
fn a_megabyte_arrives_whole_under_loss() {
    if !preflight::all() || !preflight::ready() {
        return;
    }
    let lab = Lab::new("megabyte", 1);
    let _pcap = lab.record();
    write_inventory(&lab, &["{serial: SN-LOSS-2, name: loss-2, profile: megabyte}"]);
    let (first, last) = ("#!ipxe\necho LAB-MEGABYTE begins\n", "echo LAB-MEGABYTE ends\nsleep 60\n");
    let filler = format!("# {}\n", "-".repeat(125)).repeat((1 << 20) / 128);
    let megabyte = format!("{first}{filler}{last}");
    std::fs::write(lab.path("megabyte"), &megabyte).unwrap();
    std::fs::write(lab.path("ask.ipxe"), "#!ipxe\nchain tftp://${next-server}/snponly.efi || echo LAB-MEGABYTE lost\n").unwrap();
    let inventory = std::fs::read_to_string(lab.path("inventory.yaml")).unwrap();
    let inventory = inventory
        .replace("{dir: /usr/lib/ipxe}", "{bios: undionly, uefi-x64: megabyte}")
        .replace("artifacts:\n", "artifacts:\n  undionly: {path: /usr/lib/ipxe/undionly.kpxe}\n  megabyte: {path: megabyte}\n  ask: {path: ask.ipxe}\n")
        .replace("profiles:\n", "profiles:\n  megabyte: {recipe: chain, script: ask}\n");
    std::fs::write(lab.path("inventory.yaml"), inventory).unwrap();
    let _dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    run(lab.at_wire("nft").arg(RULES));
    let spec = Spec::new("megabyte", Firmware::BiosIpxe, "SN-LOSS-2", 10);
    let machine = Machine::start(&lab, &spec);
    machine.sees_within("LAB-MEGABYTE begins", A_MEGABYTE);
    let took = machine.sees_within("LAB-MEGABYTE ends", A_MEGABYTE);
    println!("loss: a megabyte was there {:.1} s after power-on", took.as_secs_f64());
    // iPXE ran it to its last line. Its last ACK may be one of the lost ones, and is sent once: what the server says of the end
    // proves nothing here.
    let began = serve.wait_for("transfer-started", |event| event.text("name") == "snponly.efi");
    assert_eq!(began.number("bytes"), Some(megabyte.len() as u64));
    something_was_lost(&lab);
    serve.stop();
}

fn something_was_lost(lab: &Lab) {
    let counters = run(lab.at_wire("nft").args(["list", "table", "bridge", "loss"])).stdout;
    let counters = String::from_utf8_lossy(&counters).into_owned();
    println!("{counters}");
    assert!(!counters.contains("counter packets 0 "), "nothing was lost: {counters}");
}
