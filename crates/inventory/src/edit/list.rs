//! Changes of lists.

use std::collections::BTreeSet;

use super::Stop;
use super::flow;
use super::lines::{Line, column, is_first, line, line_end, line_start, newline, next_line, next_token, rest_is_comment};
use super::shape::{Hop, Spot, colon, dash, end, find, find_own, free, is_nothing};
use super::splice::Splice;
use super::value::{self, Layout, Value};
use crate::tree::{Kind, Node};

/// Takes items out of a list, and puts others behind its last one.
pub(super) fn change(
    text: &str,
    root: &Node,
    way: &[Hop],
    drop: &BTreeSet<usize>,
    append: &[Value],
) -> Result<Vec<Splice>, Stop> {
    let spot = find_own(text, root, way)?;
    if let Kind::List(items) = &spot.node.real().kind {
        free(root, &drop.iter().filter_map(|n| items.get(*n)).collect::<Vec<_>>())?;
    }
    match &spot.node.real().kind {
        Kind::List(items) if items.is_empty() => begin(text, root, way, &spot, append),
        Kind::Text { .. } if spot.node.is_null() => begin(text, root, way, &spot, append),
        Kind::List(items) if spot.is_flow(text) => {
            let extents: Vec<flow::Extent> = items.iter().map(|item| (item.at.start, end(text, item))).collect();
            let mut splices = flow::remove(text, spot.start, &extents, drop)?;
            let last = extents.iter().enumerate().rev().find(|(n, _)| !drop.contains(n)).map(|(_, extent)| *extent);
            if !append.is_empty() {
                let pieces: Vec<String> = append.iter().map(value::flow).collect();
                splices.extend(flow::insert(text, spot.start, last, &pieces));
            }
            Ok(splices)
        }
        Kind::List(items) => block(text, root, way, &List { spot: &spot, items }, drop, append),
        _ => Err(Stop::new(spot.start, "no list stands here")),
    }
}

/// The first items of a list that has none: `[]`, or a key without a value.
fn begin(text: &str, root: &Node, way: &[Hop], spot: &Spot<'_>, append: &[Value]) -> Result<Vec<Splice>, Stop> {
    if append.is_empty() {
        return Ok(Vec::new());
    }
    let stop = if is_nothing(spot.node) { spot.start } else { end(text, spot.node) };
    if let Some((Hop::Key(key), above)) = way.split_last()
        && let above = find(text, root, above)?
        && let Kind::Map(map) = &above.node.real().kind
        && let Some(entry) = map.get(key)
        && !spot.in_flow
        && line_start(text, entry.key_at.start) == line_start(text, stop)
        && rest_is_comment(text, stop)
    {
        let colon = colon(text, entry)?;
        let own = next_token(text, colon) == spot.start || is_nothing(spot.node);
        let at = line_end(text, stop);
        let layout = Layout { newline: newline(text, at), list_indent: super::map::list_indent(text, &above, map)? };
        let dashes = super::shape::key_column(text, entry)? + layout.list_indent;
        let lines =
            append.iter().map(|new| format!("{}{}{}", layout.newline, " ".repeat(dashes), value::item(new, dashes, 2, layout)));
        return Ok(vec![
            Splice::remove(if own { colon } else { spot.start }, stop),
            Splice::insert(at, lines.collect::<String>()),
        ]);
    }
    let pieces: Vec<String> = append.iter().map(value::flow).collect();
    if text.as_bytes().get(spot.start) == Some(&b'[') && matches!(spot.node.real().kind, Kind::List(_)) {
        return Ok(flow::insert(text, spot.start, None, &pieces));
    }
    super::map::replace(text, spot, &format!("[{}]", pieces.join(", ")))
}

struct List<'s, 'n> {
    spot: &'s Spot<'n>,
    items: &'n [Node],
}

impl List<'_, '_> {
    fn dash(&self, text: &str, n: usize) -> Result<usize, Stop> {
        dash(text, self.spot, self.items, n)
    }

    /// One past the last line of an item: its own, and comments right below that stand further in than its dash.
    fn bottom(&self, text: &str, n: usize) -> Result<usize, Stop> {
        let dashes = column(text, self.dash(text, n)?);
        let mut at = next_line(text, end(text, &self.items[n]));
        while matches!(line(text, at), Some(Line::Comment(column)) if column > dashes) {
            at = next_line(text, at);
        }
        Ok(at)
    }

    /// Where the comments right above an item begin.
    fn above(&self, text: &str, n: usize) -> Result<usize, Stop> {
        let mut top = line_start(text, self.dash(text, n)?);
        let floor = if n == 0 { 0 } else { self.bottom(text, n - 1)? };
        while top > floor && matches!(line(text, line_start(text, top - 1)), Some(Line::Comment(_))) {
            top = line_start(text, top - 1);
        }
        Ok(top)
    }

    /// The lines that go with an item.
    ///
    /// Comments right above belong to it where the next item has its own, or where nothing follows at once; else they may head a
    /// group. What stands above the first item may speak of the whole list.
    fn lines(&self, text: &str, n: usize) -> Result<flow::Extent, Stop> {
        let dash = self.dash(text, n)?;
        if !is_first(text, dash) {
            return Err(Stop::new(dash, "the dash of this item stands behind another one"));
        }
        let (mut top, mut bottom) = (line_start(text, dash), self.bottom(text, n)?);
        let next = n + 1 < self.items.len();
        let next_has_its_own = next && self.above(text, n + 1)? < line_start(text, self.dash(text, n + 1)?);
        let last_of_group = n > 0 && !(next && bottom == line_start(text, self.dash(text, n + 1)?));
        if next_has_its_own || last_of_group {
            top = self.above(text, n)?;
        }
        let floor = if n == 0 { 0 } else { self.bottom(text, n - 1)? };
        let blank = |at| matches!(line(text, at), Some(Line::Blank));
        let blank_above = top > floor && blank(line_start(text, top - 1));
        if blank_above && (bottom >= text.len() || blank(bottom)) {
            while top > floor && blank(line_start(text, top - 1)) {
                top = line_start(text, top - 1);
            }
        } else if n == 0 && next {
            while blank(bottom) {
                bottom = next_line(text, bottom);
            }
        }
        Ok((top, bottom))
    }
}

fn block(
    text: &str,
    root: &Node,
    way: &[Hop],
    list: &List<'_, '_>,
    drop: &BTreeSet<usize>,
    append: &[Value],
) -> Result<Vec<Splice>, Stop> {
    let mut splices = Vec::new();
    for n in drop.iter().filter(|n| **n < list.items.len()) {
        let (top, bottom) = list.lines(text, *n)?;
        splices.push(Splice::remove(top, bottom));
    }
    let Some(last) = list.items.len().checked_sub(1) else { return Ok(splices) };
    if append.is_empty() {
        if splices.len() == list.items.len() {
            splices.push(Splice::insert(empty(text, root, way, list)?, " []"));
        }
        return Ok(splices);
    }
    let dash = list.dash(text, last)?;
    let dashes = column(text, dash);
    let bottom = list.bottom(text, last)?;
    let layout = Layout { newline: newline(text, dash), list_indent: 2 };
    let body = next_token(text, dash + 1);
    let gap = if line_start(text, body) == line_start(text, dash) { column(text, body) - dashes } else { 2 };
    let apart = last > 0 && {
        let above = list.bottom(text, last - 1)?;
        line(text, above) == Some(Line::Blank)
    };
    let blank = if apart { layout.newline } else { "" };
    let new = append.iter().map(|new| format!("{}{}", " ".repeat(dashes), value::item(new, dashes, gap, layout)));
    if drop.contains(&last) {
        // In place of the last one.
        let lines = new.map(|line| line + layout.newline).collect::<Vec<_>>().join(blank);
        splices.push(Splice::insert(bottom, lines));
    } else {
        let at = if text[..bottom].ends_with('\n') { line_end(text, line_start(text, bottom - 1)) } else { bottom };
        splices.push(Splice::insert(at, new.map(|line| format!("{}{blank}{line}", layout.newline)).collect::<String>()));
    }
    Ok(splices)
}

/// Where `[]` goes when nothing is left of a block list: right behind the colon.
fn empty(text: &str, root: &Node, way: &[Hop], list: &List<'_, '_>) -> Result<usize, Stop> {
    let refuse = || Stop::new(list.spot.start, "nothing would be left of this list");
    let (Some((Hop::Key(key), above)), Kind::List(_)) = (way.split_last(), &list.spot.node.kind) else { return Err(refuse()) };
    let above = find(text, root, above)?;
    let Kind::Map(map) = &above.node.real().kind else { return Err(refuse()) };
    colon(text, map.get(key).ok_or_else(refuse)?)
}
