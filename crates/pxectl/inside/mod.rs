//! Files inside images, by the paths that settings name: where their bytes lie.

mod near;
mod present;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pxectl_inventory::Absent;
use pxectl_media::{Error, Image, Udf};
use pxectl_model::body::Extent;
use pxectl_model::image::{ImagePath, Inside};
use pxectl_model::name::Name;

use crate::failure::chain;

pub use present::Present;

/// Paths that are looked for in one image. A system boots from a handful.
const PATHS_MOST: usize = 1000;
/// Parts of all files that are found in one image: 16 MiB of memory. A file of 100 GiB in the parts that UDF allows has a hundred.
const EXTENTS_MOST: usize = 1 << 20;
/// How long one image is looked at. A path takes milliseconds; a hostile image with folders of many MiB takes longer.
const TIME_MOST: Duration = Duration::from_secs(30);

/// Where a file's bytes lie in its image, in order; or why they cannot be had.
pub type Lies = Result<Arc<[Extent]>, Absent>;

/// The paths of each image.
pub fn by_image(insides: impl Iterator<Item = Inside>) -> BTreeMap<Name, BTreeSet<ImagePath>> {
    let mut images: BTreeMap<Name, BTreeSet<ImagePath>> = BTreeMap::new();
    insides.for_each(|inside| {
        images.entry(inside.image).or_default().insert(inside.path);
    });
    images
}

/// Looks for files in an image. Each path has its answer, also where the image itself cannot be read.
pub fn look<R: Read + Seek>(reader: R, paths: &BTreeSet<ImagePath>) -> BTreeMap<ImagePath, Lies> {
    let began = Instant::now();
    let mut image = match Image::open(reader) {
        Ok(image) => image,
        Err(error) => return none_of(paths, &chain(&error)),
    };
    let mut room = EXTENTS_MOST;
    let mut found = BTreeMap::new();
    for (n, path) in paths.iter().enumerate() {
        let lies = if n >= PATHS_MOST {
            Err(because(format!("of one image {PATHS_MOST} files are taken, and this is one more")))
        } else if began.elapsed() > TIME_MOST {
            Err(because(format!("the image was looked at for {} seconds, and there was no end of it", TIME_MOST.as_secs())))
        } else {
            one(&mut image, path, &mut room)
        };
        found.insert(path.clone(), lies);
    }
    found
}

/// The answer where an image cannot be read: the same for all.
pub fn none_of(paths: &BTreeSet<ImagePath>, why: &str) -> BTreeMap<ImagePath, Lies> {
    paths.iter().map(|path| (path.clone(), Err(because(why.to_owned())))).collect()
}

fn because(why: String) -> Absent {
    Absent { why, near: None }
}

fn one<R: Read + Seek>(image: &mut Image<R>, path: &ImagePath, room: &mut usize) -> Lies {
    let found = match image.find(path.as_str().as_bytes()) {
        Ok(found) => found,
        Err(Error::Missing(_) | Error::NotFolder(_)) => {
            let why = match &image.volume().udf {
                Udf::Unread(why) => {
                    format!("there is no such file, as far as can be seen: its UDF file system is not read ({why})")
                }
                Udf::Read(_) | Udf::None => "there is no such file".to_owned(),
            };
            return Err(Absent { why, near: near::near(image, path) });
        }
        Err(error) => return Err(because(chain(&error))),
    };
    let extents = match image.extents(&found) {
        Ok(extents) => extents,
        Err(Error::NotFile(_)) => return Err(because("it is a folder, or nothing that has bytes".to_owned())),
        Err(error) => return Err(because(chain(&error))),
    };
    *room =
        room.checked_sub(extents.len()).ok_or_else(|| because(format!("files of it lie in more than {EXTENTS_MOST} parts")))?;
    Ok(Arc::from(extents))
}

/// Bytes of a file that lies so.
pub fn size(extents: &[Extent]) -> u64 {
    extents.iter().fold(0, |sum, extent| sum.saturating_add(extent.len))
}

#[cfg(test)]
mod tests;
