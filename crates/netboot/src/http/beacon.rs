//! `/b/<boot-id>/event/booted`: the last thing that a script fetches before `boot`. Where the boot installs, it takes the arming.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use hyper::{Response, StatusCode};
use pxectl_model::boot::{Action, Taken};
use pxectl_model::event::EventKind;

use super::handle::Site;
use super::reply::{self, Reply};
use crate::boots::Boot;

/// A script that does nothing, so that `chain` succeeds as well as `imgfetch`.
const GO_ON: &str = "#!ipxe\n";

/// 200 where the machine may go on; anything else stops its script.
pub(super) async fn respond(site: &Arc<Site>, boot: Arc<Boot>) -> Response<Reply> {
    if boot.installs && boot.action == Action::Boot {
        let (keeper, taker) = (site.clone(), boot.clone());
        // It is durable before it returns: a disk is waited for, so not on a worker.
        let taken = tokio::task::spawn_blocking(move || match &taker.machine {
            Some(machine) => keeper.ledger.take(machine, taker.id, &taker.label, &taker.profile),
            None => Ok(Taken::Refused),
        });
        let (status, reason) = match taken.await {
            Ok(Ok(Taken::Now | Taken::Again)) => (StatusCode::OK, String::new()),
            Ok(Ok(Taken::Refused)) => {
                (StatusCode::CONFLICT, "this machine is not armed, or another boot has taken it".to_owned())
            }
            Ok(Err(reason)) => (StatusCode::SERVICE_UNAVAILABLE, reason),
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the journal could not be written".to_owned()),
        };
        if status != StatusCode::OK {
            let (id, label) = (boot.id, boot.label.clone());
            site.report.report(EventKind::BeaconRefused { boot: id, label, reason });
            let text = if status == StatusCode::CONFLICT { "not armed\n" } else { "the journal could not be written\n" };
            return reply::text(status, text);
        }
    }
    if !boot.booted.swap(true, Ordering::Relaxed) {
        site.report.report(EventKind::Booted {
            boot: boot.id,
            machine: boot.machine.as_ref().map(|machine| machine.id.clone()),
            label: boot.label.clone(),
            profile: boot.profile.clone(),
            installs: boot.installs,
            action: boot.action,
            took: boot.made.elapsed(),
        });
    }
    reply::text(StatusCode::OK, GO_ON)
}
