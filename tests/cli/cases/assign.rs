//! `assign` and `unassign` change what they must and nothing else, or say why not.

use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Stdio;

use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};
use crate::support::run;

/// The lines that differ, as `- old` and `+ new`.
fn changed(old: &str, new: &str) -> Vec<String> {
    let gone = old.lines().filter(|line| !new.lines().any(|other| other == *line)).map(|line| format!("- {}", line.trim()));
    let come = new.lines().filter(|line| !old.lines().any(|other| other == *line)).map(|line| format!("+ {}", line.trim()));
    gone.chain(come).collect()
}

fn untouched(lab: &Lab, text: &str) {
    assert_eq!(lab.read("inventory.yaml"), text, "nothing was changed");
    let left = std::fs::read_dir(lab.folder()).unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    assert_eq!(left.filter(|name| name.ends_with(".pxectl-edit")).collect::<Vec<_>>(), Vec::<String>::new(), "no litter");
}

#[test]
fn a_host_gets_another_profile_and_one_line_changes() {
    let lab = Lab::usual();
    let old = lab.read("inventory.yaml");
    lab.pxectl(&["assign", "SN-LIVE", "local"]).ends_with(0).prints("inventory.yaml:14: live-01 local, no longer rescue\n");
    let expected = [
        "- - {serial: SN-LIVE, name: live-01, profile: rescue, mac: \"52:54:00:00:00:02\"}",
        "+ - {serial: SN-LIVE, name: live-01, profile: local, mac: \"52:54:00:00:00:02\"}",
    ];
    assert_eq!(changed(&old, &lab.read("inventory.yaml")), expected);
    let text = lab.read("inventory.yaml");
    lab.pxectl(&["assign", "live-01", "local"]).ends_with(0).prints("nothing to change: live-01 is local already");
    untouched(&lab, &text);
}

#[test]
fn a_new_machine_gets_an_entry_and_loses_it_again() {
    let lab = Lab::usual();
    let old = lab.read("inventory.yaml");
    let args = [
        "assign",
        "0123456789A",
        "rescue",
        "--name",
        "new-01",
        "--mac",
        "52-54-00-00-00-09",
        "--ip",
        "127.0.0.9",
        "--set",
        "disk=no",
    ];
    lab.pxectl(&args).ends_with(0).prints("new-01 new: rescue");
    lab.pxectl(&["lint"]).ends_with(0);
    let script = lab.pxectl(&["render", "boot", "new-01"]).ends_with(0).stdout;
    assert!(script.contains("#!ipxe"), "{script}");
    assert!(changed(&old, &lab.read("inventory.yaml"))[0].contains("disk: \"no\""), "other tools read no as false");
    lab.pxectl(&["unassign", "new-01"]).ends_with(0).prints("inventory.yaml: new-01 removed; it was rescue");
    assert_eq!(lab.read("inventory.yaml"), old);
}

#[test]
fn what_would_be_an_error_is_refused_with_it() {
    let lab = Lab::usual();
    let text = lab.read("inventory.yaml");
    let refused: &[(&[&str], &str)] = &[
        (&["assign", "SN-LIVE", "resque"], "did you mean `rescue`?"),
        (&["assign", "SN-LIVE", "*"], "did you mean `debian-12`, `rescue`, `local`, `hold`?"),
        (&["assign", "SN-LIVE", "local", "--mac", "52:54:00:00:00:01"], "duplicate-mac"),
        (&["assign", "SN-LIVE", "local", "--ip", "10.9.9.9"], "address-outside-subnet"),
        (&["assign", "SN-LIVE", "local", "--name", "web-01"], "duplicate-name"),
        (&["assign", "SN-LIVE", "local", "--mac", "x"], "is no `mac`"),
        (&["assign", "live-1", "local"], "did you mean `live-01`"),
        (&["assign", "none", "local"], "is no `serial`"),
        (&["unassign", "live-01", "nobody"], "no host of the inventory is called `nobody`"),
    ];
    for (args, says) in refused {
        let ran = lab.pxectl(args).ends_with(1).says("nothing was changed");
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
        untouched(&lab, &text);
    }
}

#[test]
fn a_template_that_would_not_render_is_an_error_too() {
    let lab = Lab::usual();
    lab.write("templates/needs.j2", "disk {{ vars.disk }}\n");
    lab.edit(|text| {
        text.replace("  rescue: {", "  needy: {recipe: debian, kernel: linux, initrds: [initrd], answer: needs.j2}\n  rescue: {")
    });
    let text = lab.read("inventory.yaml");
    let ran = lab.pxectl(&["assign", "SN-LIVE", "needy"]).ends_with(1).says("nothing was changed");
    assert!(ran.stderr.contains("disk"), "{}", ran.stderr);
    untouched(&lab, &text);
    lab.pxectl(&["assign", "SN-LIVE", "needy", "--set", "disk=/dev/sda"]).ends_with(0);
}

#[test]
fn a_rehearsal_shows_the_difference_and_changes_nothing() {
    let lab = Lab::usual();
    let text = lab.read("inventory.yaml");
    let ran = lab.pxectl(&["assign", "SN-LIVE", "local", "--dry-run"]).ends_with(0);
    assert!(ran.stdout.starts_with("--- inventory.yaml\n+++ inventory.yaml\n@@ "), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n-  - {serial: SN-LIVE,") && ran.stdout.contains("\n+  - {serial: SN-LIVE,"), "{}", ran.stdout);
    untouched(&lab, &text);
}

#[test]
fn a_machine_that_was_installed_is_not_installed_again_and_that_is_said() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes"]);
    serve.machine(4).serial("SN-WEB").boots_whole();
    serve.wait("booted");
    serve.interrupt().with(0);
    lab.edit(|text| text.replace("  rescue: {", "  debian-13: {extends: debian-12, args: [quiet]}\n  rescue: {"));
    lab.pxectl(&["assign", "web-01", "debian-13"]).ends_with(0).says("it boots its disk until `pxectl rearm web-01`");
    lab.pxectl(&["assign", "live-01", "debian-13"]).ends_with(0).prints("live-01 debian-13, no longer rescue");
}

fn from_stdin(lab: &Lab, table: &str) -> run::Ran {
    let mut command = run::command(lab.folder(), &["assign", "--from", "-"]);
    let (reader, mut writer) = std::io::pipe().unwrap();
    command.stdin(Stdio::from(reader));
    writer.write_all(table.as_bytes()).unwrap();
    drop(writer);
    run::wait(command, "assign --from -")
}

#[test]
fn many_at_once_are_all_or_none() {
    let lab = Lab::usual();
    let text = lab.read("inventory.yaml");
    let ran = from_stdin(&lab, "serial;profile;name\r\nSN-LIVE;local;\r\nSN-NEW-1;rescue;new-01\r\nSN-NEW-2;rescue;new 02\r\n")
        .ends_with(1);
    assert!(ran.stderr.contains("line 4:") && ran.stderr.contains("`new 02` is no `name`"), "{}", ran.stderr);
    untouched(&lab, &text);
    from_stdin(&lab, "serial,profil\n").ends_with(2).one_error().says("there is no column `profil`");
    lab.write("machines.csv", "serial,profile,name\nSN-LIVE,local,\nSN-NEW-1,rescue,new-01\n");
    let ran = lab.pxectl(&["assign", "--from", "machines.csv"]).ends_with(0).prints("live-01 local, no longer rescue");
    assert!(ran.stdout.contains("new-01 new: rescue"), "{}", ran.stdout);
    lab.pxectl(&["lint"]).ends_with(0);
}

#[test]
fn the_file_that_holds_the_host_is_the_one_that_changes() {
    let lab = Lab::new(&format!("{HEAD}{PROFILES}include: [racks/*.yaml]\n"));
    lab.write("racks/one.yaml", HOSTS);
    let main = lab.read("inventory.yaml");
    lab.pxectl(&["assign", "web-01", "local"]).ends_with(0).prints("racks/one.yaml:2: web-01 local, no longer debian-12");
    assert_eq!(lab.read("inventory.yaml"), main);
    assert!(lab.read("racks/one.yaml").contains("name: web-01, profile: local,"));
}

#[test]
fn a_file_that_is_not_theirs_to_replace_stays() {
    let lab = Lab::usual();
    let (file, text) = (lab.path("inventory.yaml"), lab.read("inventory.yaml"));
    let mode = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o444);
    lab.pxectl(&["assign", "SN-LIVE", "local"]).ends_with(2).one_error().says("is read-only").says("hint: ");
    untouched(&lab, &text);
    mode(0o600);
    std::fs::hard_link(&file, lab.path("second")).unwrap();
    lab.pxectl(&["assign", "SN-LIVE", "local"]).ends_with(2).one_error().says("2 hard links").says("hint: ");
    untouched(&lab, &text);
    std::fs::remove_file(lab.path("second")).unwrap();
    std::fs::rename(&file, lab.path("real.yaml")).unwrap();
    symlink("real.yaml", &file).unwrap();
    lab.pxectl(&["assign", "SN-LIVE", "local"]).ends_with(0);
    assert!(std::fs::symlink_metadata(&file).unwrap().is_symlink(), "the link stays");
    assert_eq!(std::fs::metadata(lab.path("real.yaml")).unwrap().mode() & 0o777, 0o600, "and so does the mode");
}

#[test]
fn two_hundred_at_once_lose_nothing() {
    let lab = Lab::usual();
    let children: Vec<_> = (0..200)
        .map(|n| {
            let (serial, name) = (format!("SN-RACK-{n:03}"), format!("rack-{n:03}"));
            run::command(lab.folder(), &["-q", "assign", &serial, "local", "--name", &name]).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = lab.read("inventory.yaml");
    for n in 0..200 {
        assert_eq!(text.matches(&format!("serial: SN-RACK-{n:03},")).count(), 1, "{n}");
    }
    lab.pxectl(&["lint"]).ends_with(0).says("203 hosts");
}

#[test]
fn killed_at_any_instant_the_file_is_old_or_new() {
    let lab = Lab::usual();
    let texts =
        [lab.read("inventory.yaml"), lab.read("inventory.yaml").replace("live-01, profile: rescue", "live-01, profile: local")];
    let mut seen = [0, 0];
    for round in 0_u32..120 {
        let profile = if round % 2 == 0 { "local" } else { "rescue" };
        let mut child = run::command(lab.folder(), &["-q", "assign", "live-01", profile]).spawn().unwrap();
        // A number of looks instead of a time: how far the child is by then differs from round to round.
        for _ in 0..round.wrapping_mul(2_654_435_761) % 100_000 {
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let text = lab.read("inventory.yaml");
        let which = texts.iter().position(|whole| *whole == text);
        seen[which.unwrap_or_else(|| panic!("neither old nor new:\n{text}"))] += 1;
    }
    assert!(seen.iter().all(|count| *count > 0), "some got far enough: {seen:?}");
    let text = lab.pxectl(&["assign", "live-01", "rescue"]).ends_with(0);
    assert!(!text.stdout.is_empty());
    lab.pxectl(&["assign", "live-01", "local"]).ends_with(0);
    untouched(&lab, &texts[1]);
}

#[test]
#[allow(clippy::print_stderr)]
fn a_full_disk_leaves_the_old_file_and_no_litter() {
    let lab = Lab::usual();
    // A disk of its own, in a mount namespace of its own: gone with the last process in it.
    let script = "set -e; mkdir disk; mount -t tmpfs -o size=64k lab disk; cp inventory.yaml disk/; \
        mkdir disk/files; touch disk/files/linux disk/files/initrd; \
        cat /dev/zero > disk/full 2>/dev/null || true; cd disk; \
        set +e; \"$0\" assign SN-LIVE local; echo \"code $?\"; cmp inventory.yaml ../inventory.yaml && echo same; ls -A";
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_pxectl")]).current_dir(lab.folder());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = run::wait(command, "assign on a full disk");
    if ran.stderr.contains("unshare: ") || ran.stderr.contains("mount: ") {
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "a full disk cannot be tried here: {}", ran.stderr);
        eprintln!("SKIPPED: a full disk cannot be tried without a mount namespace: {}", ran.stderr);
        return;
    }
    assert!(ran.stdout.contains("code 2") && ran.stdout.contains("same"), "{ran:?}");
    assert!(ran.stderr.contains("No space left") && ran.stderr.contains("nothing was changed"), "{ran:?}");
    assert!(!ran.stdout.contains("pxectl-edit"), "{ran:?}");
}

#[test]
fn what_it_did_is_told_with_the_line_whatever_the_machine_is_known_by() {
    let lab = Lab::usual();
    for (who, told) in [
        ("0123456789ABCDEF0123456789ABCDE0", "inventory.yaml:16: 01234567-89ab-cdef-0123-456789abcde0 new: rescue\n"),
        ("52-54-00-00-00-77", "inventory.yaml:17: 52:54:00:00:00:77 new: rescue\n"),
    ] {
        assert_eq!(lab.pxectl(&["assign", who, "rescue"]).ends_with(0).stdout, told);
    }
    let text = lab.read("inventory.yaml");
    lab.pxectl(&["assign", "SN\nNEW-1", "rescue"]).ends_with(1).says("a line end, or another control character");
    lab.pxectl(&["assign", "SN-NEW", "rescue", "--set", "a=1", "--set", "a=2"])
        .ends_with(1)
        .says("the variable `a` is given twice");
    lab.pxectl(&["unassign", "web-01", "SN-WEB"]).ends_with(1).says("the machine `SN-WEB` is given twice");
    untouched(&lab, &text);
}

#[test]
fn what_is_probably_not_meant_is_said_at_once() {
    let lab = Lab::usual();
    let ran = lab.pxectl(&["assign", "live-01", "rescue", "--set", "root_password=hunter2"]).ends_with(0);
    let ran = ran.says("warning[secret-in-plain-sight]").says("inventory.yaml:14:");
    assert!(!ran.stderr.contains("hunter2") && !ran.stdout.contains("hunter2"), "{ran:?}");
    // It was there before now; and so it would be if somebody allowed it.
    let ran = lab.pxectl(&["assign", "live-01", "local"]).ends_with(0);
    assert!(!ran.stderr.contains("warning"), "{ran:?}");
}

#[test]
fn of_a_table_the_line_is_told_for_what_lint_finds() {
    let lab = Lab::usual();
    lab.write("machines.csv", "serial,profile\nSN-A001,rescue\nSN-A002,resuce\n");
    let text = lab.read("inventory.yaml");
    lab.pxectl(&["assign", "--from", "machines.csv"]).ends_with(1).says("line 3:").says("error[unknown-profile]");
    lab.pxectl(&["assign", "--from", "/dev/null"]).ends_with(2).says("hint: a pipe or a device is read by the standard input");
    untouched(&lab, &text);
}
