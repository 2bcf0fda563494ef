//! The two versions: the lab as it lies here, and another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pxectl_model::arch::Firmware;
use pxectl_model::diag::Diagnostic;
use pxectl_model::net::Site;
use pxectl_model::policy::http_base;
use pxectl_render::Scripts;

use super::git::Revision;
use crate::explain::places::Places;
use crate::failure::Failure;
use crate::lab::{self, Found, Lab};
use crate::session::folder_of;

/// One version of a lab, with everything that its machines would get.
pub struct Version {
    /// As people call it.
    pub name: String,
    /// The lab; none where there was none yet.
    pub lab: Option<Whole>,
}

/// A sound lab and its scripts.
pub struct Whole {
    pub lab: Lab,
    pub scripts: Scripts,
    /// The folder that its paths begin at.
    pub folder: PathBuf,
    /// Which of its sites the scripts are for.
    pub site: Site,
}

/// Why a version cannot be compared.
pub struct Broken {
    /// Which.
    pub name: String,
    /// Its findings, as people read them.
    pub text: String,
    /// The same, each with its place.
    pub findings: Vec<(String, String)>,
}

impl Whole {
    /// A path as the inventory writes it: the two versions may lie in two folders.
    pub fn beside(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string()
    }
}

impl Version {
    /// The lab in what was found, rendered.
    ///
    /// # Errors
    /// Where it is not sound.
    pub fn new(name: String, folder: PathBuf, found: Found, site: Option<&str>) -> Result<Self, Broken> {
        let broken = |found: &Found, findings: &[Diagnostic]| Broken {
            name: name.clone(),
            text: found.show(findings),
            findings: findings.iter().map(|finding| told(found, finding)).collect(),
        };
        let mut found = found;
        let Some(inventory) = found.reading.inventory.take() else {
            return Err(broken(&found, &found.reading.diagnostics));
        };
        let lab = Lab { inventory, found };
        let sites = &lab.inventory.lab().sites;
        let site = match site {
            Some(name) => lab.inventory.site(Some(name)),
            None => sites.first(),
        };
        let Some(site) = site.or(sites.first()).cloned() else { return Err(broken(&lab.found, &[])) };
        let base = http_base(site.server.value, lab.inventory.lab().http_port.value);
        // Sizes are those of files of this host, which no version knows.
        let scripts = Scripts::new(lab.inventory.clone(), &site, &lab.found.templates, base, BTreeMap::new());
        match scripts {
            Ok(scripts) => Ok(Self { name, lab: Some(Whole { lab, scripts, folder, site }) }),
            Err(findings) => Err(broken(&lab.found, &findings)),
        }
    }

    /// Where its machines are told from.
    pub fn places(&self) -> Option<Places<'_>> {
        self.lab.as_ref().map(|whole| Places(&whole.lab.found.reading))
    }

    /// The firmware that it boots.
    pub fn firmware(&self) -> Vec<Firmware> {
        self.lab.as_ref().map(|whole| whole.lab.inventory.lab().firmware()).unwrap_or_default()
    }
}

/// The older version: a second inventory file, or a revision of the repository that holds this one.
///
/// # Errors
/// Where it cannot be read; in the value, where it is not sound.
pub fn old(other: &str, inventory: &Path, site: Option<&str>) -> Result<Result<Version, Broken>, Failure> {
    let file = Path::new(other);
    if file.is_file() {
        return Ok(Version::new(other.to_owned(), folder_of(file), lab::read(file)?, site));
    }
    let folder = folder_of(inventory);
    let revision = Revision::open(&folder, other)?;
    let name = format!("{other} ({})", revision.commit().get(..10).unwrap_or_default());
    match lab::read_from(inventory, &revision) {
        Ok(found) => Ok(Version::new(name, folder, found, site)),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(Ok(Version { name, lab: None })),
        Err(why) => Err(Failure::new(format!("reading the inventory at {other}: {why}"))),
    }
}

/// A finding as a place and a sentence.
fn told(found: &Found, finding: &Diagnostic) -> (String, String) {
    let at = found.reading.locate(&finding.at).and_then(|span| {
        let source = found.reading.sources.get(span.file)?;
        let (line, column) = pxectl_model::source::line_column(&source.text, span.start);
        Some(format!("{}:{line}:{column}", source.name))
    });
    (at.unwrap_or_default(), format!("{} [{}]", finding.message, finding.rule))
}
