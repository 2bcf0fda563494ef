//! Provisioning is a command that CI can run: `--until` and `--timeout` end with an answer.

use crate::support::lab::Lab;

#[test]
fn it_ends_when_all_of_the_plan_booted() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes", "--until", "booted"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    serve.wait("booted");
    // A machine that is not of the plan does not count, nor does a disk.
    serve.machine(4).serial("SN-DISK").boots_whole();
    serve.wait("booted");
    serve.machine(3).serial("SN-LIVE").boots_whole();
    let ended = serve.end().with(0);
    assert_eq!(ended.all("stopping")[0]["why"], "goal");
    for line in ["web-01", "live-01", "booted its disk"] {
        assert!(ended.stderr.contains(line), "{}", ended.stderr);
    }
}

#[test]
fn a_goal_that_is_missed_is_1_and_names_who_is_missing() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes", "--until", "booted", "--timeout", "1s"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    let ended = serve.end().with(1);
    assert_eq!(ended.all("stopping")[0]["why"], "timeout");
    assert!(ended.stderr.contains("not booted: live-01"), "{}", ended.stderr);
}

#[test]
fn an_interrupt_misses_the_goal_too() {
    let ended = Lab::usual().serve(&["--yes", "--until", "booted"]).interrupt().with(1);
    assert_eq!(ended.all("stopping")[0]["why"], "interrupt");
    assert!(ended.stderr.contains("not booted: web-01, live-01"), "{}", ended.stderr);
}

#[test]
fn without_a_goal_time_is_just_over() {
    let ended = Lab::usual().serve(&["--yes", "--timeout", "1s"]).end().with(0);
    assert_eq!(ended.all("stopping")[0]["why"], "timeout");
}

#[test]
fn what_was_done_before_is_not_waited_for() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    serve.interrupt().with(0);
    lab.serve(&["web-01", "--until", "booted"]).end().with(0);
}

#[test]
fn a_boot_of_the_disk_is_not_the_goal() {
    let lab = Lab::usual();
    let mut serve = lab.serve(&["--yes", "live-01", "--until", "booted"]);
    // Outside the plan: it boots its disk.
    let web = serve.machine(2).serial("SN-WEB");
    web.beacon(&web.boot());
    assert_eq!(serve.wait("booted")["action"], "local");
    serve.machine(3).serial("SN-LIVE").boots_whole();
    serve.end().with(0);
}
