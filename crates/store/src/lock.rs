//! One program at a time: the lock that whoever edits a lab's files takes.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// How long another may hold the lock before the wait is told.
const TELL_AFTER: Duration = Duration::from_secs(2);
/// How long to wait in all.
const GIVE_UP_AFTER: Duration = Duration::from_secs(60);

/// The right to edit the files of one folder; given back when it is dropped, or when the process ends in whatever way.
#[derive(Debug)]
pub struct EditLock {
    _held: File,
}

impl EditLock {
    /// Takes the lock of a folder. Who waits gets it in turn; `waiting` is called once where that takes long.
    ///
    /// The folder itself is locked (flock(2) on its descriptor): nothing is left lying about, and no rename of a file in it takes
    /// the lock away. Where a folder cannot be opened as a file, a file `.pxectl.lock` in it is.
    ///
    /// # Errors
    /// Where the folder cannot be opened or locked, and `TimedOut` where somebody keeps it for a minute.
    pub fn take(folder: &Path, waiting: impl FnOnce()) -> io::Result<Self> {
        let file = open(folder)?;
        match file.try_lock() {
            Ok(()) => return Ok(Self { _held: file }),
            Err(std::fs::TryLockError::WouldBlock) => {}
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
        // A thread that blocks gets its turn; who asks again and again may starve among two hundred.
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let locked = file.lock().map(|()| file);
            let _ = sender.send(locked);
        });
        let mut got = receiver.recv_timeout(TELL_AFTER);
        if got.is_err() {
            waiting();
            got = receiver.recv_timeout(GIVE_UP_AFTER - TELL_AFTER);
        }
        let held =
            got.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "another program has been editing it for a minute"))??;
        Ok(Self { _held: held })
    }
}

#[cfg(all(unix, not(pxectl_no_unix)))]
fn open(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

#[cfg(not(all(unix, not(pxectl_no_unix))))]
fn open(folder: &Path) -> io::Result<File> {
    File::options().create(true).append(true).open(folder.join(".pxectl.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gets_its_turn_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let counter = folder.path().join("counter");
        std::fs::write(&counter, "0").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| {
                    let _lock = EditLock::take(folder.path(), || {}).unwrap();
                    let count: u32 = std::fs::read_to_string(&counter).unwrap().parse().unwrap();
                    std::fs::write(&counter, (count + 1).to_string()).unwrap();
                });
            }
        });
        assert_eq!(std::fs::read_to_string(&counter).unwrap(), "50");
    }
}
