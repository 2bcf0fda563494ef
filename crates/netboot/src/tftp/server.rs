//! The listening side: takes requests in, gives each its thread, ends in good order.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use pxectl_model::event::Report;
use quinn_udp::{RecvMeta, Transmit, UdpSocketState};
use tokio::io::Interest;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::limits::Limits;
use super::registry::{Admission, Asked, Registry};
use super::request::{self, Incoming, Refusal};
use super::worker::Worker;
use crate::complaints::{Bounds, Complaints, sum_up_until};
use crate::table::Tables;

/// Threads beyond the transfers: displaced transfers that are about to end.
const THREADS_ENDING: usize = 64;
/// A thread's stack; all its buffers are on the heap.
const STACK: usize = 256 << 10;

/// A TFTP server on a bound socket: RFC 1350, 2347, 2348, 2349, 7440; it only sends.
pub struct TftpServer {
    socket: tokio::net::UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
    tables: Arc<dyn Tables>,
    worker: Arc<Worker>,
    threads: watch::Sender<usize>,
}

impl TftpServer {
    /// Takes over a bound socket. Where that is bound to 0.0.0.0, each client is answered from the address that it asked.
    /// `ids` numbers transfers, shared with the HTTP server.
    ///
    /// # Errors
    /// Where the socket cannot be set up.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(
        socket: UdpSocket,
        tables: Arc<dyn Tables>,
        report: Arc<dyn Report>,
        limits: Limits,
        ids: Arc<AtomicU64>,
    ) -> io::Result<Self> {
        let state = UdpSocketState::new((&socket).into())?;
        let local = socket.local_addr()?;
        socket.set_nonblocking(true)?;
        let socket = tokio::net::UdpSocket::from_std(socket)?;
        let registry = Registry::new(&limits);
        let bounds = Bounds { window: Duration::from_secs(1), all: limits.complaints, per_peer: limits.complaints };
        let names = ["TFTP request was refused or came to nothing", "TFTP requests were refused or came to nothing"];
        let complaints = Complaints::new(report.clone(), bounds, names);
        let worker = Arc::new(Worker { tables: tables.clone(), report, complaints, limits, ids, registry });
        Ok(Self { socket, state, local, tables, worker, threads: watch::Sender::new(0) })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Serves until `stop`; then takes no more requests, gives the transfers under way `grace` to end, and tells the clients of
    /// those that did not.
    pub async fn run(self, stop: CancellationToken, grace: Duration) {
        let complaints = [&self.worker.complaints];
        tokio::join!(self.listen(&stop), sum_up_until(&stop, &complaints));
        let mut threads = self.threads.subscribe();
        let all_ended = threads.wait_for(|count| *count == 0);
        if tokio::time::timeout(grace, all_ended).await.is_err() {
            self.worker.registry.end_all();
            let _ = threads.wait_for(|count| *count == 0).await;
        }
        self.worker.complaints.sum_up();
    }

    async fn listen(&self, stop: &CancellationToken) {
        // The kernel may join datagrams that came together (UDP_GRO).
        let mut buffer = vec![0; 1 << 16];
        loop {
            let received = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                received = self.receive(&mut buffer) => received,
            };
            match received {
                Ok(meta) => {
                    let local = meta.dst_ip.unwrap_or(self.local.ip());
                    for datagram in buffer[..meta.len.min(buffer.len())].chunks(meta.stride.max(1)) {
                        self.take(datagram, meta.addr, local);
                    }
                }
                // Nothing that a client can cause; wait, so that a lasting fault costs no CPU.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn receive(&self, buffer: &mut [u8]) -> io::Result<RecvMeta> {
        self.socket
            .async_io(Interest::READABLE, || {
                let mut meta = [RecvMeta::default()];
                self.state.recv((&self.socket).into(), &mut [IoSliceMut::new(buffer)], &mut meta)?;
                Ok(meta[0])
            })
            .await
    }

    fn take(&self, datagram: &[u8], peer: SocketAddr, local: IpAddr) {
        // Nobody can be reached at port 0; such a source address is forged.
        if peer.port() == 0 {
            return;
        }
        let request = match request::parse(datagram) {
            Incoming::Read(request) => request,
            Incoming::Refuse(refusal) => return self.refuse(&refusal, peer, local),
            Incoming::Silence => return,
        };
        if !self.tables.in_force().tftp.contains_key(&request.name) {
            return self.refuse(&request::not_found(&request.name), peer, local);
        }
        let asked = Asked { datagram: datagram.into(), peer, local };
        if *self.threads.borrow() >= self.worker.limits.transfers + THREADS_ENDING {
            return self.worker.refused(peer.ip(), &request.name, "too many transfers");
        }
        let live = match self.worker.registry.admit(&asked) {
            Admission::Admitted(live) => live,
            Admission::Known => return,
            Admission::Full(why) => return self.worker.refused(peer.ip(), &request.name, why),
        };
        let (worker, running) = (self.worker.clone(), Running::new(self.threads.clone()));
        let (held, first) = (live.clone(), asked.clone());
        let thread = std::thread::Builder::new().name("tftp".into()).stack_size(STACK).spawn(move || {
            worker.serve(first, held);
            drop(running);
        });
        if thread.is_err() {
            self.worker.registry.finish(peer, &live);
            self.worker.refused(peer.ip(), &request.name, "no thread could be started");
        }
    }

    fn refuse(&self, refusal: &Refusal, peer: SocketAddr, local: IpAddr) {
        let contents = refusal.packet();
        // A broadcast or multicast address cannot be a source.
        let src_ip = Some(local).filter(|_| self.local.ip().is_unspecified());
        let transmit = Transmit { destination: peer, ecn: None, contents: &contents, segment_size: None, src_ip };
        let _ = self.state.try_send((&self.socket).into(), &transmit);
        self.worker.refused(peer.ip(), &refusal.what, refusal.text);
    }
}

/// Counts a thread for as long as it lives, even where it panics.
struct Running(watch::Sender<usize>);

impl Running {
    fn new(threads: watch::Sender<usize>) -> Self {
        threads.send_modify(|count| *count += 1);
        Self(threads)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
