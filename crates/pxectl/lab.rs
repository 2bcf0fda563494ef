//! A lab from its folder: the inventory with what it includes, and its templates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pxectl_inventory::{Include, Included, Input, LockInput, Reading, limits};
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::inventory::Inventory;
use pxectl_model::net::Site;
use pxectl_model::policy::http_base;
use pxectl_model::source::{FileId, Sources};
use pxectl_render::{Scripts, Template, TemplateSet};
use pxectl_store::images::Store;

use crate::failure::Failure;
use crate::files::{DiskFiles, Files};
use crate::here::ThisHost;
use crate::session::{Session, folder_of, warn};
use crate::watch::Stamps;
use crate::{assets, shelf, show};

/// Largest template that is read, bytes.
const TEMPLATE_MAX: u64 = 1 << 20;
/// Most templates of one lab.
const TEMPLATES_MAX: usize = 1000;
/// How deep folders of templates nest.
const TEMPLATES_DEPTH: usize = 8;

/// A lab as it was found; sound or not.
pub struct Found {
    /// The inventory, and everything that is wrong with it.
    pub reading: Reading,
    /// The built-in templates and the lab's own.
    pub templates: TemplateSet,
    /// What every file was when it was read.
    pub stamps: Stamps,
    /// The inventory's folder.
    pub folder: PathBuf,
}

/// A sound lab.
pub struct Lab {
    /// The inventory.
    pub inventory: Arc<Inventory>,
    /// The texts it was read from.
    pub found: Found,
}

/// Reads the lab of an inventory file.
///
/// # Errors
/// Where the inventory itself cannot be read; everything else is a finding.
pub fn read(path: &Path) -> Result<Found, Failure> {
    let disk = DiskFiles::default();
    let found = read_from(path, &disk).map_err(|why| unreadable(path, &why))?;
    Ok(Found { stamps: disk.into_stamps(), ..found })
}

/// Reads the lab of an inventory file, wherever its texts lie.
///
/// # Errors
/// Where the inventory itself cannot be read; everything else is a finding.
pub fn read_from(path: &Path, files: &dyn Files) -> std::io::Result<Found> {
    Ok(read_input(input_from(path, files)?, files))
}

/// The texts of an inventory on this host.
///
/// # Errors
/// Where the inventory itself cannot be read.
pub fn input(path: &Path) -> Result<Input, Failure> {
    input_from(path, &DiskFiles::default()).map_err(|why| unreadable(path, &why))
}

fn input_from(path: &Path, files: &dyn Files) -> std::io::Result<Input> {
    let main = file(path, files)?;
    let folder = folder_of(path);
    let included = pxectl_inventory::includes(&main.bytes).into_iter().map(|i| expand(&i, &folder, files)).collect();
    let lock = lock_file(&folder, files);
    Ok(Input { main, folder, included, lock })
}

/// Reads a lab whose inventory is at hand as text.
///
/// # Errors
/// None; findings are findings.
pub fn read_text(name: &str, text: &str) -> Result<Found, Failure> {
    let main = pxectl_inventory::File { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
    // A folder that cannot exist: a lab of text has no files of its own.
    let input = Input { main, folder: PathBuf::from("/nonexistent"), included: Vec::new(), lock: LockInput::Unasked };
    Ok(read_input(input, &DiskFiles::default()))
}

/// The lock file beside the inventory.
fn lock_file(folder: &Path, files: &dyn Files) -> LockInput {
    let path = folder.join(pxectl_model::lock::FILE_NAME);
    match file(&path, files) {
        Ok(file) => LockInput::Found(file),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => LockInput::Missing,
        Err(why) => LockInput::Unreadable(files.name(&path), why.to_string()),
    }
}

/// Reads a lab whose texts are at hand.
pub fn read_input(input: Input, files: &dyn Files) -> Found {
    let reading = pxectl_inventory::read(&input, &assets::recipes());
    Found::of(reading, &input, files)
}

/// With the templates that go with it.
fn with_templates(mut reading: Reading, input: &Input, files: &dyn Files) -> Found {
    let folder = reading.draft.lab.templates.as_ref().map(|t| t.value.clone());
    let folder = folder.unwrap_or_else(|| input.folder.join(pxectl_inventory::DEFAULT_TEMPLATES));
    let mut own = Own::default();
    own_templates(&folder, "", 0, &mut own, &mut reading.sources, files);
    let built_in = assets::templates().into_iter().map(|(name, text)| {
        let text: Arc<str> = Arc::from(text);
        let file = reading.sources.add(format!("builtin/{name}"), text.clone());
        Template { name, text, file }
    });
    let built_in: Vec<Template> = built_in.collect();
    own.templates.iter().for_each(|own| reading.hear(own.file, &pxectl_render::comments(&own.text)));
    let templates = TemplateSet::new(built_in, own.templates);
    own.problems.extend(pxectl_render::in_plain_sight(&templates));
    reading.diagnostics.extend(own.problems);
    if reading.has_errors() {
        reading.inventory = None;
    }
    Found { reading, templates, stamps: Stamps::default(), folder: input.folder.clone() }
}

/// Loads a sound lab; what is wrong with another is printed.
///
/// # Errors
/// Where it is not sound.
pub fn load(session: &Session) -> Result<Lab, Failure> {
    sound(read(&session.inventory)?)
}

/// The sound lab in what was found; warnings are counted, errors printed and given up on.
///
/// # Errors
/// Where it is not sound.
pub fn sound(mut found: Found) -> Result<Lab, Failure> {
    let judged = found.judged();
    match found.reading.inventory.take() {
        Some(inventory) => {
            found.hint(&judged).iter().for_each(|hint| warn(hint));
            Ok(Lab { inventory, found })
        }
        None => {
            let counts = show::diagnostic::summary(&judged.findings);
            warn(&format!("{}the inventory is unsound ({counts}); nothing was done", found.errors(&judged)));
            Err(Failure::printed())
        }
    }
}

impl Found {
    /// What was read, with the templates that go with it.
    pub fn of(reading: Reading, input: &Input, files: &dyn Files) -> Self {
        with_templates(reading, input, files)
    }

    /// Findings as text.
    pub fn show(&self, found: &[Diagnostic]) -> String {
        let mut found = found.to_vec();
        self.reading.hush(&mut found);
        show::diagnostic::diagnostics(&found, &self.reading)
    }

    /// Findings about what only this host knows.
    pub fn here(&self, store: &Store) -> Vec<Diagnostic> {
        let host = ThisHost { folder: &self.folder, store };
        let mut found = pxectl_inventory::here(&self.reading.draft, &host);
        found.extend(pxectl_inventory::images(&self.reading.draft, &shelf::size_of));
        found
    }

    /// Findings about templates and the values in them: everything is rendered once, in memory. None for an unsound inventory,
    /// whose own findings come first.
    pub fn rendered(&self) -> Vec<Diagnostic> {
        let Some(inventory) = self.reading.inventory.clone() else { return Vec::new() };
        let mut found = Vec::new();
        for site in &inventory.lab().sites {
            let base = http_base(site.server.value, inventory.lab().http_port.value);
            let firmware = inventory.lab().firmware();
            found.extend(pxectl_render::stage1(&self.templates, &base).err().unwrap_or_default());
            found.extend(pxectl_render::dhcp::check(&self.templates, &inventory, site, &firmware));
            match Scripts::new(inventory.clone(), site, &self.templates, base, BTreeMap::new()) {
                Ok(scripts) => found.extend_from_slice(scripts.warnings()),
                Err(faults) => found.extend(faults),
            }
        }
        self.reading.sort(&mut found);
        found.dedup();
        found
    }

    /// What it holds, in one phrase.
    pub fn counts(&self) -> String {
        let draft = &self.reading.draft;
        let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        [
            (draft.hosts.len(), "host"),
            (draft.profiles.len(), "profile"),
            (draft.artifacts.len(), "artifact"),
            (draft.rules.len(), "rule"),
        ]
        .map(|(n, one)| count(n, one))
        .join(", ")
    }
}

impl Lab {
    /// The site that is meant.
    ///
    /// # Errors
    /// Where the lab has several and none was named, or there is none of that name.
    pub fn site(&self, name: Option<&str>) -> Result<&Site, Failure> {
        self.inventory.site(name).ok_or_else(|| {
            let sites = &self.inventory.lab().sites;
            let names: Vec<_> = sites.iter().filter_map(|s| s.name.as_ref()).map(|n| n.value.to_string()).collect();
            match name {
                Some(name) => Failure::new(format!("there is no site `{name}`")),
                None => Failure::new("this lab has several sites"),
            }
            .hint(format!("name one with --site: {}", names.join(", ")))
        })
    }

    /// The name of the one site whose networks hold an address of this host: which of several is meant where none was named.
    pub fn site_of(&self, host: &str) -> Option<String> {
        let host = self.inventory.parts().hosts.get(self.inventory.find(host)?)?;
        let ips = || host.nics.iter().filter_map(|nic| nic.ip.as_ref());
        let holds = |site: &&Site| ips().any(|ip| site.networks.iter().any(|network| network.subnet.value.contains(ip.value)));
        let mut sites = self.inventory.lab().sites.iter().filter(holds);
        match (sites.next(), sites.next()) {
            (Some(only), None) => only.name.as_ref().map(|name| name.value.to_string()),
            _ => None,
        }
    }

    /// The hosts that a person means; none where one of them is unknown, which is said.
    ///
    /// # Errors
    /// None.
    pub fn hosts(&self, names: &[String]) -> Result<Option<Vec<usize>>, Failure> {
        let mut hosts = Vec::new();
        let mut unknown = false;
        for name in names {
            match self.inventory.find(name) {
                Some(host) => hosts.push(host),
                None => {
                    unknown = true;
                    warn(&format!(
                        "there is no host `{name}` in the inventory: neither a name, nor a serial, UUID, MAC or asset tag"
                    ));
                }
            }
        }
        Ok(if unknown { None } else { Some(hosts) })
    }
}

fn unreadable(path: &Path, why: &std::io::Error) -> Failure {
    let failure = Failure::new(format!("reading the inventory `{}`: {why}", path.display()));
    match why.kind() {
        std::io::ErrorKind::NotFound => {
            failure.hint("go to the lab's folder, or name the file with `-i`; `inventory.example.yaml` is one to start from")
        }
        // It is read again at every edit, and relative paths begin at its folder.
        std::io::ErrorKind::InvalidInput => {
            failure.hint("an inventory is a file in its lab's folder; a pipe or a device cannot be one")
        }
        _ => failure,
    }
}

fn file(path: &Path, files: &dyn Files) -> std::io::Result<pxectl_inventory::File> {
    // One byte more than allowed, so that the reader can say that it is too large.
    let bytes = files.read(path, limits::TEXT as u64)?;
    Ok(pxectl_inventory::File { name: files.name(path), bytes })
}

fn expand(include: &Include, folder: &Path, files: &dyn Files) -> Included {
    let route = include.route.clone();
    let one = |path: PathBuf| file(&path, files).map_err(|e| format!("{}: {e}", files.name(&path)));
    let found = files.matching(folder, &include.pattern).and_then(|paths| paths.into_iter().map(one).collect());
    Included { route, found }
}

/// The lab's own templates, and what is wrong with those that cannot be read.
#[derive(Default)]
struct Own {
    templates: Vec<Template>,
    problems: Vec<Diagnostic>,
}

fn template(path: &Path, files: &dyn Files) -> Result<String, String> {
    let bytes = files.read(path, TEMPLATE_MAX).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > TEMPLATE_MAX {
        return Err(format!("it is larger than {TEMPLATE_MAX} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

fn own_templates(folder: &Path, prefix: &str, depth: usize, own: &mut Own, sources: &mut Sources, files: &dyn Files) {
    for (path, is_folder) in files.list(folder) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        let name = format!("{prefix}{name}");
        if is_folder && depth < TEMPLATES_DEPTH {
            own_templates(&path, &format!("{name}/"), depth + 1, own, sources, files);
        } else if name.ends_with(".j2") && own.templates.len() < TEMPLATES_MAX {
            let (text, problem) = match template(&path, files) {
                Ok(text) => (text, None),
                Err(why) => (String::new(), Some(why)),
            };
            let text: Arc<str> = Arc::from(text);
            let file: FileId = sources.add(files.name(&path), text.clone());
            match problem {
                None => own.templates.push(Template { name, text, file }),
                // The built-in one of its name must not take its place without a word.
                Some(why) => {
                    let message = format!("the template `{name}` cannot be read: {why}");
                    own.problems.push(Diagnostic::error(pxectl_render::TEMPLATE_ERROR, Place::File(file), message));
                }
            }
        }
    }
}
