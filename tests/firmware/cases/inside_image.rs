//! A system whose kernel and first root nobody unpacked: they are sent out of an ISO image, both fragmented.

use crate::initramfs::{self, KERNEL_EXTENTS, ROOT_EXTENTS};
use crate::lab::Lab;
use crate::machine::{Firmware, Machine, Spec};
use crate::preflight;
use crate::pxectl::{Serve, explained, start_dhcpd, write_inventory};

#[test]
fn bios_boots_out_of_an_image() {
    if preflight::ready() {
        case("inside-bios", Firmware::BiosPxe, "SN-INSIDE-B", 12);
    }
}

#[test]
fn uefi_boots_out_of_an_image() {
    if preflight::all() && preflight::ready() {
        case("inside-uefi", Firmware::UefiX64, "SN-INSIDE-U", 13);
    }
}

fn case(name: &'static str, firmware: Firmware, serial: &'static str, number: u8) {
    let lab = Lab::new(name, 1);
    let _pcap = lab.record();
    write_inventory(&lab, &[&format!("{{serial: {serial}, name: {name}, profile: inside}}")]);
    // It is as fragmented as this case says.
    let page = explained(&lab, name);
    assert!(
        page.contains(&format!(" in {KERNEL_EXTENTS} extents")) && page.contains(&format!(" in {ROOT_EXTENTS} extents")),
        "{page}"
    );
    let dhcpd = start_dhcpd(&lab);
    let serve = Serve::start(&lab);
    let spec = Spec::new(name, firmware, serial, number);
    let mut machine = Machine::start(&lab, &spec);
    super::boots(&spec, &mut machine, "inside", &serve, &dhcpd);
    let root = std::fs::metadata(lab.path("tiny.cpio")).unwrap().len();
    let kernel = std::fs::metadata(initramfs::kernel()).unwrap().len();
    for (file, bytes) in [("live-iso/boot (x64)/vmlinuz #1%20", kernel), ("live-iso/boot (x64)/initrd", root)] {
        let done = serve.wait_for("transfer-done", |event| event.text("name") == file);
        assert_eq!((done.text("protocol"), done.number("bytes")), ("http", Some(bytes)), "{file}");
    }
    let loaded = serve.events().into_iter().filter(|event| event.kind() == "transfer-done" && !event.text("role").is_empty());
    assert!(loaded.into_iter().all(|event| event.text("name").starts_with("live-iso/")), "nothing else was loaded");
    serve.stop();
}
