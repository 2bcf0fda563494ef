//! Something small, read into memory: a list of digests, a signature, a key.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use pxectl_model::url::Url;

use super::answer::{Answer, Ask, judge};
use super::auth::Auth;
use super::breaks::broke;
use super::client::Client;
use super::error::{FetchError, Tried};
use super::partial::blocking;
use super::refusal::{self, Refusal};
use super::remote::{self, Try};
use super::retry::Patience;
use super::{Step, Watch};
use crate::regular;

/// What is to be read.
#[derive(Debug, Clone)]
pub struct Small {
    /// What it is called in reports.
    pub name: String,
    /// Where from, the first to be tried first.
    pub urls: Vec<Url>,
    /// What one of the servers wants to see.
    pub auth: Option<Auth>,
    /// How many bytes it has at most.
    pub most: u64,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Which of the URLs gave it.
    pub from: Url,
}

/// Reads something small: mirrors in order, asked again where that may help, within bounds. Nothing here tells whether it is the right
/// thing, nor whether somebody on the way changed it: that is for whoever asks.
///
/// # Errors
/// Where no mirror gave it.
pub async fn read(client: &Client, small: &Small, watch: &Arc<dyn Watch>) -> Result<Brought, FetchError> {
    let note = |text: String| watch.step(&small.name, Step::Note(text));
    let mut tried = Vec::new();
    for (n, url) in small.urls.iter().enumerate() {
        let read = match url.file() {
            Some(path) => file(path, small.most).await.map_err(Refusal::from),
            None => load(client, small, url, &note).await,
        };
        match read {
            Ok(bytes) => return Ok(Brought { bytes, from: url.clone() }),
            Err(refusal) => {
                let failed = Tried::refused(url, refusal);
                if n + 1 < small.urls.len() {
                    note(format!("{failed}; trying the next mirror"));
                }
                tried.push(failed);
            }
        }
    }
    Err(FetchError::NoMirror { tried })
}

fn too_large(most: u64) -> String {
    format!("it is larger than {most} bytes, which is more than such a file has")
}

async fn file(path: String, most: u64) -> Result<Vec<u8>, String> {
    let read = move || {
        let mut bytes = Vec::new();
        regular::open_regular(Path::new(&path))?.take(most + 1).read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    };
    let bytes = blocking(read).await.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > most { Err(too_large(most)) } else { Ok(bytes) }
}

async fn load(client: &Client, small: &Small, url: &Url, note: &impl Fn(String)) -> Result<Vec<u8>, Refusal> {
    let mut patience = Patience::default();
    loop {
        let mut bytes = Vec::new();
        let (refusal, asked) = match once(client, small, url, &mut bytes).await {
            Try::Done | Try::Split => return Ok(bytes),
            Try::Never(refusal) => return Err(refusal),
            Try::Afresh(why) | Try::Single(why) => (why.into(), None),
            Try::Later(refusal, asked) => (refusal, asked),
        };
        // It is asked for all of it each time: how far it came is no progress.
        let Some(pause) = patience.next(false, asked, &client.limits) else {
            return Err(refusal.lasting());
        };
        note(format!("{url}: {}; trying again in {pause:.0?}", refusal.why));
        tokio::time::sleep(pause).await;
    }
}

async fn once(client: &Client, small: &Small, url: &Url, bytes: &mut Vec<u8>) -> Try {
    let stall = client.limits.stall;
    let mut response = match client.get(url, small.auth.as_ref()).send().await {
        Ok(response) => response,
        Err(error) => return remote::refused(&error, stall),
    };
    let ask = Ask { file: remote::file_name(url), ..Ask::default() };
    let total = match judge(&ask, &remote::head(&response)) {
        Answer::Take { total, .. } => total,
        Answer::Whole => None,
        Answer::Afresh(why) => return Try::Afresh(why),
        Answer::Later(why, after) => return Try::Later(why.into(), after),
        Answer::Never(why) => {
            return Try::Never(Refusal { why, advice: refusal::denied(response.status().as_u16(), small.auth.is_some()) });
        }
    };
    if total.is_some_and(|total| total > small.most) {
        return Try::Never(too_large(small.most).into());
    }
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if (bytes.len() + chunk.len()) as u64 > small.most => {
                return Try::Never(too_large(small.most).into());
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Try::Later(broke(&error, bytes.len() as u64, stall).into(), None),
        }
    }
    let have = bytes.len() as u64;
    match total {
        Some(total) if have < total => Try::Later(format!("it ended after {have} of {total} bytes").into(), None),
        _ => Try::Done,
    }
}
