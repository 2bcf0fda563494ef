//! Several connections for one large content: each fetches a piece at a time by its range, and what follows the beginning is appended to it.
//!
//! A server that has enough of them gets fewer, at last one; what one of them brought is never asked for again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pxectl_model::url::Url;
use reqwest::header::{IF_RANGE, RANGE};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;

use super::answer::{Answer, Ask, judge};
use super::auth::Auth;
use super::breaks::broke;
use super::client::Client;
use super::error::FetchError;
use super::partial::{Partial, blocking, ended};
use super::pieces::{Piece, Pieces, next};
use super::pour::{Poured, pour};
use super::record::Record;
use super::remote::{self, Try};
use super::sink::Pour;
use super::{Job, Step, Stop, Watch, room};

/// How one piece ended.
enum End {
    Whole,
    /// Asking for ranges leads nowhere: it has another version, or knows none.
    Unfit(&'static str),
    Failed(Try),
    Disk(std::io::Error),
}

/// What every lane needs to know.
#[derive(Clone)]
struct Lane {
    client: Client,
    url: Url,
    auth: Option<Auth>,
    validator: Option<String>,
    ask: Ask,
    total: u64,
    name: String,
    watch: Arc<dyn Watch>,
    /// Bytes that are here, over all of them.
    have: Arc<AtomicU64>,
}

/// Fetches what is missing, from where the beginning ends.
pub(super) async fn load(job: &Job<'_>, url: &Url, total: u64, partial: &mut Partial) -> Result<Try, Stop> {
    let limits = job.client.limits;
    let pieces = Arc::new(partial.pieces());
    append(partial, &pieces, &BTreeSet::new()).await?;
    let known = partial.version(url);
    let ahead: BTreeMap<u64, u64> = pieces.here();
    let lane = Lane {
        client: job.client.clone(),
        url: url.clone(),
        auth: job.want.auth.clone(),
        validator: known.and_then(Record::validator).map(str::to_owned),
        ask: Ask {
            etag: known.and_then(|record| record.etag.clone()),
            total: Some(total),
            size: job.want.size,
            pinned: job.want.pinned(),
            file: remote::file_name(url),
            from: 0,
        },
        total,
        name: job.want.name.clone(),
        watch: job.watch.clone(),
        have: Arc::new(AtomicU64::new(partial.len() + ahead.values().sum::<u64>())),
    };
    let end = |start: u64| ((start / limits.piece + 1) * limits.piece).min(total);
    let mut whole: BTreeSet<u64> =
        ahead.iter().filter(|(start, have)| *start + *have >= end(**start)).map(|(start, _)| *start).collect();
    let (mut busy, mut running, mut allowed) = (BTreeSet::new(), JoinSet::new(), limits.lanes);
    let mut failed = None;
    loop {
        while busy.len() < allowed {
            let turn = if busy.is_empty() { None } else { Some(job.client.turn()) };
            // Files that wait for their turn come before a second connection for this one.
            if matches!(turn, Some(None)) {
                break;
            }
            let taken: BTreeSet<u64> = busy.union(&whole).copied().collect();
            let Some((start, end)) = next(partial.len(), total, limits.piece, limits.piece * limits.ahead, &taken) else { break };
            busy.insert(start);
            let (lane, pieces, turn) = (lane.clone(), pieces.clone(), turn.flatten());
            running.spawn(async move { (start, lane.run(&pieces, start, end, turn).await) });
        }
        let Some(joined) = running.join_next().await else { break };
        let (start, outcome) = ended(joined).await;
        busy.remove(&start);
        match outcome {
            End::Whole => {
                whole.insert(start);
                append(partial, &pieces, &busy).await?;
                whole.retain(|start| *start >= partial.len());
                failed = None;
            }
            // What is to come of the whole is reserved, and pieces lie beside that.
            End::Disk(error) if room::is_full(&error) => return Ok(Try::Single("there is no room for pieces of it")),
            End::Disk(source) => {
                return Err(FetchError::Store { operation: "writing beside", path: partial.part(), source }.into());
            }
            // One less; the others go on with its piece.
            other => {
                allowed = busy.len();
                failed = Some(other);
            }
        }
    }
    match failed {
        None if partial.len() == total => Ok(Try::Done),
        None => Ok(Try::Afresh("what is here is not of the length that it should have")),
        Some(End::Failed(how)) => Ok(how),
        Some(End::Unfit(why)) => Ok(Try::Single(why)),
        Some(End::Whole | End::Disk(_)) => Ok(Try::Later("it ended".into(), None)),
    }
}

async fn append(partial: &mut Partial, pieces: &Arc<Pieces>, busy: &BTreeSet<u64>) -> Result<(), Stop> {
    let mut sink = partial.lend();
    let (pieces, busy) = (pieces.clone(), busy.clone());
    let (sink, appended) = blocking(move || {
        let appended = pieces.append(&mut sink, &busy);
        (sink, appended)
    })
    .await;
    partial.give_back(sink);
    appended.map_err(|source| FetchError::Store { operation: "putting together", path: partial.part(), source }.into())
}

impl Lane {
    /// Fetches what is missing of one piece, which ends before `end`.
    async fn run(&self, pieces: &Pieces, start: u64, end: u64, _turn: Option<OwnedSemaphorePermit>) -> End {
        let piece = match pieces.open(start) {
            Ok(piece) => piece,
            Err(error) => return End::Disk(error),
        };
        let from = start + piece.have();
        if from >= end {
            return End::Whole;
        }
        let mut request = self.client.get(&self.url, self.auth.as_ref()).header(RANGE, format!("bytes={from}-{}", end - 1));
        if let Some(validator) = &self.validator {
            request = request.header(IF_RANGE, validator);
        }
        let stall = self.client.limits.stall;
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return End::Failed(remote::refused(&error, stall)),
        };
        match judge(&Ask { from, ..self.ask.clone() }, &remote::head(&response)) {
            Answer::Take { from: start, total: Some(total) } if start == from && total == self.total => {}
            Answer::Take { .. } | Answer::Whole => return End::Unfit("it has another version now, or knows no ranges"),
            Answer::Afresh(why) => return End::Unfit(why),
            Answer::Later(why, after) => return End::Failed(Try::Later(why.into(), after)),
            Answer::Never(why) => return End::Failed(Try::Never(why.into())),
        }
        self.body(response, piece, end - start).await
    }

    async fn body(&self, response: reqwest::Response, piece: Piece, most: u64) -> End {
        let (watch, name, have, total) = (self.watch.clone(), self.name.clone(), self.have.clone(), Some(self.total));
        let told = move |more: u64, _| {
            let have = have.fetch_add(more, Ordering::Relaxed) + more;
            watch.step(&name, Step::Bytes { have, total });
        };
        let Poured { sink, written, end } = pour(response, piece, Some(most), told, |_| false).await;
        match (written, end) {
            (Err(error), _) => End::Disk(error),
            (Ok(true), _) => End::Unfit("it sends more than was asked for"),
            (Ok(false), Some(error)) => {
                let have = self.have.load(Ordering::Relaxed);
                End::Failed(Try::Later(broke(&error, have, self.client.limits.stall).into(), None))
            }
            (Ok(false), None) if sink.have() < most => {
                End::Failed(Try::Later("it ended before the end of the range that was asked for".into(), None))
            }
            (Ok(false), None) => End::Whole,
        }
    }
}
