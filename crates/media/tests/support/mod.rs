//! What the cases need: images made by programs, and a small one made by hand.
#![allow(dead_code, reason = "each test program uses a part")]

pub mod udf;

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::Command;

use pxectl_media::{Found, Image, Kind, Walk};

/// Whether programs are there; a loud word where one is not, which is a failure where everything is required.
pub fn have(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing = programs.iter().find(|name| !std::env::split_paths(&path).any(|dir| dir.join(name).is_file()));
    if let Some(name) = missing {
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "`{name}` is not installed, and PXECTL_REQUIRE is set");
        eprintln!("SKIPPED: `{name}` is not installed, so images were not compared with what it makes or says");
    }
    missing.is_none()
}

/// A file that a Debian package brings; a loud word where it is not there.
pub fn installed(path: &Path) -> Option<PathBuf> {
    if path.exists() {
        return Some(path.to_owned());
    }
    assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "`{}` is not installed, and PXECTL_REQUIRE is set", path.display());
    eprintln!("SKIPPED: there is no `{}`, so it was not read", path.display());
    None
}

/// What a program prints.
///
/// A program that does not end within two minutes is ended by timeout(1).
pub fn output(program: &str, args: &[&str], folder: &Path) -> Vec<u8> {
    let output =
        Command::new("timeout").arg("60").arg(program).args(args).current_dir(folder).env("LC_ALL", "C.UTF-8").output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Folder,
    File(Vec<u8>),
    Link(String),
}

/// Everything in an image but what Rock Ridge's relocation leaves behind: an empty folder at the top.
pub fn everything<R: Read + Seek>(iso: &mut Image<R>) -> BTreeMap<String, What> {
    let root = iso.root();
    let mut walk = Walk::new(iso, &root).unwrap();
    let mut all = BTreeMap::new();
    while let Some(found) = walk.step(iso).unwrap() {
        let what = match &found.entry.kind {
            Kind::Folder { .. } if found.shown().eq_ignore_ascii_case("rr_moved") => continue,
            Kind::Folder { .. } => What::Folder,
            Kind::File { size, .. } => {
                let bytes = bytes(iso, &found);
                assert_eq!(bytes.len() as u64, *size);
                What::File(bytes)
            }
            Kind::Link(target) => What::Link(String::from_utf8(target.clone()).unwrap()),
            Kind::Special => panic!("{} is special", found.shown()),
        };
        assert!(all.insert(found.shown(), what).is_none(), "{} is there once", found.shown());
    }
    all
}

pub fn bytes<R: Read + Seek>(iso: &mut Image<R>, found: &Found) -> Vec<u8> {
    let mut bytes = Vec::new();
    iso.contents(found).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Whatever an image says, each call ends, without a panic, within its bounds, and extents lie inside.
pub fn explore(image: &[u8]) {
    let Ok(mut iso) = Image::open(Cursor::new(image)) else { return };
    let _ = iso.boot();
    let _ = iso.find(b"a/../b/link/file.txt");
    let root = iso.root();
    let Ok(mut walk) = Walk::new(&mut iso, &root) else { return };
    let mut left = 4 * image.len() as u64 + 65_536;
    while let Ok(Some(found)) = walk.step(&mut iso) {
        assert!(found.path.len() <= pxectl_media::limits::DEPTH_MOST + 1);
        let Ok(extents) = iso.extents(&found) else { continue };
        assert!(extents.iter().all(|extent| extent.len > 0 && extent.offset + extent.len <= image.len() as u64), "{extents:?}");
        let size = found.entry.kind.size();
        assert_eq!(extents.iter().map(|extent| extent.len).sum::<u64>(), size);
        if size <= left {
            left -= size;
            assert_eq!(bytes(&mut iso, &found).len() as u64, size);
        }
    }
}

/// One sector.
pub const SECTOR: usize = 2048;

fn both(n: u32) -> Vec<u8> {
    [n.to_le_bytes(), n.to_be_bytes()].concat()
}

/// A system use entry.
pub fn susp(sig: &[u8; 2], body: &[u8]) -> Vec<u8> {
    [sig.as_slice(), &[u8::try_from(body.len() + 4).unwrap(), 1], body].concat()
}

/// A directory record (ECMA-119, 9.1).
pub fn record(name: &[u8], block: u32, len: u32, flags: u8, area: &[u8]) -> Vec<u8> {
    let mut bytes = [&[0, 0][..], &both(block), &both(len), &[124, 2, 29, 12, 30, 0, 4], &[flags, 0, 0, 1, 0, 0, 1]].concat();
    bytes.push(u8::try_from(name.len()).unwrap());
    bytes.extend_from_slice(name);
    if name.len().is_multiple_of(2) {
        bytes.push(0);
    }
    bytes.extend_from_slice(area);
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes[0] = u8::try_from(bytes.len()).unwrap();
    bytes
}

/// An image of 24 sectors: descriptors at 16 to 18, the root at 19, whose records these are; blocks from 20 on are `rest`.
pub fn image(root: &[Vec<u8>], rest: &[Vec<u8>]) -> Vec<u8> {
    let mut image = vec![0; 24 * SECTOR];
    let mut put = |sector: usize, at: usize, bytes: &[u8]| image[sector * SECTOR + at..][..bytes.len()].copy_from_slice(bytes);
    put(16, 0, b"\x01CD001\x01");
    put(16, 40, b"LABEL                           ");
    put(16, 80, &both(24));
    put(16, 128, &[0, 8, 8, 0]);
    put(16, 156, &record(&[0], 19, SECTOR as u32, 2, b""));
    put(17, 0, b"\x00CD001\x01EL TORITO SPECIFICATION");
    put(17, 71, &23_u32.to_le_bytes());
    put(18, 0, b"\xffCD001\x01");
    put(19, 0, &root.concat());
    for (n, block) in rest.iter().enumerate() {
        put(20 + n, 0, block);
    }
    image
}

/// Rock Ridge in the root's own record.
pub fn own() -> Vec<u8> {
    record(&[0], 19, SECTOR as u32, 2, &[susp(b"SP", &[0xbe, 0xef, 0]), susp(b"RR", &[0x89])].concat())
}

/// An image with a bit of everything: a folder, a symlink, a file in two parts, a continuation, a boot catalog.
pub fn sample() -> Vec<u8> {
    let name = |name: &str| susp(b"NM", &[b"\0", name.as_bytes()].concat());
    let up = record(&[1], 19, SECTOR as u32, 2, b"");
    let continued = susp(b"CE", &[both(22), both(100), both(64)].concat());
    let root = [
        own(),
        up.clone(),
        record(b"A", 20, SECTOR as u32, 2, &name("a")),
        record(b"F.;1", 21, 2048, 0x80, &name("file.txt")),
        record(b"F.;1", 23, 5, 0, b""),
        record(b"L.;1", 0, 0, 0, &[name("link"), susp(b"SL", b"\x00\x00\x01a\x04\x00")].concat()),
    ];
    let folder = [record(&[0], 20, SECTOR as u32, 2, b""), up, record(b"C.;1", 21, 3, 0, &continued)].concat();
    let mut area = vec![0; 100];
    area.extend(susp(b"NM", b"\0continued"));
    let mut catalog = vec![0_u8; 64];
    (catalog[0], catalog[30], catalog[31]) = (1, 0x55, 0xaa);
    catalog[28..30].copy_from_slice(&0_u16.wrapping_sub(1_u16.wrapping_add(0xaa55)).to_le_bytes());
    (catalog[32], catalog[40]) = (0x88, 21);
    image(&root, &[folder, vec![b'x'; SECTOR], area, catalog])
}
