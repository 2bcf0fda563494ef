//! Texts that pxectl reads to the letter and other YAML tools do not, and MAC addresses in an unusual spelling.

use pxectl_model::diag::{Change, Fix};
use pxectl_model::mac::Mac;

use crate::findings::shown;
use crate::guess::{Guess, guess};
use crate::rules::structure::{FALSE_IS_TEXT, MAC_SPELLING, UNQUOTED_IDENTITY, UNQUOTED_VALUE};
use crate::tree::{Kind, Node};
use crate::walk::{At, Walk};

/// A text without quotes. What is an alias was judged where it was written.
fn plain<'n>(at: &At<'n>) -> Option<&'n str> {
    match &at.node.real().kind {
        Kind::Text { text, plain: true } if !is_alias(at.node) => Some(text),
        _ => None,
    }
}

fn is_alias(node: &Node) -> bool {
    node.at != node.real().at
}

fn replace(at: &At<'_>, title: impl Into<String>, text: String) -> Fix {
    Fix { title: title.into(), change: Change::Replace { at: at.place(), text }, safe: true }
}

/// A text that is a number, a truth value or a date to somebody needs no escapes between quotes.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// A text by which a machine is known: `what` it is.
pub(super) fn identity(walk: &mut Walk<'_>, at: &At<'_>, what: &str) {
    let Some(text) = plain(at) else { return };
    unquoted(walk, at, what, text, quoted(text));
}

fn unquoted(walk: &mut Walk<'_>, at: &At<'_>, what: &str, text: &str, mended: String) -> bool {
    let Some(surprise) = guess(text) else { return false };
    let (tools, read) = (surprise.tools, &surprise.guess);
    let message = format!("other {tools} tools read this {what}, `{}`, as {read}", shown(text));
    let help = format!("pxectl keeps the text; a script, editor or CI job that reads this file does not: write {mended}");
    let fix = replace(at, format!("write {mended}"), mended);
    walk.push(UNQUOTED_IDENTITY.at(at.place(), message).help(help).fix(fix));
    true
}

/// A MAC address that was read as this one.
pub(super) fn mac(walk: &mut Walk<'_>, at: &At<'_>, mac: Mac) {
    let Kind::Text { text, .. } = &at.node.real().kind else { return };
    let canonical = mac.to_string();
    let mended = quoted(&canonical);
    if is_alias(at.node) || plain(at).is_some_and(|text| unquoted(walk, at, "mac", text, mended.clone())) || **text == *canonical
    {
        return;
    }
    let message = format!("the MAC address `{}` is written `{canonical}` everywhere else", shown(text));
    let help = "that is how pxectl, iPXE and Linux show it, and what a search for it would look for";
    walk.push(MAC_SPELLING.at(at.place(), message).help(help).fix(replace(at, format!("write {mended}"), mended)));
}

/// A text of `vars`.
pub(super) fn value(walk: &mut Walk<'_>, at: &At<'_>) {
    let Some(text) = plain(at) else { return };
    let Some(surprise) = guess(text) else { return };
    let mended = quoted(text);
    let (meta, message, help) = match &surprise.guess {
        Guess::Truth(false) => {
            let message = format!("this is the text `{text}`, and to a template every text is true");
            let help =
                format!("`{{% if … %}}` takes it for true; if a text is meant, write {mended}, else leave the variable out");
            (FALSE_IS_TEXT, message, help)
        }
        Guess::Number(..) if surprise.changed => {
            let message = format!("other {} tools read this value, `{}`, as {}", surprise.tools, shown(text), surprise.guess);
            (UNQUOTED_VALUE, message, format!("templates get the text as it stands; so that everybody else does, write {mended}"))
        }
        _ => return,
    };
    walk.push(meta.at(at.place(), message).help(help).fix(replace(at, format!("write {mended}"), mended)));
}
