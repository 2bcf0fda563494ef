//! Refusals as events, so many a second and no more: a stranger who asks for nonsense all day fills no log.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pxectl_model::event::{EventKind, Protocol, Report};

use super::printable::printable;

/// Most refusals of a second that are told one by one.
const EACH: u32 = 20;

/// Tells refusals.
pub(crate) struct Refusals {
    report: Arc<dyn Report>,
    window: Mutex<(Instant, u32)>,
}

impl Refusals {
    /// Tells them to this one.
    pub(crate) fn new(report: Arc<dyn Report>) -> Self {
        Self { report, window: Mutex::new((Instant::now(), 0)) }
    }

    /// A request was refused.
    pub(crate) fn tell(&self, peer: IpAddr, what: &str, reason: &str) {
        let (count, missed) = {
            let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
            let mut missed = 0;
            if window.0.elapsed() >= Duration::from_secs(1) {
                missed = window.1.saturating_sub(EACH);
                *window = (Instant::now(), 0);
            }
            window.1 = window.1.saturating_add(1);
            (window.1, missed)
        };
        if missed > 0 {
            let text = format!("{missed} more HTTP requests were refused within a second");
            self.report.report(EventKind::Warning { boot: None, text });
        }
        if count <= EACH {
            let (what, reason) = (printable(what), reason.to_owned());
            self.report.report(EventKind::Refused { protocol: Protocol::Http, peer, what, reason });
        }
    }
}
