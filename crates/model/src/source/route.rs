//! Places by their meaning.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::FileId;

/// One step from a YAML node to a node inside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The value under this key of a mapping.
    Key(Arc<str>),
    /// The item at this position (from 0) of a sequence.
    Index(usize),
}

/// A place by its meaning, such as `hosts[3].mac`; its [`super::Span`] is looked up only for findings that exist.
///
/// An inventory holds a route for each of its values, so a route is two words: its last step, which knows the one before it. What
/// lies in one mapping shares the way there.
#[derive(Clone)]
pub struct Route {
    /// The text it lies in.
    pub file: FileId,
    /// Whether the key itself is meant and not its value.
    pub on_key: bool,
    last: Option<Arc<Link>>,
}

struct Link {
    step: Step,
    before: Option<Arc<Self>>,
}

impl Route {
    /// The document of a file.
    pub fn root(file: FileId) -> Self {
        Self { file, on_key: false, last: None }
    }

    /// The value under `key`.
    #[must_use]
    pub fn key(&self, key: impl Into<Arc<str>>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// The item at `index`.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// The last key of this route itself, not its value.
    #[must_use]
    pub fn on_key(mut self) -> Self {
        self.on_key = true;
        self
    }

    /// The list or mapping in which it lies; the root lies in itself.
    #[must_use]
    pub fn above(&self) -> Self {
        Self { file: self.file, on_key: false, last: self.last.as_ref().and_then(|last| last.before.clone()) }
    }

    /// From the root of the document inwards.
    pub fn steps(&self) -> Vec<&Step> {
        let mut steps: Vec<&Step> = self.inside_out().map(|link| &link.step).collect();
        steps.reverse();
        steps
    }

    fn step(&self, step: Step) -> Self {
        Self { file: self.file, on_key: false, last: Some(Arc::new(Link { step, before: self.last.clone() })) }
    }

    fn inside_out(&self) -> impl Iterator<Item = &Link> {
        std::iter::successors(self.last.as_deref(), |link| link.before.as_deref())
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Route {}

impl PartialOrd for Route {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Route {
    fn cmp(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (self.steps(), other.steps());
        self.file.cmp(&other.file).then_with(|| ours.cmp(&theirs)).then(self.on_key.cmp(&other.on_key))
    }
}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.file, self.on_key).hash(state);
        self.inside_out().for_each(|link| link.step.hash(state));
    }
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, step) in self.steps().into_iter().enumerate() {
            match step {
                Step::Key(key) if n == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Route({}: {self}{})", self.file.0, if self.on_key { ", its key" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    fn host(n: usize) -> Route {
        Route::root(FileId(0)).key("hosts").index(n)
    }

    #[test]
    fn routes_read_as_people_write_them() {
        assert_eq!(host(3).key("mac").to_string(), "hosts[3].mac");
        assert_eq!(host(3).key("mac").on_key().above(), host(3));
        assert_eq!(format!("{:?}", host(3).key("mac").on_key()), "Route(0: hosts[3].mac, its key)");
    }

    #[test]
    fn a_route_is_what_it_says_however_it_was_made() {
        let (one, same) = (host(3).key("mac"), host(3).key(String::from("mac")));
        assert_eq!(one, same);
        assert_eq!(HashSet::from([one.clone(), same]).len(), 1);
        for other in [one.clone().on_key(), one.key("x"), host(3), host(4).key("mac"), Route { file: FileId(1), ..one.clone() }] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn routes_are_in_the_order_of_their_steps() {
        let root = Route::root(FileId(0));
        let sorted = [root.clone(), root.key("a"), root.key("a").on_key(), host(2), host(2).key("a"), host(2).index(0), host(10)];
        let set: BTreeSet<&Route> = sorted.iter().rev().collect();
        assert!(set.into_iter().eq(&sorted));
    }

    #[test]
    fn a_route_is_two_words() {
        assert_eq!(size_of::<Option<Route>>(), 2 * size_of::<usize>());
    }
}
