//! The person's wish that the process end (SIGINT, SIGTERM, SIGHUP), for commands that have something to put away first.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

static CAME: AtomicBool = AtomicBool::new(false);

/// From now on a signal does not end the process: whoever works asks [`came`].
#[cfg(serves)]
pub fn watch() {
    use tokio::signal::unix::{SignalKind, signal};

    static ONCE: std::sync::Once = std::sync::Once::new();
    let wait = |ready: std::sync::mpsc::Sender<()>| {
        // Where signals cannot be had, the system ends the process as it always did.
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        let _entered = runtime.enter();
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [Ok(mut int), Ok(mut term), Ok(mut hup)] = kinds.map(signal) else { return };
        let _ = ready.send(());
        runtime.block_on(async {
            tokio::select! { _ = int.recv() => {}, _ = term.recv() => {}, _ = hup.recv() => {} }
        });
        CAME.store(true, Ordering::Relaxed);
    };
    ONCE.call_once(|| {
        let (ready, is_ready) = std::sync::mpsc::channel();
        std::thread::spawn(move || wait(ready));
        let _ = is_ready.recv();
    });
}

/// Elsewhere the system ends the process.
#[cfg(not(serves))]
pub fn watch() {}

/// Whether one came.
pub fn came() -> bool {
    CAME.load(Ordering::Relaxed)
}

/// # Errors
/// Where one came.
pub fn check() -> io::Result<()> {
    if came() { Err(io::Error::other("interrupted")) } else { Ok(()) }
}

/// A reader that fails once a signal came: what copies from it ends.
pub struct Until<R>(pub R);

impl<R: io::Read> io::Read for Until<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        check()?;
        self.0.read(room)
    }
}
