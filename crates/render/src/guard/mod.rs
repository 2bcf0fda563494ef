//! What a value may do to the text that it lands in: nothing. One file a language.
//!
//! Templates are trusted, they are in git beside the inventory. Values are not: a tired person typed them, or a machine's firmware
//! said them. So each value is written in the form that its language reads back as exactly this value, or it is refused.
//! Which language it is follows from the template's name, see [`Language::of`].

use std::borrow::Cow;

mod batch;
mod dhcp;
mod ini;
mod ipxe;
mod json;
mod line;
mod shell;
mod toml;
mod uri;
mod xml;

#[cfg(test)]
mod tests;

pub(crate) use dhcp::quoted as dhcp_quoted;
pub(crate) use ipxe::argument;
pub(crate) use json::{check as json_check, quoted as json_quoted};
pub(crate) use line::{marked, settle};
pub(crate) use shell::{quoted as shell_quoted, word};
pub(crate) use toml::quoted as toml_quoted;
pub(crate) use uri::encoded as uri_encoded;
pub(crate) use xml::escaped as xml_escaped;

/// The language of a rendered file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// An iPXE script: one token, or a part of one.
    Ipxe,
    /// One kernel argument, or a part of one.
    Argument,
    /// dhcpd.conf: a bare word, such as an address.
    Dhcp,
    /// JSON and YAML: a whole value, with its quotes.
    Json,
    /// XML: text, or an attribute within quotes.
    Xml,
    /// Shell and kickstart: letters, digits and a few signs, the same within and without quotes.
    Shell,
    /// TOML: a whole value, with its quotes.
    Toml,
    /// Windows' cmd.exe.
    Batch,
    /// A value of an INI file.
    Ini,
    /// debian-installer's preseed: the rest of a line; in its commands a plain word.
    Preseed,
    /// Anything else: a piece of one line.
    Text,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Ipxe,
        Self::Argument,
        Self::Dhcp,
        Self::Json,
        Self::Xml,
        Self::Shell,
        Self::Toml,
        Self::Batch,
        Self::Ini,
        Self::Preseed,
        Self::Text,
    ];

    /// The language of a template by its name: what stands before `.j2`.
    pub fn of(template: &str) -> Self {
        let file = template.rsplit('/').next().unwrap_or(template);
        let file = file.strip_suffix(".j2").unwrap_or(file);
        match file.rsplit_once('.') {
            _ if matches!(file, "user-data" | "meta-data" | "vendor-data" | "network-config") => Self::Json,
            _ if file == "dhcpd.conf" => Self::Dhcp,
            Some((_, "ipxe")) => Self::Ipxe,
            Some((_, "arg")) => Self::Argument,
            Some((_, "json" | "ign" | "yaml" | "yml")) => Self::Json,
            Some((_, "xml")) => Self::Xml,
            Some((_, "sh" | "bash" | "ks")) => Self::Shell,
            Some((_, "toml")) => Self::Toml,
            Some((_, "bat" | "cmd")) => Self::Batch,
            Some((_, "ini" | "inf")) => Self::Ini,
            Some((_, "cfg" | "preseed")) => Self::Preseed,
            _ => Self::Text,
        }
    }

    /// As messages and the docs call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ipxe => "an iPXE script",
            Self::Argument => "a kernel argument",
            Self::Dhcp => "dhcpd.conf",
            Self::Json => "JSON or YAML",
            Self::Xml => "XML",
            Self::Shell => "a shell script",
            Self::Toml => "TOML",
            Self::Batch => "a batch file",
            Self::Ini => "an INI file",
            Self::Preseed => "a preseed file",
            Self::Text => "a line of text",
        }
    }

    /// The language with this name; the reverse of [`Language::as_str`].
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.as_str() == name)
    }
}

/// Why a value cannot stand where it would land.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub(crate) String);

/// A value in the form in which this language reads it back.
///
/// # Errors
/// Where the language has no such form.
pub fn fit(language: Language, value: &str) -> Result<Cow<'_, str>, Refused> {
    match language {
        Language::Ipxe => ipxe::part(value).map(Cow::Borrowed),
        Language::Argument => ipxe::argument_part(value).map(Cow::Borrowed),
        Language::Dhcp => dhcp::bare(value).map(Cow::Borrowed),
        Language::Json => json::quoted(value).map(Cow::Owned),
        Language::Xml => xml::escaped(value),
        Language::Shell => shell::plain(value).map(Cow::Borrowed),
        Language::Toml => toml::quoted(value).map(Cow::Owned),
        Language::Batch => batch::plain(value).map(Cow::Borrowed),
        Language::Ini => ini::value(value).map(Cow::Borrowed),
        Language::Preseed => line::preseed(value).map(Cow::Borrowed),
        Language::Text => line::text(value).map(Cow::Borrowed),
    }
}

/// Refuses control characters, line and paragraph separators among them: none may end a line.
fn one_line(value: &str) -> Result<&str, Refused> {
    match value.chars().find(|c| breaks_lines(*c)) {
        Some(c) => Err(Refused(format!("it holds the control character U+{:04X}", u32::from(c)))),
        None => Ok(value),
    }
}

fn breaks_lines(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Refuses every character that is not among these.
fn only<'a>(value: &'a str, allowed: impl Fn(char) -> bool, instead: &str) -> Result<&'a str, Refused> {
    one_line(value)?;
    match value.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(Refused(format!("it holds `{c}`{instead}"))),
        None => Ok(value),
    }
}
