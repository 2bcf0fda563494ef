//! Readers that stand still hold nobody up, and miss nothing without being told.

use std::net::IpAddr;
use std::sync::mpsc;
use std::time::Duration;

use pxectl_model::boot::{Action, BootId};
use pxectl_model::event::{EventKind, Protocol, ScriptSent};
use pxectl_model::identity::MachineId;

use super::Reporting;
use crate::serving::sink::outlet::QUEUE_MOST;
use crate::serving::sink::{Sink, Told};

/// Takes an event only when it is told to, and passes it on.
struct Gate {
    open: mpsc::Receiver<()>,
    out: mpsc::Sender<Told>,
}

impl Sink for Gate {
    fn event(&mut self, told: &Told) {
        // Once nobody holds the key the gate stands open.
        let _ = self.open.recv();
        let _ = self.out.send(told.clone());
    }
}

fn gate() -> (Box<dyn Sink>, mpsc::Sender<()>, mpsc::Receiver<Told>) {
    let (key, open) = mpsc::channel();
    let (out, told) = mpsc::channel();
    (Box::new(Gate { open, out }), key, told)
}

fn script(n: u32, action: Action) -> EventKind {
    EventKind::Script(ScriptSent {
        boot: BootId(u128::from(n).to_be_bytes()),
        peer: IpAddr::from(n.to_be_bytes()),
        machine: Some(MachineId(format!("serial:{n}"))),
        label: n.to_string(),
        serial: n.to_string(),
        mac: None,
        profile: None,
        installs: false,
        action,
        why: String::new(),
        bytes: 0,
    })
}

fn booted(n: u32) -> EventKind {
    EventKind::Booted {
        boot: BootId(u128::from(n).to_be_bytes()),
        machine: Some(MachineId(format!("serial:{n}"))),
        label: n.to_string(),
        profile: "rescue".to_owned(),
        installs: false,
        action: Action::Boot,
        took: Duration::ZERO,
    }
}

#[tokio::test]
async fn fifty_thousand_events_before_a_blocked_reader_stay_within_the_cap() {
    let (sink, key, told) = gate();
    let mut reporting = Reporting::start(vec![sink], std::iter::once(MachineId("serial:7".to_owned())).collect());
    let report = reporting.report.clone();
    // Nobody reads, and each of these calls returns.
    report.report(script(7, Action::Boot));
    for n in 100..40_100 {
        report.report(script(n, Action::Hold));
        if n % 4 == 0 {
            let (peer, what) = (IpAddr::from(n.to_be_bytes()), "/x".to_owned());
            report.report(EventKind::Refused { protocol: Protocol::Http, peer, what, reason: "no".to_owned() });
        }
    }
    assert!(reporting.outlets[0].waiting() < QUEUE_MOST, "there is room for those who are known");
    report.report(booted(7));
    reporting.all_booted().await;
    for n in 50_000..60_000 {
        report.report(script(n, Action::Boot));
    }
    assert!(reporting.outlets[0].waiting() <= QUEUE_MOST);
    report.report(EventKind::Stopping { why: "interrupt".to_owned() });
    report.report(EventKind::Stopped);
    report.report(booted(8));
    // The reader comes back.
    drop(key);
    reporting.drain(Duration::MAX).await;
    let board = reporting.end();
    assert_eq!((board.len(), board.booted().len()), (10_000, 1));

    let events: Vec<_> = told.iter().map(|told| told.event).collect();
    assert!((0..).zip(&events).all(|(seq, event)| event.seq == seq), "they are counted without gaps");
    let kinds: Vec<_> = events.iter().map(|event| &event.kind).collect();
    assert!(kinds.iter().any(|kind| matches!(kind, EventKind::Booted { .. })));
    let [.., warning, stopping, stopped] = kinds.as_slice() else { panic!() };
    assert!(matches!((stopping, stopped), (EventKind::Stopping { .. }, EventKind::Stopped)));
    // One script and one beacon of who is awaited, 40,000 that wait, 10,000 refusals, 10,000 boots; and the two at the end.
    let left_out = 60_004 - (kinds.len() - 1);
    let text = format!("{left_out} events were left out here: whoever reads them was too slow");
    assert_eq!(**warning, EventKind::Warning { boot: None, text });
}

#[tokio::test]
async fn who_stands_still_is_not_waited_for_and_others_are_told() {
    let (blocked, key, _) = gate();
    let (sink, open, told) = gate();
    drop(open);
    let mut reporting = Reporting::start(vec![blocked, sink], Default::default());
    reporting.report.report(script(1, Action::Boot));
    reporting.report.report(EventKind::Stopped);
    reporting.drain(Duration::from_millis(10)).await;
    let kinds: Vec<_> = told.iter().map(|told| told.event.kind).collect();
    assert_eq!(kinds, [script(1, Action::Boot), EventKind::Stopped]);
    drop(key);
    reporting.drain(Duration::MAX).await;
    reporting.drain(Duration::MAX).await;
}

#[tokio::test]
async fn a_reader_that_panics_is_not_waited_for() {
    struct Broken;
    impl Sink for Broken {
        fn event(&mut self, _: &Told) {
            std::panic::resume_unwind(Box::new(()));
        }
    }
    let mut reporting = Reporting::start(vec![Box::new(Broken)], Default::default());
    reporting.report.report(EventKind::Stopped);
    reporting.drain(Duration::MAX).await;
}

#[tokio::test]
async fn a_reader_that_has_caught_up_learns_what_it_missed() {
    let (sink, key, told) = gate();
    let reporting = Reporting::start(vec![sink], Default::default());
    for n in 0..20_000 {
        reporting.report.report(script(n, Action::Hold));
    }
    drop(key);
    let last = told.iter().find(|told| !matches!(told.event.kind, EventKind::Script(_))).unwrap();
    let EventKind::Warning { text, .. } = &last.event.kind else { panic!("{last:?}") };
    let left_out = 20_000 - last.event.seq;
    assert!(text.starts_with(&format!("{left_out} events were left out")), "{text} after {}", last.event.seq);
    reporting.report.report(EventKind::Stopped);
}
