//! What `lint --here` asks this host.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;

use pxectl_inventory::{Absent, Here, ImageAt, SourceState};
use pxectl_media::Binary;
use pxectl_model::digest::Sha256;
use pxectl_model::image::ImagePath;
use pxectl_model::secret::SecretSource;
use pxectl_store::images::Store;
use pxectl_store::regular::open_regular;

use crate::{exec, inside};

/// This host, for an inventory in a folder.
pub struct ThisHost<'h> {
    /// Where commands run.
    pub folder: &'h Path,
    /// Where fetched artifacts are.
    pub store: &'h Store,
}

impl Here for ThisHost<'_> {
    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn stored(&self, digest: &Sha256) -> bool {
        self.store.size(digest).is_some()
    }

    fn signed(&self, path: &Path) -> Option<bool> {
        let program = Binary::read(open_regular(path).ok()?).ok()?;
        program.pe.map(|pe| pe.signed)
    }

    fn inside(&self, image: ImageAt<'_>, paths: &BTreeSet<ImagePath>) -> Vec<(ImagePath, Absent)> {
        let place = match image {
            ImageAt::File(path) => path.to_owned(),
            ImageAt::Stored(digest) => self.store.file(digest),
        };
        let lies = match open_regular(&place) {
            Ok(file) => inside::look(file, paths),
            Err(error) => inside::none_of(paths, &error.to_string()),
        };
        lies.into_iter().filter_map(|(path, lies)| Some((path, lies.err()?))).collect()
    }

    fn source(&self, source: &SecretSource) -> SourceState {
        let missing = |why: &str| SourceState::Missing(why.to_owned());
        match source {
            SecretSource::Env(name) => match std::env::var_os(name) {
                None => missing("it is not set"),
                Some(value) if value.is_empty() => missing("it is empty"),
                Some(value) if value.to_str().is_none() => missing("it is not UTF-8"),
                Some(_) => SourceState::There,
            },
            SecretSource::File(path) => match pxectl_store::regular::read_regular(path, 0) {
                Err(error) => SourceState::Missing(error.to_string()),
                Ok(bytes) if bytes.is_empty() => missing("it is empty"),
                Ok(_) if open_to_all(path) => SourceState::Open,
                Ok(_) => SourceState::There,
            },
            SecretSource::Command(words) => match words.first().map(|program| exec::find(program, self.folder)) {
                None => missing("it names no program"),
                Some(Err(why)) => SourceState::Missing(why),
                Some(Ok(_)) => SourceState::There,
            },
        }
    }

    fn has_address(&self, address: Ipv4Addr) -> bool {
        // What `serve` would be told: an address of another host cannot be bound.
        let refused = |error: &std::io::Error| error.kind() == std::io::ErrorKind::AddrNotAvailable;
        !UdpSocket::bind((address, 0)).is_err_and(|error| refused(&error))
    }
}

#[cfg(unix)]
fn open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o004 != 0)
}

/// Elsewhere rights are lists, which this does not read.
#[cfg(not(unix))]
fn open_to_all(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_host_and_of_others() {
        let host = ThisHost { folder: Path::new("."), store: &Store::at("/nonexistent") };
        assert!(host.has_address(Ipv4Addr::LOCALHOST));
        // Kept for documentation (RFC 5737).
        assert!(!host.has_address(Ipv4Addr::new(192, 0, 2, 1)));
    }
}
