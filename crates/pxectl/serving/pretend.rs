//! Servers on loopback for pretend machines: what `boot-test` and `demo` share. They are the servers of `serve`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use pxectl_model::arch::Firmware;
use pxectl_model::identity::Identity;
use pxectl_model::inventory::Inventory;
use pxectl_model::mac::Mac;
use pxectl_model::plan::Scope;
use pxectl_model::policy::{http_base, nbp_name};
use pxectl_netboot::client::{Entry, Limits as WalkLimits, Step, StepKind, WalkSpec, Walked};
use pxectl_netboot::open::OpenBody;
use pxectl_netboot::server::{Bound, Limits, Running};
use pxectl_netboot::table::{Fixed, Table};
use pxectl_store::journal::Journal;

use crate::failure::Failure;
use crate::serving::contents;
use crate::serving::ledger::{Agreement, ArmingLedger};
use crate::serving::reporter::Reporting;
use crate::serving::sink::Sink;
use crate::serving::tables::{Broken, Built, TableBuilder};

/// Whoever reads the events of pretend machines is waited for: nothing else is to be done, and ctrl-c ends it.
const FOREVER: Duration = Duration::MAX;

/// Running servers and what they serve.
pub struct Stage {
    /// What they serve.
    pub table: Arc<Table>,
    /// Where TFTP answers.
    pub tftp: SocketAddr,
    /// Where HTTP answers.
    pub http: SocketAddr,
    /// `http://127.0.0.1:port`.
    pub base: String,
    /// What DHCP names to each firmware.
    nbp_names: BTreeMap<Firmware, &'static str>,
    /// For a machine whose card the inventory does not list.
    unlisted: Mac,
    running: Running,
    reporting: Reporting,
    /// The journal of these boots: nobody else's arming is touched.
    _state: tempfile::TempDir,
}

/// Why there is no stage.
pub enum NoStage {
    /// The lab could not be built: the findings.
    Broken(Broken),
    /// Something else.
    Failure(Failure),
}

impl Stage {
    /// Binds free ports of 127.0.0.1, builds the table with them in its URLs, and answers.
    ///
    /// # Errors
    /// Where the lab is unsound, or the system gives no socket.
    pub fn start(
        builder: impl FnOnce(String, u16) -> TableBuilder,
        scope: Scope,
        sinks: Vec<Box<dyn Sink>>,
    ) -> Result<Self, NoStage> {
        let failure = |e: &dyn std::error::Error| NoStage::Failure(Failure::of(e));
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let bound = Bound::bind(any, any).map_err(|e| failure(&e))?;
        let (http, tftp) = (bound.http_addr(), bound.tftp_addr());
        let base = http_base(Ipv4Addr::LOCALHOST, http.port());
        let Built { table, inventory, .. } = builder(base.clone(), http.port()).build().map_err(NoStage::Broken)?;
        let state = tempfile::tempdir().map_err(|e| failure(&e))?;
        let journal = Journal::open(state.path()).map_err(|e| failure(&e))?;
        let ledger = ArmingLedger::new(journal, scope).map_err(|e| failure(&e))?;
        // Pretend machines have no disks.
        ledger.agree(Agreement::Everything);
        let ledger = Arc::new(ledger);
        let reporting = Reporting::start(sinks, BTreeSet::new());
        let tables = Arc::new(Fixed(table.clone()));
        let running = bound.serve(tables, ledger, reporting.report.clone(), Limits::default()).map_err(|e| failure(&e))?;
        let unlisted = unlisted_mac(&inventory);
        let nbp_names = Firmware::ALL.into_iter().map(|firmware| (firmware, inventory.lab().nbp_name(firmware))).collect();
        Ok(Self { table, tftp, http, base, nbp_names, unlisted, running, reporting, _state: state })
    }

    /// A machine of this identity on one of the addresses of loopback.
    pub fn machine(&self, identity: &Identity, firmware: Firmware, entry: Entry, local: IpAddr) -> WalkSpec {
        let text = |tag: &Option<pxectl_model::identity::Tag>| tag.as_ref().map(ToString::to_string).unwrap_or_default();
        let name = self.nbp_names.get(&firmware).copied().unwrap_or_else(|| nbp_name(firmware));
        WalkSpec {
            firmware,
            entry,
            local,
            tftp: self.tftp,
            http: self.http,
            stage1: format!("{}/boot.ipxe", self.base),
            nbp: if entry == Entry::HttpBoot { format!("{}/nbp/{name}", self.base) } else { name.to_owned() },
            serial: text(&identity.serial),
            uuid: identity.uuid,
            mac: identity.macs.first().copied().unwrap_or(self.unlisted),
            asset: text(&identity.asset),
            board_serial: text(&identity.board_serial),
            product: identity.product.clone(),
            manufacturer: identity.manufacturer.clone(),
            limits: WalkLimits::default(),
        }
    }

    /// What came that is not what lies in the table, as sentences.
    ///
    /// # Errors
    /// Where a file cannot be read any more.
    pub fn compare(&self, walked: &Walked) -> Result<Vec<String>, Failure> {
        let mut wrong = Vec::new();
        let mut disk_reads = 0;
        for step in walked.steps.iter().filter(|step| step.outcome.is_ok()) {
            let (Some(came), Some((name, body))) = (step.sha256, self.body_of(step)) else { continue };
            let lies = match step.kind {
                // Of each disk the first sector is read, and then the last.
                StepKind::San => {
                    let offset = if disk_reads % 2 == 0 { 0 } else { (body.len() / step.bytes - 1) * step.bytes };
                    disk_reads += 1;
                    contents::digest_of(body, offset, step.bytes)
                }
                _ => contents::digest_of(body, 0, body.len()),
            };
            let lies = lies.map_err(|e| Failure::new(format!("reading {name}: {e}")))?;
            if came != lies {
                wrong.push(format!("{name}: {} bytes came with sha256 {came}, in the file they have {lies}", step.bytes));
            }
        }
        Ok(wrong)
    }

    fn body_of(&self, step: &Step) -> Option<(String, &OpenBody)> {
        if step.kind == StepKind::Nbp {
            let name = step.name.strip_prefix(&format!("{}/nbp/", self.base)).unwrap_or(&step.name);
            return Some((name.to_owned(), self.table.tftp.get(name)?));
        }
        self.file_of(&step.name)
    }

    /// What a URL of this stage names, and what it is called.
    fn file_of(&self, url: &str) -> Option<(String, &OpenBody)> {
        let path = url.strip_prefix(&format!("{}/", self.base))?;
        let key = path.strip_prefix("b/").and_then(|rest| rest.split_once('/')).map_or(path, |(_, key)| key);
        let (_, name) = key.split_once('/')?;
        Some((name.to_owned(), self.table.find(key)?))
    }

    /// The first bytes of what a URL names, where it is of the table.
    pub fn head(&self, url: &str) -> Option<Vec<u8>> {
        let (_, body) = self.file_of(url)?;
        let mut head = vec![0; 8 * 1024];
        let count = body.read_at(&mut head, 0).ok()?;
        head.truncate(count);
        Some(head)
    }

    /// Ends the servers when everything was reported.
    pub async fn end(mut self) {
        self.running.stop("done").await;
        self.reporting.drain(FOREVER).await;
    }
}

/// A locally administered address that no host has: another host's would be refused as a contradiction.
fn unlisted_mac(inventory: &Inventory) -> Mac {
    let taken: BTreeSet<Mac> = inventory.parts().hosts.iter().flat_map(|host| host.identity.macs.iter().copied()).collect();
    let mut all = (0..=u16::MAX).map(|n| Mac([0x02, b'p', b'x', b'e', n.to_be_bytes()[0], n.to_be_bytes()[1]]));
    all.find(|mac| !taken.contains(mac)).unwrap_or(Mac([0x06, b'p', b'x', b'e', 0, 0]))
}
