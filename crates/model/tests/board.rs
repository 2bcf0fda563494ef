//! The board folds events into one line a machine.
#![allow(clippy::unwrap_used)]

use std::net::IpAddr;
use std::time::Duration;

use pxectl_model::board::{Board, State};
use pxectl_model::boot::{Action, BootId};
use pxectl_model::event::{Event, EventKind, Payload, Protocol, ScriptSent, Transfer};
use pxectl_model::identity::MachineId;

struct Tape {
    board: Board,
    seq: u64,
}

impl Tape {
    fn play(&mut self, kind: EventKind) -> State {
        let event = Event { seq: self.seq, at: Duration::from_secs(self.seq), kind };
        self.seq += 1;
        let row = self.board.apply(&event).unwrap();
        self.board.row(row).unwrap().state
    }

    fn bytes(&self) -> u64 {
        self.board.rows().next().unwrap().bytes()
    }
}

fn peer() -> IpAddr {
    "10.1.0.100".parse().unwrap()
}

fn transfer(id: u64, payload: Payload, boot: Option<BootId>) -> Transfer {
    let protocol = if payload == Payload::Nbp { Protocol::Tftp } else { Protocol::Http };
    Transfer { id, protocol, peer: peer(), mac: None, boot, payload, name: "file".into(), bytes: 100, whole: 100 }
}

fn script(boot: BootId, action: Action) -> EventKind {
    EventKind::Script(ScriptSent {
        boot,
        peer: peer(),
        machine: Some(MachineId("serial:7CX1234".into())),
        label: "web-01".into(),
        serial: "7CX1234".into(),
        mac: None,
        profile: Some("debian-12".into()),
        installs: true,
        action,
        why: String::new(),
        bytes: 100,
    })
}

fn booted(boot: BootId, action: Action) -> EventKind {
    EventKind::Booted {
        boot,
        machine: Some(MachineId("serial:7CX1234".into())),
        label: "web-01".into(),
        profile: "debian-12".into(),
        installs: true,
        action,
        took: Duration::ZERO,
    }
}

#[test]
fn a_boot_from_knock_to_beacon_and_the_next_one_from_disk() {
    let awaited = std::iter::once(MachineId("serial:7CX1234".into())).collect();
    let mut tape = Tape { board: Board::awaiting(awaited), seq: 0 };
    let (first, second) = (BootId([1; 16]), BootId([2; 16]));
    let load = || Payload::Load { role: "kernel".into() };
    let done = |t: Transfer| EventKind::TransferDone { transfer: t, took: Duration::ZERO };
    assert_eq!(tape.play(EventKind::TransferStarted(transfer(1, Payload::Nbp, None))), State::Nbp);
    assert_eq!(tape.play(done(transfer(1, Payload::Nbp, None))), State::Nbp);
    assert_eq!(tape.play(script(first, Action::Hold)), State::Waiting);
    assert_eq!(tape.play(script(first, Action::Boot)), State::Script);
    assert_eq!(tape.play(EventKind::TransferStarted(transfer(2, load(), Some(first)))), State::Loading);
    tape.play(EventKind::TransferProgress { id: 2, sent: 40 });
    assert_eq!(tape.bytes(), 40);
    assert_eq!(tape.play(done(transfer(2, load(), Some(first)))), State::Loading);
    assert_eq!(tape.bytes(), 100);
    assert_eq!(tape.play(booted(first, Action::Boot)), State::Booted);
    assert_eq!(tape.board.booted().len(), 1);
    assert_eq!(tape.board.len(), 1, "one line a machine");

    assert_eq!(tape.play(EventKind::TransferStarted(transfer(3, Payload::Nbp, None))), State::Nbp);
    assert_eq!(tape.play(script(second, Action::Local)), State::Script);
    assert_eq!(tape.play(booted(second, Action::Local)), State::Booted);
    assert_eq!((tape.board.len(), tape.board.booted().len()), (1, 1));
}

#[test]
fn a_broken_off_size_probe_is_no_failure_and_a_lost_kernel_is() {
    let mut tape = Tape { board: Board::default(), seq: 0 };
    let boot = BootId([1; 16]);
    let failed = |t: Transfer| EventKind::TransferFailed { transfer: t, sent: 0, reason: "gone".into() };
    tape.play(EventKind::TransferStarted(transfer(1, Payload::Nbp, None)));
    assert_eq!(tape.play(failed(transfer(1, Payload::Nbp, None))), State::Nbp);
    tape.play(script(boot, Action::Boot));
    let kernel = transfer(2, Payload::Load { role: "kernel".into() }, Some(boot));
    tape.play(EventKind::TransferStarted(kernel.clone()));
    assert_eq!(tape.play(failed(kernel.clone())), State::Failed);
    assert_eq!(tape.play(EventKind::TransferStarted(kernel)), State::Loading, "it tries again");
}
