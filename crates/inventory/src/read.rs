//! Bytes to a reading: the one way in.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pxectl_model::diag::{Diagnostic, Place, Severity};
use pxectl_model::inventory::Inventory;
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_model::source::{FileId, Route, Source, Sources, Span};

use crate::allow::Allow;
use crate::draft::{Draft, LockDraft};
use crate::findings::{Findings, shown};
use crate::rules::structure::{INCLUDE, LOCK_FILE, MISSING_KEY, TOO_LARGE, UNSOUND};
use crate::tree::{self, Budget, Kind, Node, Parsed};
use crate::{allow, limits, lower, prove, rules, stock, text, wire};

/// One file as it was found.
#[derive(Debug, Clone)]
pub struct File {
    /// What it is called in messages: the path as the person gave it.
    pub name: String,
    /// Its content, whatever that is.
    pub bytes: Vec<u8>,
}

/// A pattern of `include`: the roof looks for the files that fit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// As written: a path with `*`, relative to the inventory's folder.
    pub pattern: String,
    /// Where it is written.
    pub route: Route,
}

/// What was found for one pattern.
#[derive(Debug, Clone)]
pub struct Included {
    /// Where the pattern is written.
    pub route: Route,
    /// The files, in the order in which they are to be read; or why none could be.
    pub found: Result<Vec<File>, String>,
}

/// Everything that an inventory is made of.
#[derive(Debug, Clone)]
pub struct Input {
    /// The inventory itself.
    pub main: File,
    /// Its folder: relative paths in it are joined with this.
    pub folder: PathBuf,
    /// What its `include` led to; see [`includes`].
    pub included: Vec<Included>,
    /// The lock file beside it.
    pub lock: LockInput,
}

/// The lock file as it was found.
#[derive(Debug, Clone, Default)]
pub enum LockInput {
    /// Nobody looked: nothing is said about it.
    #[default]
    Unasked,
    /// There is none.
    Missing,
    /// There is one.
    Found(File),
    /// There is something that cannot be read: what it is called, and why.
    Unreadable(String, String),
}

impl Input {
    /// Every file once, in the order in which [`read`] numbers them.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        let mut seen = HashSet::new();
        let included = self.included.iter().filter_map(|included| included.found.as_ref().ok()).flatten();
        // Two patterns may fit one file.
        std::iter::once(&self.main).chain(included).filter(move |file| seen.insert(file.name.as_str()))
    }

    /// The same with other content in some files.
    #[must_use]
    pub(crate) fn with(&self, files: &[(FileId, Vec<u8>)]) -> Self {
        let names: Vec<&str> = self.files().map(|file| file.name.as_str()).collect();
        let mut input = self.clone();
        let included = input.included.iter_mut().filter_map(|included| included.found.as_mut().ok()).flatten();
        for file in std::iter::once(&mut input.main).chain(included) {
            let new = files.iter().find(|(id, _)| names.get(id.0 as usize) == Some(&file.name.as_str()));
            if let Some((_, bytes)) = new {
                file.bytes.clone_from(bytes);
            }
        }
        input
    }
}

/// What to do about an `include` that leads nowhere.
const PATTERNS: &str = "patterns begin at the folder of the main file; mend it, or remove it where there is nothing to include";

/// What came of reading.
#[derive(Debug)]
pub struct Reading {
    /// The texts, the main file first.
    pub sources: Sources,
    /// What they say, as far as it could be read.
    pub draft: Draft,
    /// All findings, sorted by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The inventory, where nothing is an error.
    pub inventory: Option<Arc<Inventory>>,
    /// The span tree of each text.
    trees: Vec<Option<Node>>,
    /// The comments that speak to pxectl, in the order of the texts.
    pub(crate) allows: Vec<Allow>,
    /// How many more of them there may be.
    pub(crate) allows_left: usize,
    /// Where texts without a tree, templates, begin to say something.
    pub(crate) first_words: BTreeMap<FileId, usize>,
}

/// The patterns of the main file's `include`, as far as it can be read; what is wrong with it [`read`] tells.
pub fn includes(main: &[u8]) -> Vec<Include> {
    let key = b"include";
    if main.len() > limits::TEXT || !main.windows(key.len()).any(|window| window == key) {
        return Vec::new();
    }
    let decoded = text::decode(FileId(0), main);
    let mut budget = Budget { events: limits::EVENTS };
    let root = decoded.readable.then(|| tree::parse_to("include", FileId(0), &decoded.text, &mut budget));
    let Some(Some(root)) = root else { return Vec::new() };
    let Kind::Map(map) = &root.real().kind else { return Vec::new() };
    let Some(Kind::List(items)) = map.get("include").map(|entry| &entry.value.real().kind) else { return Vec::new() };
    let route = Route::root(FileId(0)).key("include");
    let pattern = |(n, item): (usize, &Node)| match &item.real().kind {
        Kind::Text { text, .. } if !item.is_null() => Some(Include { pattern: text.to_string(), route: route.index(n) }),
        _ => None,
    };
    items.iter().take(limits::ITEMS).enumerate().filter_map(pattern).collect()
}

/// Reads an inventory. Never stops at the first problem, and never panics, whatever the bytes are.
pub fn read(input: &Input, recipes: &BTreeMap<Name, Recipe>) -> Reading {
    let (mut reading, mut findings) = gather(input, recipes);
    rules::run(&reading.draft, &mut findings);
    if findings.errors() == 0 {
        match prove::prove(&reading.draft, &input.folder) {
            Ok(sound) => reading.inventory = Some(Arc::new(sound)),
            Err(why) => {
                let message = format!("this inventory is not sound: {why}");
                findings.push(UNSOUND.at(Place::File(FileId(0)), message).help("please report this as a fault of pxectl"));
            }
        }
    }
    let mut diagnostics = findings.into_list();
    reading.sort(&mut diagnostics);
    reading.diagnostics = diagnostics;
    reading
}

/// What the texts say, with nothing judged: for whoever is about to change them.
pub(crate) fn unjudged(input: &Input, recipes: &BTreeMap<Name, Recipe>) -> Reading {
    gather(input, recipes).0
}

/// Reads the texts, as far as they can be.
fn gather(input: &Input, recipes: &BTreeMap<Name, Recipe>) -> (Reading, Findings) {
    let mut findings = Findings::default();
    let mut reader = Reader {
        folder: &input.folder,
        sources: Sources::default(),
        trees: Vec::new(),
        allows: Vec::new(),
        allows_left: limits::ALLOWS,
        draft: Draft { recipes: recipes.clone(), ..Draft::default() },
        text_left: limits::TEXT,
        budget: Budget { events: limits::EVENTS },
    };
    reader.file(&input.main, &mut findings);
    let mut seen = HashSet::from([input.main.name.as_str()]);
    // Of a main file that cannot be read nothing is known that hosts could be held against.
    let included = if reader.trees.iter().all(Option::is_some) { &input.included[..] } else { &[] };
    for included in included {
        let place = Place::Route(included.route.clone());
        match &included.found {
            Err(why) => findings.push(INCLUDE.at(place, format!("this cannot be included: {}", shown(why))).help(PATTERNS)),
            Ok(files) if files.is_empty() => findings.push(INCLUDE.at(place, "no file fits this pattern").help(PATTERNS)),
            Ok(files) => {
                for file in files {
                    // Two patterns may fit one file.
                    if seen.insert(&file.name) {
                        reader.file(file, &mut findings);
                    }
                }
            }
        }
    }
    match &input.lock {
        LockInput::Unasked => {}
        LockInput::Missing => reader.draft.lock = LockDraft::Missing,
        LockInput::Found(file) => reader.lock(file, &mut findings),
        LockInput::Unreadable(name, why) => {
            let id = reader.sources.add(name.clone(), "");
            reader.trees.push(None);
            let message = format!("the lock file cannot be read: {}", shown(why));
            findings
                .push(LOCK_FILE.at(Place::File(id), message).help("without it nobody knows what was verified; make it readable"));
        }
    }
    let Reader { sources, trees, allows, allows_left, mut draft, .. } = reader;
    stock::provide(&mut draft);
    let (diagnostics, first_words) = (Vec::new(), BTreeMap::new());
    let reading = Reading { sources, draft, diagnostics, inventory: None, trees, allows, allows_left, first_words };
    (reading, findings)
}

struct Reader<'i> {
    folder: &'i Path,
    sources: Sources,
    trees: Vec<Option<Node>>,
    allows: Vec<Allow>,
    allows_left: usize,
    draft: Draft,
    text_left: usize,
    budget: Budget,
}

impl Reader<'_> {
    fn file(&mut self, file: &File, findings: &mut Findings) {
        let before = findings.errors();
        self.with_text(file, findings, |reader, id, text, findings| {
            let parsed = reader.tree(id, text, findings)?;
            if findings.errors() == before
                && let Some(refusal) = wire::confirm(id, text, &parsed)
            {
                findings.push(refusal);
            }
            reader.allows.extend(allow::allows(id, text, &parsed.root, &mut reader.allows_left, findings));
            Some(parsed.root)
        });
    }

    /// The lock file; it comes last, after whatever is included.
    fn lock(&mut self, file: &File, findings: &mut Findings) {
        let before = findings.errors();
        self.with_text(file, findings, |reader, id, text, findings| {
            let root = tree::parse(id, text, &mut reader.budget, findings).map(|parsed| parsed.root);
            let lock = root.as_ref().map(|root| lower::lock(id, root, findings));
            if findings.errors() == before {
                match lock {
                    Some(lock) => reader.draft.lock = LockDraft::Read { file: id, lock },
                    None => {
                        let help = "restore it from git, or remove it and run `pxectl fetch`";
                        findings.push(MISSING_KEY.at(Place::File(id), "this lock file holds nothing").help(help));
                    }
                }
            }
            root
        });
    }

    /// Adds a file's text, and its tree as `parse` makes it.
    fn with_text(
        &mut self,
        file: &File,
        findings: &mut Findings,
        parse: impl FnOnce(&mut Self, FileId, &str, &mut Findings) -> Option<Node>,
    ) {
        let Some(left) = self.text_left.checked_sub(file.bytes.len()) else {
            let id = self.sources.add(file.name.clone(), "");
            self.trees.push(None);
            let message = format!("an inventory has at most {} MiB of text", limits::TEXT >> 20);
            let help = "split the lab, or let profiles and rules say what thousands of entries repeat";
            findings.push(TOO_LARGE.at(Place::File(id), message).help(help));
            return;
        };
        self.text_left = left;
        let id = FileId(u32::try_from(self.trees.len()).unwrap_or(u32::MAX));
        let decoded = text::decode(id, &file.bytes);
        decoded.findings.into_iter().for_each(|finding| findings.push(finding));
        let root = if decoded.readable { parse(self, id, &decoded.text, findings) } else { None };
        self.sources.add(file.name.clone(), decoded.text);
        self.trees.push(root);
    }

    fn tree(&mut self, id: FileId, text: &str, findings: &mut Findings) -> Option<Parsed> {
        let before = findings.errors();
        let parsed = tree::parse(id, text, &mut self.budget, findings);
        match &parsed {
            Some(Parsed { root, .. }) => lower::lower(&mut self.draft, id, root, self.folder, findings),
            None if findings.errors() == before => {
                let help = "begin with `pxectl: 1` and a `lab`";
                let message = "this file holds nothing";
                findings.push(MISSING_KEY.at(Place::File(id), message).help(help));
            }
            None => {}
        }
        parsed
    }
}

impl Reading {
    /// The bytes that a place means. A node that does not exist means the nearest one above it, and a list or mapping its first
    /// line. None for a file that is not among the sources.
    pub fn locate(&self, place: &Place) -> Option<Span> {
        match place {
            Place::Span(span) => Some(clamp(self.sources.get(span.file)?, *span)),
            Place::File(file) => self.sources.get(*file).map(|_| Span { file: *file, start: 0, end: 0 }),
            Place::Route(route) => {
                let source = self.sources.get(route.file)?;
                let root = self.trees.get(route.file.0 as usize)?;
                let at = root.as_ref().map(|root| tree::locate(root, route)).unwrap_or_default();
                Some(clamp(source, first_line(source, Span { file: route.file, start: at.start, end: at.end })))
            }
        }
    }

    /// What was read and the texts, without the rest.
    pub(crate) fn said(self) -> (Draft, Sources) {
        (self.draft, self.sources)
    }

    /// The span tree of a text; none where it could not be read.
    pub(crate) fn tree(&self, file: FileId) -> Option<&Node> {
        self.trees.get(file.0 as usize)?.as_ref()
    }

    /// Where a text begins to say something, after its first comments.
    pub(crate) fn first_byte(&self, file: FileId) -> Option<usize> {
        let tree = self.trees.get(file.0 as usize).and_then(Option::as_ref);
        tree.map(|root| root.at.start).or_else(|| self.first_words.get(&file).copied())
    }

    /// Every byte of what a finding wants to be shown nowhere: all lines of a value, and where it is an alias, what that stands for.
    pub fn concealed(&self, finding: &Diagnostic) -> Vec<Span> {
        let Some(place) = &finding.conceal else { return Vec::new() };
        let Place::Route(route) = place else { return self.locate(place).into_iter().collect() };
        let root = self.trees.get(route.file.0 as usize).and_then(Option::as_ref);
        let Some(node) = root.and_then(|root| tree::reach(root, route)) else { return Vec::new() };
        let source = self.sources.get(route.file);
        let span = |at: tree::Bytes| Some(clamp(source?, Span { file: route.file, start: at.start, end: at.end }));
        [node.at, node.real().at].into_iter().filter_map(span).collect()
    }

    /// Whether a finding is at error level.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Sorts findings by file and place, also those of other crates about the same texts.
    pub fn sort(&self, findings: &mut [Diagnostic]) {
        findings.sort_by_cached_key(|finding| (self.locate(&finding.at), finding.rule, finding.message.clone()));
    }
}

/// A span of several lines shortened to the first of them.
fn first_line(source: &Source, span: Span) -> Span {
    let text = source.text.get(span.start..span.end).unwrap_or("");
    let line = text.lines().next().unwrap_or("").trim_end();
    if line.len() == text.len() { span } else { Span { end: span.start + line.len(), ..span } }
}

/// Inside the text, whole characters.
fn clamp(source: &Source, span: Span) -> Span {
    let text = &source.text;
    let mut start = span.start.min(text.len());
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Span { file: span.file, start, end }
}
