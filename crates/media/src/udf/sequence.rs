//! From the anchor to the logical volume: the volume descriptor sequence (ECMA-167, 3/8.4).

use std::io::{Read, Seek};

use super::names::dstring;
use super::space::{Address, Map, Space};
use super::tag::{Tag, id};
use crate::bytes::{u16_le, u32_le};
use crate::error::Error;
use crate::limits::{PARTITIONS_MOST, SEQUENCE_MOST};
use crate::source::Source;

/// Sizes of sectors, the usual one first: optical disks have 2048 bytes, hard disks 512 or 4096.
const SECTORS: [u32; 4] = [2048, 512, 4096, 1024];

/// What the sequence says.
#[derive(Debug)]
pub(super) struct Logical {
    pub(super) space: Space,
    pub(super) label: String,
    /// Of OSTA UDF, as BCD: 0x0102 is 1.02.
    pub(super) revision: u16,
    /// Where the file set's descriptor is.
    pub(super) file_set: Address,
}

/// Finds the anchor and reads the main sequence, or the reserve where that is damaged.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Logical, Error> {
    let (sector, anchor) = anchor(source)?;
    let stretch = |at: usize| (u32_le(&anchor, at), u32_le(&anchor, at + 4));
    one(source, sector, stretch(16)).or_else(|error| one(source, sector, stretch(24)).map_err(|_| error))
}

/// An anchor lies in two of three places: sector 256, the last one, and 256 before that (ECMA-167, 3/8.4.2.1; OSTA UDF 1.02, 2.2.3).
fn anchor<R: Read + Seek>(source: &mut Source<R>) -> Result<(u32, Vec<u8>), Error> {
    for sector in SECTORS {
        let last = (source.len / u64::from(sector)).saturating_sub(1);
        for at in [256, last.saturating_sub(256), last] {
            let Ok(bytes) = source.read("the UDF anchor", at * u64::from(sector), sector) else { continue };
            let fits = |tag: Tag| tag.id == id::ANCHOR && u64::from(tag.location) == at;
            if Tag::of(&bytes).is_ok_and(fits) {
                return Ok((sector, bytes));
            }
        }
    }
    Err(Error::Damaged("UDF is announced, and there is no anchor where each UDF has one"))
}

/// What one sequence has; of each kind the one with the highest number prevails (ECMA-167, 3/8.4.3).
fn one<R: Read + Seek>(source: &mut Source<R>, sector: u32, (len, first): (u32, u32)) -> Result<Logical, Error> {
    let (mut volume, mut partitions): (Option<Vec<u8>>, Vec<Vec<u8>>) = (None, Vec::new());
    let (mut at, mut left) = (u64::from(first), len / sector);
    for _ in 0..SEQUENCE_MOST {
        if left == 0 {
            return logical(sector, volume, &partitions);
        }
        let bytes = source.read("a UDF volume descriptor", at * u64::from(sector), sector)?;
        let tag = Tag::of(&bytes)?;
        (at, left) = (at + 1, left - 1);
        let number = |bytes: &[u8]| u32_le(bytes, 16);
        match tag.id {
            id::LOGICAL_VOLUME if volume.as_ref().is_none_or(|old| number(&bytes) >= number(old)) => volume = Some(bytes),
            id::PARTITION => {
                let same = |old: &Vec<u8>| u16_le(old, 22) == u16_le(&bytes, 22);
                match partitions.iter().position(same) {
                    Some(n) if number(&bytes) < number(&partitions[n]) => {}
                    Some(n) => partitions[n] = bytes,
                    None if partitions.len() >= PARTITIONS_MOST => {
                        return Err(Error::TooMuch("it has more than 16 UDF partitions"));
                    }
                    None => partitions.push(bytes),
                }
            }
            id::POINTER => (left, at) = (u32_le(&bytes, 20) / sector, u64::from(u32_le(&bytes, 24))),
            // An unused one is a zero in the tag, and ends the sequence, too.
            id::TERMINATING | 0 => left = 0,
            _ => {}
        }
    }
    Err(Error::TooMuch("its UDF descriptors go on for more than 128 sectors"))
}

fn logical(sector: u32, volume: Option<Vec<u8>>, partitions: &[Vec<u8>]) -> Result<Logical, Error> {
    let volume = volume.ok_or(Error::Damaged("its UDF has no logical volume"))?;
    let block = u32_le(&volume, 212);
    if block != sector {
        return Err(Error::Damaged("UDF's blocks are not as long as its sectors"));
    }
    let partition = |number: u16| {
        let bytes = partitions.iter().find(|bytes| u16_le(bytes, 22) == number);
        let bytes = bytes.ok_or(Error::Damaged("a UDF partition is not described"))?;
        let bytes_of = |at: usize| u64::from(u32_le(bytes, at)) * u64::from(sector);
        Ok::<_, Error>(Map::Plain { at: bytes_of(188), len: bytes_of(192) })
    };
    let table = volume.get(440..).and_then(|rest| rest.get(..u32_le(&volume, 264) as usize));
    let mut table = table.ok_or(Error::Damaged("UDF's partition maps do not fit into their descriptor"))?;
    let mut maps = Vec::new();
    for _ in 0..u32_le(&volume, 268).min(PARTITIONS_MOST as u32) {
        let map = table.get(1).and_then(|len| table.split_at_checked(usize::from(*len)));
        let (map, rest) = map.filter(|(map, _)| map.len() >= 6).ok_or(Error::Damaged("a UDF partition map is cut off"))?;
        table = rest;
        maps.push(if map[0] == 1 { partition(u16_le(map, 4))? } else { Map::Unread(kind(map)) });
    }
    Ok(Logical {
        space: Space { block, maps },
        label: dstring(&volume[84..212]),
        revision: u16_le(&volume, 240),
        file_set: Address::long(&volume[248..264]),
    })
}

/// What kind of map it is, of those that OSTA UDF adds (2.01, 2.2.8 to 2.2.9; 2.50, 2.2.10).
fn kind(map: &[u8]) -> &'static str {
    let called = |name: &[u8]| map.get(5..).is_some_and(|rest| rest.starts_with(name));
    if called(b"*UDF Metadata Partition") {
        "its UDF has a metadata partition, as revision 2.50 brought them; install images have none"
    } else if called(b"*UDF Virtual Partition") {
        "its UDF is of the kind that is written once and appended to (a virtual partition)"
    } else if called(b"*UDF Sparable Partition") {
        "its UDF is of the kind for rewritable disks (a sparable partition)"
    } else {
        "its UDF has a partition of a kind that is not known"
    }
}
