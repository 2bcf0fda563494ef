//! How a primary key stands: revoked, expired, what it may be used for.

use pgp::composed::SignedPublicKey;
use pgp::packet::{KeyFlags, Signature, SignatureType, SubpacketData};
use pgp::types::{KeyDetails, Tag, Timestamp};
use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::utc::Utc;

use super::fault::KeyFault;
use super::keys::known;
use super::worth;

/// A key that may be used now.
pub(super) struct Standing {
    pub fingerprint: Fingerprint,
    /// Whether it may sign files itself.
    pub signs: bool,
}

/// What its owner says about it: signatures on the key itself, and on its names.
struct Own<'k> {
    direct: Vec<(Timestamp, &'k Signature)>,
    names: Vec<(Timestamp, &'k Signature)>,
}

/// How the key stands at a moment.
///
/// # Errors
/// Where it cannot be used then.
pub(super) fn standing(key: &SignedPublicKey, now: Utc) -> Result<Standing, KeyFault> {
    let fingerprint = known(&key.fingerprint()).ok_or(KeyFault::NoKey)?;
    let revocation = key.details.revocation_signatures.iter().find(|revocation| revocation.verify_key(&key.primary_key).is_ok());
    if let Some(revocation) = revocation {
        return Err(KeyFault::Revoked(fingerprint, worth::reason(revocation)));
    }
    let made = key.created_at();
    if worth::is_future(made, now) {
        return Err(KeyFault::Future(fingerprint, worth::utc(made)));
    }
    let own = Own::of(key, now);
    // What is said of the key itself goes before what is said of a name.
    let lasts = |list: &[(Timestamp, &Signature)]| newest(list).map(|own| own.key_expiration_time().map(|lasts| lasts.as_secs()));
    let (direct, name) = (lasts(&own.direct), lasts(&own.names));
    let lasts = match (direct, name) {
        (None, None) => return Err(KeyFault::Bare(fingerprint)),
        (Some(Some(lasts)), _) | (_, Some(Some(lasts))) => Some(lasts),
        _ => None,
    };
    match worth::end(made, lasts) {
        Some(end) if end <= now => Err(KeyFault::Expired(fingerprint, end)),
        _ => Ok(Standing { fingerprint, signs: own.flags().is_none_or(KeyFlags::sign) }),
    }
}

impl<'k> Own<'k> {
    fn of(key: &'k SignedPublicKey, now: Utc) -> Self {
        // Of SHA-1 only collisions are known, and what stands here was written by the key's owner about the pinned key.
        let speaks = |own: &Signature| worth::speaks(own, now);
        let is_direct = |own: &&Signature| own.typ() == Some(SignatureType::Key);
        let direct = key.details.direct_signatures.iter().filter(is_direct);
        let direct = direct.filter_map(|own| Some((speaks(own)?, own)));
        let direct = direct.filter(|(_, own)| own.verify_key(&key.primary_key).is_ok()).collect();
        let mut names = Vec::new();
        for user in &key.details.users {
            let valid = user.signatures.iter().filter_map(|own| Some((speaks(own)?, own)));
            let valid = valid.filter(|(_, own)| own.verify_certification(&key.primary_key, Tag::UserId, &user.id).is_ok());
            let (revoked, good): (Vec<_>, Vec<_>) = valid.partition(|(_, own)| own.typ() == Some(SignatureType::CertRevocation));
            let taken_back = revoked.iter().map(|(made, _)| *made).max();
            names.extend(good.into_iter().filter(|(made, _)| taken_back.is_none_or(|taken_back| *made > taken_back)));
        }
        Self { direct, names }
    }

    /// What it may be used for; none where it does not say, which allows whatever its algorithm can.
    fn flags(&self) -> Option<&'k KeyFlags> {
        newest(&self.direct).and_then(flags).or_else(|| newest(&self.names).and_then(flags))
    }
}

fn newest<'k>(list: &[(Timestamp, &'k Signature)]) -> Option<&'k Signature> {
    list.iter().max_by_key(|(made, _)| *made).map(|(_, own)| *own)
}

/// What a signature says that a key may be used for.
pub(super) fn flags(signature: &Signature) -> Option<&KeyFlags> {
    let mut subpackets = signature.config()?.hashed_subpackets();
    subpackets.find_map(|subpacket| if let SubpacketData::KeyFlags(flags) = &subpacket.data { Some(flags) } else { None })
}
