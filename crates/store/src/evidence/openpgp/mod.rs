//! OpenPGP signatures (RFC 9580; RFC 4880 before it) over checksum files, by a key that is known by its fingerprint.
//!
//! The crate `pgp` reads packets and does the arithmetic. It does not judge: whether a key has expired or was revoked, whether a
//! subkey belongs to its key and may sign, whether a hash is still worth something is decided here. There is no web of trust: who pins
//! a fingerprint has decided whom to believe.

mod armor;
mod fault;
mod keys;
mod primary;
mod signature;
mod subkey;
mod worth;

use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::utc::Utc;

pub use fault::{KeyFault, SignatureFault};

/// Signatures of one file that are looked at.
const SIGNATURES: usize = 100;

/// Holds a file against its signatures, detached or taken out of a clearsigned text (armored or binary): one good one by the pinned
/// key, or by a subkey of it that may sign, is enough. `keys` is the file of keys, armored or binary, in which it is looked for.
///
/// # Errors
/// Where none is good; of several the reason of the most promising one.
pub fn verify(keys: &[u8], pinned: &Fingerprint, signatures: &[u8], data: &[u8], now: Utc) -> Result<(), SignatureFault> {
    let key = keys::pinned(keys, pinned)?;
    let standing = primary::standing(&key, now)?;
    let list = armor::signatures(signatures);
    if list.is_empty() {
        return Err(SignatureFault::None);
    }
    let mut worst = None;
    for one in list.iter().take(SIGNATURES) {
        match signature::judge(&key, &standing, one, data, now) {
            Ok(()) => return Ok(()),
            // By how far it came: another's signature says the least.
            Err(fault) if worst.as_ref().is_none_or(|known: &SignatureFault| fault.weight() > known.weight()) => {
                worst = Some(fault)
            }
            Err(_) => {}
        }
    }
    Err(worst.unwrap_or(SignatureFault::None))
}

/// What keeps a file of keys from being used for this fingerprint, whenever that is; dates are not looked at.
///
/// # Errors
/// Where the key is not in it, or is no key to sign with.
pub fn judge_keys(keys: &[u8], pinned: &Fingerprint) -> Result<(), KeyFault> {
    keys::pinned(keys, pinned).map(|_| ())
}
