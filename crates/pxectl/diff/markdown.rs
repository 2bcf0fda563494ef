//! A difference for the comment of a pull request. Every value is one of a stranger's branch: it stands as code, and ends none.

use pxectl_inventory::findings::shown;

use super::words::{becomes, headline, newly_installed, title, warning};
use super::{Broken, Change, Difference, Group, Machine};

/// Characters of the page: GitHub takes comments of 65,536.
const PAGE_MOST: usize = 60_000;
/// Machines that are named.
const NAMES_MOST: usize = 10;
/// Machines whose own changes are told.
const OWN_MOST: usize = 20;
/// Lines of one text.
const LINES_MOST: usize = 60;

/// The whole page.
pub fn text(d: &Difference) -> String {
    let mut page = format!("### pxectl: {}\n\nFrom {} to {}.\n", headline(d), code(&d.old), code(&d.new));
    let installed = newly_installed(d);
    if !installed.is_empty() {
        page.push_str(&format!("\n> **{}:** {}\n", warning(&installed), names(&installed)));
    }
    if !d.lab.is_empty() {
        page.push_str("\n#### For all machines\n\n");
        changes(&d.lab, &mut page);
    }
    for (n, one) in d.groups.iter().enumerate() {
        let mut part = String::new();
        group(one, &mut part);
        if page.len() + part.len() > PAGE_MOST {
            let left = d.groups.len() - n;
            page.push_str(&format!("\n… and {left} more kinds of change: `pxectl explain --diff` shows all of them.\n"));
            break;
        }
        page.push_str(&part);
    }
    page
}

/// What is said of a version that cannot be compared.
pub fn broken(broken: &Broken) -> String {
    let mut page = format!("### pxectl: nothing can be compared\n\n{} is not sound:\n\n", code(&broken.name));
    for (at, message) in broken.findings.iter().take(OWN_MOST) {
        page.push_str(&format!("- {} {}\n", code(at), code(message)));
    }
    let left = broken.findings.len().saturating_sub(OWN_MOST);
    if left > 0 {
        page.push_str(&format!("- … and {left} more: `pxectl lint` shows all of them\n"));
    }
    page
}

fn group(group: &Group, page: &mut String) {
    let machines: Vec<&Machine> = group.machines.iter().collect();
    page.push_str(&format!("\n#### {}\n\n{}\n", title(group), names(&machines)));
    if let [Machine { at: Some(at), .. }] = machines.as_slice() {
        page.push_str(&format!("({})\n", code(at)));
    }
    let (before, after) = (becomes(group.before.as_ref()), becomes(group.after.as_ref()));
    if before != after {
        page.push_str(&format!("\n{} → {}\n", code(&before), code(&after)));
    }
    page.push('\n');
    changes(&group.changes, page);
    let own: Vec<&&Machine> = machines.iter().filter(|machine| !machine.own.is_empty()).collect();
    for machine in own.iter().take(OWN_MOST) {
        if machines.len() > 1 {
            page.push_str(&format!("{}:\n\n", code(&machine.label)));
        }
        changes(&machine.own, page);
    }
    if own.len() > OWN_MOST {
        page.push_str(&format!("… and {} more with changes of this kind.\n", own.len() - OWN_MOST));
    }
}

fn changes(changes: &[Change], page: &mut String) {
    for change in changes {
        match change {
            Change::Value { what, old, new } => {
                let value = |value: &Option<String>| value.as_deref().map_or_else(|| "nothing".to_owned(), code);
                page.push_str(&format!("- {}: {} → {}\n", code(what), value(old), value(new)));
            }
            Change::Text { what, firmware, hunks } => {
                let on = if firmware.is_empty() { String::new() } else { format!(" ({})", firmware.join(", ")) };
                let mut lines = Vec::new();
                for hunk in hunks {
                    let mut side = |sign: char, parts: &[String]| match (parts, hunk.line.is_empty()) {
                        ([], _) => {}
                        (parts, true) => lines.extend(parts.iter().map(|part| format!("{sign} {}", plain(part)))),
                        (parts, false) => lines.push(format!("{sign} {}: {}", plain(&hunk.line), plain(&parts.join(" ")))),
                    };
                    side('-', &hunk.old);
                    side('+', &hunk.new);
                }
                let more = lines.len().saturating_sub(LINES_MOST);
                lines.truncate(LINES_MOST);
                if more > 0 {
                    lines.push(format!("  … and {more} more lines"));
                }
                let text = lines.join("\n");
                let fence = "`".repeat(longest_run(&text).max(2) + 1);
                page.push_str(&format!("\n{}{on}\n\n{fence}diff\n{text}\n{fence}\n\n", code(what)));
            }
        }
    }
}

fn names(machines: &[&Machine]) -> String {
    let named: Vec<String> = machines.iter().take(NAMES_MOST).map(|machine| code(&machine.label)).collect();
    let more = machines.len().saturating_sub(NAMES_MOST);
    if more > 0 { format!("{} … and {more} more", named.join(", ")) } else { named.join(", ") }
}

/// A text as a code span (CommonMark 6.1): nothing in it is a link, a mention or HTML, and no backtick in it ends it.
fn code(text: &str) -> String {
    let text = shown(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// One line of a code block.
fn plain(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// How many backticks follow each other at most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_markdown() {
        assert_eq!(code("debian-12"), "`debian-12`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("x\n# y"), "`x\\n# y`");
        assert_eq!(code("@everyone <img src=x>"), "`@everyone <img src=x>`");
    }
}
