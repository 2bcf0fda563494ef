//! The bootstrap programs that a lab has in a folder.

use std::path::Path;

use pxectl_model::arch::Firmware;
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::inventory::IpxeDir;
use pxectl_model::name::Name;
use pxectl_model::policy::nbp_files;
use pxectl_model::source::{FileId, Route};
use pxectl_model::stock::{DEBIAN_IPXE, how_to_get, usual_nbp};

use crate::draft::{Draft, LabDraft};
use crate::findings::shown;
use crate::here::{Here, NOT_FETCHED, missing};
use crate::rules::meta::Meta;

/// A program for Secure Boot that nobody signed.
pub const UNSIGNED_PROGRAM: Meta =
    Meta::warning("unsigned-program", "a program for Secure Boot without a signature (`--here` only)");

/// What a folder lacks, and what in it a firmware with Secure Boot would not start.
pub(crate) fn programs(lab: &LabDraft, dir: &IpxeDir, host: &dyn Here) -> Vec<Diagnostic> {
    let folder = &dir.path.value;
    if !host.exists(folder) {
        return missing(&dir.path, folder, "iPXE's folder").into_iter().collect();
    }
    lab.firmware().into_iter().flat_map(|firmware| of_firmware(firmware, dir, host)).collect()
}

/// What a lab lacks that names no source: Debian's folder has it, or the store.
pub(crate) fn usual(draft: &Draft, host: &dyn Here) -> Vec<Diagnostic> {
    let finding = |firmware: Firmware| {
        let message = format!("the bootstrap program for {firmware} is neither in `{DEBIAN_IPXE}` nor in this host's store");
        NOT_FETCHED.at(Place::Route(Route::root(FileId(0)).key("lab").on_key()), message).help(how_to_get(&[firmware]))
    };
    lacking_programs(draft, |path| host.exists(path)).into_iter().map(finding).collect()
}

/// The firmware that a lab without `ipxe` boots and has no program for, neither in Debian's folder nor fetched. Those of other labs are artifacts, or
/// files that they name.
pub fn lacking_programs(draft: &Draft, exists: impl Fn(&Path) -> bool) -> Vec<Firmware> {
    if draft.lab.ipxe.is_some() {
        return Vec::new();
    }
    let lacks = draft.lab.firmware().into_iter().filter(|firmware| {
        let name = usual_nbp(*firmware).parse::<Name>();
        // One that is an artifact was looked for already.
        let artifact = name.is_ok_and(|name| draft.artifact(&name).is_some());
        !artifact && !nbp_files(*firmware).iter().any(|file| exists(&Path::new(DEBIAN_IPXE).join(file)))
    });
    lacks.collect()
}

fn of_firmware(firmware: Firmware, dir: &IpxeDir, host: &dyn Here) -> Vec<Diagnostic> {
    let exists = |path: &Path| host.exists(path);
    if let Some(pair) = dir.shim(firmware, exists) {
        let what = [format!("the shim for {firmware}"), format!("what the shim for {firmware} loads")];
        let finding = |(path, what): (_, &String)| {
            if exists(path) { unsigned(dir, path, what, host) } else { missing(&dir.path, path, what) }
        };
        return pair.iter().map(std::path::PathBuf::as_path).zip(&what).filter_map(finding).collect();
    }
    let folder = &dir.path.value;
    let files = nbp_files(firmware);
    let lacks = files.first().filter(|_| !files.iter().any(|file| exists(&folder.join(file))));
    let what = format!("the bootstrap program for {firmware}");
    lacks.and_then(|file| missing(&dir.path, &folder.join(file), &what)).into_iter().collect()
}

fn unsigned(dir: &IpxeDir, path: &Path, what: &str, host: &dyn Here) -> Option<Diagnostic> {
    let place = dir.path.origin.route.clone().filter(|_| host.signed(path) == Some(false)).map(Place::Route)?;
    let message = format!("{what} is not signed: `{}`", shown(&path.display().to_string()));
    let help = "under Secure Boot it does not start; iPXE's release archive has the signed files in `x86_64-sb` and `arm64-sb`";
    Some(UNSIGNED_PROGRAM.at(place, message).help(help))
}
