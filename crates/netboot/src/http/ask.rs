//! `/boot`: who is asking becomes a script, and the script a boot.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use hyper::{Response, StatusCode};
use pxectl_model::boot::{Action, BootId, Recognised, Standing, Verdict};
use pxectl_model::event::{EventKind, ScriptSent};

use super::handle::Site;
use super::memo::{Known, Script};
use super::query;
use super::reply::{self, Reply};
use crate::boots::Boot;
use crate::printable::printable;
use crate::table::Table;

/// Always a script, always 200: iPXE shows nothing else to the person before the machine.
pub(super) async fn respond(site: &Site, peer: IpAddr, query: &str, head: bool) -> Response<Reply> {
    let table = site.tables.fresh().await;
    let id = BootId((site.mint)());
    let before = site.memo.find(&table, peer, query);
    let (known, ready) = match before {
        Some((known, ready)) => (known, ready),
        None => (Arc::new(known(&table, peer, query)), None),
    };
    let standing = standing(site, peer, &known.who).await;
    let (script, problem) = match ready.filter(|script| script.standing == standing) {
        Some(script) => (script, None),
        None => {
            let (stage2, problem) = table.responder.script(&query::asker(query, peer), &known.who, id, standing);
            let script = Arc::new(Script::new(stage2, id, standing, &table));
            // Who waits or is refused is not remembered: anybody can be that, under any name.
            if problem.is_none() && matches!(script.action, Action::Boot | Action::Local) {
                site.memo.keep(&table, peer, query, &known, &script, id);
            }
            (script, problem)
        }
    };
    let text = script.text.with(id);
    if !head {
        begin(site, &table, peer, id, &known, &script);
        for text in known.who.notes.iter().cloned().chain(problem) {
            site.strangers.notes.tell(peer, || EventKind::Warning { boot: Some(id), text });
        }
    }
    reply::text(StatusCode::OK, text)
}

fn known(table: &Table, peer: IpAddr, query: &str) -> Known {
    let asker = query::asker(query, peer);
    let serial = asker.identity.serial.as_ref().map_or_else(|| asker.identity.raw_serial.clone(), ToString::to_string);
    let (serial, mac) = (printable(&serial), asker.identity.macs.first().copied());
    Known { who: table.responder.recognise(&asker), serial, mac }
}

/// The boot begins: its URLs work, and it is told.
fn begin(site: &Site, table: &Arc<Table>, peer: IpAddr, id: BootId, known: &Known, script: &Script) {
    let who = &known.who;
    let (profile, installs) = match &who.verdict {
        Verdict::Boot { profile, installs, .. } => (Some(profile.clone()), *installs),
        Verdict::Hold | Verdict::Refused(_) => (None, false),
    };
    let label = printable(&who.label);
    // Who waits has no URL to come back to. Anybody can be told to wait, as often as he likes.
    if script.text.is_marked() {
        site.boots.add(Boot {
            id,
            files: table.files.clone(),
            media: table.media.clone(),
            peer,
            machine: who.machine.clone(),
            label: label.clone(),
            profile: profile.clone().unwrap_or_default(),
            installs,
            action: script.action,
            roles: script.roles.clone(),
            answers: script.answers.iter().map(|(name, answer)| (name.clone(), Arc::from(answer.with(id)))).collect(),
            beacon: script.beacon,
            made: Instant::now(),
            booted: AtomicBool::new(false),
        });
    }
    let sent = EventKind::Script(ScriptSent {
        boot: id,
        peer,
        machine: who.machine.as_ref().map(|machine| machine.id.clone()),
        label,
        serial: known.serial.clone(),
        mac: known.mac,
        profile,
        installs,
        action: script.action,
        why: why(who, script.standing, script.action),
        bytes: script.bytes,
    });
    match script.action {
        Action::Hold | Action::Refuse => site.strangers.waiting.tell(peer, || sent),
        Action::Boot | Action::Local => site.report.report(sent),
    }
}

async fn standing(site: &Site, peer: IpAddr, who: &Recognised) -> Standing {
    let (profile, installs, machine) = match (&who.verdict, &who.machine) {
        (Verdict::Boot { profile, installs, .. }, Some(machine)) => (profile, *installs, machine),
        // A machine that the journal cannot remember would be installed again and again.
        (Verdict::Boot { installs: true, .. }, None) => return Standing::Outside,
        _ => return Standing::Armed,
    };
    if let Some(standing) = site.ledger.standing_now(machine, profile, installs) {
        return standing;
    }
    let (ledger, machine, profile) = (site.ledger.clone(), machine.clone(), profile.clone());
    let asked = tokio::task::spawn_blocking(move || ledger.standing(&machine, &profile, installs)).await;
    asked.unwrap_or_else(|_| Err("reading the journal failed".to_owned())).unwrap_or_else(|reason| {
        let text = format!("whether {} was installed cannot be told, so it boots its disk: {reason}", printable(&who.label));
        site.strangers.notes.tell(peer, || EventKind::Warning { boot: None, text });
        Standing::Unsure
    })
}

fn why(who: &Recognised, standing: Standing, action: Action) -> String {
    let machine = || who.machine.as_ref().map_or("nothing usable".to_owned(), |machine| machine.id.to_string());
    let text = match (&who.verdict, action, standing) {
        (Verdict::Refused(reason), ..) => reason.clone(),
        (Verdict::Hold, ..) => format!("in no inventory: {}", machine()),
        (Verdict::Boot { profile, .. }, Action::Refuse | Action::Hold, _) => format!("profile {profile} cannot be given to it"),
        (Verdict::Boot { .. }, Action::Local, Standing::Done) => "its installer was started in this arming".to_owned(),
        (Verdict::Boot { installs: true, .. }, Action::Local, Standing::Outside) if who.machine.is_none() => {
            "it gave nothing by which to remember it, so it is not installed".to_owned()
        }
        (Verdict::Boot { .. }, Action::Local, Standing::Unsure) => {
            "the journal cannot be read, so it is not installed".to_owned()
        }
        (Verdict::Boot { .. }, Action::Local, Standing::Outside) => "not in the plan, so it boots its disk".to_owned(),
        (Verdict::Boot { profile, recipe, .. }, ..) => format!("profile {profile}, recipe {recipe}"),
    };
    printable(&text)
}
