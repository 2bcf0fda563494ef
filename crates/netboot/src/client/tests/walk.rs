use std::time::Duration;

use pxectl_model::arch::Firmware;
use pxectl_model::ipxe::End;

use super::tftp::{bytes, digest};
use super::tftp_server::{self, Trouble};
use super::web_server::{Page, Web, serve};
use crate::client::{Entry, Limits, Step, StepKind, WalkEnd, WalkError, WalkSpec, Walked, walk};

const STAGE1: &str = "#!ipxe\necho this is ${serial:hexraw}\n\
    chain --autofree http://10.1.0.1:8080/boot?serial=${serial:hexraw}&uuid=${uuid}&mac=${netX/mac:hexraw}&arch=${buildarch}&platform=${platform} || exit 1\n";

const STAGE2: &str = "#!ipxe\nimgfree\nkernel --name linux /b/12/artifacts/linux initrd=initrd.gz console=ttyS0 || exit 2\n\
    initrd --name initrd.gz /b/12/artifacts/initrd.gz\nimgfetch --name beacon /b/12/event/booted\nimgfree beacon\nboot\n";

fn bzimage() -> Vec<u8> {
    let mut kernel = bytes(200_000);
    kernel[0..2].copy_from_slice(b"MZ");
    kernel[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
    kernel[0x202..0x206].copy_from_slice(b"HdrS");
    kernel
}

fn page(text: &str) -> Page {
    Page::Bytes(text.as_bytes().to_vec())
}

fn lab<'a>(stage2: &str) -> Vec<(&'a str, Page)> {
    vec![
        ("/boot.ipxe", page(STAGE1)),
        ("/boot", page(stage2)),
        ("/b/12/artifacts/linux", Page::Bytes(bzimage())),
        ("/b/12/artifacts/initrd.gz", Page::Bytes(bytes(300_000))),
        ("/b/12/event/booted", Page::Bytes(Vec::new())),
        ("/b/12/artifacts/disk.iso", Page::Bytes(bytes(4096))),
        ("/nbp/snponly.efi", Page::Bytes(b"MZ and so on".to_vec())),
    ]
}

fn spec(firmware: Firmware, entry: Entry, web: &Web, tftp: std::net::SocketAddr) -> WalkSpec {
    WalkSpec {
        firmware,
        entry,
        local: "127.0.0.79".parse().unwrap(),
        tftp,
        http: web.at,
        stage1: "http://10.1.0.1:8080/boot.ipxe".into(),
        nbp: "undionly.kpxe".into(),
        serial: "AB 1/2".into(),
        uuid: Some("01234567-89ab-cdef-0123-456789abcdef".parse().unwrap()),
        mac: "52:54:00:12:34:56".parse().unwrap(),
        asset: String::new(),
        board_serial: String::new(),
        product: String::new(),
        manufacturer: "QEMU".into(),
        limits: Limits { patience: Duration::from_secs(20), ..Limits::default() },
    }
}

/// Walks a machine whose card is iPXE already.
async fn rom(pages: Vec<(&str, Page)>, firmware: Firmware) -> (Result<Walked, WalkError>, Web) {
    let web = serve(pages).await;
    let walked = walk(spec(firmware, Entry::IpxeRom, &web, web.at), &mut |_| {}).await;
    (walked, web)
}

fn kinds(steps: &[Step]) -> Vec<StepKind> {
    steps.iter().map(|s| s.kind).collect()
}

#[tokio::test]
async fn a_bios_machine_boots_its_kernel() {
    let tftp = tftp_server::serve(b"\xea NBP".to_vec(), Trouble::default()).await;
    let web = serve(lab(STAGE2)).await;
    let mut told = Vec::new();
    let walked = walk(spec(Firmware::Bios, Entry::Pxe, &web, tftp.at), &mut |step| told.push(step.kind)).await.unwrap();
    let expected = [StepKind::Nbp, StepKind::Script, StepKind::Script, StepKind::Kernel, StepKind::Initrd, StepKind::Beacon];
    assert_eq!(told, expected);
    assert_eq!(kinds(&walked.steps), expected);
    assert_eq!(walked.screen, ["this is 414220312f32"]);
    assert_eq!(walked.notes, Vec::<String>::new());
    let WalkEnd::Boot { kernel, initrds } = walked.end else { panic!("{:?}", walked.end) };
    assert_eq!((kernel.bytes, kernel.sha256), (200_000, Some(digest(&bzimage()))));
    assert_eq!(kernel.args, "initrd=initrd.gz console=ttyS0");
    assert_eq!((initrds.len(), initrds[0].sha256), (1, Some(digest(&bytes(300_000)))));
    assert_eq!(walked.steps[3].at.as_ref().unwrap().line, 3);
    let log = web.log.lock().unwrap();
    let asked =
        "GET /boot?serial=414220312f32&uuid=01234567-89ab-cdef-0123-456789abcdef&mac=525400123456&arch=i386&platform=pcbios ";
    assert!(log[1].starts_with(asked), "{}", log[1]);
    assert!(log[1].contains("user-agent: iPXE/1.0.0+git") && log[1].contains("host: 10.1.0.1:8080\r\n"), "{}", log[1]);
    assert_eq!(tftp.log.lock().unwrap()[0], "undionly.kpxe tsize=0 blksize=1456");
}

#[tokio::test]
async fn uefi_asks_for_its_nbp_twice() {
    let tftp = tftp_server::serve(b"MZ and so on".to_vec(), Trouble::default()).await;
    let web = serve(lab(STAGE2)).await;
    let walked = walk(spec(Firmware::UefiX64, Entry::Pxe, &web, tftp.at), &mut |_| {}).await.unwrap();
    assert_eq!(kinds(&walked.steps)[..2], [StepKind::NbpSize, StepKind::Nbp]);
    assert!(matches!(walked.end, WalkEnd::Boot { .. }));
    assert!(web.log.lock().unwrap()[1].contains("arch=x86_64&platform=efi"));

    let mut http = spec(Firmware::UefiX64, Entry::HttpBoot, &web, tftp.at);
    http.nbp = "http://10.1.0.1:8080/nbp/snponly.efi".into();
    web.log.lock().unwrap().clear();
    let walked = walk(http, &mut |_| {}).await.unwrap();
    assert_eq!(kinds(&walked.steps)[..2], [StepKind::NbpSize, StepKind::Nbp]);
    let log = web.log.lock().unwrap();
    assert!(log[0].starts_with("HEAD /nbp/") && log[1].starts_with("GET /nbp/"), "{log:?}");
    assert!(log[0].contains("host: 10.1.0.1\r\n") && log[0].contains("accept: */*"), "{}", log[0]);
}

#[tokio::test]
async fn nbps_that_cannot_be_started_end_the_walk() {
    let web = serve(lab(STAGE2)).await;
    for (firmware, file, name, why) in [
        (Firmware::Bios, &b"MZ"[..], "a", "EFI program"),
        (Firmware::UefiX64, b"\xea", "a", "does not begin with `MZ`"),
        (Firmware::UefiX64, b"<html>", "a", "HTML"),
        (Firmware::Bios, b"x", "empty", "it is empty"),
        (Firmware::Bios, b"x", "missing", "refused with error 1"),
    ] {
        let tftp = tftp_server::serve(file.to_vec(), Trouble::default()).await;
        let mut machine = spec(firmware, Entry::Pxe, &web, tftp.at);
        machine.nbp = name.into();
        let error = walk(machine, &mut |_| {}).await.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_machine_that_waits_asks_again_without_nesting() {
    let hold = "#!ipxe\necho unknown\nsleep 5\nchain --replace --autofree http://10.1.0.1:8080/boot?again=1 || exit 1\n";
    let web = serve(lab(hold)).await;
    let mut machine = spec(Firmware::Bios, Entry::IpxeRom, &web, web.at);
    machine.limits.hold_rounds = 20;
    let walked = walk(machine, &mut |_| {}).await.unwrap();
    assert_eq!(walked.end, WalkEnd::Hold(20));
    assert_eq!(walked.steps.len(), 21);
    assert_eq!(walked.screen.len(), 21);
}

#[tokio::test]
async fn failures_name_their_step() {
    let (walked, _) = rom(lab("#!ipxe\n\nkernel /b/12/artifacts/none\nboot\n"), Firmware::Bios).await;
    let walked = walked.unwrap();
    let WalkEnd::Exit(End::Failed { at, reason }) = walked.end else { panic!("{:?}", walked.end) };
    assert_eq!((at.line, reason.as_str()), (3, "exit 1"), "stage 1 gives up in its own words");
    let failed = walked.steps.last().unwrap();
    assert_eq!(failed.outcome, Err("HTTP status 404".to_owned()));
    assert_eq!(failed.at.as_ref().unwrap().command, "kernel /b/12/artifacts/none");

    let (walked, _) = rom(vec![("/boot.ipxe", page("<html>"))], Firmware::Bios).await;
    assert!(walked.unwrap_err().to_string().contains("no script"));
    let (walked, _) = rom(vec![("/boot.ipxe", Page::Status(503))], Firmware::Bios).await;
    assert!(walked.unwrap_err().to_string().contains("HTTP status 503"));
    let (walked, _) = rom(vec![("/boot.ipxe", page("#!ipxe\n:a\nimgfetch x || goto a\n"))], Firmware::Bios).await;
    assert!(matches!(walked.unwrap_err(), WalkError::Fetches(500)));
    let (walked, _) = rom(vec![("/boot.ipxe", page("#!ipxe\n:a goto a\n"))], Firmware::Bios).await;
    assert!(matches!(walked.unwrap_err(), WalkError::Script(_)));
    let mut short = lab(STAGE2);
    short[3].1 = Page::Short(bytes(1000), 1);
    let (walked, _) = rom(short, Firmware::Bios).await;
    let walked = walked.unwrap();
    assert!(walked.steps.last().unwrap().outcome.as_ref().unwrap_err().contains("broke off after 1000 bytes"));
}

#[tokio::test]
async fn what_looks_wrong_is_noted() {
    let careless = "#!ipxe\nkernel --name linux /b/12/artifacts/linux quiet\ninitrd /b/12/artifacts/initrd.gz\n\
                    imgfetch /b/12/event/booted\nboot\n";
    let (walked, _) = rom(lab(careless), Firmware::UefiX64).await;
    let notes = walked.unwrap().notes;
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("initrd=initrd.gz") && notes[1].contains("`booted`"), "{notes:?}");
}

#[tokio::test]
async fn other_ends() {
    for (script, firmware, expected) in [
        ("sanboot --drive 0x80", Firmware::Bios, WalkEnd::Disk(Some(0x80))),
        ("sanboot --drive 0x80 || exit", Firmware::UefiX64, WalkEnd::Exit(End::Done)),
        (
            "sanboot /b/12/artifacts/disk.iso",
            Firmware::Bios,
            WalkEnd::SanBoot(vec!["http://10.1.0.1:8080/b/12/artifacts/disk.iso".into()]),
        ),
        ("chain http://boot.example/menu.ipxe", Firmware::Bios, WalkEnd::Elsewhere("http://boot.example/menu.ipxe".into())),
        ("prompt --timeout 10 key && shell ||\nreboot", Firmware::Bios, WalkEnd::Reboot),
        ("shell", Firmware::Bios, WalkEnd::Console),
        ("exit 0", Firmware::Bios, WalkEnd::Exit(End::Done)),
    ] {
        let (walked, _) = rom(lab(&format!("#!ipxe\n{script}\n")), firmware).await;
        assert_eq!(walked.unwrap().end, expected, "{script}");
    }
}

#[tokio::test]
async fn tftp_urls_in_scripts_are_fetched_too() {
    let tftp = tftp_server::serve(bzimage(), Trouble::default()).await;
    let web = serve(lab("#!ipxe\nkernel tftp://10.1.0.1/linux\nboot\n")).await;
    let walked = walk(spec(Firmware::Bios, Entry::IpxeRom, &web, tftp.at), &mut |_| {}).await.unwrap();
    let WalkEnd::Boot { kernel, .. } = walked.end else { panic!("{:?}", walked.end) };
    assert_eq!(kernel.sha256, Some(digest(&bzimage())));
    assert_eq!(tftp.log.lock().unwrap()[0], "linux tsize=0 blksize=1432");
}
