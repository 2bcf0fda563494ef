//! `duplicate-name`: two hosts with one name.

use std::fmt::{Display, Formatter};
use std::hash::{Hash, Hasher};

use super::meta::Meta;
use super::same::{Claimed, each_once};
use crate::draft::Draft;
use crate::findings::Findings;

pub(super) const META: Meta = Meta::error("duplicate-name", "two hosts with one name");

/// A name by which case is told from no other.
struct Folded<'d>(&'d str);

impl PartialEq for Folded<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Folded<'_> {}

impl Hash for Folded<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // At most 63 bytes: a name is no longer.
        let mut folded = [0; 64];
        let length = self.0.len().min(folded.len());
        folded[..length].copy_from_slice(&self.0.as_bytes()[..length]);
        folded.make_ascii_lowercase();
        folded[..length].hash(state);
    }
}

impl Display for Folded<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_ascii_lowercase())
    }
}

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    // DNS names are compared without regard to case (RFC 4343).
    let claims = draft.hosts.iter().filter_map(|host| {
        let name = host.name.as_ref()?;
        Some(Claimed { host, key: Folded(name.value.as_str()), written: Some(name.value.as_str()), origin: &name.origin })
    });
    each_once(&META, "name", claims, findings);
}
