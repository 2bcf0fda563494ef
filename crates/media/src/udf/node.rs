//! What a file or folder is: File Entry (ECMA-167, 4/14.9) and Extended File Entry (4/14.17).

use std::io::{Read, Seek};

use pxectl_model::body::Extent;

use super::names;
use super::space::{Address, Space};
use super::tag::{Tag, id};
use crate::bytes::{u16_le, u32_le, u64_le};
use crate::entry::{Kind, Part, Stamp, push};
use crate::error::Error;
use crate::limits::{ADDRESSES_MOST, ALLOCATIONS_MOST, NAME_MOST};
use crate::source::Source;

/// One of them, as it is recorded.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) modified: Option<Stamp>,
}

/// The data of a file or folder.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) size: u64,
    pub(super) parts: Vec<Part>,
    pub(super) flaw: Option<&'static str>,
}

/// Reads what lies at a byte of the image. A folder's data is read when it is listed.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>, space: &Space, at: u64) -> Result<Node, Error> {
    let icb = Icb::read(source, space, at)?;
    let kind = match icb.bytes[27] {
        4 => Kind::Folder { at, len: icb.size() },
        // Unspecified, a sequence of bytes, and one for real time (4/14.6.6; OSTA UDF 2.01, 2.3.5.2).
        0 | 5 | 249 => {
            let Data { size, parts, flaw } = icb.data(source, space)?;
            Kind::File { size, parts, flaw }
        }
        12 => {
            let data = icb.data(source, space)?;
            if data.size > NAME_MOST as u64 {
                return Err(Error::TooMuch("a name or a symlink's target is longer than 4096 bytes"));
            }
            Kind::Link(names::target(&whole(source, &data)?))
        }
        _ => Kind::Special,
    };
    Ok(Node { kind, mode: mode(u32_le(&icb.bytes, 44)), modified: stamp(&icb.bytes[icb.modified..]) })
}

/// The data of what lies at a byte of the image.
pub(super) fn data<R: Read + Seek>(source: &mut Source<R>, space: &Space, at: u64) -> Result<Data, Error> {
    Icb::read(source, space, at)?.data(source, space)
}

/// All bytes of something small.
pub(super) fn whole<R: Read + Seek>(source: &mut Source<R>, data: &Data) -> Result<Vec<u8>, Error> {
    if let Some(flaw) = data.flaw {
        return Err(Error::Unsupported(flaw));
    }
    let mut bytes = Vec::new();
    for part in &data.parts {
        match part {
            Part::Bytes(extent) => {
                let len = u32::try_from(extent.len).map_err(|_| Error::Damaged("a UDF folder is too long"))?;
                bytes.extend(source.read("a UDF folder", extent.offset, len)?);
            }
            Part::Zeros(_) => return Err(Error::Damaged("a UDF folder has holes")),
        }
    }
    Ok(bytes)
}

/// The block that describes it.
struct Icb {
    at: u64,
    bytes: Vec<u8>,
    /// Where the time of the last change stands.
    modified: usize,
    /// Where the allocation descriptors begin, and where they end.
    descriptors: (usize, usize),
}

impl Icb {
    fn read<R: Read + Seek>(source: &mut Source<R>, space: &Space, at: u64) -> Result<Self, Error> {
        let bytes = source.read("a UDF file entry", at, space.block)?;
        let (modified, lens): (usize, usize) = match Tag::of(&bytes)?.id {
            id::FILE_ENTRY => (84, 168),
            id::EXTENDED_FILE_ENTRY => (92, 208),
            _ => return Err(Error::Damaged("there is no UDF file entry where one should be")),
        };
        if u16_le(&bytes, 20) != 4 {
            return Err(Error::Unsupported("its UDF entries are updated by a strategy for disks that are written once"));
        }
        let fixed = lens + 8;
        let from = fixed.saturating_add(u32_le(&bytes, lens) as usize);
        let end = from.saturating_add(u32_le(&bytes, lens + 4) as usize);
        if end > bytes.len() {
            return Err(Error::Damaged("a UDF file entry is longer than its block"));
        }
        Ok(Self { at, bytes, modified, descriptors: (from, end) })
    }

    /// Information Length.
    fn size(&self) -> u64 {
        u64_le(&self.bytes, 56)
    }

    /// Where its bytes lie. Numbers that make no sense are the file's flaw.
    fn data<R: Read + Seek>(&self, source: &mut Source<R>, space: &Space) -> Result<Data, Error> {
        let size = self.size();
        let (from, end) = self.descriptors;
        let flawed = |flaw| Ok(Data { size, parts: Vec::new(), flaw: Some(flaw) });
        // The kind of descriptors (ICB flags, 4/14.6.8).
        let long = match u16_le(&self.bytes, 34) & 7 {
            0 => false,
            1 => true,
            3 if size <= (end - from) as u64 => {
                let mut parts = Vec::new();
                push(&mut parts, Part::Bytes(Extent { offset: self.at + from as u64, len: size }));
                return Ok(Data { size, parts, flaw: None });
            }
            3 => return flawed("it is longer than the entry that holds its bytes"),
            _ => return flawed("its allocation descriptors are of a kind that is not read"),
        };
        let (mut parts, mut left) = (Vec::new(), size);
        let mut descriptors = self.bytes[from..end].to_vec();
        let map = space.map_of(self.at);
        let mut addresses = 0;
        for _ in 0..ALLOCATIONS_MOST {
            let mut next = None;
            for bytes in descriptors.chunks_exact(if long { 16 } else { 8 }) {
                let to = if long { Address::long(bytes) } else { Address::short(bytes, map) };
                addresses += 1;
                if addresses > ADDRESSES_MOST {
                    return flawed("it is in more than 65536 pieces");
                }
                if to.len == 0 || left == 0 {
                    break;
                }
                if to.kind == 3 {
                    next = Some(to);
                    break;
                }
                // The last extent may be rounded up to whole blocks.
                let len = left.min(u64::from(to.len));
                left -= len;
                match to.kind {
                    0 => match space.byte(to) {
                        Ok(offset) => push(&mut parts, Part::Bytes(Extent { offset, len })),
                        Err(Error::Unsupported(why) | Error::Damaged(why)) => return flawed(why),
                        Err(error) => return Err(error),
                    },
                    _ => push(&mut parts, Part::Zeros(len)),
                }
            }
            let Some(next) = next else {
                let flaw = (left > 0).then_some("its extents are shorter than it says that it is");
                return Ok(Data { size, parts, flaw });
            };
            descriptors = more(source, space, next)?;
        }
        flawed("its allocation descriptors go on without end")
    }
}

/// An Allocation Extent Descriptor (ECMA-167, 4/14.5), and the descriptors behind it.
fn more<R: Read + Seek>(source: &mut Source<R>, space: &Space, at: Address) -> Result<Vec<u8>, Error> {
    let bytes = source.read("UDF allocation descriptors", space.byte(at)?, at.len.min(space.block))?;
    Tag::expect(&bytes, id::ALLOCATION_EXTENT, "UDF's allocation descriptors do not go on where they should")?;
    let descriptors = bytes.get(24..).and_then(|rest| rest.get(..u32_le(&bytes, 20) as usize));
    Ok(descriptors.ok_or(Error::Damaged("UDF's allocation descriptors do not fit into their block"))?.to_vec())
}

/// Permissions (ECMA-167, 4/14.9.5): five bits each for others, the group, the owner; the low three are execute, write, read.
fn mode(bits: u32) -> u32 {
    (bits & 7) | (bits >> 5 & 7) << 3 | (bits >> 10 & 7) << 6
}

/// A timestamp (ECMA-167, 1/7.3); where no zone is given, UTC.
fn stamp(bytes: &[u8]) -> Option<Stamp> {
    let zone = u16_le(bytes, 0) & 0x0fff;
    // Twelve bits with a sign; -2047 stands for none.
    let ahead = if zone & 0x800 == 0 { zone as i16 } else { zone as i16 - 0x1000 };
    let ahead = if ahead == -2047 { 0 } else { ahead };
    let year = u16_le(bytes, 2);
    let [month, day, hour, minute, second] = *bytes.get(4..9)?.first_chunk()?;
    let sound = (1..=9999).contains(&year) && (-1440..=1440).contains(&ahead);
    let sound = sound && (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 60;
    sound.then_some(Stamp { year, month, day, hour, minute, second, ahead })
}
