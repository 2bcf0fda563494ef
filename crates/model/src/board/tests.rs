//! A flood of events of strangers stays within the caps, and pushes nobody out who is known.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use super::{Board, State};
use crate::boot::{Action, BootId};
use crate::event::{Event, EventKind, Payload, Protocol, ScriptSent, Transfer};
use crate::identity::MachineId;

/// A xorshift (Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn address(n: u64) -> IpAddr {
    IpAddr::from(u32::try_from(0x0a00_0000 + n % 0x00ff_ffff).unwrap().to_be_bytes())
}

fn boot(n: u64) -> BootId {
    BootId((u128::from(n) + 1).to_be_bytes())
}

fn script(n: u64, serial: &str, peer: IpAddr, action: Action) -> EventKind {
    EventKind::Script(ScriptSent {
        boot: boot(n),
        peer,
        machine: Some(MachineId(format!("serial:{serial}"))),
        label: serial.to_owned(),
        serial: serial.to_owned(),
        mac: None,
        profile: None,
        installs: false,
        action,
        why: "in no inventory".to_owned(),
        bytes: 100,
    })
}

fn booted(n: u64, serial: &str) -> EventKind {
    EventKind::Booted {
        boot: boot(n),
        machine: Some(MachineId(format!("serial:{serial}"))),
        label: serial.to_owned(),
        profile: "rescue".to_owned(),
        installs: false,
        action: Action::Boot,
        took: Duration::ZERO,
    }
}

fn transfer(id: u64, peer: IpAddr, boot: Option<BootId>) -> Transfer {
    let (protocol, payload) = match boot {
        Some(_) => (Protocol::Http, Payload::Load { role: "kernel".to_owned() }),
        None => (Protocol::Tftp, Payload::Nbp),
    };
    Transfer { id, protocol, peer, mac: None, boot, payload, name: "file".to_owned(), bytes: 100, whole: 100 }
}

fn play(board: &mut Board, seq: u64, kind: EventKind) {
    board.apply(&Event { seq, at: Duration::from_millis(seq), kind });
}

fn within(board: &Board) {
    let sizes = board.rows.sizes();
    assert!(sizes.iter().all(|size| *size <= sizes[0]) && sizes[0] <= Board::MOST, "{sizes:?}");
    assert!(board.rows.idle() <= Board::IDLE_MOST && board.running.len() <= Board::RUNNING_MOST);
}

#[test]
fn fifty_thousand_events_of_strangers_stay_within_the_caps() {
    let known = (0..300).map(|n| format!("KNOWN-{n}"));
    let mut board = Board::awaiting(known.clone().map(|serial| MachineId(format!("serial:{serial}"))).collect());
    for (n, serial) in (0..).zip(known.clone()) {
        play(&mut board, n, script(1_000_000 + n, &serial, address(0x10_0000 + n), Action::Boot));
        if n % 3 == 0 {
            play(&mut board, n, booted(1_000_000 + n, &serial));
        }
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for seq in 1000..51_000 {
        let n = dice.roll(60_000);
        // Half of them are all from one address.
        let peer = if dice.roll(2) == 0 { address(7) } else { address(n) };
        let kind = match dice.roll(8) {
            0..=2 => script(seq, &format!("X{n}"), peer, Action::Hold),
            3 => script(seq, &format!("X{n}"), peer, Action::Refuse),
            4 => EventKind::TransferStarted(transfer(seq, peer, None)),
            5 => EventKind::TransferStarted(transfer(seq, peer, Some(boot(1_000_000 + n % 300)))),
            6 => EventKind::TransferProgress { id: seq - 3, sent: 50 },
            _ => EventKind::TransferDone { transfer: transfer(seq - dice.roll(9), peer, None), took: Duration::ZERO },
        };
        play(&mut board, seq, kind);
        if seq % 5000 == 0 {
            within(&board);
        }
    }
    within(&board);
    let labels: BTreeSet<_> = board.rows().map(|row| row.label.clone()).collect();
    assert!(known.clone().all(|serial| labels.contains(&serial)), "the known ones are all still there");
    assert_eq!(board.booted().len(), 100);
}

#[test]
fn machines_that_a_rule_for_unknown_ones_boots_are_capped_too() {
    let mut board = Board::default();
    for n in 0..25_000 {
        let serial = format!("X{n}");
        play(&mut board, n, script(n, &serial, address(7), Action::Boot));
        if n % 2 == 0 {
            play(&mut board, n, booted(n, &serial));
        }
    }
    within(&board);
    assert_eq!((board.len(), board.booted().len()), (Board::MOST, 0), "only those are counted that somebody awaits");
}

#[test]
fn who_is_heard_of_again_stays() {
    let mut board = Board::default();
    for n in 0..10_000 {
        play(&mut board, n, script(2 * n, &format!("X{n}"), address(7), Action::Hold));
        if n % 100 == 0 {
            play(&mut board, n, script(2 * n + 1, "PATIENT", address(8), Action::Hold));
        }
    }
    let row = board.rows().find(|row| row.label == "PATIENT").unwrap();
    assert_eq!((row.state, row.began), (State::Waiting, Duration::ZERO));
    assert_eq!(board.len(), Board::IDLE_MOST);
}

#[test]
fn transfers_of_the_boot_before_count_for_nobody() {
    let mut board = Board::default();
    let peer = address(1);
    play(&mut board, 0, script(1, "A", peer, Action::Boot));
    play(&mut board, 1, EventKind::TransferStarted(transfer(1, peer, Some(boot(1)))));
    play(&mut board, 2, EventKind::TransferProgress { id: 1, sent: 60 });
    assert_eq!(board.rows().map(|row| (row.bytes(), row.running)).collect::<Vec<_>>(), [(60, 1)]);
    play(&mut board, 3, script(2, "A", peer, Action::Boot));
    play(&mut board, 4, EventKind::TransferProgress { id: 1, sent: 80 });
    play(&mut board, 5, EventKind::TransferDone { transfer: transfer(1, peer, Some(boot(1))), took: Duration::ZERO });
    assert_eq!(board.rows().map(|row| (row.bytes(), row.running)).collect::<Vec<_>>(), [(0, 0)]);
    assert!(board.running.is_empty());
}
