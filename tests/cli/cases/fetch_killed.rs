//! `fetch` that is killed (SIGKILL), many times at many instants: nothing half-done is taken for whole, and whoever comes after goes on.

use std::collections::BTreeMap;
use std::ops::Range;
use std::process::Command;
use std::time::Instant;

use crate::support::PATIENCE;
use crate::support::files;
use crate::support::lab::{HEAD, Lab, digest};
use crate::support::mirror::Mirror;
use crate::support::run;

/// A lab that fetches these from a mirror, each with its digest.
fn lab(mirror: &Mirror, files: &[(&str, &[u8])]) -> Lab {
    let lab = Lab::usual();
    let line =
        |(name, bytes): &(&str, &[u8])| format!("  {name}: {{url: \"{}\", sha256: {}}}\n", mirror.url(name), digest(bytes));
    let artifacts: String = files.iter().map(line).collect();
    lab.write("inventory.yaml", format!("{HEAD}artifacts:\n{artifacts}"));
    lab
}

/// Numbers that look random, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

/// Names in the store, each with whether its content is what it says.
fn stored(lab: &Lab) -> Vec<bool> {
    let list = |path: std::path::PathBuf| std::fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path());
    let files = list(lab.path("store/sha256")).flat_map(list);
    files.map(|file| file.ends_with(digest(&std::fs::read(&file).unwrap()).to_string())).collect()
}

/// How much of a content is here.
pub fn part(lab: &Lab) -> usize {
    let list = std::fs::read_dir(lab.path("store/partial")).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut parts = list.filter(|path| path.extension().is_some_and(|kind| kind == "part"));
    parts.next().and_then(|path| std::fs::metadata(path).ok()).map_or(0, |meta| meta.len() as usize)
}

fn kill(mut child: std::process::Child) {
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().unwrap();
}

#[test]
fn killed_in_the_middle_it_goes_on_where_it_was() {
    let bytes = files::noise(60, 3_000_000);
    let mirror = Mirror::new(&[("image", &bytes)]);
    let lab = lab(&mirror, &[("image", &bytes)]);
    let start = || -> std::process::Child { Command::spawn(&mut run::command(&lab.path(""), &["fetch"])).unwrap() };
    let mut random = Random(7);
    for _ in 0..40 {
        let more = 1 + random.below(70_000);
        mirror.allow(Some(more));
        let child = start();
        mirror.wait_sent(usize::MAX);
        // Some of what is under way may arrive; all of it would be one and the same instant.
        let some = mirror.log().1.last().unwrap() + random.below(more + 1);
        let until = Instant::now() + PATIENCE;
        while part(&lab) < some {
            assert!(Instant::now() < until, "{} bytes of {some} arrived", part(&lab));
            std::thread::yield_now();
        }
        kill(child);
        assert!(stored(&lab).is_empty(), "nothing half-done is taken for whole");
    }
    let (sent, begins) = mirror.log();
    assert!(begins.is_sorted() && begins.last().is_some_and(|last| *last > sent / 3), "{sent}: {begins:?}");
    mirror.allow(None);
    lab.pxectl(&["fetch"]).ends_with(0);
    assert_eq!(stored(&lab), [true]);
}

#[test]
fn killed_at_the_end_everything_is_whole() {
    let (linux, initrd) = (files::kernel(30), files::noise(40, 90_000));
    let mirror = Mirror::new(&[("linux", &linux), ("initrd", &initrd)]);
    let lab = lab(&mirror, &[("linux", &linux), ("initrd", &initrd)]);
    let mut random = Random(11);
    for _ in 0..40 {
        let sent = mirror.log().0;
        let child = run::command(&lab.path(""), &["fetch"]).spawn().unwrap();
        mirror.allow(None);
        mirror.wait_sent(sent + 140_000);
        // Some instant between the last byte and the lock file.
        for _ in 0..random.below(20_000) {
            std::hint::spin_loop();
        }
        kill(child);
        assert!(stored(&lab).iter().all(|right| *right));
        lab.pxectl(&["lint"]).ends_with(0);
        let _ = std::fs::remove_dir_all(lab.path("store"));
        let _ = std::fs::remove_file(lab.path("pxectl.lock"));
    }
    lab.pxectl(&["fetch"]).ends_with(0);
    assert_eq!(stored(&lab), [true, true]);
}

/// Which bytes of a content are on the disk: its beginning, and the pieces ahead of it.
fn on_disk(lab: &Lab) -> Vec<Range<usize>> {
    let entries = std::fs::read_dir(lab.path("store/partial")).into_iter().flatten().flatten();
    let span = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        let start = name.split_once(".part")?.1;
        let start: usize = if start.is_empty() { 0 } else { start.strip_prefix('.')?.parse().ok()? };
        // One that was appended to the beginning meanwhile is gone.
        Some(start..start + entry.metadata().ok()?.len() as usize)
    };
    entries.filter_map(span).collect()
}

/// The same without overlaps and gaps of nothing.
fn union(spans: impl IntoIterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut spans: Vec<_> = spans.into_iter().filter(|span| !span.is_empty()).collect();
    spans.sort_by_key(|span| span.start);
    let mut union: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match union.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => union.push(span),
        }
    }
    union
}

fn count(spans: &[Range<usize>]) -> usize {
    spans.iter().map(Range::len).sum()
}

#[test]
fn killed_with_several_connections_nothing_on_the_disk_is_sent_again() {
    // Enough that several connections pay: more than 128 MiB are missing when one has been slow for 3 s.
    let bytes = files::noise(61, 140 << 20);
    let mirror = Mirror::slow(&[("image", &bytes)]);
    let lab = lab(&mirror, &[("image", &bytes)]);
    let start = || -> std::process::Child { Command::spawn(&mut run::command(&lab.path(""), &["fetch"])).unwrap() };
    let (mut random, mut seen, mut lost, mut most) = (Random(13), 0, 0, 0);
    let mut kills = BTreeMap::new();
    for _ in 0..45 {
        let before = union(on_disk(&lab));
        // The first one until several are under way; all of them together not to the end.
        let more = if seen == 0 { 8 << 20 } else { 1 + random.below(4 << 20) };
        let some = count(&before) + random.below(more);
        mirror.allow(Some(more));
        let child = start();
        let until = Instant::now() + PATIENCE;
        // The first one is slow until it has others beside it.
        let first = seen == 0;
        while count(&union(on_disk(&lab))) < some || (first && mirror.spans().len() < 4) {
            assert!(Instant::now() < until, "{some} bytes never arrived: {:?}", on_disk(&lab));
            std::thread::yield_now();
        }
        kill(child);
        assert!(stored(&lab).is_empty(), "nothing half-done is taken for whole");
        let (after, sent) = (union(on_disk(&lab)), mirror.spans().split_off(seen));
        seen += sent.len();
        let all = count(&sent);
        assert_eq!(count(&union(sent.clone())), all, "no run asks for a byte twice: {sent:?}");
        assert_eq!(count(&union([before.clone(), sent].concat())), count(&before) + all, "nor for one that is here: {before:?}");
        assert_eq!(union([before.clone(), after.clone()].concat()), after, "nor is one lost");
        // What was under way when it died has to come again, and nothing else.
        let gone = count(&before) + all - count(&after);
        (lost, most) = (lost + gone, most.max(gone));
        *kills.entry(after.len()).or_insert(0) += 1;
    }
    assert!(kills.keys().any(|spans| *spans > 2), "several were under way: {kills:?}");
    mirror.allow(None);
    lab.pxectl(&["fetch"]).ends_with(0);
    assert_eq!(stored(&lab), [true]);
    assert_eq!(
        mirror.log().0,
        bytes.len() + lost,
        "each byte once, but for {lost} that were under way ({most} at most at a time)"
    );
}
