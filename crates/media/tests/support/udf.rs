//! A small UDF made by hand (ECMA-167, OSTA UDF 1.02), with a bit of everything, and the seals that each change of it breaks.

/// A block, and a sector.
pub const BLOCK: usize = 2048;
/// The first sector of the partition.
pub const PARTITION: usize = 257;
/// Sectors of the partition.
const BLOCKS: usize = 40;

/// An image, and where its tags are.
#[derive(Clone)]
pub struct Udf {
    pub bytes: Vec<u8>,
    pub tags: Vec<usize>,
}

/// x^16 + x^12 + x^5 + 1, bit by bit: another way than the reader's.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, byte| {
        (0..8).rev().fold(crc, |crc, bit| {
            let one = (crc >> 15) ^ u16::from(byte >> bit & 1);
            (crc << 1) ^ (one * 0x1021)
        })
    })
}

/// Makes a tag's CRC and checksum right again, where there is room for them.
pub fn seal(bytes: &mut [u8], at: usize) {
    let len = usize::from(u16::from_le_bytes([bytes[at + 10], bytes[at + 11]]));
    if let Some(body) = bytes.get(at + 16..at + 16 + len) {
        let crc = crc(body);
        bytes[at + 8..at + 10].copy_from_slice(&crc.to_le_bytes());
    }
    bytes[at + 4] = 0;
    bytes[at + 4] = bytes[at..at + 16].iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte));
}

impl Udf {
    fn put(&mut self, at: usize, what: &[u8]) {
        self.bytes[at..at + what.len()].copy_from_slice(what);
    }

    /// A descriptor at a byte; what follows the tag is given in pieces, by their places in the descriptor.
    fn descriptor(&mut self, at: usize, id: u16, location: u32, crc_len: u16, pieces: &[(usize, &[u8])]) {
        self.put(at, &[id.to_le_bytes(), [2, 0], [0, 0], [1, 0], [0, 0], crc_len.to_le_bytes()].concat());
        self.put(at + 12, &location.to_le_bytes());
        pieces.iter().for_each(|(into, piece)| self.put(at + into, piece));
        self.tags.push(at);
        seal(&mut self.bytes, at);
    }

    fn block(&mut self, block: u32, id: u16, pieces: &[(usize, &[u8])]) {
        self.descriptor((PARTITION + block as usize) * BLOCK, id, block, 2032, pieces);
    }

    /// A file entry: type, flags of its allocation descriptors, size, descriptors.
    pub fn entry(&mut self, block: u32, extended: bool, kind: u8, flags: u8, size: u64, descriptors: &[u8]) {
        let (id, lens, time) = if extended { (266, 208, 92) } else { (261, 168, 84) };
        self.block(
            block,
            id,
            &[
                (20, &[4, 0]),
                (27, &[kind]),
                (34, &[flags, 0]),
                (44, &0x14a5_u32.to_le_bytes()),
                (56, &size.to_le_bytes()),
                (time, &[60, 0x10, 0xe8, 7, 2, 29, 12, 30, 0, 0, 0, 0]),
                (lens + 4, &u32::try_from(descriptors.len()).unwrap().to_le_bytes()),
                (lens + 8, descriptors),
            ],
        );
    }

    /// Names in a folder that lies at a byte: the name as it is recorded, characteristics, the block of the entry.
    pub fn folder(&mut self, mut at: usize, names: &[(&[u8], u8, u32)]) -> usize {
        let from = at;
        for (name, characteristics, block) in names {
            let len = (38 + name.len()).next_multiple_of(4);
            self.descriptor(
                at,
                257,
                0,
                u16::try_from(len - 16).unwrap(),
                &[
                    (16, &[1, 0, *characteristics, u8::try_from(name.len()).unwrap()]),
                    (20, &long(BLOCK as u32, *block)),
                    (38, name),
                ],
            );
            at += len;
        }
        at - from
    }
}

pub fn long(len: u32, block: u32) -> Vec<u8> {
    [short(len, block), vec![0; 8]].concat()
}

pub fn short(len: u32, block: u32) -> Vec<u8> {
    [len.to_le_bytes(), block.to_le_bytes()].concat()
}

/// The descriptors, an empty file set whose root entry is to be at block 1.
pub fn frame() -> Udf {
    let mut udf = Udf { bytes: vec![0; (PARTITION + BLOCKS) * BLOCK], tags: Vec::new() };
    for (sector, name) in [(16, b"BEA01"), (17, b"NSR02"), (18, b"TEA01")] {
        udf.put(sector * BLOCK + 1, name);
    }
    let sizes = [(PARTITION as u32).to_le_bytes(), (BLOCKS as u32).to_le_bytes()].concat();
    for first in [32, 48] {
        let mut put =
            |n: usize, id, pieces: &[(usize, &[u8])]| udf.descriptor((first + n) * BLOCK, id, (first + n) as u32, 496, pieces);
        put(
            0,
            6,
            &[
                (84, b"\x08HANDMADE"),
                (211, &[9]),
                (212, &(BLOCK as u32).to_le_bytes()),
                (240, &[2, 1]),
                (248, &long(BLOCK as u32, 0)),
                (264, &[6, 0, 0, 0, 1, 0, 0, 0]),
                (440, &[1, 6, 1, 0, 0, 0]),
            ],
        );
        put(1, 5, &[(188, &sizes)]);
        put(2, 8, &[]);
    }
    let stretches = [short(16 * BLOCK as u32, 32), short(16 * BLOCK as u32, 48)].concat();
    let stretches: Vec<u8> = stretches;
    udf.descriptor(256 * BLOCK, 2, 256, 496, &[(16, &stretches)]);
    udf.block(0, 256, &[(400, &long(BLOCK as u32, 1))]);
    udf
}

/// A file in the entry itself, one with a hole, one whose descriptors go on elsewhere, a folder in its own entry, a symlink, a deleted name.
pub fn sample() -> Udf {
    let mut udf = frame();
    let root = (PARTITION + 2) * BLOCK;
    let len = udf.folder(
        root,
        &[
            (b"", 0x0a, 1),
            (b"\x08Gr\xf6\xdfe.txt", 0, 3),
            (b"\x08gone", 0x04, 39),
            (b"\x08Sources", 0x02, 4),
            (b"\x10\x04\x14\x04\x3e\x04\x3c", 0, 5),
            (b"\x08link", 0, 6),
        ],
    );
    udf.entry(1, false, 4, 0, len as u64, &short(len as u32, 2));
    udf.entry(3, false, 5, 3, 5, b"small");
    // The folder's records begin where the entry's descriptors do.
    let inside = (PARTITION + 4) * BLOCK + 216;
    let len = udf.folder(inside, &[(b"", 0x0a, 1), (b"\x08boot.wim", 0, 7)]);
    let records = udf.bytes[inside..inside + len].to_vec();
    udf.entry(4, true, 4, 3, len as u64, &records);
    udf.entry(7, true, 5, 0, 3 * 2048 - 48, &[short(2048, 10), short(0x8000_0000 | 2048, 0), short(2000, 12)].concat());
    udf.entry(5, false, 5, 1, 2048 + 10, &[long(2048, 10), long(0xc000_0000 | 2048, 8)].concat());
    let more = long(2048, 14);
    udf.block(8, 258, &[(20, &16_u32.to_le_bytes()), (24, &more)]);
    udf.entry(6, false, 12, 3, 25, b"\x02\0\0\0\x05\x08\0\0\x08sources\x05\x09\0\0");
    let target = [&b"\x02\0\0\0\x05\x08\0\0\x08sources"[..], b"\x05\x09\0\0\x08boot.wim"].concat();
    udf.tags.pop();
    udf.entry(6, false, 12, 3, target.len() as u64, &target);
    for (block, byte) in [(10, b'a'), (12, b'c'), (14, b'e')] {
        let at = (PARTITION + block) * BLOCK;
        udf.bytes[at..at + BLOCK].fill(byte);
    }
    udf
}
