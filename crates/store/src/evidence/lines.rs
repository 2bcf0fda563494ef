//! Lists with a digest and a name in each line, as sha256sum(1) prints them, with `--tag` or without, as BSD's sha256(1) and
//! openssl-dgst(1) do; and files that hold one digest and nothing else.

use super::{Fault, Listing, Sum};

/// What such a file says. Comments, and lines that are something else, say nothing.
///
/// # Errors
/// Where two lines contradict each other.
pub fn read(text: &str) -> Result<Listing, Fault> {
    if let Some(listing) = single(text) {
        return Ok(listing);
    }
    let mut listing = Listing::default();
    for line in text.lines() {
        if let Some((name, sum)) = tagged(line).or_else(|| plain(line)) {
            listing.insert(&name, sum)?;
        }
    }
    Ok(listing)
}

/// One digest and nothing else; programs that read a pipe call that `-`.
fn single(text: &str) -> Option<Listing> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (line, None) = (lines.next()?, lines.next()) else { return None };
    let alone = || Sum::by_length(line);
    let piped = || tagged(line).or_else(|| plain(line)).filter(|(name, _)| matches!(name.as_str(), "-" | "stdin"));
    alone().or_else(|| piped().map(|(_, sum)| sum)).map(Listing::single)
}

/// `hash  name`, `hash *name`; with a `\` in front where the name is escaped.
fn plain(line: &str) -> Option<(String, Sum)> {
    let (escaped, line) = backslash(line);
    let (digits, rest) = line.split_once([' ', '\t'])?;
    let sum = Sum::by_length(digits)?;
    // One character tells how the file was read: as text, or as bytes.
    let name = rest.strip_prefix(['*', ' ']).unwrap_or(rest).trim_start();
    Some((name_of(name, escaped)?, sum))
}

/// `SHA256 (name) = hash`; `SHA256(name)= hash`.
fn tagged(line: &str) -> Option<(String, Sum)> {
    let (escaped, line) = backslash(line);
    let (algorithm, rest) = line.split_once('(')?;
    let (name, digits) = rest.rsplit_once(')')?;
    let digits = digits.trim_start().strip_prefix('=')?.trim();
    let sum = Sum::by_name(algorithm.trim_end(), digits)?;
    Some((name_of(name, escaped)?, sum))
}

fn backslash(line: &str) -> (bool, &str) {
    line.strip_prefix('\\').map_or((false, line), |rest| (true, rest))
}

/// A name without its escapes: `\\`, `\n` and `\r`.
fn name_of(name: &str, escaped: bool) -> Option<String> {
    if !escaped {
        return Some(name.to_owned());
    }
    let mut out = String::with_capacity(name.len());
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}
