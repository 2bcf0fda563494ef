//! Hashing many files: one a thread, the largest first, so that none of them is waited for alone in the end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use pxectl_media::Judge;
use pxectl_model::check::{Check as _, Depth};
use pxectl_store::fetch::{Step, Watch};
use pxectl_store::hash::{TOLD_EVERY, hash_file, now_and_then};
use pxectl_store::regular::open_regular;

use super::judge::{Looked, Verdict, judge};
use super::subject::Subject;
use crate::fetching::screen::Screen;
use crate::shelf;

/// A file to hash.
struct Job {
    path: PathBuf,
    called: String,
    wide: bool,
    size: u64,
    /// What its name promises; none for what no artifact is.
    promise: Option<String>,
}

/// Hashes what is there and looks at its format, each file once, and judges every subject, in the order in which they came.
pub fn all(subjects: Vec<Subject>, jobs: usize, screen: &Screen) -> Vec<Verdict> {
    let mut files: BTreeMap<PathBuf, Job> = BTreeMap::new();
    for subject in &subjects {
        let Some(path) = &subject.path else { continue };
        let (size, promise) = (shelf::size_of(path).unwrap_or(0), subject.name.is_some().then(|| subject.promise.clone()));
        let new = || Job { path: path.clone(), called: subject.called(), wide: false, size, promise };
        files.entry(path.clone()).or_insert_with(new).wide |= subject.sha512.is_some();
    }
    let mut files: Vec<Job> = files.into_values().collect();
    files.sort_by_key(|job| std::cmp::Reverse(job.size));
    files.iter().for_each(|job| screen.expect(&job.called, Some(job.size)));
    let hashed = hash(&files, jobs, screen);
    let judged = subjects.into_iter().map(|subject| {
        let hashed = subject.path.as_ref().and_then(|path| hashed.get(path));
        judge(subject, hashed)
    });
    judged.collect()
}

fn hash(files: &[Job], jobs: usize, watch: &dyn Watch) -> BTreeMap<PathBuf, io::Result<Looked>> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, files.len().max(1)) {
            scope.spawn(|| {
                while let Some(job) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let hashed = one(job, watch);
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(job.path.clone(), hashed);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn one(job: &Job, watch: &dyn Watch) -> io::Result<Looked> {
    let tell = |have: u64| watch.step(&job.called, Step::Bytes { have, total: Some(job.size.max(have)) });
    let hashed = hash_file(&job.path, job.wide, &mut now_and_then(job.size, tell))?;
    // Sums that an image carries are looked at, too: what was believed on first use may have been broken then.
    let judge = |promise: &String| Judge.check(promise, Depth::Full, &mut Told::open(job, watch)?);
    let judged = job.promise.as_ref().map(judge).transpose()?;
    Ok(Looked { hashed, judged })
}

/// Bytes that are read of a file for its own sums before it is told that they are: headers and tables are less.
const SUMS: u64 = 64 << 20;

/// A file whose reading is told where it is a long one.
struct Told<'t> {
    file: File,
    name: String,
    size: u64,
    read: u64,
    told: u64,
    watch: &'t dyn Watch,
}

impl<'t> Told<'t> {
    fn open(job: &Job, watch: &'t dyn Watch) -> io::Result<Self> {
        let name = format!("{}: its own sums", job.called);
        Ok(Self { file: open_regular(&job.path)?, name, size: job.size, read: 0, told: SUMS, watch })
    }

    fn tell(&self, have: u64) {
        self.watch.step(&self.name, Step::Bytes { have, total: Some(self.size.max(have)) });
    }
}

impl Read for Told<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read += count as u64;
        if self.read >= self.told {
            self.told = self.read + TOLD_EVERY;
            self.tell(self.read);
        }
        Ok(count)
    }
}

impl Seek for Told<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        // Its bar goes, wherever the reading ended.
        if self.read >= SUMS {
            self.tell(self.size);
        }
    }
}
