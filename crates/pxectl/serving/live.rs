//! The table in force, and how an edit of the inventory replaces it: at the next request, without a watcher and without a race.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use pxectl_model::event::{EventKind, Report};
use pxectl_model::inventory::Inventory;
use pxectl_netboot::table::{Table, Tables};
use tokio::sync::Notify;

use crate::serving::ledger::ArmingLedger;
use crate::serving::planning;
use crate::serving::tables::{Built, TableBuilder};
use crate::watch::{SETTLE_WAIT, Stamps};

/// How long a request waits for the table of an edit that came before it.
const WAIT: Duration = Duration::from_secs(2);

/// The table in force and all that is needed to build its successor.
pub struct LiveTables {
    shared: Arc<Shared>,
}

struct Shared {
    builder: TableBuilder,
    ledger: Arc<ArmingLedger>,
    report: Arc<dyn Report>,
    in_force: RwLock<(Arc<Table>, Stamps)>,
    /// Whether a successor is being built: one task does it, however many requests wait.
    building: AtomicBool,
    /// Told whenever such a task ends.
    built: Notify,
}

impl LiveTables {
    /// Begins with a table that was built from files as `built` saw them.
    pub fn new(builder: TableBuilder, built: Built, ledger: Arc<ArmingLedger>, report: Arc<dyn Report>) -> Self {
        let in_force = RwLock::new((built.table, built.stamps));
        Self {
            shared: Arc::new(Shared {
                builder,
                ledger,
                report,
                in_force,
                building: AtomicBool::new(false),
                built: Notify::new(),
            }),
        }
    }
}

impl Shared {
    fn table(&self) -> Arc<Table> {
        self.in_force.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    fn stamps(&self) -> Stamps {
        self.in_force.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// Whether the table is that of the files as they are. Stamps that had not settled prove nothing.
    fn unchanged(&self) -> bool {
        let in_force = &self.in_force.read().unwrap_or_else(PoisonError::into_inner).1;
        in_force.settled() && in_force.hold()
    }

    /// Waits until the table is that of the files as they are.
    async fn wait(self: Arc<Self>) {
        loop {
            let ended = self.built.notified();
            if self.unchanged() {
                return;
            }
            if !self.building.swap(true, Ordering::AcqRel) {
                // In a task of its own: where this wait is given up, the building goes on.
                tokio::spawn(self.clone().build());
            }
            ended.await;
        }
    }

    async fn build(self: Arc<Self>) {
        self.catch_up().await;
        self.building.store(false, Ordering::Release);
        self.built.notify_waiters();
    }

    /// Builds the successor where files changed, until they lie still.
    async fn catch_up(self: &Arc<Self>) {
        while !self.unchanged() {
            let before = self.stamps();
            // Somebody may be writing for minutes, an image for one: nothing is read and hashed before that has ended.
            if !before.again().settled() {
                tokio::time::sleep(SETTLE_WAIT).await;
                continue;
            }
            let changed: Vec<String> = before.changed().into_iter().map(|path| self.builder.called(path)).collect();
            let this = self.clone();
            let Ok(result) = tokio::task::spawn_blocking(move || this.builder.build()).await else { return };
            let stamps = match &result {
                Ok(built) => &built.stamps,
                Err(broken) => &broken.stamps,
            };
            // An editor may be in the middle of writing: what was read counts only once the files lie still.
            if !stamps.settled() || !stamps.hold() {
                tokio::time::sleep(SETTLE_WAIT).await;
                continue;
            }
            match result {
                Ok(built) => {
                    let hosts = built.inventory.parts().hosts.len();
                    *self.in_force.write().unwrap_or_else(PoisonError::into_inner) = (built.table, built.stamps);
                    if changed.is_empty() {
                        continue;
                    }
                    self.report.report(EventKind::Reloaded { changed, hosts });
                    if let Some(text) = self.not_agreed(&built.inventory) {
                        self.report.report(EventKind::Warning { boot: None, text });
                    }
                    for text in built.warnings {
                        self.report.report(EventKind::Warning { boot: None, text });
                    }
                }
                Err(broken) => {
                    // The old table stays; its stamps become the broken files', so that it is said once.
                    self.in_force.write().unwrap_or_else(PoisonError::into_inner).1 = broken.stamps;
                    // Events are data, for whoever reads them: without the styles of a terminal.
                    let text = anstream::adapter::strip_str(&broken.text).to_string();
                    self.report.report(EventKind::ReloadRefused { changed, text });
                }
            }
        }
    }
}

impl Shared {
    /// What is to be said of installations that an edit brought and nobody agreed to: they do not happen.
    fn not_agreed(&self, inventory: &Inventory) -> Option<String> {
        let labels = match planning::unagreed(inventory, &self.ledger) {
            Ok(labels) if labels.is_empty() => return None,
            Ok(labels) => labels,
            Err(failure) => return Some(failure.text()),
        };
        let some = labels.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let more = if labels.len() > 5 { format!(" and {} more", labels.len() - 5) } else { String::new() };
        Some(format!(
            "{some}{more}: to be installed by the edited inventory, but nobody agreed to that; restart serve, or run it with --yes"
        ))
    }
}

impl Tables for LiveTables {
    fn in_force(&self) -> Arc<Table> {
        self.shared.table()
    }

    fn fresh(&self) -> Pin<Box<dyn Future<Output = Arc<Table>> + Send + '_>> {
        Box::pin(async {
            if !self.shared.unchanged() {
                // Where the time runs out, the old table answers.
                let _ = tokio::time::timeout(WAIT, self.shared.clone().wait()).await;
            }
            self.shared.table()
        })
    }
}
