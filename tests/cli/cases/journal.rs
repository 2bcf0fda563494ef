//! The journal when things go wrong: a torn line, a full disk, a folder that cannot be.

use crate::support::lab::Lab;

const JOURNAL: &str = ".pxectl/journal.ndjson";

/// A beacon is answered only when its line is on disk. So a torn line was never answered, its installer never started, and the
/// machine is still armed; what the whole lines say holds. A cut that leaves the line whole but for its end is torn, too.
#[test]
fn a_torn_line_is_no_entry_wherever_it_was_torn() {
    let lab = Lab::usual();
    lab.edit(|text| text.replace("name: live-01, profile: rescue", "name: live-01, profile: debian-12"));
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    serve.machine(3).serial("SN-LIVE").boots_whole();
    serve.kill();
    let whole = lab.read(JOURNAL);
    let first = whole.find('\n').unwrap() + 1;
    assert_eq!(whole.matches('\n').count(), 2);
    for cut in first..whole.len() {
        lab.write(JOURNAL, &whole[..cut]);
        let ran = lab.refused_serve(&[]).ends_with(2).says("1 to install").says("install  live-01");
        ran.says("disk     web-01").says("its installer ran");
    }
    lab.write(JOURNAL, &whole);
    assert!(!lab.serve(&[]).interrupt().with(0).stderr.contains("install  "), "whole, it holds");
}

#[test]
fn after_a_torn_line_the_journal_goes_on() {
    let lab = Lab::usual();
    lab.edit(|text| text.replace("name: live-01, profile: rescue", "name: live-01, profile: debian-12"));
    let serve = lab.serve(&["--yes"]);
    serve.machine(2).serial("SN-WEB").boots_whole();
    serve.interrupt().with(0);
    let torn = lab.read(JOURNAL);
    lab.write(JOURNAL, torn.trim_end());
    let serve = lab.serve(&["--yes"]);
    assert!(serve.machine(2).serial("SN-WEB").boot().installs(), "the line has no end, so it was never answered");
    serve.machine(3).serial("SN-LIVE").boots_whole();
    serve.interrupt().with(0);
    // What was torn stays torn: a line that follows it does not bring it to life.
    let serve = lab.serve(&["--yes"]);
    assert!(serve.machine(2).serial("SN-WEB").boot().installs());
    assert!(serve.machine(3).serial("SN-LIVE").boot().is_local());
    assert!(serve.interrupt().with(0).stderr.contains("warning: in `./.pxectl/journal.ndjson` 1 line was torn"));
}

#[test]
fn on_a_full_disk_nothing_is_taken_and_no_installer_starts() {
    let lab = Lab::usual();
    std::fs::create_dir(lab.path(".pxectl")).unwrap();
    // Every write to it fails as on a full disk.
    std::os::unix::fs::symlink("/dev/full", lab.path(JOURNAL)).unwrap();
    let mut serve = lab.serve(&["--yes"]);
    let web = serve.machine(2).serial("SN-WEB");
    let script = web.boot();
    for _ in 0..2 {
        let refused = web.beacon(&script);
        assert_eq!(refused.status, 503);
        assert!(!refused.text().contains('/'), "no path goes out: {}", refused.text());
        let event = serve.wait("beacon-refused");
        assert!(event["reason"].as_str().unwrap().contains("No space left on device"), "{event}");
    }
    assert!(web.boot().installs(), "it is still armed");
    // What installs nothing needs no journal.
    serve.machine(3).serial("SN-LIVE").boots_whole();
    serve.interrupt().with(0);
    std::fs::remove_file(lab.path(JOURNAL)).unwrap();
    assert!(lab.serve(&["--yes"]).machine(2).serial("SN-WEB").boot().installs());
}

#[test]
fn a_journal_that_cannot_be_is_2() {
    let lab = Lab::usual();
    lab.write("file", "");
    let ran = lab.refused_serve(&["--yes", "--state", "file/state"]).ends_with(2).one_error();
    ran.says("making the state folder `file/state`");
    lab.pxectl(&["rearm", "web-01", "--state", "file/state"]).ends_with(2).one_error();
    std::fs::create_dir_all(lab.path("state/journal.ndjson")).unwrap();
    lab.refused_serve(&["--yes", "--state", "state"]).ends_with(2).one_error().says("opening the journal");
}
