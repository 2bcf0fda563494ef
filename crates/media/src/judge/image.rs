//! Judging ISO images.

use std::io::{Read, Seek};

use pxectl_model::check::{Depth, Judged};

use super::implant::Implant;
use crate::error::{Error, text};
use crate::image::Image;
use crate::source::Source;

pub(super) fn judge<R: Read + Seek>(source: Source<R>, depth: Depth, judged: &mut Judged) -> Result<(), Error> {
    (judged.format, judged.title) = ("iso", "ISO image".to_owned());
    let mut image = Image::with(source)?;
    let volume = image.volume().clone();
    judged.title = format!("install image, {}", volume.names.title());
    if !volume.label.is_empty() {
        judged.facts.push(("label", text(volume.label.as_bytes())));
    }
    judged.facts.push(("volume-size", volume.size.to_string()));
    if volume.image < volume.size {
        let missing = volume.size - volume.image;
        judged.problems.push(format!("it ends {missing} bytes before the size that it says: a download that broke off?"));
    }
    match image.boot() {
        Ok(entries) => {
            judged.facts.extend(entries.iter().filter(|entry| entry.bootable).map(|entry| ("boot", entry.platform.to_string())))
        }
        // What is cut off was told.
        Err(Error::Beyond { .. }) if volume.image < volume.size => {}
        Err(error) => judged.problems.push(error.to_string()),
    }
    let Some((at, size)) = image.primary() else { return Ok(()) };
    let Some(implant) = Implant::read(&mut image.source, at, size)? else { return Ok(()) };
    judged.facts.push(("implanted-md5", implant.md5.clone()));
    match depth {
        Depth::Quick => judged.notes.push("its implanted MD5 was not compared: that takes reading all of it".to_owned()),
        Depth::Full if volume.image < volume.size => {}
        Depth::Full if implant.holds(&mut image.source)? => {
            judged.notes.push("it matches its implanted MD5: it is complete, whoever made it".to_owned());
        }
        Depth::Full => {
            judged.problems.push("it does not match the MD5 that is implanted in it: its bytes were changed".to_owned())
        }
    }
    Ok(())
}
