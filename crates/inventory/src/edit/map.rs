//! Changes of mappings and of what stands under a key.

use super::Stop;
use super::flow;
use super::lines::{line_end, line_start, newline, next_line, rest_is_comment};
use super::scalar::{Quote, quote_of, scalar};
use super::shape::{Spot, colon, dash, end, is_nothing, is_reference, key_column, value_start};
use super::splice::Splice;
use super::value::{self, Layout, Value};
use crate::tree::{Entry, Kind, Map};

/// Adds keys behind the last one.
pub(super) fn add(text: &str, spot: &Spot<'_>, new: &[(String, Value)]) -> Result<Vec<Splice>, Stop> {
    let Kind::Map(map) = &spot.node.real().kind else { return Err(Stop::new(spot.start, "no mapping stands here")) };
    if spot.is_flow(text) {
        if text.as_bytes().get(spot.start) != Some(&b'{') {
            return Err(Stop::new(spot.start, "this mapping has no braces"));
        }
        let piece = |(key, value): &(String, Value)| format!("{}: {}", scalar(key, Quote::Plain), value::flow(value));
        let pieces: Vec<String> = new.iter().map(piece).collect();
        return Ok(flow::insert(text, spot.start, map.entries().last().map(|last| extent(text, last)), &pieces));
    }
    let (Some(first), Some(last)) = (map.entries().first(), map.entries().last()) else {
        return Err(Stop::new(spot.start, "this mapping is empty"));
    };
    let column = key_column(text, first)?;
    let at = line_end(text, extent(text, last).1);
    let layout = Layout { newline: newline(text, at), list_indent: list_indent(text, spot, map)? };
    let line = |(key, value): &(String, Value)| {
        format!("{}{}{}", layout.newline, " ".repeat(column), value::entry(key, value, column, layout))
    };
    Ok(vec![Splice::insert(at, new.iter().map(line).collect::<String>())])
}

/// A key with its value.
fn extent(text: &str, entry: &Entry) -> flow::Extent {
    let colon = colon(text, entry).unwrap_or(entry.key_at.end);
    (entry.key_at.start, if is_nothing(&entry.value) { colon } else { end(text, &entry.value).max(colon) })
}

/// How far this mapping's block lists stand in from their keys; two blanks where it has none.
pub(super) fn list_indent(text: &str, spot: &Spot<'_>, map: &Map) -> Result<usize, Stop> {
    for entry in map.entries() {
        let Kind::List(items) = &entry.value.kind else { continue };
        let list = Spot { node: &entry.value, start: value_start(text, entry)?, in_flow: spot.in_flow };
        if items.is_empty() || list.is_flow(text) {
            continue;
        }
        let dashes = super::lines::column(text, dash(text, &list, items, 0)?);
        return Ok(dashes.saturating_sub(key_column(text, entry)?));
    }
    Ok(2)
}

/// Puts another text in place of a scalar, in quotes like its own.
pub(super) fn set(text: &str, spot: &Spot<'_>, new: &str) -> Result<Vec<Splice>, Stop> {
    let own = &text[spot.start..];
    replace(text, spot, &scalar(new, if is_nothing(spot.node.real()) { Quote::Plain } else { quote_of(own) }))
}

/// Puts other YAML, on one line, in place of a scalar or an alias.
pub(super) fn replace(text: &str, spot: &Spot<'_>, yaml: &str) -> Result<Vec<Splice>, Stop> {
    if is_reference(spot.node) {
        return Ok(vec![Splice { start: spot.node.at.start, end: spot.node.at.end, text: yaml.to_owned() }]);
    }
    if !matches!(&spot.node.real().kind, Kind::Text { .. }) {
        return Err(Stop::new(spot.start, "a list or mapping stands where a text belongs"));
    }
    if is_nothing(spot.node) {
        let before = if text[..spot.start].ends_with([':', '-']) { " " } else { "" };
        return Ok(vec![Splice::insert(spot.start, format!("{before}{yaml}"))]);
    }
    if is_nothing(spot.node.real()) {
        return Err(Stop::new(spot.start, "only an anchor stands here"));
    }
    let stop = end(text, spot.node);
    if !matches!(text.as_bytes().get(spot.start), Some(b'|' | b'>')) || spot.in_flow {
        return Ok(vec![Splice { start: spot.start, end: stop, text: yaml.to_owned() }]);
    }
    // A comment behind the sign of a block scalar stays.
    let sign = text[spot.start..].find([' ', '\t', '\r', '\n']).map_or(text.len(), |len| spot.start + len);
    if !rest_is_comment(text, sign) {
        return Err(Stop::new(spot.start, "the sign of this block scalar is not understood"));
    }
    let header = line_end(text, spot.start);
    let mut splices = vec![Splice { start: spot.start, end: sign, text: yaml.to_owned() }];
    if next_line(text, spot.start) <= stop && line_start(text, stop) > spot.start {
        splices.push(Splice::remove(header, line_end(text, stop)));
    }
    Ok(splices)
}
