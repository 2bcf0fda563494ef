//! Events as lines for people.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use pxectl_model::boot::{Action, BootId};
use pxectl_model::event::{Event, EventKind, Payload, ScriptSent, Transfer};

use super::{Sink, Told};
use crate::listing::count;
use crate::session::Level;
use crate::show::size::size;

/// Addresses whose last line is remembered; one more, and all are forgotten.
const ADDRESSES_MOST: usize = 4096;
/// Boots whose machine's name is remembered; one more, and all are forgotten.
const LABELS_MOST: usize = 10_000;

/// Lines about what one address asked for that a person is shown within [`LINES_WINDOW`]; more are for who wants to see every
/// request. A boot has about ten.
const LINES_MOST: u32 = 40;
const LINES_WINDOW: Duration = Duration::from_secs(10);

/// What was said of an address.
#[derive(Default)]
struct Said {
    /// The line of a machine that waits, and how often it would have been said.
    waits: Option<(String, u64)>,
    since: Duration,
    lines: u32,
}

/// Turns events into lines and hands them to a printer.
pub struct Human {
    level: Level,
    began: Option<Duration>,
    addresses: HashMap<IpAddr, Said>,
    labels: HashMap<BootId, String>,
    print: Box<dyn FnMut(&str) + Send>,
}

impl Human {
    /// Lines down to `level`, printed by `print`.
    pub fn new(level: Level, print: Box<dyn FnMut(&str) + Send>) -> Self {
        Self { level, began: None, addresses: HashMap::new(), labels: HashMap::new(), print }
    }

    fn line(&mut self, event: &Event, level: Level, who: &str, text: &str) {
        if level <= self.level {
            let since = event.at.saturating_sub(self.began.unwrap_or(event.at));
            let clock = format!("{:>2}:{:04.1}", since.as_secs() / 60, since.as_secs_f64() % 60.0);
            (self.print)(&format!("{clock}  {who:<16}  {text}"));
        }
    }

    fn said(&mut self, peer: IpAddr) -> &mut Said {
        if self.addresses.len() >= ADDRESSES_MOST && !self.addresses.contains_key(&peer) {
            self.addresses.clear();
        }
        self.addresses.entry(peer).or_default()
    }

    /// A line about what an address asked for; anybody can ask without end.
    fn asked(&mut self, event: &Event, level: Level, peer: IpAddr, who: &str, text: &str) {
        if level > Level::Normal {
            return self.line(event, level, who, text);
        }
        let said = self.said(peer);
        if event.at.saturating_sub(said.since) >= LINES_WINDOW {
            (said.since, said.lines) = (event.at, 0);
        }
        said.lines = said.lines.saturating_add(1);
        let lines = said.lines;
        self.line(event, if lines > LINES_MOST { Level::Verbose } else { level }, who, text);
        if lines == LINES_MOST && self.level < Level::Verbose {
            self.line(event, Level::Normal, &peer.to_string(), "asks very often; -v shows each request");
        }
    }

    fn who(&self, transfer: &Transfer) -> String {
        let known = transfer.boot.and_then(|b| self.labels.get(&b).cloned());
        known.unwrap_or_else(|| transfer.peer.to_string())
    }

    fn script(&mut self, event: &Event, sent: &ScriptSent) {
        let address = sent.peer.to_string();
        let text = match sent.action {
            Action::Boot if sent.installs => {
                format!("sent its script: install {} ({} to load; {address})", profile(sent), size(sent.bytes))
            }
            Action::Boot => format!("sent its script: boot {} ({} to load; {address})", profile(sent), size(sent.bytes)),
            Action::Local => format!("told to boot its disk: {} ({address})", sent.why),
            Action::Hold => format!("waits: {} ({address})", sent.why),
            Action::Refuse => format!("refused: {} ({address})", sent.why),
        };
        let said = self.said(sent.peer);
        // A machine that waits asks every few seconds; once is news.
        if matches!(sent.action, Action::Hold | Action::Refuse) {
            let rounds = said.waits.as_ref().filter(|(line, _)| *line == text).map_or(1, |(_, rounds)| rounds + 1);
            said.waits = Some((text.clone(), rounds));
            if rounds > 1 {
                self.line(event, Level::Verbose, &sent.label, &format!("{text}, round {rounds}"));
                return;
            }
        } else {
            said.waits = None;
            if self.labels.len() >= LABELS_MOST {
                self.labels.clear();
            }
            self.labels.insert(sent.boot, sent.label.clone());
        }
        let level = if sent.action == Action::Refuse { Level::Quiet } else { Level::Normal };
        self.asked(event, level, sent.peer, &sent.label, &text);
    }
}

fn profile(sent: &ScriptSent) -> &str {
    sent.profile.as_deref().unwrap_or("nothing")
}

impl Sink for Human {
    fn event(&mut self, told: &Told) {
        let event = &told.event;
        self.began.get_or_insert(event.at);
        match &event.kind {
            EventKind::Listening { tftp, http } => {
                self.line(event, Level::Normal, "pxectl", &format!("listening: tftp {tftp}, http {http}"));
            }
            EventKind::TransferStarted(t) => {
                let who = self.who(t);
                self.line(event, Level::Debug, &who, &format!("asks for {} over {}", t.name, t.protocol.as_str()));
            }
            EventKind::TransferProgress { .. } => {}
            EventKind::TransferDone { transfer: t, took } => {
                let who = self.who(t);
                let text = format!("sent {} ({}, {}, {:.1} s)", t.name, size(t.bytes), t.protocol.as_str(), took.as_secs_f64());
                let ranged = t.bytes != t.whole;
                let level = match t.payload {
                    Payload::Nbp | Payload::Load { .. } | Payload::Answer if !ranged => Level::Normal,
                    _ => Level::Verbose,
                };
                self.asked(event, level, t.peer, &who, &text);
            }
            EventKind::TransferFailed { transfer: t, sent, reason } => {
                let who = self.who(t);
                let text = format!("{} ended after {} of {}: {reason}", t.name, size(*sent), size(t.bytes));
                // EDK2 and curl probe a size and go away: no news for people.
                let level = if t.payload == Payload::Nbp { Level::Verbose } else { Level::Quiet };
                self.asked(event, level, t.peer, &who, &text);
            }
            EventKind::Script(sent) => self.script(event, sent),
            EventKind::Booted { label, profile, installs, action, took, .. } => {
                let text = match action {
                    Action::Local => "boots its disk".to_owned(),
                    _ if *installs => {
                        format!("booted {profile}: its installer runs now ({:.1} s since its script)", took.as_secs_f64())
                    }
                    _ => format!("booted {profile} ({:.1} s since its script)", took.as_secs_f64()),
                };
                self.line(event, Level::Normal, label, &text);
            }
            EventKind::BeaconRefused { label, reason, .. } => {
                self.line(event, Level::Quiet, label, &format!("was not let go on: {reason}"));
            }
            EventKind::Refused { protocol, peer, what, reason } => {
                let text = format!("refused {what} over {}: {reason}", protocol.as_str());
                self.line(event, Level::Verbose, &peer.to_string(), &text);
            }
            EventKind::Warning { boot, text } => {
                let who = boot.and_then(|b| self.labels.get(&b).cloned()).unwrap_or_else(|| "pxectl".to_owned());
                self.line(event, Level::Quiet, &who, &format!("warning: {text}"));
            }
            EventKind::Reloaded { changed, hosts } => {
                let text = format!("{} and in force from the next boot on: {}", all_changed(changed), count(*hosts, "host"));
                self.line(event, Level::Normal, "pxectl", &text);
            }
            EventKind::ReloadRefused { changed, text } => {
                let what = format!("{} and unsound; what was in force before stays:", all_changed(changed));
                self.line(event, Level::Quiet, "pxectl", &what);
                for line in text.lines() {
                    (self.print)(line);
                }
            }
            EventKind::Stopping { why } => {
                let text = match told.loading {
                    0 => format!("stopping: {why}"),
                    1 => format!("stopping: {why}; 1 machine still loads and has 10 s to end (ctrl-c again: at once)"),
                    n => format!("stopping: {why}; {n} machines still load and have 10 s to end (ctrl-c again: at once)"),
                };
                self.line(event, Level::Normal, "pxectl", &text);
            }
            EventKind::Stopped => {}
        }
    }
}

/// What changed, as the beginning of a sentence; the first of many.
fn all_changed(changed: &[String]) -> String {
    const SHOWN: usize = 3;
    let names: Vec<_> = changed.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = changed.len().saturating_sub(SHOWN);
    match (&names[..], more) {
        ([], _) => "something is changed".to_owned(),
        ([one], _) => format!("{one} is changed"),
        ([first @ .., last], 0) => format!("{} and {last} are changed", first.join(", ")),
        (_, more) => format!("{} and {more} more are changed", names.join(", ")),
    }
}

#[cfg(test)]
mod tests;
