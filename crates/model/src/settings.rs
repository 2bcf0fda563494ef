//! What profiles, rules and hosts may say about a boot, and how layers of it merge.

mod named;

use std::collections::BTreeMap;

use crate::arch::CpuArch;
use crate::image::FileRef;
use crate::name::Name;
use crate::secret::SecretSource;
use crate::source::Sourced;

pub use named::Named;

/// One value for every architecture, or one for each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PerArch<T> {
    /// The same for all.
    Any(T),
    /// By architecture; one that is not listed has none.
    By(BTreeMap<CpuArch, T>),
}

impl<T> PerArch<T> {
    /// The value for one architecture.
    pub fn get(&self, arch: CpuArch) -> Option<&T> {
        match self {
            Self::Any(value) => Some(value),
            Self::By(values) => values.get(&arch),
        }
    }

    /// Every value, whichever architecture it is for.
    pub fn all(&self) -> Vec<&T> {
        match self {
            Self::Any(value) => vec![value],
            Self::By(values) => values.values().collect(),
        }
    }
}

/// A key that names one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKey {
    /// A kernel.
    Kernel,
    /// The wimboot loader.
    Wimboot,
    /// A Windows PE image.
    BootWim,
    /// Windows' boot configuration data.
    Bcd,
    /// Windows' RAM disk image.
    BootSdi,
    /// Windows' BIOS boot manager.
    Bootmgr,
    /// A disk or CD image for `sanboot`.
    Image,
    /// An iPXE script to chain to.
    Script,
}

impl FileKey {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Kernel, Self::Wimboot, Self::BootWim, Self::Bcd, Self::BootSdi, Self::Bootmgr, Self::Image, Self::Script];

    /// As the inventory and recipes write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Wimboot => "wimboot",
            Self::BootWim => "boot_wim",
            Self::Bcd => "bcd",
            Self::BootSdi => "boot_sdi",
            Self::Bootmgr => "bootmgr",
            Self::Image => "image",
            Self::Script => "script",
        }
    }
}

/// A scalar's text, kept to the letter; or a list or map of such.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Var {
    /// One text.
    Text(String),
    /// Several, in order.
    List(Vec<String>),
    /// By name, in the order in which they were written.
    Map(Vec<(String, String)>),
}

/// What is put among a booted image's files: a file, or a template rendered for the machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Inject {
    /// A file's bytes.
    File(FileRef),
    /// A template's name; it ends in `.j2`.
    Template(String),
}

/// One layer: what one entry of the inventory says. Which keys count depends on the recipe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Which recipe; hosts and rules have none, they name a profile.
    pub recipe: Option<Sourced<Name>>,
    /// Given where a profile says that what it boots overwrites a disk, whatever its recipe says; hosts and rules have none.
    pub installs: Option<Sourced<()>>,
    /// The image that files are taken from which are named by a path.
    pub iso: Option<Sourced<PerArch<Name>>>,
    /// Single files.
    pub files: BTreeMap<FileKey, Sourced<PerArch<FileRef>>>,
    /// Initrds, in load order; a later layer replaces the list.
    pub initrds: Option<Sourced<PerArch<Vec<FileRef>>>>,
    /// Files put into Windows PE's System32, by file name; merged by name.
    pub inject: BTreeMap<String, Sourced<Inject>>,
    /// The template of the answer file (preseed, kickstart …).
    pub answer: Option<Sourced<String>>,
    /// A URL to chain to in place of a file.
    pub url: Option<Sourced<String>>,
    /// Kernel arguments; layers append.
    pub args: Vec<Sourced<String>>,
    /// Values for templates; merged by name.
    pub vars: BTreeMap<String, Sourced<Var>>,
    /// Where values for templates come from that stand in no file of the inventory; merged by name.
    pub secrets: BTreeMap<String, Sourced<SecretSource>>,
}

impl Settings {
    /// Lays `over` on top: scalars and lists replace, `vars`, `secrets` and `inject` merge by key, `args` append.
    pub fn overlay(&mut self, over: &Self) {
        replace(&mut self.recipe, &over.recipe);
        replace(&mut self.installs, &over.installs);
        replace(&mut self.iso, &over.iso);
        replace(&mut self.answer, &over.answer);
        replace(&mut self.url, &over.url);
        replace(&mut self.initrds, &over.initrds);
        self.files.extend(over.files.clone());
        self.inject.extend(over.inject.clone());
        self.vars.extend(over.vars.clone());
        self.secrets.extend(over.secrets.clone());
        self.args.extend(over.args.iter().cloned());
    }
}

fn replace<T: Clone>(under: &mut Option<T>, over: &Option<T>) {
    if over.is_some() {
        under.clone_from(over);
    }
}
