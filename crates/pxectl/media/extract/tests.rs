//! Nothing is written elsewhere, and nothing by halves.

use super::*;

fn path(names: &[&[u8]]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.to_vec()).collect()
}

#[test]
fn no_name_leads_out() {
    let outer = tempfile::tempdir().unwrap();
    let target = Target::new(&outer.path().join("in"), true).unwrap();
    for names in [
        &[&b".."[..], b"x"][..],
        &[b""],
        &[b"."],
        &[b".."],
        &[b"/etc/x"],
        &[b"a", b"../../x"],
        &[b"a\\x"],
        &[b"a\0"],
        &[b"\x1b[2J"],
    ] {
        assert!(target.file(&path(names), &b"x"[..], 1).is_err(), "{names:?}");
    }
    assert!(target.file(&[], &b"x"[..], 1).is_err());
    drop(target);
    assert_eq!(fs::read_dir(outer.path().join("in")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1);
}

#[test]
fn what_is_there_stays_without_force() {
    let folder = tempfile::tempdir().unwrap();
    let (file, names) = (folder.path().join("a/b"), path(&[b"a", b"b"]));
    let kept = Target::new(folder.path(), false).unwrap();
    assert_eq!(kept.file(&names, &b"1"[..], 1).unwrap(), Put::Written);
    assert_eq!(kept.file(&names, &b"2"[..], 1).unwrap(), Put::Kept);
    assert_eq!(fs::read(&file).unwrap(), b"1");
    assert_eq!(Target::new(folder.path(), true).unwrap().file(&names, &b"2"[..], 1).unwrap(), Put::Written);
    assert_eq!(fs::read(&file).unwrap(), b"2");
    assert!(Target::new(folder.path(), true).unwrap().file(&names, &b"3"[..], 2).is_err(), "less than it should be");
    assert_eq!(fs::read(&file).unwrap(), b"2");
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1, "no part is left");
}

#[test]
fn only_a_file_of_its_length_is_taken_over() {
    let (folder, made) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(made.path().join("folder")).unwrap();
    let target = Target::new(folder.path(), false).unwrap();
    let take = |name: &[u8], to: &[u8], size| {
        fs::write(made.path().join("file"), "four").unwrap();
        target.adopt(made.path(), &path(&[name]), &path(&[b"a", to]), size)
    };
    assert!(take(b"folder", b"b", 4).is_err() && take(b"none", b"b", 4).is_err());
    assert!(take(b"file", b"b", 3).is_err() && take(b"file", b"..", 4).is_err() && take(b"../file", b"b", 4).is_err());
    assert!(!folder.path().join("a/b").exists() && target.is_free(&path(&[b"a", b"b"])).unwrap());
    assert_eq!(take(b"file", b"b", 4).unwrap(), Put::Written);
    assert_eq!(take(b"file", b"b", 4).unwrap(), Put::Kept);
    assert!(!target.is_free(&path(&[b"a", b"b"])).unwrap() && target.is_free(&path(&[b"a", b".."])).is_err());
    assert_eq!(fs::read(folder.path().join("a/b")).unwrap(), b"four");
}

#[cfg(unix)]
#[test]
fn no_symlink_is_followed() {
    use std::os::unix::fs::symlink;
    let (outer, inner) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(outer.path().join("victim"), "as it was").unwrap();
    symlink(outer.path(), inner.path().join("folder")).unwrap();
    symlink(outer.path().join("victim"), inner.path().join("file")).unwrap();
    let target = Target::new(inner.path(), true).unwrap();
    assert!(target.file(&path(&[b"folder", b"victim"]), &b"x"[..], 1).is_err());
    assert_eq!(target.file(&path(&[b"file"]), &b"x"[..], 1).unwrap(), Put::Written, "the link itself is replaced");
    assert_eq!(fs::read(outer.path().join("victim")).unwrap(), b"as it was");
}
