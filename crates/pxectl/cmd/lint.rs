//! `lint`: every problem of an inventory, with its place and what to do.

use std::path::Path;

use pxectl_inventory::Judged;
use pxectl_inventory::findings::whole;
use pxectl_model::diag::{Fix, Severity};

use crate::cli::{Deny, Lint, LintFormat};
use crate::editing::mending;
use crate::failure::{Answer, Failure, Outcome};
use crate::findings;
use crate::lab::{self, Found};
use crate::report::{Report, github, json, sarif};
use crate::session::{Session, print, warn};
use crate::show::diagnostic::summary;

/// Exit 1 where there is a finding at error level, or at warning level and warnings are denied, and where `--fix` was refused. A lab that cannot be read keeps no
/// other from being checked.
pub fn run(args: &Lint, session: &Session) -> Outcome {
    let files = if args.files.is_empty() { vec![session.inventory.clone()] } else { args.files.clone() };
    let mut report = Report { folder: std::env::current_dir().unwrap_or_default(), ..Report::default() };
    let mut refused = false;
    let mut last = None;
    for file in files {
        let fixed = if args.fix { mending::fix(&file, session) } else { Ok(Answer::Yes) };
        match fixed.and_then(|fixed| Ok((fixed, lab::read(&file)?))) {
            Err(failure) => {
                warn(failure.text().trim_end());
                report.failures.push(failure.text().trim_end().to_owned());
            }
            Ok((fixed, found)) => {
                refused |= fixed == Answer::No;
                let judged = found.linted(args.here.then_some(&session.store));
                if args.format == LintFormat::Human && !judged.findings.is_empty() {
                    // The findings are what was asked for, so they are the result.
                    print(&found.show(&judged.findings));
                }
                tell(&file, &found, &judged, session);
                report.add(&found, &judged);
                last = Some(found);
            }
        }
    }
    // The program is at its end: to take a hundred thousand hosts apart one by one would be work for nobody.
    std::mem::forget(last);
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
    match report.count(Severity::Error) > 0 || denied || refused {
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
    let can = |fix: &Fix| fix.safe && found.reading.edits(&fix.change).is_some();
    let safe = judged.findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(can)).count();
    if safe > 0 {
        line += &format!("; `pxectl lint --fix` mends {safe}");
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
