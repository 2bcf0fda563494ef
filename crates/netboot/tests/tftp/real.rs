//! The clients that people have: tftp-hpa's, atftp, curl.

use std::path::Path;
use std::process::Command;

use crate::server::{Server, content, file};

/// The program, or none with a loud word; where everything is required, that is a failure.
fn program(name: &str) -> Option<&str> {
    let found = std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(name).is_file()));
    if !found {
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "`{name}` is not installed, and PXECTL_REQUIRE is set");
        eprintln!("NOT RUN: `{name}` is not installed, so our server was not tried with it");
    }
    found.then_some(name)
}

/// Runs `client` with the port, the name to ask for and the file to write, and compares what came.
fn fetches(name: &str, len: usize, arguments: impl Fn(&str, &str, &Path) -> Vec<String>) {
    let Some(client) = program(name) else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("undionly.kpxe"), content(len)).unwrap();
    let server = Server::new([("undionly.kpxe", file(&folder.path().join("undionly.kpxe")))]);
    let to = folder.path().join("got");
    let arguments = arguments(&server.addr.port().to_string(), "undionly.kpxe", &to);
    let output = Command::new(client).args(&arguments).current_dir(&folder).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{client} {arguments:?}: {told}");
    assert!(std::fs::read(&to).unwrap() == content(len), "{client} {arguments:?}: {told}");
    assert_eq!(server.wait_done(), len as u64);
}

fn words(text: &str, to: &Path) -> Vec<String> {
    text.split_whitespace().map(|word| if word == "TO" { to.display().to_string() } else { word.to_owned() }).collect()
}

#[test]
fn tftp_hpa() {
    for len in [0, 512, 300_001] {
        fetches("tftp", len, |port, name, to| words(&format!("-m binary 127.0.0.1 {port} -c get {name} TO"), to));
    }
}

#[test]
fn atftp() {
    for options in
        ["", "--option|blksize 1468", "--option|blksize 1468|--option|windowsize 16", "--option|tsize|--option|timeout 3"]
    {
        fetches("atftp", 300_001, |port, name, to| {
            let mut arguments: Vec<String> = options.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect();
            arguments.extend(words(&format!("--get --remote-file {name} --local-file TO 127.0.0.1 {port}"), to));
            arguments
        });
    }
}

#[test]
fn curl() {
    for options in ["", "--tftp-blksize 1468", "--tftp-blksize 65464", "--tftp-no-options"] {
        fetches("curl", 300_001, |port, name, to| words(&format!("-sS {options} -o TO tftp://127.0.0.1:{port}/{name}"), to));
    }
}
