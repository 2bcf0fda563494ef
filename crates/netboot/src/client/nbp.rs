//! What a firmware makes of the bytes that it was given to start.

use pxectl_model::arch::Firmware;

/// What base memory holds above 0x7c00, where a BIOS ROM puts its NBP (PXE 2.1).
const BASE_MEMORY: u64 = 0xa0000 - 0x7c00;

/// Why this firmware could not start such an NBP, or nothing.
///
/// # Errors
/// Why not, in words.
pub fn judge(firmware: Firmware, bytes: u64, head: &[u8]) -> Result<(), String> {
    if bytes == 0 {
        return Err("it is empty".to_owned());
    }
    let text = head.trim_ascii_start();
    if text.starts_with(b"<") {
        return Err("it is an HTML page".to_owned());
    }
    if head.starts_with(b"#!") {
        return Err("it is a script; only iPXE itself reads scripts".to_owned());
    }
    match (firmware, head.starts_with(b"MZ")) {
        (Firmware::Bios, true) => Err("it is an EFI program, and this machine has a BIOS".to_owned()),
        (Firmware::Bios, false) if bytes > BASE_MEMORY => {
            Err(format!("it has {bytes} bytes, and base memory holds {BASE_MEMORY}"))
        }
        (Firmware::Bios, false) => Ok(()),
        (_, false) => Err("it is no EFI program: it does not begin with `MZ`".to_owned()),
        (_, true) => match machine(head) {
            Some(found) if found != expected(firmware) => Err(format!(
                "it is an EFI program for machine type {found:#06x}, and {firmware} runs {:#06x}",
                expected(firmware)
            )),
            _ => Ok(()),
        },
    }
}

/// What iPXE's shim of this name loads: the file of the same folder that is called so without `-shim` and up to four letters behind it
/// (automatic_next_path in shim.c of ipxe/shim). None for what is no shim by its name.
pub(super) fn behind_shim(path: &str) -> Option<String> {
    let file = path.rsplit('/').next()?;
    let (name, end) = file.rsplit_once('-')?;
    let (shim, suffix) = end.rsplit_once('.')?;
    let arch = shim.get(..4).filter(|word| word.eq_ignore_ascii_case("shim")).map(|_| &shim[4..])?;
    let folder = &path[..path.len() - file.len()];
    (arch.len() <= 4 && suffix.eq_ignore_ascii_case("efi")).then(|| format!("{folder}{name}.{suffix}"))
}

/// The machine type in the PE header, where there is one (PE/COFF specification 3.3.1).
fn machine(head: &[u8]) -> Option<u16> {
    let at = head.get(0x3c..0x40).and_then(|b| <[u8; 4]>::try_from(b).ok()).map(u32::from_le_bytes)? as usize;
    match head.get(at..at.checked_add(6)?)? {
        [b'P', b'E', 0, 0, low, high] => Some(u16::from_le_bytes([*low, *high])),
        _ => None,
    }
}

fn expected(firmware: Firmware) -> u16 {
    match firmware {
        Firmware::Bios => 0,
        Firmware::UefiIa32 => 0x014c,
        Firmware::UefiX64 => 0x8664,
        Firmware::UefiArm32 => 0x01c2,
        Firmware::UefiArm64 => 0xaa64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pe(machine: u16) -> Vec<u8> {
        let mut bytes = vec![0; 0x80];
        bytes[0..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x40;
        bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
        bytes[0x44..0x46].copy_from_slice(&machine.to_le_bytes());
        bytes
    }

    #[test]
    fn what_a_shim_loads() {
        let cases = [
            ("x86_64-sb/snponly-shim.efi", Some("x86_64-sb/snponly.efi")),
            ("http://10.0.0.1/nbp/a-b/ipxe-shimx64.efi", Some("http://10.0.0.1/nbp/a-b/ipxe.efi")),
            ("SNPONLY-SHIMAA64.EFI", Some("SNPONLY.EFI")),
            ("ipxe-shimx86_64.efi", None),
            ("ipxe-SHIMx64.efi", Some("ipxe.efi")),
            ("x-shim/snponly.efi", None),
            ("snponly.efi", None),
            ("shimx64.efi", None),
        ];
        for (name, next) in cases {
            assert_eq!(behind_shim(name).as_deref(), next, "{name}");
        }
    }

    #[test]
    fn each_firmware_takes_its_own() {
        let ok = |firmware, head: &[u8]| judge(firmware, head.len() as u64, head).is_ok();
        assert!(ok(Firmware::Bios, b"\xea\x05\x00"));
        assert!(!ok(Firmware::Bios, &pe(0x8664)));
        assert!(ok(Firmware::UefiX64, &pe(0x8664)));
        assert!(!ok(Firmware::UefiX64, &pe(0xaa64)));
        assert!(ok(Firmware::UefiArm64, &pe(0xaa64)));
        assert!(!ok(Firmware::UefiX64, b"\x7fELF"));
        for firmware in Firmware::ALL {
            assert!(!ok(firmware, b""));
            assert!(!ok(firmware, b"  <!DOCTYPE html>"));
            assert!(!ok(firmware, b"#!ipxe\n"));
        }
        assert!(judge(Firmware::Bios, 700_000, b"\xea").is_err());
        assert!(judge(Firmware::UefiX64, 900_000, b"MZ").is_ok());
    }
}
