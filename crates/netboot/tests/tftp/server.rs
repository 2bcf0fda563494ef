//! A server on a free loopback port, whose events can be waited for.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use pxectl_model::body::Body;
use pxectl_model::boot::{Asker, BootId, Recognised, Responder, Stage2, Standing};
use pxectl_model::event::{EventKind, Report};
use pxectl_netboot::open::OpenBody;
use pxectl_netboot::table::{Fixed, Table};
use pxectl_netboot::tftp::{Limits, TftpServer};
use tokio_util::sync::CancellationToken;

/// Longer than anything here takes; only a broken server waits for so long.
const AT_MOST: Duration = Duration::from_secs(120);

pub struct Server {
    pub addr: SocketAddr,
    events: Receiver<EventKind>,
    stop: CancellationToken,
    thread: Option<std::thread::JoinHandle<()>>,
}

struct Nobody;

impl Responder for Nobody {
    fn recognise(&self, _: &Asker) -> Recognised {
        unreachable!("TFTP asks nobody")
    }

    fn script(&self, _: &Asker, _: &Recognised, _: BootId, _: Standing) -> (Stage2, Option<String>) {
        unreachable!("TFTP asks nobody")
    }
}

struct Post(Mutex<Sender<EventKind>>);

impl Report for Post {
    fn report(&self, kind: EventKind) {
        // A test that has what it wanted listens no more.
        let _ = self.0.lock().unwrap().send(kind);
    }
}

/// Whether this is a process for one test alone, in which memory and threads can be counted. Where it is not, starts it and waits.
pub fn alone(test: &str) -> bool {
    const ALONE: &str = "PXECTL_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let program = std::env::current_exe().unwrap();
    let status = std::process::Command::new(program).args(["--exact", test, "--nocapture"]).env(ALONE, "1").status();
    assert!(status.unwrap().success(), "{test} in a process of its own");
    false
}

/// Bytes that differ from block to block.
pub fn content(len: usize) -> Vec<u8> {
    (0..len as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as u8).collect()
}

pub fn bytes(content: Vec<u8>) -> OpenBody {
    OpenBody::Bytes { bytes: content.into(), modified: SystemTime::UNIX_EPOCH }
}

pub fn file(path: &Path) -> OpenBody {
    OpenBody::open(&Body::File(Arc::from(path))).unwrap()
}

impl Server {
    pub fn new<const N: usize>(files: [(&str, OpenBody); N]) -> Self {
        Self::start("127.0.0.1:0", files, Limits::default(), Duration::ZERO)
    }

    pub fn start<const N: usize>(bind: &str, files: [(&str, OpenBody); N], limits: Limits, grace: Duration) -> Self {
        let tftp: HashMap<_, _> = files.into_iter().map(|(name, body)| (name.to_owned(), body)).collect();
        let table =
            Table { tftp, files: Arc::default(), media: Arc::default(), stage1: Arc::from([]), responder: Arc::new(Nobody) };
        let socket = UdpSocket::bind(bind).unwrap();
        let addr = socket.local_addr().unwrap();
        let (sender, events) = channel();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let tables = Arc::new(Fixed(Arc::new(table)));
                let report = Arc::new(Post(Mutex::new(sender)));
                let server = TftpServer::new(socket, tables, report, limits, Arc::default()).unwrap();
                server.run(stopped, grace).await;
            });
        });
        Self { addr, events, stop, thread: Some(thread) }
    }

    /// The next event of which `wanted` makes something.
    pub fn wait<T>(&self, mut wanted: impl FnMut(&EventKind) -> Option<T>) -> T {
        loop {
            let event = self.events.recv_timeout(AT_MOST).expect("the event comes");
            if let Some(value) = wanted(&event) {
                return value;
            }
        }
    }

    /// Waits for a failed transfer and gives the reason.
    pub fn wait_failed(&self) -> String {
        self.wait(|event| match event {
            EventKind::TransferFailed { reason, .. } => Some(reason.clone()),
            _ => None,
        })
    }

    /// Waits for the end of a transfer and gives its bytes.
    pub fn wait_done(&self) -> u64 {
        self.wait(|event| match event {
            EventKind::TransferDone { transfer, .. } => Some(transfer.bytes),
            EventKind::TransferFailed { reason, .. } => panic!("{reason}"),
            _ => None,
        })
    }

    /// Asks it to stop, without waiting.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Everything that it has said, once it has ended.
    pub fn end(mut self) -> Vec<EventKind> {
        self.stop.cancel();
        self.thread.take().unwrap().join().unwrap();
        self.events.try_iter().collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server does not panic");
        }
    }
}
