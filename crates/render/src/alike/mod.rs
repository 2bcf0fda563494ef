//! Which hosts get the same but for their names: one of them is rendered for all.
//!
//! A lab of a hundred thousand machines has a few dozen kinds of them. Two hosts are alike where profile and settings say the same, where
//! the same facts are known of them, and where each of these is a plain word, which every language takes as it is. What templates make
//! of two such hosts differs in nothing but these words, as long as they do no more with them than print them and ask whether they are
//! there; [`expressions`] reads the templates for that. Where a template does more, every host is rendered.

mod expressions;

use std::hash::{DefaultHasher, Hash, Hasher};

use pxectl_model::identity::Tag;
use pxectl_model::name::Name;
use pxectl_model::profile::Host;
use pxectl_model::settings::Settings;

use crate::entry::Entry;
use crate::guard::Language;

pub(crate) use expressions::only_prints;

/// The most bytes of arguments with which a script cannot come near a limit, whatever words stand in it.
const ARGS_MAX: usize = 1024;
/// The most bytes of a plain word.
const WORD_MAX: usize = 64;

/// What the inventory says that a host gets, wherever it says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Says {
    profile: Name,
    /// Of what the host itself says.
    own: u64,
}

/// A kind of hosts.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    says: Says,
    /// Which facts are known.
    facts: u8,
}

/// What a host gets.
pub(crate) fn says(host: &Host) -> Says {
    let mut hasher = DefaultHasher::new();
    hash(&host.settings, &mut hasher);
    Says { profile: host.profile.value.clone(), own: hasher.finish() }
}

/// Whether a host of this entry may stand for others of its kind.
pub(crate) fn stands_for_others(entry: &Entry) -> bool {
    let long = entry.args.iter().map(|arg| arg.len() + 1).sum::<usize>() > ARGS_MAX;
    // These are rendered for the DHCP server, with other names, and were not read.
    let foreign = entry.answers().any(|(_, template, _)| Language::of(template) == Language::Dhcp);
    !long && !foreign
}

/// What kind of host this is; none where it must be looked at by itself.
pub(crate) fn kind(says: &Says, host: &Host) -> Option<Kind> {
    let id = &host.identity;
    let tags = [&id.serial, &id.asset, &id.board_serial];
    let names =
        tags.into_iter().map(|tag| tag.as_ref().map(Tag::key)).chain([host.name.as_ref().map(|name| name.value.as_str())]);
    let mut facts = 0;
    for name in names {
        if name.is_some_and(|name| !is_plain(name)) {
            return None;
        }
        facts = facts << 1 | u8::from(name.is_some());
    }
    let ip = host.nics.iter().any(|nic| nic.ip.is_some());
    for known in [id.uuid.is_some(), !id.macs.is_empty(), ip] {
        facts = facts << 1 | u8::from(known);
    }
    Some(Kind { says: says.clone(), facts })
}

/// A word that every language takes as it is.
pub(crate) fn is_plain(word: &str) -> bool {
    let begins = word.starts_with(|c: char| c.is_ascii_alphanumeric());
    begins && word.len() <= WORD_MAX && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// What settings say, wherever it is written.
fn hash(settings: &Settings, hasher: &mut DefaultHasher) {
    // Whatever settings may come to say belongs in here.
    let Settings { recipe, installs, iso, files, initrds, inject, answer, url, args, vars, secrets } = settings;
    recipe.as_ref().map(|recipe| &recipe.value).hash(hasher);
    installs.is_some().hash(hasher);
    iso.as_ref().map(|iso| &iso.value).hash(hasher);
    files.iter().for_each(|(key, file)| (key, &file.value).hash(hasher));
    0xff_u8.hash(hasher);
    initrds.as_ref().map(|initrds| &initrds.value).hash(hasher);
    inject.iter().for_each(|(name, inject)| (name, &inject.value).hash(hasher));
    0xff_u8.hash(hasher);
    answer.as_ref().map(|answer| &answer.value).hash(hasher);
    url.as_ref().map(|url| &url.value).hash(hasher);
    args.iter().for_each(|arg| arg.value.hash(hasher));
    0xff_u8.hash(hasher);
    vars.iter().for_each(|(name, var)| (name, &var.value).hash(hasher));
    0xff_u8.hash(hasher);
    secrets.iter().for_each(|(name, secret)| (name, &secret.value).hash(hasher));
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn plain_words() {
        for (word, plain) in
            [("web-01.example", true), ("7CX1234", true), ("-x", false), ("a b", false), ("a:b", false), ("", false)]
        {
            assert_eq!(is_plain(word), plain, "{word}");
        }
        assert!(is_plain(&"a".repeat(64)) && !is_plain(&"a".repeat(65)));
    }
}
