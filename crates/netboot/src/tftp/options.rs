//! Which options hold for a transfer. Pure.
//!
//! An option is accepted with a value that its RFC allows, or left out of the OACK as if it had not been sent (RFC 2347).

use std::time::Duration;

use tftpd::{OptionType, Packet, TransferOption};

/// Block size without an option (RFC 1350).
pub const BLOCK_DEFAULT: u16 = 512;
/// Smallest block that RFC 2348 allows.
pub const BLOCK_MIN: u16 = 8;
/// Largest block that RFC 2348 allows.
pub const BLOCK_MAX: u16 = 65464;

/// What a transfer runs with.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreed {
    /// Bytes of data in a full block, 8 to 65464.
    pub block: u16,
    /// Blocks sent before an acknowledgement is waited for, 1 to 64 (RFC 7440).
    pub window: u16,
    /// The client's retransmission interval (RFC 2349), 1 to 255 s; none where it named none.
    pub timeout: Option<Duration>,
    /// What the OACK lists; empty means that there is no OACK and the first data block is the answer.
    pub accepted: Vec<TransferOption>,
}

/// Judges the options of a request for a body of `size` bytes.
///
/// `block_max` is the largest block that reaches the client in one piece, `window_max` the largest window that is granted.
pub fn negotiate(asked: &[TransferOption], size: u64, block_max: u16, window_max: u16) -> Agreed {
    let mut agreed = Agreed { block: BLOCK_DEFAULT, window: 1, timeout: None, accepted: Vec::new() };
    for TransferOption { option, value } in asked.iter().copied() {
        let granted = match option {
            // RFC 2348: the server may answer with less.
            OptionType::BlockSize if value >= u64::from(BLOCK_MIN) => {
                agreed.block = clamp(value, block_max.clamp(BLOCK_MIN, BLOCK_MAX));
                u64::from(agreed.block)
            }
            OptionType::TransferSize => size,
            // RFC 2349: the same value, or none.
            OptionType::Timeout if (1..=255).contains(&value) => {
                agreed.timeout = Some(Duration::from_secs(value));
                value
            }
            // RFC 7440: the server may answer with less.
            OptionType::WindowSize if (1..=65535).contains(&value) => {
                agreed.window = clamp(value, window_max.max(1));
                u64::from(agreed.window)
            }
            _ => continue,
        };
        agreed.accepted.push(TransferOption { option, value: granted });
    }
    agreed
}

impl Agreed {
    /// The OACK packet (RFC 2347); none where nothing was accepted.
    pub fn oack(&self) -> Option<Vec<u8>> {
        let listed = !self.accepted.is_empty();
        listed.then(|| Packet::Oack(self.accepted.clone()).serialize().unwrap_or_default())
    }
}

fn clamp(value: u64, max: u16) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX).min(max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree(options: &[(OptionType, u64)]) -> Agreed {
        let asked: Vec<_> = options.iter().map(|(option, value)| TransferOption { option: *option, value: *value }).collect();
        negotiate(&asked, 70_000, 1468, 64)
    }

    #[test]
    fn nothing_asked_means_no_oack() {
        let agreed = agree(&[]);
        assert_eq!((agreed.block, agreed.window, agreed.timeout, agreed.oack()), (512, 1, None, None));
        // What is out of its RFC's range counts as not asked.
        let odd = [(OptionType::BlockSize, 7), (OptionType::Timeout, 0), (OptionType::Timeout, 256), (OptionType::WindowSize, 0)];
        assert_eq!(agree(&odd).oack(), None);
        assert_eq!(agree(&[(OptionType::UTimeout, 5), (OptionType::WindowWait, 5)]).oack(), None);
    }

    #[test]
    fn the_answer_is_never_more_than_was_asked() {
        let agreed = agree(&[(OptionType::BlockSize, 65464), (OptionType::WindowSize, 65535)]);
        assert_eq!((agreed.block, agreed.window), (1468, 64));
        let agreed = agree(&[(OptionType::BlockSize, 8), (OptionType::WindowSize, 3)]);
        assert_eq!((agreed.block, agreed.window), (8, 3));
    }

    #[test]
    fn the_oack_lists_what_was_accepted_in_the_requests_order() {
        let agreed = agree(&[(OptionType::TransferSize, 0), (OptionType::Timeout, 3), (OptionType::BlockSize, 9000)]);
        assert_eq!(agreed.oack().unwrap(), b"\0\x06tsize\x0070000\0timeout\x003\0blksize\x001468\0");
        assert_eq!(agreed.timeout, Some(Duration::from_secs(3)));
    }
}
