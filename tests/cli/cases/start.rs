//! What stops the start, with one clear error, before anything is served.

use std::net::{TcpListener, UdpSocket};

use crate::support::files;
use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};

#[test]
fn a_taken_port_names_itself() {
    let lab = Lab::live();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tcp.local_addr().unwrap();
    let port = address.port().to_string();
    let ran = lab.pxectl(&["serve", "--bind", "127.0.0.1", "--http-port", &port, "--tftp-port", "0"]).ends_with(2).one_error();
    ran.says(&format!("error: cannot listen on TCP {address}: another program listens there already")).says("hint: ");
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = udp.local_addr().unwrap();
    let port = address.port().to_string();
    let ran = lab.pxectl(&["serve", "--bind", "127.0.0.1", "--http-port", "0", "--tftp-port", &port]).ends_with(2).one_error();
    ran.says(&format!("error: cannot listen on UDP {address}: another program listens there already"));
}

#[test]
fn an_address_of_another_host_is_told() {
    let ran = Lab::live().pxectl(&["serve", "--bind", "192.0.2.1", "--http-port", "0", "--tftp-port", "0"]);
    ran.ends_with(2).one_error().says("this host has no address 192.0.2.1").says("hint: give this host the address");
}

#[test]
fn a_broken_template_is_told_with_its_line() {
    let lab = Lab::live();
    lab.write("templates/linux.ipxe.j2", "#!ipxe\nkernel {{ kernel.url }}\n# {{ kernel.colour }}\nboot\n");
    let ran = lab.refused_serve(&[]).ends_with(2);
    ran.says("templates/linux.ipxe.j2:3:").says("colour");
    lab.write("templates/linux.ipxe.j2", "#!ipxe\n{% if %}\n");
    lab.refused_serve(&[]).ends_with(2).one_error().says("templates/linux.ipxe.j2:2:");
}

#[test]
fn a_missing_file_of_a_machine_of_the_plan_stops_it() {
    let lab = Lab::usual();
    std::fs::remove_file(lab.path("files/initrd")).unwrap();
    let ran = lab.refused_serve(&["--yes"]).ends_with(2).one_error();
    ran.says("error: artifact `initrd`: ").says("files/initrd").says("No such file");
}

#[test]
fn a_missing_file_that_nobody_of_the_plan_needs_is_a_warning() {
    let lab = Lab::usual();
    std::fs::remove_file(lab.path("files/initrd")).unwrap();
    let ended = lab.serve(&["disk-01"]).interrupt().with(0);
    assert!(ended.stderr.contains("warning: artifact `initrd`: "), "{}", ended.stderr);
}

#[test]
fn a_missing_nbp_stops_it_and_says_where_to_get_one() {
    let lab = Lab::live();
    std::fs::remove_file(lab.path("ipxe/undionly.kpxe")).unwrap();
    let ran = lab.refused_serve(&[]).ends_with(2).one_error();
    ran.says("there is no undionly.kpxe or x86_64/undionly.kpxe for bios in")
        .says("hint: `pxectl fetch undionly.kpxe snponly.efi` gets iPXE's builds");
}

#[test]
fn a_file_that_is_not_what_it_is_pinned_to_stops_it() {
    let lab = Lab::live();
    lab.edit(|text| text.replace("files/linux}", &format!("files/linux, sha256: \"{}\"}}", "ab".repeat(32))));
    let ran = lab.refused_serve(&[]).ends_with(2).one_error();
    ran.says("error: artifact `linux`: ").says("does not match its sha256: expected abab");
}

#[test]
fn a_bootstrap_program_that_is_not_what_it_is_pinned_to_stops_it() {
    let lab = Lab::live();
    lab.edit(|text| {
        let pinned = format!("artifacts:\n  nbp: {{path: ipxe/undionly.kpxe, sha256: \"{}\"}}\n", "ab".repeat(32));
        text.replace("ipxe: {dir: ipxe}", "ipxe: {bios: nbp}").replace("artifacts:\n", &pinned)
    });
    let ran = lab.refused_serve(&[]).ends_with(2).one_error();
    ran.says("error: artifact `nbp`: ").says("does not match its sha256: expected abab");
    lab.refused_serve(&["disk-01"]).ends_with(2).says("error: artifact `nbp`: ");
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let fifo = |lab: &Lab, name: &str| {
        let _ = std::fs::remove_file(lab.path(name));
        std::fs::create_dir_all(lab.path(name).parent().unwrap()).unwrap();
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, lab.path(name), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    };
    let lab = Lab::live();
    fifo(&lab, "inventory.yaml");
    let ran = lab.refused_serve(&[]).ends_with(2).one_error();
    ran.says("reading the inventory `inventory.yaml`: it is not a regular file").says("hint: ");
    lab.pxectl(&["lint"]).ends_with(2).one_error().says("it is not a regular file");
    lab.pxectl(&["lint", "/dev/null"]).ends_with(2).one_error().says("it is not a regular file");
    let lab = Lab::new(&format!("{HEAD}include: [\"racks/*.yaml\"]\n{PROFILES}{HOSTS}"));
    fifo(&lab, "racks/r1.yaml");
    lab.refused_serve(&["--yes"]).ends_with(2).says("error[include]").says("it is not a regular file");
    let lab = Lab::live();
    fifo(&lab, "templates/linux.ipxe.j2");
    let ran = lab.refused_serve(&[]).ends_with(2);
    ran.says("error[template-error]: the template `linux.ipxe.j2` cannot be read: it is not a regular file");
}

#[test]
fn a_template_that_cannot_be_read_is_not_passed_over_for_the_built_in_one() {
    let lab = Lab::live();
    lab.write("templates/linux.ipxe.j2", b"#!ipxe\n# \xff\n");
    lab.refused_serve(&[]).ends_with(2).says("the template `linux.ipxe.j2` cannot be read: it is not UTF-8");
    lab.write("templates/linux.ipxe.j2", " ".repeat((1 << 20) + 1));
    lab.refused_serve(&[]).ends_with(2).says("it is larger than 1048576 bytes");
    lab.pxectl(&["lint"]).ends_with(1).prints("error[template-error]");
}

#[test]
fn a_folder_is_no_file() {
    let lab = Lab::live();
    std::fs::remove_file(lab.path("files/initrd")).unwrap();
    std::fs::create_dir(lab.path("files/initrd")).unwrap();
    lab.refused_serve(&[]).ends_with(2).one_error().says("error: artifact `initrd`: ");
}

#[test]
fn ports_that_the_dhcp_configuration_does_not_know_are_warned_of() {
    let ended = Lab::live().serve(&[]).interrupt().with(0);
    let port = ended.events[0]["http"].as_str().unwrap().split(':').nth(1).unwrap();
    assert!(ended.stderr.contains(&format!("warning: HTTP answers on port {port};")), "{}", ended.stderr);
    assert!(ended.stderr.contains("warning: TFTP answers on port "), "{}", ended.stderr);
}

#[test]
fn the_bootstrap_programs_are_served_as_they_lie_there() {
    let serve = Lab::live().serve(&[]);
    let machine = serve.machine(2);
    assert_eq!(machine.get("/nbp/undionly.kpxe").body, files::bios_nbp());
    assert_eq!(machine.get("/nbp/snponly.efi").body, files::efi_nbp());
}
