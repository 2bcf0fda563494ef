//! Texts to trees: at once where they are ordinary, else in one pass over events, with the limits that hold before anything else
//! looks at a text.

use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::source::{FileId, Span};
use saphyr_parser::{Event, Parser, ScalarStyle};

use super::blank::bracket;
use super::build::{Builder, DEEP};
use super::chars::Chars;
use super::{Bytes, Node, ordinary, quoted};
use crate::findings::{Findings, shown};
use crate::limits;
use crate::rules::structure::{SYNTAX, TOO_LARGE, YAML_FEATURE};

/// What is left of the limits for all texts together.
pub(crate) struct Budget {
    /// YAML events.
    pub events: usize,
}

/// A tree, and how it was come by.
pub(crate) struct Parsed {
    /// The tree.
    pub root: Node,
    /// Whether the text is one that all readers of YAML read alike, so that no second one need be asked.
    pub ordinary: bool,
}

/// The tree of one text; none where it holds nothing, or something that ends the reading. Findings say what.
pub(crate) fn parse(file: FileId, text: &str, budget: &mut Budget, findings: &mut Findings) -> Option<Parsed> {
    let parsed = |ordinary| move |root| Parsed { root, ordinary };
    let quick = ordinary::read(file, text, budget).map(parsed(true));
    quick.or_else(|| by_events(file, text, budget, findings).map(parsed(false)))
}

/// The same by saphyr-parser, whatever the text.
pub(super) fn by_events(file: FileId, text: &str, budget: &mut Budget, findings: &mut Findings) -> Option<Node> {
    parse_until(None, file, text, budget, findings)
}

/// The same, read only to the end of what stands under `key` at the top.
pub(crate) fn parse_to(key: &str, file: FileId, text: &str, budget: &mut Budget) -> Option<Node> {
    parse_until(Some(key), file, text, budget, &mut Findings::default())
}

fn parse_until(last: Option<&str>, file: FileId, text: &str, budget: &mut Budget, findings: &mut Findings) -> Option<Node> {
    let chars = Chars::new(text);
    let mut builder = Builder::new(file);
    let mut documents = 0;
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let (event, span) = match next {
            Ok(next) => next,
            Err(error) => {
                if error.info().contains("recursion limit") {
                    // The scanner looks ahead and meets its own limit before the depth is counted here.
                    let at = chars.byte(error.marker().index());
                    let message = format!("lists and mappings lie more than {} deep in each other", limits::DEPTH);
                    findings.push(TOO_LARGE.at(Place::Span(Span { file, start: at, end: at }), message).help(DEEP));
                    return None;
                }
                findings.push(broken(file, text, chars.byte(error.marker().index()), "this is not YAML", error.info()));
                return None;
            }
        };
        let start = chars.byte(span.start.index());
        let mut at = Bytes { start, end: chars.byte(span.end.index()).max(start) };
        if matches!(event, Event::Scalar(_, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted, ..)) {
            at = quoted::trimmed(text, at);
        }
        let place = Place::Span(Span { file, start: at.start, end: at.end });
        if budget.events == 0 {
            let message = format!("an inventory has at most {} YAML nodes", limits::EVENTS);
            findings.push(TOO_LARGE.at(place, message).help("let profiles and rules say what thousands of entries repeat"));
            return None;
        }
        budget.events -= 1;
        let tagged = match &event {
            Event::Scalar(_, _, _, tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => tag.as_ref(),
            _ => None,
        };
        if let Some(tag) = tagged {
            let message = format!("the tag `{}` has no meaning in an inventory", shown(&tag.to_string()));
            findings.push(YAML_FEATURE.at(place.clone(), message).help("remove it; texts are kept as they are written"));
            return None;
        }
        let built = match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    let help = "one file holds one document; put the rest into a file of its own and `include` it";
                    findings.push(YAML_FEATURE.at(place, "a second YAML document begins here").help(help));
                    return builder.finish();
                }
                Ok(())
            }
            Event::Scalar(value, style, anchor, _) => builder.scalar(&value, style == ScalarStyle::Plain, at, anchor, findings),
            Event::SequenceStart(anchor, _) => builder.open(false, at, anchor),
            Event::MappingStart(anchor, _) => builder.open(true, at, anchor),
            Event::SequenceEnd | Event::MappingEnd => builder.close(bracket(text, at), findings),
            Event::Alias(anchor) => builder.alias(anchor, at, budget, findings),
            _ => Ok(()),
        };
        if let Err(finding) = built {
            findings.push(*finding);
            return None;
        }
        if last.is_some_and(|key| builder.just_read(key)) {
            return builder.so_far();
        }
    }
    builder.finish()
}

/// What the YAML parser refuses, at its place; tabs are the reason more often than people think.
pub(crate) fn broken(file: FileId, text: &str, offset: usize, what: &str, info: &str) -> Diagnostic {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let line_start = text[..offset].rfind('\n').map_or(0, |n| n + 1);
    let indent = text[line_start..].bytes().take_while(|b| matches!(b, b' ' | b'\t'));
    if let Some(tab) = indent.clone().position(|b| b == b'\t') {
        let start = line_start + tab;
        let place = Place::Span(Span { file, start, end: start + 1 });
        return SYNTAX.at(place, "a tab indents this line").help("YAML indents with blanks only");
    }
    let end = text[offset..].chars().next().map_or(offset, |c| offset + c.len_utf8());
    let help = "look here and at the line above; a text with `: ` or ` #` in it, or that begins with one of []{},&*!|>'\"%@`, needs quotes";
    SYNTAX.at(Place::Span(Span { file, start: offset, end }), format!("{what}: {}", shown(info))).help(help)
}
