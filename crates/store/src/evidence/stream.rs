//! Fedora CoreOS' stream metadata: JSON in which objects with a `location` have a `sha256` beside it.

use serde_json::Value;

use super::{Fault, Listing, Sum};

/// What it says, wherever in it; the names are the paths of the locations.
///
/// # Errors
/// Where it is no JSON, or contradicts itself.
pub fn read(text: &str) -> Result<Listing, Fault> {
    // serde_json takes values 128 deep and no deeper.
    let value: Value = serde_json::from_str(text).map_err(|error| Fault::Json(error.to_string()))?;
    let mut listing = Listing::default();
    let mut open = vec![&value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(map) => {
                if let Some(location) = map.get("location").and_then(Value::as_str) {
                    for key in ["sha256", "sha512"] {
                        if let Some(sum) = map.get(key).and_then(Value::as_str).and_then(|digits| Sum::by_name(key, digits)) {
                            listing.insert(path(location), sum)?;
                        }
                    }
                }
                open.extend(map.values());
            }
            _ => {}
        }
    }
    Ok(listing)
}

fn path(location: &str) -> &str {
    let rest = location.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or(location, |(_, path)| path);
    rest.split(['?', '#']).next().unwrap_or(rest)
}
