use crate::ipxe::ProblemKind::{self, *};
use crate::ipxe::{Dialect, all_commands, check};

fn kinds(script: &str) -> Vec<(ProblemKind, String)> {
    let text = format!("#!ipxe\n{script}");
    check(&text, Dialect::Debian12).into_iter().map(|p| (p.kind, text[p.span].to_owned())).collect()
}

#[test]
fn a_sound_script_has_no_problem() {
    let script = "#!ipxe\nimgfree\nset n:int32 0\n:again\nkernel --name linux http://h/linux initrd=initrd.gz console=ttyS0 -- quiet\n\
                  initrd --name initrd.gz http://h/initrd.gz || goto again\nimgfetch --name beacon --timeout 1000 http://h/e ||\n\
                  imgfree beacon ||\nboot || inc n && iseq ${n} 5 && exit 1 || sleep 2 && goto again\n\
                  chain --replace --autofree http://h/boot?s=${serial:hexraw}&u=${uuid}&m=${netX/mac:hexraw}\nsanboot --drive 0x80\n";
    assert_eq!(check(script, Dialect::Debian12), []);
    assert_eq!(check("#!ipxe\n", Dialect::Debian12), []);
}

#[test]
fn each_kind_is_found_at_its_place() {
    for (script, kind, at) in [
        ("frobnicate", UnknownCommand, "frobnicate"),
        ("imgverify a b", NotInDialect, "imgverify"),
        ("params", NotInDialect, "params"),
        ("shim http://h/s", NotInDialect, "shim"),
        ("initrd --quiet http://h/i", NotInDialect, "--quiet"),
        ("sanboot --label x", NotInDialect, "--label"),
        ("echo ${cwuri}", NotInDialect, "${cwuri}"),
        ("echo ${uuid:guid}", NotInDialect, "${uuid:guid}"),
        ("echo --x", Option, "--x"),
        ("kernel --replace http://h/k", Option, "--replace"),
        ("chain --timeout --replace http://h/", Option, "--timeout"),
        ("chain --replace=1 x", Option, "--replace=1"),
        ("sleep", Arguments, "sleep"),
        ("iseq a", Arguments, "iseq"),
        ("exit 1 2", Arguments, "exit"),
        ("goto nowhere", Label, "nowhere"),
        (":a\n:a", DuplicateLabel, "a"),
        ("echo ${serial}", RawText, "${serial}"),
        ("chain http://h/?s=${serial:uristring}", RawText, "http://h/?s=${serial:uristring}"),
        ("isset ${smbios/3.7.0}", RawText, "${smbios/3.7.0}"),
        ("echo ${hostname:string}", RawText, "${hostname:string}"),
        ("echo ${a${serial}}", RawText, "${a${serial}}"),
        ("echo ${open", Expansion, "${open"),
        ("echo ${mac:hexrow}", Expansion, "${mac:hexrow}"),
        ("echo é", NotAscii, "é"),
        ("echo \x07", NotAscii, "\x07"),
        ("echo a \\", Unfinished, "\\"),
    ] {
        assert_eq!(kinds(script), [(kind, at.to_owned())], "{script}");
    }
    for text in ["", "<html>", " #!ipxe\n", "#!ipxe"] {
        assert_eq!(check(text, Dialect::Debian12).iter().map(|p| p.kind).filter(|k| *k == Magic).count(), 1, "{text}");
    }
    let latest: Vec<_> = check("#!ipxe\nimgverify a b\nshim -q x\necho ${cwuri}\n", Dialect::Latest);
    assert_eq!(latest, []);
}

#[test]
fn lengths_have_ends() {
    assert_eq!(kinds(&format!("echo {}", "x".repeat(5000)))[0].0, TooLong);
    assert_eq!(kinds(&format!("echo {}", "x ".repeat(300)))[0].0, TooLong);
    assert_eq!(kinds(&format!("kernel http://h/k {}", "x".repeat(2048)))[0], (TooLong, "kernel".to_owned()));
    assert_eq!(kinds(&format!("kernel http://h/k {}", "x".repeat(2047))), []);
    assert_eq!(check(&"#!ipxe\n".repeat(100_000), Dialect::Debian12).len(), 1);
    assert_eq!(check(&format!("#!ipxe\n{}", "bad\n".repeat(1000)), Dialect::Debian12).len(), 100);
    // A word full of settings is given up in bounded time.
    assert!(kinds(&format!("echo {}", "${a}".repeat(60_000))).iter().any(|(kind, _)| *kind == TooLong));
}

#[test]
fn problems_tell_line_and_words() {
    let problems = check("#!ipxe\n\necho a \\\n --- ${serial}\ngoto x\n", Dialect::Debian12);
    assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [3, 5]);
    assert!(problems[0].message.contains("${serial:hexraw}"), "{}", problems[0].message);
}

#[test]
fn the_command_table_is_sorted_and_complete() {
    let names: Vec<&str> = all_commands().iter().map(|c| c.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted);
    // What was seen to be missing from Debian 12's undionly.kpxe.
    for name in [
        "params",
        "param",
        "imgverify",
        "imgtrust",
        "imgextract",
        "console",
        "nslookup",
        "ntp",
        "vcreate",
        "ping",
        "poweroff",
        "shim",
    ] {
        let spec = all_commands().iter().find(|c| c.name == name).unwrap();
        assert!(!spec.is_in(Dialect::Debian12), "{name}");
        assert!(spec.is_in(Dialect::Latest), "{name}");
    }
}
