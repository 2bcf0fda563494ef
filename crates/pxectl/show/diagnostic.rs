//! Diagnostics as rustc prints them, by annotate-snippets.

use std::collections::HashMap;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use pxectl_inventory::Reading;
use pxectl_inventory::findings::whole;
use pxectl_model::diag::{Diagnostic, Fix, Severity};
use pxectl_model::source::{FileId, Source, Sources, Span};

use crate::report::{Lines, link};

/// Places of one file that lie so many lines apart are shown as pieces of their own.
const FAR: usize = 200;

/// Pieces of more bytes than this are named and not quoted: nobody reads such a line, and going through it for each of two
/// thousand findings takes minutes.
const QUOTED: usize = 16 << 10;

/// All findings as text, with ANSI styles.
pub fn diagnostics(found: &[Diagnostic], reading: &Reading) -> String {
    // Styled always: whatever prints it strips that where it is not wanted.
    let veiled = reading.veiled(found);
    let sources = veiled.as_ref().unwrap_or(&reading.sources);
    let mut printer = Printer { reading, sources, renderer: Renderer::styled(), lines: HashMap::new() };
    found.iter().map(|diagnostic| printer.one(diagnostic) + "\n\n").collect()
}

/// How many findings there are, as in `1 error, 2 warnings`; notes only where there are some.
pub fn summary(found: &[Diagnostic]) -> String {
    let count = |severity| found.iter().filter(|d| d.severity == severity).count();
    let words = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let words = words.map(|(severity, one)| (count(severity), one, severity));
    let told = words.into_iter().filter(|(n, _, severity)| *n > 0 || *severity > Severity::Note);
    told.map(|(n, one, _)| format!("{n} {one}{}", if n == 1 { "" } else { "s" })).collect::<Vec<_>>().join(", ")
}

struct Printer<'r> {
    reading: &'r Reading,
    /// The texts as they may be quoted.
    sources: &'r Sources,
    renderer: Renderer,
    lines: HashMap<FileId, Lines<'r>>,
}

/// A place, what is said of it, and how.
type Mark<'d> = (Span, AnnotationKind, &'d str);

/// A piece of one text, and the marks in it.
struct Piece<'r, 'd> {
    path: String,
    text: &'r str,
    /// The byte of the whole text at which it begins.
    base: usize,
    /// The number of its first line.
    line: usize,
    marks: Vec<Mark<'d>>,
}

impl<'r> Printer<'r> {
    fn one(&mut self, d: &Diagnostic) -> String {
        let level = match d.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut group = Group::with_title(level.primary_title(&d.message).id(d.rule.0));
        let primary = self.reading.locate(&d.at);
        let mut marks: Vec<Mark> = Vec::new();
        marks.extend(primary.map(|at| (at, AnnotationKind::Primary, d.label.as_deref().unwrap_or(""))));
        let others = d.related.iter().filter_map(|other| Some((self.reading.locate(&other.at)?, other.text.as_str())));
        marks.extend(others.map(|(at, text)| (at, AnnotationKind::Context, text)));
        let pieces = self.pieces(marks);
        for piece in &pieces {
            if piece.text.len() > QUOTED {
                for (span, ..) in &piece.marks {
                    let (line, column) = self.lines.get(&span.file).map_or((1, 1), |lines| lines.place(span.start));
                    group = group.element(Origin::path(&piece.path).line(line).char_column(column));
                }
                continue;
            }
            let annotations = piece.marks.iter().map(|(span, kind, label)| {
                let annotation = kind.span(span.start - piece.base..span.end - piece.base);
                if label.is_empty() { annotation } else { annotation.label(*label) }
            });
            group = group.element(Snippet::source(piece.text).path(&piece.path).line_start(piece.line).annotations(annotations));
        }
        if let Some(help) = &d.help {
            group = group.element(Level::HELP.message(help));
        }
        let see = format!("see {}", link(d.rule.0));
        group = group.element(Level::NOTE.message(&see));
        let fix = d.fix.as_ref().and_then(|fix| Some((fix, self.reading.edits(&fix.change)?)));
        let Some((fix, edits)) = fix else { return self.renderer.render(&[group]) };
        let patched = self.pieces(edits.iter().map(|(span, text)| (*span, AnnotationKind::Primary, text.as_str())).collect());
        let mut suggestion = Group::with_title(Level::HELP.secondary_title(title(fix)));
        for piece in patched.iter().filter(|piece| piece.text.len() <= QUOTED) {
            let patches =
                piece.marks.iter().map(|(span, _, new)| Patch::new(span.start - piece.base..span.end - piece.base, *new));
            suggestion =
                suggestion.element(Snippet::source(piece.text).path(&piece.path).line_start(piece.line).patches(patches));
        }
        self.renderer.render(&[group, suggestion])
    }

    /// One piece a file, the one with the first mark first; only as much of each text as is looked at, since large ones are slow
    /// to go through for each of many findings.
    fn pieces<'d>(&mut self, marks: Vec<Mark<'d>>) -> Vec<Piece<'r, 'd>> {
        let mut pieces: Vec<(FileId, usize, usize, Vec<Mark>)> = Vec::new();
        for mark in marks {
            let span = mark.0;
            let Some(source) = self.sources.get(span.file) else { continue };
            let lines = self.lines.entry(span.file).or_insert_with(|| Lines::of(&source.text));
            let (first, last) = (lines.line(span.start), lines.line(span.end));
            let near = |piece: &&mut (FileId, usize, usize, Vec<Mark>)| {
                piece.0 == span.file && first <= piece.2.saturating_add(FAR) && last.saturating_add(FAR) >= piece.1
            };
            match pieces.iter_mut().find(near) {
                Some(piece) => {
                    (piece.1, piece.2) = (piece.1.min(first), piece.2.max(last));
                    piece.3.push(mark);
                }
                None => pieces.push((span.file, first, last, vec![mark])),
            }
        }
        pieces.into_iter().filter_map(|(file, first, last, marks)| self.piece(file, first, last, marks)).collect()
    }

    fn piece<'d>(&self, file: FileId, first: usize, last: usize, marks: Vec<Mark<'d>>) -> Option<Piece<'r, 'd>> {
        let Source { name, text } = self.sources.get(file)?;
        let lines = self.lines.get(&file)?;
        let base = lines.start(first);
        let text = text.get(base..lines.start(last + 1))?;
        Some(Piece { path: whole(name), text, base, line: first, marks })
    }
}

fn title(fix: &Fix) -> String {
    if fix.safe { format!("{} (`lint --fix` does)", fix.title) } else { fix.title.clone() }
}
