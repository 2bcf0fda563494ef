//! What a transfer's thread does: opens the socket, settles the options, sends, and tells what came of it.

use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV6, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pxectl_model::event::{self, EventKind, Payload, Protocol, Report};

use super::limits::Limits;
use super::live::{Ended, Live};
use super::options::negotiate;
use super::registry::{Asked, Registry};
use super::request::{self, Incoming, Request};
use super::transfer::{Failure, Transfer, Watch};
use super::{neighbour, route};
use crate::complaints::Complaints;
use crate::open::OpenBody;
use crate::printable::printable;
use crate::table::Tables;

/// Progress of one transfer is told at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// What all transfers share.
pub struct Worker {
    /// What is servable.
    pub tables: Arc<dyn Tables>,
    /// Where it is told.
    pub report: Arc<dyn Report>,
    /// Where requests are told that get no transfer.
    pub complaints: Complaints,
    /// Caps.
    pub limits: Limits,
    /// Numbers transfers.
    pub ids: Arc<AtomicU64>,
    /// Who is being served.
    pub registry: Registry,
}

impl Worker {
    /// Serves a request that was admitted, and then each one that waited for its end.
    pub fn serve(&self, asked: Asked, live: Arc<Live>) {
        let mut next = Some((asked, live));
        while let Some((asked, live)) = next {
            if let Incoming::Read(request) = request::parse(&asked.datagram)
                && let Some(body) = self.tables.in_force().tftp.get(&request.name)
            {
                self.transfer(&asked, &live, &request, body);
            }
            next = self.registry.finish(asked.peer, &live);
        }
    }

    /// A request gets no transfer.
    pub fn refused(&self, peer: IpAddr, what: &str, reason: &str) {
        self.complaints.refused(Protocol::Tftp, peer, what, reason);
    }

    fn transfer(&self, asked: &Asked, live: &Live, request: &Request, body: &OpenBody) {
        let name = printable(&request.name);
        let socket = match connected(asked) {
            Ok(socket) => live.open(socket),
            Err(error) => return self.refused(asked.peer.ip(), &name, &format!("no socket to the client: {error}")),
        };
        let bytes = body.len();
        let agreed = negotiate(&request.options, bytes, route::block_max(socket), self.limits.window);
        let peer = asked.peer.ip().to_canonical();
        let about = event::Transfer {
            id: self.ids.fetch_add(1, Ordering::Relaxed),
            protocol: Protocol::Tftp,
            peer,
            mac: None,
            boot: None,
            payload: Payload::Nbp,
            name,
            bytes,
            whole: bytes,
        };
        let mut teller = Teller { worker: self, about, started: false, told: live.began };
        let mut transfer = Transfer::new(live, socket, body, &agreed, &self.limits);
        let done = transfer.run(&mut teller);
        teller.finish(done, transfer.acknowledged(), live.began);
    }
}

/// A socket of its own (its port is the server's TID), from the address that was asked to the client and nobody else.
fn connected(asked: &Asked) -> io::Result<UdpSocket> {
    let local = match (asked.local, asked.peer) {
        // A link-local address is only one together with its interface.
        (IpAddr::V6(ip), SocketAddr::V6(peer)) => SocketAddrV6::new(ip, 0, 0, peer.scope_id()).into(),
        (ip, _) => SocketAddr::new(ip, 0),
    };
    let socket = UdpSocket::bind(local)?;
    socket.connect(asked.peer)?;
    Ok(socket)
}

/// Tells of one transfer. Nothing is told as started before the client has acknowledged something, so that a spoofed request
/// or a question for the size leaves no row.
struct Teller<'a> {
    worker: &'a Worker,
    about: event::Transfer,
    started: bool,
    told: Instant,
}

impl Watch for Teller<'_> {
    fn started(&mut self) {
        self.started = true;
        // Now the peer has been spoken to, and the neighbour table has it.
        self.about.mac = neighbour::mac(self.about.peer);
        self.worker.report.report(EventKind::TransferStarted(self.about.clone()));
    }

    fn progress(&mut self, bytes: u64, now: Instant) {
        if now.saturating_duration_since(self.told) >= PROGRESS_EVERY {
            self.told = now;
            self.worker.report.report(EventKind::TransferProgress { id: self.about.id, sent: bytes });
        }
    }
}

impl Teller<'_> {
    fn finish(self, done: Result<(), Failure>, sent: u64, began: Instant) {
        let transfer = self.about;
        let failure = match done {
            Ok(()) => return self.worker.report.report(EventKind::TransferDone { transfer, took: began.elapsed() }),
            Err(failure) => failure,
        };
        if self.started {
            return self.worker.report.report(EventKind::TransferFailed { transfer, sent, reason: reason(&failure) });
        }
        // Nothing went wrong: the size was all that was wanted, or the client changed its mind.
        if !matches!(failure, Failure::SizeOnly | Failure::Ended(Ended::Replaced)) {
            let reason = reason(&failure);
            let complaints = &self.worker.complaints;
            complaints.tell(transfer.peer, || EventKind::TransferFailed { transfer, sent, reason });
        }
    }
}

/// The failure with its cause; neither holds a path.
fn reason(failure: &Failure) -> String {
    match std::error::Error::source(failure) {
        Some(cause) => format!("{failure}: {cause}"),
        None => failure.to_string(),
    }
}
