//! Files over HTTP: conditions, ranges, and the segment that is sent.

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Response, StatusCode};
use pxectl_model::boot::BootId;
use pxectl_model::event::{Payload, Protocol, Transfer};

use super::handle::Request;
use super::lane::Segment;
use super::range::{self, Held, Send, Wishes};
use super::reply::{self, Reply};
use super::sending::Sending;
use crate::open::OpenBody;
use crate::printable::printable;

/// What is to be sent, and as what.
pub(super) struct File<'a> {
    pub(super) body: &'a OpenBody,
    pub(super) name: &'a str,
    pub(super) payload: Payload,
    pub(super) boot: Option<BootId>,
}

/// How much of a body in memory goes into its entity tag.
const HASHED: usize = 64 * 1024;
/// Latest second that an HTTP date can tell: the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// Answers a GET or a HEAD of it.
pub(super) fn respond(request: &Request<'_>, file: File<'_>) -> Response<Reply> {
    if let OpenBody::Pieces(pieces) = file.body
        && pieces.check().is_err()
    {
        let reason = "the file changed after it was opened";
        request.site.strangers.refusals.refused(Protocol::Http, request.peer, request.target, reason);
        return reply::text(StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n"));
    }
    let (etag, modified) = validators(file.body);
    let whole = file.body.len();
    let wish = |name| request.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let wishes = Wishes {
        // RFC 9110 14.2: ranges are a matter of GET.
        range: wish(header::RANGE).filter(|_| !request.head),
        if_range: wish(header::IF_RANGE),
        if_none_match: wish(header::IF_NONE_MATCH),
        if_modified_since: wish(header::IF_MODIFIED_SINCE),
    };
    let date = |text: &str| Some(httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs());
    let (status, first, len) = match range::decide(wishes, Held { len: whole, etag: &etag, modified }, date) {
        Send::Whole => (StatusCode::OK, 0, whole),
        Send::Part { first, len } => (StatusCode::PARTIAL_CONTENT, first, len),
        Send::NotModified => (StatusCode::NOT_MODIFIED, 0, 0),
        Send::Unsatisfiable => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let mut response = Response::new(Reply::Empty);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    insert(headers, header::ETAG, &etag);
    insert(headers, header::LAST_MODIFIED, &httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(modified)));
    match status {
        StatusCode::NOT_MODIFIED => return response,
        StatusCode::RANGE_NOT_SATISFIABLE => {
            insert(headers, header::CONTENT_RANGE, &format!("bytes */{whole}"));
            return response;
        }
        StatusCode::PARTIAL_CONTENT => {
            insert(headers, header::CONTENT_RANGE, &format!("bytes {first}-{}/{whole}", first + len - 1));
        }
        _ => {}
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(file.name, &file.payload)));
    if request.head {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(len));
        return response;
    }
    let transfer = Transfer {
        id: request.site.ids.fetch_add(1, Ordering::Relaxed),
        protocol: Protocol::Http,
        peer: request.peer,
        mac: None,
        boot: file.boot,
        payload: file.payload,
        name: printable(file.name),
        bytes: len,
        whole,
    };
    let sending = Arc::new(Sending::start(request.site.report.clone(), transfer, request.pulse.clone()));
    if len == 0 {
        sending.done();
    } else {
        request.pulse.owe();
        let segment = Segment::new(file.body.clone(), first, len, sending);
        *response.body_mut() = Reply::Segment(request.lane.clone(), segment);
    }
    response
}

/// The strong entity tag, and the modification time in whole seconds since the epoch.
fn validators(body: &OpenBody) -> (String, u64) {
    let seconds = |ns: i128| u64::try_from(ns / 1_000_000_000).unwrap_or(0).min(LAST_SECOND);
    match body {
        OpenBody::Bytes { bytes, modified } => {
            let ns = modified.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
            // Texts of one length change within one table's life; payloads that are longer do not.
            let mut hasher = DefaultHasher::new();
            hasher.write(&bytes[..bytes.len().min(HASHED)]);
            let tag = format!("\"{:x}-{ns:x}-{:x}\"", hasher.finish(), bytes.len());
            (tag, seconds(i128::try_from(ns).unwrap_or(0)))
        }
        OpenBody::Pieces(pieces) => {
            let stamp = pieces.stamp;
            // Parts of one file are told apart by where they begin.
            let first = pieces.extents.first().map_or(0, |extent| extent.offset);
            let place = if first == 0 { String::new() } else { format!("-{first:x}") };
            let tag = format!("\"{:x}-{:x}-{:x}{place}\"", stamp.inode, stamp.modified_ns, pieces.len);
            (tag, seconds(stamp.modified_ns))
        }
    }
}

fn insert(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    // Made of digits, quotes and ASCII words here; were one not, leaving it out is right, too.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// UEFI HTTP Boot goes by these types first, and by the name's end where it knows none (UEFI 2.10, 24.7).
fn media_type(name: &str, payload: &Payload) -> &'static str {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    match payload {
        Payload::Stage1 | Payload::Answer => "text/plain; charset=utf-8",
        Payload::Nbp if end != "ipxe" => "application/efi",
        _ => match end {
            "efi" => "application/efi",
            "iso" => "application/vnd.efi-iso",
            "ipxe" | "cfg" | "txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        },
    }
}
