//! As much of Ethernet, IPv4, UDP and DHCP as it takes to make iPXE's ROM look like any other.

/// Length of an Ethernet header without a VLAN tag.
const ETHERNET: usize = 14;
/// Length of a UDP header.
const UDP: usize = 8;
/// Where the options begin in a DHCP message, behind the magic cookie (RFC 2131, 3).
const OPTIONS: usize = 240;

/// DHCP message type (RFC 2132, 9.6).
const MESSAGE_TYPE: u8 = 53;
/// User class (RFC 3004): iPXE writes its own name.
const USER_CLASS: u8 = 77;
/// iPXE's own options.
const ETHERBOOT: u8 = 175;

/// Where the UDP header begins and where the datagram ends.
fn udp(frame: &[u8]) -> Option<(usize, usize)> {
    let ip = frame.get(ETHERNET..)?;
    let whole =
        frame.get(12..14)? == [8, 0] && ip.first()? >> 4 == 4 && *ip.get(9)? == 17 && ip.get(6)? & 0x3f == 0 && *ip.get(7)? == 0;
    let start = ETHERNET + usize::from(ip.first()? & 15) * 4;
    let length = usize::from(u16::from_be_bytes([*frame.get(start + 4)?, *frame.get(start + 5)?]));
    (whole && length >= UDP && start + length <= frame.len()).then_some((start, start + length))
}

fn destination(frame: &[u8], udp: usize) -> u16 {
    u16::from_be_bytes([frame[udp + 2], frame[udp + 3]])
}

/// Whether a frame asks a TFTP server for a file.
pub fn is_tftp_request(frame: &[u8]) -> bool {
    udp(frame).is_some_and(|(start, _)| destination(frame, start) == 69)
}

/// Blanks what says iPXE in a DISCOVER or REQUEST. Pad bytes (RFC 2132, 3.1) take the options' place, so that no length changes.
pub fn hide_ipxe(frame: &mut [u8]) {
    let Some((start, end)) = udp(frame).filter(|(start, _)| destination(frame, *start) == 67) else { return };
    let Some(options) = frame.get_mut(start + UDP + OPTIONS..end) else { return };
    let (mut asks, mut found, mut at) = (false, Vec::new(), 0);
    while let Some(&code) = options.get(at).filter(|code| **code != 255) {
        let length = if code == 0 { 1 } else { options.get(at + 1).map_or(1, |length| 2 + usize::from(*length)) };
        match code {
            MESSAGE_TYPE => asks = matches!(options.get(at + 2), Some(1 | 3)),
            USER_CLASS | ETHERBOOT => found.push(at..(at + length).min(options.len())),
            _ => {}
        }
        at += length;
    }
    if asks && !found.is_empty() {
        for range in found {
            options[range].fill(0);
        }
        repair_checksum(frame, start, end);
    }
}

/// Writes the UDP checksum anew (RFC 768): over addresses, protocol, length and the datagram.
fn repair_checksum(frame: &mut [u8], start: usize, end: usize) {
    frame[start + 6..start + 8].fill(0);
    let addresses = &frame[ETHERNET + 12..ETHERNET + 20];
    let words = addresses.chunks(2).chain(frame[start..end].chunks(2));
    let mut sum = words.map(|word| u32::from(word[0]) << 8 | word.get(1).map_or(0, |low| u32::from(*low))).sum::<u32>();
    sum += 17 + u32::try_from(end - start).unwrap();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let checksum = match !u16::try_from(sum).unwrap() {
        0 => 0xffff,
        other => other,
    };
    frame[start + 6..start + 8].copy_from_slice(&checksum.to_be_bytes());
}
