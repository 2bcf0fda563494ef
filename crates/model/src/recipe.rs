//! Recipes: how an operating system's installer boots, as data.

use std::collections::BTreeMap;

use crate::arch::Firmware;
use crate::image::{FileRef, ImagePath};
use crate::name::Name;
use crate::settings::{FileKey, PerArch, Settings};
use crate::source::{Layer, Origin, Sourced};

/// Whether a recipe needs a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It cannot boot without.
    Required,
    /// It takes it.
    Optional,
}

/// What booting a profile means for the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A disk is overwritten: guarded by the plan, the arming and the beacon.
    Install,
    /// A system from the network; the disk stays as it is.
    Live,
    /// Its own disk.
    Local,
    /// It waits and asks again.
    Hold,
}

/// A kernel argument of a recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeArg {
    /// Template text; renders to one argument.
    pub text: String,
    /// The key that must be given for it to stand there, such as `answer` or `name`.
    pub when: Option<String>,
}

/// Where a system's own image has the files that it boots from: what a profile need not say that names the image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InImage {
    /// Single files.
    pub files: BTreeMap<FileKey, ImagePath>,
    /// Initrds, in load order.
    pub initrds: Vec<ImagePath>,
}

impl InImage {
    /// Whether it has a path for a key, as the inventory writes it.
    pub fn gives(&self, key: &str) -> bool {
        self.files.keys().any(|file| file.as_str() == key) || (key == "initrds" && !self.initrds.is_empty())
    }
}

/// Why something cannot boot on a firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// The recipe does not boot there.
    Recipe,
    /// This key, as the inventory writes it, is given by architecture, and not for the firmware's.
    Lacks(&'static str),
}

/// How an operating system boots from the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// Its name.
    pub name: Name,
    /// One line for people.
    pub about: String,
    /// Whether booting it overwrites a disk by itself; [`Recipe::kind`] heeds what the profile says, too.
    pub installs: bool,
    /// The template of its stage-2 script.
    pub script: String,
    /// The keys that it takes, as the inventory writes them.
    pub keys: BTreeMap<String, Need>,
    /// Groups of those keys, of each of which exactly one must be given.
    pub one_of: Vec<Vec<String>>,
    /// What `iso` alone gives.
    pub in_image: InImage,
    /// Arguments that come before the profile's.
    pub args: Vec<RecipeArg>,
    /// The firmware that it boots on; empty: every one.
    pub firmware: Vec<Firmware>,
}

impl Recipe {
    /// What booting it means for a machine with these settings. A profile may say that it installs where the recipe does not
    /// know; it can never say that it does not.
    pub fn kind(&self, settings: &Settings) -> Kind {
        match self.name.as_str() {
            "local" => Kind::Local,
            "hold" => Kind::Hold,
            _ if self.installs || settings.installs.is_some() => Kind::Install,
            _ => Kind::Live,
        }
    }

    /// Why these settings cannot boot on a firmware, if they cannot.
    pub fn misfit(&self, settings: &Settings, firmware: Firmware) -> Option<Misfit> {
        if !self.firmware.is_empty() && !self.firmware.contains(&firmware) {
            return Some(Misfit::Recipe);
        }
        let cpu = firmware.cpu();
        let file = settings.files.iter().find(|(_, file)| file.value.get(cpu).is_none()).map(|(key, _)| key.as_str());
        let initrds = settings.initrds.as_ref().filter(|names| names.value.get(cpu).is_none()).map(|_| "initrds");
        let image = settings.iso.as_ref().is_some_and(|iso| iso.value.get(cpu).is_some());
        let imageless = || (!image && settings.takes_from_image(cpu)).then_some("iso");
        file.or(initrds).or_else(imageless).map(Misfit::Lacks)
    }

    /// Adds what nobody gives and an image of this system is known to have, where there is an image.
    pub fn complete(&self, settings: &mut Settings) {
        if settings.iso.is_none() {
            return;
        }
        let origin = || Origin { layer: Layer::Recipe(self.name.to_string()), route: None };
        for (key, path) in &self.in_image.files {
            let file = || Sourced { value: PerArch::Any(FileRef::Inside(path.clone())), origin: origin() };
            settings.files.entry(*key).or_insert_with(file);
        }
        if settings.initrds.is_none() && !self.in_image.initrds.is_empty() {
            let list = self.in_image.initrds.iter().cloned().map(FileRef::Inside).collect();
            settings.initrds = Some(Sourced { value: PerArch::Any(list), origin: origin() });
        }
    }

    /// Whether files of it may come out of an image.
    pub fn takes_files(&self) -> bool {
        let file = |key: &String| FileKey::ALL.iter().any(|file| file.as_str() == key) || key == "initrds" || key == "inject";
        self.keys.keys().any(file)
    }

    /// Whether it boots anything of which `installs` could be true.
    pub fn boots(&self) -> bool {
        !matches!(self.kind(&Settings::default()), Kind::Local | Kind::Hold)
    }

    /// Whether it hands the machine over to another script, of which nothing is known.
    pub fn hands_over(&self) -> bool {
        ["script", "url"].iter().any(|key| self.keys.contains_key(*key))
    }

    /// The groups of [`Recipe::one_of`] of which not exactly one is given, each with those that are.
    pub fn unsettled<'a>(&'a self, given: &dyn Fn(&str) -> bool) -> Vec<(&'a [String], Vec<&'a str>)> {
        let group = |group: &'a Vec<String>| {
            let given: Vec<&str> = group.iter().map(String::as_str).filter(|key| given(key)).collect();
            (given.len() != 1).then_some((group.as_slice(), given))
        };
        self.one_of.iter().filter_map(group).collect()
    }
}
