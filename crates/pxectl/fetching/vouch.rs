//! What publishers say that artifacts must hash to, held against what was locked.

use std::sync::Arc;

use pxectl_model::digest::Digest;
use pxectl_model::lock::{FILE_NAME, Locked, Trust};
use pxectl_store::fetch::{Evidence, PaperFault, Papers, Query, Remedy, Step, Watch};

use super::plan::Task;
use super::run::Problem;

/// What to do where a word could not be had, or is not to be believed.
fn hint(fault: &PaperFault) -> &'static str {
    match (fault.remedy, fault.refused) {
        (Remedy::Told, _) => "nothing was fetched; docs/images.md#checksum-files tells what counts, and as what",
        (Remedy::Server, true) => {
            "nothing was fetched. A mirror in the middle of an update may hold files that do not belong together: try again, or another mirror"
        }
        (Remedy::Server, false) => fault
            .advice
            .unwrap_or("look at that address in a browser; `url: [FIRST, SECOND]` names mirrors, which are tried in order"),
        (Remedy::Own, true) => "it is a file of the lab: put there what its publisher has",
        (Remedy::Own, false) => "relative paths begin at the inventory's folder",
        (Remedy::Key, _) => {
            "`gpg --show-keys FILE` prints the fingerprints of a file of keys; pin the one that its publisher names, with that key's file"
        }
    }
}

/// What to do where an unsigned file and the lock file differ.
const UNSIGNED: &str = "whoever can write to that server could have changed both files. If it is to be another one now, take its entry out of \
                        pxectl.lock and fetch again; a checksum file that is signed (`key`) is followed by itself";

/// Asks the publisher, where the inventory names one, and makes the task one for what he says.
///
/// # Errors
/// Where he is not to be believed, or cannot be asked and nothing was locked before.
pub async fn vouch(task: &mut Task, papers: &Papers, watch: &Arc<dyn Watch>) -> Result<(), Problem> {
    let Some(query) = &task.query else { return Ok(()) };
    let query = Query { auth: task.want.auth.clone(), ..query.clone() };
    match (papers.evidence(&query).await, &task.locked) {
        (Ok(evidence), _) => follow(task, &evidence),
        // It was verified once, and reviewed with the lock file: a server that is down does not make it worse.
        (Err(fault), Some(_)) if !fault.refused => {
            let note = format!("{}; keeping to what {FILE_NAME} says", fault.text);
            watch.step(task.name.as_str(), Step::Note(note));
            Ok(())
        }
        (Err(fault), _) => {
            let hint = Some(hint(&fault).to_owned());
            Err(Problem { text: fault.text, mismatch: fault.refused, hint })
        }
    }
}

fn follow(task: &mut Task, evidence: &Evidence) -> Result<(), Problem> {
    let differs = task.locked.as_ref().is_some_and(|locked| contradicts(locked, evidence));
    if differs && !evidence.is_firm() {
        let said = digest(evidence).map(|digest| format!("{} {digest}", digest.algorithm())).unwrap_or_default();
        let locked = task.locked.as_ref().map(|locked| of_lock(locked, evidence)).unwrap_or_default();
        let text = format!("its checksum file says {said}, and {FILE_NAME} has {locked}; nobody signed the checksum file");
        return Err(Problem { text, mismatch: true, hint: Some(UNSIGNED.to_owned()) });
    }
    task.trust = if evidence.key.is_some() { Trust::Signed } else { Trust::Checksums };
    task.key = evidence.key;
    task.asked = true;
    match &task.locked {
        Some(locked) if !differs && knows(locked, evidence) => {
            task.want.sha256 = Some(locked.sha256);
            task.want.sha512 = None;
        }
        // What was locked holds beside a word that nobody signed: both have to fit.
        Some(locked) if !evidence.is_firm() => {
            task.want.sha256 = Some(locked.sha256);
            task.want.sha512 = evidence.sha512;
        }
        _ => {
            task.want.sha256 = evidence.sha256;
            task.want.sha512 = evidence.sha512;
            task.want.size = None;
        }
    }
    Ok(())
}

fn digest(evidence: &Evidence) -> Option<Digest> {
    evidence.sha256.map(Digest::Sha256).or(evidence.sha512.map(Digest::Sha512))
}

/// Whether the lock file has another digest of the same kind.
fn contradicts(locked: &Locked, evidence: &Evidence) -> bool {
    let short = evidence.sha256.is_some_and(|digest| digest != locked.sha256);
    short || evidence.sha512.zip(locked.sha512).is_some_and(|(digest, known)| digest != known)
}

/// Whether what was locked is what the evidence means, as far as the lock file can tell.
fn knows(locked: &Locked, evidence: &Evidence) -> bool {
    evidence.sha256.is_some() || locked.sha512.is_some()
}

fn of_lock(locked: &Locked, evidence: &Evidence) -> String {
    match (evidence.sha256, locked.sha512) {
        (None, Some(wide)) => format!("sha512 {wide}"),
        _ => format!("sha256 {}", locked.sha256),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pxectl_model::digest::{Sha256, Sha512};
    use pxectl_model::fingerprint::Fingerprint;
    use pxectl_model::utc::Utc;
    use pxectl_store::fetch::Want;

    fn locked(sha512: Option<u8>) -> Locked {
        let sha512 = sha512.map(|byte| Sha512([byte; 64]));
        Locked {
            member: None,
            built: None,
            url: None,
            size: 1,
            sha256: Sha256([1; 32]),
            sha512,
            trust: Trust::FirstUse,
            key: None,
            version: pxectl_model::lock::Version::default(),
            fetched: Utc::of(0),
        }
    }

    fn task(locked: Option<Locked>) -> Task {
        let want = Want {
            checked_inside: false,
            maybe: None,
            name: "a".into(),
            urls: Vec::new(),
            sha256: locked.as_ref().map(|l| l.sha256),
            sha512: None,
            size: Some(1),
            auth: None,
        };
        let name = "a".parse().unwrap();
        Task {
            name,
            path: None,
            want,
            sealed: None,
            member: None,
            archive: None,
            trust: Trust::FirstUse,
            key: None,
            query: None,
            asked: false,
            locked,
        }
    }

    fn says(short: Option<u8>, wide: Option<u8>) -> Evidence {
        let (sha256, sha512) = (short.map(|byte| Sha256([byte; 32])), wide.map(|byte| Sha512([byte; 64])));
        Evidence { sha256, sha512, key: None, own: false }
    }

    fn signed(evidence: Evidence) -> Evidence {
        Evidence { key: Some(Fingerprint::V4([7; 20])), ..evidence }
    }

    #[test]
    fn what_agrees_raises_the_trust() {
        let mut known = task(Some(locked(None)));
        follow(&mut known, &says(Some(1), None)).unwrap();
        assert_eq!(
            (known.trust, known.key, known.want.sha256, known.want.size),
            (Trust::Checksums, None, Some(Sha256([1; 32])), Some(1))
        );
        follow(&mut known, &signed(says(Some(1), None))).unwrap();
        assert_eq!((known.trust, known.key), (Trust::Signed, Some(Fingerprint::V4([7; 20]))));
        let mut new = task(None);
        follow(&mut new, &says(None, Some(2))).unwrap();
        assert_eq!((new.want.sha256, new.want.sha512, new.asked), (None, Some(Sha512([2; 64])), true));
    }

    #[test]
    fn only_a_signature_changes_what_was_locked() {
        let mut known = task(Some(locked(None)));
        let problem = follow(&mut known, &says(Some(2), None)).unwrap_err();
        assert!(problem.mismatch && problem.text.contains("its checksum file says sha256 0202"), "{}", problem.text);
        assert_eq!(known.want.sha256, Some(Sha256([1; 32])));
        follow(&mut known, &signed(says(Some(2), None))).unwrap();
        assert_eq!((known.want.sha256, known.want.size), (Some(Sha256([2; 32])), None));
        // A file of the lab was edited by whoever edits the lab.
        let mut known = task(Some(locked(None)));
        follow(&mut known, &Evidence { own: true, ..says(Some(3), None) }).unwrap();
        assert_eq!((known.want.sha256, known.trust), (Some(Sha256([3; 32])), Trust::Checksums));
    }

    #[test]
    fn the_longer_digest_alone() {
        let mut known = task(Some(locked(Some(5))));
        follow(&mut known, &says(None, Some(5))).unwrap();
        assert_eq!((known.want.sha256, known.want.sha512), (Some(Sha256([1; 32])), None));
        assert!(follow(&mut known, &says(None, Some(6))).unwrap_err().text.contains("has sha512 0505"));
        // The lock file cannot tell: the bytes are fetched and hashed.
        let mut unknown = task(Some(locked(None)));
        follow(&mut unknown, &signed(says(None, Some(5)))).unwrap();
        assert_eq!((unknown.want.sha256, unknown.want.sha512), (None, Some(Sha512([5; 64]))));
        // Nobody signed it: what was locked must fit, too.
        let mut unknown = task(Some(locked(None)));
        follow(&mut unknown, &says(None, Some(5))).unwrap();
        assert_eq!((unknown.want.sha256, unknown.want.sha512), (Some(Sha256([1; 32])), Some(Sha512([5; 64]))));
    }
}
