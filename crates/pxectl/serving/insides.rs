//! Files inside the images of a table: indexed once for each state of an image, and sent out of the open image itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use pxectl_inventory::{Absent, not_in_image};
use pxectl_model::diag::Diagnostic;
use pxectl_model::image::{ImagePath, Inside};
use pxectl_model::inventory::Inventory;
use pxectl_model::name::Name;
use pxectl_model::plan::Scope;
use pxectl_netboot::open::{OpenBody, Stamp};

use crate::inside::{self, Lies, by_image};

/// What was taken out of the images of a table, and what is wrong with the rest.
#[derive(Default)]
pub struct Insides {
    /// Open bodies, by `IMAGE/PATH`.
    pub media: HashMap<String, OpenBody>,
    /// What stops the table, each at its place in the inventory.
    pub faults: Vec<Diagnostic>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Looks into images, and remembers what it saw there: an edit of the inventory reads no image again.
#[derive(Default)]
pub struct Indexer {
    seen: Mutex<HashMap<Name, Seen>>,
}

/// What one state of an image holds.
struct Seen {
    stamp: Stamp,
    lies: BTreeMap<ImagePath, Lies>,
}

impl Indexer {
    /// Takes what profiles name out of the images that are open. `files` are the artifacts of the table, by name; of one that is not
    /// there somebody else tells.
    pub fn take(&self, inventory: &Inventory, scope: &Scope, files: &HashMap<String, OpenBody>) -> Insides {
        let named = inventory.insides_for(&Scope::Everyone);
        let mut taken = Insides::default();
        if named.is_empty() {
            return taken;
        }
        let needed = inventory.insides_for(scope);
        let images = by_image(named.keys().cloned());
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).retain(|image, _| images.contains_key(image));
        for (image, paths) in images {
            let Some(body) = files.get(image.as_str()) else { continue };
            for (path, lies) in self.index(&image, body, &paths) {
                let inside = Inside { image: image.clone(), path };
                let open =
                    lies.and_then(|extents| body.part(extents).map_err(|error| Absent { why: error.to_string(), near: None }));
                match open {
                    Ok(open) => drop(taken.media.insert(inside.to_string(), open)),
                    Err(absent) => {
                        let route = needed.get(&inside).or_else(|| named.get(&inside)).cloned().flatten();
                        let finding = not_in_image(&inside, route, &absent);
                        match needed.contains_key(&inside) {
                            true => taken.faults.push(finding),
                            false => taken.warnings.push(finding.message),
                        }
                    }
                }
            }
        }
        taken
    }

    /// What an image holds under these paths: as it was seen before, as far as it is the same.
    fn index(&self, image: &Name, body: &OpenBody, paths: &BTreeSet<ImagePath>) -> BTreeMap<ImagePath, Lies> {
        let stamp = match body {
            OpenBody::Pieces(pieces) => Some(pieces.stamp),
            OpenBody::Bytes { .. } => None,
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.get(image).filter(|seen| Some(seen.stamp) == stamp);
        if let Some(before) = before.filter(|seen| paths.iter().all(|path| seen.lies.contains_key(path))) {
            return paths.iter().filter_map(|path| Some((path.clone(), before.lies.get(path)?.clone()))).collect();
        }
        let mut lies = inside::look(Reader { body, at: 0 }, paths);
        // An index of what was half written leads anywhere: what changes while it is looked at is looked at again with the next table.
        match (body, stamp) {
            (OpenBody::Pieces(pieces), _) if pieces.check().is_err() => {
                lies = inside::none_of(paths, "the image changed while it was looked at");
                seen.remove(image);
            }
            (_, Some(stamp)) => drop(seen.insert(image.clone(), Seen { stamp, lies: lies.clone() })),
            _ => {}
        }
        lies
    }
}

/// Reads an open body from a place of its own, so that nobody else's is moved.
struct Reader<'b> {
    body: &'b OpenBody,
    at: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.body.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.body.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use pxectl_model::body::Body;

    use super::*;

    fn open(path: &std::path::Path) -> OpenBody {
        OpenBody::open(&Body::File(Arc::from(path))).unwrap()
    }

    #[test]
    fn each_state_of_an_image_is_looked_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.iso");
        let junk = |fill: u8, len: usize| {
            let mut file = std::fs::File::create(&path).unwrap();
            file.write_all(&vec![fill; len]).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        };
        let (indexer, name): (Indexer, Name) = (Indexer::default(), "x".parse().unwrap());
        let ask = |paths: &[&str]| {
            let paths = paths.iter().map(|path| path.parse().unwrap()).collect();
            let lies = indexer.index(&name, &open(&path), &paths).into_values();
            lies.map(|lies| lies.unwrap_err().why).collect::<Vec<_>>()
        };
        junk(0, 40_000);
        let first = ask(&["/a", "/b"]);
        assert!(first.len() == 2 && first[0].contains("no install image"), "{first:?}");
        indexer.seen.lock().unwrap().get_mut(&name).unwrap().lies.values_mut().for_each(|lies| {
            *lies = Err(Absent { why: "as it was seen".to_owned(), near: None });
        });
        assert_eq!(ask(&["/a"]), ["as it was seen"]);
        assert_ne!(ask(&["/a", "/c"]), ["as it was seen", "as it was seen"], "a path that nobody asked for before");
        indexer.seen.lock().unwrap().get_mut(&name).unwrap().lies.clear();
        junk(0, 40_001);
        assert_eq!(ask(&["/a"]), first[..1], "another state of it");
    }

    #[test]
    fn a_reader_of_an_open_body_has_a_place_of_its_own() {
        let body = OpenBody::Bytes { bytes: Arc::from(&b"0123456789"[..]), modified: std::time::SystemTime::now() };
        let mut reader = Reader { body: &body, at: 0 };
        let mut two = [0; 2];
        assert_eq!(reader.seek(SeekFrom::End(-3)).unwrap(), 7);
        reader.read_exact(&mut two).unwrap();
        assert_eq!((&two, reader.seek(SeekFrom::Current(-4)).unwrap()), (b"78", 5));
        assert!(reader.seek(SeekFrom::Current(-6)).is_err() && reader.seek(SeekFrom::End(-11)).is_err());
        assert_eq!(reader.seek(SeekFrom::Start(50)).unwrap(), 50);
        assert_eq!(reader.read(&mut two).unwrap(), 0);
    }
}
