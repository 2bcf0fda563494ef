//! A walk: one machine's boot from its firmware to the moment when something would be started.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use pxectl_model::arch::Firmware;
use pxectl_model::digest::Sha256;
use pxectl_model::event::Protocol;
use pxectl_model::ipxe::{self, Position};
use pxectl_model::mac::Mac;
use pxectl_model::uuid::Uuid;

use super::error::{TftpError, WalkError, with_causes};
use super::firmware::{Entry, HTTP_BOOT_AGENT, size_options, tftp_options};
use super::http::{Body, HttpClient, HttpGot, HttpRequest, Method};
use super::nbp::{behind_shim, judge};
use super::run::Runner;
use super::tftp::{TftpClient, TftpGot};

/// How far a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of one file.
    pub file_bytes: u64,
    /// The most files, failed tries among them.
    pub fetches: usize,
    /// How often a script may put itself in its own place (a machine that is told to wait) before the walk ends.
    pub hold_rounds: usize,
    /// The longest that `sleep` really waits; zero leaves it out.
    pub sleep: Duration,
    /// How long nothing may come from a server.
    pub patience: Duration,
    /// Limits of the scripts.
    pub script: ipxe::Limits,
}

impl Default for Limits {
    /// 64 GiB a file, 500 files, 3 rounds of waiting without sleep, 60 s of patience.
    fn default() -> Self {
        Self {
            file_bytes: 64 << 30,
            fetches: 500,
            hold_rounds: 3,
            sleep: Duration::ZERO,
            patience: Duration::from_secs(60),
            script: ipxe::Limits::default(),
        }
    }
}

/// A machine that does not exist, and where it boots.
#[derive(Debug, Clone)]
pub struct WalkSpec {
    /// Its firmware.
    pub firmware: Firmware,
    /// How it comes to its iPXE.
    pub entry: Entry,
    /// Its address: every request comes from there, so it must be one of this host (127.0.0.x).
    pub local: IpAddr,
    /// Where TFTP answers.
    pub tftp: SocketAddr,
    /// Where HTTP answers: what scripts address by the host and port of [`WalkSpec::stage1`] is asked for here.
    pub http: SocketAddr,
    /// The URL of the first script, as DHCP names it to iPXE.
    pub stage1: String,
    /// The NBP as DHCP names it: a file name, for [`Entry::HttpBoot`] a URL. Not looked at for [`Entry::IpxeRom`].
    pub nbp: String,
    /// SMBIOS type 1 serial; empty where it has none.
    pub serial: String,
    /// SMBIOS type 1 UUID.
    pub uuid: Option<Uuid>,
    /// The address of its card.
    pub mac: Mac,
    /// SMBIOS type 3 asset tag.
    pub asset: String,
    /// SMBIOS type 2 serial.
    pub board_serial: String,
    /// SMBIOS type 1 product.
    pub product: String,
    /// SMBIOS type 1 manufacturer.
    pub manufacturer: String,
    /// How far it goes.
    pub limits: Limits,
}

/// What a step fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// The NBP's size alone.
    NbpSize,
    /// The NBP.
    Nbp,
    /// A script.
    Script,
    /// What was chained to and is no script.
    Program,
    /// A kernel.
    Kernel,
    /// An initrd, or a file inside one.
    Initrd,
    /// Another file.
    File,
    /// The call that tells the server that the next step is `boot`.
    Beacon,
    /// A part of a disk that `sanboot` reads.
    San,
}

impl StepKind {
    /// In lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NbpSize => "nbp size",
            Self::Nbp => "nbp",
            Self::Script => "script",
            Self::Program => "program",
            Self::Kernel => "kernel",
            Self::Initrd => "initrd",
            Self::File => "file",
            Self::Beacon => "beacon",
            Self::San => "disk",
        }
    }
}

/// One request of a walk, answered or not.
#[derive(Debug, Clone)]
pub struct Step {
    /// What for.
    pub kind: StepKind,
    /// By which protocol.
    pub protocol: Protocol,
    /// The file name (TFTP) or URL that was asked for.
    pub name: String,
    /// The command that asked; none for the firmware's own requests.
    pub at: Option<Position>,
    /// Bytes that came; for [`StepKind::NbpSize`] the size that was told.
    pub bytes: u64,
    /// From the request to the last byte.
    pub took: Duration,
    /// The digest of what came whole.
    pub sha256: Option<Sha256>,
    /// Whether it came, and why not. A script may go on after a failure.
    pub outcome: Result<(), String>,
}

/// A file as iPXE holds it at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The image's name.
    pub name: String,
    /// Where it came from.
    pub url: String,
    /// The words given with it.
    pub args: String,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Option<Sha256>,
}

/// What a machine would do after the walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkEnd {
    /// Start this program.
    Boot {
        /// The kernel, with its arguments.
        kernel: Loaded,
        /// All other images, in order.
        initrds: Vec<Loaded>,
    },
    /// Boot from these URIs as disks.
    SanBoot(Vec<String>),
    /// Boot a disk of its own by its BIOS drive number.
    Disk(Option<u32>),
    /// Leave iPXE: the firmware tries its next boot device.
    Exit(ipxe::End),
    /// Go on waiting: it asked so many times.
    Hold(usize),
    /// Wait for a person: a shell, or a prompt without an end.
    Console,
    /// Start anew.
    Reboot,
    /// Go on at a server that is not of this lab; nothing is asked there.
    Elsewhere(String),
}

/// A walk that came to an end.
#[derive(Debug, Clone)]
pub struct Walked {
    /// Every request, in order.
    pub steps: Vec<Step>,
    /// The lines that scripts printed, at most 1000.
    pub screen: Vec<String>,
    /// What looks wrong though nothing failed.
    pub notes: Vec<String>,
    /// What comes next.
    pub end: WalkEnd,
}

/// Walks a machine through its boot, telling each request when it is over.
///
/// # Errors
/// Where the firmware gets nothing to start, the first script does not arrive, or a script hangs or loops. Failures that
/// scripts deal with themselves are steps with a bad outcome.
pub async fn walk(spec: WalkSpec, report: &mut (dyn FnMut(&Step) + Send)) -> Result<Walked, WalkError> {
    if spec.local.is_ipv4() != spec.tftp.is_ipv4() || spec.local.is_ipv4() != spec.http.is_ipv4() {
        return Err(WalkError::Spec("the machine's address and the servers' are of different families".to_owned()));
    }
    let mut trail = Trail { steps: Vec::new(), report };
    let mut client = HttpClient::new(spec.local, spec.limits.patience);
    match spec.entry {
        Entry::Pxe => nbp_by_tftp(&spec, &spec.nbp, &mut trail).await?,
        Entry::HttpBoot => nbp_by_http(&spec, &spec.nbp, &mut client, &mut trail).await?,
        Entry::IpxeRom => {}
    }
    // A shim is no iPXE yet.
    if let Some(next) = behind_shim(&spec.nbp) {
        match spec.entry {
            Entry::Pxe => nbp_by_tftp(&spec, &next, &mut trail).await?,
            Entry::HttpBoot => nbp_by_http(&spec, &next, &mut client, &mut trail).await?,
            Entry::IpxeRom => {}
        }
    }
    Runner::start(&spec, client, trail).await?.finish().await
}

/// The steps so far, and who is told of each.
pub(super) struct Trail<'a> {
    pub steps: Vec<Step>,
    pub report: &'a mut (dyn FnMut(&Step) + Send),
}

impl Trail<'_> {
    pub fn add(&mut self, step: Step) {
        (self.report)(&step);
        self.steps.push(step);
    }
}

/// A TFTP client of the machine of this walk.
pub(super) fn tftp_client(spec: &WalkSpec) -> TftpClient {
    TftpClient { local: spec.local, server: spec.tftp, limit: spec.limits.file_bytes, patience: spec.limits.patience }
}

async fn nbp_by_tftp(spec: &WalkSpec, name: &str, trail: &mut Trail<'_>) -> Result<(), WalkError> {
    let client = tftp_client(spec);
    let step = |kind, began: Instant, bytes, sha256, outcome| Step {
        kind,
        protocol: Protocol::Tftp,
        name: name.to_owned(),
        at: None,
        bytes,
        took: began.elapsed(),
        sha256,
        outcome,
    };
    let failed = |reason: String| WalkError::Nbp { name: name.to_owned(), reason };
    let said = |error: &TftpError| with_causes(error);
    let mut told = None;
    if spec.firmware != Firmware::Bios {
        let began = Instant::now();
        let size = client.size(name, size_options()).await;
        let outcome = match &size {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err("the server does not tell the size, without which EDK2 does not load it".to_owned()),
            Err(error) => Err(said(error)),
        };
        told = size.ok().flatten();
        trail.add(step(StepKind::NbpSize, began, told.unwrap_or(0), None, outcome.clone()));
        outcome.map_err(failed)?;
    }
    let began = Instant::now();
    let (bytes, sha256, outcome) = match client.read(name, tftp_options(spec.firmware)).await {
        Ok(TftpGot { bytes, .. }) if told.is_some_and(|told| told != bytes) => {
            (bytes, None, Err(format!("the server told a size of {} bytes and sent {bytes}", told.unwrap_or(0))))
        }
        Ok(got) => (got.bytes, Some(got.sha256), judge(spec.firmware, got.bytes, &got.head)),
        Err(error) => (0, None, Err(said(&error))),
    };
    trail.add(step(StepKind::Nbp, began, bytes, sha256, outcome.clone()));
    outcome.map_err(failed)
}

async fn nbp_by_http(spec: &WalkSpec, name: &str, client: &mut HttpClient, trail: &mut Trail<'_>) -> Result<(), WalkError> {
    let failed = |reason: String| WalkError::Nbp { name: name.to_owned(), reason };
    let uri = ipxe::Uri::parse(name);
    let (Some("http"), Some(host)) = (uri.scheme.as_deref(), uri.host.clone()) else {
        return Err(failed("UEFI HTTP Boot needs an http URL".to_owned()));
    };
    let target = uri.request_target();
    let mut told = None;
    for (method, kind) in [(Method::Head, StepKind::NbpSize), (Method::Get, StepKind::Nbp)] {
        let body = Body { keep: 8 * 1024, limit: spec.limits.file_bytes };
        let began = Instant::now();
        // EDK2 leaves the port out of the Host header.
        let request =
            HttpRequest { method, target: &target, host: &host, user_agent: HTTP_BOOT_AGENT, accept: true, range: None, body };
        let answer = client.ask(spec.http, &request).await;
        let outcome = match &answer {
            Err(error) => Err(with_causes(error)),
            Ok(got) if got.status != 200 => Err(format!("HTTP status {}", got.status)),
            Ok(got) => judge_http(spec.firmware, method, told, got),
        };
        let got = answer.ok();
        told = got.as_ref().and_then(|got| got.length);
        let (bytes, sha256) = match (&got, method) {
            (Some(_), Method::Head) => (told.unwrap_or(0), None),
            (Some(got), Method::Get) => (got.bytes, Some(got.sha256)),
            (None, _) => (0, None),
        };
        let (name, took) = (name.to_owned(), began.elapsed());
        trail.add(Step { kind, protocol: Protocol::Http, name, at: None, bytes, took, sha256, outcome: outcome.clone() });
        outcome.map_err(failed)?;
    }
    Ok(())
}

/// What EDK2's HTTP Boot needs of an answer: a length, the same both times, and a type that it knows or a name that ends in it.
fn judge_http(firmware: Firmware, method: Method, told: Option<u64>, got: &HttpGot) -> Result<(), String> {
    let Some(length) = got.length else {
        return Err("the answer has no Content-Length, without which EDK2 does not load it".to_owned());
    };
    match method {
        Method::Head => Ok(()),
        Method::Get if told.is_some_and(|told| told != length) => {
            Err(format!("HEAD told {} bytes and GET {length}", told.unwrap_or(0)))
        }
        Method::Get => judge(firmware, got.bytes, &got.kept),
    }
}
