//! The programs that tests try us with. A test without its program passes, and its words are lost in the runner's capture: so it is
//! said here, once and aloud.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::python;
use crate::steps::Outcome;

/// Each program, and what is not tried without it.
const PEERS: [(&str, &str); 14] = [
    ("dhcpd", "what ISC dhcpd thinks of rendered configurations"),
    ("tftp", "our TFTP server with tftp-hpa's client"),
    ("atftp", "our TFTP server with atftp"),
    ("curl", "our servers with curl"),
    ("check-jsonschema", "what published schemas say of `lint`'s formats and of the files in docs/ci.md"),
    ("fish", "completion in fish"),
    ("zsh", "completion in zsh"),
    ("unshare", "an edit on a full disk"),
    ("genisoimage", "install images that genisoimage makes"),
    ("xorriso", "install images that xorriso makes, and what it says of real ones"),
    ("isoinfo", "what isoinfo says of install images"),
    ("7z", "what 7z says of install images"),
    ("ip", "network namespaces: MTU 1500, loss of packets"),
    ("nft", "loss of packets"),
];

/// Whether all of them are here, and root with them.
pub(crate) fn check() -> Outcome {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]).chain([python::programs()]).collect();
    let here = |name: &str| folders.iter().any(|folder| folder.join(name).is_file());
    let root = Path::new("/proc/self").metadata().is_ok_and(|own| own.uid() == 0);
    let untried = untried(here, root);
    if untried.is_empty() { Outcome::Passed } else { Outcome::CouldNot(untried.join("\n             ")) }
}

fn untried(here: impl Fn(&str) -> bool, root: bool) -> Vec<String> {
    let missing = PEERS.iter().filter(|(name, _)| !here(name)).map(|(name, what)| format!("no `{name}`, so not tried: {what}"));
    let rights = (!root).then(|| "not root, so not tried: network namespaces, and real firmware in them".to_owned());
    missing.chain(rights).collect()
}

#[cfg(test)]
mod tests {
    use super::untried;

    #[test]
    fn what_is_missing_is_named() {
        assert!(untried(|_| true, true).is_empty());
        assert_eq!(untried(|name| name != "atftp", true), ["no `atftp`, so not tried: our TFTP server with atftp"]);
        assert_eq!(untried(|_| true, false).len(), 1);
    }
}
