//! The values of secrets: read before anybody is answered, for the machines of the plan alone, and shown to nobody.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pxectl_inventory::findings::shown;
use pxectl_inventory::missing_secret;
use pxectl_model::diag::Diagnostic;
use pxectl_model::inventory::Inventory;
use pxectl_model::plan::Scope;
use pxectl_model::secret::{Secret, SecretSource};
use pxectl_model::source::{Layer, Origin, Sourced};
use pxectl_store::regular::read_regular;

use crate::exec::{self, Bounds, NotEnded};
use crate::watch::Stamps;

/// Largest value, bytes: a private key and its chain fit.
const MOST: usize = 64 * 1024;
/// How long a command may take. Whoever asks a vault over a network is done sooner.
const PATIENCE: Duration = Duration::from_secs(30);
/// Commands that run at once.
const AT_ONCE: usize = 8;
/// Lines of a command's standard error that are shown.
const LINES: usize = 3;

/// Reads values.
pub struct Vault {
    /// The inventory's folder, where commands run.
    folder: PathBuf,
    /// What commands have printed: each is asked once, since a vault is slow, and since an edit must not wait for it.
    printed: Mutex<HashMap<Vec<String>, Secret>>,
}

/// What was read.
pub struct Opened {
    /// By source.
    pub values: BTreeMap<SecretSource, Secret>,
    /// What commands that went well had to say.
    pub warnings: Vec<String>,
}

/// A value that was read, and what the command that printed it said beside it.
pub type Read = Result<(Secret, Option<String>), String>;

impl Vault {
    /// For an inventory in this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, printed: Mutex::default() }
    }

    /// The values for machines of a scope. Files are noted among the stamps, so that a changed one is read again.
    ///
    /// # Errors
    /// Each secret that cannot be read, at its place and without its value.
    pub fn open(&self, inventory: &Inventory, scope: &Scope, stamps: &mut Stamps) -> Result<Opened, Vec<Diagnostic>> {
        let wanted: Vec<(SecretSource, (String, Origin))> = inventory.secrets_for(scope).into_iter().collect();
        for (source, _) in &wanted {
            if let SecretSource::File(path) = source {
                stamps.note(path);
            }
        }
        let mut opened = Opened { values: BTreeMap::new(), warnings: Vec::new() };
        let mut faults = Vec::new();
        let sources: Vec<&SecretSource> = wanted.iter().map(|(source, _)| source).collect();
        let read = side_by_side(&sources, |source| self.read(source));
        for ((source, (name, origin)), read) in wanted.into_iter().zip(read) {
            let owner = owner(inventory, &origin);
            match read {
                Ok((secret, said)) => {
                    opened.warnings.extend(said.map(|said| format!("the secret `{name}` of {owner}: {source} said: {said}")));
                    opened.values.insert(source, secret);
                }
                Err(why) => faults.push(missing_secret(&name, &owner, &Sourced { value: source, origin }, &why)),
            }
        }
        if faults.is_empty() { Ok(opened) } else { Err(faults) }
    }

    /// One value, and what the command that printed it said beside it.
    ///
    /// # Errors
    /// Why there is none, without it.
    pub fn read(&self, source: &SecretSource) -> Read {
        match source {
            SecretSource::Env(name) => {
                let text = std::env::var_os(name).ok_or("it is not set")?;
                let text = text.into_string().map_err(|_| "it is not UTF-8")?;
                // To the letter: nobody ends a variable with a newline by accident.
                if text.is_empty() { Err("it is empty".to_owned()) } else { Ok((Secret::new(text), None)) }
            }
            SecretSource::File(path) => {
                let bytes = read_regular(path, MOST as u64).map_err(|error| error.to_string())?;
                Ok((value(bytes)?, None))
            }
            SecretSource::Command(words) => self.run(words),
        }
    }

    fn run(&self, words: &[String]) -> Read {
        let printed = || self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(secret) = printed().get(words) {
            return Ok((secret.clone(), None));
        }
        let (program, args) = words.split_first().ok_or("it names no program")?;
        let program = exec::find(program, &self.folder)?;
        let bounds = Bounds { time: PATIENCE, output: MOST };
        let ended = exec::run(&program, args, &self.folder, bounds).map_err(|error| match &error {
            NotEnded::Time { stderr, .. } => format!("{error}{}", quoted(stderr, "")),
            _ => error.to_string(),
        })?;
        // A program may repeat on its standard error what it prints.
        let repeated = String::from_utf8_lossy(&ended.stdout).trim().to_owned();
        let said = quoted(&ended.stderr, &repeated);
        if !ended.status.success() {
            return Err(format!("it ended with {}{said}", ended.status));
        }
        let secret = value(ended.stdout).map_err(|why| format!("what it prints: {why}{said}"))?;
        printed().insert(words.to_vec(), secret.clone());
        Ok((secret, Some(said.trim_start_matches([':', ' ']).to_owned()).filter(|said| !said.is_empty())))
    }
}

/// The value that bytes are, without one newline at their end.
fn value(bytes: Vec<u8>) -> Result<Secret, String> {
    if bytes.len() > MOST {
        return Err(format!("it is larger than {} KiB", MOST / 1024));
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(Secret::new(text)) }
}

/// The beginning of what a program wrote to its standard error, ready to be put behind a sentence; without `secret`.
fn quoted(stderr: &str, secret: &str) -> String {
    let stderr = if secret.is_empty() { stderr.to_owned() } else { stderr.replace(secret, "…") };
    let lines: Vec<String> = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES).map(shown).collect();
    if lines.is_empty() { String::new() } else { format!(": {}", lines.join(" / ")) }
}

/// Whose a secret is, in words.
fn owner(inventory: &Inventory, origin: &Origin) -> String {
    // `hosts[3].secrets.NAME`: the host is two steps above.
    let host = origin.route.as_ref().map(|route| route.above().above());
    match &origin.layer {
        Layer::Profile(name) => format!("the profile `{name}`"),
        Layer::Rule(_) => "a rule".to_owned(),
        _ => {
            let host = inventory.parts().hosts.iter().find(|entry| Some(&entry.route) == host.as_ref());
            host.map_or_else(|| "a host".to_owned(), |host| format!("`{}`", shown(&host.label())))
        }
    }
}

/// What `work` makes of each item, in their order; a few at a time.
fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE.min(items.len()))
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(n) else { return mine };
                        mine.push((n, work(item)));
                    }
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("reading a secret does not panic")).collect()
    });
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, result)| result).collect()
}
