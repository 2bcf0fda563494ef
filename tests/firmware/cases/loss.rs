//! A bad cable: one datagram in five is lost either way while iPXE's ROM fetches the NBP by TFTP.

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
    let counters = run(lab.at_wire("nft").args(["list", "table", "bridge", "loss"])).stdout;
    let counters = String::from_utf8_lossy(&counters).into_owned();
    println!("{counters}");
    assert!(!counters.contains("counter packets 0 "), "nothing was lost: {counters}");
    serve.stop();
}
