//! Both servers together: bind every socket, then announce, then answer; and stop in good order.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime};

use pxectl_model::boot::Ledger;
use pxectl_model::event::{EventKind, Report};
use rustix::process::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Protocol, Socket, Type};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::boots::Boots;
use crate::complaints::sum_up_until;
use crate::http::{self, Serving, Site};
use crate::table::Tables;
use crate::tftp::{self, TftpServer};

/// Descriptors that are kept for files, TFTP and everything else than HTTP connections.
const OTHER_FILES: u64 = 768;

/// Why a socket could not be bound.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {protocol} {address}: {}", cause(*.address, .source))]
pub struct BindError {
    /// `UDP`, for TFTP, or `TCP`, for HTTP.
    pub protocol: &'static str,
    /// Where it was to listen.
    pub address: SocketAddr,
    /// What the system said; `AddrInUse`, `PermissionDenied` and `AddrNotAvailable` are the usual ones.
    #[source]
    pub source: io::Error,
}

fn cause(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there already".to_owned(),
        io::ErrorKind::PermissionDenied => format!("binding port {} needs root or CAP_NET_BIND_SERVICE", address.port()),
        io::ErrorKind::AddrNotAvailable => format!("this host has no address {}", address.ip()),
        _ => error.to_string(),
    }
}

/// Caps and timeouts of both servers.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Of HTTP.
    pub http: http::Limits,
    /// Of TFTP.
    pub tftp: tftp::Limits,
    /// How long transfers may go on after [`Running::stop`].
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { http: http::Limits::default(), tftp: tftp::Limits::default(), grace: Duration::from_secs(10) }
    }
}

/// Both sockets, bound; requests queue up in them until [`Bound::serve`].
#[derive(Debug)]
pub struct Bound {
    http: TcpListener,
    tftp: UdpSocket,
    http_addr: SocketAddr,
    tftp_addr: SocketAddr,
}

impl Bound {
    /// Binds both; port 0 takes a free one.
    ///
    /// # Errors
    /// Where one cannot be had; neither stays bound then.
    pub fn bind(http: SocketAddr, tftp: SocketAddr) -> Result<Self, BindError> {
        let http_failed = |source| BindError { protocol: "TCP", address: http, source };
        let tftp_failed = |source| BindError { protocol: "UDP", address: tftp, source };
        let http = listen(http).map_err(http_failed)?;
        let tftp = UdpSocket::bind(tftp).map_err(tftp_failed)?;
        let http_addr = http.local_addr().map_err(http_failed)?;
        let tftp_addr = tftp.local_addr().map_err(tftp_failed)?;
        Ok(Self { http, tftp, http_addr, tftp_addr })
    }

    /// Where HTTP will answer.
    pub fn http_addr(&self) -> SocketAddr {
        self.http_addr
    }

    /// Where TFTP will answer.
    pub fn tftp_addr(&self) -> SocketAddr {
        self.tftp_addr
    }

    /// Reports [`EventKind::Listening`], then answers, in tasks of the runtime that it is called in. Raises this process's soft
    /// limit of open files to the hard one.
    ///
    /// # Errors
    /// Where a socket cannot be set up.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O and time.
    pub fn serve(
        self,
        tables: Arc<dyn Tables>,
        ledger: Arc<dyn Ledger>,
        report: Arc<dyn Report>,
        limits: Limits,
    ) -> io::Result<Running> {
        let Limits { http: http_limits, tftp: tftp_limits, grace } = limits;
        let most = usize::try_from(open_files().saturating_sub(OTHER_FILES).max(64)).unwrap_or(usize::MAX);
        let ids = Arc::new(AtomicU64::new(1));
        self.http.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(self.http)?;
        let tftp = TftpServer::new(self.tftp, tables.clone(), report.clone(), tftp_limits, ids.clone())?;
        report.report(EventKind::Listening { tftp: self.tftp_addr, http: self.http_addr });
        let site = Arc::new(Site {
            tables,
            ledger,
            boots: Boots::new(http_limits.boots, http_limits.boots_per_peer, http_limits.boot_window),
            strangers: http::Strangers::new(&report),
            memo: http::Memo::new(),
            report: report.clone(),
            ids,
            started: SystemTime::now(),
            mint: random,
        });
        let serving = http::serve(listener, site.clone(), http_limits, most);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let summing = stop.clone();
        tasks.spawn(async move { sum_up_until(&summing, &site.strangers.all()).await });
        tasks.spawn(tftp.run(stop.clone(), grace));
        Ok(Running { serving, tftp: tasks, stop, report, grace, http_addr: self.http_addr, tftp_addr: self.tftp_addr })
    }
}

/// Both servers at work. Dropped without [`Running::stop`] it ends at once, and says nothing.
pub struct Running {
    serving: Serving,
    tftp: TaskTracker,
    stop: CancellationToken,
    report: Arc<dyn Report>,
    grace: Duration,
    http_addr: SocketAddr,
    tftp_addr: SocketAddr,
}

impl Running {
    /// Where HTTP answers.
    pub fn http_addr(&self) -> SocketAddr {
        self.http_addr
    }

    /// Where TFTP answers.
    pub fn tftp_addr(&self) -> SocketAddr {
        self.tftp_addr
    }

    /// Takes no more requests, gives transfers the grace of [`Limits`], cuts what is left. Reports [`EventKind::Stopping`] with
    /// `why` at once and [`EventKind::Stopped`] last.
    pub async fn stop(self, why: &str) {
        self.report.report(EventKind::Stopping { why: why.to_owned() });
        self.stop.cancel();
        self.tftp.close();
        tokio::join!(self.serving.stop(self.grace), self.tftp.wait());
        self.report.report(EventKind::Stopped);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Connections of a run before that wait for their last packets do not keep the port.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    // A rack that is switched on asks all at once.
    socket.listen(1024)?;
    Ok(socket.into())
}

/// Raises the soft limit of open files as far as it goes, and tells it.
fn open_files() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    let soft = limit.current;
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        Err(_) => soft.unwrap_or(u64::MAX),
    }
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    // The system's generator does not fail once the system is up; ids that could be guessed would be worse than none.
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_cannot_be_had_is_one_clear_error() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let first = Bound::bind(any, any).unwrap();
        let error = Bound::bind(first.http_addr(), any).unwrap_err();
        let text = format!("cannot listen on TCP {}: another program listens there already", first.http_addr());
        assert_eq!(error.to_string(), text);
        let error = Bound::bind(any, first.tftp_addr()).unwrap_err();
        assert!(error.to_string().starts_with("cannot listen on UDP 127.0.0.1:"), "{error}");
        let foreign = SocketAddr::from(([192, 0, 2, 1], 0));
        let error = Bound::bind(foreign, any).unwrap_err();
        assert_eq!(error.to_string(), "cannot listen on TCP 192.0.2.1:0: this host has no address 192.0.2.1");
    }
}
