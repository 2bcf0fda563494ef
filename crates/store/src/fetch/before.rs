//! What an earlier run fetched without a digest, and ended before its lock file said so: it need not come a second time.

use std::fs::File;
use std::io;

use pxectl_model::digest::Sha256;
use pxectl_model::lock::Version;
use pxectl_model::url::Url;
use reqwest::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use reqwest::{RequestBuilder, StatusCode};

use super::partial::{Partial, blocking};
use super::{Got, Job};
use crate::images::Store;
use crate::turn::Turn;

/// The same, where the server from which it came says that it has no other version (RFC 9110, 13.1.2 and 13.1.3). Whatever else it says, or
/// says not at all, is for whoever fetches.
pub(super) async fn still(job: &Job<'_>, urls: &[&Url], partial: &Partial) -> Option<Got> {
    let got = partial.fetched(job.store)?;
    let url = urls.iter().find(|url| Some(**url) == got.from.as_ref() && url.file().is_none())?;
    let request = unless(job.client.get(url, job.want.auth.as_ref()), &got.version)?;
    if request.send().await.ok()?.status() != StatusCode::NOT_MODIFIED {
        return None;
    }
    let (store, digest) = (job.store.clone(), got.sha256);
    blocking(move || renew(&store, &digest)).await.ok()?;
    job.note(format!("{url}: it still has what was fetched before and never written down; that is taken"));
    Some(got)
}

/// The request for a version other than this; none where it has no name.
fn unless(request: RequestBuilder, version: &Version) -> Option<RequestBuilder> {
    match (&version.etag, &version.modified) {
        (Some(tag), _) => Some(request.header(IF_NONE_MATCH, format!("\"{tag}\""))),
        (None, Some(date)) => Some(request.header(IF_MODIFIED_SINCE, date)),
        (None, None) => None,
    }
}

/// Makes a content one that came now, so that a sweep takes it for ours. Another user's can only be fetched again.
fn renew(store: &Store, digest: &Sha256) -> io::Result<()> {
    let _turn = Turn::adding(store)?;
    let file = File::open(store.file(digest))?;
    file.set_permissions(file.metadata()?.permissions())
}
