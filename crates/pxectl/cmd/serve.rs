//! `serve`: TFTP and HTTP for as long as the batch takes.

use std::collections::BTreeSet;
use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pxectl_model::board::Board;
use pxectl_model::event::EventKind;
use pxectl_model::plan::Scope;
use pxectl_netboot::server::{Bound, Limits, Running};
use pxectl_store::journal::{Journal, JournalError};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::{Serve, Until};
use crate::failure::{Answer, Failure, Outcome};
use crate::lab::{self, Lab};
use crate::serving;
use crate::serving::goal::Goal;
use crate::serving::ledger::{Agreement, ArmingLedger};
use crate::serving::live::LiveTables;
use crate::serving::planning;
use crate::serving::reporter::Reporting;
use crate::serving::sink;
use crate::serving::tables::TableBuilder;
use crate::session::{Level, Session, interactive, warn};

/// The port of TFTP (RFC 1350); DHCP has no field to name another.
const TFTP_PORT: u16 = 69;

/// How many hosts of the plan are shown one by one.
const PLAN_MOST: usize = 60;

/// How long a reader of the events may take nothing, once the servers have ended, before it is given up.
const READER_PATIENCE: Duration = Duration::from_secs(10);

/// The same after a second interrupt.
const LAST_PATIENCE: Duration = Duration::from_millis(400);

/// Ends with 0, or 1 where a goal was set and missed.
pub async fn run(args: &Serve, session: &Session) -> Outcome {
    let lab = lab::load(session)?;
    let site = lab.site(args.site.as_deref())?;
    let Some(scope) = scope(args, &lab)? else { return Ok(Answer::No) };
    let lab_port = lab.inventory.lab().http_port.value;
    let bind = args.bind.unwrap_or(site.server.value);
    let http = SocketAddr::from((bind, args.http_port.unwrap_or(lab_port)));
    let tftp = SocketAddr::from((bind, args.tftp_port.unwrap_or(TFTP_PORT)));
    let bound = Bound::bind(http, tftp).map_err(|e| bind_failure(&e))?;

    let journal = Journal::open(&session.state).map_err(|e| journal_failure(&e))?;
    let path = journal.path().display();
    match journal.torn() {
        0 => {}
        1 => warn(&format!("warning: in `{path}` 1 line was torn by a crash and is no entry")),
        n => warn(&format!("warning: in `{path}` {n} lines were torn by a crash and are no entries")),
    }
    if journal.is_new() {
        session.say(&format!("there was no journal yet, so nobody counts as installed; it is `{path}` now"));
    }
    let ledger = Arc::new(ArmingLedger::new(journal, scope.clone()).map_err(|e| Failure::of(&e))?);
    let builder = TableBuilder::here(session, args.site.clone(), site.server.value, bound.http_addr().port(), scope);
    let built = builder.build().map_err(|broken| broken.into_failure())?;
    let plan = planning::plan(&built.inventory, &ledger)?;
    let text = plan.text(PLAN_MOST);
    if plan.installs() && !args.yes {
        warn(text.trim_end());
        agree()?;
    } else {
        session.say(text.trim_end());
    }
    ledger.agree(if args.yes { Agreement::Everything } else { planning::shown(&built.inventory, &ledger)? });
    let goal = match args.until {
        None => Goal::None,
        Some(Until::Booted) => Goal::Booted(planning::awaited(&built.inventory, &ledger)?),
    };
    if matches!(&goal, Goal::Booted(machines) if machines.is_empty()) {
        session.say("no host of the plan has anything left to boot: `--until booted` is reached at once");
    }
    for warning in port_warnings(&bound, lab_port).into_iter().chain(built.warnings.iter().cloned()) {
        warn(&format!("warning: {warning}"));
    }

    // Heard from before anybody is told that the servers listen: whoever waits for that may interrupt at once.
    let mut signals = Signals::new()?;
    let reporting = Reporting::start(sink::all(session.level, args.events.is_some()), goal.awaited());
    let tables = Arc::new(LiveTables::new(builder, built, ledger.clone(), reporting.report.clone()));
    let running =
        bound.serve(tables, ledger, reporting.report.clone(), Limits::default()).map_err(|error| Failure::of(&error))?;
    let why = wait(args, &goal, &reporting, &mut signals).await;
    Ok(end(running, why, reporting, &mut signals, |board| verdict(&goal, board, &lab, session)).await)
}

/// Which machines were asked for; none where one is unknown, which has been said.
fn scope(args: &Serve, lab: &Lab) -> Result<Option<Scope>, Failure> {
    if let Some(profile) = &args.profile {
        let known = lab.inventory.parts().profiles.keys().any(|name| name.as_str() == profile);
        return match known {
            true => Ok(Some(Scope::Profile(profile.clone()))),
            false => Err(no_profile(profile, lab)),
        };
    }
    if args.hosts.is_empty() {
        return Ok(Some(Scope::Everyone));
    }
    let hosts = lab.hosts(&args.hosts)?;
    let keys = |n: usize| lab.inventory.parts().hosts[n].identity.keys();
    Ok(hosts.map(|hosts| Scope::Only(hosts.into_iter().flat_map(keys).collect::<BTreeSet<_>>())))
}

/// With what to do about a journal that cannot be used.
pub fn journal_failure(error: &JournalError) -> Failure {
    let failure = Failure::of(error);
    match error {
        JournalError::NotUnderstood { .. } => failure.hint(
            "use the newest pxectl that wrote it; where the line is damaged, find out which machine it was, take the line out, and look at the plan",
        ),
        _ => failure,
    }
}

fn no_profile(profile: &str, lab: &Lab) -> Failure {
    let names: Vec<_> = lab.inventory.parts().profiles.keys().map(ToString::to_string).collect();
    Failure::new(format!("there is no profile `{profile}`")).hint(format!("there are {}", names.join(", ")))
}

fn bind_failure(error: &pxectl_netboot::server::BindError) -> Failure {
    let hint = match error.source.kind() {
        std::io::ErrorKind::AddrInUse => "end the other program (`ss -lnptu` names it), or choose another address with --bind",
        std::io::ErrorKind::PermissionDenied => "run as root, or once `setcap cap_net_bind_service=+ep` on the pxectl binary",
        std::io::ErrorKind::AddrNotAvailable => "give this host the address of `lab.server`, or name one that it has with --bind",
        _ => "look at the address and the port",
    };
    Failure::new(error.to_string()).hint(hint)
}

/// Asks at a terminal; elsewhere nobody is there to agree.
fn agree() -> Result<(), Failure> {
    if !interactive() {
        return Err(Failure::new("nothing was served: machines would be installed, and nobody is here to agree")
            .hint("agree with `--yes`; `pxectl serve --yes HOST…` installs nobody but the hosts that it names"));
    }
    let mut err = anstream::stderr().lock();
    let asked = write!(err, "go on? [y/N] ").and_then(|()| err.flush());
    asked.map_err(|e| Failure::of(&e))?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|e| Failure::of(&e))?;
    match line.trim() {
        answer if ["y", "yes"].iter().any(|yes| answer.eq_ignore_ascii_case(yes)) => Ok(()),
        _ => Err(Failure::new("nothing was served")),
    }
}

fn port_warnings(bound: &Bound, lab_port: u16) -> Vec<String> {
    let mut warnings = Vec::new();
    let (http, tftp) = (bound.http_addr().port(), bound.tftp_addr().port());
    if http != lab_port {
        warnings.push(format!("HTTP answers on port {http}; the rendered DHCP configuration sends machines to {lab_port}"));
    }
    if tftp != TFTP_PORT {
        warnings.push(format!("TFTP answers on port {tftp}; machines ask on {TFTP_PORT} and cannot be told otherwise"));
    }
    warnings
}

/// What ends a server from outside.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|e| Failure::of(&e));
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "interrupt",
            _ = self.terminate.recv() => "terminated",
        }
    }
}

async fn wait(args: &Serve, goal: &Goal, reporting: &Reporting, signals: &mut Signals) -> &'static str {
    let deadline = async {
        match args.timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    let reached = async {
        match goal {
            Goal::None => std::future::pending().await,
            Goal::Booted(_) => reporting.all_booted().await,
        }
    };
    tokio::select! {
        why = signals.next() => why,
        () = reached => "goal",
        () = deadline => "timeout",
    }
}

/// Ends the servers, then the readers of their events, then says how it went. Whoever interrupts again means it: nothing is
/// waited for any more, neither a transfer nor a reader that stands still.
async fn end(
    running: Running,
    why: &str,
    mut reporting: Reporting,
    signals: &mut Signals,
    verdict: impl FnOnce(&Board) -> (Answer, Vec<String>),
) -> Answer {
    let mut patience = READER_PATIENCE;
    tokio::select! {
        () = running.stop(why) => {}
        _ = signals.next() => {
            patience = LAST_PATIENCE;
            reporting.report.report(EventKind::Stopped);
        }
    }
    tokio::select! {
        () = reporting.drain(patience) => {}
        _ = signals.next() => patience = LAST_PATIENCE,
    }
    let (answer, lines) = verdict(&reporting.end());
    // A terminal that stands still would keep whoever writes to it.
    let (said, heard) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        lines.iter().for_each(|line| warn(line));
        // Nobody may be waiting any more.
        let _ = said.send(());
    });
    tokio::select! {
        _ = tokio::time::timeout(patience, heard) => {}
        _ = signals.next() => {}
    }
    answer
}

/// The answer, and what is said with it.
fn verdict(goal: &Goal, board: &Board, lab: &Lab, session: &Session) -> (Answer, Vec<String>) {
    let mut lines = Vec::new();
    if !board.is_empty() && session.level > Level::Quiet {
        lines.push(serving::show::board::summary(board).trim_end().to_owned());
    }
    let missing = goal.missing(board);
    if missing.is_empty() {
        return (Answer::Yes, lines);
    }
    let hosts = lab.inventory.parts().hosts.iter();
    let names: Vec<_> = hosts.filter(|h| h.identity.machine().is_some_and(|m| missing.contains(&m))).map(|h| h.label()).collect();
    lines.push(format!("not booted: {}", names.join(", ")));
    (Answer::No, lines)
}
