//! A run: consecutive DATA packets laid out end to end, so that a window leaves in one call.

use std::io;
use std::ops::Range;

use crate::open::OpenBody;

/// Bytes of a run: what one call may hand to the kernel, header and all (an IPv4 datagram holds 65,507).
pub const RUN_BYTES: usize = 65_000;
/// Packets of a run: what older kernels cut one call into (UDP_MAX_SEGMENTS).
pub const RUN_BLOCKS: usize = 64;
/// Opcode and block number before the data (RFC 1350).
const HEADER: usize = 4;

/// DATA packets of one body. Blocks are numbered from 1 without wrapping; the wire's 16 bits are cut here.
pub struct Run {
    block: usize,
    /// Blocks of the body: full ones and the last, which is shorter and may be empty.
    total: u64,
    len: u64,
    capacity: usize,
    /// Whether several windows fit, so that reading more than was wanted pays.
    ahead: bool,
    buffer: Vec<u8>,
    /// The blocks that `buffer` holds.
    held: Range<u64>,
}

impl Run {
    /// Nothing held yet. `window` is how many blocks are sent at a time.
    pub fn new(len: u64, block: u16, window: u16) -> Self {
        let (block, window) = (usize::from(block), usize::from(window));
        let fit = (RUN_BYTES / (HEADER + block)).clamp(1, RUN_BLOCKS);
        // Whole windows only, so that no window lies in two runs.
        let ahead = fit >= window;
        let capacity = if ahead { fit - fit % window.max(1) } else { fit };
        let total = len / block as u64 + 1;
        let capacity = capacity.min(usize::try_from(total).unwrap_or(usize::MAX));
        Self { block, total, len, capacity, ahead, buffer: Vec::new(), held: 0..0 }
    }

    /// How many blocks there are; the last one is shorter than the others.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Bytes of the body before block `n`.
    pub fn offset(&self, n: u64) -> u64 {
        (n - 1) * self.block as u64
    }

    /// Bytes of a full packet.
    pub fn packet_len(&self) -> usize {
        HEADER + self.block
    }

    /// Makes block `first` and those after it ready, as many of `want` as a run holds; reads ahead where windows are small.
    ///
    /// # Errors
    /// As reading the body.
    pub fn load(&mut self, body: &OpenBody, first: u64, want: u64) -> io::Result<()> {
        let capacity = (self.capacity as u64).min(self.total + 1 - first.min(self.total + 1));
        let want = want.min(capacity);
        if want == 0 || (self.held.start <= first && first + want <= self.held.end) {
            return Ok(());
        }
        let count = if self.ahead { capacity } else { want };
        self.held = 0..0;
        let offset = self.offset(first);
        let bytes = usize::try_from((count * self.block as u64).min(self.len - offset)).unwrap_or(0);
        let count = usize::try_from(count).unwrap_or(0);
        self.buffer.resize(HEADER * count + bytes, 0);
        // One read into the end of the buffer, then each block moves down to its place: forward, so nothing is overwritten unread.
        let data = HEADER * count;
        if body.read_at(&mut self.buffer[data..], offset)? != bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for n in 0..count {
            let place = n * (HEADER + self.block);
            let from = data + n * self.block;
            let until = (from + self.block).min(data + bytes);
            self.buffer.copy_within(from..until, place + HEADER);
            let number = ((first + n as u64) & 0xffff) as u16;
            self.buffer[place..place + 2].copy_from_slice(&[0, 3]);
            self.buffer[place + 2..place + HEADER].copy_from_slice(&number.to_be_bytes());
        }
        self.held = first..first + count as u64;
        Ok(())
    }

    /// The packets of the held blocks from `first` on, at most `want`; and how many blocks that are.
    pub fn packets(&self, first: u64, want: u64) -> (&[u8], u64) {
        if !self.held.contains(&first) {
            return (&[], 0);
        }
        let count = want.min(self.held.end - first);
        let place = |n: u64| usize::try_from(n - self.held.start).unwrap_or(0) * (HEADER + self.block);
        let end = if first + count == self.held.end { self.buffer.len() } else { place(first + count) };
        (&self.buffer[place(first)..end], count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    fn body(len: usize) -> OpenBody {
        let bytes = (0..len).map(|n| (n % 251) as u8).collect::<Vec<_>>().into();
        OpenBody::Bytes { bytes, modified: SystemTime::UNIX_EPOCH }
    }

    /// Every byte of the body, as the packets carry it.
    fn collect(len: usize, block: u16, window: u16) -> Vec<u8> {
        let body = body(len);
        let mut run = Run::new(len as u64, block, window);
        let mut data = Vec::new();
        let mut next = 1;
        while next <= run.total() {
            run.load(&body, next, u64::from(window)).unwrap();
            let (packets, count) = run.packets(next, u64::from(window));
            assert!(count >= 1 && packets.len() <= RUN_BYTES.max(run.packet_len()));
            for (n, packet) in packets.chunks(run.packet_len()).enumerate() {
                assert_eq!(packet[..2], [0, 3]);
                assert_eq!(packet[2..4], (((next + n as u64) & 0xffff) as u16).to_be_bytes());
                data.extend_from_slice(&packet[4..]);
                assert_eq!(packet.len() < run.packet_len(), next + n as u64 == run.total());
            }
            assert_eq!(packets.chunks(run.packet_len()).count() as u64, count);
            next += count;
        }
        data
    }

    #[test]
    fn every_byte_once_and_a_short_block_at_the_end() {
        for len in [0, 1, 7, 8, 9, 511, 512, 513, 1024, 65_464, 70_000, 200_000] {
            for (block, window) in [(8, 1), (512, 1), (512, 4), (512, 64), (1468, 16), (8192, 16), (65464, 1), (65464, 64)] {
                let whole = collect(len, block, window);
                assert_eq!(whole.len(), len, "{block} {window}");
                assert!(whole.iter().enumerate().all(|(n, byte)| *byte == (n % 251) as u8));
            }
        }
    }

    #[test]
    fn numbers_wrap_at_sixteen_bits() {
        let body = body(8 * 65_600);
        let mut run = Run::new(8 * 65_600, 8, 2);
        run.load(&body, 65_535, 2).unwrap();
        let (packets, count) = run.packets(65_535, 2);
        assert_eq!((count, &packets[2..4], &packets[14..16]), (2, &[255, 255][..], &[0, 0][..]));
    }

    #[test]
    fn going_back_reads_again() {
        let body = body(100_000);
        let mut run = Run::new(100_000, 512, 4);
        run.load(&body, 150, 4).unwrap();
        run.load(&body, 3, 4).unwrap();
        assert_eq!(run.packets(3, 4).0[2..4], [0, 3]);
        assert_eq!(run.packets(150, 4), (&[][..], 0));
    }
}
