//! Out of a file of keys the one that is pinned.

use pgp::armor::BlockType;
use pgp::composed::{SignedPublicKey, SignedPublicKeyParser};
use pgp::packet::Packet;
use pgp::types::KeyDetails;
use pxectl_model::fingerprint::Fingerprint;

use super::armor::{blocks, packets};
use super::fault::KeyFault;
use super::worth;
use crate::evidence::LARGEST_KEYS;

/// Signatures on one key that are looked at. A key that was at many key signing parties has hundreds.
const SIGNATURES: usize = 4000;

/// The key with this fingerprint.
///
/// # Errors
/// Where it is not there, or is too weak to be used.
pub(super) fn pinned(bytes: &[u8], wanted: &Fingerprint) -> Result<SignedPublicKey, KeyFault> {
    if bytes.len() > LARGEST_KEYS {
        return Err(KeyFault::NoKey);
    }
    let blocks = blocks(bytes);
    let is_secret = |packet| matches!(packet, Packet::SecretKey(_) | Packet::SecretSubkey(_));
    if blocks.iter().any(|block| block.kind == Some(BlockType::PrivateKey) || packets(&block.bytes).any(is_secret)) {
        return Err(KeyFault::Secret);
    }
    let mut found = Vec::new();
    for block in &blocks {
        let list: Vec<_> = packets(&block.bytes).map(Ok).collect();
        for key in SignedPublicKeyParser::from_packets(list.into_iter().peekable()).flatten() {
            let Some(fingerprint) = known(&key.fingerprint()) else { continue };
            if fingerprint == *wanted {
                return judged(key, fingerprint);
            }
            if key.public_subkeys.iter().any(|subkey| known(&subkey.fingerprint()) == Some(*wanted)) {
                return Err(KeyFault::Subkey { wanted: *wanted, primary: fingerprint });
            }
            found.push(fingerprint);
        }
    }
    Err(if found.is_empty() { KeyFault::NoKey } else { KeyFault::Absent { wanted: *wanted, found } })
}

fn judged(key: SignedPublicKey, fingerprint: Fingerprint) -> Result<SignedPublicKey, KeyFault> {
    let users = key.details.users.iter().map(|user| user.signatures.len());
    let subkeys = key.public_subkeys.iter().map(|subkey| subkey.signatures.len());
    let own = [key.details.direct_signatures.len(), key.details.revocation_signatures.len()];
    if users.chain(subkeys).chain(own).sum::<usize>() > SIGNATURES {
        return Err(KeyFault::Crowded(fingerprint));
    }
    match worth::of_key(key.public_params()) {
        worth::Worth::Good => Ok(key),
        worth::Worth::Weak => Err(KeyFault::Weak(fingerprint)),
        worth::Worth::Unknown => Err(KeyFault::Unknown(fingerprint)),
    }
}

/// As everybody else here calls it; none for versions that are no evidence.
pub(super) fn known(fingerprint: &pgp::types::Fingerprint) -> Option<Fingerprint> {
    match fingerprint {
        pgp::types::Fingerprint::V4(bytes) => Some(Fingerprint::V4(*bytes)),
        pgp::types::Fingerprint::V6(bytes) => Some(Fingerprint::V6(*bytes)),
        _ => None,
    }
}
