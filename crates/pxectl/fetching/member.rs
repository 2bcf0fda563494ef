//! Files that come inside an archive: that is fetched once, whoever needs something of it, and each file is judged for itself.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pxectl_media::tarball::{self, TarError};
use pxectl_model::artifact::Member;
use pxectl_model::digest::Digest;
use pxectl_model::url::Url;
use pxectl_store::fetch::{Client, Got, Want, Watch, fetch};
use pxectl_store::images::Store;
use pxectl_store::put::Written;
use tokio::sync::OnceCell;

use super::plan::Task;
use super::program;
use super::run::{Outcome, Problem, here, problem};

/// An archive in the store, or why it is not there.
type Archive = Arc<OnceCell<Result<Got, Problem>>>;

/// The archives of one run.
#[derive(Default)]
pub struct Archives {
    known: Mutex<HashMap<Vec<Url>, Archive>>,
}

impl Archives {
    /// Gets a file out of its archive into the store, unless it is there.
    pub async fn get(&self, task: &Task, member: &Member, store: &Store, client: &Client, watch: &Arc<dyn Watch>) -> Outcome {
        if let Some(got) = here(task, store) {
            return Ok(got);
        }
        let archive =
            self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(task.want.urls.clone()).or_default().clone();
        let want = archive_of(task);
        let brought =
            archive.get_or_init(|| async { fetch(store, client, &want, watch).await.map_err(|error| problem(&error)) }).await;
        let brought = brought.clone()?;
        let (task, member, store) = (task.clone(), member.clone(), store.clone());
        let taken = tokio::task::spawn_blocking(move || take(&task, &member, &brought, &store)).await;
        taken.map_err(|error| Problem { text: error.to_string(), mismatch: false, hint: None })?
    }
}

/// The archive as something to fetch. Its own name is the end of its address.
pub(super) fn archive_of(task: &Task) -> Want {
    let url = task.want.urls.first().map(ToString::to_string).unwrap_or_default();
    let name = url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).filter(|name| !name.is_empty());
    let name = name.map_or_else(|| format!("the archive of {}", task.name), str::to_owned);
    Want {
        name,
        sha256: task.archive,
        sha512: None,
        size: None,
        maybe: None,
        checked_inside: task.want.sha256.is_some(),
        ..task.want.clone()
    }
}

/// Why a file did not come out of its archive.
enum Refused {
    Tar(TarError),
    Io(io::Error),
    Wrong(String),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn take(task: &Task, member: &Member, archive: &Got, store: &Store) -> Outcome {
    let path: PathBuf = store.file(&archive.sha256);
    let check = |file: &mut File, written: &Written| {
        let pin = task.want.sha256.filter(|pin| *pin != written.sha256);
        match pin.map(|pin| (Digest::Sha256(pin), Digest::Sha256(written.sha256))) {
            None => program::wrong(&task.name, file)?
                .map_or(Ok(()), |why| Err(Refused::Wrong(format!("it is not what its name says: {why}")))),
            Some((expected, found)) => {
                Err(Refused::Wrong(format!("it does not match its {}: expected {expected}, found {found}", expected.algorithm())))
            }
        }
    };
    let unpack = |to: &mut dyn io::Write| {
        let source = File::open(&path)?;
        tarball::copy(source, member, tarball::Limits::default(), to).map(drop).map_err(Refused::Tar)
    };
    let from = archive.from.clone().or_else(|| task.want.urls.first().cloned());
    let inside = format!("`{member}` in {}", from.as_ref().map(ToString::to_string).unwrap_or_default());
    match store.put(unpack, check) {
        Ok(Written { sha256, size }) => Ok(Got { sha256, sha512: None, size, from, version: archive.version.clone() }),
        Err(Refused::Tar(error)) => Err(Problem { text: format!("{inside}: {error}"), mismatch: true, hint: None }),
        Err(Refused::Wrong(why)) => Err(Problem { text: format!("{inside}: {why}"), mismatch: true, hint: None }),
        Err(Refused::Io(error)) => {
            Err(Problem { text: format!("putting {inside} into the store: {error}"), mismatch: false, hint: None })
        }
    }
}
