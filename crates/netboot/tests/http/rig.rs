//! A real server on loopback, a client that writes raw requests, and a log of events that can be waited for.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use pxectl_model::body::{Body, Extent};
use pxectl_model::boot::{Action, Asker, BootId, Ledger, Load, Machine, Recognised, Responder, Stage2, Standing, Taken, Verdict};
use pxectl_model::event::{EventKind, Report};
use pxectl_model::identity::MachineId;
use pxectl_netboot::open::OpenBody;
use pxectl_netboot::server::{Bound, Limits, Running};
use pxectl_netboot::table::{Table, Tables};

/// Longest wait for anything; reached only where a test fails.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Rig {
    pub runtime: tokio::runtime::Runtime,
    pub running: Option<Running>,
    pub addr: SocketAddr,
    pub log: Arc<Log>,
    pub ledger: Arc<Book>,
    pub shelf: Arc<Shelf>,
    pub dir: tempfile::TempDir,
}

/// Tables that a test exchanges.
pub struct Shelf(pub Mutex<Arc<Table>>);

impl Tables for Shelf {
    fn in_force(&self) -> Arc<Table> {
        self.0.lock().unwrap().clone()
    }

    fn fresh(&self) -> std::pin::Pin<Box<dyn Future<Output = Arc<Table>> + Send + '_>> {
        Box::pin(std::future::ready(self.in_force()))
    }
}

/// Events so far.
#[derive(Default)]
pub struct Log {
    kinds: Mutex<Vec<EventKind>>,
    more: Condvar,
}

impl Report for Log {
    fn report(&self, kind: EventKind) {
        self.kinds.lock().unwrap().push(kind);
        self.more.notify_all();
    }
}

impl Log {
    /// Waits until an event is as wanted.
    pub fn wait<T>(&self, want: impl Fn(&EventKind) -> Option<T>) -> T {
        let mut kinds = self.kinds.lock().unwrap();
        loop {
            if let Some(found) = kinds.iter().find_map(&want) {
                return found;
            }
            let (next, timeout) = self.more.wait_timeout(kinds, PATIENCE).unwrap();
            kinds = next;
            assert!(!timeout.timed_out(), "no such event among {kinds:#?}");
        }
    }

    pub fn count(&self, want: impl Fn(&EventKind) -> bool) -> usize {
        self.kinds.lock().unwrap().iter().filter(|kind| want(kind)).count()
    }

    pub fn all(&self) -> Vec<EventKind> {
        self.kinds.lock().unwrap().clone()
    }

    /// Waits for a failed transfer, and gives bytes and reason.
    pub fn failed(&self) -> (u64, String) {
        self.wait(|kind| match kind {
            EventKind::TransferFailed { sent, reason, .. } => Some((*sent, reason.clone())),
            _ => None,
        })
    }
}

/// A ledger in memory.
#[derive(Default)]
pub struct Book {
    pub taken: Mutex<HashMap<MachineId, BootId>>,
    pub broken: Mutex<bool>,
}

impl Ledger for Book {
    fn standing_now(&self, _: &Machine, _: &str, _: bool) -> Option<Standing> {
        None
    }

    fn standing(&self, machine: &Machine, _: &str, _: bool) -> Result<Standing, String> {
        Ok(if self.taken.lock().unwrap().contains_key(&machine.id) { Standing::Done } else { Standing::Armed })
    }

    fn take(&self, machine: &Machine, boot: BootId, _: &str, _: &str) -> Result<Taken, String> {
        if *self.broken.lock().unwrap() {
            return Err("no space left on /srv/secret".to_owned());
        }
        Ok(match *self.taken.lock().unwrap().entry(machine.id.clone()).or_insert(boot) {
            other if other != boot => Taken::Refused,
            _ => Taken::Now,
        })
    }
}

/// `INST…` installs, `LIVE…` boots live, everything else waits.
struct Words;

impl Responder for Words {
    fn recognise(&self, asker: &Asker) -> Recognised {
        let serial = asker.identity.raw_serial.clone();
        let boot = |installs| Verdict::Boot { profile: "p".to_owned(), recipe: "r".to_owned(), installs };
        let verdict = match serial.get(..4) {
            Some("INST") => boot(true),
            Some("LIVE") => boot(false),
            _ => Verdict::Hold,
        };
        Recognised { machine: Machine::stranger(&asker.identity), label: serial, verdict, notes: Vec::new() }
    }

    fn script(&self, _: &Asker, who: &Recognised, boot: BootId, standing: Standing) -> (Stage2, Option<String>) {
        let action = match (&who.verdict, standing) {
            (Verdict::Boot { .. }, Standing::Armed) => Action::Boot,
            (Verdict::Boot { .. }, _) => Action::Local,
            _ => Action::Hold,
        };
        let load = |file: &str, role: &str| Load { file: file.to_owned(), role: role.to_owned() };
        let stage2 = Stage2 {
            text: format!("#!ipxe\n# {boot} {action:?}\n"),
            action,
            loads: vec![load("artifacts/whole", "kernel"), load("artifacts/pieces", "initrd"), load("media/iso/many", "initrd")],
            answers: BTreeMap::from([("preseed.cfg".to_owned(), Arc::from(&b"d-i secret"[..]))]),
            beacon: action != Action::Hold,
        };
        (stage2, None)
    }
}

/// Bytes that are nowhere alike for long, the same for each length.
pub fn content(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Length of the file `whole`: some writes long, and no round number.
pub const WHOLE: usize = (5 << 20) + 4321;

/// The extents of `pieces` in `whole`.
pub const PIECES: [Extent; 3] =
    [Extent { offset: 4_000_000, len: 70_001 }, Extent { offset: 10, len: 1 }, Extent { offset: 1_000_000, len: 500_000 }];

/// Where a file inside an image lies in `whole`: in thousands of parts, the last first, some empty, of every length.
pub fn many() -> Arc<[Extent]> {
    let part = |n: u64| Extent { offset: 5_000_000 - n * 900, len: n * 37 % 899 };
    (0..5_000).map(part).collect()
}

pub fn table(dir: &Path) -> Table {
    let path = |name: &str| Arc::from(dir.join(name));
    let open = |body: Body| OpenBody::open(&body).unwrap();
    let files = [
        ("whole", open(Body::File(path("whole")))),
        ("pieces", open(Body::File(path("whole"))).part(Arc::from(PIECES)).unwrap()),
        ("empty", open(Body::File(path("empty")))),
        ("made", open(Body::Bytes(Arc::from(content(300_000))))),
        ("dir/a b.iso", open(Body::File(path("whole")))),
    ];
    let whole = open(Body::File(path("whole")));
    let media = [("iso/many", many()), ("iso/none", Arc::from([]))];
    let media = media.into_iter().map(|(name, extents)| (name.to_owned(), whole.part(extents).unwrap())).collect();
    let tftp = [("snponly.efi", open(Body::Bytes(Arc::from(content(1000)))))];
    Table {
        tftp: tftp.into_iter().map(|(name, body)| (name.to_owned(), body)).collect(),
        files: Arc::new(files.into_iter().map(|(name, body)| (name.to_owned(), body)).collect()),
        media: Arc::new(media),
        stage1: Arc::from(&b"#!ipxe\necho stage 1\n"[..]),
        responder: Arc::new(Words),
    }
}

impl Rig {
    pub fn new() -> Self {
        Self::with(Limits::default())
    }

    pub fn with(limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("whole"), content(WHOLE)).unwrap();
        std::fs::write(dir.path().join("empty"), b"").unwrap();
        let shelf = Arc::new(Shelf(Mutex::new(Arc::new(table(dir.path())))));
        let (log, ledger) = (Arc::new(Log::default()), Arc::new(Book::default()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = {
            let _inside = runtime.enter();
            Bound::bind(any, any).unwrap().serve(shelf.clone(), ledger.clone(), log.clone(), limits).unwrap()
        };
        let addr = running.http_addr();
        Self { runtime, running: Some(running), addr, log, ledger, shelf, dir }
    }

    /// Puts a file of so many bytes, an hour old, into the table under its name.
    pub fn shelve(&self, name: &str, bytes: usize) {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content(bytes)).unwrap();
        let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(hour_ago).unwrap();
        let mut table = table(self.dir.path());
        Arc::get_mut(&mut table.files).unwrap().insert(name.to_owned(), OpenBody::open(&Body::File(Arc::from(path))).unwrap());
        *self.shelf.0.lock().unwrap() = Arc::new(table);
    }

    pub fn connect(&self) -> Client {
        Client::to(self.addr)
    }

    /// One request on a connection of its own.
    pub fn get(&self, target: &str) -> Response {
        self.connect().get(target, "")
    }

    /// Asks for a script as the machine with this serial, and gives its boot-id.
    pub fn boot(&self, serial: &str) -> String {
        let hex: String = serial.bytes().map(|byte| format!("{byte:02x}")).collect();
        let script = self.get(&format!("/boot?serial={hex}&arch=x86_64&platform=efi"));
        assert_eq!(script.status, 200);
        script.text().split_whitespace().nth(2).unwrap().to_owned()
    }

    pub fn stop(&mut self, why: &str) {
        let running = self.running.take().unwrap();
        self.runtime.block_on(running.stop(why));
    }
}

pub struct Client {
    pub stream: TcpStream,
    spare: Vec<u8>,
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

impl Client {
    pub fn to(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, spare: Vec::new() }
    }

    /// From another address of this host.
    pub fn from_to(from: IpAddr, addr: SocketAddr) -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::new(from, 0).into()).unwrap();
        socket.connect(&addr.into()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream: socket.into(), spare: Vec::new() }
    }

    pub fn send(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).unwrap();
    }

    pub fn get(&mut self, target: &str, headers: &str) -> Response {
        self.send(&format!("GET {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"));
        self.response(true)
    }

    pub fn head(&mut self, target: &str, headers: &str) -> Response {
        self.send(&format!("HEAD {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"));
        self.response(false)
    }

    /// Reads a status line and headers, and leaves the body.
    pub fn headers(&mut self) -> (u16, HashMap<String, String>) {
        let end = loop {
            if let Some(at) = self.spare.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            assert!(self.fill() > 0, "the connection ended within headers: {:?}", String::from_utf8_lossy(&self.spare));
        };
        let head = String::from_utf8(self.spare.drain(..end + 4).collect()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let pairs = lines.filter_map(|line| line.split_once(": "));
        (status, pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect())
    }

    pub fn response(&mut self, with_body: bool) -> Response {
        let (status, headers) = self.headers();
        assert_eq!(headers.get("transfer-encoding"), None, "nothing is chunked");
        let len: usize = match (with_body && status != 304, headers.get("content-length")) {
            (true, len) => len.expect("there is always a length").parse().unwrap(),
            (false, _) => 0,
        };
        Response { status, headers, body: self.body(len) }
    }

    pub fn body(&mut self, len: usize) -> Vec<u8> {
        while self.spare.len() < len {
            assert!(self.fill() > 0, "the connection ended after {} of {len} bytes", self.spare.len());
        }
        self.spare.drain(..len).collect()
    }

    /// Everything until the connection ends, however it ends.
    pub fn rest(&mut self) -> Vec<u8> {
        while self.fill() > 0 {}
        std::mem::take(&mut self.spare)
    }

    fn fill(&mut self) -> usize {
        let mut buffer = [0; 1 << 16];
        let count = match self.stream.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => 0,
            Err(error) => panic!("reading a response: {error}"),
        };
        self.spare.extend_from_slice(&buffer[..count]);
        count
    }
}
