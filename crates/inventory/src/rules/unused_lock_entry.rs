//! `unused-lock-entry`: something was fetched once, and no artifact is called so any more.

use pxectl_model::diag::Place;
use pxectl_model::source::Route;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::warning("unused-lock-entry", "an entry of the lock file that no artifact has");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let Some((file, lock)) = draft.lock.read() else { return };
    for name in lock.artifacts.keys().filter(|name| draft.artifact(name).is_none()) {
        let place = Place::Route(Route::root(file).key("artifacts").key(name.as_str()).on_key());
        let message = format!("there is no artifact `{name}` in the inventory");
        findings.push(META.at(place, message).help("`pxectl fetch` without names takes such entries out"));
    }
}
