//! The board as a table.

use pxectl_model::board::{Board, Row};
use pxectl_model::boot::Action;

use crate::show::size::size;
use crate::show::table::table;

/// One line a machine, as it is now.
pub fn summary(board: &Board) -> String {
    let mut rows = vec![["machine", "address", "profile", "state", "loaded", "took"].map(str::to_owned).to_vec()];
    rows.extend(board.rows().map(|row| {
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
    table(&rows)
}

fn state(row: &Row) -> String {
    match (row.state.as_str(), row.action) {
        ("booted", Some(Action::Local)) => "booted its disk".to_owned(),
        ("failed", _) => format!("failed: {}", row.detail),
        (state, _) => state.to_owned(),
    }
}
