//! Which artifacts a person means, and whether the inventory that names them can be relied on.

use pxectl_inventory::draft::Draft;
use pxectl_model::diag::{Diagnostic, Severity};
use pxectl_model::name::Name;

use crate::failure::Failure;
use crate::lab::Found;
use crate::session::warn;
use crate::show;

/// The one finding at error level that fetching mends.
const MENDED: &str = "lock-drift";

/// An unsound inventory is not worked for, unless it is unsound in that something changed since it was locked. `nothing`: what was
/// not done therefore.
///
/// # Errors
/// Where it is unsound, which is printed.
pub fn sound(found: &Found, nothing: &str) -> Result<(), Failure> {
    let judged = found.judged();
    let stops = |d: &&Diagnostic| d.severity == Severity::Error && d.rule.0 != MENDED;
    let errors: Vec<_> = judged.findings.iter().filter(stops).cloned().collect();
    if errors.is_empty() {
        return Ok(());
    }
    warn(found.show(&errors).trim_end());
    warn(&format!("the inventory is unsound ({}); {nothing}", show::diagnostic::summary(&errors)));
    Err(Failure::printed())
}

/// Whether each of these is an artifact; those that are none are named.
pub fn all_known(names: &[String], draft: &Draft) -> bool {
    let own = || draft.all_artifacts().map(|artifact| artifact.name.value.as_str());
    let all = || own().chain(pxectl_inventory::stock().keys().map(Name::as_str));
    let unknown: Vec<_> = names.iter().filter(|name| !all().any(|known| known == name.as_str())).collect();
    for name in &unknown {
        let close = pxectl_inventory::findings::closest(name, all());
        let hint = close.map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
        warn(&format!("there is no artifact `{}` in the inventory{hint}", pxectl_inventory::findings::shown(name)));
    }
    unknown.is_empty()
}
