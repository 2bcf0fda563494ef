//! The smallest EFI program that prints a text: one section, written by hand.
//!
//! Layout after Microsoft's PE Format: DOS header, COFF header, optional header PE32+, section table, code.

/// Where the section lies in the file, and the file's alignment.
const FILE: u32 = 0x200;
/// Where the section lies in memory, and the memory's alignment.
const MEMORY: u32 = 0x1000;
/// Where the COFF header's signature lies.
const COFF: usize = 0x40;

/// A program for x64 that prints `text` to the firmware's console and halts.
pub fn printer(text: &str) -> Vec<u8> {
    let mut code = vec![
        0x48, 0x83, 0xec, 0x28, // sub rsp, 28: the callee's shadow space
        0x48, 0x8b, 0x4a, 0x40, // mov rcx, [rdx + 40]: the system table's ConOut
        0x48, 0x8d, 0x15, 0x09, 0x00, 0x00, 0x00, // lea rdx, [rip + 9]: the text
        0xff, 0x51, 0x08, // call [rcx + 8]: OutputString
        0xf4, // halt: hlt
        0xeb, 0xfd, // jmp halt
        0x90, 0x90, 0x90, // the text begins at 24
    ];
    code.extend(format!("\r\n{text}\r\n\0").encode_utf16().flat_map(u16::to_le_bytes));
    let size = u32::try_from(code.len()).unwrap();
    let padded = size.next_multiple_of(FILE);
    let mut file = headers(size, padded);
    file.resize(FILE as usize, 0);
    file.extend(code);
    file.resize((FILE + padded) as usize, 0);
    file
}

fn headers(size: u32, padded: u32) -> Vec<u8> {
    let mut dos = vec![0; COFF];
    dos[..2].copy_from_slice(b"MZ");
    dos[0x3c] = 0x40;
    let mut out = Fields(dos);
    out.0.extend(b"PE\0\0");
    out.u16(0x8664).u16(1).u32(0).u32(0).u32(0); // x64, one section, no date, no symbols
    out.u16(0xf0).u16(0x22); // optional header's size; executable, large addresses
    out.u16(0x20b).u16(0).u32(padded).u32(0).u32(0); // PE32+, linker version, sizes of code and data
    out.u32(MEMORY).u32(MEMORY); // entry point, base of code
    out.u32(0x40_0000).u32(0); // preferred base
    out.u32(MEMORY).u32(FILE); // alignments
    out.u32(0).u32(0).u32(0).u32(0); // versions
    out.u32(MEMORY * 2).u32(FILE).u32(0); // size in memory, of headers, checksum
    out.u16(10).u16(0); // EFI application
    out.u32(0x10_0000).u32(0).u32(0x1000).u32(0); // stack
    out.u32(0x10_0000).u32(0).u32(0x1000).u32(0); // heap
    out.u32(0).u32(16); // flags, number of directories
    out.0.extend([0; 16 * 8]); // directories: none, nothing needs relocation
    out.0.extend(b".text\0\0\0");
    out.u32(size).u32(MEMORY).u32(padded).u32(FILE).u32(0).u32(0).u32(0);
    out.u32(0x6000_0020); // code, execute, read
    out.0
}

/// Little-endian fields, one behind the other.
struct Fields(Vec<u8>);

impl Fields {
    fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }
}
