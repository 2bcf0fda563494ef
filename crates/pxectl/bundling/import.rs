//! Taking a bundle in: everything hashed before it counts, the lab last.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use pxectl_inventory::limits;
use pxectl_model::digest::Sha256;
use pxectl_store::bundle::{Arrival, BundleError, Manifest, Member, Place, Receiver};
use pxectl_store::fetch::{Step, Watch, free};
use pxectl_store::hash::hash_file;
use pxectl_store::images::Store;
use pxectl_store::regular::{open_regular, read_regular};

use super::gather::{below, gather, leads_out};
use super::stage::Stage;
use crate::fetching::chosen;
use crate::verifying::judge::{Held, holds};
use crate::verifying::subject::{self, Subject};

/// Where the bytes of a member go.
enum To {
    /// Into a file of the lab, in the stage.
    Lab(File, PathBuf),
    /// Into the store.
    Store(Arrival),
    /// Nowhere: they are in the store already, and are only hashed.
    Nowhere,
}

/// A bundle that is being taken in.
pub struct Import<'i> {
    store: &'i Store,
    dir: &'i Path,
    force: bool,
    watch: &'i dyn Watch,
    stage: Option<Stage>,
    manifest: Option<Manifest>,
    to: To,
    have: u64,
    total: u64,
    told: u64,
    /// How long the bundle is, where that is known before it is read.
    pub len: Option<u64>,
    /// Of the manifest: what tells this bundle from others.
    pub identity: Option<Sha256>,
    /// Contents that came into the store, and those that were there.
    pub stored: (usize, usize),
}

impl<'i> Import<'i> {
    /// Into a store, and a lab's folder.
    pub fn new(store: &'i Store, dir: &'i Path, force: bool, watch: &'i dyn Watch) -> Self {
        let (to, identity) = (To::Nowhere, None);
        let (stage, manifest, stored) = (None, None, (0, 0));
        Self { store, dir, force, watch, stage, manifest, to, have: 0, total: 0, told: 0, len: None, identity, stored }
    }

    /// The last step: the lab's files get their places. To be called once all of the bundle was read.
    ///
    /// # Errors
    /// Where something is in the way; as the file system's.
    pub fn finish(&mut self) -> Result<Manifest, BundleError> {
        let nothing = || BundleError::Refused("nothing came".to_owned());
        if self.manifest.as_ref().is_some_and(|manifest| manifest.members.iter().all(|m| matches!(m.place(), Place::Lab(_)))) {
            self.lab_arrived()?;
        }
        let (stage, manifest) = (self.stage.take().ok_or_else(nothing)?, self.manifest.take().ok_or_else(nothing)?);
        let lab: BTreeMap<&str, &Member> = labs(&manifest).collect();
        let names: Vec<String> = lab.keys().map(|name| (*name).to_owned()).collect();
        let same = |path: &Path, name: &str| lab.get(name).is_some_and(|member| is_same(path, member));
        stage.place(&names, &manifest.inventory, self.force, &same).map_err(BundleError::io("putting the lab into", self.dir))?;
        Ok(manifest)
    }

    /// Says before the first byte whether there is room.
    fn room(&self, manifest: &Manifest) -> Result<(), BundleError> {
        let lab = labs(manifest).map(|(_, member)| member.size).sum::<u64>();
        let stored = manifest.members.iter().filter(|m| m.place() == Place::Store && self.store.size(&m.sha256) != Some(m.size));
        let stored = stored.map(|member| member.size).sum::<u64>();
        let device = |path: &Path| std::fs::metadata(path).map(|meta| meta.dev()).ok();
        let one = device(self.store.root()).is_some() && device(self.store.root()) == device(self.dir);
        let needs =
            if one { vec![(self.store.root(), lab + stored)] } else { vec![(self.dir, lab), (self.store.root(), stored)] };
        for (folder, need) in needs {
            if let Some(free) = free(folder).filter(|free| *free < need) {
                return Err(BundleError::NoRoom { need, free, folder: folder.to_owned() });
            }
        }
        Ok(())
    }

    /// The first of the store's files that is not there any more.
    pub fn lost(&self, manifest: &Manifest) -> Option<Sha256> {
        let stored = manifest.members.iter().filter(|member| member.place() == Place::Store);
        stored.filter(|member| self.store.size(&member.sha256) != Some(member.size)).map(|member| member.sha256).next()
    }

    /// What is in the lab's folder stays, unless it is the same, or may be replaced.
    fn in_the_way(&self, manifest: &Manifest) -> Result<(), BundleError> {
        let there = |name: &str| std::fs::symlink_metadata(self.dir.join(name)).is_ok();
        let other = labs(manifest).filter(|(name, member)| there(name) && !is_same(&self.dir.join(name), member));
        let other: Vec<String> = other.map(|(name, _)| format!("`{}`", self.dir.join(name).display())).collect();
        match (other.len(), self.force) {
            (0, _) | (_, true) => Ok(()),
            (1, false) => Err(BundleError::Refused(format!("{} is there already, and is another one", other[0]))),
            (_, false) => Err(BundleError::Refused(format!("these are there already, and are others: {}", other.join(", ")))),
        }
    }

    /// All of the lab came: it must be a sound one, made of exactly these files, and the store's files that follow must be exactly
    /// those that it needs.
    fn lab_arrived(&mut self) -> Result<(), BundleError> {
        let (Some(stage), Some(manifest)) = (&self.stage, &self.manifest) else { return Ok(()) };
        let refused = |why: String| BundleError::Refused(why);
        let inventory = stage.folder.join(&manifest.inventory);
        let unread =
            |failure: crate::failure::Failure| refused(failure.text().trim_start_matches("error: ").trim_end().to_owned());
        // Not before it is known that looking for its files stays where they are.
        let text = read_regular(&inventory, limits::TEXT as u64).map_err(BundleError::io("reading", &inventory))?;
        if let Some(out) = pxectl_inventory::includes(&text).into_iter().find(|include| leads_out(&include.pattern)) {
            return Err(refused(format!("its inventory includes `{}`, which leads out of its folder", out.pattern)));
        }
        let gathered = gather(&inventory).map_err(unread)?;
        chosen::sound(&gathered.found, "nothing was imported").map_err(|_| refused("its lab is not sound".to_owned()))?;
        let came: BTreeSet<&str> = labs(manifest).map(|(name, _)| name).collect();
        if let Some(stranger) = came.iter().find(|name| !gathered.files.contains_key(**name)) {
            return Err(refused(format!("it holds `{stranger}`, which is of no use to its lab")));
        }
        let subjects = subject::artifacts(&gathered.found.reading.draft, &[], self.store);
        for own in subjects.iter().filter(|subject| !subject.stored) {
            self.own_file(own, stage, manifest)?;
        }
        let needed: BTreeMap<Option<Sha256>, &Subject> =
            subjects.iter().filter(|subject| subject.stored).map(|subject| (subject.sha256, subject)).collect();
        let mut rest: BTreeSet<Option<Sha256>> = needed.keys().copied().collect();
        for member in manifest.members.iter().filter(|member| member.place() == Place::Store) {
            let Some(subject) = needed.get(&Some(member.sha256)) else {
                return Err(refused(format!("it holds {}, which its lab does not refer to", member.sha256)));
            };
            if let Some(size) = subject.size.filter(|size| *size != member.size) {
                let name = subject.called();
                return Err(refused(format!("its `{name}` has {} bytes, and its lock file says {size}", member.size)));
            }
            rest.remove(&Some(member.sha256));
        }
        match rest.iter().next() {
            None => Ok(()),
            Some(lacking) => Err(refused(format!("it lacks `{}`, which its lab needs", needed[lacking].called()))),
        }
    }

    /// A file of `path`, where it came with the lab: its digest is the manifest's, and must be the lock file's, too.
    fn own_file(&self, own: &Subject, stage: &Stage, manifest: &Manifest) -> Result<(), BundleError> {
        let inside = own.path.as_ref().and_then(|path| below(&stage.folder, path));
        let member = inside.and_then(|name| labs(manifest).find(|(known, _)| *known == name));
        let Some((name, member)) = member else { return Ok(()) };
        match holds(own, &member.sha256, member.size) {
            Held::Other => Err(BundleError::Refused(format!("its `{name}` is not what its lock file says"))),
            Held::Well | Held::Unknown => Ok(()),
        }
    }
}

/// The files of the lab.
fn labs(manifest: &Manifest) -> impl Iterator<Item = (&str, &Member)> {
    manifest.members.iter().filter_map(|member| match member.place() {
        Place::Lab(name) => Some((name, member)),
        Place::Store => None,
    })
}

/// Whether a file holds what a member does. A link is none, whatever it leads to.
fn is_same(path: &Path, member: &Member) -> bool {
    let plain = std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == member.size);
    plain && hash_file(path, false, &mut |_| {}).is_ok_and(|hashed| hashed.sha256 == member.sha256)
}

impl Receiver for Import<'_> {
    fn manifest(&mut self, manifest: &Manifest, text: &[u8]) -> Result<(), BundleError> {
        self.identity = Some(Manifest::identity(text));
        self.total = manifest.members.iter().map(|member| member.size).sum();
        let need = manifest.tar_len(text.len() as u64);
        if let Some(len) = self.len.filter(|len| *len < need) {
            return Err(BundleError::Bad(format!("it has {len} bytes of {need}: it was not copied to its end")));
        }
        self.in_the_way(manifest)?;
        std::fs::create_dir_all(self.store.root()).map_err(BundleError::io("making the store", self.store.root()))?;
        let stage = Stage::begin(self.dir).map_err(BundleError::io("making a folder in", self.dir))?;
        self.room(manifest)?;
        (self.stage, self.manifest) = (Some(stage), Some(manifest.clone()));
        Ok(())
    }

    fn begin(&mut self, member: &Member) -> Result<(), BundleError> {
        self.to = match (member.place(), &self.stage) {
            (Place::Lab(name), Some(stage)) => {
                let path = stage.folder.join(name);
                To::Lab(stage.create(name).map_err(BundleError::io("writing", &path))?, path)
            }
            _ => {
                if self.stored == (0, 0) {
                    self.lab_arrived()?;
                }
                match Arrival::begin(self.store, member.sha256, member.size)? {
                    Some(arrival) => To::Store(arrival),
                    None => To::Nowhere,
                }
            }
        };
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        match &mut self.to {
            To::Lab(file, path) => file.write_all(bytes).map_err(BundleError::io("writing", path))?,
            To::Store(arrival) => arrival.write(bytes)?,
            To::Nowhere => {}
        }
        self.have += bytes.len() as u64;
        if self.have - self.told >= 4 << 20 || self.have == self.total {
            self.told = self.have;
            self.watch.step("bundle", Step::Bytes { have: self.have, total: Some(self.total) });
        }
        Ok(())
    }

    fn whole(&mut self) -> Result<(), BundleError> {
        match std::mem::replace(&mut self.to, To::Nowhere) {
            To::Lab(file, path) => file.sync_all().map_err(BundleError::io("writing", &path))?,
            To::Store(arrival) => {
                arrival.publish()?;
                self.stored.0 += 1;
            }
            To::Nowhere => self.stored.1 += 1,
        }
        Ok(())
    }
}

/// Opens a bundle.
///
/// # Errors
/// Where it cannot be opened.
pub fn open(path: &Path) -> Result<File, BundleError> {
    open_regular(path).map_err(BundleError::io("opening", path))
}
