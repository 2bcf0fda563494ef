//! What is found in a lab, after its allow comments were heard.

use std::path::{Component, Path};

use pxectl_inventory::{Judged, rules};
use pxectl_model::diag::{Diagnostic, RuleId, Severity};
use pxectl_model::rule::Meta;
use pxectl_store::evidence::{LARGEST_KEYS, openpgp};
use pxectl_store::images::Store;
use pxectl_store::regular::read_regular;

use crate::lab::Found;

/// The cards of every rule that there is.
pub fn cards() -> Vec<Meta> {
    rules::catalogue().into_iter().chain(pxectl_render::RULES).collect()
}

fn renders(rule: RuleId) -> bool {
    pxectl_render::RULES.iter().any(|card| card.id == rule)
}

impl Found {
    /// Everything: what reading finds, what rendering does, and what only this host and its store know where that is asked for.
    pub fn linted(&self, here: Option<&Store>) -> Judged {
        let mut found = self.reading.diagnostics.clone();
        if let Some(store) = here {
            found.extend(self.here(store));
        }
        found.extend(self.rendered());
        found.extend(self.keys(here.is_some()));
        self.reading.judge(found, &cards(), &|rule| here.is_some() || !rules::needs_host(rule))
    }

    /// What is wrong with files of keys: of those that git holds with the inventory, and of any others only where this host is asked about.
    fn keys(&self, here: bool) -> Vec<Diagnostic> {
        let wrong = |path: &Path, fingerprint: &_| {
            let inside =
                path.strip_prefix(&self.folder).is_ok_and(|rest| !rest.components().any(|part| part == Component::ParentDir));
            if !here && !inside {
                return None;
            }
            match read_regular(path, LARGEST_KEYS as u64) {
                Err(error) => Some(error.to_string()),
                Ok(bytes) => openpgp::judge_keys(&bytes, fingerprint).err().map(|fault| fault.to_string()),
            }
        };
        pxectl_inventory::signing_keys(&self.reading.draft, &wrong)
    }

    /// What reading finds: enough to know whether the lab is sound.
    pub fn judged(&self) -> Judged {
        let looked = |rule| !rules::needs_host(rule) && !renders(rule);
        self.reading.judge(self.reading.diagnostics.clone(), &cards(), &looked)
    }

    /// The errors as text, and nothing else: they are what keeps a command from its work.
    pub fn errors(&self, judged: &Judged) -> String {
        let errors = judged.findings.iter().filter(|finding| finding.severity == Severity::Error);
        self.show(&errors.cloned().collect::<Vec<Diagnostic>>())
    }

    /// One line that counts the warnings of a sound lab, where it has some: who boots machines has no use for their texts.
    pub fn hint(&self, judged: &Judged) -> Option<String> {
        let name = self.reading.sources.iter().next().map_or("the inventory", |(_, source)| &source.name);
        match judged.count(Severity::Warning) {
            0 => None,
            1 => Some(format!("{name}: 1 warning; `pxectl lint` shows it")),
            n => Some(format!("{name}: {n} warnings; `pxectl lint` shows them")),
        }
    }
}
