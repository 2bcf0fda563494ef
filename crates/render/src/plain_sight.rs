//! `secret-in-plain-sight` in a lab's own templates: what git should not hold, in what they say by themselves.
//!
//! As in an inventory there are two kinds of evidence, what a text looks like and what it is called. Here nobody gave the second kind a
//! structure, so that it counts only where the syntax leaves no doubt: a preseed's question of the type `password`, a kickstart's
//! `rootpw` and `--password=`, an element of XML, and a line that is nothing but a key and its value.

use std::ops::Range;

use pxectl_model::diag::{Diagnostic, Place, RuleId};
use pxectl_model::exposed::{Shape, exposed, private_key};
use pxectl_model::source::Span;

use crate::fault::SECRET_IN_PLAIN_SIGHT;
use crate::named::{is_secret, named, place_in, plain};
use crate::parts::parts;
use crate::templates::{Template, TemplateSet};
use crate::tokens::{Token, braces};

/// Most findings of all templates, and of one line of them.
const MOST: (usize, usize) = (200, 20);
/// In place of each byte of what is rendered: no value that holds one is plain.
const MASK: &str = "\u{1}";

const HELP: &str = "name its source instead, `secrets: {NAME: {env: VARIABLE}}` in the inventory, and say `{{ secrets.NAME }}` here; then \
    change it, since whoever has this repository has it";
const HASH: &str = "whoever has this repository can guess at it in private: better name its source in `secrets`, and say `{{ secrets.NAME }}` here";

/// A finding for each private key, token, hash and password that stands in one of the lab's own templates. What can be nothing else is
/// an error, the rest a warning, which a comment may allow.
pub fn in_plain_sight(set: &TemplateSet) -> Vec<Diagnostic> {
    set.own().flat_map(template).take(MOST.0).collect()
}

fn template(template: &Template) -> Vec<Diagnostic> {
    let text = &*template.text;
    let mut found: Vec<Diagnostic> = Vec::new();
    let keys = private_keys(text);
    for key in &keys {
        let first_line = text[key.clone()].lines().next().map_or(0, |line| line.trim_end().len());
        found.push(report(template, Some(Shape::PrivateKey), key.start..key.start + first_line, key.clone()));
    }
    found.extend(set_in(text).map(|value| report(template, None, value.clone(), value)));
    let masked = masked(text);
    let mut names = named();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let place = start..start + line.trim_end().len();
        start += line.len();
        if keys.iter().any(|key| key.start < place.end && place.start < key.end) {
            continue;
        }
        let before = found.len();
        shapes(template, place.clone(), &mut found);
        let value = names(&masked[place.clone()]);
        if let Some(value) = value.filter(|_| found.len() == before) {
            let value = place.start + value.start..place.start + value.end;
            found.push(report(template, None, value.clone(), value));
        }
        if found.len() > MOST.0 {
            break;
        }
    }
    found
}

fn private_keys(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(key) = text.get(from..).and_then(private_key) {
        found.push(from + key.start..from + key.end);
        from += key.end.max(1);
    }
    found
}

/// What gives itself away in one line, whatever it is called and wherever it stands: also in a comment.
fn shapes(template: &Template, line: Range<usize>, found: &mut Vec<Diagnostic>) {
    let mut from = line.start;
    for _ in 0..MOST.1 {
        let Some((shape, at)) = exposed(&template.text[from..line.end]) else { break };
        let at = from + at.start..from + at.end;
        found.push(report(template, Some(shape), at.clone(), at.clone()));
        from = at.end;
    }
}

/// Values of `{% set password = "…" %}`.
fn set_in(text: &str) -> impl Iterator<Item = Range<usize>> {
    let tags = braces(text).unwrap_or_default().into_iter().filter(|braces| braces.tag);
    tags.filter_map(|tag| {
        let tokens: Vec<Token> = tag.tokens.into_iter().filter(|token| !matches!(token, Token::Sign('-' | '+'))).collect();
        match tokens.as_slice() {
            [Token::Word("set"), Token::Word(name), Token::Sign('='), Token::Text(value)] if is_secret(name) => plain(value),
            _ => None,
        }
    })
    .map(|value| place_in(text, value))
}

/// A template's text without its comments, and with nothing left to read between its braces; all else stands where it stood.
fn masked(text: &str) -> String {
    let mut masked = text.to_owned();
    let parts = parts(text);
    let comments = parts.comments.into_iter().map(|part| (part, " "));
    for (part, mask) in comments.chain(parts.braces.into_iter().map(|part| (part, MASK))) {
        let hide = |c: char| if c == '\n' { "\n".to_owned() } else { mask.repeat(c.len_utf8()) };
        let hidden: String = text[part.clone()].chars().map(hide).collect();
        masked.replace_range(part, &hidden);
    }
    masked
}

fn report(template: &Template, shape: Option<Shape>, at: Range<usize>, concealed: Range<usize>) -> Diagnostic {
    let place = |part: Range<usize>| Place::Span(Span { file: template.file, start: part.start, end: part.end });
    let what = shape.map_or_else(|| "a password or the like, by what it is called".to_owned(), Shape::words);
    let message = format!("{what} stands in plain sight in the template `{}`", template.name);
    let rule = RuleId(SECRET_IN_PLAIN_SIGHT);
    let finding = match shape {
        Some(Shape::PrivateKey | Shape::Token(_)) => Diagnostic::error(rule, place(at), message),
        _ => Diagnostic::warning(rule, place(at), message),
    };
    finding.conceal(place(concealed)).help(if shape == Some(Shape::Hash) { HASH } else { HELP })
}
