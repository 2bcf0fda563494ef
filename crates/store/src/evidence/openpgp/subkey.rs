//! Whether a subkey belongs to its key, and may sign.

use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::packet::{KeyFlags, SignatureType};
use pgp::types::KeyDetails;
use pxectl_model::utc::Utc;

use super::fault::SubkeyFault;
use super::primary::flags;
use super::worth;

/// Judges it at a moment.
///
/// # Errors
/// Where it may not sign then.
pub(super) fn judge(key: &SignedPublicKey, subkey: &SignedPublicSubKey, now: Utc) -> Result<(), SubkeyFault> {
    if worth::of_key(subkey.public_params()) != worth::Worth::Good {
        return Err(SubkeyFault::Weak);
    }
    // By anybody but the primary key they do not verify.
    let of = |kind: SignatureType| {
        let of_kind = subkey.signatures.iter().filter(move |one| one.typ() == Some(kind));
        of_kind.filter(|one| one.verify_subkey_binding(&key.primary_key, &subkey.key).is_ok())
    };
    if let Some(revocation) = of(SignatureType::SubkeyRevocation).next() {
        return Err(SubkeyFault::Revoked(worth::reason(revocation)));
    }
    let newest =
        of(SignatureType::SubkeyBinding).filter_map(|one| Some((worth::speaks(one, now)?, one))).max_by_key(|(made, _)| *made);
    let (_, binding) = newest.ok_or(SubkeyFault::Unbound)?;
    if let Some(hash) = worth::weak_hash(binding) {
        return Err(SubkeyFault::WeakHash(hash));
    }
    if !flags(binding).is_some_and(KeyFlags::sign) {
        return Err(SubkeyFault::NotForSigning);
    }
    // Else anybody could take another's signing key for his own subkey, and its signatures for his (RFC 9580, 5.2.1.10).
    let back = binding.embedded_signature().filter(|back| worth::weak_hash(back).is_none() && worth::speaks(back, now).is_some());
    if back.is_none_or(|back| back.verify_primary_key_binding(&subkey.key, &key.primary_key).is_err()) {
        return Err(SubkeyFault::OneSided);
    }
    let lasts = binding.key_expiration_time().map(|lasts| lasts.as_secs());
    match worth::end(subkey.created_at(), lasts) {
        Some(end) if end <= now => Err(SubkeyFault::Expired(end)),
        _ => Ok(()),
    }
}
