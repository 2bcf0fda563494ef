//! Stage 2 for every recipe and every way a machine may stand, on BIOS and UEFI: as snapshots, judged by the iPXE checker.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types)]

mod common;

use common::{BASE, BOOT, Bench, Says, ask, asker, name, templates, unversioned};
use pxectl_model::arch::{CpuArch, Firmware};
use pxectl_model::boot::{Action, Responder, Stage2, Standing, Verdict};
use pxectl_model::ipxe::{Dialect, check};
use pxectl_model::settings::{FileKey, Inject};
use pxectl_render::{Scripts, ipxe_embed, stage1};

const MAC: &str = "52:54:00:12:34:56";

fn lab() -> Scripts {
    let windows = Says::recipe("windows")
        .file(FileKey::Wimboot, "wimboot")
        .file(FileKey::BootWim, "win-boot-wim")
        .file(FileKey::Bcd, "win-bcd")
        .file(FileKey::BootSdi, "win-sdi")
        .file(FileKey::Bootmgr, "win-bootmgr")
        .inject("winpeshl.ini", Inject::File(name("winpeshl").into()))
        .inject("install.bat", Inject::Template("install.bat.j2".into()));
    let live = Says::recipe("linux")
        .initrds(&["live-initrd", "live-extra"])
        .args(&["console=ttyS0,115200", "quiet"])
        .by_arch(FileKey::Kernel, &[(CpuArch::X64, "live-linux"), (CpuArch::Arm64, "live-linux-arm64")]);
    let debian = Says::recipe("debian").file(FileKey::Kernel, "debian-12-linux").initrds(&["debian-12-initrd"]);
    let bench = Bench::new()
        .profile("debian-12", debian.clone().answer("web/preseed.cfg.j2").args(&["console=ttyS0"]).var("disk", "/dev/vda"))
        .profile("debian-ask", debian)
        .profile("live", live)
        .profile("win2022", windows)
        .profile("image", Says::recipe("sanboot").file(FileKey::Image, "memtest-iso"))
        .profile("script", Says::recipe("chain").file(FileKey::Script, "other-ipxe"))
        .profile("elsewhere", Says::recipe("chain").url("http://boot.example.org/menu.ipxe?x=1&y=2"))
        .host("7CX1234", Some("web-01"), "debian-12", &[(MAC, Some("10.1.0.21"))], Says::default().args(&["panic=60"]))
        .host("7CX1235", None, "debian-ask", &[], Says::default())
        .host("7CX1236", Some("live-01"), "live", &[], Says::default())
        .host("7CX1237", Some("win-01"), "win2022", &[], Says::default())
        .host("7CX1238", Some("img-01"), "image", &[], Says::default())
        .host("7CX1239", Some("chain-01"), "script", &[], Says::default())
        .host("7CX1240", Some("chain-02"), "elsewhere", &[], Says::default())
        .host("7CX1241", Some("disk-01"), "local", &[], Says::default())
        .host("7CX1242", Some("wait-01"), "hold", &[], Says::default())
        .rule("PowerEdge R9*", "live", Says::default());
    let own = [
        ("web/preseed.cfg.j2", "d-i partman-auto/disk string {{ vars.disk }}\nd-i netcfg/get_hostname string {{ host.name }}\n"),
        ("install.bat.j2", "rem {{ host.name }}\n"),
    ];
    bench.try_scripts(&own).unwrap()
}

fn shown(stage2: &Stage2) -> String {
    let loads: Vec<String> = stage2.loads.iter().map(|load| format!("{} = {}", load.role, load.file)).collect();
    let answers: Vec<String> =
        stage2.answers.iter().map(|(name, text)| format!("--- {name}\n{}", String::from_utf8_lossy(text))).collect();
    let text = format!(
        "{}--- {:?}, beacon: {}, loads: {}\n{}",
        stage2.text,
        stage2.action,
        stage2.beacon,
        loads.join(", "),
        answers.concat()
    );
    unversioned(&text)
}

#[test]
fn every_recipe_on_bios_and_uefi() {
    let scripts = lab();
    let hosts = ["7CX1234", "7CX1235", "7CX1236", "7CX1237", "7CX1238", "7CX1239", "7CX1240", "7CX1241", "7CX1242"];
    for serial in hosts {
        for firmware in [Firmware::Bios, Firmware::UefiX64] {
            let (who, stage2) = ask(&scripts, &asker(serial, MAC.replace("12", "99").as_str(), Some(firmware)), Standing::Armed);
            assert_eq!(check(&stage2.text, Dialect::Debian12), [], "{serial} on {firmware}:\n{}", stage2.text);
            insta::assert_snapshot!(format!("{}-{firmware}", who.label), shown(&stage2));
        }
    }
}

#[test]
fn every_standing() {
    let scripts = lab();
    let asker = |serial| asker(serial, MAC, Some(Firmware::Bios));
    for (snapshot, serial, standing) in [
        ("done", "7CX1234", Standing::Done),
        ("outside", "7CX1234", Standing::Outside),
        ("unknown", "NOBODY-1", Standing::Armed),
        ("unknown-nasty", "a'b ${serial} || # \\", Standing::Armed),
        ("placeholder", "To Be Filled By O.E.M.", Standing::Armed),
        ("no-serial", "", Standing::Armed),
    ] {
        let mut asker = asker(serial);
        if serial != "7CX1234" {
            asker.identity.macs = vec!["52:54:00:99:99:99".parse().unwrap()];
        }
        let (_, stage2) = ask(&scripts, &asker, standing);
        assert_eq!(check(&stage2.text, Dialect::Debian12), [], "{}", stage2.text);
        insta::assert_snapshot!(format!("standing-{snapshot}"), shown(&stage2));
    }
    let (_, live) = ask(&scripts, &asker("7CX1236").clone(), Standing::Armed);
    assert_eq!(live.action, Action::Refuse, "its MAC is another host's");
}

#[test]
fn refusals_say_why() {
    let scripts = lab();
    let other = "52:54:00:99:99:99";
    for (label, asker) in [
        ("another-hosts-mac", asker("7CX1236", MAC, Some(Firmware::Bios))),
        ("no-kernel", asker("7CX1236", other, Some(Firmware::UefiIa32))),
        ("not-on-arm", asker("7CX1237", other, Some(Firmware::UefiArm64))),
        ("unknown-firmware", asker("7CX1234", MAC, None)),
    ] {
        let (who, stage2) = ask(&scripts, &asker, Standing::Armed);
        assert_eq!(stage2.action, Action::Refuse);
        assert_eq!(check(&stage2.text, Dialect::Debian12), [], "{}", stage2.text);
        assert_eq!(who.machine.is_none(), label == "another-hosts-mac");
        insta::assert_snapshot!(format!("refused-{label}"), shown(&stage2));
    }
}

#[test]
fn a_rule_gives_a_stranger_its_profile() {
    let scripts = lab();
    let mut asker = asker("RULE-0001", "52:54:00:99:99:99", Some(Firmware::UefiX64));
    asker.identity.product = "PowerEdge R940".into();
    let (who, stage2) = ask(&scripts, &asker, Standing::Armed);
    assert_eq!(who.label, "RULE-0001");
    assert_eq!(who.machine.unwrap().id.to_string(), "serial:RULE-0001");
    let boots = Verdict::Boot { profile: "live".into(), recipe: "linux".into(), installs: false };
    assert_eq!(who.verdict, boots);
    assert_eq!(stage2.action, Action::Boot);
    asker.identity.product.clear();
    assert_eq!(scripts.recognise(&asker).verdict, Verdict::Hold);
}

#[test]
fn scripts_that_are_the_same_for_all() {
    let set = templates(&[]);
    insta::assert_snapshot!("stage1", unversioned(&stage1(&set, BASE).unwrap()));
    insta::assert_snapshot!("embed", unversioned(&ipxe_embed(&set, BASE).unwrap()));
}

#[test]
fn a_preview_has_placeholders() {
    let scripts = lab();
    let text = scripts.preview(0, Firmware::Bios).unwrap().text;
    assert!(text.contains("/b/BOOT-ID/artifacts/debian-12-linux"), "{text}");
    assert!(text.contains("BOOTIF=01-52-54-00-12-34-56"), "{text}");
    assert!(scripts.preview(1, Firmware::Bios).unwrap().text.contains("BOOTIF=01-MAC"));
    assert!(scripts.preview(99, Firmware::Bios).is_err());
}

#[test]
fn files_inside_an_image_have_urls_and_names_of_their_own() {
    let initrds = ["/casper/initrd", "/hwe/initrd", "initrd", "/x/vmlinuz", "/a/-odd,name@1", "initrd"];
    let live = Says::recipe("linux").iso("live-iso").file(FileKey::Kernel, "/casper/vmlinuz").initrds(&initrds);
    let windows =
        Says::recipe("windows").iso("win-iso").file(FileKey::Wimboot, "wimboot").file(FileKey::BootWim, "/sources/boot.wim");
    let windows = windows.inject("curl.exe", Inject::File(common::file_ref("/tools/curl.exe")));
    let bench =
        Bench::new().artifacts(&["live-iso", "win-iso", "initrd", "wimboot"]).profile("live", live).profile("win", windows);
    let bench = bench.host("7CX1234", None, "live", &[], Says::default());
    let bench = bench.host("7CX1235", None, "live", &[], Says::default().iso("win-iso"));
    let scripts = bench.host("7CX1236", None, "win", &[], Says::default()).scripts();
    let script = |serial: &str| ask(&scripts, &asker(serial, "52:54:00:00:00:01", Some(Firmware::UefiX64)), Standing::Armed).1;
    let stage2 = script("7CX1234");
    let base = format!("{BASE}/b/{BOOT}");
    let encoded = |file: &str| file.replace(',', "%2C").replace('@', "%40");
    let names = ["initrd", "initrd-2", "initrd-3", "vmlinuz-2", "_-odd_name_1", "initrd-4"];
    let arguments: String = names.iter().map(|name| format!(" initrd={name}")).collect();
    assert!(
        stage2.text.contains(&format!("kernel --timeout 60000 {base}/media/live-iso/casper/vmlinuz{arguments} ||")),
        "{}",
        stage2.text
    );
    for (name, file) in names.iter().zip(initrds) {
        let key = if file.starts_with('/') { format!("media/live-iso{}", encoded(file)) } else { format!("artifacts/{file}") };
        assert!(
            stage2.text.contains(&format!("initrd --timeout 60000 --name {name} {base}/{key} ||")),
            "{name}: {}",
            stage2.text
        );
    }
    assert!(stage2.text.contains("set step the initrd live-iso/hwe/initrd\n"), "{}", stage2.text);
    let loads: Vec<_> = stage2.loads.iter().map(|load| (load.file.as_str(), load.role.as_str())).collect();
    assert_eq!(loads[..2], [("media/live-iso/casper/vmlinuz", "kernel"), ("media/live-iso/casper/initrd", "initrd")]);
    assert_eq!((loads.len(), loads[3]), (7, ("artifacts/initrd", "initrd")));
    assert!(script("7CX1235").text.contains("/media/win-iso/casper/vmlinuz "), "a host's own image");
    let stage2 = script("7CX1236");
    assert!(
        stage2.text.contains(&format!("--name boot.wim {base}/media/win-iso/sources/boot.wim boot.wim ||")),
        "{}",
        stage2.text
    );
    assert!(stage2.text.contains(&format!("--name curl.exe {base}/media/win-iso/tools/curl.exe curl.exe ||")), "{}", stage2.text);
}
