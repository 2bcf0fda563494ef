//! iPXE scripts and kernel arguments: there is no quoting, so a value is one token as it stands, or refused.

use pxectl_model::ipxe::escape;

use super::Refused;

/// A value as a part of a token. Beyond [`escape::word`], nothing that two values side by side could make a separator of.
pub fn part(value: &str) -> Result<&str, Refused> {
    let value = escape::word(value).map_err(|why| Refused(why.to_string()))?;
    if value.bytes().all(|b| b"|&;".contains(&b)) {
        return Err(Refused("it is made of signs that separate commands".to_owned()));
    }
    Ok(value)
}

/// A value as a part of a kernel argument: a token that opens no quotes.
pub fn argument_part(value: &str) -> Result<&str, Refused> {
    if value.contains(['"', '\'']) {
        return Err(Refused("it holds a quote, which the kernel would act on".to_owned()));
    }
    part(value)
}

/// A whole kernel argument, as a person wrote it.
pub fn argument(value: &str) -> Result<&str, Refused> {
    let value = part(value)?;
    if value.matches('"').count() % 2 == 1 {
        return Err(Refused("it opens a quote and does not close it".to_owned()));
    }
    Ok(value)
}
