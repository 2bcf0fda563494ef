//! What a machine would get on one firmware.

use pxectl_model::arch::{CpuArch, Firmware};
use pxectl_model::artifact::ArtifactPlace;
use pxectl_model::body::Body;
use pxectl_model::boot::Action;
use pxectl_model::diag::Diagnostic;
use pxectl_model::identity::Identity;
use pxectl_model::image::{Inside, Located};
use pxectl_model::inventory::Inventory;
use pxectl_model::net::Site;
use pxectl_model::policy::{BootFile, Client, Policy, http_base};
use pxectl_model::recipe::Kind;
use pxectl_model::resolve::{Resolution, Setup, set_up};
use pxectl_model::settings::{Inject, Settings};
use pxectl_model::trace::Trace;
use pxectl_render::{Rehearsed, Scripts, TemplateSet};
use pxectl_store::images::Store;

use super::decision::{decision, rules};
use super::places::Places;
use super::values::values;
use super::{AnswerLine, ArtifactLine, Case, Dhcp, FileLine, InsideLine, Script};
use crate::inside::{Present, size};
use crate::shelf::{self, Disk, Shelf, Unfound};

/// All that a case is made of.
pub(super) struct Scene<'a> {
    pub inventory: &'a Inventory,
    pub site: &'a Site,
    pub templates: &'a TemplateSet,
    pub scripts: &'a Scripts,
    pub places: Places<'a>,
    pub store: &'a Store,
    pub present: &'a Present,
}

/// What booting means for a machine, in a word.
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Install => "install",
        Kind::Live => "live",
        Kind::Local => "local",
        Kind::Hold => "hold",
    }
}

impl Scene<'_> {
    /// For a machine that says this of itself, and what the resolver made of it.
    ///
    /// # Errors
    /// Where the script cannot be rendered.
    pub fn case(&self, who: &Identity, trace: &Trace<'_>, firmware: Firmware) -> Result<Case, Vec<Diagnostic>> {
        let setup = match &trace.resolution {
            Resolution::Found(because, _) => Some(set_up(self.inventory, *because, who)),
            Resolution::Refused(_) => None,
        };
        let rehearsed = self.scripts.rehearse(&trace.resolution, who, firmware)?;
        let boots = rehearsed.stage2.action == Action::Boot;
        let (cpu, served) = (firmware.cpu(), self.inventory.lab().firmware().contains(&firmware));
        let settings = setup.as_ref().map(|setup| &setup.settings);
        let artifacts = settings.map(|settings| self.artifacts(settings, cpu)).unwrap_or_default();
        let disk = Disk { store: self.store.clone() };
        let path = |body: Body| shelf::path_of(&body).ok_or_else(|| "it lies in no file".to_owned());
        let program = |found: Result<Body, Unfound>| found.map_err(|why| why.to_string()).and_then(path).map(file_line);
        let nbp = program(disk.nbp(firmware, self.inventory.parts()));
        let loads = self.inventory.lab().shim(firmware).map(|_| program(disk.behind_shim(firmware, self.inventory.parts())));
        let values = setup.as_ref().map(|setup| values(self.inventory, self.site, setup, &rehearsed.args, cpu, self.places));
        let mut case = Case {
            firmware,
            served,
            decision: decision(self.inventory, trace, setup.as_ref(), self.places),
            rules: rules(trace, self.places),
            dhcp: self.dhcp(firmware),
            nbp,
            loads,
            values: values.unwrap_or_default(),
            answers: setup.as_ref().map(|setup| self.answers(setup, &rehearsed)).unwrap_or_default(),
            script: self.script(rehearsed),
            artifacts,
            missing: Vec::new(),
        };
        case.missing = missing(&case, boots);
        Ok(case)
    }

    fn dhcp(&self, firmware: Firmware) -> Dhcp {
        let lab = self.inventory.lab();
        let policy = Policy::new(&http_base(self.site.server.value, lab.http_port.value), &lab.firmware(), |f| lab.nbp_name(f));
        let file = |client| {
            let branch = policy.branches.iter().find(|branch| branch.client == client)?;
            let (BootFile::Url(file) | BootFile::Tftp(file)) = &branch.file;
            Some(file.clone())
        };
        Dhcp {
            next_server: self.site.server.value.to_string(),
            pxe: file(Client::Pxe(firmware)),
            http: file(Client::HttpBoot(firmware)),
            ipxe: file(Client::Ipxe).unwrap_or_default(),
        }
    }

    fn artifacts(&self, settings: &Settings, cpu: CpuArch) -> Vec<ArtifactLine> {
        let named = settings.named().into_iter().filter(|named| named.is_for(cpu));
        named.filter_map(|named| self.artifact(named.role, &settings.locate(named.file, cpu)?)).collect()
    }

    fn artifact(&self, role: String, located: &Located) -> Option<ArtifactLine> {
        let (name, inside) = match located {
            Located::Artifact(name) => (name, None),
            Located::Inside(inside) => (&inside.image, Some(self.inside(inside))),
        };
        let artifact = self.inventory.parts().artifacts.get(name)?;
        let url = match &artifact.place {
            ArtifactPlace::Path(_) | ArtifactPlace::Built => None,
            ArtifactPlace::Urls(urls) => urls.first().map(|url| url.value.to_string()),
        };
        Some(ArtifactLine {
            role,
            name: name.to_string(),
            file: shelf::place(artifact, self.store).map(file_line),
            url,
            sha256: artifact.sha256.as_ref().map(|digest| digest.value.to_string()),
            at: self.places.at(artifact.name.origin.route.as_ref()),
            inside,
        })
    }

    fn inside(&self, inside: &Inside) -> InsideLine {
        let lies = self.present.get(inside).and_then(|lies| lies.as_ref().ok());
        InsideLine {
            path: inside.path.to_string(),
            size: lies.map(|extents| size(extents)),
            extents: lies.map(|extents| extents.len()),
            absent: self.present.absent(inside).cloned(),
        }
    }

    fn template_file(&self, name: &str) -> String {
        self.templates.get(name).map(|template| self.places.file(template.file)).unwrap_or_default()
    }

    fn script(&self, rehearsed: Rehearsed) -> Script {
        Script {
            action: rehearsed.stage2.action,
            text: rehearsed.stage2.text,
            template_file: self.template_file(&rehearsed.template),
            template: rehearsed.template,
            why: rehearsed.why,
        }
    }

    fn answers(&self, setup: &Setup<'_>, rehearsed: &Rehearsed) -> Vec<AnswerLine> {
        let line = |(name, bytes): (&String, &std::sync::Arc<[u8]>)| {
            let injected = setup.settings.inject.get(name).and_then(|inject| match &inject.value {
                Inject::Template(template) => Some((template, &inject.origin)),
                Inject::File(_) => None,
            });
            let (template, origin) =
                injected.or_else(|| setup.settings.answer.as_ref().map(|answer| (&answer.value, &answer.origin)))?;
            Some(AnswerLine {
                name: name.clone(),
                template: template.clone(),
                template_file: self.template_file(template),
                from: self.places.source(origin),
                text: String::from_utf8_lossy(bytes).into_owned(),
            })
        };
        rehearsed.stage2.answers.iter().filter_map(line).collect()
    }
}

fn file_line(path: std::path::PathBuf) -> FileLine {
    let size = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len());
    FileLine { path, size }
}

/// What keeps it from booting on this host, in sentences.
fn missing(case: &Case, boots: bool) -> Vec<String> {
    let mut missing = Vec::new();
    let firmware = case.firmware;
    if !case.served {
        missing.push(format!("the lab boots no {firmware}: DHCP gives it no boot file; add it to `lab.firmware`"));
    }
    match &case.nbp {
        Err(why) => missing.push(format!("the bootstrap program: {why}")),
        Ok(file) if file.size.is_none() => {
            missing.push(format!("the bootstrap program for {firmware}: there is no file `{}`", file.path.display()));
        }
        Ok(_) => {}
    }
    if let Some(Err(why)) = &case.loads {
        missing.push(format!("what the shim loads: {why}"));
    }
    for artifact in case.artifacts.iter().filter(|_| boots) {
        let name = &artifact.name;
        match &artifact.file {
            Some(file) if file.size.is_some() => {
                if let Some((path, absent)) =
                    artifact.inside.as_ref().and_then(|inside| Some((&inside.path, inside.absent.as_ref()?)))
                {
                    let meant = absent.near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    missing.push(format!("`{path}` of the image {name}: {}{meant}", absent.why));
                }
            }
            Some(file) if artifact.url.is_none() => {
                missing.push(format!("the artifact {name}: there is no file `{}`", file.path.display()));
            }
            _ => missing.push(format!("the artifact {name} is not in the store: `pxectl fetch {name}`")),
        }
    }
    missing.dedup();
    missing
}
