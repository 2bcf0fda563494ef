use std::io::{Cursor, Read, Write};
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;

/// One entry as ustar has it.
fn entry(path: &str, kind: u8, link: &str, content: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..path.len()].copy_from_slice(path.as_bytes());
    block[100..107].copy_from_slice(b"0000755");
    block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    block[156] = kind;
    block[157..157 + link.len()].copy_from_slice(link.as_bytes());
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[148..156].fill(b' ');
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.extend_from_slice(content);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

fn end() -> Vec<u8> {
    vec![0; 1024]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

fn list(bytes: &[u8]) -> Result<(Vec<(Entry, usize)>, About), TarError> {
    let mut seen = Vec::new();
    let about = each(Cursor::new(bytes), Limits::default(), &mut |entry: &Entry, content: &mut dyn Read| {
        let mut all = Vec::new();
        content.read_to_end(&mut all)?;
        seen.push((entry.clone(), all.len()));
        Ok::<_, TarError>(ControlFlow::Continue(()))
    })?;
    Ok((seen, about))
}

fn take(bytes: &[u8], member: &str) -> Result<Vec<u8>, TarError> {
    let mut to = Vec::new();
    copy(Cursor::new(bytes), &member.parse().unwrap(), Limits::default(), &mut to)?;
    Ok(to)
}

#[test]
fn a_file_of_an_archive() {
    let archive = [
        entry("pax_global_header", b'g', "", format!("52 comment={}\n", "a".repeat(40)).as_bytes()),
        entry("ipxeboot/", b'5', "", b""),
        entry("ipxeboot/a.efi", b'0', "", &[7; 700]),
        entry("ipxeboot/b.efi", b'2', "a.efi", b""),
        entry("././@LongLink", b'L', "", "d/".repeat(80).as_bytes()),
        entry("short", b'0', "", b"long"),
        entry("other", b'0', "", b"pax"),
        end(),
    ]
    .concat();
    for bytes in [archive.clone(), gzip(&archive)] {
        assert_eq!(take(&bytes, "ipxeboot/a.efi").unwrap(), [7; 700]);
        assert_eq!(
            take(&bytes, "ipxeboot/b.efi").unwrap_err().to_string(),
            "`ipxeboot/b.efi` is a link to `a.efi` in the archive: name that"
        );
        assert_eq!(take(&bytes, "ipxeboot/c.efi").unwrap_err().to_string(), "the archive has no file `ipxeboot/c.efi`");
        let (entries, about) = list(&bytes).unwrap();
        assert_eq!(about.commit, Some("a".repeat(40)));
        assert_eq!(entries.len(), 5);
        assert_eq!(entries[3].0.path.len(), 160);
    }
}

#[test]
fn the_record_of_pax_is_as_long_as_it_says() {
    let text = "18 path=pax/name\n";
    assert_eq!(text.len(), 17);
    let text = format!("{} path=pax/name\n", text.len());
    let archive = [entry("pax", b'x', "", text.as_bytes()), entry("other", b'0', "", b"pax"), end()].concat();
    assert_eq!(take(&archive, "pax/name").unwrap(), b"pax");
}

#[test]
fn names_lead_nowhere_outside() {
    let path =
        |path: &str| Entry { path: path.to_owned(), kind: EntryKind::File, len: 0, executable: false }.parts().map(|p| p.len());
    for bad in ["/etc/passwd", "../x", "a/../../x", "a//b", "", "a/./b", "a\0b", "a\\b", ".."] {
        assert_eq!(path(bad), None, "{bad:?}");
    }
    assert_eq!([path("./a/b"), path("a/b/"), path("a"), path("./")], [Some(2), Some(2), Some(1), Some(0)]);
}

#[test]
fn what_is_none_or_broken_is_told() {
    let archive = [entry("a", b'0', "", &[1; 2000]), end()].concat();
    assert!(matches!(take(b"", "a"), Err(TarError::Header(0))));
    assert!(matches!(take(b"<!DOCTYPE html>", "a"), Err(TarError::Truncated)));
    assert!(matches!(take(&[b'<'; 4096], "a"), Err(TarError::Header(0))));
    assert!(matches!(take(&archive[..1000], "a"), Err(TarError::Truncated)));
    assert!(matches!(take(&gzip(&archive)[..40], "a"), Err(TarError::Truncated | TarError::Io(_))));
    let mut broken = archive.clone();
    broken[3] ^= 1;
    assert!(matches!(take(&broken, "a"), Err(TarError::Header(0))));
}

#[test]
fn a_bomb_costs_what_is_allowed() {
    let zeros = gzip(&[entry("a", b'0', "", &vec![0; 4 << 20]), end()].concat());
    let limits = Limits { bytes: 1 << 20, entries: 10 };
    let mut to = Vec::new();
    let refused = copy(Cursor::new(&zeros), &"a".parse().unwrap(), limits, &mut to);
    assert!(matches!(refused, Err(TarError::Bytes(_))) && to.len() <= 1 << 20, "{refused:?}");
    let many: Vec<u8> = (0..20).flat_map(|n| entry(&format!("f{n}"), b'0', "", b"")).chain(end()).collect();
    let refused = copy(Cursor::new(&many), &"a".parse().unwrap(), limits, &mut to);
    assert!(matches!(refused, Err(TarError::Entries(10))), "{refused:?}");
    // A name of a gigabyte is refused before anything is allocated for it.
    let mut huge = entry("././@LongLink", b'L', "", b"");
    huge[124..135].copy_from_slice(b"07777777777");
    huge[148..156].fill(b' ');
    let sum: u64 = huge.iter().map(|byte| u64::from(*byte)).sum();
    huge[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    assert!(matches!(take(&huge, "a"), Err(TarError::Header(0))));
}

#[test]
#[allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "held against the real tar; the code itself opens nothing"
)]
fn what_tar_writes_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("top/{}/{}", "d".repeat(90), "f".repeat(90));
    std::fs::create_dir_all(folder.path().join(&long).parent().unwrap()).unwrap();
    std::fs::write(folder.path().join(&long), "deep").unwrap();
    for format in ["gnu", "pax", "ustar"] {
        let out = folder.path().join("x.tar.gz");
        let made = std::process::Command::new("tar")
            .args(["-C"])
            .arg(folder.path())
            .args(["--format", format, "-czf"])
            .arg(&out)
            .arg("top")
            .status();
        assert!(made.unwrap().success());
        assert_eq!(take(&std::fs::read(&out).unwrap(), &long).unwrap(), b"deep", "{format}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_archive_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..2000), zip: bool) {
        let bytes = if zip { gzip(&bytes) } else { bytes };
        let _ = list(&bytes);
    }

    #[test]
    fn a_flipped_byte_is_told_or_harmless(at in 0_usize..2048, byte: u8) {
        let mut archive = [entry("a/b", b'0', "", &[1; 100]), entry("c", b'x', "", b"11 path=d\n"), end()].concat();
        let at = at % archive.len();
        archive[at] = byte;
        if let Ok((entries, _)) = list(&archive) {
            prop_assert!(entries.iter().all(|(entry, len)| entry.len == *len as u64));
        }
    }
}
