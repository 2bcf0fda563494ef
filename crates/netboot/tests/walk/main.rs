//! The pretend firmware against the real servers: three machines, each from its own address, at the same time.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use pxectl_model::arch::Firmware;
use pxectl_model::body::Body;
use pxectl_model::boot::{Action, Asker, BootId, Ledger, Load, Machine, Recognised, Responder, Stage2, Standing, Taken, Verdict};
use pxectl_model::digest::{Hasher, Sha256};
use pxectl_model::event::{EventKind, Report};
use pxectl_netboot::client::{Entry, StepKind, WalkEnd, WalkSpec, Walked, walk};
use pxectl_netboot::open::OpenBody;
use pxectl_netboot::server::{Bound, Limits};
use pxectl_netboot::table::{Fixed, Table};

/// Where scripts believe that they are.
const BASE: &str = "http://10.1.0.1:8080";

/// Hosts are whatever begins with `SN-`; the rest waits.
struct Lab;

impl Responder for Lab {
    fn recognise(&self, asker: &Asker) -> Recognised {
        let label = asker.identity.raw_serial.clone();
        let verdict = if label.starts_with("SN-") {
            Verdict::Boot { profile: "debian".to_owned(), recipe: "linux".to_owned(), installs: false }
        } else {
            Verdict::Hold
        };
        Recognised { machine: Machine::stranger(&asker.identity), label, verdict, notes: Vec::new() }
    }

    fn script(&self, _: &Asker, who: &Recognised, boot: BootId, _: Standing) -> (Stage2, Option<String>) {
        let here = format!("{BASE}/b/{boot}");
        let load = |file: &str| Load { file: file.to_owned(), role: file.to_owned() };
        let (text, action, loads) = match who.verdict {
            Verdict::Boot { .. } => (
                format!(
                    "#!ipxe\nimgfree\nkernel --name linux {here}/artifacts/linux initrd=initrd.gz url={here}/answer/preseed.cfg\n\
                     initrd --name initrd.gz {here}/artifacts/initrd.gz\nimgfetch --name beacon {here}/event/booted\n\
                     imgfree beacon\nboot\n"
                ),
                Action::Boot,
                vec![load("linux"), load("initrd.gz")],
            ),
            _ => (
                format!(
                    "#!ipxe\necho unknown\nsleep 3\nchain --replace --autofree {BASE}/boot?serial=${{serial:hexraw}} || exit 1\n"
                ),
                Action::Hold,
                Vec::new(),
            ),
        };
        let answers = BTreeMap::from([("preseed.cfg".to_owned(), Arc::from(&b"d-i"[..]))]);
        (Stage2 { text, action, loads, answers, beacon: action == Action::Boot }, None)
    }
}

struct NoLedger;

impl Ledger for NoLedger {
    fn standing_now(&self, _: &Machine, _: &str, _: bool) -> Option<Standing> {
        None
    }

    fn standing(&self, _: &Machine, _: &str, _: bool) -> Result<Standing, String> {
        Ok(Standing::Armed)
    }

    fn take(&self, _: &Machine, _: BootId, _: &str, _: &str) -> Result<Taken, String> {
        Ok(Taken::Now)
    }
}

#[derive(Default)]
struct Log(Mutex<Vec<EventKind>>);

impl Report for Log {
    fn report(&self, kind: EventKind) {
        self.0.lock().unwrap().push(kind);
    }
}

fn bytes(len: usize, head: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..len).map(|n| (n * 7 + n / 251) as u8).collect();
    bytes[..head.len()].copy_from_slice(head);
    bytes
}

fn kernel() -> Vec<u8> {
    let mut kernel = bytes(3_000_000, b"MZ");
    kernel[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
    kernel[0x202..0x206].copy_from_slice(b"HdrS");
    kernel
}

fn digest(bytes: &[u8]) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish()
}

fn table() -> Table {
    let open = |bytes: Vec<u8>| OpenBody::open(&Body::Bytes(Arc::from(bytes))).unwrap();
    let nbps = [("undionly.kpxe", bytes(74_000, b"\xea")), ("snponly.efi", bytes(260_000, b"MZ"))];
    let files = [("linux", kernel()), ("initrd.gz", bytes(9_000_001, b"\x1f\x8b"))];
    Table {
        tftp: nbps.into_iter().map(|(name, body)| (name.to_owned(), open(body))).collect(),
        files: files.into_iter().map(|(name, body)| (name.to_owned(), open(body))).collect::<HashMap<_, _>>().into(),
        media: Arc::default(),
        stage1: Arc::from(
            format!(
                "#!ipxe\nchain --autofree {BASE}/boot?serial=${{serial:hexraw}}&uuid=${{uuid}}&mac=${{netX/mac:hexraw}}\
                 &arch=${{buildarch}}&platform=${{platform}} || exit 1\n"
            )
            .into_bytes(),
        ),
        responder: Arc::new(Lab),
    }
}

fn spec(firmware: Firmware, last: u8, serial: &str, http: SocketAddr, tftp: SocketAddr) -> WalkSpec {
    WalkSpec {
        firmware,
        entry: Entry::Pxe,
        local: IpAddr::from([127, 0, 0, last]),
        tftp,
        http,
        stage1: format!("{BASE}/boot.ipxe"),
        nbp: pxectl_model::policy::nbp_name(firmware).to_owned(),
        serial: serial.to_owned(),
        uuid: None,
        mac: format!("52:54:00:00:00:{last:02x}").parse().unwrap(),
        asset: String::new(),
        board_serial: String::new(),
        product: "Pretend".to_owned(),
        manufacturer: String::new(),
        limits: Default::default(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_machines_walk_through_the_real_servers() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let log = Arc::new(Log::default());
    let bound = Bound::bind(any, any).unwrap();
    let (http, tftp) = (bound.http_addr(), bound.tftp_addr());
    let running = bound.serve(Arc::new(Fixed(Arc::new(table()))), Arc::new(NoLedger), log.clone(), Limits::default()).unwrap();
    let machines =
        [(Firmware::Bios, 101, "SN-0001"), (Firmware::UefiX64, 102, "SN-0002"), (Firmware::Bios, 103, "a stranger/&?#")];
    let mut walks = tokio::task::JoinSet::new();
    for (firmware, last, serial) in machines {
        let spec = spec(firmware, last, serial, http, tftp);
        walks.spawn(async move { (last, walk(spec, &mut |_| {}).await.unwrap()) });
    }
    let ended: BTreeMap<u8, Walked> = walks.join_all().await.into_iter().collect();
    for last in [101, 102] {
        let walked = &ended[&last];
        let WalkEnd::Boot { kernel: linux, initrds } = &walked.end else { panic!("{:?}", walked.end) };
        assert_eq!(linux.sha256, Some(digest(&kernel())));
        assert_eq!((initrds.len(), initrds[0].bytes), (1, 9_000_001));
        assert!(walked.steps.iter().all(|step| step.outcome.is_ok()), "{:#?}", walked.steps);
        assert_eq!(walked.notes, Vec::<String>::new());
        assert_eq!(walked.steps.last().unwrap().kind, StepKind::Beacon);
    }
    assert_eq!(ended[&103].end, WalkEnd::Hold(3));
    running.stop("test").await;
    let events = log.0.lock().unwrap();
    let booted = events.iter().filter(|kind| matches!(kind, EventKind::Booted { .. })).count();
    assert_eq!(booted, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_servers_refusals_end_a_walk_with_a_reason() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let bound = Bound::bind(any, any).unwrap();
    let (http, tftp) = (bound.http_addr(), bound.tftp_addr());
    let running =
        bound.serve(Arc::new(Fixed(Arc::new(table()))), Arc::new(NoLedger), Arc::new(Log::default()), Limits::default()).unwrap();
    let mut machine = spec(Firmware::Bios, 104, "SN-0003", http, tftp);
    machine.nbp = "../etc/passwd".to_owned();
    let error = walk(machine, &mut |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("error 1"), "{error}");
    let mut machine = spec(Firmware::UefiX64, 105, "SN-0004", http, tftp);
    machine.nbp = "undionly.kpxe".to_owned();
    let error = walk(machine, &mut |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("`MZ`"), "{error}");
    let mut machine = spec(Firmware::UefiX64, 106, "SN-0005", http, tftp);
    machine.entry = Entry::HttpBoot;
    machine.nbp = format!("{BASE}/nbp/snponly.efi");
    let walked = walk(machine, &mut |_| {}).await.unwrap();
    assert!(matches!(walked.end, WalkEnd::Boot { .. }), "{:?}", walked.end);
    running.stop("test").await;
}
