//! Conditions and ranges of a request (RFC 9110 13 and 14). Pure.

/// What the request's header says of conditions and ranges, each as it came.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    /// `Range`.
    pub range: Option<&'a str>,
    /// `If-Range`.
    pub if_range: Option<&'a str>,
    /// `If-None-Match`.
    pub if_none_match: Option<&'a str>,
    /// `If-Modified-Since`.
    pub if_modified_since: Option<&'a str>,
}

/// What is there.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// Bytes.
    pub len: u64,
    /// Strong, with its quotes.
    pub etag: &'a str,
    /// Seconds since the epoch.
    pub modified: u64,
}

/// What to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Send {
    /// All of it (200).
    Whole,
    /// `len` bytes from `first` (206); at least one.
    Part {
        /// First byte.
        first: u64,
        /// How many.
        len: u64,
    },
    /// Nothing: the client has it (304).
    NotModified,
    /// Nothing: there are no such bytes (416).
    Unsatisfiable,
}

/// What a GET gets. `date` reads an HTTP date as seconds since the epoch.
///
/// Several ranges at once get the whole (RFC 9110 14.2 allows to ignore them), and so does a range that is not well formed.
pub fn decide(wishes: Wishes<'_>, held: Held<'_>, date: impl Fn(&str) -> Option<u64>) -> Send {
    let unchanged = match (wishes.if_none_match, wishes.if_modified_since) {
        (Some(tags), _) => tags.trim() == "*" || tags.split(',').any(|tag| weakly(tag.trim()) == held.etag),
        (None, Some(since)) => date(since).is_some_and(|since| held.modified <= since),
        (None, None) => false,
    };
    if unchanged {
        return Send::NotModified;
    }
    let same = |validator: &str| match validator.trim() {
        tag if tag.starts_with('"') || tag.starts_with("W/") => tag == held.etag,
        text => date(text) == Some(held.modified),
    };
    match wishes.range {
        Some(range) if wishes.if_range.is_none_or(same) => part(range, held.len),
        _ => Send::Whole,
    }
}

fn weakly(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

fn part(range: &str, whole: u64) -> Send {
    let Some((unit, set)) = range.split_once('=') else { return Send::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
        return Send::Whole;
    }
    let Some((first, last)) = set.trim().split_once('-') else { return Send::Whole };
    match (first, last) {
        ("", suffix) => match number(suffix) {
            None => Send::Whole,
            Some(count) if count == 0 || whole == 0 => Send::Unsatisfiable,
            Some(count) => Send::Part { first: whole.saturating_sub(count), len: count.min(whole) },
        },
        (first, last) => {
            let Some(first) = number(first) else { return Send::Whole };
            let last = match last {
                "" => u64::MAX,
                last => match number(last) {
                    Some(last) if last >= first => last,
                    _ => return Send::Whole,
                },
            };
            if first >= whole {
                return Send::Unsatisfiable;
            }
            Send::Part { first, len: last.min(whole - 1) - first + 1 }
        }
    }
}

/// Decimal digits; past `u64::MAX` it is that.
fn number(digits: &str) -> Option<u64> {
    let ok = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    ok.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: Held<'_> = Held { len: 1000, etag: "\"a-b-c\"", modified: 77 };

    fn get(wishes: Wishes<'_>) -> Send {
        decide(wishes, HELD, |text| text.strip_prefix("t=").and_then(|seconds| seconds.parse().ok()))
    }

    #[test]
    fn single_ranges() {
        let part = |first, len| Send::Part { first, len };
        let cases = [
            ("bytes=0-0", part(0, 1)),
            ("bytes=0-", part(0, 1000)),
            ("Bytes=999-", part(999, 1)),
            ("bytes=10-19", part(10, 10)),
            ("bytes=900-5000", part(900, 100)),
            ("bytes=0-99999999999999999999999", part(0, 1000)),
            ("bytes=-1", part(999, 1)),
            ("bytes=-5000", part(0, 1000)),
            ("bytes=-99999999999999999999999", part(0, 1000)),
            ("bytes=1000-", Send::Unsatisfiable),
            ("bytes=99999999999999999999999-", Send::Unsatisfiable),
            ("bytes=-0", Send::Unsatisfiable),
            ("bytes=0-1,5-6", Send::Whole),
            ("bytes=9-3", Send::Whole),
            ("bytes=", Send::Whole),
            ("bytes=-", Send::Whole),
            ("bytes=a-b", Send::Whole),
            ("bytes=+1-2", Send::Whole),
            ("bytes=1 - 2", Send::Whole),
            ("lines=1-2", Send::Whole),
            ("1-2", Send::Whole),
            ("bytes=--1", Send::Whole),
        ];
        for (range, expected) in cases {
            assert_eq!(get(Wishes { range: Some(range), ..Wishes::default() }), expected, "{range}");
        }
        let empty = Held { len: 0, ..HELD };
        for range in ["bytes=0-", "bytes=-5"] {
            let wishes = Wishes { range: Some(range), ..Wishes::default() };
            assert_eq!(decide(wishes, empty, |_| None), Send::Unsatisfiable);
        }
    }

    #[test]
    fn a_range_of_another_version_gets_the_whole() {
        let with = |if_range| get(Wishes { range: Some("bytes=1-2"), if_range: Some(if_range), ..Wishes::default() });
        assert_eq!(with("\"a-b-c\""), Send::Part { first: 1, len: 2 });
        assert_eq!(with("t=77"), Send::Part { first: 1, len: 2 });
        for other in ["\"a-b-d\"", "W/\"a-b-c\"", "t=78", "t=76", "", "junk"] {
            assert_eq!(with(other), Send::Whole, "{other}");
        }
    }

    #[test]
    fn the_tag_beats_the_date() {
        let none_match = |tags| Wishes { if_none_match: Some(tags), if_modified_since: Some("t=99"), ..Wishes::default() };
        for tags in ["*", "\"a-b-c\"", "W/\"a-b-c\"", "\"x\", \"a-b-c\""] {
            assert_eq!(get(none_match(tags)), Send::NotModified, "{tags}");
        }
        assert_eq!(get(none_match("\"x\"")), Send::Whole);
        let since = |date| get(Wishes { if_modified_since: Some(date), range: Some("bytes=0-0"), ..Wishes::default() });
        assert_eq!(since("t=77"), Send::NotModified);
        assert_eq!(since("t=76"), Send::Part { first: 0, len: 1 });
        assert_eq!(since("junk"), Send::Part { first: 0, len: 1 });
    }
}
