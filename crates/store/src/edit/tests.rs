use super::*;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(content: &str) -> (Self, PathBuf) {
        let folder = Self(tempfile::tempdir().unwrap());
        let file = folder.0.path().join("inventory.yaml");
        std::fs::write(&file, content).unwrap();
        (folder, file)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn edit(path: &Path, old: &str, new: &str) -> Result<(), EditError> {
    edit_files(&[Change { path, old: old.as_bytes(), new: new.as_bytes() }])
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_link_stays_one_and_the_mode_stays() {
    let (folder, file) = Folder::with("old");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o2640)).unwrap();
    let link = folder.0.path().join("link");
    symlink("inventory.yaml", &link).unwrap();
    edit(&link, "old", "new").unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(mode(&file), 0o2640);
    assert_eq!(folder.names(), ["inventory.yaml", "link"]);
}

#[test]
fn owner_and_group_stay_or_nothing_changes() {
    let (folder, file) = Folder::with("old");
    if std::os::unix::fs::chown(&file, Some(12345), Some(54321)).is_err() {
        // Who is not root owns nothing of others: the test above is all there is to see.
        return;
    }
    edit(&file, "old", "new").unwrap();
    let meta = std::fs::metadata(&file).unwrap();
    assert_eq!((meta.uid(), meta.gid()), (12345, 54321));
    assert_eq!(folder.names(), ["inventory.yaml"]);
}

#[test]
fn what_somebody_else_saved_is_not_overwritten() {
    let (folder, file) = Folder::with("theirs");
    assert!(matches!(edit(&file, "old", "new"), Err(EditError::Meanwhile { .. })));
    assert!(matches!(edit(&file, "theirs, longer", "new"), Err(EditError::Meanwhile { .. })));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "theirs");
    assert_eq!(folder.names(), ["inventory.yaml"]);
}

#[test]
fn read_only_is_read_only_for_root_too() {
    let (folder, file) = Folder::with("old");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
    assert!(matches!(edit(&file, "old", "new"), Err(EditError::ReadOnly { .. })));
    assert_eq!(folder.names(), ["inventory.yaml"]);
}

#[test]
fn hard_links_are_not_parted() {
    let (folder, file) = Folder::with("old");
    std::fs::hard_link(&file, folder.0.path().join("second")).unwrap();
    assert!(matches!(edit(&file, "old", "new"), Err(EditError::HardLinks { names: 2, .. })));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
}

#[test]
fn several_are_all_or_none() {
    let (folder, one) = Folder::with("one");
    let two = folder.0.path().join("two.yaml");
    std::fs::write(&two, "two").unwrap();
    let changes = |second: &'static str| {
        [(&one, "one", "ONE"), (&two, second, "TWO")].map(|(path, old, new)| Change {
            path,
            old: old.as_bytes(),
            new: new.as_bytes(),
        })
    };
    assert!(edit_files(&changes("other")).is_err());
    assert_eq!(std::fs::read_to_string(&one).unwrap(), "one");
    edit_files(&changes("two")).unwrap();
    assert_eq!((std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap()), (b"ONE".to_vec(), b"TWO".to_vec()));
    assert_eq!(folder.names(), ["inventory.yaml", "two.yaml"]);
}

#[test]
fn what_a_killed_edit_left_is_swept_away() {
    let (folder, file) = Folder::with("old");
    for name in [".inventory.yaml.4711.pxectl-edit", ".inventory.yaml.mine.pxectl-edit", ".other.yaml.4711.pxectl-edit"] {
        std::fs::write(folder.0.path().join(name), "half").unwrap();
    }
    edit(&file, "old", "new").unwrap();
    assert_eq!(folder.names(), [".inventory.yaml.mine.pxectl-edit", ".other.yaml.4711.pxectl-edit", "inventory.yaml"]);
}

#[test]
fn a_folder_or_nothing_is_no_file() {
    let (folder, file) = Folder::with("old");
    assert!(edit(folder.0.path(), "", "new").is_err());
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(edit(&file, "old", "new"), Err(EditError::Io { action: "finding", .. })));
}
