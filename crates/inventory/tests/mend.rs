//! Safe changes that findings propose: made in one go, in several files, proved; and not made where that cannot be.
// A test may stop at what it did not expect.
#![allow(clippy::unwrap_used)]

mod common;

use common::{LAB, input, recipes};
use pxectl_inventory::edit::{Refused, mend, same};
use pxectl_inventory::{File, Included, Input, LockInput, includes, read, rules};
use pxectl_model::source::FileId;

fn with_rack(text: &str, rack: &str) -> Input {
    let mut input = input(text);
    let file = || vec![File { name: "r1.yaml".to_owned(), bytes: rack.as_bytes().to_vec() }];
    input.included = includes(text.as_bytes()).into_iter().map(|i| Included { route: i.route, found: Ok(file()) }).collect();
    input
}

/// The new texts by file, and how many findings were mended.
fn mended(input: &Input) -> Result<(Vec<(FileId, String)>, usize), Refused> {
    let (edited, mends) = mend(input, &recipes(), &rules::catalogue())?;
    assert!(same(&read(input, &recipes()).draft, &edited.reading.draft), "it says what it said");
    let text = |(file, bytes)| (file, String::from_utf8(bytes).unwrap());
    Ok((edited.files.into_iter().map(text).collect(), mends.len()))
}

#[test]
fn several_in_several_files_and_nothing_else() {
    let main = format!(
        "include: [r1.yaml]\n{LAB}hosts: # all of them\r\n  - {{serial: 0123456, name: a,   profile: local, mac: 5254.0012.3456}}   # \"first\"\r\n\n  - serial: 1e55 # é\n    profile: local\n"
    );
    let rack = "hosts:\n- mac: 52:54:00:12:34:57 # twin\n  profile: local";
    let input = with_rack(&main, rack);
    let (files, count) = mended(&input).unwrap();
    let expected =
        main.replace("0123456", "\"0123456\"").replace("5254.0012.3456", "\"52:54:00:12:34:56\"").replace("1e55", "\"1e55\"");
    let rack = rack.replace("52:54:00:12:34:57", "\"52:54:00:12:34:57\"");
    assert_eq!(files, [(FileId(0), expected.clone()), (FileId(1), rack.clone())]);
    assert!(count >= 4, "{count}");
    let (files, count) = mended(&with_rack(&expected, &rack)).unwrap();
    assert!(files.is_empty() && count == 0, "nothing is left to do: {files:?}");
}

#[test]
fn what_a_comment_allows_stays() {
    let text =
        format!("{LAB}hosts:\n  - {{serial: 0123456, profile: local}} # pxectl: allow(unquoted-identity) because of a test\n");
    assert_eq!(mended(&input(text)).unwrap().0, []);
}

#[test]
fn an_unsound_inventory_is_mended_as_far_as_it_goes() {
    let text = format!("{LAB}hosts:\n  - {{serial: 0123456, profile: lokal}}\n");
    let (files, _) = mended(&input(text.as_str())).unwrap();
    assert_eq!(files, [(FileId(0), text.replace("0123456", "\"0123456\""))]);
}

#[test]
fn more_findings_than_are_kept_are_mended_in_rounds() {
    let hosts: String = (0..4_500).map(|n| format!("  - {{serial: 01{n:06o}, profile: local}}\n")).collect();
    let (files, count) = mended(&input(format!("{LAB}hosts:\n{hosts}"))).unwrap();
    assert_eq!(count, 4_500);
    assert_eq!(files[0].1.matches('"').count(), 9_000);
}

#[test]
fn where_a_change_cannot_be_made_none_is() {
    let text = format!("{LAB}hosts:\r  - {{serial: 0123456, profile: local}}\n");
    assert!(matches!(mended(&input(text)), Err(Refused::Unsure { .. })));
}

#[test]
fn a_digest_is_copied_from_the_lock_file() {
    let text = format!(
        "{LAB}artifacts:\n  linux: {{url: \"https://mirror.example.net/a\"}} # ours\nprofiles:\n  p: {{recipe: sanboot, image: linux}}\nrules:\n  - {{match: {{product: X}}, profile: p}}\n"
    );
    let digest = "ab".repeat(32);
    let lock = format!(
        "pxectl_lock: 1\nartifacts:\n  \"linux\": {{url: \"https://mirror.example.net/a\", size: 1, sha256: \"{digest}\", trust: first-use, fetched: \"2026-11-24T02:10:00Z\"}}\n"
    );
    let mut input = input(text.as_str());
    input.lock = LockInput::Found(File { name: "pxectl.lock".to_owned(), bytes: lock.into_bytes() });
    let (edited, mends) = mend(&input, &recipes(), &rules::catalogue()).unwrap();
    assert_eq!(mends.iter().map(|mend| mend.rule.0).collect::<Vec<_>>(), ["no-digest"]);
    let expected = text.replace("/a\"} #", &format!("/a\", sha256: \"{digest}\"}} #"));
    assert_eq!(edited.files, [(FileId(0), expected.into_bytes())]);
}
