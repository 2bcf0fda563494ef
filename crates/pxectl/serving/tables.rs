//! Building a table: everything that is servable, rendered and opened once, before the first request.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use pxectl_model::arch::Firmware;
use pxectl_model::body::Body;
use pxectl_model::diag::Diagnostic;
use pxectl_model::inventory::Inventory;
use pxectl_model::net::{Network, Site};
use pxectl_model::plan::Scope;
use pxectl_model::policy::{SHIM_FALLBACK, http_base};
use pxectl_netboot::open::OpenBody;
use pxectl_netboot::table::Table;
use pxectl_render::Scripts;

use crate::failure::Failure;
use crate::lab::{self, Found};
use crate::serving::contents::{Contents, Opener};
use crate::serving::insides::{Indexer, Insides};
use crate::serving::vault::Vault;
use crate::session::{Session, folder_of, warn};
use crate::shelf::{Disk, Shelf, Unfound};
use crate::show::diagnostic::summary;
use crate::watch::Stamps;

/// What to do where a program is missing.
const NO_PROGRAM: &str = "hint: `pxectl fetch undionly.kpxe snponly.efi` gets iPXE's builds (Debian's package `ipxe` has them, too); a lab \
    without `ipxe` finds them, else name them or their folder in `lab.ipxe`; or name only the firmware that you boot in `lab.firmware`";

/// Where the inventory comes from.
enum InventorySource {
    /// A file, read again for each table.
    File(PathBuf),
    /// A text that never changes: its name and content.
    Text(String, String),
}

/// All that is needed to build a table, again and again.
pub struct TableBuilder {
    source: InventorySource,
    site: Option<String>,
    base: String,
    scope: Scope,
    shelf: Arc<dyn Shelf>,
    opener: Opener,
    indexer: Indexer,
    /// Where the values of secrets come from; without it placeholders stand for them.
    vault: Option<Vault>,
    /// Whether machines get the values. Pretend machines do not: that the values can be had and fit is seen without.
    reveals: bool,
    /// What the first inventory said of where machines reach this server.
    first: OnceLock<Reach>,
}

/// How machines reach a server, by its inventory. The sockets, the URLs and the DHCP server's configuration are made of it once.
#[derive(PartialEq)]
struct Reach {
    server: Ipv4Addr,
    http_port: u16,
    /// Each network in words.
    networks: Vec<String>,
}

impl Reach {
    fn of(inventory: &Inventory, site: &Site) -> Self {
        let network = |network: &Network| {
            let range = network.range.as_ref().map(|range| format!("{} - {}", range.value.first, range.value.last));
            let dns: Vec<_> = network.dns.iter().map(|dns| dns.value).collect();
            format!("{} {range:?} {:?} {dns:?}", network.subnet.value, network.router.as_ref().map(|router| router.value))
        };
        let networks = site.networks.iter().map(network).collect();
        Self { server: site.server.value, http_port: inventory.lab().http_port.value, networks }
    }
}

/// A table and what it was built from.
pub struct Built {
    /// What is served.
    pub table: Arc<Table>,
    /// The inventory in it.
    pub inventory: Arc<Inventory>,
    /// The states of its files.
    pub stamps: Stamps,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Why there is no table.
pub struct Broken {
    /// The findings, for people.
    pub text: String,
    /// The states of the files, so that the same fault is told once.
    pub stamps: Stamps,
}

impl Broken {
    /// As the end of a command.
    pub fn into_failure(self) -> Failure {
        warn(self.text.trim_end());
        Failure::printed()
    }
}

impl TableBuilder {
    /// For the lab on this host.
    pub fn here(session: &Session, site: Option<String>, server: Ipv4Addr, http_port: u16, scope: Scope) -> Self {
        let vault = Vault::new(folder_of(&session.inventory));
        let source = InventorySource::File(session.inventory.clone());
        Self {
            vault: Some(vault),
            ..Self::new(source, site, http_base(server, http_port), scope, Arc::new(Disk { store: session.store.clone() }))
        }
    }

    /// The same for pretend machines: secrets are read and tried, and placeholders are served.
    #[must_use]
    pub fn for_pretend_machines(self) -> Self {
        Self { reveals: false, ..self }
    }

    /// For a lab in a text, its payloads from `shelf`.
    pub fn of_text(name: &str, text: &str, base: String, scope: Scope, shelf: Arc<dyn Shelf>) -> Self {
        Self::new(InventorySource::Text(name.to_owned(), text.to_owned()), None, base, scope, shelf)
    }

    fn new(source: InventorySource, site: Option<String>, base: String, scope: Scope, shelf: Arc<dyn Shelf>) -> Self {
        let (opener, indexer) = (Opener::default(), Indexer::default());
        Self { source, site, base, scope, shelf, opener, indexer, vault: None, reveals: true, first: OnceLock::new() }
    }

    /// A file as people of this lab call it: by its place in the inventory's folder, where it lies there.
    pub fn called(&self, path: &Path) -> String {
        let below = match &self.source {
            InventorySource::File(inventory) => path.strip_prefix(folder_of(inventory)).unwrap_or(path),
            InventorySource::Text(..) => path,
        };
        below.display().to_string()
    }

    /// Reads the inventory and builds the table.
    ///
    /// # Errors
    /// With everything that is wrong, where something is.
    pub fn build(&self) -> Result<Built, Broken> {
        let found = match &self.source {
            InventorySource::File(path) => lab::read(path),
            InventorySource::Text(name, text) => lab::read_text(name, text),
        };
        let mut found = found.map_err(|failure| {
            let mut stamps = Stamps::default();
            if let InventorySource::File(path) = &self.source {
                stamps.note(path);
            }
            Broken { text: failure.text(), stamps }
        })?;
        let judged = found.judged();
        let Some(inventory) = found.reading.inventory.take() else {
            let text = format!("{}{}", found.errors(&judged), summary(&judged.findings));
            return Err(Broken { text, stamps: found.stamps });
        };
        match self.build_table(&inventory, &mut found) {
            Ok((table, more)) => {
                let warnings = found.hint(&judged).into_iter().chain(more).collect();
                Ok(Built { table: Arc::new(table), inventory, stamps: found.stamps, warnings })
            }
            Err(text) => Err(Broken { text, stamps: found.stamps }),
        }
    }

    fn build_table(&self, inventory: &Arc<Inventory>, found: &mut Found) -> Result<(Table, Vec<String>), String> {
        let site = inventory.site(self.site.as_deref()).ok_or("error: the site is not in the inventory any more")?;
        let mut warnings = self.out_of_reach(inventory, site);
        let needed = inventory.artifacts_for(&self.scope);
        let (mut contents, mut tftp) = (Contents::default(), HashMap::new());
        for (name, artifact) in &inventory.parts().artifacts {
            let body = self.shelf.artifact(artifact);
            if let Some(Body::File(path)) = &body {
                found.stamps.note(path);
            }
            self.opener.artifact(artifact, body.as_ref(), needed.contains(name), &mut contents);
        }
        self.programs(inventory, &mut contents, &mut tftp);
        let faults = contents.faults();
        let Contents { files, warnings: more, .. } = contents;
        warnings.extend(more);
        let Insides { media, faults: absent, warnings: more } = self.indexer.take(inventory, &self.scope, &files);
        warnings.extend(more);
        let stage1 = pxectl_render::stage1(&found.templates, &self.base);
        let sizes: BTreeMap<String, u64> = files.iter().chain(&media).map(|(name, body)| (name.clone(), body.len())).collect();
        let scripts = self.scripts(inventory, site, found, sizes, &mut warnings);
        match (stage1, scripts) {
            (Ok(stage1), Ok(scripts)) if faults.is_empty() && absent.is_empty() => {
                let stage1: Arc<[u8]> = Arc::from(stage1.into_bytes());
                let default = OpenBody::Bytes { bytes: stage1.clone(), modified: std::time::SystemTime::now() };
                tftp.insert("default.ipxe".to_owned(), default);
                let (files, media) = (Arc::new(files), Arc::new(media));
                Ok((Table { tftp, files, media, stage1, responder: Arc::new(scripts) }, warnings))
            }
            (stage1, scripts) => {
                let mut diagnostics = stage1.err().unwrap_or_default();
                diagnostics.extend(scripts.err().unwrap_or_default());
                diagnostics.extend(absent);
                // Both compile all templates, so both find what does not compile.
                found.reading.sort(&mut diagnostics);
                diagnostics.dedup();
                let mut text = found.show(&diagnostics);
                text.push_str(&faults.join("\n"));
                Err(text)
            }
        }
    }

    /// The bootstrap programs, open, under the names that DHCP and shims know; those that were not fetched are told with the other files.
    fn programs(&self, inventory: &Inventory, contents: &mut Contents, tftp: &mut HashMap<String, OpenBody>) {
        let (lab, parts) = (inventory.lab(), inventory.parts());
        let mut add = |names: &[&str], what: &str, found: Result<Body, Unfound>| match found {
            Ok(body) => match self.opener.open(&body) {
                Ok(open) => names.iter().for_each(|name| drop(tftp.insert((*name).to_owned(), open.clone()))),
                Err(error) => contents.fault(format!("error: {what}: {error}\n{NO_PROGRAM}")),
            },
            Err(Unfound::Nowhere(why)) => contents.fault(format!("error: {why}\n{NO_PROGRAM}")),
            Err(Unfound::Fetch(name)) => contents.lack(name),
            Err(Unfound::Usual(firmware)) => contents.lack_usual(firmware),
            Err(Unfound::Build(name)) => contents.lack_built(name),
        };
        for firmware in lab.firmware() {
            let shim = lab.shim(firmware);
            add(&[lab.nbp_name(firmware)], &format!("the NBP for {firmware}"), self.shelf.nbp(firmware, parts));
            if let Some(shim) = shim {
                let names = [shim.then, shim.grub, SHIM_FALLBACK];
                // Under the last name two shims could ask; the one of x64 is served.
                let fallback = firmware == Firmware::UefiX64 || lab.shim(Firmware::UefiX64).is_none();
                let names = if fallback { &names[..] } else { &names[..2] };
                add(names, &format!("what the shim for {firmware} loads"), self.shelf.behind_shim(firmware, parts));
            }
        }
    }

    /// The scripts with the values of secrets in them, where machines are to get those.
    fn scripts(
        &self,
        inventory: &Arc<Inventory>,
        site: &Site,
        found: &mut Found,
        sizes: BTreeMap<String, u64>,
        warnings: &mut Vec<String>,
    ) -> Result<Scripts, Vec<Diagnostic>> {
        let (base, templates) = (self.base.clone(), &found.templates);
        let Some(vault) = &self.vault else { return Scripts::new(inventory.clone(), site, templates, base, sizes) };
        let opened = vault.open(inventory, &self.scope, &mut found.stamps)?;
        warnings.extend(opened.warnings);
        let tried = self.reveals || opened.values.is_empty();
        let scripts = Scripts::with_secrets(inventory.clone(), site, templates, base.clone(), sizes.clone(), opened.values)?;
        if tried { Ok(scripts) } else { Scripts::new(inventory.clone(), site, templates, base, sizes) }
    }

    /// What an edited inventory says and this process cannot act on.
    fn out_of_reach(&self, inventory: &Inventory, site: &Site) -> Vec<String> {
        let now = Reach::of(inventory, site);
        let first = self.first.get_or_init(|| Reach::of(inventory, site));
        let mut warnings = Vec::new();
        if (now.server, now.http_port) != (first.server, first.http_port) {
            warnings.push(format!(
                "the edited inventory names another server address or port, {}; this serve keeps {}: restart it, and render the DHCP configuration anew",
                http_base(now.server, now.http_port),
                self.base
            ));
        }
        if now.networks != first.networks {
            warnings.push("the edited inventory names other networks: render the DHCP configuration anew".to_owned());
        }
        warnings
    }
}
