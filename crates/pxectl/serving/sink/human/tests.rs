//! Lines are for people: a flood is not one line each.

use std::net::IpAddr;
use std::sync::mpsc;
use std::time::Duration;

use pxectl_model::boot::{Action, BootId};
use pxectl_model::event::{Event, EventKind, ScriptSent};

use super::{Human, LINES_MOST};
use crate::serving::sink::{Sink, Told};
use crate::session::Level;

fn script(n: u64, peer: [u8; 4], action: Action, why: &str) -> Told {
    let sent = ScriptSent {
        boot: BootId(u128::from(n).to_be_bytes()),
        peer: IpAddr::from(peer),
        machine: None,
        label: "web-01".to_owned(),
        serial: String::new(),
        mac: None,
        profile: Some("rescue".to_owned()),
        installs: false,
        action,
        why: why.to_owned(),
        bytes: 0,
    };
    let event = Event { seq: n, at: Duration::from_millis(1_000_000 + n), kind: EventKind::Script(sent) };
    Told { event, row: None, loading: 0 }
}

fn human(level: Level) -> (Human, mpsc::Receiver<String>) {
    let (out, lines) = mpsc::channel();
    (Human::new(level, Box::new(move |line| out.send(line.to_owned()).unwrap())), lines)
}

#[test]
fn an_address_that_asks_without_end_fills_no_log() {
    for (level, most) in [(Level::Normal, 41), (Level::Verbose, 1000)] {
        let (mut human, lines) = human(level);
        (0..1000).for_each(|n| human.event(&script(n, [10, 1, 0, 1], Action::Boot, "")));
        assert_eq!(lines.try_iter().count(), most);
        human.event(&script(1000, [10, 1, 0, 2], Action::Boot, ""));
        human.event(&script(20_000, [10, 1, 0, 1], Action::Boot, ""));
        assert_eq!(lines.try_iter().count(), 2, "another address is shown, and the same one later");
    }
    assert_eq!(LINES_MOST, 40);
}

#[test]
fn a_machine_that_waits_is_news_once() {
    let (mut human, lines) = human(Level::Normal);
    (0..5).for_each(|n| human.event(&script(n * 10_000, [10, 1, 0, 1], Action::Hold, "in no inventory")));
    human.event(&script(60_000, [10, 1, 0, 1], Action::Hold, "its profile is hold"));
    assert_eq!(lines.try_iter().count(), 2);
    (0..10_000_u32).for_each(|n| human.event(&script(70_000, n.to_be_bytes(), Action::Hold, "x")));
    assert!(human.addresses.len() <= super::ADDRESSES_MOST);
}
