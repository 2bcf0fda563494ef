//! What goes with a boot: the DHCP answer, files, values, scripts.

use super::{Page, shown_long};
use crate::explain::{AnswerLine, Case, Explanation, FileLine, From};
use crate::listing::count;
use crate::session::Level;
use crate::show::lines::changed;
use crate::show::size::size;
use crate::show::style::{dim, red};

/// Characters of a value; the whole is in the script and in JSON.
const VALUE_MOST: usize = 60;

impl Page {
    pub(super) fn dhcp(&mut self, e: &Explanation) {
        self.section("DHCP", "");
        let mut rows = Vec::new();
        for card in &e.cards {
            let ip = match (&card.ip, &card.subnet) {
                (Some(ip), Some(subnet)) => format!("{ip}, reserved in {subnet}"),
                (Some(ip), None) => format!("{ip} is in no network of this site: nothing is reserved"),
                (None, _) => "no reservation".to_owned(),
            };
            rows.push(vec![card.mac.clone(), ip, dim(card.at.as_deref().unwrap_or_default())]);
        }
        if !e.cards.iter().any(|card| card.subnet.is_some()) {
            for range in &e.dynamic {
                rows.push(vec![
                    "any card".to_owned(),
                    format!("one of {}", range.range),
                    dim(range.at.as_deref().unwrap_or_default()),
                ]);
            }
        }
        for case in &e.cases {
            let dhcp = &case.dhcp;
            let nbp = match &case.nbp {
                Ok(FileLine { path, size: Some(bytes) }) => {
                    dim(&format!("{}, {}", shown_long(&path.display().to_string()), size(*bytes)))
                }
                _ => red("not there"),
            };
            match &dhcp.pxe {
                Some(file) => {
                    rows.push(vec![case.firmware.to_string(), format!("next-server {}, filename {file}", dhcp.next_server), nbp])
                }
                None => {
                    rows.push(vec![case.firmware.to_string(), "no boot file: not in `lab.firmware`".to_owned(), String::new()])
                }
            }
            if let Some(url) = &dhcp.http {
                rows.push(vec![format!("{} by HTTP", case.firmware), url.clone(), dim("the same file")]);
            }
        }
        if let Some(case) = e.cases.first() {
            rows.push(vec!["iPXE".to_owned(), case.dhcp.ipxe.clone(), dim("which asks for the script below")]);
        }
        self.rows(&rows);
    }

    pub(super) fn artifacts(&mut self, e: &Explanation, first: &Case) {
        if e.cases.iter().all(|case| case.artifacts.is_empty()) {
            return;
        }
        self.section("Files that it loads", "");
        let mut rows = Vec::new();
        for case in &e.cases {
            for artifact in &case.artifacts {
                let same = first.artifacts.contains(artifact);
                if same && case.firmware != first.firmware {
                    continue;
                }
                let role = if same { artifact.role.clone() } else { format!("{} on {}", artifact.role, case.firmware) };
                let absent = if artifact.url.is_some() { "not fetched" } else { "not there" };
                let here = artifact.file.as_ref().and_then(|file| file.size);
                let (name, bytes) = match &artifact.inside {
                    None => (artifact.name.clone(), here.map_or_else(|| red(absent), size)),
                    Some(inside) => {
                        let absent = if inside.absent.is_some() { "not in it" } else { absent };
                        let pieces =
                            inside.extents.map_or_else(String::new, |extents| format!(" in {}", count(extents, "extent")));
                        let bytes = inside.size.map_or_else(|| red(absent), |bytes| format!("{}{pieces}", size(bytes)));
                        (format!("{}{}", artifact.name, inside.path), bytes)
                    }
                };
                let digest = match &artifact.sha256 {
                    Some(digest) => format!("sha256 {}…", digest.get(..12).unwrap_or(digest)),
                    None => "no digest".to_owned(),
                };
                let file = artifact.file.as_ref().map(|file| file.path.display().to_string());
                let path = shown_long(&artifact.url.clone().or(file).unwrap_or_default());
                let at = dim(artifact.at.as_deref().unwrap_or_default());
                rows.push(vec![role, name, bytes, digest, format!("{path}  {at}")]);
            }
        }
        self.rows(&rows);
    }

    pub(super) fn values(&mut self, e: &Explanation, first: &Case) {
        if first.values.is_empty() {
            return;
        }
        self.section("Values", "and who gave each");
        let mut rows = Vec::new();
        for case in &e.cases {
            for value in &case.values {
                let same = first.values.contains(value);
                if same && case.firmware != first.firmware {
                    continue;
                }
                let key = if same { value.key.clone() } else { format!("{} on {}", value.key, case.firmware) };
                rows.push(vec![key, short(&value.value), from(&value.from)]);
                for (text, by) in &value.over {
                    rows.push(vec![String::new(), format!("  in place of {}", short(text)), from(by)]);
                }
            }
        }
        self.rows(&rows);
    }

    pub(super) fn script(&mut self, e: &Explanation, first: &Case) {
        let template = format!("{}, from {}", first.firmware, first.script.template_file);
        self.section("Script", &template);
        for line in first.script.text.lines() {
            self.line(&format!("  {line}"));
        }
        for other in e.cases.iter().skip(1) {
            let differing = changed(&first.script.text, &other.script.text);
            if differing.is_empty() {
                self.line(&dim(&format!("  {} gets the same.", other.firmware)));
                continue;
            }
            if other.script.template != first.script.template {
                self.section("Script", &format!("{}, from {}", other.firmware, other.script.template_file));
                other.script.text.lines().for_each(|line| self.line(&format!("  {line}")));
                continue;
            }
            self.section("Script", &format!("{}, where it differs", other.firmware));
            for (old, line) in differing {
                self.line(&format!("  {} {line}", if old { '-' } else { '+' }));
            }
        }
    }

    pub(super) fn answers(&mut self, e: &Explanation, level: Level) {
        let mut told: Vec<&AnswerLine> = Vec::new();
        for (case, answer) in e.cases.iter().flat_map(|case| case.answers.iter().map(move |answer| (case, answer))) {
            if told.contains(&answer) {
                continue;
            }
            told.push(answer);
            let bytes = size(answer.text.len() as u64);
            let about = format!("{}, {bytes}, from {}", case.firmware, answer.template_file);
            self.section(&format!("Answer file {}", answer.name), &about);
            self.line(&format!("  named by {}", from(&answer.from)));
            if level > Level::Normal {
                answer.text.lines().for_each(|line| self.line(&format!("  {line}")));
            } else {
                self.line(&dim("  -v shows it, and so does `pxectl render answer`"));
            }
        }
    }
}

fn from(from: &From) -> String {
    match &from.at {
        Some(at) => format!("{}  {}", from.layer, dim(at)),
        None => from.layer.clone(),
    }
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(VALUE_MOST).collect();
    if text.chars().nth(VALUE_MOST).is_some() {
        short.push('…');
    }
    short
}
