//! Tables that fit a terminal: columns give way until every line is as short as the screen is wide.

mod cut;
mod share;

use unicode_width::UnicodeWidthStr as _;

use self::cut::cut;
use self::share::{Bounds, share};
use super::{style, table};

/// Blanks between two columns, as `table` sets them.
const GAP: usize = 2;

/// How a column gives way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Give {
    /// Its cells are whole or not there: half an address misleads.
    Nothing,
    /// The ends of its cells.
    End,
    /// What is between: names of many machines begin alike.
    Middle,
    /// The beginnings: of `racks/ams/r07.yaml:61` the line says most.
    Start,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its head.
    pub head: &'static str,
    /// How it gives way.
    pub give: Give,
    /// How wide it has to stay to be of use, in columns of the screen; narrower cells stay whole.
    pub least: usize,
    /// How soon it gives way: the highest first. Where all are as narrow as they may be and it is still too much, columns go as a
    /// whole, again the highest first; those of 0 and 1 never.
    pub rank: u8,
}

/// A table, and what did not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// Its lines, the head first.
    pub text: String,
    /// The heads of columns that are not in it for want of room.
    pub left_out: Vec<&'static str>,
}

/// Rows as a table that is at most so many columns wide; without a width nothing is cut. A column with nothing in it but blanks and
/// `-` is not shown.
pub fn fit(columns: &[Column], rows: &[Vec<String>], width: Option<usize>) -> Fitted {
    let cells = |c: usize| rows.iter().filter_map(move |row| row.get(c));
    let says = |c: &usize| rows.is_empty() || cells(*c).any(|cell| !matches!(cell.as_str(), "" | "-"));
    let bounds = |c: usize| {
        let high = cells(c).map(|cell| cell.width()).max().unwrap_or(0).max(columns[c].head.width());
        let low = if columns[c].give == Give::Nothing { high } else { columns[c].least.min(high) };
        (c, Bounds { low, high, rank: columns[c].rank })
    };
    let mut shown: Vec<(usize, Bounds)> = (0..columns.len()).filter(says).map(bounds).collect();
    let mut left_out = Vec::new();
    let room = |shown: usize, width: usize| width.saturating_sub(GAP * shown.saturating_sub(1));
    while width.is_some_and(|width| shown.iter().map(|(_, b)| b.low).sum::<usize>() > room(shown.len(), width)) {
        let spare = (0..shown.len()).filter(|at| shown[*at].1.rank > 1);
        let Some(at) = spare.max_by_key(|at| shown[*at].1.rank) else { break };
        left_out.push(columns[shown.remove(at).0].head);
    }
    let bounds: Vec<Bounds> = shown.iter().map(|(_, bounds)| *bounds).collect();
    let widths = share(&bounds, width.map_or(usize::MAX, |width| room(shown.len(), width)));
    let head = shown.iter().zip(&widths).map(|((c, _), width)| style::bold(&cut(columns[*c].head, *width, Give::End)));
    let row = |row: &Vec<String>| {
        let cell = |((c, _), width): (&(usize, Bounds), &usize)| row.get(*c).map(|cell| cut(cell, *width, columns[*c].give));
        shown.iter().zip(&widths).map(|one| cell(one).unwrap_or_default()).collect()
    };
    let all: Vec<Vec<String>> = std::iter::once(head.collect()).chain(rows.iter().map(row)).collect();
    Fitted { text: table::table(&all), left_out }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column { head: "host", give: Give::Middle, least: 6, rank: 1 },
        Column { head: "mac", give: Give::Nothing, least: 0, rank: 3 },
        Column { head: "note", give: Give::End, least: 4, rank: 2 },
        Column { head: "line", give: Give::Start, least: 14, rank: 1 },
    ];

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        vec![
            row(["web-01", "52:54:00:00:00:01", "", "racks/r07.yaml:61"]),
            row(["a-host-with-a-long-name", "52:54:00:00:00:02", "-", "inventory.yaml:9"]),
        ]
    }

    fn plain(text: &str) -> String {
        text.replace("\x1b[1m", "").replace("\x1b[0m", "")
    }

    #[test]
    fn nothing_is_cut_without_a_width_and_what_says_nothing_is_not_shown() {
        let fitted = fit(&COLUMNS, &rows(), None);
        let text = "host                     mac                line\n\
                    web-01                   52:54:00:00:00:01  racks/r07.yaml:61\n\
                    a-host-with-a-long-name  52:54:00:00:00:02  inventory.yaml:9\n";
        assert_eq!((plain(&fitted.text).as_str(), fitted.left_out), (text, vec![]));
    }

    #[test]
    fn the_widest_give_way_and_then_whole_columns_go() {
        let fitted = fit(&COLUMNS, &rows(), Some(49));
        let text = "host            mac                line\n\
                    web-01          52:54:00:00:00:01  …s/r07.yaml:61\n\
                    a-host-…g-name  52:54:00:00:00:02  …entory.yaml:9\n";
        assert_eq!((plain(&fitted.text).as_str(), fitted.left_out), (text, vec![]));
        let fitted = fit(&COLUMNS, &rows(), Some(24));
        assert_eq!(plain(&fitted.text), "host      line\nweb-01    …s/r07.yaml:61\na-ho…ame  …entory.yaml:9\n");
        assert_eq!(fitted.left_out, ["mac"]);
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        let mut rows = rows();
        rows.push(["ホスト・一番・二番", "-", "é\u{301}👩‍🚀", "ラック/七.yaml:1"].map(str::to_owned).to_vec());
        for width in 8..120 {
            let fitted = fit(&COLUMNS, &rows, Some(width));
            for line in plain(&fitted.text).lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }
}
