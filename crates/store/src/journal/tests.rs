use std::io::Write;

use super::*;

const BOOT: BootId = BootId([7; 16]);
const OTHER: BootId = BootId([8; 16]);

fn keys(texts: &[&str]) -> Vec<MachineId> {
    texts.iter().map(|t| MachineId((*t).to_owned())).collect()
}

#[test]
fn an_arming_is_used_once_and_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let web = keys(&["serial:7CX1234", "mac:52:54:00:12:34:56"]);
    assert_eq!(journal.done(&web).unwrap(), None);
    assert_eq!(journal.take(&web, BOOT, "web-01", "debian-12").unwrap(), Taken::Now);
    assert_eq!(journal.take(&web, BOOT, "web-01", "debian-12").unwrap(), Taken::Again, "the beacon came twice");
    assert_eq!(journal.take(&web, OTHER, "web-01", "debian-12").unwrap(), Taken::Refused);
    assert!(journal.rearm(&web, "web-01").unwrap());
    assert!(!journal.rearm(&web, "web-01").unwrap(), "it was armed already");
    assert_eq!(journal.take(&web, OTHER, "web-01", "debian-12").unwrap(), Taken::Now);
}

#[test]
fn a_machine_is_known_by_any_of_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    journal.take(&keys(&["mac:52:54:00:12:34:56"]), BOOT, "web-01", "debian-12").unwrap();
    // The entry got a serial number afterwards: that must not wipe its disk.
    let now = keys(&["serial:7CX1234", "mac:52:54:00:12:34:56"]);
    assert_eq!(journal.done(&now).unwrap().unwrap().profile, "debian-12");
    assert!(journal.rearm(&now, "web-01").unwrap());
    assert_eq!(journal.done(&now).unwrap(), None);
}

#[test]
fn what_another_process_wrote_counts_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = Journal::open(folder.path()).unwrap();
    let mut rearm = Journal::open(folder.path()).unwrap();
    let web = keys(&["serial:7CX1234"]);
    serve.take(&web, BOOT, "web-01", "debian-12").unwrap();
    assert!(rearm.rearm(&web, "web-01").unwrap());
    assert_eq!(serve.done(&web).unwrap(), None);
}

#[test]
fn a_torn_last_line_is_no_entry_and_hurts_none() {
    let folder = tempfile::tempdir().unwrap();
    let web = keys(&["serial:7CX1234"]);
    let db = keys(&["serial:7CX1235"]);
    let whole = {
        let mut journal = Journal::open(folder.path()).unwrap();
        journal.take(&web, BOOT, "web-01", "debian-12").unwrap();
        journal.take(&db, BOOT, "db-01", "debian-12").unwrap();
        std::fs::read(folder.path().join(FILE_NAME)).unwrap()
    };
    let first_line = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
    for cut in first_line..whole.len() {
        std::fs::write(folder.path().join(FILE_NAME), &whole[..cut]).unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        assert!(journal.done(&web).unwrap().is_some());
        assert_eq!(journal.done(&db).unwrap(), None, "cut at {cut}");
        assert_eq!(journal.take(&db, OTHER, "db-01", "debian-12").unwrap(), Taken::Now);
        let mut again = Journal::open(folder.path()).unwrap();
        assert_eq!(again.done(&db).unwrap().unwrap().boot, OTHER.to_string(), "cut at {cut}");
        assert!(again.done(&web).unwrap().is_some());
    }
}

#[test]
fn a_line_that_lacks_only_its_newline_does_not_come_to_life() {
    let folder = tempfile::tempdir().unwrap();
    let (web, db) = (keys(&["serial:7CX1234"]), keys(&["serial:7CX1235"]));
    Journal::open(folder.path()).unwrap().take(&web, BOOT, "web-01", "debian-12").unwrap();
    let path = folder.path().join(FILE_NAME);
    let line = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, line.trim_end()).unwrap();
    assert_eq!(Journal::open(folder.path()).unwrap().take(&db, BOOT, "db-01", "debian-12").unwrap(), Taken::Now);
    let mut again = Journal::open(folder.path()).unwrap();
    assert_eq!((again.done(&web).unwrap(), again.skipped()), (None, 1));
    assert!(again.done(&db).unwrap().is_some());
}

#[test]
fn foreign_lines_are_counted_and_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::create(folder.path().join(FILE_NAME)).unwrap();
    file.write_all(
        b"nonsense\n{\"schema\":\"pxectl.journal/9\",\"at\":1,\"event\":\"booted\",\"keys\":[\"serial:7CX1234\"]}\n\n",
    )
    .unwrap();
    file.write_all(&vec![b'x'; 3 * LINE_MAX]).unwrap();
    file.write_all(b"\n").unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    assert!(journal.skipped() >= 3);
    assert_eq!(journal.take(&keys(&["serial:7CX1234"]), BOOT, "a", "b").unwrap(), Taken::Now);
    assert!(Journal::open(folder.path()).unwrap().done(&keys(&["serial:7CX1234"])).unwrap().is_some());
}

#[test]
fn many_at_once_take_one_arming_once() {
    let folder = tempfile::tempdir().unwrap();
    let web = keys(&["serial:7CX1234"]);
    let wins: usize = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..16_u8)
            .map(|n| {
                let (folder, web) = (folder.path(), &web);
                scope.spawn(move || Journal::open(folder).unwrap().take(web, BootId([n; 16]), "web-01", "p").unwrap())
            })
            .collect();
        tasks.into_iter().filter(|_| true).map(|t| usize::from(t.join().unwrap() == Taken::Now)).sum()
    });
    assert_eq!(wins, 1);
}
