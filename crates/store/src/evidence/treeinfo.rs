//! `.treeinfo` of installation trees of the Fedora family: `[checksums]` with `images/boot.iso = sha256:…`.

use super::{Fault, Listing, Sum};

const SECTION: &str = "[checksums]";

/// Whether a text is one.
pub fn is_one(text: &str) -> bool {
    text.lines().any(|line| line.trim() == SECTION)
}

/// What it says.
///
/// # Errors
/// Where two lines contradict each other.
pub fn read(text: &str) -> Result<Listing, Fault> {
    let mut listing = Listing::default();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == SECTION;
        }
        let pair = line.split_once('=').filter(|_| inside && !line.starts_with(['#', ';']));
        if let Some((name, value)) = pair
            && let Some((algorithm, digits)) = value.trim().split_once(':')
            && let Some(sum) = Sum::by_name(algorithm, digits.trim())
        {
            listing.insert(name.trim(), sum)?;
        }
    }
    Ok(listing)
}
