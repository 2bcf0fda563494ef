//! One transfer as the events tell it: started, progress, and then done or failed, whatever happens to its connection.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pxectl_model::event::{EventKind, Report, Transfer};

use super::pulse::Pulse;

/// Shortest time between two progress events of a transfer.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Reports its own end: where it is dropped before [`Sending::done`], it failed.
pub(crate) struct Sending {
    report: Arc<dyn Report>,
    transfer: Transfer,
    started: Instant,
    sent: AtomicU64,
    told: Mutex<Instant>,
    over: AtomicBool,
    trouble: Mutex<Option<String>>,
    pulse: Arc<Pulse>,
}

impl Sending {
    /// Reports that it started.
    pub(crate) fn start(report: Arc<dyn Report>, transfer: Transfer, pulse: Arc<Pulse>) -> Self {
        report.report(EventKind::TransferStarted(transfer.clone()));
        let started = Instant::now();
        let (sent, told, over) = (AtomicU64::new(0), Mutex::new(started), AtomicBool::new(false));
        Self { report, transfer, started, sent, told, over, trouble: Mutex::new(None), pulse }
    }

    /// `count` more bytes were handed to the kernel.
    pub(crate) fn advance(&self, count: u64) {
        let sent = self.sent.fetch_add(count, Ordering::Relaxed) + count;
        let now = Instant::now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if sent < self.transfer.bytes && now.duration_since(*told) >= PROGRESS_EVERY {
            *told = now;
            self.report.report(EventKind::TransferProgress { id: self.transfer.id, sent });
        }
    }

    /// The last byte was handed to the kernel.
    pub(crate) fn done(&self) {
        if !self.over.swap(true, Ordering::Relaxed) {
            self.report.report(EventKind::TransferDone { transfer: self.transfer.clone(), took: self.started.elapsed() });
        }
    }

    /// Why it is about to fail; holds no path.
    pub(crate) fn trouble(&self, reason: &str) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.to_owned());
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if *self.over.get_mut() {
            return;
        }
        let own = self.trouble.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let reason = own.or_else(|| self.pulse.reason().map(str::to_owned));
        let reason = reason.unwrap_or_else(|| "the peer closed the connection".to_owned());
        let sent = *self.sent.get_mut();
        self.report.report(EventKind::TransferFailed { transfer: self.transfer.clone(), sent, reason });
    }
}
