//! Armor off (RFC 9580, 6.2), and packets out of what is left.

use std::io::{Cursor, Read};

use pgp::armor::{BlockType, Dearmor, DearmorOptions};
use pgp::packet::{Packet, PacketParser, Signature};

use crate::evidence::{LARGEST_KEYS, LARGEST_SIGNATURE};

const BEGIN: &[u8] = b"-----BEGIN PGP ";
/// Blocks of one file that are looked at.
const BLOCKS: usize = 200;
/// Packets of one file that are looked at.
const PACKETS: usize = 20_000;

/// One block of packets, and what its armor says that it is; none where it has no armor.
pub(super) struct Block {
    pub kind: Option<BlockType>,
    pub bytes: Vec<u8>,
}

/// The blocks of a file. What is between them counts for nothing, and what is broken is left out.
pub(super) fn blocks(bytes: &[u8]) -> Vec<Block> {
    // The first bit of a packet is set (RFC 9580, 4.2), that of a letter is not.
    if bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        return vec![Block { kind: None, bytes: bytes.to_vec() }];
    }
    let starts = bytes
        .windows(BEGIN.len())
        .enumerate()
        .filter(|(at, window)| *window == BEGIN && (*at == 0 || matches!(bytes.get(at - 1), Some(b'\n' | b'\r'))));
    let starts: Vec<usize> = starts.map(|(at, _)| at).take(BLOCKS).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| block(bytes.get(*start..end)?)).collect()
}

fn block(bytes: &[u8]) -> Option<Block> {
    let options = DearmorOptions::new().set_limit(LARGEST_KEYS);
    let mut dearmor = Dearmor::with_options(Cursor::new(bytes), options);
    dearmor.read_header().ok()?;
    let kind = dearmor.typ;
    let mut bytes = Vec::new();
    // What ends too early is as long as it is: a signature over something else, or none.
    let _ = dearmor.take(LARGEST_KEYS as u64).read_to_end(&mut bytes);
    Some(Block { kind, bytes })
}

/// The packets of a block; those that cannot be read are left out.
pub(super) fn packets(bytes: &[u8]) -> impl Iterator<Item = Packet> {
    PacketParser::new(Cursor::new(bytes)).take(PACKETS).filter_map(Result::ok)
}

/// The signatures of a file.
pub(super) fn signatures(bytes: &[u8]) -> Vec<Signature> {
    if bytes.len() > LARGEST_SIGNATURE {
        return Vec::new();
    }
    let fits = |block: &Block| matches!(block.kind, None | Some(BlockType::Signature | BlockType::Message));
    let blocks = blocks(bytes).into_iter().filter(fits);
    let signature = |packet| if let Packet::Signature(signature) = packet { Some(signature) } else { None };
    blocks.flat_map(|block| packets(&block.bytes).filter_map(signature).collect::<Vec<_>>()).collect()
}
