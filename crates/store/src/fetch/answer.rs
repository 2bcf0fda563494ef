//! What a server's answer means: pure. Whatever stands in its headers may be a lie.

use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Ask {
    /// The first byte that is wanted; 0: all of it, without a range.
    pub from: u64,
    /// The version that the bytes before it are of (ETag), where it is known.
    pub etag: Option<String>,
    /// How long that was, where it is known.
    pub total: Option<u64>,
    /// How long it must be, where somebody said it.
    pub size: Option<u64>,
    /// Whether a digest will tell wrong bytes from the right ones.
    pub pinned: bool,
    /// The last part of the URL's path.
    pub file: String,
}

/// What came before the body.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    pub status: u16,
    pub length: Option<u64>,
    pub chunked: bool,
    /// Whether it is in a transfer coding besides, which nobody asked for (RFC 9112, 6.1).
    pub recoded: bool,
    pub range: Option<String>,
    pub kind: Option<String>,
    pub encoding: Option<String>,
    pub etag: Option<String>,
    pub retry_after: Option<String>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Take the body: it begins at this byte, and with it there will be so many.
    Take { from: u64, total: Option<u64> },
    /// All of it is here already.
    Whole,
    /// What is here is of no use any more: ask for all of it.
    Afresh(&'static str),
    /// Ask again.
    Later(String, Option<Duration>),
    /// Do not.
    Never(String),
}

/// curl's list of what `--retry` takes for passing (curl(1)).
const PASSING: [u16; 8] = [408, 429, 500, 502, 503, 504, 522, 524];

pub(super) fn judge(ask: &Ask, head: &Head) -> Answer {
    let (from, total) = match head.status {
        200 => (0, head.length),
        206 => match range(head.range.as_deref()) {
            Some(part) if part.first == ask.from && head.length.is_none_or(|length| length == part.len) => {
                (part.first, part.total)
            }
            // Where all of it was asked for, asking for all of it again is no remedy.
            _ if ask.from == 0 => return Answer::Never("it sends a part, though all of it was asked for".to_owned()),
            Some(part) if part.first != ask.from => return Answer::Afresh("it sends another range than was asked for"),
            Some(_) => return Answer::Afresh("the part that it sends is not as long as it says"),
            None => return Answer::Afresh("it sends a part without saying which"),
        },
        416 if ask.from > 0 => {
            let total =
                head.range.as_deref().and_then(|range| range.strip_prefix("bytes */")).and_then(|total| total.parse().ok());
            let whole = total == Some(ask.from) && ask.total.is_none_or(|known| known == ask.from);
            return if whole { Answer::Whole } else { Answer::Afresh("it has no such range") };
        }
        status if PASSING.contains(&status) => {
            let after = head.retry_after.as_deref().and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
            return Answer::Later(said(status), after);
        }
        301 | 302 | 303 | 307 | 308 => {
            return Answer::Never(format!("{} and names no address of http or https to go to", said(head.status)));
        }
        status => return Answer::Never(said(status)),
    };
    let other_version = matches!((&ask.etag, &head.etag), (Some(known), Some(now)) if known != now);
    let other_length = matches!((ask.total, total), (Some(known), Some(now)) if known != now);
    if from > 0 && (other_version || other_length) {
        return Answer::Afresh("it has another version now");
    }
    match unfit(ask, head, total) {
        Some(why) => Answer::Never(why),
        None => Answer::Take { from, total },
    }
}

/// Why a body is not worth loading.
fn unfit(ask: &Ask, head: &Head, total: Option<u64>) -> Option<String> {
    if let (Some(size), Some(total)) = (ask.size, total)
        && size != total
    {
        return Some(format!("it has {total} bytes there, and must have {size}"));
    }
    if ask.pinned {
        return None;
    }
    let ends = |ends: &[&str]| ends.iter().any(|end| ask.file.to_ascii_lowercase().ends_with(end));
    if head.kind.as_deref().is_some_and(is_html) && !ends(&[".html", ".htm", ".xhtml"]) {
        return Some("it answers with an HTML page, not with the file".to_owned());
    }
    let coded = head.encoding.as_deref().filter(|coding| !coding.trim().is_empty() && !coding.eq_ignore_ascii_case("identity"));
    // Some servers call a file so that is compressed itself.
    if coded.is_some() && !ends(&[".gz", ".tgz", ".xz", ".bz2", ".zst"]) {
        return Some("it sends the file compressed, though it was asked not to".to_owned());
    }
    if head.recoded {
        return Some("it sends the file in a transfer coding that it was not asked for".to_owned());
    }
    if total.is_none() && !head.chunked {
        return Some("it does not say how long the file is, and no digest would tell whether all of it came".to_owned());
    }
    None
}

fn is_html(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("text/html") || kind.eq_ignore_ascii_case("application/xhtml+xml")
}

/// What a `Content-Range` says.
struct Part {
    first: u64,
    len: u64,
    /// How long the whole is.
    total: Option<u64>,
}

fn range(text: Option<&str>) -> Option<Part> {
    let (span, total) = text?.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = span.trim().split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse::<u64>().ok()?),
    };
    let len = last.checked_sub(first)?.checked_add(1)?;
    total.is_none_or(|total| last < total).then_some(Part { first, len, total })
}

/// A status in words.
fn said(status: u16) -> String {
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    format!("it answers {status} {reason}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(from: u64) -> Ask {
        Ask { from, etag: Some("\"1\"".into()), total: Some(100), file: "linux".into(), ..Ask::default() }
    }

    fn head(status: u16) -> Head {
        Head { status, length: Some(100), ..Head::default() }
    }

    fn part(range: &str) -> Head {
        Head { status: 206, range: Some(range.into()), ..Head::default() }
    }

    #[test]
    fn bodies_that_are_taken() {
        let all = Answer::Take { from: 0, total: Some(100) };
        assert_eq!(judge(&ask(0), &head(200)), all);
        assert_eq!(judge(&ask(40), &head(200)), all, "it knows no ranges");
        assert_eq!(judge(&ask(40), &part("bytes 40-99/100")), Answer::Take { from: 40, total: Some(100) });
        assert_eq!(judge(&ask(40), &part("bytes 40-99/*")), Answer::Take { from: 40, total: None }.unlengthed());
        let endless = Head { length: None, chunked: true, ..head(200) };
        assert_eq!(judge(&ask(0), &endless), Answer::Take { from: 0, total: None });
    }

    impl Answer {
        /// Without a length and without a digest nothing is taken.
        fn unlengthed(self) -> Self {
            Self::Never("it does not say how long the file is, and no digest would tell whether all of it came".into())
        }
    }

    #[test]
    fn ranges_that_lie() {
        for range in
            ["bytes 0-99/100", "bytes 41-99/100", "bytes 40-99/101", "bytes 99-40/100", "bytes 40-100/100", "40-99/100", ""]
        {
            assert!(matches!(judge(&ask(40), &part(range)), Answer::Afresh(_)), "{range}");
        }
        let short = Head { length: Some(59), ..part("bytes 40-99/100") };
        assert!(matches!(judge(&ask(40), &short), Answer::Afresh(_)));
        let newer = Head { etag: Some("\"2\"".into()), ..part("bytes 40-99/100") };
        assert_eq!(judge(&ask(40), &newer), Answer::Afresh("it has another version now"));
        let status = |range: &str| Head { status: 416, range: Some(range.into()), ..Head::default() };
        assert_eq!(judge(&ask(100), &status("bytes */100")), Answer::Whole);
        assert!(matches!(judge(&ask(40), &status("bytes */100")), Answer::Afresh(_)));
        for head in [status("bytes */0"), part("bytes 1-99/100"), part("")] {
            assert!(matches!(judge(&ask(0), &head), Answer::Never(_)), "all of it was asked for: {head:?}");
        }
        assert!(matches!(judge(&ask(40), &status("bytes */40")), Answer::Afresh(_)), "it was 100 before");
    }

    #[test]
    fn what_is_no_file() {
        let never = |ask: &Ask, head: &Head| matches!(judge(ask, head), Answer::Never(_));
        let page = Head { kind: Some("Text/HTML; charset=utf-8".into()), ..head(200) };
        assert!(never(&ask(0), &page));
        assert!(!never(&Ask { pinned: true, ..ask(0) }, &page), "its digest will tell");
        assert!(!never(&Ask { file: "index.HTML".into(), ..ask(0) }, &page));
        assert!(never(&Ask { size: Some(99), pinned: true, ..ask(0) }, &head(200)));
        let coded = Head { encoding: Some("gzip".into()), ..head(200) };
        assert!(never(&ask(0), &coded) && !never(&Ask { file: "initrd.gz".into(), ..ask(0) }, &coded));
        assert!(never(&ask(0), &Head { length: None, ..head(200) }));
        let odd = Head { recoded: true, ..head(200) };
        assert!(never(&ask(0), &odd) && !never(&Ask { pinned: true, ..ask(0) }, &odd));
        for status in [204, 301, 401, 403, 404, 410, 501] {
            assert!(never(&ask(0), &head(status)), "{status}");
        }
        let busy = Head { retry_after: Some(" 7".into()), ..head(503) };
        let why = "it answers 503 Service Unavailable".to_owned();
        assert_eq!(judge(&ask(0), &busy), Answer::Later(why.clone(), Some(Duration::from_secs(7))));
        let when = Head { retry_after: Some("Fri, 31 Dec 1999 23:59:59 GMT".into()), ..head(503) };
        assert_eq!(judge(&ask(0), &when), Answer::Later(why, None));
    }
}
