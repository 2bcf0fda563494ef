//! The files that a layer of settings names: each with its place, whatever key it stands under.

use crate::arch::CpuArch;
use crate::image::{FileRef, Inside, Located};
use crate::name::Name;
use crate::settings::{Inject, PerArch, Settings};
use crate::source::{Origin, Route};

/// A file that some key names.
#[derive(Debug, Clone)]
pub struct Named<'s> {
    /// The key as the inventory writes it: `kernel`, `initrds`, `inject.FILE`.
    pub role: String,
    /// The processor that it is for; none: every one.
    pub arch: Option<CpuArch>,
    /// Which file.
    pub file: &'s FileRef,
    /// Who gave it.
    pub origin: &'s Origin,
    /// Where its own text stands.
    pub route: Option<Route>,
}

impl Named<'_> {
    /// Whether machines with this processor get it.
    pub fn is_for(&self, cpu: CpuArch) -> bool {
        self.arch.is_none_or(|arch| arch == cpu)
    }
}

/// Each value with its processor.
fn each<T>(value: &PerArch<T>) -> Vec<(Option<CpuArch>, &T)> {
    match value {
        PerArch::Any(value) => vec![(None, value)],
        PerArch::By(values) => values.iter().map(|(arch, value)| (Some(*arch), value)).collect(),
    }
}

fn below(route: Option<&Route>, arch: Option<CpuArch>) -> Option<Route> {
    route.map(|route| arch.map_or_else(|| route.clone(), |arch| route.key(arch.as_str())))
}

impl Settings {
    /// Whether it says anything of files or of the image that they come from.
    pub fn names_files(&self) -> bool {
        !self.files.is_empty() || self.initrds.is_some() || self.iso.is_some() || !self.inject.is_empty()
    }

    /// Every file that it names, those of single keys first.
    pub fn named(&self) -> Vec<Named<'_>> {
        let mut named = Vec::new();
        for (key, files) in &self.files {
            let origin = &files.origin;
            named.extend(each(&files.value).into_iter().map(|(arch, file)| {
                let route = below(origin.route.as_ref(), arch);
                Named { role: key.as_str().to_owned(), arch, file, origin, route }
            }));
        }
        if let Some(initrds) = &self.initrds {
            let origin = &initrds.origin;
            for (arch, list) in each(&initrds.value) {
                let route = below(origin.route.as_ref(), arch);
                named.extend(list.iter().enumerate().map(|(n, file)| {
                    let route = route.as_ref().map(|route| route.index(n));
                    Named { role: "initrds".to_owned(), arch, file, origin, route }
                }));
            }
        }
        for (name, inject) in &self.inject {
            if let Inject::File(file) = &inject.value {
                let (role, origin) = (format!("inject.{name}"), &inject.origin);
                named.push(Named { role, arch: None, file, origin, route: origin.route.clone() });
            }
        }
        named
    }

    /// The images that `iso` names, each with its processor and the place of its name.
    pub fn images(&self) -> impl Iterator<Item = (Option<CpuArch>, &Name, Option<Route>)> {
        self.iso
            .iter()
            .flat_map(|iso| each(&iso.value).into_iter().map(|(arch, name)| (arch, name, below(iso.origin.route.as_ref(), arch))))
    }

    /// Every artifact that it names, as a file or as an image.
    pub fn artifacts(&self) -> impl Iterator<Item = &Name> {
        let files = self.named().into_iter().filter_map(|named| match named.file {
            FileRef::Artifact(name) => Some(name),
            FileRef::Inside(_) => None,
        });
        files.chain(self.images().map(|(_, name, _)| name))
    }

    /// Whether a machine with this processor gets a file that is named by its path inside an image.
    pub fn takes_from_image(&self, cpu: CpuArch) -> bool {
        let files = self.files.values().filter_map(|file| file.value.get(cpu));
        let initrds = self.initrds.iter().filter_map(|list| list.value.get(cpu)).flatten();
        let injected = self.inject.values().filter_map(|inject| match &inject.value {
            Inject::File(file) => Some(file),
            Inject::Template(_) => None,
        });
        files.chain(initrds).chain(injected).any(|file| matches!(file, FileRef::Inside(_)))
    }

    /// What a machine with this processor fetches for a file; none for one inside an image where there is none.
    pub fn locate(&self, file: &FileRef, cpu: CpuArch) -> Option<Located> {
        Some(match file {
            FileRef::Artifact(name) => Located::Artifact(name.clone()),
            FileRef::Inside(path) => {
                let image = self.iso.as_ref()?.value.get(cpu)?.clone();
                Located::Inside(Inside { image, path: path.clone() })
            }
        })
    }

    /// Every file inside an image that some machine may fetch, each with where a person would mend it: its path, or the image's name
    /// where the recipe gives the path.
    pub fn insides(&self) -> Vec<(Inside, Option<Route>)> {
        let Some(iso) = &self.iso else { return Vec::new() };
        let mut insides = Vec::new();
        for named in self.named() {
            for cpu in CpuArch::ALL.into_iter().filter(|cpu| named.is_for(*cpu)) {
                if let Some(Located::Inside(inside)) = self.locate(named.file, cpu)
                    && !insides.iter().any(|(other, _)| *other == inside)
                {
                    insides.push((inside, named.route.clone().or_else(|| iso.origin.route.clone())));
                }
            }
        }
        insides
    }
}
