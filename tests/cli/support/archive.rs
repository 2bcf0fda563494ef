//! Release archives, made by the tar of this host.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// An archive of these files.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(folder.path()).args(["--sort=name", "--mtime=@0", "-cf", "-", "."]);
    let done = tar.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// The same bytes within gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = Command::new("gzip").args(["-nc"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut to, bytes) = (gzip.stdin.take().unwrap(), bytes.to_vec());
    let writer = std::thread::spawn(move || to.write_all(&bytes).unwrap());
    let done = gzip.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(done.status.success());
    done.stdout
}
