use super::*;

const BOOT: BootId = BootId([7; 16]);
const OTHER: BootId = BootId([8; 16]);

fn keys(texts: &[&str]) -> Vec<MachineId> {
    texts.iter().map(|t| MachineId((*t).to_owned())).collect()
}

fn machine(looked_up: &[&str], also: &[&str]) -> Machine {
    Machine { id: keys(looked_up)[0].clone(), keys: keys(looked_up), also: keys(also), host: true }
}

fn done(journal: &mut Journal, by: &[&str]) -> Option<Done> {
    journal.refresh().unwrap().0.done(&keys(by)).cloned()
}

#[test]
fn an_arming_is_used_once_and_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let web = machine(&["serial:7CX1234", "mac:52:54:00:12:34:56"], &[]);
    assert_eq!(done(&mut journal, &["serial:7CX1234"]), None);
    assert_eq!(journal.take(&web, BOOT, "web-01", "debian-12").unwrap(), Taken::Now);
    assert_eq!(journal.take(&web, BOOT, "web-01", "debian-12").unwrap(), Taken::Again, "the beacon came twice");
    assert_eq!(journal.take(&web, OTHER, "web-01", "debian-12").unwrap(), Taken::Refused);
    assert!(journal.rearm(&web.keys, "web-01").unwrap());
    assert!(!journal.rearm(&web.keys, "web-01").unwrap(), "it was armed already");
    assert_eq!(journal.take(&web, OTHER, "web-01", "debian-12").unwrap(), Taken::Now);
}

#[test]
fn whatever_an_entry_names_a_machine_by_later_finds_what_happened_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let said = ["uuid:01234567-89ab-cdef-0123-456789abcdef", "mac:52:54:00:12:34:56"];
    journal.take(&machine(&["serial:7CX1234"], &said), BOOT, "web-01", "debian-12").unwrap();
    for key in said {
        assert_eq!(done(&mut journal, &[key]).unwrap().profile, "debian-12", "{key}");
    }
    assert!(journal.rearm(&keys(&[said[1]]), "web-01").unwrap());
    assert_eq!(done(&mut journal, &["serial:7CX1234"]), None, "armed again under every key");
}

#[test]
fn a_serial_that_two_boards_share_does_not_make_the_second_one_installed() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let twin = |uuid: &str| machine(&[uuid], &["serial:CHASSIS-1"]);
    assert_eq!(journal.take(&twin("uuid:a"), BOOT, "twin-a", "p").unwrap(), Taken::Now);
    assert_eq!(journal.take(&twin("uuid:b"), OTHER, "twin-b", "p").unwrap(), Taken::Now);
    assert!(journal.rearm(&keys(&["uuid:b"]), "twin-b").unwrap());
    assert!(done(&mut journal, &["uuid:a"]).is_some());
}

#[test]
fn what_another_process_wrote_counts_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = Journal::open(folder.path()).unwrap();
    let mut rearm = Journal::open(folder.path()).unwrap();
    let web = machine(&["serial:7CX1234"], &[]);
    let before = serve.refresh().unwrap().1;
    serve.take(&web, BOOT, "web-01", "debian-12").unwrap();
    assert_ne!(Position::at(serve.path()), Some(before));
    assert!(rearm.rearm(&web.keys, "web-01").unwrap());
    assert_eq!(done(&mut serve, &["serial:7CX1234"]), None);
}

#[test]
fn a_line_that_is_not_understood_may_say_that_a_machine_was_installed() {
    let newer = "{\"schema\":\"pxectl.journal/9\",\"at\":1,\"event\":\"booted\",\"keys\":[\"serial:7CX1234\"]}\n";
    let long = format!("{}\n", "x".repeat(3 * LINE_MAX));
    for text in ["\nnonsense\n", newer, &long] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), text).unwrap();
        assert!(matches!(Journal::open(folder.path()), Err(JournalError::NotUnderstood { .. })));
    }
}

#[test]
fn a_journal_that_is_taken_away_arms_nobody() {
    let web = machine(&["serial:7CX1234"], &[]);
    let away: [fn(&Path); 4] = [
        |path| std::fs::remove_file(path).unwrap(),
        |path| std::fs::rename(path, path.with_extension("old")).unwrap(),
        |path| File::options().write(true).open(path).unwrap().set_len(0).unwrap(),
        |path| {
            std::fs::write(path.with_extension("new"), "").unwrap();
            std::fs::rename(path.with_extension("new"), path).unwrap();
        },
    ];
    for (n, away) in away.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        journal.take(&web, BOOT, "web-01", "debian-12").unwrap();
        away(&folder.path().join(FILE_NAME));
        assert!(matches!(journal.refresh(), Err(JournalError::Replaced { .. })), "{n}");
        assert!(journal.take(&machine(&["serial:OTHER"], &[]), OTHER, "db-01", "p").is_err(), "{n}: it would be lost");
    }
}

#[test]
fn a_new_folder_keeps_itself_out_of_git() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join(".pxectl");
    assert!(Journal::open(&state).unwrap().is_new());
    assert!(!Journal::open(&state).unwrap().is_new());
    assert_eq!(std::fs::read_to_string(state.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn a_torn_last_line_is_no_entry_and_hurts_none() {
    let folder = tempfile::tempdir().unwrap();
    let web = machine(&["serial:7CX1234"], &[]);
    let db = machine(&["serial:7CX1235"], &[]);
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
        assert!(done(&mut journal, &[&web.id.0]).is_some());
        assert_eq!(done(&mut journal, &[&db.id.0]), None, "cut at {cut}");
        assert_eq!(journal.take(&db, OTHER, "db-01", "debian-12").unwrap(), Taken::Now);
        let mut again = Journal::open(folder.path()).unwrap();
        assert_eq!(done(&mut again, &[&db.id.0]).unwrap().boot, OTHER.to_string(), "cut at {cut}");
        assert!(done(&mut again, &[&web.id.0]).is_some());
    }
}

#[test]
fn a_line_that_lacks_only_its_newline_does_not_come_to_life() {
    let folder = tempfile::tempdir().unwrap();
    let (web, db) = (machine(&["serial:7CX1234"], &[]), machine(&["serial:7CX1235"], &[]));
    Journal::open(folder.path()).unwrap().take(&web, BOOT, "web-01", "debian-12").unwrap();
    let path = folder.path().join(FILE_NAME);
    let line = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, line.trim_end()).unwrap();
    assert_eq!(Journal::open(folder.path()).unwrap().take(&db, BOOT, "db-01", "debian-12").unwrap(), Taken::Now);
    let mut again = Journal::open(folder.path()).unwrap();
    assert_eq!((done(&mut again, &[&web.id.0]), again.torn()), (None, 1));
    assert!(done(&mut again, &[&db.id.0]).is_some());
}

#[test]
fn many_at_once_take_one_arming_once() {
    let folder = tempfile::tempdir().unwrap();
    let web = machine(&["serial:7CX1234"], &[]);
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
