//! What machines may become.

use pxectl_model::name::Name;
use pxectl_model::profile::BUILT_IN;

use super::users::{Users, of_profiles};
use super::{Places, cell};
use crate::explain::kind_word;
use crate::lab::Lab;
use crate::show::fit::{Column, Give};

/// One profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileLine {
    /// Its name.
    pub name: String,
    /// The recipe that it comes to; none for one that is only there to be extended.
    pub recipe: Option<String>,
    /// What booting it means: `install`, `live`, `local`, `hold`; none without a recipe.
    pub kind: Option<&'static str>,
    /// What it builds on.
    pub extends: Option<String>,
    /// Who names it.
    pub users: Users,
    /// Where it stands; none for those that always exist.
    pub at: Option<String>,
}

/// The columns of the table.
pub const COLUMNS: [Column; 6] = [
    Column { head: "profile", give: Give::Middle, least: 12, rank: 0 },
    Column { head: "boots", give: Give::Nothing, least: 0, rank: 0 },
    Column { head: "recipe", give: Give::End, least: 6, rank: 2 },
    Column { head: "extends", give: Give::End, least: 8, rank: 4 },
    Column { head: "used by", give: Give::End, least: 8, rank: 3 },
    Column { head: "line", give: Give::Start, least: 8, rank: 5 },
];

/// The inventory's own by name, then those that always exist.
pub fn lines(lab: &Lab, places: &Places<'_>) -> Vec<ProfileLine> {
    let inventory = &lab.inventory;
    let users = of_profiles(inventory);
    let line = |name: &Name, extends: Option<&Name>, at: Option<String>| {
        let settled = inventory.settings_of(name).ok();
        ProfileLine {
            name: name.to_string(),
            recipe: settled.as_ref().map(|(_, recipe)| recipe.name.to_string()),
            kind: settled.as_ref().map(|(settings, recipe)| kind_word(recipe.kind(settings))),
            extends: extends.map(ToString::to_string),
            users: users.get(name).cloned().unwrap_or_default(),
            at,
        }
    };
    let own = inventory.parts().profiles.values().map(|profile| {
        let at = places.at(profile.name.origin.route.as_ref());
        line(&profile.name.value, profile.extends.as_ref().map(|base| &base.value), at)
    });
    let built_in = BUILT_IN.iter().filter_map(|name| Some(line(&name.parse::<Name>().ok()?, None, None)));
    own.chain(built_in).collect()
}

impl ProfileLine {
    /// As the table shows it.
    pub fn row(&self) -> Vec<String> {
        vec![
            cell(Some(&self.name)),
            cell(self.kind),
            cell(self.recipe.as_deref()),
            cell(self.extends.as_deref()),
            self.users.words(),
            cell(self.at.as_deref()),
        ]
    }
}
