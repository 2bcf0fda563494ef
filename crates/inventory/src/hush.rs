//! What findings want to be shown nowhere: neither in a quoted line, nor in the words of another finding about the same value.

use pxectl_model::diag::{Change, Diagnostic, Severity};
use pxectl_model::source::{Sources, Span};

use crate::read::Reading;

/// Shorter texts are in too many words to be taken out of them.
const SHORT: usize = 4;

impl Reading {
    /// The texts as they may be quoted: each byte of what findings conceal is a `*`, so that places stay what they are. None where
    /// nothing is concealed. `found` may know more than reading does.
    pub fn veiled(&self, found: &[Diagnostic]) -> Option<Sources> {
        let spans = self.secrets(found);
        if spans.is_empty() {
            return None;
        }
        let mut veiled = Sources::default();
        for (file, source) in self.sources.iter() {
            let mut text = source.text.to_string();
            for span in spans.iter().filter(|span| span.file == file) {
                let Some(secret) = text.get(span.start..span.end) else { continue };
                let stars: String =
                    secret.chars().map(|c| if c.is_whitespace() { c.to_string() } else { "*".repeat(c.len_utf8()) }).collect();
                text.replace_range(span.start..span.end, &stars);
            }
            veiled.add(source.name.clone(), text);
        }
        Some(veiled)
    }

    /// Takes what is concealed out of the words of all other findings, and fixes that would repeat it. What is not an error and is
    /// about nothing but such a value is left out: it has to go, and words about it may say it in another way.
    pub fn hush(&self, found: &mut Vec<Diagnostic>) {
        let spans = self.secrets(found);
        let within = |at: Span| spans.iter().any(|span| span.file == at.file && span.start <= at.start && at.end <= span.end);
        found.retain(|finding| {
            let kept = finding.conceal.is_some() || finding.severity == Severity::Error;
            kept || !self.locate(&finding.at).is_some_and(within)
        });
        let mut secrets: Vec<String> = self.secrets(found).into_iter().flat_map(|span| self.words(span)).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        if secrets.is_empty() {
            return;
        }
        for finding in found.iter_mut().filter(|finding| finding.conceal.is_none()) {
            if self.locate(&finding.at).is_some_and(within) {
                // Advice about a value may spell it anew.
                (finding.help, finding.label, finding.fix) = (None, None, None);
            }
            let others = finding.related.iter_mut().map(|other| &mut other.text);
            let texts = [&mut finding.message].into_iter().chain(&mut finding.label).chain(&mut finding.help).chain(others);
            for text in texts {
                for secret in secrets.iter().filter(|secret| secret.len() >= SHORT) {
                    if text.contains(secret) {
                        *text = text.replace(secret, "…");
                    }
                }
            }
            let repeats = |text: &String| secrets.iter().any(|secret| text.contains(secret));
            let changes = |change: &Change| match change {
                Change::Replace { text, .. } | Change::Add { text, .. } => repeats(text),
            };
            finding.fix.take_if(|fix| changes(&fix.change));
        }
    }

    fn secrets(&self, found: &[Diagnostic]) -> Vec<Span> {
        let mut spans: Vec<Span> = self.diagnostics.iter().chain(found).flat_map(|finding| self.concealed(finding)).collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    /// The texts of a concealed value: its lines without quotes, their words; of an argument also what stands behind the `=`.
    fn words(&self, span: Span) -> Vec<String> {
        let text = self.sources.get(span.file).and_then(|source| source.text.get(span.start..span.end)).unwrap_or("");
        let lines = text.lines().map(|line| line.trim().trim_matches(['"', '\'']));
        let parts = lines.flat_map(|line| [line].into_iter().chain(line.split_whitespace()));
        let parts = parts.flat_map(|part| [Some(part), part.split_once('=').map(|(_, value)| value)]);
        parts.flatten().filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }
}
