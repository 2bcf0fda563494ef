//! What one machine would get, for people who ask. Of one in a hundred thousand that can be told without a look at the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Error;
use pxectl_model::arch::Firmware;
use pxectl_model::boot::{Stage2, Standing};
use pxectl_model::diag::Diagnostic;
use pxectl_model::identity::{Identity, IdentityKey};
use pxectl_model::inventory::Inventory;
use pxectl_model::net::Site;
use pxectl_model::resolve::{Because, Resolution};
use pxectl_model::source::Sourced;

use crate::boot::{Order, Scripts};
use crate::build::{self, Rehearsal, limit};
use crate::context::{Facts, Shared};
use crate::templates::TemplateSet;

/// What a machine would get, and what it was made of.
#[derive(Debug, Clone)]
pub struct Rehearsed {
    /// The script with its answer files.
    pub stage2: Stage2,
    /// The template of the script.
    pub template: String,
    /// Why it does not boot its profile, where it does not.
    pub why: Option<String>,
    /// The kernel's arguments in their order: the recipe's, then those of profile, rule and host.
    pub args: Vec<Sourced<String>>,
}

impl Scripts {
    /// As [`Scripts::new`], but of the entries nothing is proven yet: [`Scripts::preview`] and [`Scripts::rehearse`] prove that of
    /// their machine first, and say the same of it. Not for what answers machines.
    ///
    /// # Errors
    /// What is wrong with templates, whoever would get them.
    pub fn unproven(
        inventory: Arc<Inventory>,
        site: &Site,
        templates: &TemplateSet,
        base_url: impl Into<String>,
        sizes: BTreeMap<String, u64>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let shared = Shared { server: site.server.value, base_url: base_url.into(), sizes, secrets: None };
        let (scripts, faults) = build::compile(inventory, shared, templates)?;
        if faults.is_empty() { Ok(scripts) } else { Err(limit(faults)) }
    }

    /// The script that this host would get on this firmware, armed; the boot-id is a placeholder.
    ///
    /// # Errors
    /// Where it cannot be rendered: for a host of this inventory and a firmware of its lab that was found when the table was built.
    pub fn preview(&self, host: usize, firmware: Firmware) -> Result<Stage2, Vec<Diagnostic>> {
        let Some(entry) = self.inventory.parts().hosts.get(host) else { return Err(Vec::new()) };
        let found = Resolution::Found(Because::Host(host, entry, IdentityKey::Serial), Vec::new());
        self.rehearse(&found, &entry.identity, firmware).map(|rehearsal| rehearsal.stage2)
    }

    /// The script that a machine which says this of itself would get on this firmware, armed; the boot-id is a placeholder.
    /// `found` is what the resolver says of it.
    ///
    /// # Errors
    /// Where it cannot be rendered.
    pub fn rehearse(&self, found: &Resolution<'_>, says: &Identity, firmware: Firmware) -> Result<Rehearsed, Vec<Diagnostic>> {
        let (entry, host, order, label) = match found {
            Resolution::Found(because, _) => {
                self.prove(*because)?;
                let (entry, host) = self.entry(*because);
                let label = entry.label.clone().unwrap_or_else(|| says.label());
                (Some(entry), host, self.order(entry, Some(firmware), Standing::Armed, &label), label)
            }
            Resolution::Refused(why) => (None, None, Order::Refuse(why.clone()), says.label()),
        };
        let scene = self.scene(entry, Facts::new(label, host, says).with_mac("MAC"), Some(firmware), "BOOT-ID".to_owned());
        let fault = |error: Error| vec![self.diagnose(&error, entry, host)];
        let template = order.template(entry.map(AsRef::as_ref)).to_owned();
        let why = order.reason().map(str::to_owned);
        let args = match entry.filter(|_| matches!(order, Order::Boot)) {
            Some(entry) => self.arguments(entry, &scene).map_err(fault)?.into_iter().map(|arg| arg.owned(entry)).collect(),
            None => Vec::new(),
        };
        Ok(Rehearsed { stage2: self.render(scene, &order).map_err(fault)?, template, why, args })
    }

    /// Checks and rehearses one entry, where that was not done for all of them.
    pub(crate) fn prove(&self, because: Because<'_>) -> Result<(), Vec<Diagnostic>> {
        if self.proven {
            return Ok(());
        }
        let mut faults = self.checked(because);
        if faults.is_empty() {
            let (entry, host) = self.entry(because);
            let mut rehearsal = Rehearsal::default();
            for firmware in self.inventory.lab().firmware() {
                self.try_one(entry, host, firmware, &mut rehearsal);
            }
            faults = rehearsal.faults;
        }
        if faults.is_empty() { Ok(()) } else { Err(limit(faults)) }
    }
}
