//! A reader that has seen enough closes its pipe; that is no reason to fail.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::lab::Lab;
use crate::support::run::{command, wait};
use crate::support::serve::ON_LOOPBACK;

#[test]
fn a_closed_standard_output_is_no_panic() {
    let lab = Lab::usual();
    lab.write("bad.yaml", "pxectl: 1\nhosts: 5\n");
    let all: &[(&[&str], i32)] = &[
        (&["render", "template"], 0),
        (&["render", "template", "base.ipxe.j2"], 0),
        (&["render", "dhcp"], 0),
        (&["render", "boot", "web-01"], 0),
        (&["boot-test", "web-01"], 0),
        (&["lint", "bad.yaml"], 1),
        (&["--help"], 0),
        (&["demo"], 0),
        (&["demo", "--events", "ndjson"], 0),
    ];
    for (args, code) in all {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = command(lab.path("").as_path(), args);
        command.stdout(Stdio::from(writer));
        wait(command, &args.join(" ")).ends_with(*code);
    }
}

#[test]
fn a_closed_standard_error_is_no_panic() {
    let lab = Lab::usual();
    for args in
        [&["lint", "nothing.yaml"] as &[&str], &["serve"], &["serve", "web-01", "--until", "tomorrow"], &["boot-test", "x"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = command(lab.path("").as_path(), args);
        command.stderr(Stdio::from(writer));
        let ran = wait(command, &args.join(" "));
        assert!(ran.code == 1 || ran.code == 2, "{args:?}: {ran:?}");
    }
}

#[test]
fn serve_goes_on_when_nobody_reads_its_events_any_more() {
    let lab = Lab::usual();
    let mut child = command(lab.path("").as_path(), &[&["serve", "--yes", "--until", "booted", "live-01"], ON_LOOPBACK].concat());
    let mut child = child.spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let event: serde_json::Value = serde_json::from_str(&first).unwrap();
    let http = event["http"].as_str().unwrap().parse().unwrap();
    // The pipe is closed now.
    crate::support::machine::Machine::new(3, http).serial("SN-LIVE").boots_whole();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
