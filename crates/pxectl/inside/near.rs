//! The path that was probably meant.

use std::io::{Read, Seek};

use pxectl_inventory::findings::closest;
use pxectl_media::{Found, Image};
use pxectl_model::image::ImagePath;

/// How deep it is looked for: in a hostile image each step may read much.
const DEPTH: usize = 16;

/// The file or folder whose name is closest to the first part of a path that is not there, with what follows it in the path; none where
/// nothing is like it.
pub(super) fn near<R: Read + Seek>(image: &mut Image<R>, path: &ImagePath) -> Option<String> {
    let parts: Vec<&str> = path.inside().split('/').collect();
    let (mut at, mut way) = (image.root(), Vec::new());
    for (n, part) in parts.iter().enumerate().take(DEPTH) {
        way.push(*part);
        match image.find(way.join("/").as_bytes()) {
            Ok(found) => at = found,
            Err(_) => {
                let name = like(image, &at, part)?;
                let rest: String = parts[n + 1..].iter().map(|part| format!("/{part}")).collect();
                way.pop();
                let before: String = way.iter().map(|part| format!("/{part}")).collect();
                return Some(format!("{before}/{name}{rest}"));
            }
        }
    }
    None
}

fn like<R: Read + Seek>(image: &mut Image<R>, folder: &Found, name: &str) -> Option<String> {
    let entries = image.list(folder).ok()?;
    let names: Vec<String> = entries.iter().filter_map(|entry| String::from_utf8(entry.name.clone()).ok()).collect();
    // A name that goes on, as vmlinuz-6.1 does for vmlinuz, is like it however long it is.
    let begins = || names.iter().find(|other| other.starts_with(name) || name.starts_with(other.as_str())).cloned();
    closest(name, names.iter().map(String::as_str)).or_else(begins)
}
