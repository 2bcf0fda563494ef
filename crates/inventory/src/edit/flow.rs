//! Inside brackets and braces.

use std::collections::BTreeSet;

use super::Stop;
use super::lines::{is_first, line_end, line_start, newline, next_line, next_token, rest_is_comment};
use super::splice::Splice;

/// The first and one past the last byte of an item, or of a key with its value.
pub(super) type Extent = (usize, usize);

/// Puts pieces behind the last of the items that stay; `open` is the bracket.
pub(super) fn insert(text: &str, open: usize, last: Option<Extent>, pieces: &[String]) -> Vec<Splice> {
    let Some((start, end)) = last else {
        let next = text[open + 1..].starts_with('#');
        return vec![Splice::insert(open + 1, pieces.join(", ") + if next { " " } else { "" })];
    };
    let comma = next_token(text, end);
    let comma = (text.as_bytes().get(comma) == Some(&b',')).then_some(comma);
    let behind = comma.map_or(end, |comma| comma + 1);
    let one_a_line = is_first(text, start) && rest_is_comment(text, behind) && line_start(text, behind) == line_start(text, end);
    if !one_a_line {
        return vec![Splice::insert(end, pieces.iter().map(|piece| format!(", {piece}")).collect::<String>())];
    }
    let indent = &text[line_start(text, start)..start];
    let lines = pieces.iter().map(|piece| format!("{}{indent}{piece}", newline(text, behind))).collect::<Vec<_>>().join(",");
    match comma {
        Some(_) => vec![Splice::insert(line_end(text, behind), lines + ",")],
        None => vec![Splice::insert(end, ","), Splice::insert(line_end(text, behind), lines)],
    }
}

/// Takes items out; `open` is the bracket.
///
/// # Errors
/// Where a comment stands between them that may belong to another one.
pub(super) fn remove(text: &str, open: usize, items: &[Extent], drop: &BTreeSet<usize>) -> Result<Vec<Splice>, Stop> {
    let mut splices = Vec::new();
    for n in drop {
        let Some(&(start, end)) = items.get(*n) else { continue };
        let comma = next_token(text, end);
        let comma = (text.as_bytes().get(comma) == Some(&b',')).then_some(comma);
        let behind = comma.map_or(end, |comma| comma + 1);
        if is_first(text, start) && rest_is_comment(text, behind) && next_line(text, behind) > behind {
            splices.push(Splice::remove(line_start(text, start), next_line(text, behind)));
            continue;
        }
        let (from, to) = match (items.get(*n + 1), n.checked_sub(1).and_then(|n| items.get(n))) {
            (Some((next, _)), _) => (start, *next),
            (None, Some((_, before))) => (*before, end),
            (None, None) if text[open + 1..start].bytes().all(|b| b == b' ') => (open + 1, behind),
            (None, None) => (start, behind),
        };
        let outside = [&text[from.min(start)..start], &text[end..to.max(end)]];
        if outside.iter().any(|between| between.contains('#')) {
            return Err(Stop::new(start, "a comment stands between this and its neighbour"));
        }
        splices.push(Splice::remove(from, to));
    }
    Ok(splices)
}
