//! What a server's answer tells of a file that was locked: pure, and no more than it proves.

use pxectl_model::lock::Locked;
use pxectl_store::fetch::Offer;

/// How one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Upstream has what was locked, as far as its publisher or server says.
    Current,
    /// Upstream has something else.
    Changed,
    /// Nothing that was said tells.
    Unknown,
    /// Nobody could be asked.
    Unreachable,
}

impl Standing {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Changed => "changed",
            Self::Unknown => "unknown",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Holds what a server says against what was locked. `same`: it is the URL that it came from; versions of another server mean nothing.
pub fn judge(locked: &Locked, offer: &Offer, same: bool) -> (Standing, String) {
    if let Some(len) = offer.len.filter(|len| *len != locked.size) {
        return (Standing::Changed, format!("it has {len} bytes there, and had {}", locked.size));
    }
    let version = &locked.version;
    let etag = version.etag.as_ref().zip(offer.version.etag.as_ref()).filter(|_| same).map(|(then, now)| then == now);
    let modified = version.modified.as_ref().zip(offer.version.modified.as_ref());
    match (etag, modified) {
        (Some(true), _) => (Standing::Current, "the server has the same version (ETag)".to_owned()),
        (_, Some((then, now))) if then == now => (Standing::Current, format!("unchanged there since {now}")),
        (_, Some((then, now))) => (Standing::Changed, format!("it was changed there: {now}, before {then}")),
        (Some(false), None) => (Standing::Changed, "the server has another version (ETag)".to_owned()),
        (None, None) if offer.len.is_some() => {
            (Standing::Unknown, "it is as long as it was, and nothing tells whether it is the same".to_owned())
        }
        (None, None) => (Standing::Unknown, "the server says neither how long it is nor of which version".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use pxectl_model::digest::Sha256;
    use pxectl_model::lock::{Trust, Version};
    use pxectl_model::utc::Utc;

    use super::*;

    fn version(etag: Option<&str>, modified: Option<&str>) -> Version {
        Version { etag: etag.map(str::to_owned), modified: modified.map(str::to_owned) }
    }

    fn standing(then: Version, len: Option<u64>, now: Version, same: bool) -> Standing {
        let (sha256, trust, fetched) = (Sha256([1; 32]), Trust::FirstUse, Utc::of(0));
        let locked = Locked {
            url: None,
            member: None,
            built: None,
            size: 10,
            sha256,
            sha512: None,
            trust,
            key: None,
            version: then,
            fetched,
        };
        judge(&locked, &Offer { len, version: now, page: false }, same).0
    }

    #[test]
    fn only_what_is_proved_is_said() {
        let (one, two) = (Some("Tue, 15 Nov 1994 12:45:26 GMT"), Some("Wed, 16 Nov 1994 12:45:26 GMT"));
        let none = || version(None, None);
        assert_eq!(standing(none(), Some(11), none(), true), Standing::Changed);
        assert_eq!(standing(none(), Some(10), none(), true), Standing::Unknown, "the same length is no proof");
        assert_eq!(standing(none(), None, none(), true), Standing::Unknown);
        assert_eq!(standing(none(), Some(10), version(Some("a"), one), true), Standing::Unknown, "an older lock file");
        assert_eq!(standing(version(Some("a"), one), Some(10), version(Some("a"), two), true), Standing::Current);
        assert_eq!(standing(version(Some("a"), None), Some(10), version(Some("b"), None), true), Standing::Changed);
        assert_eq!(standing(version(Some("a"), None), Some(10), version(Some("b"), None), false), Standing::Unknown, "a mirror");
        assert_eq!(standing(version(Some("a"), one), Some(10), version(Some("b"), one), true), Standing::Current, "two servers");
        assert_eq!(standing(version(None, one), Some(10), version(None, two), false), Standing::Changed);
        assert_eq!(standing(version(Some("a"), one), Some(9), version(Some("a"), one), true), Standing::Changed, "it lies");
    }
}
