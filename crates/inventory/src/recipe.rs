//! Recipes: data in YAML, one file each, compiled into the program.

use std::collections::BTreeMap;
use std::fmt;

use pxectl_model::arch::Firmware;
use pxectl_model::name::{BadName, Name};
use pxectl_model::recipe::{Need, Recipe, RecipeArg};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::keys;

/// Why a text is no recipe.
#[derive(Debug, thiserror::Error)]
pub enum BadRecipe {
    /// Not the shape of a recipe.
    #[error("read recipe `{name}`")]
    Shape {
        /// Of the file.
        name: String,
        /// Where and what.
        source: serde_yaml::Error,
    },
    /// A name that is none.
    #[error("read recipe `{name}`")]
    Name {
        /// Of the file.
        name: String,
        /// What is wrong with it.
        source: BadName,
    },
    /// The file's name and its `recipe` differ.
    #[error("recipe `{name}` calls itself `{within}`")]
    OtherName {
        /// Of the file.
        name: String,
        /// In the file.
        within: String,
    },
    /// A key that no inventory has.
    #[error("recipe `{name}` takes the key `{key}`, which no profile can give")]
    Key {
        /// Of the file.
        name: String,
        /// The key.
        key: String,
    },
    /// A group of which one is to be given, and that names what the recipe does not take or always needs.
    #[error("recipe `{name}` wants one of a group with `{key}`, which is not one of its optional keys")]
    Group {
        /// Of the file.
        name: String,
        /// The key.
        key: String,
    },
    /// A word that is no firmware.
    #[error("recipe `{name}` names the firmware `{firmware}`, which there is not")]
    Firmware {
        /// Of the file.
        name: String,
        /// The word.
        firmware: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    recipe: String,
    about: String,
    installs: bool,
    script: String,
    #[serde(default)]
    keys: BTreeMap<String, NeedWire>,
    #[serde(default)]
    one_of: Vec<Vec<String>>,
    #[serde(default)]
    args: Vec<ArgWire>,
    #[serde(default)]
    firmware: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum NeedWire {
    Required,
    Optional,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conditional {
    when: String,
    arg: String,
}

/// A text, or `{when: KEY, arg: TEXT}`.
struct ArgWire(RecipeArg);

impl<'de> Deserialize<'de> for ArgWire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ArgVisitor)
    }
}

struct ArgVisitor;

impl<'de> Visitor<'de> for ArgVisitor {
    type Value = ArgWire;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an argument, or {when: KEY, arg: ARGUMENT}; an argument that looks like a number needs quotes")
    }

    fn visit_str<E>(self, text: &str) -> Result<ArgWire, E> {
        Ok(ArgWire(RecipeArg { text: text.to_owned(), when: None }))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ArgWire, A::Error> {
        let arg = Conditional::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ArgWire(RecipeArg { text: arg.arg, when: Some(arg.when) }))
    }
}

/// Reads the recipe of a file `NAME.yaml`.
///
/// # Errors
/// Where the text is not a recipe of that name with keys that exist.
pub fn read_recipe(name: &str, text: &str) -> Result<Recipe, BadRecipe> {
    let owned = || name.to_owned();
    let wire: Wire = serde_yaml::from_str(text).map_err(|source| BadRecipe::Shape { name: owned(), source })?;
    if wire.recipe != name {
        return Err(BadRecipe::OtherName { name: owned(), within: wire.recipe });
    }
    let parsed: Name = name.parse().map_err(|source| BadRecipe::Name { name: owned(), source })?;
    let mut keys = BTreeMap::new();
    for (key, need) in wire.keys {
        if keys::SETTINGS.find(&key).is_none_or(|k| !k.acted_on) {
            return Err(BadRecipe::Key { name: owned(), key });
        }
        let need = match need {
            NeedWire::Required => Need::Required,
            NeedWire::Optional => Need::Optional,
        };
        keys.insert(key, need);
    }
    if let Some(key) = wire.one_of.iter().flatten().find(|key| keys.get(*key) != Some(&Need::Optional)) {
        return Err(BadRecipe::Group { name: owned(), key: key.clone() });
    }
    let firmware = wire
        .firmware
        .iter()
        .map(|word| word.parse::<Firmware>().map_err(|()| BadRecipe::Firmware { name: owned(), firmware: word.clone() }))
        .collect::<Result<_, _>>()?;
    Ok(Recipe {
        name: parsed,
        about: wire.about,
        installs: wire.installs,
        script: wire.script,
        keys,
        one_of: wire.one_of,
        args: wire.args.into_iter().map(|arg| arg.0).collect(),
        firmware,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN: &str = "recipe: debian\nabout: d-i\ninstalls: true\nscript: linux.ipxe.j2\n\
        keys: {kernel: required, initrds: required, answer: optional}\n\
        args:\n  - auto=true\n  - {when: answer, arg: \"url={{ answer_url }}\"}\nfirmware: []\n";

    #[test]
    fn a_recipe() {
        let recipe = read_recipe("debian", DEBIAN).unwrap();
        assert!(recipe.installs && recipe.firmware.is_empty());
        assert_eq!(recipe.keys["answer"], Need::Optional);
        assert_eq!(recipe.args[0], RecipeArg { text: "auto=true".to_owned(), when: None });
        assert_eq!(recipe.args[1].when.as_deref(), Some("answer"));
    }

    #[test]
    fn what_is_refused() {
        let refused = |from: &str, to: &str| read_recipe("debian", &DEBIAN.replace(from, to)).unwrap_err();
        assert!(matches!(read_recipe("other", DEBIAN), Err(BadRecipe::OtherName { .. })));
        assert!(matches!(refused("about", "abuot"), BadRecipe::Shape { .. }));
        assert!(matches!(refused("kernel", "kernal"), BadRecipe::Key { .. }));
        assert!(matches!(refused("args:", "one_of: [[answer, kernel]]\nargs:"), BadRecipe::Group { key, .. } if key == "kernel"));
        assert!(matches!(refused("[]", "[bois]"), BadRecipe::Firmware { .. }));
        assert!(matches!(refused("auto=true", "1"), BadRecipe::Shape { .. }));
    }
}
