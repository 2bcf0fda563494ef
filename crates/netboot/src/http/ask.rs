//! `/boot`: who is asking becomes a script, and the script a boot.

use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use hyper::{Response, StatusCode};
use pxectl_model::boot::{Action, Asker, BootId, Recognised, Standing, Verdict};
use pxectl_model::event::{EventKind, ScriptSent};

use super::handle::Site;
use super::printable::printable;
use super::query;
use super::reply::{self, Reply};
use crate::boots::Boot;

/// Always a script, always 200: iPXE shows nothing else to the person before the machine.
pub(super) async fn respond(site: &Site, peer: IpAddr, query: &str, head: bool) -> Response<Reply> {
    let asker = query::asker(query, peer);
    let table = site.tables.fresh().await;
    let who = table.responder.recognise(&asker);
    let standing = standing(site, &who);
    let id = BootId((site.mint)());
    let (stage2, problem) = table.responder.script(&asker, &who, id, standing);
    let script = stage2.text.into_bytes();
    if head {
        return reply::text(StatusCode::OK, script);
    }
    let (profile, installs) = match &who.verdict {
        Verdict::Boot { profile, installs, .. } => (Some(profile.clone()), *installs),
        Verdict::Hold | Verdict::Refused(_) => (None, false),
    };
    let label = printable(&who.label);
    let bytes = stage2.loads.iter().filter_map(|load| table.files.get(&load.file)).map(|file| file.len()).sum();
    let sent = ScriptSent {
        boot: id,
        peer,
        machine: who.machine.clone(),
        label: label.clone(),
        serial: printable(&shown_serial(&asker)),
        mac: asker.identity.macs.first().copied(),
        profile: profile.clone(),
        installs,
        action: stage2.action,
        why: why(&who, standing, stage2.action),
        bytes,
    };
    site.boots.add(Boot {
        id,
        table: table.clone(),
        peer,
        machine: who.machine.clone(),
        label,
        profile: profile.unwrap_or_default(),
        installs,
        action: stage2.action,
        roles: stage2.loads.into_iter().map(|load| (load.file, load.role)).collect(),
        answers: stage2.answers,
        beacon: stage2.beacon,
        made: Instant::now(),
        booted: AtomicBool::new(false),
    });
    site.report.report(EventKind::Script(sent));
    for text in who.notes.iter().cloned().chain(problem) {
        site.report.report(EventKind::Warning { boot: Some(id), text });
    }
    reply::text(StatusCode::OK, script)
}

fn standing(site: &Site, who: &Recognised) -> Standing {
    match (&who.verdict, &who.machine) {
        (Verdict::Boot { profile, installs, .. }, Some(machine)) => site.ledger.standing(machine, profile, *installs),
        // A machine that the journal cannot remember would be installed again and again.
        (Verdict::Boot { installs: true, .. }, None) => Standing::Outside,
        _ => Standing::Armed,
    }
}

fn shown_serial(asker: &Asker) -> String {
    match &asker.identity.serial {
        Some(serial) => serial.to_string(),
        None => asker.identity.raw_serial.clone(),
    }
}

fn why(who: &Recognised, standing: Standing, action: Action) -> String {
    let machine = || who.machine.as_ref().map_or("nothing usable".to_owned(), |id| id.to_string());
    let text = match (&who.verdict, action, standing) {
        (Verdict::Refused(reason), ..) => reason.clone(),
        (Verdict::Hold, ..) => format!("in no inventory: {}", machine()),
        (Verdict::Boot { profile, .. }, Action::Refuse | Action::Hold, _) => format!("profile {profile} cannot be given to it"),
        (Verdict::Boot { .. }, Action::Local, Standing::Done) => "its installer was started in this arming".to_owned(),
        (Verdict::Boot { installs: true, .. }, Action::Local, Standing::Outside) if who.machine.is_none() => {
            "it gave nothing by which to remember it, so it is not installed".to_owned()
        }
        (Verdict::Boot { .. }, Action::Local, Standing::Outside) => "not in the plan, so it boots its disk".to_owned(),
        (Verdict::Boot { profile, recipe, .. }, ..) => format!("profile {profile}, recipe {recipe}"),
    };
    printable(&text)
}
