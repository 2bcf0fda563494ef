//! Getting artifacts, several at once.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use pxectl_media::Judge;
use pxectl_model::check::{Check as _, Depth};
use pxectl_model::digest::Digest;
use pxectl_model::lock::Version;
use pxectl_model::utc::Utc;
use pxectl_store::fetch::{Client, FetchError, Got, Limits, Papers, Step, Watch, fetch, stored};
use pxectl_store::hash::{Hashed, hash_file, now_and_then};
use pxectl_store::images::Store;
use pxectl_store::regular::open_regular;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::member::{Archives, archive_of};
use super::plan::Task;
use super::program;
use super::proof::Proofs;
use super::screen::Screen;
use super::vouch::vouch;
use crate::failure::{Failure, chain};
use crate::shelf;

/// Why one is not there.
#[derive(Debug, Clone)]
pub struct Problem {
    /// For people.
    pub text: String,
    /// Whether something came, and was not what it must be.
    pub mismatch: bool,
    /// What to do, where that is known here.
    pub hint: Option<String>,
}

/// Gets all of them; each with what became of it, in the order of their names.
///
/// # Errors
/// Where the client cannot be built.
pub async fn all(
    tasks: Vec<Task>,
    store: &Store,
    proofs: Proofs,
    jobs: u8,
    screen: &Arc<Screen>,
) -> Result<Vec<(Task, Outcome)>, Failure> {
    let watch: Arc<dyn Watch> = screen.clone();
    let turns = Arc::new(Semaphore::new(usize::from(jobs)));
    let client =
        Client::new(Limits::default()).map_err(|error| Failure::of(&error))?.with_turns(turns.clone()).judged_by(Arc::new(Judge));
    let papers = Arc::new(Papers::new(client.clone(), watch.clone(), now()));
    let proofs = Arc::new(proofs);
    let mut running = JoinSet::new();
    let waiting = tasks.clone();
    let archives = Arc::new(Archives::default());
    // Also those that wait for their turn are part of what is to come.
    let coming: Vec<Option<String>> = tasks.iter().map(|task| to_come(task, store, screen)).collect();
    for (mut task, coming) in tasks.into_iter().zip(coming) {
        let (store, client, turns, watch, proofs) = (store.clone(), client.clone(), turns.clone(), watch.clone(), proofs.clone());
        let screen = screen.clone();
        let (archives, papers) = (archives.clone(), papers.clone());
        running.spawn(async move {
            // Nobody closes it.
            let _turn = turns.acquire().await;
            let outcome = match task.is_built() && task.path.is_none() {
                true => here(&task, &store).ok_or_else(unbuilt),
                false => one(&mut task, &store, &client, &archives, &proofs, &papers, &watch).await,
            };
            coming.iter().for_each(|name| screen.over(name));
            (task, outcome)
        });
    }
    let mut done = until_interrupted(running, waiting).await;
    done.sort_by(|one, other| one.0.name.cmp(&other.0.name));
    Ok(done)
}

/// Tells the screen of what will come, with its size where that is known, and gives its name there; none of what is in the store.
fn to_come(task: &Task, store: &Store, screen: &Screen) -> Option<String> {
    let (name, size) = match (&task.path, &task.member) {
        (Some(path), _) => (task.want.name.clone(), shelf::size_of(path)),
        _ if here(task, store).is_some() || task.is_built() => return None,
        (None, Some(_)) => (archive_of(task).name, None),
        (None, None) => (task.want.name.clone(), task.want.size),
    };
    screen.expect(&name, size);
    Some(name)
}

/// What became of each; an interrupt (ctrl-C) ends those that are under way. What has arrived of them is kept.
async fn until_interrupted(mut running: JoinSet<(Task, Outcome)>, mut waiting: Vec<Task>) -> Vec<(Task, Outcome)> {
    let mut done: Vec<(Task, Outcome)> = Vec::new();
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    loop {
        tokio::select! {
            joined = running.join_next() => match joined {
                Some(Ok((task, outcome))) => {
                    waiting.retain(|other| other.name != task.name);
                    done.push((task, outcome));
                }
                Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Some(Err(_)) => {}
                None => return done,
            },
            // Where signals cannot be had, the system ends the process as it always did.
            Ok(()) = &mut interrupt => {
                running.shutdown().await;
                let cut = || Problem {
                    text: "interrupted; what has arrived is kept".to_owned(),
                    mismatch: false,
                    hint: Some("the same command goes on where it stopped".to_owned()),
                };
                done.extend(waiting.into_iter().map(|task| (task, Err(cut()))));
                return done;
            }
        }
    }
}

/// Asks for its digest, and gets it from the store or its servers. Only those are shown what they want to see.
async fn one(
    task: &mut Task,
    store: &Store,
    client: &Client,
    archives: &Archives,
    proofs: &Proofs,
    papers: &Papers,
    watch: &Arc<dyn Watch>,
) -> Outcome {
    let here = stored(store, &task.want).is_some();
    if let Some(sealed) = task.sealed.as_ref().filter(|_| !here || task.query.is_some()) {
        match proofs.read(sealed).await {
            Ok((auth, said)) => {
                said.into_iter().for_each(|said| watch.step(&task.want.name, Step::Note(said)));
                task.want.auth = Some(auth);
            }
            // Only its checksum file may be out of reach then.
            Err(unread) if here => watch.step(&task.want.name, Step::Note(unread.why)),
            Err(unread) => return Err(Problem { text: unread.why, mismatch: false, hint: Some(unread.hint) }),
        }
    }
    vouch(task, papers, watch).await?;
    if let Some(path) = task.path.clone() {
        return own_file(path, task, Some(watch.clone())).await;
    }
    if let Some(member) = task.member.clone() {
        return archives.get(task, &member, store, client, watch).await;
    }
    let got = fetch(store, client, &task.want, watch).await.map_err(|error| problem(&error))?;
    let file = store.file(&got.sha256);
    let wrong =
        tokio::task::block_in_place(|| std::fs::File::open(file).and_then(|mut file| program::wrong(&task.name, &mut file)));
    match wrong {
        Ok(None) => Ok(got),
        Ok(Some(why)) => Err(Problem {
            text: format!("what came is not what its name says: {why}"),
            mismatch: true,
            hint: Some(program::OTHER.to_owned()),
        }),
        Err(error) => Err(Problem { text: format!("judging what came: {error}"), mismatch: false, hint: None }),
    }
}

/// By the clock of this host.
pub fn now() -> Utc {
    Utc::of(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// What became of one.
pub type Outcome = Result<Got, Problem>;

/// How something comes to a host without network.
const OTHERWISE: &str = "fetch without --offline, or bring it along with `pxectl bundle export` and `import`";

/// Those that need no network, as far as they are here; in the order of their names.
pub async fn offline(tasks: Vec<Task>, store: &Store) -> Vec<(Task, Outcome)> {
    let mut done = Vec::new();
    for task in tasks {
        let absent = || Problem {
            text: "it is not in the store, and --offline fetches nothing".to_owned(),
            mismatch: false,
            hint: Some(OTHERWISE.to_owned()),
        };
        let outcome = match task.path.clone() {
            Some(path) => own_file(path, &task, None).await,
            None => here(&task, store).ok_or_else(absent),
        };
        done.push((task, outcome));
    }
    done.sort_by(|one, other| one.0.name.cmp(&other.0.name));
    done
}

/// What the store has of it, if that is it.
pub(super) fn here(task: &Task, store: &Store) -> Option<Got> {
    let sha256 = task.want.sha256?;
    let size = store.size(&sha256).filter(|size| task.want.size.is_none_or(|known| known == *size))?;
    Some(Got { sha256, sha512: None, size, from: None, version: Version::default() })
}

fn unbuilt() -> Problem {
    let text = "it was built, and this store does not have it".to_owned();
    let hint = "`pxectl ipxe build` makes it by the recipe in pxectl.lock; or bring the store along".to_owned();
    Problem { text, mismatch: false, hint: Some(hint) }
}

pub(super) fn problem(error: &FetchError) -> Problem {
    Problem { text: chain(error), mismatch: error.is_mismatch(), hint: error.hint() }
}

/// Hashes a file of the lab's own. Where nobody says what it must be, it has to make sense, as what is fetched has to.
async fn own_file(path: PathBuf, task: &Task, watch: Option<Arc<dyn Watch>>) -> Outcome {
    let wide = task.want.sha512.is_some();
    let (named, name) = (path.clone(), task.name.to_string());
    let unpinned = task.want.sha256.is_none() && !wide;
    let hashed = tokio::task::spawn_blocking(move || {
        let mut file = open_regular(&path)?;
        let size = file.metadata()?.len();
        let tell = |have| watch.iter().for_each(|watch| watch.step(&name, Step::Bytes { have, total: Some(size) }));
        let hashed = hash_file(&path, wide, &mut now_and_then(size, tell))?;
        let last = path.file_name().unwrap_or_default().to_string_lossy();
        let judged = unpinned.then(|| Judge.check(&last, Depth::Quick, &mut file)).transpose()?;
        Ok::<_, std::io::Error>((hashed, judged.map(|judged| judged.problems.join("; ")).filter(|why| !why.is_empty())))
    });
    let text =
        |why: &dyn std::fmt::Display| Problem { text: format!("`{}`: {why}", named.display()), mismatch: false, hint: None };
    let (Hashed { sha256, sha512, size }, flaw) = hashed.await.map_err(|error| text(&error))?.map_err(|error| text(&error))?;
    if let Some(why) = flaw {
        let hint = "put a sound file there; where it is what it is to be, give its sha256 in the inventory".to_owned();
        return Err(Problem { mismatch: true, hint: Some(hint), ..text(&why) });
    }
    let got = Got { sha256, sha512, size, from: None, version: Version::default() };
    let short = task.want.sha256.filter(|pin| *pin != got.sha256).map(|pin| (Digest::Sha256(pin), Digest::Sha256(got.sha256)));
    let wide = task.want.sha512.zip(got.sha512).filter(|(pin, found)| pin != found);
    let wide = wide.map(|(pin, found)| (Digest::Sha512(pin), Digest::Sha512(found)));
    match short.or(wide) {
        None => Ok(got),
        Some((expected, found)) => {
            let why = format!("it does not match its {}: expected {expected}, found {found}", expected.algorithm());
            Err(Problem { mismatch: true, ..text(&why) })
        }
    }
}
