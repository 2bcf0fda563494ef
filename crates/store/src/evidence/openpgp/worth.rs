//! What is strong enough to prove something, and when it is.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SubpacketData};
use pgp::ser::Serialize;
use pgp::types::{PublicParams, Timestamp};
use pxectl_model::utc::Utc;

/// Clocks differ: this much later than now is still now, in seconds.
const SKEW: u64 = 300;
/// Bytes of an RSA key of 2048 bits: its modulus and what tells how long that is.
const RSA_BYTES: usize = 2 + 256;

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    Good,
    Weak,
    Unknown,
}

pub(super) fn of_key(params: &PublicParams) -> Worth {
    match params {
        PublicParams::RSA(rsa) if rsa.write_len() < RSA_BYTES => Worth::Weak,
        PublicParams::DSA(_) | PublicParams::Elgamal(_) => Worth::Weak,
        PublicParams::Unknown { .. } => Worth::Unknown,
        _ => Worth::Good,
    }
}

/// The name of a signature's hash, where that is no evidence any more. SHA-1 was broken by a collision in 2017, and by one with chosen
/// prefixes in 2020 (RFC 9580, 9.5).
pub(super) fn weak_hash(signature: &Signature) -> Option<String> {
    match signature.hash_alg() {
        Some(
            HashAlgorithm::Sha256
            | HashAlgorithm::Sha384
            | HashAlgorithm::Sha512
            | HashAlgorithm::Sha3_256
            | HashAlgorithm::Sha3_512,
        ) => None,
        Some(HashAlgorithm::Sha1) => Some("SHA-1".to_owned()),
        Some(HashAlgorithm::Sha224) => Some("SHA-224".to_owned()),
        Some(other) => Some(other.to_string()),
        None => Some("an unknown hash".to_owned()),
    }
}

/// Whether it has a condition that must be understood, and is not (RFC 9580, 5.2.3.7).
pub(super) fn is_critical(signature: &Signature) -> bool {
    let unknown = |data: &SubpacketData| {
        matches!(data, SubpacketData::Other(..) | SubpacketData::Experimental(..) | SubpacketData::Notation(_))
    };
    let subpackets = signature.config().into_iter().flat_map(|config| config.hashed_subpackets());
    subpackets.into_iter().any(|subpacket| subpacket.is_critical && unknown(&subpacket.data))
}

pub(super) fn utc(time: Timestamp) -> Utc {
    Utc::of(u64::from(time.as_secs()))
}

/// Whether a moment is later than now.
pub(super) fn is_future(time: Timestamp, now: Utc) -> bool {
    utc(time).seconds() > now.seconds() + SKEW
}

/// When something ends that began then and lasts so many seconds; none where it has no end, which 0 says as well.
pub(super) fn end(began: Timestamp, lasts: Option<u32>) -> Option<Utc> {
    lasts.filter(|seconds| *seconds > 0).map(|seconds| Utc::of(u64::from(began.as_secs()) + u64::from(seconds)))
}

/// Whether a signature speaks now: it has a date, that is not in the future, and it has not expired.
pub(super) fn speaks(signature: &Signature, now: Utc) -> Option<Timestamp> {
    let made = signature.created().filter(|made| !is_future(*made, now))?;
    let ends = end(made, signature.signature_expiration_time().map(|lasts| lasts.as_secs()));
    (ends.is_none_or(|end| end > now) && !is_critical(signature)).then_some(made)
}

/// Why something was revoked, as its owner says; a text that can follow "was revoked".
pub(super) fn reason(revocation: &Signature) -> String {
    let code = revocation.revocation_reason_code().map(|code| format!("{code:?}"));
    match code.as_deref() {
        Some("KeyCompromised") => " because it was compromised".to_owned(),
        Some("KeySuperseded") => " because another took its place".to_owned(),
        Some("KeyRetired") => " because it is retired".to_owned(),
        _ => String::new(),
    }
}
