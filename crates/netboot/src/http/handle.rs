//! From a request to its response.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime};

use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_LENGTH, HeaderMap, HeaderValue};
use hyper::{Method, Response, StatusCode};
use pxectl_model::boot::{BootId, Ledger};
use pxectl_model::event::{Payload, Protocol, Report};

use super::files::{self, File};
use super::lane::Lane;
use super::memo::Memo;
use super::pulse::Pulse;
use super::reply::{self, Reply};
use super::route::{OfBoot, Route, route};
use super::{ask, beacon};
use crate::boots::{Absent, Boots};
use crate::complaints::{Bounds, Complaints};
use crate::open::OpenBody;
use crate::table::Tables;

/// What every request is answered from.
pub(crate) struct Site {
    pub(crate) tables: Arc<dyn Tables>,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) report: Arc<dyn Report>,
    pub(crate) boots: Boots,
    pub(crate) strangers: Strangers,
    pub(crate) memo: Memo,
    /// Numbers of transfers, shared with TFTP.
    pub(crate) ids: Arc<AtomicU64>,
    /// What is generated counts as modified then.
    pub(crate) started: SystemTime,
    /// Where boot-ids come from.
    pub(crate) mint: fn() -> [u8; 16],
}

/// What anybody can cause by a request, told within bounds.
pub(crate) struct Strangers {
    /// Requests that were refused.
    pub(crate) refusals: Complaints,
    /// Scripts that tell a machine to wait, or that it is refused: it asks again and again.
    pub(crate) waiting: Complaints,
    /// What is odd about machines that asked.
    pub(crate) notes: Complaints,
}

impl Strangers {
    /// Told to this one.
    pub(crate) fn new(report: &Arc<dyn Report>) -> Self {
        let second = Bounds { window: Duration::from_secs(1), all: 20, per_peer: 20 };
        // A hall of machines that nobody wrote down is news, each of them, and each asks every 10 s.
        let round = Bounds { window: Duration::from_secs(10), all: 500, per_peer: 20 };
        let of = |bounds, names| Complaints::new(report.clone(), bounds, names);
        Self {
            refusals: of(second, ["HTTP request was refused", "HTTP requests were refused"]),
            waiting: of(round, ["machine was told to wait", "times a machine was told to wait"]),
            notes: of(round, ["warning about a machine", "warnings about machines"]),
        }
    }

    /// Each of them.
    pub(crate) fn all(&self) -> [&Complaints; 3] {
        [&self.refusals, &self.waiting, &self.notes]
    }
}

/// One request and where it came in.
pub(super) struct Request<'a> {
    pub(super) site: &'a Arc<Site>,
    pub(super) lane: &'a Arc<Lane>,
    pub(super) pulse: &'a Arc<Pulse>,
    pub(super) peer: IpAddr,
    pub(super) target: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) head: bool,
}

const HOME: &str = "pxectl serves network boots here: /boot.ipxe is the script to begin with\n";

/// Answers one request.
pub(crate) async fn handle(
    site: &Arc<Site>,
    lane: &Arc<Lane>,
    pulse: &Arc<Pulse>,
    peer: IpAddr,
    request: &hyper::Request<Incoming>,
) -> Response<Reply> {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let head = request.method() == Method::HEAD;
    let mut response = if head || request.method() == Method::GET {
        let request = Request { site, lane, pulse, peer, target, headers: request.headers(), head };
        request.answer().await
    } else {
        let mut response = refuse(site, peer, target, StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        response
    };
    if head {
        let body = std::mem::replace(response.body_mut(), Reply::Empty);
        let len = hyper::body::Body::size_hint(&body).exact().unwrap_or(0);
        response.headers_mut().entry(CONTENT_LENGTH).or_insert(HeaderValue::from(len));
    }
    response
}

fn refuse(site: &Site, peer: IpAddr, target: &str, status: StatusCode, reason: &str) -> Response<Reply> {
    site.strangers.refusals.refused(Protocol::Http, peer, target, reason);
    reply::text(status, format!("{reason}\n"))
}

/// What a file is to the machine that fetches it.
fn payload(role: Option<&String>) -> Payload {
    role.map_or(Payload::Plain, |role| Payload::Load { role: role.clone() })
}

impl Request<'_> {
    async fn answer(&self) -> Response<Reply> {
        let route = match route(self.target) {
            Ok(route) => route,
            Err(bad) => {
                let status = match bad {
                    super::route::BadTarget::Unknown => StatusCode::NOT_FOUND,
                    super::route::BadTarget::Long => StatusCode::URI_TOO_LONG,
                    _ => StatusCode::BAD_REQUEST,
                };
                return self.refuse(status, &bad.to_string());
            }
        };
        match route {
            Route::Home => reply::text(StatusCode::OK, HOME),
            Route::Health => reply::text(StatusCode::OK, "ok\n"),
            Route::Ask(query) => ask::respond(self.site, self.peer, &query, self.head).await,
            Route::Stage1 => {
                let table = self.site.tables.in_force();
                let body = OpenBody::Bytes { bytes: table.stage1.clone(), modified: self.site.started };
                files::respond(self, File { body: &body, name: "boot.ipxe", payload: Payload::Stage1, boot: None })
            }
            Route::Nbp(name) => {
                let table = self.site.tables.in_force();
                self.file(table.tftp.get(&name), &name, Payload::Nbp, None)
            }
            Route::File(name) => self.file(self.site.tables.in_force().files.get(&name), &name, Payload::Plain, None),
            Route::Media(name) => self.file(self.site.tables.in_force().media.get(&name), &name, Payload::Plain, None),
            Route::Boot(id, what) => self.of_boot(id, what).await,
        }
    }

    async fn of_boot(&self, id: BootId, what: OfBoot) -> Response<Reply> {
        let boot = match self.site.boots.find(id, self.peer) {
            Ok(boot) => boot,
            Err(Absent::Unknown) => return self.refuse(StatusCode::NOT_FOUND, "no boot has this id, or its time is over"),
            Err(Absent::Elsewhere) => return self.refuse(StatusCode::FORBIDDEN, "this boot belongs to another address"),
        };
        match what {
            OfBoot::File(name) => {
                let payload = payload(boot.roles.get(&format!("artifacts/{name}")));
                self.file(boot.files.get(&name), &name, payload, Some(id))
            }
            OfBoot::Media(name) => {
                let payload = payload(boot.roles.get(&format!("media/{name}")));
                self.file(boot.media.get(&name), &name, payload, Some(id))
            }
            OfBoot::Answer(name) => {
                let body =
                    boot.answers.get(&name).map(|bytes| OpenBody::Bytes { bytes: bytes.clone(), modified: self.site.started });
                let mut response = self.file(body.as_ref(), &name, Payload::Answer, Some(id));
                response.headers_mut().insert(hyper::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                response
            }
            OfBoot::Event(state) if state == "booted" && boot.beacon => {
                // A HEAD asks what a GET would say, and does nothing.
                if self.head { reply::text(StatusCode::OK, "") } else { beacon::respond(self.site, boot).await }
            }
            OfBoot::Event(_) => self.refuse(StatusCode::NOT_FOUND, "this boot tells no such state"),
        }
    }

    fn file(&self, body: Option<&OpenBody>, name: &str, payload: Payload, boot: Option<BootId>) -> Response<Reply> {
        match body {
            Some(body) => files::respond(self, File { body, name, payload, boot }),
            None => self.refuse(StatusCode::NOT_FOUND, "there is nothing under this name"),
        }
    }

    fn refuse(&self, status: StatusCode, reason: &str) -> Response<Reply> {
        refuse(self.site, self.peer, self.target, status, reason)
    }
}
