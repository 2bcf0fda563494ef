//! Diagnostics as rustc prints them, by annotate-snippets.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use pxectl_model::diag::{Diagnostic, Place, Severity};
use pxectl_model::source::{Source, Sources, Span};

/// All findings as text, with ANSI styles; `locate` finds the bytes of a place.
pub fn diagnostics(found: &[Diagnostic], sources: &Sources, locate: &dyn Fn(&Place) -> Option<Span>) -> String {
    // Styled always: whatever prints it strips that where it is not wanted.
    let renderer = Renderer::styled();
    let mut text = String::new();
    for diagnostic in found {
        text.push_str(&one(diagnostic, sources, locate, &renderer));
        text.push_str("\n\n");
    }
    text
}

/// How many findings there are, as in `1 error, 2 warnings`; notes only where there are some.
pub fn summary(found: &[Diagnostic]) -> String {
    let count = |severity| found.iter().filter(|d| d.severity == severity).count();
    let words = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let words = words.map(|(severity, one)| (count(severity), one, severity));
    let told = words.into_iter().filter(|(n, _, severity)| *n > 0 || *severity > Severity::Note);
    told.map(|(n, one, _)| format!("{n} {one}{}", if n == 1 { "" } else { "s" })).collect::<Vec<_>>().join(", ")
}

fn one(d: &Diagnostic, sources: &Sources, locate: &dyn Fn(&Place) -> Option<Span>, renderer: &Renderer) -> String {
    let level = match d.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&d.message).id(d.rule.0));
    let mut places: Vec<(Span, AnnotationKind, &str)> = Vec::new();
    if let Some(span) = locate(&d.at) {
        places.push((span, AnnotationKind::Primary, d.label.as_deref().unwrap_or("")));
    }
    for related in &d.related {
        if let Some(span) = locate(&related.at) {
            places.push((span, AnnotationKind::Context, &related.text));
        }
    }
    // One snippet a file, the one with the finding first.
    let mut files = Vec::new();
    for (span, ..) in &places {
        if !files.contains(&span.file) {
            files.push(span.file);
        }
    }
    for file in files {
        let Some(Source { name, text }) = sources.get(file) else { continue };
        let mut snippet = Snippet::source(&**text).path(name);
        for (span, kind, label) in places.iter().filter(|(span, ..)| span.file == file) {
            let annotation = kind.span(span.start..span.end);
            snippet = snippet.annotation(if label.is_empty() { annotation } else { annotation.label(*label) });
        }
        group = group.element(snippet);
    }
    if let Some(help) = &d.help {
        group = group.element(Level::HELP.message(help));
    }
    let see = format!("see docs/rules.md#{}", d.rule);
    group = group.element(Level::NOTE.message(&see));
    renderer.render(&[group])
}
