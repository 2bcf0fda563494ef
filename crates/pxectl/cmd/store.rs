//! `store`: what the store holds, for whom; and removing what nobody needs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pxectl_model::digest::Sha256;
use pxectl_store::builds::{self, Build};
use pxectl_store::contents::contents;
use pxectl_store::gc::{Rubbish, Sweep, UNUSED_AGE};
use pxectl_store::users::Root;

use crate::cli::{StoreCommand, StoreGc};
use crate::failure::{Answer, Failure, Outcome};
use crate::listing::count;
use crate::session::{Session, print, warn};
use crate::show::size::size;
use crate::show::{shell, table};
use crate::stock::{enter, needs};

/// Exit 2 where it is not certain what a lab needs: then nothing was removed.
pub fn run(args: &StoreCommand, session: &Session) -> Outcome {
    match args {
        StoreCommand::Ls => ls(session),
        StoreCommand::Gc(args) => gc(args, session),
    }
}

/// By whom something is needed: the artifacts, each with its inventory.
type By = Vec<(String, PathBuf)>;

/// By whom what the store holds is needed.
#[derive(Default)]
struct Users {
    contents: BTreeMap<Sha256, By>,
    builds: BTreeMap<String, By>,
}

/// What the labs need that the store knows, and the lab that the command is run in; and the labs that are gone.
///
/// # Errors
/// Where it is not certain what one of them needs: each such lab is named.
fn users(sweep: &Sweep, session: &Session) -> Result<(Users, Vec<Root>), Failure> {
    let own = enter::absolute(&session.inventory);
    let known = sweep.roots().iter().map(|root| (&root.inventory, Some(root)));
    let own = [(&own, None)].into_iter().filter(|(own, _)| sweep.roots().iter().all(|root| root.inventory != **own));
    let (mut users, mut gone, mut uncertain) = (Users::default(), Vec::new(), Vec::new());
    for (inventory, root) in known.chain(own) {
        match needs::of(inventory) {
            Ok(Some(needs)) => {
                let by = |names: Vec<String>| names.into_iter().map(|name| (name, inventory.clone()));
                for (digest, names) in needs.contents {
                    users.contents.entry(digest).or_default().extend(by(names));
                }
                for (build, names) in needs.builds {
                    users.builds.entry(build).or_default().extend(by(names));
                }
            }
            Ok(None) => gone.extend(root.cloned()),
            Err(why) => uncertain.push((inventory.clone(), root.cloned(), why)),
        }
    }
    if uncertain.is_empty() {
        return Ok((users, gone));
    }
    for (inventory, root, why) in uncertain {
        warn(&format!("error: what the lab of `{}` needs is not certain: {why}", inventory.display()));
        let lint = format!("`pxectl -i {} lint` tells more", shell::path(&inventory));
        let forget = root.map(|root| format!("; where that lab is of no more use, `rm {}`", shell::path(&root.file)));
        warn(&format!("hint: {lint}{}", forget.unwrap_or_default()));
    }
    Err(Failure::printed())
}

fn trouble(session: &Session) -> impl Fn(std::io::Error) -> Failure {
    let root = session.store.root().display().to_string();
    move |error| Failure::new(format!("the store `{root}`: {error}"))
}

fn is_there(session: &Session) -> bool {
    let there = session.store.root().is_dir();
    if !there {
        session.say(&format!("there is no store at `{}`", session.store.root().display()));
    }
    there
}

fn ls(session: &Session) -> Outcome {
    if !is_there(session) {
        return Ok(Answer::Yes);
    }
    let sweep = Sweep::begin(&session.store).map_err(trouble(session))?;
    let (users, _) = users(&sweep, session)?;
    let held = contents(&session.store).map_err(trouble(session))?;
    let builds = builds::builds(&session.store).map_err(trouble(session))?;
    drop(sweep);
    let mut rows = vec![["sha256", "size", "used by"].map(str::to_owned).to_vec()];
    for file in &held.files {
        rows.push(vec![file.digest.to_string(), size(file.meta.len()), whom(users.contents.get(&file.digest))]);
    }
    let named = |build: &Build| build.name.as_ref().and_then(|name| users.builds.get(name));
    rows.extend(builds.iter().map(|build| vec![called(build), size(build.bytes), whom(named(build))]));
    if rows.len() > 1 {
        print(&table::table(&rows));
    }
    let total = held.files.iter().map(|file| file.meta.len()).sum();
    let also = match builds.len() {
        0 => String::new(),
        n => format!("; {} of `ipxe build`, {}", count(n, "folder"), size(builds.iter().map(|build| build.bytes).sum())),
    };
    session.say(&format!("{} in `{}`, {}{also}", count(held.files.len(), "file"), session.store.root().display(), size(total)));
    Ok(Answer::Yes)
}

fn whom(by: Option<&By>) -> String {
    let by = by.map(|by| by.iter().map(|(name, inventory)| format!("{name} ({})", inventory.display())).collect::<Vec<_>>());
    by.map_or_else(|| "nobody".to_owned(), |by| by.join(", "))
}

/// A folder, by its place in the store.
fn called(build: &Build) -> String {
    format!("build/{}", build.path.file_name().unwrap_or_default().to_string_lossy())
}

fn gc(args: &StoreGc, session: &Session) -> Outcome {
    if !is_there(session) {
        return Ok(Answer::Yes);
    }
    let sweep = Sweep::begin(&session.store).map_err(trouble(session))?;
    let (users, gone) = users(&sweep, session).inspect_err(|_| warn("nothing was removed"))?;
    for root in &gone {
        let forgotten = if args.dry_run { "would be forgotten" } else { "forgotten" };
        warn(&format!("{forgotten}: the lab of `{}`, whose inventory and lock file are gone", root.inventory.display()));
        if !args.dry_run {
            sweep.forget(root).map_err(trouble(session))?;
        }
    }
    let needed: BTreeSet<Sha256> = users.contents.keys().copied().collect();
    let found = sweep.find(&needed, SystemTime::now()).map_err(trouble(session))?;
    let (mut rows, mut removed, mut failed) = (Vec::new(), Vec::new(), false);
    for rubbish in &found.rubbish {
        match if args.dry_run { Ok(true) } else { sweep.remove(rubbish) } {
            Ok(true) => {
                rows.extend(row(rubbish));
                removed.push(rubbish.bytes);
            }
            // Somebody goes on with it.
            Ok(false) => {}
            Err(error) => {
                failed = true;
                let path = rubbish.files.first().map(|path| path.display().to_string()).unwrap_or_default();
                warn(&format!("error: removing `{path}`: {error}"));
            }
        }
    }
    let (old, young): (Vec<_>, Vec<_>) = builds::builds(&session.store).map_err(trouble(session))?.into_iter().partition(is_old);
    let (old, young) = (unneeded(old, &users), unneeded(young, &users));
    let mut folders = 0;
    for build in &old {
        match if args.dry_run { Ok(true) } else { builds::remove(build) } {
            Ok(true) => {
                folders += 1;
                rows.push(vec![called(build), size(build.bytes)]);
                removed.push(build.bytes);
            }
            // Somebody builds in it now.
            Ok(false) => {}
            Err(error) => {
                failed = true;
                warn(&format!("error: removing `{}`: {error}", build.path.display()));
            }
        }
    }
    print(&table::table(&rows));
    let word = if args.dry_run { "would remove" } else { "removed" };
    let labs = users.contents.values().flatten().map(|(_, inventory)| inventory).collect::<BTreeSet<_>>().len();
    session.say(&format!(
        "{word} {} ({}); kept {} ({}) that {} to",
        what(rows.len() - folders, folders),
        size(removed.iter().sum()),
        count(found.kept.0, "file"),
        size(found.kept.1),
        if labs == 1 { "1 lab refers".to_owned() } else { format!("{labs} labs refer") },
    ));
    let mut also = Vec::new();
    if found.fresh > 0 {
        also.push(format!("{} that came while a fetch is running", count(found.fresh, "file")));
    }
    if found.partial > 0 {
        also.push(format!("{} half fetched, younger than 7 days or being fetched", count(found.partial, "file")));
    }
    if !young.is_empty() {
        let bytes = size(young.iter().map(|build| build.bytes).sum());
        also.push(format!("{} of `ipxe build` ({bytes}), used within 7 days", count(young.len(), "folder")));
    }
    if !also.is_empty() {
        session.say(&format!("kept also: {}", also.join("; ")));
    }
    if failed { Err(Failure::printed()) } else { Ok(Answer::Yes) }
}

fn what(files: usize, folders: usize) -> String {
    let folders = (folders > 0).then(|| format!("{} of `ipxe build`", count(folders, "folder")));
    match folders {
        None => count(files, "file"),
        Some(folders) if files == 0 => folders,
        Some(folders) => format!("{} and {folders}", count(files, "file")),
    }
}

/// Whether nobody is expected to go on with it, by the time. What was being removed has none.
fn is_old(build: &Build) -> bool {
    // A clock that was set back leaves folders of the future: those are young.
    build.name.is_none() || SystemTime::now().duration_since(build.used).is_ok_and(|age| age > UNUSED_AGE)
}

fn unneeded(builds: Vec<Build>, users: &Users) -> Vec<Build> {
    let is_needed = |build: &Build| build.name.as_ref().is_some_and(|name| users.builds.contains_key(name));
    builds.into_iter().filter(|build| !is_needed(build)).collect()
}

/// Whether it is the bytes of half a content, and not a record of it that was being written.
fn is_half(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".part") && !name.starts_with('.')
}

/// A line; what is left of half a content without a byte of it is not worth one.
fn row(rubbish: &Rubbish) -> Option<Vec<String>> {
    let what = match &rubbish.digest {
        Some(digest) => digest.to_string(),
        None => rubbish.files.iter().find(|path| is_half(path))?.display().to_string(),
    };
    Some(vec![what, size(rubbish.bytes)])
}
