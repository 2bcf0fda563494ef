//! Nobody's disk is wiped by surprise: `serve` begins with its plan, and what would install is agreed to first.

use crate::support::lab::{HEAD, HOSTS, Lab, PROFILES};
use crate::support::serve::ON_LOOPBACK;
use crate::support::terminal::Terminal;

#[test]
fn where_nobody_can_agree_it_ends_with_the_plan() {
    let lab = Lab::usual();
    let ran = lab.refused_serve(&[]).ends_with(2).one_error();
    let ran = ran.says("install  web-01").says("serial:SN-WEB").says("debian-12, its disk is overwritten");
    let ran = ran.says("boot     live-01").says("disk     disk-01").says("wait     any machine in no inventory");
    ran.says("nobody is here to agree").says("hint: agree with `--yes`");
}

#[test]
fn where_nothing_installs_nobody_is_asked() {
    let lab = Lab::live();
    let ended = lab.serve(&[]).interrupt().with(0);
    assert!(ended.stderr.contains("boot  web-01"), "{}", ended.stderr);
    let ended = Lab::usual().serve(&["live-01", "disk-01"]).interrupt().with(0);
    assert!(ended.stderr.contains("1 host outside the plan boots its disk"), "{}", ended.stderr);
}

#[test]
fn yes_agrees() {
    let ended = Lab::usual().serve(&["--yes"]).interrupt().with(0);
    assert!(ended.stderr.contains("install  web-01"), "the plan is shown all the same: {}", ended.stderr);
    let ended = Lab::usual().serve(&["--yes", "--quiet"]).interrupt().with(0);
    assert!(ended.stderr.lines().all(|line| line.starts_with("warning: ")), "{}", ended.stderr);
    Lab::usual().refused_serve(&["--quiet"]).ends_with(2).says("install  web-01");
}

#[test]
fn rules_and_the_profile_of_the_unknown_are_in_the_plan() {
    let rules = "rules:\n  - {match: {product: \"R6*\"}, profile: debian-12}\n";
    let lab = Lab::new(&format!("{HEAD}  unknown: debian-12\n{PROFILES}{rules}"));
    let ran = lab.refused_serve(&[]).ends_with(2);
    ran.says("install  any machine of rule 1")
        .says("product R6*")
        .says("install  any machine in no inventory")
        .says("2 to install");
}

#[test]
fn a_machine_that_was_installed_is_in_the_plan_as_done() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    serve.interrupt().with(0);
    // Nothing would be installed any more, so nobody is asked.
    let ended = lab.serve(&[]).interrupt().with(0);
    assert!(ended.stderr.contains("disk  web-01"), "{}", ended.stderr);
    assert!(ended.stderr.contains("its installer ran (debian-12); `pxectl rearm web-01` lets it run again"), "{}", ended.stderr);
}

#[test]
fn at_a_terminal_it_asks_and_no_means_no() {
    for answer in ["n\n", "\n", "what?\n"] {
        let lab = Lab::usual();
        let mut terminal = Terminal::run(lab.path("").as_path(), &[&["serve"], ON_LOOPBACK].concat());
        terminal.shows("go on? [y/N]");
        terminal.types(answer);
        let (code, screen) = terminal.end();
        assert_eq!(code, 2, "{screen}");
        assert!(screen.contains("nothing was served") && !screen.contains("listening"), "{screen}");
    }
}

#[test]
fn at_a_terminal_yes_serves_until_ctrl_c() {
    let lab = Lab::usual();
    let args = ["serve", "--bind", "127.0.0.1", "--http-port", "0", "--tftp-port", "0"];
    let mut terminal = Terminal::run(lab.path("").as_path(), &args);
    terminal.shows("go on? [y/N]");
    terminal.types("y\n");
    terminal.shows("listening: ");
    terminal.types("\x03");
    let (code, screen) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains("stopping: interrupt"), "{screen}");
}

#[test]
fn the_plan_of_one_profile_is_that_profile() {
    let lab = Lab::new(&format!("{HEAD}{PROFILES}{HOSTS}"));
    let ended = lab.serve(&["--profile", "rescue"]).interrupt().with(0);
    assert!(ended.stderr.contains("boot  live-01"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("web-01"), "{}", ended.stderr);
    assert!(ended.stderr.contains("2 hosts outside the plan boot their disks"), "{}", ended.stderr);
}
