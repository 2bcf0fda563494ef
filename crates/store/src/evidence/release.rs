//! Release of a Debian archive: fields in deb822(5), of which `SHA256` and `SHA512` have a digest, a size and a name in each line.

use pxectl_model::utc::Utc;

use super::{Fault, Listing, Sum};

const FIELDS: [&str; 4] = ["SHA256:", "SHA512:", "SHA1:", "MD5Sum:"];

fn field(line: &str) -> Option<&'static str> {
    FIELDS.into_iter().find(|field| line.trim_end().eq_ignore_ascii_case(field))
}

/// Whether a text is one.
pub fn is_one(text: &str) -> bool {
    text.lines().any(|line| field(line).is_some())
}

/// What it says; only its first paragraph.
///
/// # Errors
/// Where two lines contradict each other.
pub fn read(text: &str) -> Result<Listing, Fault> {
    let mut listing = Listing::default();
    let mut algorithm = None;
    for line in text.lines().skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty()) {
        if !line.starts_with([' ', '\t']) {
            algorithm = field(line).map(|field| field.trim_end_matches(':').trim_end_matches("Sum"));
            let until = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("Valid-Until"));
            if let Some((_, value)) = until {
                listing.valid_until(value);
            }
            continue;
        }
        let mut words = line.split_ascii_whitespace();
        if let (Some(algorithm), Some(digits), Some(_), Some(name)) = (algorithm, words.next(), words.next(), words.next())
            && let Some(sum) = Sum::by_name(algorithm, digits)
        {
            listing.insert(name, sum)?;
        }
    }
    Ok(listing)
}

/// Whether it is still valid. Archives of stable releases mostly say nothing of that.
///
/// # Errors
/// Where it is not, or its date cannot be read.
pub fn judge_date(listing: &Listing, now: Utc) -> Result<(), Fault> {
    let Some(text) = listing.until() else { return Ok(()) };
    match date(text) {
        None => Err(Fault::Date),
        Some(until) if until < now => Err(Fault::Outdated(text.to_owned())),
        Some(_) => Ok(()),
    }
}

/// `Sat, 10 Jun 2023 08:53:33 UTC`.
fn date(text: &str) -> Option<Utc> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split(',').next_back()?.split_ascii_whitespace();
    let (day, month, year, time, zone) = (words.next()?, words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let utc = matches!(zone, "UTC" | "GMT" | "+0000");
    let text = format!("{year:0>4}-{month:02}-{day:0>2}T{time:0>8}Z");
    if utc { text.parse().ok() } else { None }
}
