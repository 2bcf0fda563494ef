//! `cyclic-extends`: profiles that extend each other in a circle, or without end.

use pxectl_model::diag::Place;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("cyclic-extends", "profiles that extend each other in a circle");

/// How many profiles may build on each other. Nobody reads through more, and every host's settings are merged from all of them.
pub(super) const CHAIN: usize = 32;

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let base = |n: usize| {
        let extends = draft.profiles.get(n)?.extends.as_ref()?;
        draft.profile_index.get(&extends.value).copied()
    };
    // How many profiles a profile is made of; none while it is not known.
    let mut length: Vec<Option<usize>> = vec![None; draft.profiles.len()];
    for start in 0..draft.profiles.len() {
        let mut path = Vec::new();
        let mut on_path = std::collections::HashMap::new();
        let mut at = Some(start);
        while let Some(n) = at.filter(|n| length[*n].is_none()) {
            if let Some(from) = on_path.insert(n, path.len()) {
                circle(draft, &path[from..], findings);
                break;
            }
            path.push(n);
            at = base(n);
        }
        // Whatever leads into a circle ends there for this count; the circle was reported.
        let mut below = at.and_then(|n| length[n]).unwrap_or(0);
        for n in path.into_iter().rev() {
            below += 1;
            length[n] = Some(below);
            if below == CHAIN + 1 {
                long(draft, n, findings);
            }
        }
    }
}

fn place(draft: &Draft, n: usize) -> Option<Place> {
    draft.profiles.get(n)?.extends.as_ref()?.origin.route.clone().map(Place::Route)
}

fn circle(draft: &Draft, members: &[usize], findings: &mut Findings) {
    let Some((first, rest)) = members.split_first() else { return };
    let Some(at) = place(draft, *first) else { return };
    let name = |n: &usize| draft.profiles.get(*n).map_or_else(String::new, |p| format!("`{}`", p.name.value));
    let mut names: Vec<String> = members.iter().take(8).map(name).collect();
    if members.len() > names.len() {
        names.push("…".to_owned());
    }
    names.push(name(first));
    let message = format!("profiles extend each other in a circle: {}", names.join(", "));
    let mut finding = META.at(at, message).help("one of them must not extend another");
    for n in rest.iter().take(8) {
        if let Some(at) = place(draft, *n) {
            finding = finding.related(at, format!("{} goes on to the next", name(n)));
        }
    }
    findings.push(finding);
}

fn long(draft: &Draft, n: usize, findings: &mut Findings) {
    let Some(at) = place(draft, n) else { return };
    let message = format!("more than {CHAIN} profiles extend each other here");
    findings.push(META.at(at, message).help("put what they share into one profile"));
}
