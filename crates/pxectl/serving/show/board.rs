//! The board as a table.

use pxectl_model::board::{Board, Row, State};
use pxectl_model::boot::Action;

use crate::show::size::size;
use crate::show::table::table;

/// Machines that wait which are shown one by one: whoever reaches the server can make more of them.
const WAITING_MOST: usize = 60;

/// One line a machine, as it is now.
pub fn summary(board: &Board) -> String {
    let mut rows = vec![["machine", "address", "profile", "state", "loaded", "took"].map(str::to_owned).to_vec()];
    let mut waiting = 0;
    let shown = board.rows().filter(|row| {
        waiting += usize::from(row.state == State::Waiting);
        row.state != State::Waiting || waiting <= WAITING_MOST
    });
    rows.extend(shown.map(|row| {
        let took = row.since.saturating_sub(row.began);
        vec![
            row.label.clone(),
            row.peer.to_string(),
            row.profile.clone().unwrap_or_else(|| "-".to_owned()),
            state(row),
            if row.bytes() == 0 { "-".to_owned() } else { size(row.bytes()) },
            format!("{:.1} s", took.as_secs_f64()),
        ]
    }));
    let mut text = table(&rows);
    if waiting > WAITING_MOST {
        text.push_str(&format!("… and {} more that wait\n", waiting - WAITING_MOST));
    }
    text
}

fn state(row: &Row) -> String {
    match (row.state.as_str(), row.action) {
        ("booted", Some(Action::Local)) => "booted its disk".to_owned(),
        ("failed", _) => format!("failed: {}", row.detail),
        (state, _) => state.to_owned(),
    }
}
