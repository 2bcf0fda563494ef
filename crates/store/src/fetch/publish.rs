//! The last step: a content that was verified gets its name.

use std::fs::{File, Permissions};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Got;
use super::error::FetchError;
use super::partial::{Partial, blocking};
use super::room::is_full;
use crate::images::Store;
use crate::replace::create;
use crate::turn::Turn;

/// Makes the file durable, read-only, and puts it under the name of its digest; the name is durable when this returns.
pub(super) async fn publish(store: &Store, partial: &Partial, got: &Got) -> Result<(), FetchError> {
    let (part, file) = (partial.part(), store.file(&got.sha256));
    let failed = |source| FetchError::Store { operation: "putting into the store", path: file.clone(), source };
    let (open, len, to) = (partial.file().try_clone().map_err(failed)?, partial.len(), file.clone());
    let own = store.clone();
    blocking(move || into_place(&own, &open, len, &part, &to)).await.map_err(failed)?;
    partial.finish(got)
}

/// What was verified, from where it came in to where it is known.
pub(crate) fn into_place(store: &Store, open: &File, len: u64, part: &Path, to: &Path) -> io::Result<()> {
    // Room that was reserved and not needed is given back.
    open.set_len(len)?;
    match open.set_permissions(Permissions::from_mode(0o444)) {
        // Another user of the store began it, and alone may say who writes there.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => own_copy(open, len, part)?,
        set => set?,
    }
    open.sync_all()?;
    let folder = to.parent().unwrap_or(to);
    std::fs::create_dir_all(folder)?;
    {
        // Else a sweep could look at an old file of the name and remove the new one.
        let _turn = Turn::adding(store)?;
        std::fs::rename(part, to)?;
    }
    // The folders' own entries, too: each may be new.
    for folder in folder.ancestors().take(3) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Puts a copy in the place of a file that belongs to somebody else: read-only, and durable. Without room for both, the file itself stays.
fn own_copy(of: &File, len: u64, path: &Path) -> io::Result<()> {
    let own = path.with_extension("own");
    let copied = (|| {
        let (mut from, mut to) = (of.try_clone()?, create(&own)?);
        from.rewind()?;
        let count = io::copy(&mut from.take(len), &mut to)?;
        if count != len {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "somebody made it shorter meanwhile"));
        }
        to.set_permissions(Permissions::from_mode(0o444))?;
        to.sync_all()?;
        std::fs::rename(&own, path)
    })();
    match copied {
        Err(error) => {
            let _ = std::fs::remove_file(&own);
            if is_full(&error) { Ok(()) } else { Err(error) }
        }
        done => done,
    }
}
