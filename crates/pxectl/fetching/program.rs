//! Whether a file can be the bootstrap program that it is called: no error page, whole, for the right processor.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use pxectl_inventory::stock;
use pxectl_media::{Depth, judge};
use pxectl_model::arch::Firmware;
use pxectl_model::name::Name;
use pxectl_netboot::client::nbp;

/// Bytes that a firmware is shown.
const HEAD: u64 = 8 * 1024;

/// What to do about one that is not.
pub const OTHER: &str = "look at where its URL leads; something else takes a name that is no built-in artifact's";

/// Why a file is not what the built-in artifact of this name is; none where it may be, or its name is no built-in one's.
///
/// # Errors
/// Where it cannot be read.
pub fn wrong(name: &Name, file: &mut File) -> io::Result<Option<String>> {
    match stock().get(name) {
        None => Ok(None),
        Some(item) => wrong_for(name.as_str(), &item.firmware, file),
    }
}

/// Why a file of this name is no program that these firmware start.
///
/// # Errors
/// Where it cannot be read.
pub fn wrong_for(name: &str, firmware: &[Firmware], file: &mut File) -> io::Result<Option<String>> {
    let judged = judge(name, Depth::Quick, &mut *file)?;
    if let Some(problem) = judged.problems.first() {
        return Ok(Some(problem.clone()));
    }
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    file.rewind()?;
    file.take(HEAD).read_to_end(&mut head)?;
    Ok(firmware.iter().find_map(|firmware| nbp::judge(*firmware, size, &head).err()))
}
