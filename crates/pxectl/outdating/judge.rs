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
    // What a server says of an archive is not said of the file in it, but one has a version with the other.
    let inside = locked.member.is_some();
    let what = if inside { "its archive" } else { "it" };
    if let Some(len) = offer.len.filter(|len| !inside && *len != locked.size) {
        return (Standing::Changed, format!("it has {len} bytes there, and had {}", locked.size));
    }
    let version = &locked.version;
    let etag = version.etag.as_ref().zip(offer.version.etag.as_ref()).filter(|_| same).map(|(then, now)| then == now);
    let modified = version.modified.as_ref().zip(offer.version.modified.as_ref());
    match (etag, modified) {
        (Some(true), _) => (Standing::Current, format!("the server has the same version{} (ETag)", of_archive(inside))),
        (_, Some((then, now))) if then == now => (Standing::Current, format!("unchanged there since {now}")),
        (_, Some((then, now))) => (Standing::Changed, format!("{what} was changed there: {now}, before {then}")),
        (Some(false), None) => (Standing::Changed, format!("the server has another version{} (ETag)", of_archive(inside))),
        (None, None) if inside => (Standing::Unknown, "nothing tells whether its archive is the same".to_owned()),
        (None, None) if offer.len.is_some() => {
            (Standing::Unknown, "it is as long as it was, and nothing tells whether it is the same".to_owned())
        }
        (None, None) => (Standing::Unknown, "the server says neither how long it is nor of which version".to_owned()),
    }
}

fn of_archive(inside: bool) -> &'static str {
    if inside { " of its archive" } else { "" }
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
        of(None, then, len, now, same).0
    }

    fn of(member: Option<&str>, then: Version, len: Option<u64>, now: Version, same: bool) -> (Standing, String) {
        let (sha256, trust, fetched) = (Sha256([1; 32]), Trust::FirstUse, Utc::of(0));
        let locked = Locked {
            url: None,
            member: member.map(|member| member.parse().unwrap()),
            built: None,
            size: 10,
            sha256,
            sha512: None,
            trust,
            key: None,
            version: then,
            fetched,
        };
        judge(&locked, &Offer { len, version: now, page: false }, same)
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

    #[test]
    fn a_file_in_an_archive_has_its_archives_version() {
        let of = |then, now| of(Some("a/b"), then, Some(5000), now, true);
        let (same, how) = of(version(Some("a"), None), version(Some("a"), None));
        assert_eq!((same, how.as_str()), (Standing::Current, "the server has the same version of its archive (ETag)"));
        assert_eq!(of(version(Some("a"), None), version(Some("b"), None)).0, Standing::Changed);
        assert_eq!(
            of(version(None, None), version(None, None)).0,
            Standing::Unknown,
            "another length than its archive's is nothing"
        );
    }
}
