//! Checksum files: what a publisher says is what is fetched, as far as he is to be believed.

use pxectl_model::digest::WideHasher;

use crate::support::files;
use crate::support::gpg::Signer;
use crate::support::lab::{HEAD, Lab, digest};
use crate::support::mirror::Mirror;

fn sums(bytes: &[u8]) -> Vec<u8> {
    format!("{}  ./netboot/linux\n{}  ./netboot/gtk/linux\n", digest(bytes), digest(b"another")).into_bytes()
}

/// A mirror with one kernel, and a lab that gets it by these `checksums`.
fn lab(mirror: &Mirror, checksums: &str) -> Lab {
    let lab = Lab::usual();
    write(&lab, mirror, checksums);
    lab
}

fn write(lab: &Lab, mirror: &Mirror, checksums: &str) {
    let url = mirror.url("images/netboot/linux");
    lab.write("inventory.yaml", format!("{HEAD}artifacts:\n  linux: {{url: \"{url}\", checksums: {checksums}}}\n"));
}

fn url(mirror: &Mirror, name: &str) -> String {
    format!("url: \"{}\"", mirror.url(name))
}

#[test]
fn a_signed_list_is_followed_and_written_down() {
    let Some(signer) = Signer::new() else { return };
    let (old, new) = (files::kernel(30), files::kernel(31));
    let list = sums(&old);
    let mirror = Mirror::new(&[("images/netboot/linux", &old), ("SUMS", &list), ("SUMS.sign", &signer.sign(&list))]);
    let key = format!("key: {{fingerprint: {}, path: keys/publisher.asc}}", signer.fingerprint);
    let lab = lab(&mirror, &format!("{{{}, signature: \"{}\", {key}}}", url(&mirror, "SUMS"), mirror.url("SUMS.sign")));
    lab.pxectl(&["lint"]).ends_with(1).prints("error[wrong-key]: the key cannot be had from");
    let ran = lab.pxectl(&["fetch"]).ends_with(2);
    ran.says("error: linux: the key: ").says("No such file or directory");
    lab.write("keys/publisher.asc", signer.key());
    lab.pxectl(&["fetch"]).ends_with(0).prints("linux  50 kB  fetched, as its signed checksum file says");
    lab.pxectl(&["lint", "--deny", "warnings"]).ends_with(0);
    let lock = lab.read("pxectl.lock");
    assert!(lock.contains(&format!("    trust: signed\n    key: \"{}\"\n", signer.fingerprint)), "{lock}");
    assert!(lock.contains(&digest(&old).to_string()), "{lock}");
    lab.pxectl(&["fetch"]).ends_with(0).prints("already here, as its signed checksum file says");
    assert_eq!(lab.read("pxectl.lock"), lock);
    lab.pxectl(&["outdated"]).ends_with(0).prints("its publisher's signed checksum file has the same sha256");
    // The key goes with the lab.
    let bundle = lab.path("lab.tar").display().to_string();
    lab.pxectl(&["bundle", "export", &bundle]).ends_with(0);
    let there = lab.path("there").display().to_string();
    lab.pxectl(&["bundle", "import", &bundle, &there]).ends_with(0);
    assert_eq!(lab.read("there/keys/publisher.asc").as_bytes(), signer.key());
    // Upstream has another one: signed, so it is followed, and said. Until then whoever asks nobody keeps to what was locked.
    let list = sums(&new);
    mirror.put("images/netboot/linux", &new);
    mirror.put("SUMS", &list);
    let ran = lab.pxectl(&["fetch"]).ends_with(1).says("the signature does not fit the file");
    ran.says("hint: nothing was fetched");
    for more in ["--locked", "--offline"] {
        lab.pxectl(&["fetch", more]).ends_with(0).prints("linux  50 kB  already here, as it was locked");
    }
    lab.pxectl(&["outdated"]).ends_with(2).prints("the signature does not fit the file");
    mirror.put("SUMS.sign", &signer.sign(&list));
    let what = format!("its publisher's signed checksum file says sha256 {}", digest(&new));
    lab.pxectl(&["outdated"]).ends_with(1).prints("changed").prints(&what);
    let ran = lab.pxectl(&["fetch"]).ends_with(0).prints("fetched, as its signed checksum file says");
    ran.says(&format!("its publisher says sha256 {}, pxectl.lock had {}", digest(&new), digest(&old)));
    assert!(lab.read("pxectl.lock").contains(&digest(&new).to_string()));
    // He is gone: what was locked stays.
    mirror.put("SUMS", b"");
    let gone = lab.read("inventory.yaml").replace(&mirror.url("SUMS\""), "http://127.0.0.1:1/SUMS\"");
    lab.write("inventory.yaml", gone);
    lab.pxectl(&["fetch"]).ends_with(0).says("keeping to what pxectl.lock says").prints("already here, as it was locked");
}

#[test]
fn a_chain_from_a_clearsigned_release() {
    let Some(signer) = Signer::new() else { return };
    let linux = files::kernel(30);
    let list = sums(&linux);
    let release = format!("Origin: Lab\nSHA256:\n {} {} main/images/SUMS\n", digest(&list), list.len());
    let signed = signer.clearsign(release.as_bytes());
    let mirror = Mirror::new(&[
        ("images/netboot/linux", &linux),
        ("dists/main/images/SUMS", &list),
        ("dists/InRelease", &signed),
        ("key.asc", &signer.key()),
    ]);
    let key = format!("key: {{fingerprint: {}, {}}}", signer.fingerprint, url(&mirror, "key.asc"));
    let chain =
        format!("{{{}, release: {{{}, {key}}}}}", url(&mirror, "dists/main/images/SUMS"), url(&mirror, "dists/InRelease"));
    let lab = lab(&mirror, &chain);
    lab.pxectl(&["fetch"]).ends_with(0).prints("fetched, as its signed checksum file says");
    // One link that does not hold.
    mirror.put("dists/main/images/SUMS", &sums(b"evil"));
    lab.pxectl(&["fetch"]).ends_with(1).says("it is not the one that the signed release file lists");
    mirror.put("dists/main/images/SUMS", &list);
    mirror.put("dists/InRelease", release.as_bytes());
    lab.pxectl(&["fetch"]).ends_with(1).says("it is not signed in itself; name its detached signature with `signature`");
    mirror.put("dists/InRelease", String::from_utf8(signed).unwrap().replace("Origin: Lab", "Origin: lab").as_bytes());
    lab.pxectl(&["fetch"]).ends_with(1).says("the signature does not fit the file");
}

#[test]
fn an_unsigned_list_never_overrides_what_was_locked() {
    let (old, new) = (files::kernel(30), files::kernel(31));
    let mirror = Mirror::new(&[("images/netboot/linux", &old), ("SUMS", &sums(&old))]);
    // Over plain http it is none.
    let lab = lab(&mirror, &format!("{{{}}}", url(&mirror, "SUMS")));
    lab.pxectl(&["fetch"])
        .ends_with(2)
        .says("error[http-without-digest]: anybody between here and the server can write this checksum file");
    let path = lab.path("upstream-SUMS");
    let list = |bytes: &[u8]| std::fs::write(&path, sums(bytes)).unwrap();
    list(&old);
    write(&lab, &mirror, &format!("{{url: \"file://{}\"}}", path.display()));
    lab.pxectl(&["lint"]).ends_with(0).prints("note[unsigned-checksums]");
    lab.pxectl(&["fetch"]).ends_with(0).prints("fetched, as its checksum file says");
    assert!(lab.read("pxectl.lock").contains("trust: checksums\n"));
    list(&new);
    mirror.put("images/netboot/linux", &new);
    let ran = lab.pxectl(&["fetch"]).ends_with(1).says("its checksum file says sha256").says("nobody signed the checksum file");
    ran.says("hint: whoever can write to that server could have changed both files");
    assert!(lab.read("pxectl.lock").contains(&digest(&old).to_string()));
    // A list of the lab's own is the lab's own word.
    lab.write("SUMS", sums(&new));
    write(&lab, &mirror, "{path: SUMS}");
    lab.pxectl(&["fetch"]).ends_with(0).says("is another one than before").prints("fetched, as its checksum file says");
    // And one that does not know it, or has it twice, says so.
    lab.write("SUMS", "hello");
    lab.pxectl(&["fetch"]).ends_with(1).says("there is no checksum in it that is known here");
    lab.write("SUMS", format!("{}  a/linux\n{}  b/linux\n", digest(&new), digest(&old)));
    lab.pxectl(&["fetch"])
        .ends_with(1)
        .says("it lists several files that could be `linux`: a/linux, b/linux; say which with `name`");
    write(&lab, &mirror, "{path: SUMS, name: a/linux}");
    lab.pxectl(&["fetch"]).ends_with(0);
}

fn wide(bytes: &[u8]) -> String {
    let mut hasher = WideHasher::new();
    hasher.update(bytes);
    hasher.finish().to_string()
}

#[test]
fn a_list_with_nothing_but_sha512_is_held_against_what_is_in_the_store() {
    let linux = files::kernel(30);
    let mirror = Mirror::new(&[("images/netboot/linux", &linux)]);
    let lab = lab(&mirror, "{path: SUMS}");
    lab.write("SUMS", sums(&linux));
    lab.pxectl(&["fetch"]).ends_with(0);
    let (lock, sent) = (lab.read("pxectl.lock"), mirror.log().0);
    assert!(!lock.contains("sha512"), "{lock}");
    let list = format!("{}  netboot/linux\n", wide(&linux));
    lab.write("SUMS", &list);
    lab.pxectl(&["fetch"]).ends_with(0).prints("linux  50 kB  already here, as its checksum file says");
    assert!(lab.read("pxectl.lock").contains(&format!("    sha512: \"{}\"\n", wide(&linux))));
    // So it is where the inventory says it, to who has another digest of it in the lock file.
    lab.write("pxectl.lock", &lock);
    let url = mirror.url("images/netboot/linux");
    lab.write("inventory.yaml", format!("{HEAD}artifacts:\n  linux: {{url: \"{url}\", sha512: \"{}\"}}\n", wide(&linux)));
    lab.pxectl(&["fetch"]).ends_with(0).prints("already here, as the inventory says");
    assert_eq!(mirror.log().0, sent, "not a byte was loaded twice");
    // A list that nobody signed does not bring another file past what was locked by the shorter digest.
    let other = files::kernel(31);
    mirror.put("images/netboot/linux", &other);
    lab.write("pxectl.lock", &lock);
    std::fs::write(lab.path("upstream"), format!("{}  netboot/linux\n", wide(&other))).unwrap();
    write(&lab, &mirror, &format!("{{url: \"file://{}\"}}", lab.path("upstream").display()));
    lab.pxectl(&["fetch"]).ends_with(1).says("it does not match its sha256").says("hint: its checksum file says something else");
    assert_eq!(lab.read("pxectl.lock"), lock);
}

#[test]
fn what_to_do_depends_on_what_is_wrong() {
    let Some(signer) = Signer::new() else { return };
    let Some(other) = Signer::new() else { return };
    let linux = files::kernel(30);
    let list = sums(&linux);
    let mirror = Mirror::new(&[("images/netboot/linux", &linux), ("SUMS", &list), ("SUMS.sign", &other.sign(&list))]);
    let lab = lab(&mirror, "{path: SUMS}");
    lab.write("SUMS", b"<html>Log in</html>");
    lab.pxectl(&["fetch"]).ends_with(1).says("hint: it is a file of the lab: put there what its publisher has");
    lab.write("SUMS", format!("{}  vmlinuz\n", digest(&linux)));
    let ran = lab.pxectl(&["fetch"]).ends_with(1).says("where it has it under another name, say so with `name`");
    ran.says("hint: nothing was fetched; docs/images.md#checksum-files tells what counts");
    lab.write("keys/one.asc", other.key());
    let key = format!("key: {{fingerprint: {}, path: keys/one.asc}}", signer.fingerprint);
    write(&lab, &mirror, &format!("{{{}, signature: \"{}\", {key}}}", url(&mirror, "SUMS"), mirror.url("SUMS.sign")));
    lab.pxectl(&["fetch"]).ends_with(1).says("hint: `gpg --show-keys FILE` prints the fingerprints of a file of keys");
    lab.write("keys/one.asc", signer.key());
    lab.pxectl(&["fetch"]).ends_with(1).says("hint: nothing was fetched. A mirror in the middle of an update");
}
