//! Recipes: data in YAML, one file each, compiled into the program.

use std::collections::BTreeMap;
use std::fmt;

use pxectl_model::arch::Firmware;
use pxectl_model::image::ImagePath;
use pxectl_model::name::{BadName, Name};
use pxectl_model::recipe::{InImage, Need, Recipe, RecipeArg};
use pxectl_model::settings::FileKey;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

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
    /// What `iso` gives: a key that no file stands under, or that the recipe does not take, or no path inside an image.
    #[error("recipe `{name}` gives `{key}` out of the image: {why}")]
    InImage {
        /// Of the file.
        name: String,
        /// The key.
        key: String,
        /// What is wrong.
        why: String,
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
    iso: BTreeMap<String, PathsWire>,
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

/// A path, or a list of paths.
struct PathsWire(Vec<String>);

impl<'de> Deserialize<'de> for PathsWire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PathsVisitor)
    }
}

struct PathsVisitor;

impl<'de> Visitor<'de> for PathsVisitor {
    type Value = PathsWire;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path inside an image, or a list of them")
    }

    fn visit_str<E>(self, text: &str) -> Result<PathsWire, E> {
        Ok(PathsWire(vec![text.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<PathsWire, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(PathsWire)
    }
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
    let in_image = in_image(wire.iso, &keys).map_err(|(key, why)| BadRecipe::InImage { name: owned(), key, why })?;
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
        in_image,
        args: wire.args.into_iter().map(|arg| arg.0).collect(),
        firmware,
    })
}

/// What `iso` gives; else the key that is wrong, and why.
fn in_image(wire: BTreeMap<String, PathsWire>, keys: &BTreeMap<String, Need>) -> Result<InImage, (String, String)> {
    let mut given = InImage::default();
    for (key, PathsWire(texts)) in wire {
        if !keys.contains_key(&key) {
            return Err((key, "it does not take that key".to_owned()));
        }
        let parse = |text: &String| text.parse::<ImagePath>().map_err(|why| (key.clone(), why.to_string()));
        let paths = texts.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let file = FileKey::ALL.into_iter().find(|file| file.as_str() == key);
        match (file, paths.as_slice()) {
            (Some(file), [path]) => {
                given.files.insert(file, path.clone());
            }
            (None, [_, ..]) if key == "initrds" => given.initrds = paths,
            (Some(_), _) => return Err((key, "one file belongs there".to_owned())),
            (None, _) => return Err((key, "no file of an image belongs there".to_owned())),
        }
    }
    Ok(given)
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
    fn what_an_image_gives() {
        let with = |iso: &str| read_recipe("debian", &DEBIAN.replace("args:", &format!("iso: {iso}\nargs:")));
        let recipe = with("{kernel: /a/linux, initrds: [/a/one, /a/two]}").unwrap();
        assert_eq!(recipe.in_image.files[&FileKey::Kernel].as_str(), "/a/linux");
        assert!(recipe.in_image.initrds.len() == 2 && recipe.in_image.gives("initrds") && !recipe.in_image.gives("answer"));
        for bad in
            ["{kernel: a/linux}", "{kernel: [/a, /b]}", "{answer: /a}", "{image: /a}", "{initrds: []}", "{initrds: [/a\\b]}"]
        {
            assert!(matches!(with(bad), Err(BadRecipe::InImage { .. })), "{bad}");
        }
        assert!(matches!(with("{kernel: 5}"), Err(BadRecipe::Shape { .. })));
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
