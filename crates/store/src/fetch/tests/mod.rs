//! Fetching from servers that misbehave on purpose, on loopback.

mod before;
mod lanes;
mod mirrors;
mod odd;
mod resuming;
mod server;
mod small;
mod together;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pxectl_model::digest::{Hasher, Sha256};
use pxectl_model::url::Url;
use tempfile::TempDir;

use super::{Client, FetchError, Got, Job, Limits, Step, Want, Watch, from_mirrors};
use crate::images::Store;

/// Bytes that do not repeat.
fn content(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..len).map(step).collect()
}

fn digest(bytes: &[u8]) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish()
}

fn want(urls: &[String]) -> Want {
    let urls = urls.iter().map(|url| url.parse().unwrap()).collect();
    Want { name: "linux".into(), urls, sha256: None, sha512: None, size: None, auth: None, maybe: None, checked_inside: false }
}

fn pinned(urls: &[String], bytes: &[u8]) -> Want {
    Want { sha256: Some(digest(bytes)), ..want(urls) }
}

/// What was told.
#[derive(Default)]
struct Notes(Mutex<Vec<Step>>);

impl Watch for Notes {
    fn step(&self, name: &str, step: Step) {
        assert_eq!(name, "linux");
        self.0.lock().unwrap().push(step);
    }
}

impl Notes {
    fn texts(&self) -> String {
        let steps = self.0.lock().unwrap();
        steps.iter().filter_map(|step| if let Step::Note(text) = step { Some(text.clone() + "\n") } else { None }).collect()
    }
}

/// A store in a folder that goes away with it.
struct Rig {
    folder: TempDir,
    store: Store,
    client: Client,
    notes: Arc<Notes>,
}

/// As patient as a test can be.
const HASTY: Limits = Limits {
    connect: Duration::from_secs(5),
    stall: Duration::from_millis(300),
    tries: 3,
    pause: Duration::from_millis(1),
    longest_pause: Duration::from_millis(5),
    redirects: 5,
    lanes: 1,
    large: 100_000,
    trial: Duration::ZERO,
    worth: Duration::ZERO,
    piece: 30_000,
    ahead: 6,
};

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path().join("store"));
        // Whatever proxy the environment names is not meant for these servers.
        let client = Client::of(super::client::builder(HASTY).no_proxy().build().unwrap(), HASTY);
        Self { folder, store, client, notes: Arc::default() }
    }

    /// Fetches, also over plain http what nothing pins: that the public door refuses this is a test of its own.
    async fn fetch(&self, want: &Want) -> Result<Got, FetchError> {
        let watch: Arc<dyn Watch> = self.notes.clone();
        let urls: Vec<&Url> = want.urls.iter().collect();
        from_mirrors(&Job { store: &self.store, client: &self.client, want, watch: &watch }, &urls, Vec::new()).await
    }

    /// The bytes under a digest.
    fn stored(&self, got: &Got) -> Vec<u8> {
        std::fs::read(self.store.file(&got.sha256)).unwrap()
    }

    /// Names of whole contents.
    fn names(&self) -> Vec<String> {
        let list = |folder: std::path::PathBuf| std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap());
        let folders = list(self.store.root().join("sha256"));
        folders.flat_map(|folder| list(folder.path())).map(|file| file.file_name().into_string().unwrap()).collect()
    }
}
