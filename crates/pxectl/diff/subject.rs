//! What one machine gets in one version.

use std::collections::{BTreeMap, BTreeSet};

use pxectl_model::arch::Firmware;
use pxectl_model::diag::Diagnostic;
use pxectl_model::identity::Identity;
use pxectl_model::name::Name;
use pxectl_model::recipe::Kind;
use pxectl_model::resolve::{Because, Resolution, resolve, set_up};
use pxectl_model::secret::SecretSource;
use pxectl_model::settings::Settings;

use super::Becomes;
use super::version::Whole;

/// What one machine gets.
pub(super) struct Gets {
    pub becomes: Becomes,
    /// By firmware: its script.
    pub scripts: BTreeMap<Firmware, String>,
    /// By firmware and name: its rendered files.
    pub answers: BTreeMap<(Firmware, String), String>,
    /// By MAC: its reservation.
    pub reservations: BTreeMap<String, Option<String>>,
    /// What it may load.
    pub artifacts: BTreeSet<Name>,
    /// By name: where each of its secrets comes from.
    pub secrets: BTreeMap<String, String>,
}

impl Whole {
    /// For a machine that says this of itself.
    ///
    /// # Errors
    /// What cannot be rendered.
    pub(super) fn gets(&self, who: &Identity, firmware: &[Firmware]) -> Result<Gets, Vec<Diagnostic>> {
        let first = resolve(&self.lab.inventory, who, firmware.first().copied());
        if !matches!(first, Resolution::Found(Because::Rule(..) | Because::Unknown, _)) {
            return self.of(&first, who, firmware);
        }
        // Rules may look at the firmware; what a machine becomes is told for the first.
        let mut gets = self.of(&first, who, &[])?;
        for firmware in firmware {
            let one = self.of(&resolve(&self.lab.inventory, who, Some(*firmware)), who, &[*firmware])?;
            gets.scripts.extend(one.scripts);
            gets.answers.extend(one.answers);
            gets.artifacts.extend(one.artifacts);
            gets.secrets.extend(one.secrets);
        }
        Ok(gets)
    }

    /// For what was resolved already: a rule's machines, for one.
    ///
    /// # Errors
    /// What cannot be rendered.
    pub(super) fn of(&self, found: &Resolution<'_>, who: &Identity, firmware: &[Firmware]) -> Result<Gets, Vec<Diagnostic>> {
        let setup = match found {
            Resolution::Found(because, _) => Some(set_up(&self.lab.inventory, *because, who)),
            Resolution::Refused(_) => None,
        };
        let kind = setup.as_ref().map(|setup| setup.kind());
        let becomes = Becomes {
            profile: setup.as_ref().map(|setup| setup.profile.value.to_string()),
            what: what(kind),
            installs: kind == Some(Kind::Install),
            by: match found {
                Resolution::Found(Because::Host(..), _) => None,
                Resolution::Found(Because::Rule(n, _), _) => Some(format!("rule {}", n + 1)),
                Resolution::Found(Because::Unknown, _) => Some("lab.unknown".to_owned()),
                Resolution::Refused(why) => Some(why.clone()),
            },
        };
        let mut gets = Gets {
            becomes,
            scripts: BTreeMap::new(),
            answers: BTreeMap::new(),
            reservations: self.reservations(found),
            artifacts: setup.as_ref().map(|setup| setup.settings.artifacts().cloned().collect()).unwrap_or_default(),
            secrets: setup.as_ref().map(|setup| self.secrets(&setup.settings)).unwrap_or_default(),
        };
        for firmware in firmware {
            let stage2 = self.scripts.rehearse(found, who, *firmware)?.stage2;
            gets.scripts.insert(*firmware, stage2.text);
            for (name, bytes) in stage2.answers {
                gets.answers.insert((*firmware, name), String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        Ok(gets)
    }

    fn secrets(&self, settings: &Settings) -> BTreeMap<String, String> {
        let words = |source: &SecretSource| match source {
            SecretSource::File(path) => format!("the file `{}`", self.beside(path)),
            source => source.to_string(),
        };
        settings.secrets.iter().map(|(name, source)| (name.clone(), words(&source.value))).collect()
    }

    fn reservations(&self, found: &Resolution<'_>) -> BTreeMap<String, Option<String>> {
        let Resolution::Found(Because::Host(_, host, _), _) = found else { return BTreeMap::new() };
        let nics = host.nics.iter();
        nics.map(|nic| (nic.mac.value.to_string(), nic.ip.as_ref().map(|ip| ip.value.to_string()))).collect()
    }
}

fn what(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Install) => "installs",
        Some(Kind::Live) => "boots live",
        Some(Kind::Local) => "boots its disk",
        Some(Kind::Hold) => "waits",
        None => "is refused",
    }
}
