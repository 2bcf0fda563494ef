//! Made-up inventories in every style that people write, and some that nobody should.

use std::fmt::Write;
use std::ops::Range;

/// Numbers that look random and are the same for the same seed (splitmix64, Steele et al. 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A host that was written.
#[derive(Debug, Clone)]
pub struct Written {
    pub serial: String,
    pub name: Option<String>,
    pub macs: Vec<String>,
    /// Its lines, from the comments right above it.
    pub lines: Range<usize>,
}

/// A file.
#[derive(Debug, Clone)]
pub struct Text {
    pub text: String,
    pub hosts: Vec<Written>,
}

/// Writes inventories.
pub struct Scribe<'d> {
    pub dice: &'d mut Dice,
    out: String,
    hosts: Vec<Written>,
    /// What has been used: serials, addresses, comments.
    pub count: usize,
    /// How often a comment stands somewhere, in percent.
    chatty: usize,
    anchors: Vec<String>,
    /// Whether a line that stands further in would belong to the text above.
    in_text: bool,
    /// The column of the dashes of `hosts`.
    dashes: usize,
}

const VALUES: [&str; 8] =
    ["/dev/sda", "\"quoted, and # odd\"", "'it''s'", "ünïcode", "\"tab\\there\"", "two words", "\"0123\"", "x-y_z.1"];

impl<'d> Scribe<'d> {
    pub fn new(dice: &'d mut Dice) -> Self {
        let chatty = dice.pick(&[0, 10, 40, 80]);
        Self { dice, out: String::new(), hosts: Vec::new(), count: 0, chatty, anchors: Vec::new(), in_text: false, dashes: 0 }
    }

    fn say(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn fresh(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// A comment that stands nowhere else.
    fn comment(&mut self) -> String {
        let n = self.fresh();
        let words = self.dice.pick(&["note", "größer", "- serial: x", "key: {value", "\"open", "#"]);
        format!("# c{n}; {words}")
    }

    fn chats(&mut self) -> bool {
        self.dice.below(100) < self.chatty
    }

    /// The end of a line, with or without a comment.
    fn end(&mut self) {
        if self.chats() {
            let comment = self.comment();
            let gap = self.dice.pick(&[" ", "  ", "\t", "      "]);
            // libyaml takes no tab behind a dash.
            let gap = if self.out.ends_with('-') { " " } else { gap };
            self.say(&format!("{gap}{comment}"));
        } else if self.dice.one_in(12) {
            self.say("  ");
        }
        self.say("\n");
    }

    /// Lines between others: comments and blank ones.
    fn between(&mut self, indent: usize) {
        if self.dice.one_in(6) {
            self.say("\n");
        }
        while self.chats() && self.dice.one_in(2) {
            let comment = self.comment();
            let indent = if !self.in_text && self.dice.one_in(4) { self.dice.below(12) } else { indent };
            self.say(&format!("{}{comment}\n", " ".repeat(indent)));
            if self.dice.one_in(8) {
                self.say("   \n");
            }
        }
    }

    /// A text in one of the ways that YAML has; `deep` is a column inside, for block scalars and lines to follow.
    fn text(&mut self, text: &str, deep: Option<usize>) -> String {
        let quoted = format!("\"{text}\"");
        let single = format!("'{text}'");
        match (self.dice.below(14), deep) {
            (0 | 1, _) => quoted,
            (2 | 3, _) => single,
            (4, Some(deep)) => {
                let sign = self.dice.pick(&[">-", "|-"]);
                let comment = if self.chats() { format!(" {}", self.comment()) } else { String::new() };
                let blank = self.dice.pick(&["", "\n", "\n\n"]);
                format!("{sign}{comment}\n{}{text}{blank}", " ".repeat(deep))
            }
            (5, Some(deep)) => format!("\n{}{text}", " ".repeat(deep)),
            (6, Some(deep)) if self.chats() => format!("{}\n{}{text}", self.comment(), " ".repeat(deep)),
            (7, _) => {
                let anchor = format!("a{}", self.fresh());
                format!("&{anchor} {text}")
            }
            _ => text.to_owned(),
        }
    }

    fn value(&mut self, deep: Option<usize>) -> String {
        let plain = self.dice.pick(&VALUES);
        let Some(deep) = deep else { return plain.to_owned() };
        let pad = " ".repeat(deep);
        match self.dice.below(10) {
            0 => format!("|\n{pad}# no comment\n\n{pad}  é\n"),
            1 => format!("|+\n{pad}kept\n\n\n"),
            2 => format!(">\n{pad}folded\n{pad}text\n"),
            3 => format!("several\n{pad}lines\n{pad}of it"),
            4 => format!("\"several\n\n{pad}quoted # lines\""),
            _ => plain.to_owned(),
        }
    }

    /// The keys of a host with their values as one-line or longer YAML.
    fn keys(&mut self, written: &mut Written, deep: Option<usize>) -> Vec<(&'static str, String)> {
        let n = self.fresh();
        let serial = self.text(&written.serial.clone(), deep);
        let profile = self.dice.pick(&["local", "hold", "p1", "p2"]);
        let profile = self.text(profile, deep);
        let mut keys = vec![("serial", serial), ("profile", profile)];
        if !self.dice.one_in(3) {
            let name = format!("node-{n}");
            keys.push(("name", self.text(&name, deep)));
            written.name = Some(name);
        }
        let mac = |n: usize| format!("52:54:{:02x}:{:02x}:{:02x}:01", n >> 16 & 255, n >> 8 & 255, n & 255);
        let ip = |n: usize| format!("10.7.{}.{}", n / 200, n % 200 + 2);
        match self.dice.below(4) {
            0 => {
                keys.push(("mac", format!("\"{}\"", mac(n))));
                written.macs.push(mac(n));
                if self.dice.one_in(2) {
                    keys.push(("ip", ip(n)));
                }
            }
            1 => {
                let more = self.fresh();
                written.macs.push(mac(n));
                let mut nics = format!("[{{mac: '{}', ip: {}}}", mac(n), ip(n));
                if self.dice.one_in(2) {
                    written.macs.push(mac(more));
                    let _ = write!(nics, ", {{mac: '{}'}}", mac(more));
                }
                keys.push(("nics", nics + self.dice.pick(&["]", ",]", " ]"])));
            }
            _ => {}
        }
        if self.dice.one_in(3) {
            keys.push(("args", self.dice.pick(&["[quiet]", "[ quiet, \"a=b\" ]", "[]"]).to_owned()));
        }
        if self.dice.one_in(2) {
            let vars = self.vars(deep);
            keys.push(("vars", vars));
        }
        for n in (1..keys.len()).rev() {
            let other = self.dice.below(n + 1);
            keys.swap(n, other);
        }
        keys
    }

    fn vars(&mut self, deep: Option<usize>) -> String {
        if let Some(anchor) = self.anchors.last().cloned()
            && self.dice.one_in(4)
        {
            return format!("*{anchor}");
        }
        let count = 1 + self.dice.below(3);
        match deep {
            Some(deep) if self.dice.one_in(2) => {
                let line = |scribe: &mut Self, n| {
                    format!("\n{}v{n}: {}", " ".repeat(deep), scribe.value(Some(deep + 2)).trim_end_matches('\n'))
                };
                (0..count).map(|n| line(self, n)).collect()
            }
            _ => {
                let values: Vec<String> = (0..count).map(|n| format!("v{n}: {}", self.dice.pick(&VALUES))).collect();
                let braces = self.dice.pick(&["{%}", "{ % }", "{%,}"]).replace('%', &values.join(", "));
                if self.dice.one_in(5) {
                    let anchor = format!("v{}", self.fresh());
                    self.anchors.push(anchor.clone());
                    return format!("&{anchor} {braces}");
                }
                braces
            }
        }
    }

    fn host(&mut self, serial: String, write: impl FnOnce(&mut Self, &mut Written)) {
        let start = self.out.matches('\n').count();
        let mut written = Written { serial, name: None, macs: Vec::new(), lines: start..start };
        write(self, &mut written);
        written.lines.end = self.out.matches('\n').count() + usize::from(!self.out.ends_with('\n'));
        self.hosts.push(written);
    }

    fn serial(&mut self) -> String {
        let n = self.fresh();
        let form = self.dice.below(4);
        ["SN-", "7cx", "Lab.", "x_9"][form].to_owned() + &format!("{n:05}")
    }

    /// `- key: value`, with odd indents.
    fn block_host(&mut self, dashes: usize) {
        let serial = self.serial();
        let above = self.out.len();
        self.between(dashes);
        // Only comments right above may go with the host.
        let lines_above = self.out[above..].rsplit("\n\n").next().map_or(0, |right| right.matches('\n').count());
        self.host(serial, |scribe, written| {
            written.lines.start -= lines_above;
            let gap = scribe.dice.pick(&[1, 1, 1, 3]);
            let column = dashes + 1 + gap;
            scribe.say(&" ".repeat(dashes));
            scribe.say("-");
            if scribe.dice.one_in(8) {
                scribe.end();
                scribe.say(&" ".repeat(column));
            } else {
                scribe.say(&" ".repeat(gap));
            }
            let flow = scribe.dice.one_in(4);
            if flow {
                scribe.flow_host(written);
                scribe.end();
                return;
            }
            let keys = scribe.keys(written, Some(column + 2));
            for (n, (key, value)) in keys.iter().enumerate() {
                if n > 0 {
                    scribe.between(column);
                    scribe.say(&" ".repeat(column));
                }
                let key = match scribe.dice.below(12) {
                    0 => format!("\"{key}\""),
                    1 => format!("{key} "),
                    _ => (*key).to_owned(),
                };
                let gap = if value.starts_with('\n') { "" } else { scribe.dice.pick(&[" ", " ", "   "]) };
                scribe.say(&format!("{key}:{gap}{value}"));
                // No comment may follow in a block scalar's text.
                scribe.in_text = value.contains('\n');
                if scribe.in_text { scribe.say("\n") } else { scribe.end() }
            }
        });
    }

    /// `{key: value}` on one line or several.
    fn flow_host(&mut self, written: &mut Written) {
        let keys = self.keys(written, None);
        let open = self.dice.pick(&["{", "{ "]);
        let close = self.dice.pick(&["}", " }", ",}"]);
        if !self.dice.one_in(4) {
            let entries: Vec<String> = keys.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            self.say(&format!("{open}{}{close}", entries.join(", ")));
            return;
        }
        self.say("{");
        let each = self.dice.one_in(2);
        for (n, (key, value)) in keys.iter().enumerate() {
            if each || n == 0 {
                self.end();
                self.say(&" ".repeat(14));
            }
            let comma = if n + 1 < keys.len() { "," } else { self.dice.pick(&["", ","]) };
            self.say(&format!(" {key}: {value}{comma}"));
        }
        self.end();
        self.say(&" ".repeat(13));
        self.say("}");
    }

    /// `hosts: [...]`
    fn flow_list(&mut self, count: usize) {
        self.say("hosts: [");
        let several = self.dice.one_in(2);
        for n in 0..count {
            if several {
                self.end();
                self.say("    ");
            }
            let serial = self.serial();
            self.host(serial, |scribe, written| scribe.flow_host(written));
            let comma = if n + 1 < count { ", " } else { self.dice.pick(&["", ","]) };
            self.say(comma);
        }
        if several {
            self.end();
            self.say("    ");
        }
        self.say("]");
        self.end();
    }

    fn hosts(&mut self, count: usize) {
        match (count, self.dice.below(5)) {
            (0, 0) => {
                self.say("hosts: []");
                self.end();
            }
            (0, _) => {}
            (_, 0) => self.flow_list(count),
            _ => {
                self.say("hosts:");
                self.end();
                let dashes = self.dice.pick(&[0, 2, 2, 2, 4, 7]);
                self.dashes = dashes;
                for _ in 0..count {
                    self.block_host(dashes);
                }
            }
        }
    }

    fn rules(&mut self) {
        if self.dice.one_in(2) {
            let dashes = " ".repeat(self.dice.pick(&[0, 2, 4]));
            self.say("rules:");
            self.end();
            self.say(&format!("{dashes}- match: {{product: \"X*\"}}\n{dashes}  profile: p1"));
            self.end();
        }
    }

    fn sections(&mut self, count: usize, first: bool) {
        self.between(0);
        if self.dice.one_in(2) {
            self.rules();
            self.between(0);
            self.hosts(count);
        } else {
            self.hosts(count);
            self.between(0);
            self.rules();
        }
        self.between(0);
        if !first && !self.hosts_or_rules() {
            self.say("hosts: []\n");
        }
        if self.dice.one_in(8) {
            self.say("...\n");
        }
    }

    fn hosts_or_rules(&self) -> bool {
        self.out.lines().any(|line| line.starts_with("hosts:") || line.starts_with("rules:"))
    }

    fn finish(&mut self) -> Text {
        let mut text = std::mem::take(&mut self.out);
        self.anchors.clear();
        if self.dice.one_in(4) {
            text.truncate(text.trim_end_matches('\n').len());
        }
        if self.dice.one_in(4) {
            text = text.replace('\n', "\r\n");
        }
        let mut hosts = std::mem::take(&mut self.hosts);
        let lines: Vec<&str> = text.lines().collect();
        // A comment right below that stands further in than the dash belongs to the host, too.
        let inside = |line: &&str| line.trim_start().starts_with('#') && line.len() - line.trim_start().len() > self.dashes;
        for host in &mut hosts {
            host.lines.end = host.lines.end.min(lines.len());
            // Blank lines behind a text that keeps them are part of it.
            if lines[host.lines.clone()].iter().any(|line| line.contains("|+")) {
                host.lines.end += lines.iter().skip(host.lines.end).take_while(|line| line.trim().is_empty()).count();
            }
            host.lines.end += lines.iter().skip(host.lines.end).take_while(|line| inside(line)).count();
        }
        Text { text, hosts }
    }

    /// The main file.
    pub fn main(&mut self, count: usize, includes: bool) -> Text {
        if self.dice.one_in(6) {
            self.say("---");
            self.end();
        }
        self.between(0);
        self.say("pxectl: 1");
        self.end();
        if includes {
            self.say("include: [racks/*.yaml]\n");
        }
        self.say("lab: {server: 10.1.0.1, networks: [{subnet: 10.0.0.0/8}]}");
        self.end();
        self.say("profiles:\n  p1: {recipe: local}\n  p2:");
        self.end();
        self.say("    extends: p1\n");
        self.sections(count, true);
        self.finish()
    }

    /// A file that the main one includes.
    pub fn rack(&mut self, count: usize) -> Text {
        self.sections(count, false);
        self.finish()
    }
}
