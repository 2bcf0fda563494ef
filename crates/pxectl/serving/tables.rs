//! Building a table: everything that is servable, rendered and opened once, before the first request.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use pxectl_model::body::Body;
use pxectl_model::digest::{Hasher, Sha256};
use pxectl_model::inventory::Inventory;
use pxectl_model::net::{Network, Site};
use pxectl_model::plan::Scope;
use pxectl_model::policy::{http_base, nbp_name};
use pxectl_netboot::open::{OpenBody, OpenPieces, Stamp};
use pxectl_netboot::table::Table;
use pxectl_render::Scripts;

use crate::failure::Failure;
use crate::lab::{self, Found};
use crate::session::{Session, warn};
use crate::shelf::{Disk, Shelf};
use crate::show::diagnostic::summary;
use crate::watch::Stamps;

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
    /// Digests of pinned files, so that an edit of the inventory hashes nothing twice.
    digests: Mutex<HashMap<(PathBuf, u64, i128, u64), Sha256>>,
    /// Files that some table holds open.
    opened: Mutex<HashMap<PathBuf, Weak<OpenPieces>>>,
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
        Self::new(InventorySource::File(session.inventory.clone()), site, http_base(server, http_port), scope, Arc::new(Disk))
    }

    /// For a lab in a text, its payloads from `shelf`.
    pub fn of_text(name: &str, text: &str, base: String, scope: Scope, shelf: Arc<dyn Shelf>) -> Self {
        Self::new(InventorySource::Text(name.to_owned(), text.to_owned()), None, base, scope, shelf)
    }

    fn new(source: InventorySource, site: Option<String>, base: String, scope: Scope, shelf: Arc<dyn Shelf>) -> Self {
        Self { source, site, base, scope, shelf, digests: Mutex::default(), opened: Mutex::default(), first: OnceLock::new() }
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
        let mut faults = Vec::new();
        let mut warnings = self.out_of_reach(inventory, site);
        let needed = inventory.artifacts_for(&self.scope);
        let mut files = HashMap::new();
        for (name, artifact) in &inventory.parts().artifacts {
            found.stamps.note(&artifact.path.value);
            let body = self.shelf.artifact(artifact);
            match self.open(&body) {
                Ok(open) => {
                    let pinned = artifact.sha256.as_ref().filter(|_| needed.contains(name));
                    if let Some(pin) = pinned
                        && let Err(fault) = self.check_pin(&artifact.path.value, &open, pin.value)
                    {
                        faults.push(format!("error: artifact `{name}`: {fault}"));
                    }
                    files.insert(name.to_string(), open);
                }
                Err(error) => {
                    let text = format!("artifact `{name}`: `{}`: {error}", artifact.path.value.display());
                    if needed.contains(name) { faults.push(format!("error: {text}")) } else { warnings.push(text) }
                }
            }
        }
        let mut tftp = HashMap::new();
        for firmware in inventory.lab().firmware() {
            let opened = self
                .shelf
                .nbp(firmware, inventory.parts())
                .and_then(|body| self.open(&body).map_err(|error| format!("the NBP for {firmware}: {error}")));
            match opened {
                Ok(body) => {
                    tftp.insert(nbp_name(firmware).to_owned(), body);
                }
                Err(text) => faults.push(format!(
                    "error: {text}\nhint: install iPXE's builds (Debian's package `ipxe`), name their folder in `lab.ipxe`, or only the firmware that you boot in `lab.firmware`"
                )),
            }
        }
        let stage1 = pxectl_render::stage1(&found.templates, &self.base);
        let sizes: BTreeMap<String, u64> = files.iter().map(|(name, body)| (name.clone(), body.len())).collect();
        let scripts = Scripts::new(inventory.clone(), site, &found.templates, self.base.clone(), sizes);
        match (stage1, scripts) {
            (Ok(stage1), Ok(scripts)) if faults.is_empty() => {
                let stage1: Arc<[u8]> = Arc::from(stage1.into_bytes());
                let default = OpenBody::Bytes { bytes: stage1.clone(), modified: std::time::SystemTime::now() };
                tftp.insert("default.ipxe".to_owned(), default);
                Ok((Table { tftp, files, stage1, responder: Arc::new(scripts) }, warnings))
            }
            (stage1, scripts) => {
                let mut diagnostics = stage1.err().unwrap_or_default();
                diagnostics.extend(scripts.err().unwrap_or_default());
                // Both compile all templates, so both find what does not compile.
                found.reading.sort(&mut diagnostics);
                diagnostics.dedup();
                let mut text = found.show(&diagnostics);
                text.push_str(&faults.join("\n"));
                Err(text)
            }
        }
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

    /// Opens a body; a file that is open already, and still the same, is not opened a second time: boots hold the tables that they
    /// began with, and edits would add up to many open files.
    fn open(&self, body: &Body) -> std::io::Result<OpenBody> {
        let open = OpenBody::open(body)?;
        let (Body::File(path), OpenBody::Pieces(pieces)) = (body, &open) else { return Ok(open) };
        let mut known = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, pieces| pieces.strong_count() > 0);
        if let Some(same) = known.get(&**path).and_then(Weak::upgrade).filter(|before| before.stamp == pieces.stamp) {
            return Ok(OpenBody::Pieces(same));
        }
        known.insert(path.to_path_buf(), Arc::downgrade(pieces));
        Ok(open)
    }

    /// Whether a pinned file is what it is pinned to.
    fn check_pin(&self, path: &std::path::Path, open: &OpenBody, pin: Sha256) -> Result<(), String> {
        let OpenBody::Pieces(pieces) = open else { return Ok(()) };
        let Stamp { inode, modified_ns, len } = pieces.stamp;
        let key = (path.to_owned(), inode, modified_ns, len);
        let known = self.digests.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        let actual = match known {
            Some(digest) => digest,
            None => {
                let digest = digest_of(open, 0, open.len()).map_err(|e| format!("reading `{}`: {e}", path.display()))?;
                self.digests.lock().unwrap_or_else(PoisonError::into_inner).insert(key, digest);
                digest
            }
        };
        if actual == pin {
            return Ok(());
        }
        Err(format!("`{}` does not match its sha256: expected {pin}, found {actual}", path.display()))
    }
}

/// The digest of `len` bytes of a body from `offset`, or of fewer where it ends before.
///
/// # Errors
/// Where it cannot be read.
pub fn digest_of(body: &OpenBody, offset: u64, len: u64) -> std::io::Result<Sha256> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 128 * 1024];
    let (mut at, end) = (offset, offset.saturating_add(len));
    while at < end {
        let most = usize::try_from(end - at).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = body.read_at(&mut buffer[..most], at)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        at += count as u64;
    }
    Ok(hasher.finish())
}
