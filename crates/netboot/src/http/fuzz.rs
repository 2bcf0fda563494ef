//! What fuzzers call: everything a stranger's bytes reach before a table is asked, and what must hold of it.

use std::net::{IpAddr, Ipv4Addr};

use super::query;
use super::range::{self, Held, Send, Wishes};
use super::route::{OfBoot, Route, route};

/// A request target, as in `GET <target> HTTP/1.1`.
///
/// # Panics
/// Where a name comes out that could be taken for a path.
pub fn fuzz_target(data: &[u8]) {
    let Ok(target) = std::str::from_utf8(data) else { return };
    let name = match route(target) {
        Ok(Route::File(name) | Route::Media(name) | Route::Nbp(name)) => name,
        Ok(Route::Boot(_, OfBoot::File(name) | OfBoot::Media(name) | OfBoot::Answer(name) | OfBoot::Event(name))) => name,
        Ok(Route::Ask(query)) => {
            let asker = query::asker(&query, IpAddr::V4(Ipv4Addr::LOCALHOST));
            assert!(asker.identity.raw_serial.len() <= 2 * query::VALUE_MAX, "an identity is bounded");
            return;
        }
        Ok(Route::Home | Route::Health | Route::Stage1) | Err(_) => return,
    };
    let clean = |part: &str| !matches!(part, "" | "." | "..") && !part.chars().any(|c| c.is_control() || c == '\\');
    assert!(name.split('/').all(clean), "a name holds no dot segment and no control character: {name:?}");
}

/// `Range`, a line feed, and `If-Range`; the first byte says how long the file is.
///
/// # Panics
/// Where bytes would be sent that the file does not have.
pub fn fuzz_range(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let (range, if_range) = text.split_once('\n').map_or((text, None), |(range, if_range)| (range, Some(if_range)));
    let whole = match first {
        0 => 0,
        255 => u64::MAX,
        scale => 1_u64.rotate_left(u32::from(*scale) % 64),
    };
    let wishes = Wishes { range: Some(range), if_range, if_none_match: if_range, if_modified_since: if_range };
    let sent = range::decide(wishes, Held { len: whole, etag: "\"1-2-3\"", modified: 7 }, |date| date.parse().ok());
    if let Send::Part { first, len } = sent {
        assert!(len > 0 && first.checked_add(len).is_some_and(|end| end <= whole), "{first}+{len} of {whole}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plain twin of both fuzz targets: seeds, and a hundred thousand mutations of them that are the same each time.
    fn mutations(seeds: &[&[u8]], mut judge: impl FnMut(&[u8])) {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap()
        };
        seeds.iter().for_each(|seed| judge(seed));
        for _ in 0..100_000 {
            let mut data = seeds[random() % seeds.len()].to_vec();
            for _ in 0..=random() % 4 {
                let at = random() % (data.len() + 1);
                match random() % 4 {
                    0 => data.truncate(at),
                    1 => data.insert(at, b"%./\\0=&-,*\n\0"[random() % 12]),
                    2 => data.extend_from_within(at..),
                    _ if at < data.len() => data[at] = u8::try_from(random() % 256).unwrap(),
                    _ => {}
                }
                data.truncate(4096);
            }
            judge(&data);
        }
    }

    #[test]
    fn twin_of_fuzz_target() {
        let seeds: [&[u8]; 7] = [
            b"/b/00112233445566778899aabbccddeeff/media/ubuntu-iso/casper/vmlinuz",
            b"/boot?serial=37435831323334&uuid=0123456789abcdef0123456789abcdef&mac=525400123456&arch=x86_64&platform=efi",
            b"/b/00112233445566778899aabbccddeeff/artifacts/debian/linux",
            b"/b/00112233445566778899aabbccddeeff/event/booted",
            b"/artifacts/%2e%2e/%252e/..%2fetc%00",
            b"/nbp/snponly.efi",
            b"/artifacts/a%20b%C3%A9",
        ];
        mutations(&seeds, fuzz_target);
    }

    #[test]
    fn twin_of_fuzz_range() {
        let seeds: [&[u8]; 5] = [
            b"\x0abytes=0-499\n\"1-2-3\"",
            b"\xffbytes=18446744073709551615-",
            b"\x00bytes=-1",
            b"\x20bytes=1-2,3-4\n7",
            b"\xffbytes=-18446744073709551615",
        ];
        mutations(&seeds, fuzz_range);
    }
}
