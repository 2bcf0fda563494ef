//! A store that several users of a host share, as docs/images.md has them set it up.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::support::PATIENCE;
use crate::support::files;
use crate::support::lab::{HEAD, digest};
use crate::support::mirror::Mirror;
use crate::support::nginx::has;
use crate::support::run::{self, Ran};

/// The group that may write into the store. Nobody need have this number, nor those of the users.
const GROUP: u32 = 61_000;

fn image() -> Vec<u8> {
    files::noise(90, 300_000)
}

/// Folders that users of this host can reach, and the program in them.
struct Host {
    folder: tempfile::TempDir,
}

impl Host {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let host = Self { folder };
        // Where it was built others may have no way to.
        std::fs::copy(env!("CARGO_BIN_EXE_pxectl"), host.path("pxectl")).unwrap();
        std::fs::create_dir(host.path("store")).unwrap();
        chown(host.path("store"), None, Some(GROUP)).unwrap();
        std::fs::set_permissions(host.path("store"), Permissions::from_mode(0o2775)).unwrap();
        host
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A lab of a user's own.
    fn lab(&self, user: u32, inventory: &str) {
        let folder = self.path(user.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("inventory.yaml"), inventory).unwrap();
        chown(&folder, Some(user), Some(user)).unwrap();
    }

    /// What a user types there, who is of the group or not.
    fn command(&self, user: u32, member: bool, args: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", &user.to_string(), "--regid", &user.to_string()]);
        match member {
            true => command.args(["--groups", &GROUP.to_string()]),
            false => command.arg("--clear-groups"),
        };
        let line = format!("umask 002; exec {} {args}", self.path("pxectl").display());
        command.args(["sh", "-c", &line]).current_dir(self.path(user.to_string())).env("PXECTL_STORE", self.path("store"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, user: u32, member: bool, args: &str) -> Ran {
        run::wait(self.command(user, member, args), args)
    }
}

/// All files of a folder with what the system says of them.
fn tree(folder: &Path) -> Vec<(PathBuf, std::fs::Metadata)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| {
        let meta = std::fs::symlink_metadata(&path).unwrap();
        let mut all = if meta.is_dir() { tree(&path) } else { Vec::new() };
        all.push((path, meta));
        all
    };
    entries.flat_map(below).collect()
}

/// Whether several users can be had; where not, that is said.
#[allow(clippy::print_stderr)] // It is the tests' own voice.
fn can_be_several() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("SKIPPED: only root can be several users");
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "root is required");
    }
    root && has("setpriv", "--version")
}

fn text(mirror: &Mirror, image: &[u8]) -> String {
    let head = HEAD.replace("  ipxe: {dir: ipxe}\n", "");
    format!("{head}artifacts:\n  image: {{url: \"{}\", sha256: {}}}\n", mirror.url("image"), digest(image))
}

/// A user begins, and is killed: the file is there for a part.
fn begins(host: &Host, mirror: &Mirror, user: u32) -> PathBuf {
    mirror.allow(Some(100_000));
    let mut child = host.command(user, true, "fetch").spawn().unwrap();
    let part = host.path(format!("store/partial/{}.part", digest(&image())));
    let until = Instant::now() + PATIENCE;
    while std::fs::metadata(&part).map_or(0, |meta| meta.len()) < 50_000 {
        assert!(Instant::now() < until, "nothing came: {:?}", child.try_wait());
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    mirror.allow(None);
    part
}

#[test]
fn who_is_killed_on_the_last_step_has_a_file_that_nobody_may_write_and_goes_on() {
    if !can_be_several() {
        return;
    }
    // Root may write there all the same, so it takes somebody else. Another one has to begin anew.
    for (other, begin) in [(61_001, 50_000), (61_002, 0)] {
        let (host, mirror) = (Host::new(), Mirror::new(&[("image", &image())]));
        [61_001, other].iter().for_each(|user| host.lab(*user, &text(&mirror, &image())));
        let part = begins(&host, &mirror, 61_001);
        std::fs::set_permissions(&part, Permissions::from_mode(0o444)).unwrap();
        host.run(other, true, "fetch").ends_with(0).prints("fetched, as the inventory says");
        assert!(mirror.log().1.len() == 2 && mirror.log().1[1] >= begin, "{:?}", mirror.log());
    }
}

#[test]
fn what_one_of_a_group_began_another_ends_and_a_third_reads() {
    if !can_be_several() {
        return;
    }
    let (host, mirror) = (Host::new(), Mirror::new(&[("image", &image())]));
    let (one, two, three, stranger) = (61_001, 61_002, 61_003, 61_004);
    [one, two, three, stranger].iter().for_each(|user| host.lab(*user, &text(&mirror, &image())));
    let part = begins(&host, &mirror, one);
    host.run(two, true, "fetch").ends_with(0).prints("fetched, as the inventory says");
    let (_, begins) = mirror.log();
    assert!(begins.len() == 2 && begins[1] >= 50_000, "what the first one has is not fetched again: {begins:?}");
    // Whole, it is like any other: nobody writes there any more.
    let whole: Vec<_> = tree(&host.path("store/sha256")).into_iter().filter(|(_, meta)| meta.is_file()).collect();
    assert!(matches!(&whole[..], [(_, meta)] if meta.mode() & 0o777 == 0o444), "{whole:?}");
    assert!(!part.exists() && !part.with_extension("own").exists());
    for (user, member) in [(three, true), (one, true), (stranger, false)] {
        let ran = host.run(user, member, "fetch").ends_with(0).prints("already here");
        assert_eq!(ran.stderr.contains("warning: the store"), !member, "{}", ran.stderr);
        host.run(user, member, "verify").ends_with(0).prints("image  300 kB  ok");
    }
    assert_eq!(mirror.log().1.len(), 2);
    // Whatever was made is the group's, and whoever is of it may go on with it.
    for (path, meta) in tree(&host.path("store")) {
        assert_eq!(meta.gid(), GROUP, "{}", path.display());
        let writable = if meta.is_dir() { 0o2070 } else { 0o060 };
        assert!(meta.mode() & 0o777 == 0o444 || meta.mode() & writable == writable, "{}: {:o}", path.display(), meta.mode());
    }
    for user in [one, two, three] {
        host.lab(user, &text(&mirror, b"other"));
        std::fs::remove_file(host.path(user.to_string()).join("pxectl.lock")).unwrap();
    }
    // The last who needs it is not of the group, and was not told of.
    host.run(two, true, "store gc").ends_with(0).says("kept 0 files");
    let no = host.run(stranger, false, "fetch").ends_with(2).one_error();
    no.says("hint: run this as whoever owns the store, or let its group write there").says("is in the way");
}
