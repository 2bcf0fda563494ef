//! SeaBIOS, with both sorts of PXE ROM.

use crate::lab::Lab;
use crate::machine::{Firmware, Machine, Spec};
use crate::preflight;
use crate::pxectl::{Serve, start_dhcpd, write_inventory};

/// Most machines: the ROM knows nothing of iPXE and loads undionly.kpxe by TFTP.
#[test]
fn bios_with_a_plain_pxe_rom() {
    if !preflight::ready() {
        return;
    }
    let lab = Lab::new("bios-pxe", 1);
    let _pcap = lab.record();
    write_inventory(&lab, &["{serial: SN-BIOS-1, name: bios-1, profile: alpha}"]);
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    let spec = Spec::new("bios-pxe", Firmware::BiosPxe, "SN-BIOS-1", 1);
    let mut machine = Machine::start(&lab, &spec);
    super::boots(&spec, &mut machine, "alpha", &serve, &dhcpd);
    assert_eq!(super::nbp(&machine, &serve).as_deref(), Some("undionly.kpxe"));
    // Asked once: iPXE was told from the ROM, and the chain did not loop.
    assert_eq!(machine.console.count("Filename: undionly.kpxe"), 1);
    serve.stop();
}

/// A NIC with iPXE in flash: it needs no NBP and asks for the script at once.
#[test]
fn bios_whose_rom_is_ipxe() {
    if !preflight::ready() {
        return;
    }
    let lab = Lab::new("bios-ipxe", 1);
    let _pcap = lab.record();
    write_inventory(&lab, &["{serial: SN-BIOS-2, name: bios-2, profile: beta}"]);
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    let spec = Spec::new("bios-ipxe", Firmware::BiosIpxe, "SN-BIOS-2", 2);
    let mut machine = Machine::start(&lab, &spec);
    super::boots(&spec, &mut machine, "beta", &serve, &dhcpd);
    assert_eq!(super::nbp(&machine, &serve), None);
    serve.stop();
}
