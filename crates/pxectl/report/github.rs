//! `--format github`: workflow commands, one a line, which GitHub makes annotations of.
//!
//! It makes at most ten of each level in a step, the first ones, and shows of the others in the step's log only the message: so the
//! gravest come first, and each message begins with its place and holds everything there is to say.

use std::fmt::Write as _;

use pxectl_inventory::findings::visible;
use pxectl_model::diag::Severity;

use super::{At, Finding, Report, link, path};

/// How many annotations of one level GitHub makes of a step.
pub const SHOWN: usize = 10;

/// All findings that count, a line each.
pub fn report(report: &Report) -> String {
    let mut findings: Vec<&Finding> = report.findings.iter().filter(|finding| finding.allowed.is_none()).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings.into_iter().map(|finding| line(finding, report)).collect()
}

fn line(one: &Finding, report: &Report) -> String {
    let command = match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let file = |at: &At| path::relative(&at.file, &report.folder);
    let place = |at: &At| format!("{}:{}:{}", file(at), at.line, at.column);
    let mut properties = String::new();
    let mut message = String::new();
    if let Some(at) = &one.at {
        let _ = write!(properties, "file={},line={},endLine={},", escaped(&file(at), true), at.line, at.end_line);
        // Columns of several lines are refused.
        if at.line == at.end_line {
            let _ = write!(properties, "col={},endColumn={},", at.column, at.end_column);
        }
        let _ = write!(message, "{}: ", place(at));
    }
    message.push_str(&one.message);
    let label = one.label.iter().map(|label| format!(" ({label})"));
    let related = one.related.iter().map(|(at, text)| format!("\n{}: {text}", place(at)));
    let help = one.help.iter().map(|help| format!("\nhelp: {help}"));
    let fix = one.fix.iter().map(|fix| format!("\nsuggestion: {}", fix.title));
    message.extend(label.chain(related).chain(help).chain(fix));
    let _ = write!(message, "\nsee {}", link(one.id));
    format!("::{command} {properties}title=pxectl {}::{}\n", escaped(one.id, true), escaped(&message, false))
}

/// As the runner unescapes it; what could steer a terminal that shows the log is made visible.
fn escaped(text: &str, property: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' if property => out.push_str("%3A"),
            ',' if property => out.push_str("%2C"),
            _ => out.extend(visible(c)),
        }
    }
    out
}
