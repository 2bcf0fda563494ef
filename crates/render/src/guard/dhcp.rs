//! dhcpd.conf, ISC's syntax: bare words as they are, everything else between double quotes.

use super::Refused;

/// An address, a number, a byte string or an identifier: stands bare.
pub fn bare(value: &str) -> Result<&str, Refused> {
    if value.is_empty() {
        return Err(Refused("it is empty".to_owned()));
    }
    super::only(value, |c| c.is_ascii_alphanumeric() || ".:-_/".contains(c), "; put it between quotes with `|dhcp`")
}

/// A string with its quotes. dhcpd reads backslash escapes and bytes beyond ASCII in its own way, so the latter are refused.
pub fn quoted(value: &str) -> Result<String, Refused> {
    let value = super::only(value, |c| c == ' ' || c.is_ascii_graphic(), ", and dhcpd takes printable ASCII only")?;
    Ok(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
}
