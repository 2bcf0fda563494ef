//! A body into where it belongs; the connection and the disk work at the same time.

use std::io;

use reqwest::Response;

use super::partial::{blocking, ended};
use super::sink::Pour;

/// What became of it.
pub(super) struct Poured<S> {
    pub sink: S,
    /// Whether more came than there should be, or why it could not be written.
    pub written: io::Result<bool>,
    /// Why the connection ended early, where it did.
    pub end: Option<reqwest::Error>,
}

/// Takes a body in, up to `most` bytes in the sink. `told` hears of each chunk: how many bytes, and how many are there now; `enough`
/// may stop it, by how many bytes came.
pub(super) async fn pour<S: Pour + Send + 'static>(
    mut response: Response,
    mut sink: S,
    most: Option<u64>,
    told: impl Fn(u64, u64) + Send + 'static,
    mut enough: impl FnMut(u64) -> bool,
) -> Poured<S> {
    let (sender, mut chunks) = tokio::sync::mpsc::channel::<_>(16);
    let writer = tokio::spawn(blocking(move || {
        while let Some(chunk) = chunks.blocking_recv() {
            let chunk: &[u8] = AsRef::<[u8]>::as_ref(&chunk);
            if most.is_some_and(|most| sink.have() + chunk.len() as u64 > most) {
                return (sink, Ok(true));
            }
            if let Err(error) = sink.take(chunk) {
                return (sink, Err(error));
            }
            told(chunk.len() as u64, sink.have());
        }
        (sink, Ok(false))
    }));
    let mut came = 0;
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                came += chunk.len() as u64;
                // The writer that is gone tells why.
                if sender.send(chunk).await.is_err() || enough(came) {
                    break None;
                }
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    drop(sender);
    let (sink, written) = ended(writer.await).await;
    Poured { sink, written, end }
}
