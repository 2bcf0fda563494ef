//! `iso`: files that machines load straight out of images.

use serde_json::Value;

use crate::support::files;
use crate::support::image::fragmented::{self, File};
use crate::support::image::genisoimage;
use crate::support::lab::{HEAD, Lab, digest};

/// A live system in pieces, and its machines.
const LIVE: &str = "\
artifacts:
  live-iso: {path: files/live.iso}
profiles:
  live: {recipe: linux, iso: live-iso, kernel: /boot/vmlinuz, initrds: [/boot/initrd, /extra/initrd], args: [quiet]}
hosts:
  - {serial: SN-LIVE, name: live-01, profile: live, mac: \"52:54:00:00:00:02\"}
";

fn kernel() -> Vec<u8> {
    files::kernel(31)
}

fn initrd() -> Vec<u8> {
    files::noise(32, 700_001)
}

fn extra() -> Vec<u8> {
    files::noise(33, 5_000)
}

fn live_image() -> Vec<u8> {
    fragmented::image(&[
        File { path: "BOOT/VMLINUZ.", content: &kernel(), extents: 2 },
        File { path: "BOOT/INITRD.", content: &initrd(), extents: 9 },
        File { path: "EXTRA/INITRD.", content: &extra(), extents: 1 },
        File { path: "EXTRA/NOTHING.", content: &[], extents: 1 },
        File { path: "README.TXT", content: b"read me\n", extents: 1 },
    ])
}

fn live() -> Lab {
    let lab = Lab::new(&format!("{HEAD}{LIVE}"));
    lab.write("files/live.iso", live_image());
    lab
}

#[test]
fn a_system_boots_out_of_an_image_in_pieces() {
    let lab = live();
    lab.pxectl(&["lint", "--here"]).ends_with(0);
    for firmware in ["bios", "uefi-x64"] {
        let ran = lab.pxectl(&["boot-test", "live-01", "--firmware", firmware]).ends_with(0);
        for part in [
            "media/live-iso/boot/vmlinuz ",
            "media/live-iso/boot/initrd ",
            "media/live-iso/extra/initrd ",
            // Each by a name of its own, or UEFI would find one of them twice.
            "starts vmlinuz (50 kB) with initrd, initrd-2 and the arguments `initrd=initrd initrd=initrd-2 quiet`",
            "every byte was as it lies in its file",
        ] {
            assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
        }
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn what_is_served_is_what_lies_in_the_image() {
    let lab = live();
    let mut serve = lab.serve(&[]);
    let machine = serve.machine(2).serial("SN-LIVE");
    let script = machine.boots_whole();
    assert!(script.text.contains("initrd --timeout 60000 --name initrd-2 "), "{}", script.text);
    for (end, content) in [("boot/vmlinuz", kernel()), ("boot/initrd", initrd()), ("extra/initrd", extra())] {
        let url = script.url(end);
        assert!(url.contains("/b/") && url.ends_with(&format!("/media/live-iso/{end}")), "{url}");
        assert!(machine.get(&url).body == content, "{url}");
        let plain = serve.machine(9).get(&format!("/media/live-iso/{end}"));
        assert!(plain.status == 200 && plain.body == content, "for people, {end}");
        assert_eq!(serve.machine(9).get(&url).status, 403, "of another's boot");
    }
    // What no profile names is not served, nor is a way around it.
    for path in ["/media/live-iso/readme.txt", "/media/live-iso", "/media/other/boot/vmlinuz", "/artifacts/live-iso/boot/vmlinuz"]
    {
        assert_eq!(machine.get(path).status, 404, "{path}");
    }
    assert!(machine.get("/artifacts/live-iso").body == live_image(), "the image itself is an artifact like others");
    let roles = ["vmlinuz", "initrd"].map(|name| {
        let done = serve.wait_for("transfer-done", |event| {
            event["name"].as_str().is_some_and(|n| n.ends_with(name)) && event["boot"] != Value::Null
        });
        done["role"].as_str().unwrap().to_owned()
    });
    assert_eq!(roles, ["kernel", "initrd"]);
    serve.interrupt().with(0);
}

/// Folders of real images have blanks, brackets and worse in their names.
#[test]
fn names_that_no_script_can_hold_are_encoded() {
    let lab = Lab::new(&format!(
        "{HEAD}{}",
        LIVE.replace("/boot/vmlinuz", "\"/isolinux (x86)/vm #1%20&?\"").replace("/boot/initrd", "\"/isolinux (x86)/init;rd\"")
    ));
    lab.write(
        "files/live.iso",
        fragmented::image(&[
            File { path: "ISOLINUX (X86)/VM #1%20&?.", content: &kernel(), extents: 2 },
            File { path: "ISOLINUX (X86)/INIT;RD.", content: &initrd(), extents: 1 },
            File { path: "EXTRA/INITRD.", content: &extra(), extents: 1 },
        ]),
    );
    lab.pxectl(&["lint", "--here"]).ends_with(0);
    let ran = lab.pxectl(&["boot-test", "live-01", "--firmware", "uefi-x64"]).ends_with(0);
    ran.prints("starts vm__1_20__ (50 kB) with init_rd, initrd and the arguments `initrd=init_rd initrd=initrd quiet`")
        .prints("every byte was as it lies in its file");
    let mut serve = lab.serve(&[]);
    let machine = serve.machine(2).serial("SN-LIVE");
    let script = machine.boots_whole();
    let url = script.url("vm%20%231%2520%26%3F");
    assert!(machine.get(&url).body == kernel());
    let done = serve.wait_for("transfer-done", |event| event["role"] == "kernel");
    assert_eq!(done["name"], "live-iso/isolinux (x86)/vm #1%20&?");
    serve.interrupt().with(0);
}

#[test]
fn explain_tells_where_each_file_lies() {
    let lab = live();
    let ran = lab.pxectl(&["explain", "live-01", "--firmware", "bios"]).ends_with(0);
    for part in
        ["live-iso/boot/initrd", "700 kB in 9 extents", "live-iso/extra/initrd", "files/live.iso", "iso ", "/boot/vmlinuz"]
    {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    let ran = lab.pxectl(&["explain", "live-01", "--firmware", "bios", "--format", "json"]).ends_with(0);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let artifact = &json["firmware"][0]["artifacts"][1];
    assert_eq!((&artifact["role"], &artifact["name"]), (&Value::from("initrds"), &Value::from("live-iso")));
    let inside = serde_json::json!({"path": "/boot/initrd", "size": 700_001, "extents": 9, "absent": null});
    assert_eq!(artifact["inside"], inside);
    let listed = lab.pxectl(&["list", "artifacts", "--format", "json"]).ends_with(0);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed["artifacts"][0]["used_by"]["profiles"], 1);
}

#[test]
fn a_path_that_is_not_there_is_told_before_any_machine_boots() {
    let lab = live();
    lab.edit(|text| text.replace("/boot/vmlinuz", "/boot/vmlinux"));
    lab.pxectl(&["lint"]).ends_with(0);
    let what = "error[not-in-iso]: `/boot/vmlinux` cannot be taken out of the image `live-iso`: there is no such file";
    let meant = "did you mean `/boot/vmlinuz`?";
    lab.pxectl(&["lint", "--here"]).ends_with(1).prints(what).prints(meant).prints("inventory.yaml:9:48");
    lab.refused_serve(&[]).ends_with(2).one_error().says(what).says(meant).says("inventory.yaml:9:48");
    lab.pxectl(&["boot-test", "live-01"]).ends_with(1).says(what).prints("live-01 would not boot");
    lab.pxectl(&["render", "boot", "live-01"]).ends_with(2).says(what);
    let ran = lab.pxectl(&["explain", "live-01"]).ends_with(0);
    assert!(
        ran.stdout.contains("`/boot/vmlinux` of the image live-iso: there is no such file; did you mean `/boot/vmlinuz`?"),
        "{}",
        ran.stdout
    );
    // Of a machine that is not in the plan it is a warning.
    lab.edit(|text| text.replace("hosts:\n", "hosts:\n  - {serial: SN-DISK, name: disk-01, profile: local}\n"));
    let ended = lab.serve(&["disk-01"]).interrupt().with(0);
    assert!(ended.stderr.contains("warning: `/boot/vmlinux` cannot be taken out of the image"), "{}", ended.stderr);
}

#[test]
fn what_is_no_image_or_half_of_one_is_told() {
    let lab = live();
    lab.write("files/live.iso", files::noise(40, 200_000));
    lab.refused_serve(&[]).ends_with(2).says("error[not-in-iso]").says("it is no install image");
    lab.pxectl(&["lint", "--here"]).ends_with(1).prints("error[not-in-iso]");
    let whole = live_image();
    lab.write("files/live.iso", &whole[..whole.len() - 100_000]);
    lab.refused_serve(&[]).ends_with(2).says("error[not-in-iso]").says("was it downloaded whole?");
    std::fs::remove_file(lab.path("files/live.iso")).unwrap();
    lab.refused_serve(&[]).ends_with(2).one_error().says("error: artifact `live-iso`: ").says("No such file");
    lab.pxectl(&["lint", "--here"]).ends_with(1).prints("error[missing-file]");
    lab.pxectl(&["render", "boot", "live-01"]).ends_with(0).prints("/media/live-iso/boot/vmlinuz");
    let ran = lab.pxectl(&["explain", "live-01"]).ends_with(0);
    assert!(ran.stdout.contains("the artifact live-iso: there is no file"), "{}", ran.stdout);
}

#[test]
fn an_image_is_held_against_its_digest() {
    let lab = live();
    let right = digest(&live_image());
    lab.edit(|text| text.replace("files/live.iso}", &format!("files/live.iso, sha256: \"{right}\"}}")));
    lab.pxectl(&["boot-test", "live-01"]).ends_with(0);
    let mut other = live_image();
    *other.last_mut().unwrap() ^= 1;
    lab.write("files/live.iso", other);
    lab.refused_serve(&[]).ends_with(2).one_error().says("error: artifact `live-iso`: ").says("does not match its sha256");
}

#[test]
fn an_image_out_of_the_store() {
    let lab = live();
    let digest = lab.store(&live_image());
    std::fs::remove_file(lab.path("files/live.iso")).unwrap();
    lab.edit(|text| {
        text.replace("{path: files/live.iso}", &format!("{{url: \"https://mirror.example.org/live.iso\", sha256: \"{digest}\"}}"))
    });
    lab.pxectl(&["boot-test", "live-01"]).ends_with(0).prints("media/live-iso/boot/initrd ");
    lab.edit(|text| text.replace("/boot/initrd", "/boot/initr"));
    lab.pxectl(&["lint", "--here"]).ends_with(1).prints("did you mean `/boot/initrd`?");
}

#[test]
fn edits_and_new_images_hold_for_the_next_boot() {
    let lab = live();
    let mut serve = lab.serve(&[]);
    let machine = serve.machine(2).serial("SN-LIVE");
    let old = machine.boot();
    // A new image takes the old one's place, as `cp` and `mv` would have it.
    let (new_kernel, whole) = (files::kernel(77), live_image());
    lab.rename_over(
        "files/live.iso",
        fragmented::image(&[
            File { path: "BOOT/VMLINUZ.", content: &new_kernel, extents: 1 },
            File { path: "BOOT/INITRD.", content: &extra(), extents: 2 },
            File { path: "EXTRA/INITRD.", content: &initrd(), extents: 3 },
        ]),
    );
    let new = machine.boot();
    assert_eq!(serve.wait("reloaded")["changed"], serde_json::json!(["files/live.iso"]));
    assert!(machine.get(&new.url("boot/vmlinuz")).body == new_kernel);
    assert!(machine.get(&new.url("extra/initrd")).body == initrd());
    assert!(machine.get(&old.url("boot/vmlinuz")).body == kernel(), "who began with the old one ends with it");
    // One that lacks what is named is not taken, and nobody gets half of it.
    lab.rename_over("files/live.iso", fragmented::image(&[File { path: "BOOT/VMLINUZ.", content: &new_kernel, extents: 1 }]));
    let kept = machine.boot();
    serve.wait_for("reload-refused", |event| event["text"].as_str().unwrap().contains("error[not-in-iso]"));
    assert!(machine.get(&kept.url("extra/initrd")).body == initrd());
    // Written in place, it is nobody's any more.
    lab.rename_over("files/live.iso", &whole);
    let last = machine.boot();
    assert!(machine.get(&last.url("boot/vmlinuz")).body == kernel());
    let mut torn = whole;
    torn[40 * 2048] ^= 1;
    lab.write("files/live.iso", torn);
    assert_eq!(machine.get(&last.url("boot/vmlinuz")).status, 503);
    let ended = serve.interrupt().with(0);
    assert!(ended.stderr.contains("`files/live.iso` is changed and in force from the next boot on: 1 host"), "{}", ended.stderr);
}

#[test]
fn a_host_may_take_another_image_and_a_recipe_knows_its_own() {
    let lab = Lab::new(&format!(
        "{HEAD}artifacts:
  one: {{path: files/one.iso}}
  two: {{path: files/two.iso}}
  wimboot: {{path: files/linux}}
profiles:
  live: {{recipe: linux, iso: one, kernel: {{x64: /boot/vmlinuz, arm64: /arm64/vmlinuz}}}}
  win2022: {{recipe: windows, wimboot: wimboot, iso: {{x64: two}}}}
hosts:
  - {{serial: SN-1, name: live-01, profile: live}}
  - {{serial: SN-2, name: live-02, profile: live, iso: two}}
  - {{serial: SN-3, name: win-01, profile: win2022}}
"
    ));
    let file = |path, content, extents| File { path, content, extents };
    let (wim, bcd) = (files::noise(50, 300_000), files::noise(51, 9_000));
    let (kernel, other) = (kernel(), files::kernel(78));
    lab.write("files/one.iso", fragmented::image(&[file("BOOT/VMLINUZ.", &kernel, 2), file("ARM64/VMLINUZ.", &kernel, 1)]));
    lab.write(
        "files/two.iso",
        fragmented::image(&[
            file("BOOT/VMLINUZ.", &other, 3),
            file("ARM64/VMLINUZ.", &kernel, 1),
            file("SOURCES/BOOT.WIM", &wim, 5),
            file("BOOT/BCD.", &bcd, 1),
            file("BOOT/BOOT.SDI", &bcd, 2),
            file("BOOTMGR.", &bcd, 1),
        ]),
    );
    lab.pxectl(&["lint"]).ends_with(0);
    lab.pxectl(&["boot-test", "live-01"]).ends_with(0).prints("media/one/boot/vmlinuz ");
    lab.pxectl(&["boot-test", "live-02"]).ends_with(0).prints("media/two/boot/vmlinuz ");
    for firmware in ["bios", "uefi-x64"] {
        let ran = lab.pxectl(&["boot-test", "win-01", "--firmware", firmware]).ends_with(0);
        for part in ["artifacts/wimboot ", "media/two/sources/boot.wim ", "media/two/boot/bcd ", "media/two/boot/boot.sdi "] {
            assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
        }
        assert_eq!(ran.stdout.contains("media/two/bootmgr "), firmware == "bios", "{}", ran.stdout);
    }
    let serve = lab.serve(&["--all", "--yes"]);
    let machine = serve.machine(4).serial("SN-3");
    let script = machine.boot();
    assert!(machine.get(&script.url("sources/boot.wim boot.wim".split(' ').next().unwrap())).body == wim);
    serve.interrupt().with(0);
    let explained = lab.pxectl(&["explain", "win-01", "--firmware", "uefi-x64"]).ends_with(0);
    assert!(
        explained.stdout.contains("/sources/boot.wim") && explained.stdout.contains("recipe windows"),
        "{}",
        explained.stdout
    );
}

#[test]
fn images_of_genisoimage_with_every_kind_of_names() {
    let lab = Lab::new(&format!("{HEAD}{}", LIVE.replace("extra/", "Ex.tra_1/")));
    let files: [(&str, &[u8]); 3] = [("boot/vmlinuz", &kernel()), ("boot/initrd", &initrd()), ("Ex.tra_1/initrd", &extra())];
    for options in [&["-R"][..], &["-J"], &["-R", "-J"], &["-J", "-joliet-long"]] {
        let _ = std::fs::remove_file(lab.path("files/live.iso"));
        if genisoimage(&lab, "files/live.iso", options, &files).is_none() {
            return;
        }
        let ran = lab.pxectl(&["boot-test", "live-01"]).ends_with(0);
        assert!(ran.stdout.contains("media/live-iso/Ex.tra_1/initrd "), "{options:?}: {}", ran.stdout);
    }
}

#[test]
fn disks_and_scripts_out_of_an_image() {
    let lab = Lab::new(&format!(
        "{HEAD}artifacts:
  tools: {{path: files/tools.iso}}
profiles:
  disk: {{recipe: sanboot, iso: tools, image: /img/memtest.img}}
  whole: {{recipe: sanboot, image: tools}}
  menu: {{recipe: chain, iso: tools, script: /menu.ipx}}
hosts:
  - {{serial: SN-1, name: disk-1, profile: disk}}
  - {{serial: SN-2, name: whole-1, profile: whole}}
  - {{serial: SN-3, name: menu-1, profile: menu}}
"
    ));
    let (disk, script) = (files::noise(60, 300 * 512), "#!ipxe\necho out of an image\nexit 0\n");
    let disk = File { path: "IMG/MEMTEST.IMG", content: &disk, extents: 11 };
    lab.write("files/tools.iso", fragmented::image(&[disk, File { path: "MENU.IPX", content: script.as_bytes(), extents: 1 }]));
    for firmware in ["bios", "uefi-x64"] {
        let ran = lab.pxectl(&["boot-test", "disk-1", "--firmware", firmware]).ends_with(0);
        assert!(ran.stdout.contains("boots from media/tools/img/memtest.img as a disk"), "{}", ran.stdout);
        assert!(ran.stdout.contains("every byte was as it lies in its file"), "{}", ran.stdout);
        lab.pxectl(&["boot-test", "whole-1", "--firmware", firmware]).ends_with(0).prints("artifacts/tools");
        lab.pxectl(&["boot-test", "menu-1", "--firmware", firmware]).ends_with(0).prints("media/tools/menu.ipx ");
    }
}

/// As Microsoft's are: everything lies in UDF, and through ISO 9660 there is a note alone. The case of names is of no matter.
#[test]
fn windows_out_of_an_image_like_microsofts() {
    let lab = Lab::new(&format!(
        "{HEAD}artifacts:
  win-iso: {{path: files/win.iso}}
  wimboot: {{path: files/linux}}
profiles:
  win2022: {{recipe: windows, wimboot: wimboot, iso: win-iso}}
hosts:
  - {{serial: SN-WIN, name: win-01, profile: win2022}}
"
    ));
    let (wim, small) = (files::noise(70, 300_001), files::noise(71, 3_000));
    let files: [(&str, &[u8]); 5] = [
        ("Sources/Boot.wim", &wim),
        ("Boot/BCD", &small),
        ("Boot/boot.sdi", &small),
        ("bootmgr", &small),
        ("README.TXT", b"This disc holds a UDF file system\n"),
    ];
    let hidden = ["-udf", "-hide", "Sources", "-hide", "Boot", "-hide", "bootmgr"];
    if genisoimage(&lab, "files/win.iso", &hidden, &files).is_none() {
        return;
    }
    for firmware in ["bios", "uefi-x64"] {
        lab.pxectl(&["boot-test", "win-01", "--firmware", firmware]).ends_with(0).prints("media/win-iso/sources/boot.wim ");
    }
    let serve = lab.serve(&["--all", "--yes"]);
    let machine = serve.machine(2).serial("SN-WIN");
    let script = machine.boot();
    assert!(machine.get(&script.url("/sources/boot.wim")).body == wim);
    serve.interrupt().with(0);
}
