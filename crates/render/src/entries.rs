//! The entries of a lab, each made when it is first asked for: of a hundred thousand hosts a few boot at a time.

use std::sync::{Arc, OnceLock};

use pxectl_model::inventory::Parts;
use pxectl_model::resolve::Because;

use crate::entry::Entry;

/// A place for the entry of each host and rule, and of `unknown`.
#[derive(Debug)]
pub(crate) struct Entries {
    hosts: Vec<OnceLock<Arc<Entry>>>,
    rules: Vec<OnceLock<Arc<Entry>>>,
    unknown: OnceLock<Arc<Entry>>,
}

impl Entries {
    /// Empty places.
    pub fn of(parts: &Parts) -> Self {
        let empty = |many: usize| std::iter::repeat_with(OnceLock::new).take(many).collect();
        Self { hosts: empty(parts.hosts.len()), rules: empty(parts.rules.len()), unknown: OnceLock::new() }
    }

    /// The entry of what decided, and `make` where nobody asked for it before.
    pub fn get(&self, because: Because<'_>, make: impl FnOnce() -> Entry) -> &Arc<Entry> {
        let place = match because {
            Because::Host(n, ..) => self.hosts.get(n),
            Because::Rule(n, _) => self.rules.get(n),
            Because::Unknown => None,
        };
        place.unwrap_or(&self.unknown).get_or_init(|| Arc::new(make()))
    }
}
