//! Numbers inside descriptors. Callers hold slices that are long enough; a byte that is not there counts as 0.

/// Little-endian, 16 bits (ECMA-119, 7.2.1).
pub(crate) fn u16_le(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(array(bytes, at))
}

/// Little-endian, 32 bits (ECMA-119, 7.3.1). Numbers that are recorded both ways (7.3.3) begin with this one.
pub(crate) fn u32_le(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array(bytes, at))
}

/// Little-endian, 64 bits.
pub(crate) fn u64_le(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array(bytes, at))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    if let Some(found) = bytes.get(at..).and_then(|rest| rest.get(..N)) {
        array.copy_from_slice(found);
    }
    array
}
