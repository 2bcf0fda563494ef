//! `range-outside-subnet`: a dynamic range with addresses that its subnet cannot hand out.

use pxectl_model::diag::Place;

use super::meta::Meta;
use super::nets::all;
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("range-outside-subnet", "a dynamic range that does not fit its subnet");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for network in all(draft) {
        let (Some(range), subnet) = (&network.range, &network.subnet) else { continue };
        let ends = [range.value.first, range.value.last];
        let problem = if !ends.iter().all(|end| subnet.value.contains(*end)) {
            format!("the range {} reaches beyond its subnet {}", range.value, subnet.value)
        } else if let Some(end) = ends.into_iter().find(|end| subnet.value.is_reserved(*end)) {
            format!("the range {} holds {end}, which no machine in {} can have", range.value, subnet.value)
        } else {
            continue;
        };
        let (Some(route), Some(there)) = (&range.origin.route, &subnet.origin.route) else { continue };
        let finding = META.at(Place::Route(route.clone()), problem).related(Place::Route(there.clone()), "the subnet");
        findings
            .push(finding.help("make the range fit: both of its ends lie between the first and the last address of the subnet"));
    }
}
