//! Whose a file is, and what they may do with it.

#[cfg(not(all(unix, not(pxectl_no_unix))))]
pub(super) use elsewhere::{names, take_over, writable};
#[cfg(all(unix, not(pxectl_no_unix)))]
pub(super) use unix::{names, take_over, writable};

use std::io;

/// Why a new file is not like the old one.
pub(super) enum Unlike {
    /// It cannot be given to whom the old one belongs.
    #[cfg_attr(not(all(unix, not(pxectl_no_unix))), allow(dead_code, reason = "owners are Unix's"))]
    Owner(io::Error),
    /// Something else.
    Io(io::Error),
}

impl From<io::Error> for Unlike {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

#[cfg(all(unix, not(pxectl_no_unix)))]
mod unix {
    use std::fs::{File, Metadata};
    use std::os::unix::fs::{MetadataExt, fchown};
    use std::path::Path;

    use rustix::fs::{Access, AtFlags, CWD, accessat};

    use super::Unlike;

    /// Whether the process may write into the file.
    pub(in super::super) fn writable(path: &Path) -> bool {
        accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
    }

    /// How many names the file has.
    pub(in super::super) fn names(meta: &Metadata) -> u64 {
        meta.nlink()
    }

    /// Gives a new file owner, group, mode and extended attributes of the old one.
    pub(in super::super) fn take_over(old: &Path, meta: &Metadata, new: &File) -> Result<(), Unlike> {
        let made = new.metadata()?;
        let other = |old: u32, new: u32| (old != new).then_some(old);
        let (owner, group) = (other(meta.uid(), made.uid()), other(meta.gid(), made.gid()));
        if owner.is_some() || group.is_some() {
            fchown(new, owner, group).map_err(Unlike::Owner)?;
        }
        attributes(old, new)?;
        // Last: a change of the owner takes set-id bits away.
        Ok(new.set_permissions(meta.permissions())?)
    }

    /// Access lists and labels are extended attributes; what the system keeps to itself it sets itself.
    #[cfg(target_os = "linux")]
    fn attributes(old: &Path, new: &File) -> Result<(), Unlike> {
        use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};
        use std::io;
        /// The kernel's limits of a list of names, and of a value (xattr(7)).
        const MOST: usize = 64 << 10;
        let old = File::open(old)?;
        let mut names = vec![0; MOST];
        let Ok(length) = flistxattr(&old, &mut names[..]) else { return Ok(()) };
        let mut value = vec![0; MOST];
        for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            let Ok(length) = fgetxattr(&old, name, &mut value[..]) else { continue };
            let set = fsetxattr(new, name, &value[..length], XattrFlags::empty());
            // An access list that is lost would open the file to others, or close it to them.
            if name.starts_with(b"system.posix_acl") {
                set.map_err(io::Error::from)?;
            }
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn attributes(_: &Path, _: &File) -> Result<(), Unlike> {
        Ok(())
    }
}

#[cfg(not(all(unix, not(pxectl_no_unix))))]
mod elsewhere {
    use std::fs::{File, Metadata};
    use std::path::Path;

    use super::Unlike;

    /// Its read-only mark was looked at already.
    pub(in super::super) fn writable(_: &Path) -> bool {
        true
    }

    /// One, as far as can be told.
    pub(in super::super) fn names(_: &Metadata) -> u64 {
        1
    }

    /// Gives a new file the rights of the old one.
    pub(in super::super) fn take_over(_: &Path, meta: &Metadata, new: &File) -> Result<(), Unlike> {
        Ok(new.set_permissions(meta.permissions())?)
    }
}
