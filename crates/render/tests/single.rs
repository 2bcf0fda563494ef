//! One machine asked about alone, beside the whole lab: the same answer.
// A test may read its fixtures and stop at what it did not expect.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::collections::BTreeMap;

use common::{BASE, Bench, Says, templates};
use pxectl_model::arch::Firmware;
use pxectl_model::identity::Identity;
use pxectl_model::resolve::resolve;
use pxectl_model::settings::FileKey;
use pxectl_render::Scripts;

const OWN: [(&str, &str); 1] = [("a.txt.j2", "{% if host.name %}{{ host.name }}{% endif %} {{ vars.disk|word }}\n")];

fn bench() -> Bench {
    let debian = Says::recipe("debian").file(FileKey::Kernel, "linux").initrds(&["initrd"]).answer("a.txt.j2");
    let bench =
        Bench::new().artifacts(&["linux", "initrd"]).profile("deb", debian.clone()).profile("own", debian.args(&["quiet"]));
    let nics = [("52:54:00:00:00:01", Some("10.1.0.21"))];
    bench
        .host("SER-0001", Some("web-1"), "deb", &nics, Says::default().var("disk", "/dev/vda"))
        .host("SER-0002", Some("web-2"), "own", &[], Says::default().var("disk", "/dev/vda").args(&["a=b"]))
        .host("SER-0003", None, "local", &[], Says::default())
        .rule("PowerEdge*", "deb", Says::default().var("disk", "/dev/sda"))
}

fn alone(bench: &Bench) -> Scripts {
    Scripts::unproven(bench.inventory(), &bench.parts.lab.sites[0], &templates(&OWN), BASE, BTreeMap::new()).unwrap()
}

#[test]
fn one_machine_is_told_the_same() {
    let bench = bench().host("SER-0004", Some("web-4"), "deb", &[], Says::default().var("disk", "/dev/vda"));
    let (all, alone) = (bench.try_scripts(&OWN).unwrap(), alone(&bench));
    for host in 0..4 {
        for firmware in [Firmware::Bios, Firmware::UefiX64, Firmware::UefiArm64] {
            let told = |scripts: &Scripts| format!("{:?}", scripts.preview(host, firmware).unwrap());
            assert_eq!(told(&alone), told(&all), "{host}");
        }
    }
    let inventory = bench.inventory();
    let stranger = Identity { raw_serial: "X".into(), ..Identity::default() };
    let rule = Identity { product: "PowerEdge R640".into(), ..stranger.clone() };
    let hosts = inventory.parts().hosts.iter().map(|host| host.identity.clone());
    for says in hosts.chain([stranger, rule]) {
        let found = resolve(&inventory, &says, Some(Firmware::Bios));
        let told = |scripts: &Scripts| format!("{:?}", scripts.rehearse(&found, &says, Firmware::Bios).unwrap());
        assert_eq!(told(&alone), told(&all));
    }
}

#[test]
fn a_fault_is_told_of_its_own_machine() {
    let broken = bench().host("SER-0009", Some("web-9"), "deb", &[], Says::default().var("disk", "no word"));
    let broken =
        broken.host("SER-0010", Some("web-10"), "deb", &[], Says::default().var("disk", "/dev/vda").args(&["two words"]));
    let alone = alone(&broken);
    assert!(alone.preview(0, Firmware::Bios).is_ok(), "it is not at fault");
    let wrong = |host| alone.preview(host, Firmware::Bios).unwrap_err();
    let (value, argument) = (wrong(3), wrong(4));
    assert_eq!((value.len(), argument.len()), (1, 1), "{value:?} {argument:?}");
    // Of the whole lab arguments are told first.
    assert_eq!(broken.try_scripts(&OWN).unwrap_err(), argument);
    let mended =
        Bench { parts: pxectl_model::inventory::Parts { hosts: broken.parts.hosts[..4].to_vec(), ..broken.parts.clone() } };
    assert_eq!(mended.try_scripts(&OWN).unwrap_err(), value);
}

#[test]
fn what_is_wrong_for_everybody_is_told_of_nobody() {
    let own = [("a.txt.j2", "{{ nonsense }}\n")];
    let bench = bench();
    let site = &bench.parts.lab.sites[0];
    let found = Scripts::unproven(bench.inventory(), site, &templates(&own), BASE, BTreeMap::new()).unwrap_err();
    assert_eq!(found, bench.try_scripts(&own).unwrap_err());
}
