//! Beginning work in the store.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pxectl_store::images::Store;
use pxectl_store::users::{self, Lease};

use crate::failure::Failure;
use crate::session::{folder_of, warn};

/// Tells the store of the lab of an inventory, so that `store gc` keeps what that needs. To be kept until the lock file is written.
/// None where this user may only read the store, which is said.
///
/// # Errors
/// Where the store cannot be written for another reason.
pub fn enter(store: &Store, inventory: &Path) -> Result<Option<Lease>, Failure> {
    work(store, Some(inventory))
}

/// As [`enter`], for a lab that is not there yet.
///
/// # Errors
/// Where the store cannot be written for another reason.
pub fn begin(store: &Store) -> Result<Option<Lease>, Failure> {
    work(store, None)
}

fn work(store: &Store, inventory: Option<&Path>) -> Result<Option<Lease>, Failure> {
    let root = store.root().display();
    match users::enter(store, inventory.map(absolute).as_deref()) {
        Ok(lease) => Ok(Some(lease)),
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            warn(&format!(
                "warning: the store `{root}` cannot be told of this lab ({error}); `pxectl store gc` of its owner may remove what this \
                 lab needs"
            ));
            Ok(None)
        }
        Err(error) => {
            let failure = Failure::new(format!("telling the store `{root}` of this lab: {error}"));
            Err(match error.kind() {
                ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                    failure.hint(format!("a store is a folder, and `{root}` is a file, or a link that leads nowhere"))
                }
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                    failure.hint("make room there, or name another store with --store or PXECTL_STORE")
                }
                _ => failure,
            })
        }
    }
}

/// Where an inventory lies for everybody on this host. It may be a link; the lock file lies beside that and not beside its target.
pub fn absolute(inventory: &Path) -> PathBuf {
    let folder = folder_of(inventory);
    let folder = std::fs::canonicalize(&folder).or_else(|_| std::path::absolute(&folder)).unwrap_or(folder);
    folder.join(inventory.file_name().unwrap_or_default())
}
