//! The part of a walk that iPXE does: it runs scripts, and fetches what they name.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use pxectl_model::digest::Sha256;
use pxectl_model::event::Protocol;
use pxectl_model::ipxe::{
    Action, Answer, Boot, Fetch, FetchKind, Fetched, Image, ImageKind, Interpreter, MAX_SCRIPT, SanBoot, Settings, Uri, probe,
};

use super::error::{WalkError, with_causes};
use super::firmware::{machine, user_agent};
use super::http::{Body, HttpClient, HttpRequest, Method};
use super::tftp::TftpOptions;
use super::walk::{Loaded, Step, StepKind, Trail, WalkEnd, WalkSpec, Walked, tftp_client};

/// The most lines that are kept of what scripts print.
const SCREEN: usize = 1000;

/// The size of a block that iPXE reads of a disk over HTTP.
const SECTOR: u64 = 512;

/// One file that was asked for.
struct Got {
    bytes: u64,
    sha256: Sha256,
    kept: Vec<u8>,
}

/// A machine whose iPXE runs.
pub(super) struct Runner<'a> {
    spec: &'a WalkSpec,
    base: Uri,
    client: HttpClient,
    trail: Trail<'a>,
    interpreter: Interpreter,
    digests: BTreeMap<u32, Sha256>,
    screen: Vec<String>,
    notes: Vec<String>,
    /// How often each script was fetched, by its URL without the query.
    scripts: BTreeMap<String, usize>,
}

impl<'a> Runner<'a> {
    /// Fetches the first script.
    pub async fn start(spec: &'a WalkSpec, mut client: HttpClient, mut trail: Trail<'a>) -> Result<Self, WalkError> {
        let base = Uri::parse(&spec.stage1);
        if base.scheme.as_deref() != Some("http") || base.host.is_none() {
            return Err(WalkError::Spec(format!("`{}` is no http URL", spec.stage1)));
        }
        let began = Instant::now();
        let got = http(spec, &mut client, &base, None).await;
        let failed = |reason| WalkError::Stage1 { url: spec.stage1.clone(), reason };
        let outcome = got.as_ref().map(|_| ()).map_err(Clone::clone);
        let (bytes, sha256) = got.as_ref().map_or((0, None), |got| (got.bytes, Some(got.sha256)));
        let name = spec.stage1.clone();
        let took = began.elapsed();
        trail.add(Step { kind: StepKind::Script, protocol: Protocol::Http, name, at: None, bytes, took, sha256, outcome });
        let got = got.map_err(failed)?;
        let text = String::from_utf8_lossy(&got.kept);
        let settings = Settings::of(&machine(spec));
        let interpreter = Interpreter::new(&text, &spec.stage1, settings, spec.limits.script)
            .map_err(|broken| failed(broken.kind.to_string()))?;
        Ok(Self {
            spec,
            base,
            client,
            trail,
            interpreter,
            digests: BTreeMap::new(),
            screen: Vec::new(),
            notes: Vec::new(),
            scripts: BTreeMap::new(),
        })
    }

    /// Runs to the end.
    pub async fn finish(mut self) -> Result<Walked, WalkError> {
        let end = self.run().await?;
        Ok(Walked { steps: self.trail.steps, screen: self.screen, notes: self.notes, end })
    }

    async fn run(&mut self) -> Result<WalkEnd, WalkError> {
        let mut answer = Answer::Done;
        loop {
            answer = match self.interpreter.step(answer)? {
                Action::Fetch(fetch) => match self.fetch(&fetch).await? {
                    Ok(answer) => answer,
                    Err(end) => return Ok(end),
                },
                Action::Echo { text, .. } => {
                    if self.screen.len() < SCREEN {
                        self.screen.push(text.chars().take(200).collect());
                    }
                    Answer::Done
                }
                Action::Sleep { seconds } => {
                    let wait = Duration::from_secs(seconds.into()).min(self.spec.limits.sleep);
                    if !wait.is_zero() {
                        tokio::time::sleep(wait).await;
                    }
                    Answer::Done
                }
                Action::Prompt { timeout_ms: Some(_), .. } => Answer::Failed("nobody pressed a key".to_owned()),
                Action::Prompt { timeout_ms: None, .. } | Action::Shell => return Ok(WalkEnd::Console),
                Action::Reboot => return Ok(WalkEnd::Reboot),
                Action::Exit(end) => return Ok(WalkEnd::Exit(end)),
                Action::Boot(boot) => return Ok(self.boot(&boot)),
                Action::SanBoot(san) => match self.sanboot(&san).await? {
                    Ok(answer) => answer,
                    Err(end) => return Ok(end),
                },
            };
        }
    }

    /// Fetches what a command names. The inner error is the walk's end.
    async fn fetch(&mut self, fetch: &Fetch) -> Result<Result<Answer, WalkEnd>, WalkError> {
        self.count()?;
        let key = fetch.url.split('?').next().unwrap_or_default().to_owned();
        let seen = self.scripts.get(&key).copied().unwrap_or(0);
        if fetch.kind == FetchKind::Chain && fetch.replace && seen >= self.spec.limits.hold_rounds.max(1) {
            return Ok(Err(WalkEnd::Hold(seen)));
        }
        let began = Instant::now();
        let by_tftp = fetch.uri.scheme.as_deref() == Some("tftp");
        let got = if by_tftp && fetch.uri.host == self.base.host {
            tftp(self.spec, &fetch.uri).await
        } else if self.is_ours(&fetch.uri) {
            http(self.spec, &mut self.client, &fetch.uri, None).await
        } else if fetch.kind == FetchKind::Chain {
            return Ok(Err(WalkEnd::Elsewhere(fetch.url.clone())));
        } else {
            Err("it lies on a server that is not of this lab; nothing was asked there".to_owned())
        };
        let kind = got.as_ref().map_or(ImageKind::Data, |got| probe(&got.kept));
        let step = Step {
            kind: step_kind(fetch, kind),
            protocol: if by_tftp { Protocol::Tftp } else { Protocol::Http },
            name: fetch.url.clone(),
            at: Some(self.interpreter.position()),
            bytes: got.as_ref().map_or(0, |got| got.bytes),
            took: began.elapsed(),
            sha256: got.as_ref().ok().map(|got| got.sha256),
            outcome: got.as_ref().map(|_| ()).map_err(Clone::clone),
        };
        self.trail.add(step);
        let got = match got {
            Err(reason) => return Ok(Ok(Answer::Failed(reason))),
            Ok(got) => got,
        };
        self.digests.insert(fetch.number, got.sha256);
        if fetch.kind == FetchKind::Chain && kind == ImageKind::Script {
            *self.scripts.entry(key).or_default() += 1;
        }
        let script = (kind == ImageKind::Script).then(|| String::from_utf8_lossy(&got.kept).into_owned());
        Ok(Ok(Answer::Fetched(Fetched { kind, len: got.bytes, script })))
    }

    fn count(&self) -> Result<(), WalkError> {
        let most = self.spec.limits.fetches;
        if self.trail.steps.len() >= most { Err(WalkError::Fetches(most)) } else { Ok(()) }
    }

    /// Whether a URL is one of the lab's own server.
    fn is_ours(&self, uri: &Uri) -> bool {
        let place = |uri: &Uri| (uri.scheme.clone(), uri.host.clone(), uri.port.clone().unwrap_or_else(|| "80".to_owned()));
        place(uri) == place(&self.base)
    }

    fn loaded(&self, image: &Image) -> Loaded {
        Loaded {
            name: image.name.clone(),
            url: image.url(),
            args: image.args.clone(),
            bytes: image.len,
            sha256: self.digests.get(&image.fetch).copied(),
        }
    }

    fn boot(&mut self, boot: &Boot) -> WalkEnd {
        let linux = matches!(boot.kernel.kind, ImageKind::BzImage | ImageKind::BzImageEfi);
        for image in boot.initrds.iter().filter(|_| linux) {
            let beacon = is_beacon(&image.uri);
            if beacon || image.kind == ImageKind::Script {
                self.notes.push(format!(
                    "the image `{}` is still held at `boot`: a BIOS hands it to the kernel as an initrd",
                    image.name
                ));
            } else if image.args.is_empty() && !boot.kernel.args.split(' ').any(|arg| names_initrd(arg, &image.name)) {
                self.notes.push(format!("the kernel's arguments lack `initrd={}`: on UEFI it would not find it", image.name));
            }
        }
        let initrds = boot.initrds.iter().map(|image| self.loaded(image)).collect();
        WalkEnd::Boot { kernel: self.loaded(&boot.kernel), initrds }
    }

    /// Reads of each disk what iPXE and the machine read first. The inner error is the walk's end.
    async fn sanboot(&mut self, san: &SanBoot) -> Result<Result<Answer, WalkEnd>, WalkError> {
        if san.uris.is_empty() {
            // iPXE under UEFI knows no drives but those that it has hooked itself.
            return Ok(match self.interpreter.settings().print("platform").as_str() {
                "efi" => Ok(Answer::Failed("no such device: under UEFI, iPXE cannot boot a disk of the machine".to_owned())),
                _ => Err(WalkEnd::Disk(san.drive)),
            });
        }
        for uri in &san.uris {
            if let Err(reason) = self.disk(uri).await? {
                return Ok(Ok(Answer::Failed(reason)));
            }
        }
        Ok(if san.hook_only { Ok(Answer::Done) } else { Err(WalkEnd::SanBoot(san.uris.clone())) })
    }

    async fn disk(&mut self, url: &str) -> Result<Result<(), String>, WalkError> {
        let uri = Uri::parse(url);
        if !self.is_ours(&uri) {
            return Ok(Ok(()));
        }
        let mut length = 0;
        for part in [Part::Size, Part::First, Part::Last] {
            self.count()?;
            let began = Instant::now();
            let answer = self.disk_part(&uri, part, length).await;
            let (bytes, sha256) = answer.as_ref().map_or((0, None), |(bytes, sha256)| (*bytes, *sha256));
            if part == Part::Size {
                length = bytes;
            }
            let outcome = answer.map(|_| ());
            let at = Some(self.interpreter.position());
            let (name, took) = (url.to_owned(), began.elapsed());
            let step =
                Step { kind: StepKind::San, protocol: Protocol::Http, name, at, bytes, took, sha256, outcome: outcome.clone() };
            self.trail.add(step);
            if outcome.is_err() {
                return Ok(outcome);
            }
        }
        Ok(Ok(()))
    }

    async fn disk_part(&mut self, uri: &Uri, part: Part, length: u64) -> Result<(u64, Option<Sha256>), String> {
        let last = (length.max(SECTOR) / SECTOR - 1) * SECTOR;
        let (method, range) = match part {
            Part::Size => (Method::Head, None),
            Part::First => (Method::Get, Some((0, SECTOR - 1))),
            Part::Last => (Method::Get, Some((last, last + SECTOR - 1))),
        };
        let got = ask(self.spec, &mut self.client, uri, method, range).await?;
        match (got.status, part) {
            (200, Part::Size) => match got.length {
                Some(length) if length >= SECTOR => Ok((length, None)),
                Some(length) => Err(format!("a disk of {length} bytes has no sector")),
                None => Err("the answer has no Content-Length".to_owned()),
            },
            (206, Part::First | Part::Last) if got.bytes == SECTOR => Ok((got.bytes, Some(got.sha256))),
            (206, _) => Err(format!("a range of {SECTOR} bytes was asked for, {} came", got.bytes)),
            (200, _) => Err("the server sent the whole file in place of a range".to_owned()),
            (status, _) => Err(format!("HTTP status {status}")),
        }
    }
}

/// The parts of a disk that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Size,
    First,
    Last,
}

/// Whether a URL is a call-back of a boot: `/b/<boot-id>/event/<state>`.
fn is_beacon(uri: &Uri) -> bool {
    let target = uri.request_target();
    target.starts_with("/b/") && target.contains("/event/")
}

fn names_initrd(argument: &str, name: &str) -> bool {
    argument.strip_prefix("initrd=").is_some_and(|names| names.split(',').any(|n| n == name))
}

fn step_kind(fetch: &Fetch, kind: ImageKind) -> StepKind {
    match (fetch.kind, kind) {
        _ if is_beacon(&fetch.uri) => StepKind::Beacon,
        (FetchKind::Kernel, _) => StepKind::Kernel,
        (FetchKind::Initrd, _) => StepKind::Initrd,
        (FetchKind::Chain, ImageKind::Script | ImageKind::Data) => StepKind::Script,
        (FetchKind::Chain, _) => StepKind::Program,
        (FetchKind::ImgFetch | FetchKind::ImgArgs, _) => StepKind::File,
    }
}

async fn ask(
    spec: &WalkSpec,
    client: &mut HttpClient,
    uri: &Uri,
    method: Method,
    range: Option<(u64, u64)>,
) -> Result<super::http::HttpGot, String> {
    let host = match (&uri.host, &uri.port) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.clone(),
        (None, _) => String::new(),
    };
    let target = uri.request_target();
    let request = HttpRequest {
        method,
        target: &target,
        host: &host,
        user_agent: &user_agent(),
        accept: false,
        range,
        // One byte more than a script may have, so that a longer one is seen.
        body: Body { keep: MAX_SCRIPT + 1, limit: spec.limits.file_bytes },
    };
    client.ask(spec.http, &request).await.map_err(|error| with_causes(&error))
}

/// A whole file by HTTP; any status but 200 is a failure, as it is to iPXE.
async fn http(spec: &WalkSpec, client: &mut HttpClient, uri: &Uri, range: Option<(u64, u64)>) -> Result<Got, String> {
    let got = ask(spec, client, uri, Method::Get, range).await?;
    if got.status != 200 {
        return Err(format!("HTTP status {}", got.status));
    }
    Ok(Got { bytes: got.bytes, sha256: got.sha256, kept: got.kept })
}

/// A whole file by TFTP, with the options that iPXE sends.
async fn tftp(spec: &WalkSpec, uri: &Uri) -> Result<Got, String> {
    let target = uri.request_target();
    let options = TftpOptions { blksize: Some(1432), tsize: true, ..TftpOptions::default() };
    let got = tftp_client(spec).read(target.trim_start_matches('/'), options).await.map_err(|error| with_causes(&error))?;
    Ok(Got { bytes: got.bytes, sha256: got.sha256, kept: got.head })
}
