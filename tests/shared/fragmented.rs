//! ISO images whose files lie in pieces, made by hand: no program writes one of a size that a test can use.
//!
//! A file of several extents is, in ISO 9660 of interchange level 3 (ECMA-119, 6.5.1 and 9.1.6), several directory records of one name that
//! follow each other; each but the last has the flag 80h (multi-extent) and fills its blocks. mkisofs writes such a file only where it is
//! longer than 4 GiB, and then its pieces follow each other on the disc. Here they lie in reverse order, each behind a block that belongs to nobody,
//! so that who reads on past a piece reads what is wrong.

use std::collections::BTreeMap;

/// Bytes of a block.
const BLOCK: usize = 2048;
/// The blocks before the first that can be used: the system area, the primary descriptor, and the one that ends the descriptors.
const FIRST: usize = 18;

/// A file that is to be in an image.
pub struct File<'a> {
    /// `NAME` or `FOLDER/NAME`, in the capitals, digits and `_` of ISO 9660; readers show it in lower case.
    pub path: &'a str,
    /// What is in it.
    pub content: &'a [u8],
    /// In how many extents it is to lie.
    pub extents: usize,
}

/// An image with these files.
pub fn image(files: &[File<'_>]) -> Vec<u8> {
    let mut folders: BTreeMap<&str, Vec<(&str, &File<'_>)>> = BTreeMap::from([("", Vec::new())]);
    for file in files {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", file.path));
        folders.entry(folder).or_default().push((name, file));
    }
    let mut disc = vec![0; (FIRST + folders.len()) * BLOCK];
    let at: BTreeMap<&str, usize> = folders.keys().copied().zip(FIRST..).collect();
    for (folder, entries) in &mut folders {
        let mut records = vec![record(&[0], at[folder], BLOCK, 2), record(&[1], at[""], BLOCK, 2)];
        let below = at.iter().filter(|(name, _)| folder.is_empty() && !name.is_empty());
        let below = below.map(|(name, at)| (*name, vec![record(name.as_bytes(), *at, BLOCK, 2)]));
        entries.sort_by_key(|(name, _)| *name);
        let mut named: Vec<(&str, Vec<Vec<u8>>)> =
            entries.iter().map(|(name, file)| (*name, put(&mut disc, name, file))).collect();
        named.extend(below);
        named.sort_by_key(|(name, _)| *name);
        records.extend(named.into_iter().flat_map(|(_, records)| records));
        let records = records.concat();
        assert!(records.len() <= BLOCK, "one block holds the records of a folder");
        disc[at[folder] * BLOCK..][..records.len()].copy_from_slice(&records);
    }
    let blocks = u32::try_from(disc.len() / BLOCK).unwrap();
    let mut write =
        |block: usize, offset: usize, bytes: &[u8]| disc[block * BLOCK + offset..][..bytes.len()].copy_from_slice(bytes);
    write(16, 0, b"\x01CD001\x01");
    write(16, 8, &[b' '; 64]);
    write(16, 40, b"FRAGMENTED");
    write(16, 80, &both32(blocks));
    write(16, 120, &[1, 0, 0, 1, 1, 0, 0, 1, 0, 8, 8, 0]);
    write(16, 156, &record(&[0], at[""], BLOCK, 2));
    write(16, 881, &[1]);
    write(17, 0, b"\xffCD001\x01");
    disc
}

/// Puts a file's bytes on the disc, the last piece first, and gives its records.
fn put(disc: &mut Vec<u8>, name: &str, file: &File<'_>) -> Vec<Vec<u8>> {
    let piece = file.content.len().div_ceil(file.extents).next_multiple_of(BLOCK).max(BLOCK);
    let pieces: Vec<&[u8]> = if file.content.is_empty() { vec![&[]] } else { file.content.chunks(piece).collect() };
    assert_eq!(pieces.len(), file.extents, "{name} is too short to lie in so many extents");
    let mut places = vec![0; pieces.len()];
    for (place, piece) in places.iter_mut().zip(&pieces).rev() {
        disc.resize(disc.len() + BLOCK, 0xff);
        *place = disc.len() / BLOCK;
        disc.extend_from_slice(piece);
        disc.resize(disc.len().next_multiple_of(BLOCK), 0);
    }
    let last = pieces.len() - 1;
    let identifier = format!("{name};1");
    let records = places.into_iter().zip(pieces).enumerate();
    records
        .map(|(n, (place, piece))| record(identifier.as_bytes(), place, piece.len(), if n == last { 0 } else { 0x80 }))
        .collect()
}

fn both32(n: u32) -> Vec<u8> {
    [n.to_le_bytes(), n.to_be_bytes()].concat()
}

/// A directory record (ECMA-119, 9.1).
fn record(name: &[u8], block: usize, len: usize, flags: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend(both32(u32::try_from(block).unwrap()));
    bytes.extend(both32(u32::try_from(len).unwrap()));
    // When: 2024-02-29 12:30:00 UTC. Then flags, no interleaving, the first volume.
    bytes.extend([124, 2, 29, 12, 30, 0, 0, flags, 0, 0, 1, 0, 0, 1]);
    bytes.push(u8::try_from(name.len()).unwrap());
    bytes.extend_from_slice(name);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes[0] = u8::try_from(bytes.len()).unwrap();
    bytes
}
