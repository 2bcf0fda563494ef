//! How operating systems boot: the recipes that are built in.

use pxectl_model::recipe::{Need, Recipe};
use pxectl_model::settings::Settings;

use super::cell;
use crate::assets;
use crate::explain::kind_word;
use crate::show::fit::{Column, Give};

/// The columns of the table.
pub const COLUMNS: [Column; 4] = [
    Column { head: "recipe", give: Give::Nothing, least: 0, rank: 0 },
    Column { head: "boots", give: Give::Nothing, least: 0, rank: 2 },
    Column { head: "keys ([x]: may be left out)", give: Give::End, least: 12, rank: 1 },
    Column { head: "about", give: Give::End, least: 12, rank: 3 },
];

/// All of them by name.
pub fn lines() -> Vec<Recipe> {
    assets::recipes().into_values().collect()
}

/// What booting it means where the profile does not say otherwise.
pub fn kind(recipe: &Recipe) -> &'static str {
    kind_word(recipe.kind(&Settings::default()))
}

/// As the table shows it.
pub fn row(recipe: &Recipe) -> Vec<String> {
    vec![recipe.name.to_string(), kind(recipe).to_owned(), cell(Some(&keys(recipe))), cell(Some(&recipe.about))]
}

/// The keys that it needs, those of which one is needed, and those that it takes: `kernel initrds [answer]`, `script|url`.
fn keys(recipe: &Recipe) -> String {
    let grouped = |key: &String| recipe.one_of.iter().any(|group| group.contains(key));
    let with = |need: Need| recipe.keys.iter().filter(move |(key, n)| **n == need && !grouped(key)).map(|(key, _)| key.as_str());
    let groups = recipe.one_of.iter().map(|group| group.join("|"));
    let needed = with(Need::Required).map(str::to_owned);
    needed.chain(groups).chain(with(Need::Optional).map(|key| format!("[{key}]"))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_what_is_needed() {
        let rows: Vec<_> = lines().iter().map(row).collect();
        let keys = |name: &str| rows.iter().find(|row| row[0] == name).map(|row| row[2].clone());
        assert_eq!(keys("debian").as_deref(), Some("initrds kernel [answer]"));
        assert_eq!(keys("chain").as_deref(), Some("script|url"));
        assert_eq!(keys("local").as_deref(), Some("-"));
    }
}
