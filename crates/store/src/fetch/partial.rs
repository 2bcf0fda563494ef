//! A content on its way: its file, its record, and the lock that makes one process its own.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pxectl_model::digest::Hasher;
use pxectl_model::url::Url;
use rustix::fs::{FlockOperation, Mode, OFlags};
use tokio::task::JoinError;

use super::error::FetchError;
use super::pieces::Pieces;
use super::record::{Fetched, Record};
use super::sink::{Sink, Sums};
use super::{Got, Step, Want, Watch};
use crate::images::Store;
use crate::replace::replace_file;
use crate::turn::{is_at, open_lock};

/// A content that is not whole yet.
pub(super) struct Partial {
    folder: PathBuf,
    key: String,
    sink: Option<Sink>,
    record: Option<Record>,
    pinned: bool,
    /// From how many answers its bytes are.
    answers: u32,
    split: Split,
    lock: File,
}

/// Whether several connections fetch it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Split {
    Not,
    Yes,
    /// It was tried, and led nowhere.
    Never,
}

/// Under what name it is on its way: that of its digest, or of where it comes from while nobody knows that.
fn key(want: &Want) -> String {
    match (&want.sha256, &want.sha512) {
        (Some(digest), _) => digest.to_string(),
        (None, Some(wide)) => format!("w{}", &wide.to_string()[..64]),
        (None, None) => {
            let mut hasher = Hasher::new();
            want.urls.iter().for_each(|url| hasher.update(format!("{url}\n").as_bytes()));
            format!("u{}", hasher.finish())
        }
    }
}

fn store_error(operation: &'static str, path: &Path) -> impl Fn(io::Error) -> FetchError {
    let path = path.to_owned();
    move |source| FetchError::Store { operation, path: path.clone(), source }
}

impl Partial {
    /// Takes the lock, waiting for whoever has it, and opens what is there already. Tells whether somebody was waited for.
    pub async fn open(store: &Store, want: &Want, watch: &Arc<dyn Watch>) -> Result<(Self, bool), FetchError> {
        let folder = store.root().join("partial");
        std::fs::create_dir_all(&folder).map_err(store_error("making the folder", &folder))?;
        let key = key(want);
        let lock = folder.join(format!("{key}.lock"));
        let failed = store_error("locking", &lock);
        let mut waited = false;
        let file = loop {
            let mut file = open_lock(&lock, OFlags::CREATE).map_err(&failed)?;
            match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(rustix::io::Errno::WOULDBLOCK) => {
                    waited = true;
                    watch.step(&want.name, Step::Waiting);
                    let locked = blocking(move || rustix::fs::flock(&file, FlockOperation::LockExclusive).map(|()| file));
                    file = locked.await.map_err(|error| failed(error.into()))?;
                }
                Err(error) => return Err(failed(error.into())),
            }
            // A sweep may have removed the name meanwhile: somebody else would lock another file under it.
            if is_at(&file, &lock) {
                break file;
            }
        };
        let pinned = want.pinned();
        let mut partial = Self { folder, key, sink: None, record: None, pinned, answers: 0, split: Split::Not, lock: file };
        partial.resume(want.sha512.is_some()).await?;
        Ok((partial, waited))
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", self.key))
    }

    /// Where the bytes are.
    pub fn part(&self) -> PathBuf {
        self.path("part")
    }

    /// Opens the file, and keeps what is in it where that can be believed or will be held against a digest.
    async fn resume(&mut self, wide: bool) -> Result<(), FetchError> {
        let part = self.part();
        let failed = store_error("opening", &part);
        let open = |access: OFlags| {
            let flags = access | OFlags::CLOEXEC | OFlags::NOFOLLOW;
            rustix::fs::open(&part, flags, Mode::from_raw_mode(0o666)).map(File::from).map_err(io::Error::from)
        };
        let file = match open(OFlags::RDWR | OFlags::CREATE) {
            // Whoever was killed on the last step had made it read-only already.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => open(OFlags::RDONLY)
                .and_then(|file| writable(&file, &self.lock, &part))
                .and_then(|()| open(OFlags::RDWR | OFlags::CREATE))
                .map_err(|_| error),
            other => other,
        };
        let mut sink = Sink::new(file.map_err(&failed)?, wide);
        let record = Record::read(&self.path("json"));
        let keep = record.filter(|record| self.pinned || record.believable());
        let kept = keep.is_some();
        let sink = blocking(move || {
            let done = if kept { sink.catch_up() } else { sink.clear() };
            done.map(|()| sink)
        });
        let sink = sink.await.map_err(store_error("reading", &part))?;
        // Whatever happened to it since counts as an answer of its own.
        self.answers = if sink.len > 0 { 2 } else { 0 };
        self.record = keep.filter(|_| sink.len > 0);
        if self.record.is_none() {
            self.pieces().remove().map_err(store_error("emptying", &part))?;
        } else if !self.pieces().here().is_empty() {
            self.split = Split::Yes;
        }
        self.sink = Some(sink);
        Ok(())
    }

    /// What was fetched last, where it is in the store still: the answer for who waited for it, and of no more worth than its server's
    /// word that it has the same for whoever comes later.
    pub fn fetched(&self, store: &Store) -> Option<Got> {
        let got = Fetched::read(&self.path("done"))?.got()?;
        (store.size(&got.sha256)? == got.size).then_some(got)
    }

    /// What was fetched once is not what is fetched now.
    pub fn forget_fetched(&self) -> Result<(), FetchError> {
        remove(&self.path("done"))
    }

    /// Tells those who wait what was fetched, and takes the record of the half content away.
    pub fn finish(&self, got: &Got) -> Result<(), FetchError> {
        if !self.pinned {
            self.write("done", &Fetched::new(got))?;
        }
        remove(&self.path("json"))
    }

    fn write(&self, kind: &str, record: &impl serde::Serialize) -> Result<(), FetchError> {
        let path = self.path(kind);
        let bytes = serde_json::to_vec(record).map_err(io::Error::from);
        bytes.and_then(|bytes| replace_file(&path, &bytes)).map_err(store_error("writing", &path))
    }

    fn sink(&self) -> &Sink {
        self.sink.as_ref().expect("it is given back before anybody asks")
    }

    /// How many bytes are here.
    pub fn len(&self) -> u64 {
        self.sink().len
    }

    /// How many bytes are here, with those that are ahead.
    pub fn have(&self) -> u64 {
        self.len() + self.pieces().here().values().sum::<u64>()
    }

    /// What is ahead of its beginning.
    pub fn pieces(&self) -> Pieces {
        Pieces::beside(&self.part())
    }

    fn drop_pieces(&mut self) -> Result<(), FetchError> {
        if self.split == Split::Yes {
            self.split = Split::Not;
        }
        self.pieces().remove().map_err(store_error("emptying", &self.part()))
    }

    /// Whether several connections fetch it.
    pub fn is_split(&self) -> bool {
        self.split == Split::Yes
    }

    /// Whether several connections may fetch it.
    pub fn may_split(&self) -> bool {
        self.split == Split::Not
    }

    /// Lets several connections fetch it, or never again.
    pub fn split(&mut self, yes: bool) -> Result<(), FetchError> {
        if yes {
            self.split = Split::Yes;
            return Ok(());
        }
        self.never_split();
        self.drop_pieces()
    }

    /// Lets one connection fetch it from now on.
    pub fn never_split(&mut self) {
        self.split = Split::Never;
    }

    /// Of what is here.
    pub fn sums(&self) -> Sums {
        self.sink().sums()
    }

    /// Whether all of it is here: its digest says so, or, where nobody knows that, the length of the version that it is of.
    pub fn is_whole(&self, want: &Want, url: &Url) -> bool {
        if want.sha256.is_some() || want.sha512.is_some() {
            return self.len() > 0 && want.contradicted(&self.sums()).is_none();
        }
        self.len() > 0 && self.version(url).is_some_and(|record| record.believable() && record.total == Some(self.len()))
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.sink().file
    }

    /// Lends the sink to a thread that writes.
    pub fn lend(&mut self) -> Sink {
        self.answers += 1;
        self.sink.take().expect("it is given back before it is lent again")
    }

    /// Takes it back.
    pub fn give_back(&mut self, sink: Sink) {
        self.sink = Some(sink);
    }

    /// Whether its bytes are from several answers.
    pub fn pieced(&self) -> bool {
        self.answers > 1
    }

    /// Whether it begins as an HTML page does.
    pub fn is_page(&self) -> bool {
        let mut head = [0; 256];
        let count = self.file().read_at(&mut head, 0).unwrap_or(0);
        let text = String::from_utf8_lossy(&head[..count]).trim_start().to_ascii_lowercase();
        text.starts_with("<!doctype html") || text.starts_with("<html")
    }

    /// What is known of the version that its bytes are of, if they are of this server's.
    pub fn version(&self, url: &Url) -> Option<&Record> {
        self.record.as_ref().filter(|record| record.url == url.as_str())
    }

    /// Whether its bytes can be continued from here: another mirror's cannot where no digest would tell that they do not fit.
    pub fn continues(&self, url: &Url) -> bool {
        self.len() == 0 || self.pinned || self.version(url).is_some()
    }

    /// Writes down what the bytes that come next are of.
    pub fn describe(&mut self, record: Record) -> Result<(), FetchError> {
        self.write("json", &record)?;
        self.record = Some(record);
        Ok(())
    }

    /// Throws away what is here.
    pub fn restart(&mut self) -> Result<(), FetchError> {
        let path = self.part();
        self.answers = 0;
        self.record = None;
        self.drop_pieces()?;
        remove(&self.path("json"))?;
        let sink = self.sink.as_mut().expect("it is given back before anybody asks");
        sink.clear().map_err(store_error("emptying", &path))
    }
}

/// Lets a file that nobody may write be written as another one of its kind; one that is another user's goes.
fn writable(file: &File, like: &File, path: &Path) -> io::Result<()> {
    let meta = file.metadata()?;
    if !meta.permissions().readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    match file.set_permissions(like.metadata()?.permissions()) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => std::fs::remove_file(path),
        set => set,
    }
}

fn remove(path: &Path) -> Result<(), FetchError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(store_error("removing", path)(error)),
        _ => Ok(()),
    }
}

/// Work that blocks, on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    ended(tokio::task::spawn_blocking(work).await).await
}

/// What a task gave; it panicked where that did.
pub(super) async fn ended<T>(joined: Result<T, JoinError>) -> T {
    match joined {
        Ok(value) => value,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime ends, and with it whoever waits for this.
        Err(_) => std::future::pending().await,
    }
}
