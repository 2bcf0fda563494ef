//! The entry for fuzzing, and its twin over seeded bytes.

use super::options::{BLOCK_MAX, BLOCK_MIN, negotiate};
use super::request::{Incoming, NAME_MAX, parse};

/// Judges a datagram and its options as the server does, and asserts what must hold whatever the bytes are.
///
/// # Panics
/// Where one of these promises is broken.
pub fn fuzz_request(datagram: &[u8]) {
    match parse(datagram) {
        Incoming::Silence => {}
        Incoming::Refuse(refusal) => {
            let packet = refusal.packet();
            assert!(packet.starts_with(&[0, 5]) && packet.len() <= 64, "an ERROR is a short packet");
            assert!(refusal.what.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "the log gets printable text");
        }
        Incoming::Read(request) => {
            assert!(!request.name.is_empty() && request.name.len() <= NAME_MAX, "a name has 1 to 255 bytes");
            assert!(!request.name.contains(['\\', '\0']) && !request.name.starts_with('/'), "a name is a key");
            let agreed = negotiate(&request.options, u64::MAX, 1468, 64);
            assert!((BLOCK_MIN..=BLOCK_MAX).contains(&agreed.block) && (1..=64).contains(&agreed.window), "caps hold");
            assert!(agreed.accepted.len() <= request.options.len(), "nothing is answered that was not asked");
            assert!(agreed.oack().is_none_or(|oack| oack.len() <= 128), "an OACK is a short packet");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEEDS: [&[u8]; 5] = [
        b"\0\x01undionly.kpxe\0octet\0",
        b"\0\x01snponly.efi\0octet\0tsize\x000\0blksize\x001468\0windowsize\x004\0",
        b"\0\x01a\0netascii\0timeout\x00255\0multicast\0\0blksize\x0065464\0",
        b"\0\x02a\0octet\0tsize\x0018446744073709551615\0",
        b"\0\x01\\..\\..\\etc\\passwd\0octet\0blksize\0-1\0blksize\x000\0",
    ];

    #[test]
    fn every_truncation_and_every_flipped_byte() {
        for seed in SEEDS {
            for end in 0..=seed.len() {
                fuzz_request(&seed[..end]);
            }
            for place in 0..seed.len() {
                for value in [0, 1, 5, b'/', b'\\', 0x7f, 0x80, 0xff] {
                    let mut datagram = seed.to_vec();
                    datagram[place] = value;
                    fuzz_request(&datagram);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..1200)) {
            fuzz_request(&bytes);
            fuzz_request(&[&[0, 1][..], &bytes].concat());
        }

        #[test]
        fn anything_like_a_request(
            fields in proptest::collection::vec("(octet|blksize|tsize|timeout|windowsize|[0-9]{1,22}|[a-zA-Z./\\\\]{0,300})", 0..12),
        ) {
            fuzz_request(&[b"\0\x01", fields.join("\0").as_bytes(), b"\0"].concat());
        }
    }
}
