//! A generated inventory: the same one every time, and no two hosts alike.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::Result;

/// How many files are included.
const INCLUDED: usize = 10;
/// Hosts of one network.
const NETWORK: usize = 24_000;

const HEAD: &str = "pxectl: 1
include: [racks/*.yaml]
lab:
  server: 10.1.0.1
  firmware: [bios, uefi-x64]
  networks:
    - {subnet: 10.1.0.0/24, range: 10.1.0.100 - 10.1.0.199, router: 10.1.0.254, dns: [10.1.0.1]}
    - {subnet: 10.10.0.0/16, router: 10.10.0.1, dns: [10.1.0.1]}
    - {subnet: 10.11.0.0/16, router: 10.11.0.1, dns: [10.1.0.1]}
    - {subnet: 10.12.0.0/16, router: 10.12.0.1, dns: [10.1.0.1]}
    - {subnet: 10.13.0.0/16, router: 10.13.0.1, dns: [10.1.0.1]}
    - {subnet: 10.14.0.0/16, router: 10.14.0.1, dns: [10.1.0.1]}
artifacts:
  linux: {path: images/linux}
  initrd: {path: images/initrd}
  wim: {path: images/boot.wim}
profiles:
  base: {args: [console=ttyS0], vars: {timezone: Etc/UTC, ntp: [10.1.0.1, 10.1.0.2]}}
  debian-12: {extends: base, recipe: debian, kernel: linux, initrds: [initrd]}
  debian-12-raid: {extends: debian-12, vars: {raid: mirror}}
  rescue: {extends: base, recipe: linux, kernel: linux, initrds: [initrd]}
  win2022: {recipe: windows, wimboot: wim, boot_wim: wim, bcd: wim, boot_sdi: wim, bootmgr: wim}
rules:
  - {match: {product: \"PowerEdge R6*\"}, profile: debian-12}
hosts:
";

/// Writes it, and tells its files, the main one first. `odd`: each has one more host, with an escape in a text.
pub(super) fn write(folder: &Path, hosts: usize, odd: bool) -> Result<Vec<PathBuf>> {
    let racks = folder.join("racks");
    std::fs::create_dir_all(&racks).map_err(|error| format!("making {}: {error}", racks.display()))?;
    let mut random = Random(20_261_122);
    let half = hosts / 2;
    let mut files = vec![(folder.join("inventory.yaml"), HEAD.to_owned(), 0..half)];
    let rack = (hosts - half).div_ceil(INCLUDED);
    for n in 0..INCLUDED {
        let first = half + n * rack;
        files.push((racks.join(format!("{n:02}.yaml")), "hosts:\n".to_owned(), first..hosts.min(first + rack)));
    }
    for (n, (path, text, numbers)) in files.iter_mut().enumerate() {
        numbers.for_each(|n| host(text, n, random.next()));
        if odd {
            let one = format!("  - {{serial: ODD-{n:04}, profile: \"\\x6cocal\"}}\n");
            text.push_str(&one);
        }
        std::fs::write(&path, &text).map_err(|error| format!("writing {}: {error}", path.display()))?;
    }
    Ok(files.into_iter().map(|(path, ..)| path).collect())
}

/// One host in one of three ways in which people write them.
fn host(text: &mut String, n: usize, random: usize) {
    let profile = ["debian-12", "debian-12-raid", "rescue", "win2022", "local"][random % 5];
    let disk = ["/dev/nvme0n1", "/dev/sda", "/dev/vda"][random / 5 % 3];
    let (serial, name) = (serial(n), format!("r{:04}-u{:02}", n / 40, n % 40 + 1));
    let rest = format!("{:02x}:{:02x}:{:02x}:{:02x}", n >> 24 & 255, n >> 16 & 255, n >> 8 & 255, n & 255);
    let (network, within) = (n / NETWORK, n % NETWORK);
    let ip = format!("10.{}.{}.{}", 10 + network, within / 240, within % 240 + 10);
    let written = match random / 16 % 3 {
        0 => {
            let more = if (random / 1024).is_multiple_of(4) { "    args: [quiet]\n" } else { "" };
            writeln!(
                text,
                "  - serial: {serial}\n    name: {name}\n    profile: {profile}\n    mac: \"52:54:{rest}\"\n    ip: {ip}\n{more}    \
                 vars:\n      disk: {disk}\n      role: worker-{}",
                random / 64 % 16
            )
        }
        1 => writeln!(
            text,
            "  - {{serial: {serial}, name: {name}, profile: {profile}, mac: \"52:54:{rest}\", ip: {ip}, vars: {{disk: {disk}}}}}"
        ),
        _ => writeln!(
            text,
            "  - {{serial: {serial}, name: {name}, profile: {profile}, nics: [{{mac: \"52:54:{rest}\", ip: {ip}}}, {{mac: \"02:54:{rest}\"}}]}}"
        ),
    };
    written.expect("a string takes whatever is written");
}

/// Seven letters and digits that no tool takes for a number; each host's own, since what `n` is multiplied with has no factor in
/// common with their number.
fn serial(n: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTVWXYZ";
    const DIGITS: &[u8] = b"0123456789";
    let alphabets = [LETTERS, LETTERS, DIGITS, LETTERS, LETTERS, LETTERS, DIGITS];
    let mut rest = (n * 7919 + 12_345) % alphabets.iter().map(|letters| letters.len()).product::<usize>();
    let mut text = String::with_capacity(alphabets.len());
    for letters in alphabets {
        text.push(char::from(letters[rest % letters.len()]));
        rest /= letters.len();
    }
    text
}

/// Xorshift (Marsaglia, 2003): the same numbers everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_hosts_have_one_serial() {
        let serials: HashSet<String> = (0..100_000).map(serial).collect();
        assert_eq!(serials.len(), 100_000);
        assert!(serials.iter().all(|serial| serial.len() == 7 && serial.starts_with(|c: char| c.is_ascii_uppercase())));
    }
}
