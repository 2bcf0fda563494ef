//! Who was probably meant.

use pxectl_inventory::near::nearest as nearest_names;
use pxectl_model::identity::IdentityKey;
use pxectl_model::inventory::Inventory;

use super::places::Places;

/// Most hosts that are offered.
const MOST: usize = 5;

/// A host that was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// What is like the text that was typed: `serial`, `name` …
    pub key: &'static str,
    /// The host's own.
    pub value: String,
    /// How people call it.
    pub label: String,
    /// Where its entry stands.
    pub at: Option<String>,
}

/// The hosts whose name or key is nearest to a text.
pub(super) fn nearest(inventory: &Inventory, text: &str, places: Places<'_>) -> Vec<Near> {
    let hosts = &inventory.parts().hosts;
    let mut words: Vec<(&'static str, String, usize)> = Vec::new();
    for (n, host) in hosts.iter().enumerate() {
        words.extend(host.name.iter().map(|name| ("name", name.value.to_string(), n)));
        for key in IdentityKey::ALL {
            words.extend(host.identity.values(key).into_iter().map(|value| (key.as_str(), value, n)));
        }
    }
    let found = nearest_names(text, words.iter().map(|(_, word, _)| word.as_str()), MOST);
    let near = |at: usize| {
        let (key, value, host) = words.get(at)?;
        let host = hosts.get(*host)?;
        Some(Near { key, value: value.clone(), label: host.label(), at: places.at(Some(&host.route)) })
    };
    found.into_iter().filter_map(near).collect()
}
