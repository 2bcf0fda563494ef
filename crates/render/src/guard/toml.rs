//! TOML 1.0: a basic string.

use super::Refused;
use super::json::double_quoted;

/// A string with its quotes, on one line.
pub fn quoted(value: &str) -> Result<String, Refused> {
    double_quoted(value, &[])
}
