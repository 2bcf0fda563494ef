//! Changes that findings propose and that change nothing a machine gets, made as far as that can be proved.

use std::collections::{BTreeMap, HashMap};

use pxectl_model::diag::{Change, Diagnostic, Place, RuleId};
use pxectl_model::digest::Sha256;
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_model::rule::Meta;
use pxectl_model::source::{FileId, Span, Step, line_column};

use super::{Edited, Refused, fix, same};
use crate::draft::Draft;
use crate::read::{Input, Reading, read};
use crate::rules::structure::TOO_LARGE;

/// Changes that touch each other are made one after the other, at most so often.
const ROUNDS: usize = 8;

/// A finding that was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// Its rule.
    pub rule: RuleId,
    /// The file, as messages call it.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
    /// What was done.
    pub title: String,
}

/// Makes every safe change that the findings of an inventory propose (`Fix::safe`), those that a comment allows left out. `rules`
/// are the cards of all rules.
///
/// The result is read again: the mended findings must be gone, no other may have come, and the inventory must say what it said;
/// an added digest is the one thing that it may say besides.
///
/// # Errors
/// Where a change cannot be made, or does not prove right. Then none is made.
pub fn mend(input: &Input, recipes: &BTreeMap<Name, Recipe>, rules: &[Meta]) -> Result<(Edited, Vec<Mend>), Refused> {
    let mut input = input.clone();
    let mut before = read(&input, recipes);
    let mut files: BTreeMap<FileId, Vec<u8>> = BTreeMap::new();
    let mut mended = Vec::new();
    for _ in 0..ROUNDS {
        let (mends, changes): (Vec<Mend>, Vec<Change>) = chosen(&before, rules).into_iter().unzip();
        if changes.is_empty() {
            break;
        }
        let edited = fix(&input, recipes, &changes)?;
        prove(&before, &edited.reading, &mends, &changes, rules)?;
        mended.extend(mends);
        input = input.with(&edited.files);
        files.extend(edited.files);
        before = edited.reading;
    }
    Ok((Edited { files: files.into_iter().collect(), reading: before, outcomes: Vec::new(), warnings: Vec::new() }, mended))
}

/// What can be mended in one go: changes of bytes that do not touch each other.
fn chosen(reading: &Reading, rules: &[Meta]) -> Vec<(Mend, Change)> {
    let findings = reading.judge(reading.diagnostics.clone(), rules, &|_| false).findings;
    let mut taken: Vec<Span> = Vec::new();
    let mut found: Vec<(Span, Mend, Change)> = Vec::new();
    for finding in &findings {
        let Some((edits, mend, change)) = proposed(reading, finding) else { continue };
        found.extend(edits.first().map(|first| (*first, mend, change)));
        taken.extend(edits.into_iter().skip(1));
    }
    found.sort_by_key(|(span, ..)| *span);
    let mut last: Option<Span> = None;
    let touches = |one: Span, other: Span| one.file == other.file && one.start <= other.end && other.start <= one.end;
    found.retain(|(span, ..)| {
        let free = !last.is_some_and(|last| touches(last, *span)) && !taken.iter().any(|other| touches(*other, *span));
        if free {
            last = Some(*span);
        }
        free
    });
    found.into_iter().map(|(_, mend, change)| (mend, change)).collect()
}

fn proposed(reading: &Reading, finding: &Diagnostic) -> Option<(Vec<Span>, Mend, Change)> {
    let fix = finding.fix.as_ref().filter(|fix| fix.safe)?;
    let edits = reading.edits(&fix.change)?.into_iter().map(|(span, _)| span).collect();
    let at = reading.locate(&finding.at)?;
    let source = reading.sources.get(at.file)?;
    let (line, column) = line_column(&source.text, at.start);
    let mend = Mend { rule: finding.rule, file: source.name.clone(), line, column, title: fix.title.clone() };
    Some((edits, mend, fix.change.clone()))
}

/// Whether the new reading is the old one without what was mended.
fn prove(before: &Reading, after: &Reading, mends: &[Mend], changes: &[Change], rules: &[Meta]) -> Result<(), Refused> {
    let refused = |mend: &Mend, why: String| Refused::Unsure {
        file: mend.file.clone(),
        line: mend.line,
        why,
        by_hand: "by hand: see the finding's suggestion".to_owned(),
    };
    let Some(first) = mends.first() else { return Ok(()) };
    let (had, has) = (counts(before, rules), counts(after, rules));
    let count = |counts: &HashMap<RuleId, usize>, rule: RuleId| counts.get(&rule).copied().unwrap_or_default();
    // Beyond their limit findings are only counted: others may come up in the place of those that are gone.
    let whole = count(&had, TOO_LARGE.id) == 0;
    for rule in has.keys() {
        let gone = mends.iter().filter(|mend| whole && mend.rule == *rule);
        let (first, gone) = (gone.clone().next().unwrap_or(first), gone.count());
        if count(&has, *rule) + gone > count(&had, *rule) {
            return Err(refused(first, format!("the change would leave or bring a finding of `{rule}`")));
        }
    }
    let mut wanted = before.draft.clone();
    for (mend, change) in mends.iter().zip(changes) {
        if !intend(&mut wanted, change, &after.draft) {
            return Err(refused(mend, format!("`{}` cannot be proved to change nothing else", mend.title)));
        }
    }
    if same(&wanted, &after.draft) {
        Ok(())
    } else {
        Err(refused(first, "the changes would change what the inventory says".to_owned()))
    }
}

/// How many findings there are of each rule, allowed ones included.
fn counts(reading: &Reading, rules: &[Meta]) -> HashMap<RuleId, usize> {
    let judged = reading.judge(reading.diagnostics.clone(), rules, &|_| true);
    let mut counts = HashMap::new();
    let allowed = judged.allowed.iter().map(|allowed| &allowed.finding);
    judged.findings.iter().chain(allowed).for_each(|finding| *counts.entry(finding.rule).or_default() += 1);
    counts
}

/// Lets the wanted draft say what a change adds, where `after` says just that. A replaced value adds nothing: it says what it said.
fn intend(wanted: &mut Draft, change: &Change, after: &Draft) -> bool {
    let Change::Add { to, key, text } = change else { return matches!(change, Change::Replace { at: Place::Route(_), .. }) };
    let steps = to.steps();
    let [Step::Key(section), Step::Key(name)] = steps.as_slice() else { return false };
    if (&**section, key.as_str()) != ("artifacts", "sha256") {
        return false;
    }
    let digest = text.trim_matches(['"', '\'']).parse::<Sha256>().ok();
    let now = after.artifacts.iter().find(|artifact| artifact.name.value.as_str() == &**name).and_then(|it| it.sha256.clone());
    let old = wanted.artifacts.iter_mut().find(|artifact| artifact.name.value.as_str() == &**name);
    match (old, now) {
        (Some(old), Some(now)) if old.sha256.is_none() && digest == Some(now.value) => {
            old.sha256 = Some(now);
            true
        }
        _ => false,
    }
}
