//! One signature over one file.

use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::packet::{Signature, SignatureType};
use pgp::types::KeyDetails;
use pxectl_model::utc::Utc;

use super::fault::SignatureFault;
use super::keys::known;
use super::primary::Standing;
use super::{subkey, worth};

/// Judges it.
///
/// # Errors
/// Where it proves nothing.
pub(super) fn judge(
    key: &SignedPublicKey,
    standing: &Standing,
    signature: &Signature,
    data: &[u8],
    now: Utc,
) -> Result<(), SignatureFault> {
    if !matches!(signature.typ(), Some(SignatureType::Binary | SignatureType::Text)) {
        return Err(if signature.typ().is_none() { SignatureFault::Unknown } else { SignatureFault::Kind });
    }
    let by =
        signer(key, signature).ok_or_else(|| SignatureFault::Others { wanted: standing.fingerprint, by: issuer(signature) })?;
    if let Some(hash) = worth::weak_hash(signature) {
        return Err(SignatureFault::WeakHash(hash));
    }
    if worth::is_critical(signature) {
        return Err(SignatureFault::Critical);
    }
    let made = signature.created().ok_or(SignatureFault::Undated)?;
    // First whether it is by whom it says: nothing else that stands in a forged one is worth a word.
    let (fits, born) = match by {
        By::Primary => (signature.verify(&key.primary_key, data), key.created_at()),
        By::Subkey(subkey) => (signature.verify(&subkey.key, data), subkey.created_at()),
    };
    fits.map_err(|_| SignatureFault::Wrong)?;
    if worth::is_future(made, now) {
        return Err(SignatureFault::Future(worth::utc(made)));
    }
    if made < born {
        return Err(SignatureFault::BeforeKey);
    }
    match worth::end(made, signature.signature_expiration_time().map(|lasts| lasts.as_secs())) {
        Some(end) if end <= now => return Err(SignatureFault::Expired(end)),
        _ => {}
    }
    match by {
        By::Primary if standing.signs => Ok(()),
        By::Primary => Err(SignatureFault::NotForSigning(standing.fingerprint)),
        By::Subkey(subkey) => subkey::judge(key, subkey, now)
            .map_err(|fault| SignatureFault::Subkey(known(&subkey.fingerprint()).unwrap_or(standing.fingerprint), fault)),
    }
}

#[derive(Clone, Copy)]
enum By<'k> {
    Primary,
    Subkey(&'k SignedPublicSubKey),
}

/// Which part of the key a signature says to be by. These hints may lie; then it does not fit.
fn signer<'k>(key: &'k SignedPublicKey, signature: &Signature) -> Option<By<'k>> {
    let (prints, ids) = (signature.issuer_fingerprint(), signature.issuer_key_id());
    let named = |key: &dyn KeyDetails| match prints.is_empty() {
        false => prints.contains(&&key.fingerprint()),
        true => ids.contains(&&key.legacy_key_id()),
    };
    if named(&key.primary_key) || (prints.is_empty() && ids.is_empty()) {
        return Some(By::Primary);
    }
    key.public_subkeys.iter().find(|subkey| named(&subkey.key)).map(By::Subkey)
}

/// Who it says to be by, for a message.
fn issuer(signature: &Signature) -> Option<String> {
    let print = signature.issuer_fingerprint().first().map(|print| format!("{print:X}"));
    print.or_else(|| signature.issuer_key_id().first().map(|id| id.to_string().to_uppercase()))
}
