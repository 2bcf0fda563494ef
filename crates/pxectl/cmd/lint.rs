//! `lint`: every problem of an inventory, with its place and what to do.

use std::path::Path;

use pxectl_inventory::Judged;
use pxectl_inventory::findings::whole;
use pxectl_model::diag::Severity;

use crate::cli::{Deny, Lint, LintFormat};
use crate::failure::{Answer, Failure, Outcome};
use crate::findings;
use crate::lab::{self, Found};
use crate::report::{Report, github, json, sarif};
use crate::session::{Session, print, warn};
use crate::show::diagnostic::summary;

/// Exit 1 where there is a finding at error level, or at warning level and warnings are denied. A lab that cannot be read keeps no
/// other from being checked.
pub fn run(args: &Lint, session: &Session) -> Outcome {
    let files = if args.files.is_empty() { vec![session.inventory.clone()] } else { args.files.clone() };
    let mut report = Report { folder: std::env::current_dir().unwrap_or_default(), ..Report::default() };
    for file in files {
        match lab::read(&file) {
            Err(failure) => {
                warn(failure.text().trim_end());
                report.failures.push(failure.text().trim_end().to_owned());
            }
            Ok(found) => {
                let judged = found.linted(args.here.then_some(&session.store));
                if args.format == LintFormat::Human && !judged.findings.is_empty() {
                    // The findings are what was asked for, so they are the result.
                    print(&found.show(&judged.findings));
                }
                tell(&file, &found, &judged, session);
                report.add(&found, &judged);
            }
        }
    }
    match args.format {
        LintFormat::Human => {}
        LintFormat::Json => print(&format!("{:#}\n", json::report(&report))),
        LintFormat::Sarif => print(&format!("{:#}\n", sarif::report(&report, &findings::cards()))),
        LintFormat::Github => {
            print(&github::report(&report));
            beyond(&report);
        }
    }
    let denied = args.deny == Some(Deny::Warnings) && report.count(Severity::Warning) > 0;
    match report.count(Severity::Error) > 0 || denied {
        _ if !report.failures.is_empty() => Err(Failure::printed()),
        true => Ok(Answer::No),
        false => Ok(Answer::Yes),
    }
}

/// One line about one lab.
fn tell(file: &Path, found: &Found, judged: &Judged, session: &Session) {
    let mut line = format!("{}: {}; ", whole(&file.display().to_string()), found.counts());
    line += &if judged.findings.is_empty() { "no findings".to_owned() } else { summary(&judged.findings) };
    if !judged.allowed.is_empty() {
        line += &format!("; {} allowed", judged.allowed.len());
    }
    match judged.findings.is_empty() {
        true => session.say(&line),
        false => warn(&line),
    }
}

/// GitHub says nothing of the annotations that it leaves out.
fn beyond(report: &Report) {
    let most = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| report.count(severity));
    if most.iter().any(|count| *count > github::SHOWN) {
        let shown = github::SHOWN;
        warn(&format!(
            "GitHub makes annotations of the first {shown} errors, warnings and notices; all findings are in this log"
        ));
    }
}
