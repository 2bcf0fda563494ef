//! A server as a source: asked again where that may help, continued where a try ended.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pxectl_model::url::Url;
use reqwest::Response;
use reqwest::header::{
    ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, LAST_MODIFIED, RANGE,
    RETRY_AFTER, TRANSFER_ENCODING,
};

use super::answer::{Answer, Ask, Head, judge};
use super::breaks;
use super::client::chain;
use super::error::{FetchError, Tried};
use super::lanes;
use super::limits::Limits;
use super::partial::Partial;
use super::pour::{Poured, pour};
use super::record::Record;
use super::refusal::{self, Refusal};
use super::retry::Patience;
use super::{Job, Step, Stop, Watch, room};

/// How one try ended.
pub(super) enum Try {
    Done,
    Afresh(&'static str),
    Later(Refusal, Option<Duration>),
    Never(Refusal),
    /// It is slow: several connections are to fetch the rest.
    Split,
    /// Several connections lead nowhere: one is to fetch the rest.
    Single(&'static str),
}

/// Loads all of it.
pub(super) async fn load(job: &Job<'_>, url: &Url, partial: &mut Partial) -> Result<(), Stop> {
    let limits = job.client.limits;
    if !partial.continues(url) {
        partial.restart()?;
    }
    let (mut patience, mut afresh) = (Patience::default(), 0);
    loop {
        // Whoever was killed after the last byte has all of it, and so has who never heard that there is no more.
        if partial.is_whole(job.want, url) {
            return Ok(());
        }
        let before = partial.have();
        match once(job, url, partial).await? {
            Try::Done => return Ok(()),
            Try::Never(refusal) => return Err(Stop::Next(Tried::refused(url, refusal))),
            Try::Afresh(why) if afresh == limits.tries => return Err(Stop::Next(Tried::new(url, why))),
            Try::Afresh(why) => {
                afresh += 1;
                job.note(format!("{url}: {why}; from the beginning"));
                partial.restart()?;
            }
            Try::Split => {
                job.note(format!("{url}: it is slow; fetching the rest by several connections"));
                partial.split(true)?;
            }
            Try::Single(why) => {
                job.note(format!("{url}: {why}; going on with one connection"));
                partial.split(false)?;
            }
            Try::Later(refusal, asked) => {
                let Some(pause) = patience.next(partial.have() > before, asked, &limits) else {
                    return Err(Stop::Next(Tried::refused(url, refusal.lasting())));
                };
                job.note(format!("{url}: {}; trying again in {pause:.0?}", refusal.why));
                tokio::time::sleep(pause).await;
            }
        }
    }
}

async fn once(job: &Job<'_>, url: &Url, partial: &mut Partial) -> Result<Try, Stop> {
    let known = partial.version(url);
    let total = known.and_then(|record| record.total).or(job.want.size);
    if partial.is_split() {
        match total {
            Some(total) => return lanes::load(job, url, total, partial).await,
            None => partial.split(false)?,
        }
    }
    let from = partial.len();
    let known = partial.version(url);
    let ask = Ask {
        from,
        etag: known.and_then(|record| record.etag.clone()),
        total: known.and_then(|record| record.total),
        size: job.want.size,
        pinned: job.want.pinned(),
        file: file_name(url),
    };
    let mut request = job.client.get(url, job.want.auth.as_ref());
    if from > 0 {
        request = request.header(RANGE, format!("bytes={from}-"));
        if let Some(validator) = known.and_then(Record::validator) {
            request = request.header(IF_RANGE, validator);
        }
    }
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Ok(refused(&error, job.client.limits.stall)),
    };
    let head = head(&response);
    let (start, total) = match judge(&ask, &head) {
        Answer::Whole => return Ok(Try::Done),
        Answer::Afresh(why) => return Ok(Try::Afresh(why)),
        Answer::Later(why, after) => return Ok(Try::Later(why.into(), after)),
        Answer::Never(why) => {
            let advice = refusal::denied(head.status, job.want.auth.is_some());
            return Ok(Try::Never(Refusal { why, advice }));
        }
        Answer::Take { from, total } => (from, total),
    };
    if start == 0 {
        if from > 0 {
            job.note(format!("{url}: it has another version now, or knows no ranges; from the beginning"));
        }
        partial.restart()?;
        let modified = text(&response, LAST_MODIFIED.as_str());
        partial.describe(Record::new(url.as_str(), head.etag.clone(), modified, total))?;
    }
    room::reserve(partial.file(), job.store.root(), start, total)?;
    let ranges = head.status == 206 || text(&response, ACCEPT_RANGES.as_str()).is_some_and(|unit| unit.trim() == "bytes");
    let sure = job.want.pinned() || partial.version(url).is_some_and(|record| record.validator().is_some());
    let splits = ranges && sure && partial.may_split() && job.client.limits.lanes > 1;
    body(job, response, total.or(ask.size), splits, partial).await
}

/// Takes the body in. Where it may be split, it is, if that is going to pay.
async fn body(job: &Job<'_>, response: Response, total: Option<u64>, splits: bool, partial: &mut Partial) -> Result<Try, Stop> {
    let (watch, name): (Arc<dyn Watch>, String) = (job.watch.clone(), job.want.name.clone());
    let told = move |_, have| watch.step(&name, Step::Bytes { have, total });
    let (limits, before, begun) = (job.client.limits, partial.len(), Instant::now());
    let mut slow = false;
    let enough = |came: u64| {
        let missing = total.filter(|_| splits).map_or(0, |total| total.saturating_sub(before + came));
        slow = pays(missing, came, begun.elapsed(), &limits) && job.client.has_turn();
        slow
    };
    let Poured { sink, written, end } = pour(response, partial.lend(), total, told, enough).await;
    partial.give_back(sink);
    let have = partial.len();
    match (written, end) {
        (Err(error), _) if room::is_full(&error) => {
            Err(room::full(job.store.root(), total.map(|total| total.saturating_sub(have))).into())
        }
        (Err(source), _) => Err(FetchError::Store { operation: "writing", path: partial.part(), source }.into()),
        (Ok(true), _) => Ok(Try::Never("it sends more than the file has".into())),
        (Ok(false), Some(error)) => Ok(Try::Later(breaks::broke(&error, have, job.client.limits.stall).into(), None)),
        (Ok(false), None) if slow => Ok(Try::Split),
        (Ok(false), None) => match total {
            Some(total) if have < total => Ok(Try::Later(format!("it ended after {have} of {total} bytes").into(), None)),
            _ => Ok(Try::Done),
        },
    }
}

/// Whether several connections are worth their while: much is missing, and one of them would take long for it.
fn pays(missing: u64, came: u64, took: Duration, limits: &Limits) -> bool {
    let enough = missing >= limits.large && took >= limits.trial && came > 0;
    enough && took.as_secs_f64() * (missing as f64 / came as f64) > limits.worth.as_secs_f64()
}

pub(super) fn file_name(url: &Url) -> String {
    let path = url.as_str().split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn text(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

pub(super) fn head(response: &Response) -> Head {
    let text = |name: reqwest::header::HeaderName| text(response, name.as_str());
    let codings = response.headers().get_all(TRANSFER_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let codings: Vec<_> = codings.flat_map(|value| value.split(',')).map(|coding| coding.trim().to_ascii_lowercase()).collect();
    let chunked = codings.iter().any(|coding| coding == "chunked");
    Head {
        status: response.status().as_u16(),
        length: text(CONTENT_LENGTH).filter(|_| !chunked).and_then(|length| length.parse().ok()),
        chunked,
        recoded: codings.iter().any(|coding| coding != "chunked"),
        range: text(CONTENT_RANGE),
        kind: text(CONTENT_TYPE),
        encoding: text(CONTENT_ENCODING),
        etag: text(ETAG),
        retry_after: text(RETRY_AFTER),
    }
}

/// What an error before the answer means. As curl has it, a name that cannot be resolved and silence may pass; a refused
/// connection, a certificate, a circle of redirects do not.
pub(super) fn refused(error: &reqwest::Error, stall: Duration) -> Try {
    let why = chain(error);
    if error.is_timeout() {
        let why = format!("it did not answer within {stall:.0?}");
        Try::Later(Refusal { why, advice: error.is_connect().then(refusal::unreached) }, None)
    } else if error.is_dns() {
        Try::Later(refusal::unresolved(&why), None)
    } else if let Some(fault) = breaks::no_http(&why) {
        Try::Never(format!("it does not answer as HTTP servers do: {fault}").into())
    } else if let Some(refusal) = refusal::tls(error) {
        Try::Never(refusal)
    } else if error.is_redirect() || error.is_builder() || error.is_connect() {
        let advice = if error.is_redirect() { Some(refusal::ASTRAY) } else { error.is_connect().then(refusal::unreached) };
        Try::Never(Refusal { why, advice })
    } else {
        Try::Later(why.into(), None)
    }
}

/// The same in words.
pub(super) fn told(error: &reqwest::Error, stall: Duration) -> String {
    match refused(error, stall) {
        Try::Later(refusal, _) | Try::Never(refusal) => refusal.why,
        Try::Done | Try::Afresh(_) | Try::Split | Try::Single(_) => chain(error),
    }
}
