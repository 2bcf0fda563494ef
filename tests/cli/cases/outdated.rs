//! `outdated`: what servers have now is held against the lock file, and no more is said than that proves.

use crate::support::files;
use crate::support::lab::{HEAD, Lab, digest};
use crate::support::mirror::Mirror;
use crate::support::nginx::{Nginx, has};

const PROFILE: &str = "profiles:\n  rescue: {recipe: linux, kernel: linux, initrds: [own], args: [quiet]}\n";

fn lab(mirror: &Mirror) -> Lab {
    let lab = Lab::usual();
    lab.write("here/own", files::noise(40, 9_000));
    let artifacts = format!(
        "artifacts:\n  linux: {{url: \"{}\", sha256: {}}}\n  own: {{url: \"file://{}\"}}\n  disk: {{path: files/initrd}}\n",
        mirror.url("linux"),
        digest(&files::kernel(30)),
        lab.path("here/own").display()
    );
    lab.write("inventory.yaml", format!("{HEAD}{artifacts}{}", PROFILE.replace("[own]", "[own, disk]")));
    lab
}

#[test]
fn what_a_server_says_is_told_and_nothing_is_written() {
    let mirror = Mirror::new(&[("linux", &files::kernel(30))]);
    let lab = lab(&mirror);
    let ran = lab.pxectl(&["outdated"]).ends_with(0);
    assert_eq!(ran.stdout.lines().count(), 2, "a file of `path` has no upstream: {}", ran.stdout);
    let ran = ran.prints("linux  unknown  it is not in the lock file: `pxectl fetch linux`");
    drop(ran);
    lab.pxectl(&["fetch"]).ends_with(0);
    let (lock, sent) = (lab.read("pxectl.lock"), mirror.log().0);
    assert!(lock.contains("etag: \"50000\""), "{lock}");
    let ran = lab.pxectl(&["outdated"]).ends_with(0).prints("linux  current  the server has the same version (ETag)");
    ran.prints("own    current  it has the same sha256 there");
    lab.write("here/own", files::noise(41, 9_000));
    mirror.put("linux", &files::noise(7, 49_000));
    let ran = lab.pxectl(&["outdated"]).ends_with(1).prints("linux  changed  it has 49000 bytes there, and had 50000");
    ran.prints("own    changed  its sha256 is ").says("hint: to take what is new: give its sha256 in the inventory");
    lab.pxectl(&["outdated", "linux", "--format", "json"])
        .ends_with(1)
        .prints("\"schema\": \"pxectl.outdated/1\"")
        .prints("\"standing\": \"changed\"");
    // A lock file of before, or of a server that names no version: the same length is no proof.
    lab.write("pxectl.lock", lock.replace("    etag: \"50000\"\n", ""));
    mirror.put("linux", &files::noise(8, 50_000));
    let ran = lab.pxectl(&["outdated", "linux"]).ends_with(0);
    ran.prints("linux  unknown  it is as long as it was, and nothing tells whether it is the same");
    lab.write("pxectl.lock", &lock);
    lab.pxectl(&["outdated", "linus"]).ends_with(1).says("did you mean `linux`?");
    assert_eq!((lab.read("pxectl.lock"), mirror.log().0), (lock, sent), "not a byte was loaded");
    std::fs::remove_file(lab.path("here/own")).unwrap();
    let ran = lab.pxectl(&["outdated"]).ends_with(2).prints("own    unreachable  ");
    drop(ran);
}

#[test]
fn nginx_tells_by_etag_by_date_and_without_head() {
    if !has("nginx", "-v") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, seed, len| std::fs::write(folder.path().join(name), files::noise(seed, len)).unwrap();
    let servers = [
        ("tagged", ""),
        ("dated", "etag off;"),
        ("asked", "location / { limit_except GET { deny all; } }"),
        ("zipped", "gzip on; gzip_types *; gzip_min_length 1;"),
        ("bare", "etag off; if_modified_since off; add_header Last-Modified \"\";"),
    ];
    let nginx = Nginx::start(folder.path(), &servers.map(|(_, how)| how));
    let lab = Lab::usual();
    let mut text = format!("{HEAD}artifacts:\n");
    for (n, (name, _)) in servers.iter().enumerate() {
        put(name, 100 + n as u64, 20_000);
        let sha256 = digest(&files::noise(100 + n as u64, 20_000));
        text += &format!("  {name}: {{url: \"http://127.0.0.1:{}/{name}\", sha256: {sha256}}}\n", nginx.port(n));
    }
    lab.write("inventory.yaml", text);
    lab.pxectl(&["fetch"]).ends_with(0);
    let ran = lab.pxectl(&["outdated"]).ends_with(0);
    let ran = ran.prints("asked   current  the server has the same version (ETag)");
    let ran = ran.prints("bare    unknown  it is as long as it was, and nothing tells whether it is the same");
    let ran = ran.prints("dated   current  ").prints("tagged  current  the server has the same version (ETag)");
    drop(ran.prints("zipped  current  the server has the same version (ETag)"));
    // As long as before, and of another date: what a release that is built anew does.
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(7200);
    for (n, (name, _)) in servers.iter().enumerate() {
        put(name, 200 + n as u64, 20_000);
        std::fs::File::options().write(true).open(folder.path().join(name)).unwrap().set_modified(later).unwrap();
    }
    let ran = lab.pxectl(&["outdated"]).ends_with(1);
    for name in ["asked ", "dated ", "tagged", "zipped"] {
        assert!(ran.stdout.contains(&format!("{name}  changed  it was changed there: ")), "{}", ran.stdout);
    }
    drop(ran.prints("bare    unknown  "));
    servers.iter().for_each(|(name, _)| put(name, 300, 19_000));
    let ran = lab.pxectl(&["outdated"]).ends_with(1);
    assert_eq!(ran.stdout.matches("changed  it has 19000 bytes there, and had 20000").count(), servers.len(), "{}", ran.stdout);
    std::fs::remove_file(folder.path().join("asked")).unwrap();
    lab.pxectl(&["outdated", "asked"]).ends_with(2).prints("asked  unreachable  it answers 404 Not Found");
    drop(nginx);
    lab.pxectl(&["outdated", "tagged"]).ends_with(2).prints("tagged  unreachable  ");
}
