//! A reader that has seen enough closes its pipe; that is no reason to fail.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::PATIENCE;
use crate::support::lab::Lab;
use crate::support::machine::Machine;
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
        (&["list"], 0),
        (&["list", "recipes", "--format", "json"], 0),
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

/// Where nothing is written any more although somebody reads, the result is not there.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_at_the_standard_output_is_trouble() {
    let lab = Lab::usual();
    for args in [&["list"][..], &["render", "dhcp"], &["list", "recipes", "--format", "json"]] {
        let mut command = command(lab.path("").as_path(), args);
        command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
        wait(command, &args.join(" ")).ends_with(2).one_error().says("No space left");
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
    Machine::new(3, http).serial("SN-LIVE").boots_whole();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// More asks than fit into a pipe and into what waits before it.
fn flood(http: std::net::SocketAddr) {
    let machine = Machine::new(4, http);
    for _ in 0..1500 {
        assert_eq!(machine.get("/boot.ipxe").status, 200, "the server waits for no reader");
    }
}

/// Interrupts twice, and checks that it ends by itself, in good order.
fn interrupt_twice(child: Child, stopping: impl FnOnce()) {
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::INT).unwrap();
    stopping();
    kill_process(pid, Signal::INT).unwrap();
    let (done, ended) = std::sync::mpsc::channel();
    let mut child = child;
    std::thread::spawn(move || done.send(child.wait().map(|status| status.code())));
    let Ok(code) = ended.recv_timeout(PATIENCE) else {
        let _ = kill_process(pid, Signal::KILL);
        panic!("it does not end");
    };
    assert_eq!(code.unwrap(), Some(0));
}

/// Reads lines until one holds this, and gives it.
fn line_with(lines: &mut impl BufRead, text: &str) -> String {
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {
        if line.contains(text) {
            return line;
        }
        line.clear();
    }
    panic!("no line says `{text}`");
}

#[test]
fn events_that_nobody_reads_keep_neither_the_server_nor_its_end() {
    let lab = Lab::live();
    let mut child = command(lab.path("").as_path(), &[&["serve"], ON_LOOPBACK].concat()).spawn().unwrap();
    // Held open, and never read.
    let _unread = child.stdout.take();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let listening = line_with(&mut stderr, "listening: ");
    let http = listening.trim_end().rsplit(' ').next().unwrap().parse().unwrap();
    flood(http);
    Machine::new(3, http).serial("SN-LIVE").boots_whole();
    line_with(&mut stderr, "booted rescue");
    interrupt_twice(child, || {
        line_with(&mut stderr, "stopping: interrupt");
    });
}

#[test]
fn a_terminal_that_stands_still_keeps_neither_the_server_nor_its_end() {
    let lab = Lab::live();
    let mut child = command(lab.path("").as_path(), &[&["serve", "-vv"], ON_LOOPBACK].concat()).spawn().unwrap();
    let _unread = child.stderr.take();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let listening: serde_json::Value = serde_json::from_str(&line_with(&mut stdout, "listening")).unwrap();
    let events = std::thread::spawn(move || {
        line_with(&mut stdout, "stopping");
        stdout
    });
    flood(listening["http"].as_str().unwrap().parse().unwrap());
    interrupt_twice(child, || {
        events.join().unwrap();
    });
}
