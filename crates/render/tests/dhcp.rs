//! dhcpd.conf: snapshots, and the real dhcpd's own test on each of them.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::disallowed_methods, clippy::disallowed_types)]

mod common;

use std::io::Write as _;
use std::process::Command;

use common::{Bench, Says, site, templates};
use pxectl_model::arch::Firmware;
use pxectl_model::diag::Place;
use pxectl_model::net::Site;
use pxectl_render::dhcp;

const RANGE: Option<&str> = Some("10.1.0.100 - 10.1.0.199");

fn render(bench: &Bench, site: &Site, firmware: &[Firmware]) -> String {
    dhcp::render(&templates(&[]), &bench.inventory(), site, firmware).unwrap()
}

/// What `dhcpd -t` says; none where there is no dhcpd, which is said aloud and is a failure where everything is required.
fn dhcpd_takes(text: &str) -> Option<Result<(), String>> {
    let program = ["/usr/sbin/dhcpd", "/usr/local/sbin/dhcpd"].into_iter().find(|path| std::path::Path::new(path).exists());
    let Some(program) = program else {
        eprintln!("NOT RUN: dhcpd is not installed (Debian: isc-dhcp-server); what it thinks of the rendered file is not known");
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "PXECTL_REQUIRE is set, and dhcpd is not installed");
        return None;
    };
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let mut command = Command::new(program);
    command.args(["-t", "-4", "-lf", "/dev/null", "-pf", "/dev/null", "-cf"]).arg(file.path());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(if output.status.success() { Ok(()) } else { Err(said) })
}

fn snapshot(name: &str, text: &str) {
    insta::assert_snapshot!(name, common::unversioned(text));
    if let Some(answer) = dhcpd_takes(text) {
        assert_eq!(answer, Ok(()), "{text}");
    }
}

#[test]
fn bios_only_is_the_short_chain() {
    let bench = Bench::new();
    snapshot("bios-only", &render(&bench, &bench.parts.lab.sites[0], &[Firmware::Bios]));
}

#[test]
fn mixed_firmware_in_one_chain() {
    let bench = Bench::new();
    snapshot("mixed", &render(&bench, &bench.parts.lab.sites[0], &Firmware::ALL));
    let text = render(&bench, &bench.parts.lab.sites[0], &[Firmware::UefiX64]);
    assert!(text.contains("option arch"), "a lab without BIOS has no other branch:\n{text}");
    snapshot("uefi-only", &text);
}

#[test]
fn several_subnets_and_sites() {
    let mut bench = Bench::new()
        .host("7CX1234", Some("web-01"), "local", &[("52:54:00:12:34:56", Some("10.1.0.21"))], Says::default())
        .host("7CX1235", Some("web-02"), "local", &[("52:54:00:12:34:57", Some("10.9.0.21"))], Says::default());
    let ams = site(Some("ams"), [10, 1, 0, 1], &[("10.1.0.0/24", RANGE), ("10.1.1.0/25", None), ("172.16.0.0/12", None)]);
    let fra = site(Some("fra"), [10, 9, 0, 1], &[("10.9.0.0/16", Some("10.9.1.0 - 10.9.1.255"))]);
    bench.parts.lab.sites = vec![ams.clone(), fra.clone()];
    bench.parts.lab.http_port.value = 80;
    let firmware = [Firmware::Bios, Firmware::UefiX64];
    snapshot("site-ams", &render(&bench, &ams, &firmware));
    snapshot("site-fra", &render(&bench, &fra, &firmware));
}

#[test]
fn reservations_with_nasty_names() {
    let mac = |n: usize| format!("52:54:00:00:00:{n:02x}");
    let names =
        ["web-01", "WEB-01", "01web", "123", "host", "group", "a..b", "a.b", "x-", "x_", "y.1", "deny", "00-ff", "include", "if"];
    let mut bench = Bench::new();
    for (n, name) in names.iter().enumerate() {
        let (mac, ip) = (mac(n), format!("10.1.0.{}", n + 10));
        bench = bench.host(&format!("SER-{n:04}"), Some(name), "local", &[(&mac, Some(&ip))], Says::default());
    }
    let (first, second, third) = (mac(50), mac(51), mac(52));
    let cards = [(first.as_str(), Some("10.1.0.50")), (second.as_str(), Some("10.1.0.51")), (third.as_str(), None)];
    bench = bench.host("it's; \"a\" } serial", None, "local", &cards, Says::default());
    let (first, second) = (mac(60), mac(61));
    let cards = [(first.as_str(), Some("10.1.0.60")), (second.as_str(), Some("10.1.0.61"))];
    bench = bench.host("SER-TWO-CARDS", Some("two-cards"), "local", &cards, Says::default());
    snapshot("nasty-names", &render(&bench, &bench.parts.lab.sites[0], &[Firmware::Bios]));
}

#[test]
fn every_short_name_is_taken_by_dhcpd() {
    let letters = ["a", "b0", "0b", "z", "9", "ff", "0x1", "on", "off", "ip-address", "ethernet", "subnet", "true"];
    let mut bench = Bench::new();
    let mut n = 0_u32;
    for first in letters {
        for second in ["", "-x", ".x", "_x", ".0", "-0", ".-", "-.", "..", "_"] {
            n += 1;
            let mac = format!("52:54:00:00:{:02x}:{:02x}", n >> 8, n & 0xff);
            let ip = format!("10.1.0.{}", n + 20);
            let (name, serial) = (format!("{first}{second}"), format!("SER-{n:05}"));
            bench = bench.host(&serial, Some(&name), "local", &[(&mac, Some(&ip))], Says::default());
        }
    }
    let text = render(&bench, &bench.parts.lab.sites[0], &[Firmware::Bios]);
    if let Some(answer) = dhcpd_takes(&text) {
        assert_eq!(answer, Ok(()), "{text}");
    }
}

#[test]
fn ten_thousand_reservations_are_not_too_many() {
    let mut bench = Bench::new();
    for n in 0..10_000_u16 {
        let [high, low] = n.to_be_bytes();
        let (mac, ip) = (format!("52:54:00:00:{high:02x}:{low:02x}"), format!("10.1.{high}.{low}"));
        bench = bench.host(&format!("SERIAL-{n}"), None, "local", &[(&mac, Some(&ip))], Says::default());
    }
    let text = render(&bench, &site(None, [10, 1, 0, 1], &[("10.1.0.0/16", None)]), &[Firmware::Bios]);
    assert_eq!(text.matches("fixed-address").count(), 10_000);
}

/// pxectl's own names always fit; a lab's own template can name what does not, and dhcpd itself says nothing of it.
#[test]
fn a_boot_file_that_no_answer_holds() {
    let (bench, long) = (Bench::new(), format!("http://boot.example.org/{}", "a".repeat(104)));
    let render = |text: &str| {
        dhcp::render(&templates(&[("dhcpd.conf.j2", text)]), &bench.inventory(), &bench.parts.lab.sites[0], &[Firmware::Bios])
    };
    let text = format!("{{% extends \"builtin/dhcpd.conf.j2\" %}}# filename \"{long}\";\n");
    assert!(render(&text).is_ok(), "what extends another says nothing outside of blocks");
    let text = format!("subnet 10.1.0.0 netmask 255.255.255.0 {{\n  filename \"{long}\";\n}}\n");
    let findings = render(&text).unwrap_err();
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(finding.rule.0, "boot-url-length");
    assert!(finding.message.contains("has 128 bytes, and a DHCP answer holds 127"), "{}", finding.message);
    let Place::Span(span) = finding.at else { panic!("{finding:?}") };
    assert_eq!(&text[span.start..span.end], long);
    // Put together out of pieces it stands nowhere in the template.
    let pieces = text.replace("aaa", "{{ 'a' * 1 }}aa".replace(" * 1", "").as_str());
    assert!(matches!(render(&pieces).unwrap_err()[0].at, Place::File(_)));
    if let Some(answer) = dhcpd_takes(&text) {
        assert_eq!(answer, Ok(()));
    }
    assert!(render(&text.replace("aaaa", "aaa")).is_ok());
}

/// `check` renders one reservation where one is enough, and all where a lab's own template may look at them.
#[test]
fn a_check_says_what_rendering_says() {
    let mut bench = Bench::new();
    for n in 0..30 {
        let (mac, ip) = (format!("52:54:00:00:00:{n:02x}"), format!("10.1.0.{}", n + 10));
        let host_name = ["web-1.x_y", "0digits", "-", "Case", "case"].get(n % 6).copied().filter(|name| *name != "-");
        bench = bench.host(&format!("SER {n:04}"), host_name, "local", &[(&mac, Some(&ip))], Says::default());
    }
    let inventory = bench.inventory();
    let site = &bench.parts.lab.sites[0];
    let picky = "{% for host in hosts %}{% if host.ip == '10.1.0.33' %}{{ host.nothing }}{% endif %}{% endfor %}";
    for (own, wrong) in
        [(&[][..], false), (&[("dhcpd.conf.j2", picky)], true), (&[("dhcpd.conf.j2", "{{ hosts[3].label }}")], false)]
    {
        let told = dhcp::render(&templates(own), &inventory, site, &Firmware::ALL).err().unwrap_or_default();
        assert_eq!(dhcp::check(&templates(own), &inventory, site, &Firmware::ALL), told);
        assert_eq!(!told.is_empty(), wrong, "{told:?}");
    }
}
