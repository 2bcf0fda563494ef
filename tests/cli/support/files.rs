//! Bytes that firmware and iPXE take for what they are called.

/// What undionly.kpxe could be: no EFI program, and small enough for base memory.
pub fn bios_nbp() -> Vec<u8> {
    [b"\xea\x05\x00\xc0\x07".as_slice(), &noise(1, 70_000)].concat()
}

/// What snponly.efi could be; without a PE header, so for every processor.
pub fn efi_nbp() -> Vec<u8> {
    let mut bytes = noise(2, 170_000);
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3c..0x40].fill(0);
    bytes
}

/// A UEFI application for a processor (PE Format: headers, no section), with bytes behind it.
pub fn efi_program(machine: u16, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; 0x200];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3c] = 0x40;
    bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
    bytes[0x44..0x46].copy_from_slice(&machine.to_le_bytes());
    // Of a 32-bit program the optional header is 16 bytes shorter.
    let wide = matches!(machine, 0x8664 | 0xaa64);
    let (magic, len): (u16, u16) = if wide { (0x20b, 112 + 16 * 8) } else { (0x10b, 96 + 16 * 8) };
    bytes[0x54..0x56].copy_from_slice(&len.to_le_bytes());
    bytes[0x58..0x5a].copy_from_slice(&magic.to_le_bytes());
    // Windows subsystem 10: a UEFI application.
    bytes[0x58 + 68] = 10;
    let directories = 0x58 + if wide { 108 } else { 92 };
    bytes[directories] = 16;
    bytes.extend(noise(seed, 70_000));
    bytes
}

/// A Linux kernel with an EFI stub, by its marks (Documentation/arch/x86/boot.rst).
pub fn kernel(seed: u64) -> Vec<u8> {
    let mut bytes = noise(seed, 50_000);
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3c..0x40].fill(0);
    bytes[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
    bytes[0x202..0x206].copy_from_slice(b"HdrS");
    // It says neither how long it is nor of which version.
    bytes[0x1f4..0x1f8].fill(0);
    bytes[0x20e..0x210].fill(0);
    bytes
}

/// Bytes that no two seeds share: a xorshift (Marsaglia 2003).
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}
