//! An interrupt ends `serve` in good order.

use rustix::process::Signal;

use crate::support::lab::Lab;

/// So long that it cannot hide in the buffers of a connection.
const LONG: u64 = 32 << 20;

fn lab_with_a_long_file() -> Lab {
    let lab = Lab::live();
    let file = std::fs::File::create(lab.path("files/initrd")).unwrap();
    file.set_len(LONG).unwrap();
    lab
}

#[test]
fn a_transfer_under_way_comes_to_its_end() {
    let lab = lab_with_a_long_file();
    let mut serve = lab.serve(&[]);
    let web = serve.machine(2).serial("SN-WEB");
    let initrd = web.ask(&web.boot().url("/artifacts/initrd"));
    serve.wait_for("transfer-started", |transfer| transfer["role"] == "initrd");
    serve.signal(Signal::INT);
    assert_eq!(serve.wait("stopping")["why"], "interrupt");
    assert_eq!(initrd.whole().body.len() as u64, LONG);
    let ended = serve.end().with(0);
    let names: Vec<_> = ended.events.iter().filter_map(|event| event["event"].as_str()).collect();
    let after: Vec<_> =
        names.iter().skip_while(|name| **name != "stopping").filter(|name| **name != "transfer-progress").collect();
    assert_eq!(after, [&"stopping", &"transfer-done", &"stopped"]);
}

#[test]
fn sigterm_is_the_same_with_another_word() {
    let serve = Lab::live().serve(&[]);
    serve.signal(Signal::TERM);
    assert_eq!(serve.end().with(0).all("stopping")[0]["why"], "terminated");
}

#[test]
fn a_second_interrupt_does_not_wait() {
    let lab = lab_with_a_long_file();
    let mut serve = lab.serve(&[]);
    let web = serve.machine(2).serial("SN-WEB");
    let held = web.ask(&web.boot().url("/artifacts/initrd"));
    serve.wait_for("transfer-started", |transfer| transfer["role"] == "initrd");
    serve.signal(Signal::INT);
    serve.wait("stopping");
    serve.signal(Signal::INT);
    let ended = serve.end().with(0);
    assert!(ended.all("transfer-done").iter().all(|transfer| transfer["role"] != "initrd"));
    drop(held);
}

#[test]
fn whoever_comes_after_the_stop_is_not_served() {
    let serve = Lab::live().serve(&[]);
    let http = serve.http;
    serve.interrupt().with(0);
    assert!(std::net::TcpStream::connect(http).is_err());
}
