//! What each format says, and what it must not be believed.

mod hostile;
mod openpgp;

use proptest::prelude::*;
use pxectl_model::digest::{Digest, Sha256, Sha512};

use super::{Fault, Listing, read};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

fn listing(text: &str) -> Listing {
    read(text.as_bytes()).unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

fn fault(text: &str) -> Fault {
    read(text.as_bytes()).unwrap_err()
}

/// The first byte of the digest of a path, in hexadecimal digits.
fn of(listing: &Listing, path: &str) -> Result<String, String> {
    let entry = listing.of_path(path).map_err(|fault| fault.to_string())?;
    let digest = entry.sha256.map(Digest::Sha256).or(entry.sha512.map(Digest::Sha512)).unwrap();
    Ok(digest.to_string()[..2].to_owned())
}

#[test]
fn lines_with_digest_and_name() {
    let text = format!(
        "# a comment\n{A}  linux\n{B} *netboot/initrd.gz\r\n\\{A}  back\\\\slash\\nnew\nnot a line\n{A}\tcommon/tab\n\
         SHA256 (rocky (9).iso) = {B}\nSHA512(wide.iso)= {A}{A}\nMD5 (old.iso) = {}\n{}  old.img\n",
        "1".repeat(32),
        "1".repeat(40)
    );
    let list = listing(&text);
    assert_eq!(of(&list, "/x/linux").unwrap(), "aa");
    assert_eq!(of(&list, "debian/netboot/initrd.gz").unwrap(), "bb");
    assert_eq!(of(&list, "back\\slash\nnew").unwrap(), "aa");
    assert_eq!(of(&list, "tab").unwrap(), "aa");
    assert_eq!(of(&list, "rocky (9).iso").unwrap(), "bb");
    assert_eq!(of(&list, "a/wide.iso").unwrap(), "aa");
    for (name, algorithm) in [("old.iso", "MD5"), ("old.img", "SHA-1")] {
        let said = of(&list, name).unwrap_err();
        assert!(said.starts_with(&format!("it has only {algorithm} for `{name}`, which is no evidence")), "{said}");
    }
    assert_eq!(list.entries().count(), 8);
}

#[test]
fn one_digest_alone() {
    for text in [A.to_owned(), format!("\n {A} \r\n"), format!("{A}  -\n"), format!("SHA256(stdin)= {A}"), format!("# x\n{A}\n")]
    {
        let list = listing(&text);
        assert_eq!(of(&list, "/any/linux").unwrap(), "aa", "{text}");
        assert_eq!(list.named("linux"), Err(Fault::Nameless));
    }
    assert_eq!(fault(&format!("{A}\n{B}\n")), Fault::Nothing, "whose would they be");
    assert!(matches!(listing(&"1".repeat(40)).of_path("x"), Err(Fault::Weak { algorithm: "SHA-1", .. })));
}

#[test]
fn which_line_is_ours() {
    let list = listing(&format!(
        "{A}  ./amd64/initrd.gz\n{B}  ./netboot/amd64/initrd.gz\n{A}  gtk/amd64/vmlinuz\n{B}  cdrom/vmlinuz\n{A}  only/here.iso\n{A}  e\n"
    ));
    assert_eq!(of(&list, "/d/netboot/amd64/initrd.gz").unwrap(), "bb", "the longest end");
    assert_eq!(of(&list, "/d/amd64/initrd.gz").unwrap(), "aa");
    assert_eq!(of(&list, "/elsewhere/here.iso").unwrap(), "aa", "there is only one of that name");
    let said = of(&list, "/x/vmlinuz").unwrap_err();
    assert_eq!(said, "it lists several files that could be `vmlinuz`: cdrom/vmlinuz, gtk/amd64/vmlinuz; say which with `name`");
    let absent = |name: &str| format!("it does not list {name}; where it has it under another name, say so with `name`");
    assert_eq!(of(&list, "/x/amd64-initrd.gz").unwrap_err(), absent("`amd64-initrd.gz`"));
    assert_eq!(of(&list, "/x/the").unwrap_err(), absent("`the`"), "an end of a name is none of its parts");
    assert_eq!(list.named("cdrom/vmlinuz").unwrap().sha256.unwrap(), B.parse::<Sha256>().unwrap());
    assert!(list.named("./cdrom/vmlinuz").is_ok());
    assert_eq!(list.named("vmlinuz").unwrap_err().to_string(), absent("`vmlinuz`, but `cdrom/vmlinuz`"));
    let urls = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
    let found = |texts: &[&str]| list.of_urls(&urls(texts)).map(|entry| entry.sha256.unwrap().to_string()[..2].to_owned());
    assert_eq!(
        found(&["https://a/netboot%2Famd64/initrd%2Egz?x=/e", "file:///srv/none", "https://b/netboot/amd64/initrd.gz"]).unwrap(),
        "bb"
    );
    assert!(matches!(found(&["https://a/netboot/amd64/initrd.gz", "https://b/amd64/initrd.gz"]), Err(Fault::Ambiguous { .. })));
    assert!(matches!(found(&["https://a/none", "https://b/vmlinuz"]), Err(Fault::Ambiguous { .. })));
    assert!(matches!(found(&["https://a"]), Err(Fault::Absent { .. })));
}

#[test]
fn who_contradicts_himself_says_nothing() {
    let twice = |one: &str, other: &str| fault(&format!("{one}\n{other}\n"));
    assert_eq!(twice(&format!("{A}  a"), &format!("{B}  ./a")), Fault::Two { name: "a".into() });
    assert_eq!(twice(&format!("{A}  a"), &format!("SHA256 (a) = {B}")), Fault::Two { name: "a".into() });
    let both = listing(&format!("{A}  a\n{A}  a\n{A}{B}  a\n")).named("a").unwrap();
    assert_eq!((both.sha256, both.sha512), (A.parse().ok(), format!("{A}{B}").parse::<Sha512>().ok()));
}

#[test]
fn what_is_no_checksum_file() {
    for text in ["", "\n\n", "hello", "linux\n", "-----BEGIN PGP SIGNATURE-----\n", "[checksums]\n", "SHA256:\n", "{}"] {
        assert_eq!(fault(text), Fault::Nothing, "{text}");
    }
    assert_eq!(fault("\n<!DOCTYPE html><title>404</title>"), Fault::Page);
    assert!(matches!(fault("{\"a\": "), Fault::Json(_)));
    assert!(matches!(fault(&"{\"a\":".repeat(10_000)), Fault::Json(_)), "depth is bounded");
    assert!(matches!(read(&vec![b'a'; super::LARGEST_LIST + 1]), Err(Fault::TooLarge { .. })));
}

#[test]
fn trees_of_the_fedora_family() {
    let list = listing(&format!(
        "[checksums]\nimages/pxeboot/vmlinuz = sha256:{A}\nimages/boot.iso=sha256: {B}\n; old = sha256:{A}\nrepodata/repomd.xml = sha1:{}\n\n\
         [general]\nfamily = Rocky Linux\nfake = sha256:{A}\n",
        "1".repeat(40)
    ));
    assert_eq!(of(&list, "/pub/rocky/9/BaseOS/x86_64/os/images/pxeboot/vmlinuz").unwrap(), "aa");
    assert_eq!(of(&list, "images/boot.iso").unwrap(), "bb");
    assert!(of(&list, "fake").is_err() && of(&list, "old").is_err());
    assert!(of(&list, "repomd.xml").unwrap_err().contains("only SHA-1"));
}

#[test]
fn streams_of_fedora_coreos() {
    let text = format!(
        r#"{{"stream": "stable", "architectures": {{"x86_64": {{"artifacts": {{"metal": {{"formats": {{"pxe": {{
            "kernel": {{"location": "https://builds.example.net/prod/x86_64/fcos-live-kernel.x86_64", "sha256": "{A}", "signature": "x"}},
            "initramfs": {{"location": "https://builds.example.net/prod/x86_64/fcos-live-initramfs.img?x", "sha256": "{B}"}}}},
            "raw.xz": {{"disk": {{"location": "https://builds.example.net/m.raw.xz", "sha256": "no", "uncompressed-sha256": "{A}"}}}}}}}}}}}}}}}}"#
    );
    let list = listing(&text);
    assert_eq!(of(&list, "/prod/x86_64/fcos-live-kernel.x86_64").unwrap(), "aa");
    assert_eq!(of(&list, "mirror/fcos-live-initramfs.img").unwrap(), "bb");
    assert!(of(&list, "m.raw.xz").is_err());
}

#[test]
fn releases_of_debian() {
    let now = |text: &str| text.parse().unwrap();
    let text = format!(
        "Origin: Debian\nValid-Until: Sat, 10 Jun 2023 08:53:33 UTC\nMD5Sum:\n {} 9 main/SHA256SUMS\nSHA256:\n {A} 74436 main/SHA256SUMS\n {B}  1 main/Packages.gz\n\
         Other:\n {B} 1 main/other\nSHA512:\n {A}{A} 1 main/wide\n\nSHA256:\n {B} 1 main/second-paragraph\n",
        "1".repeat(32)
    );
    let list = listing(&text);
    assert_eq!(of(&list, "/debian/dists/bookworm/main/SHA256SUMS").unwrap(), "aa");
    assert!(of(&list, "main/other").is_err() && of(&list, "main/second-paragraph").is_err());
    assert!(list.named("main/wide").unwrap().sha512.is_some());
    assert_eq!(super::release::judge_date(&list, now("2023-06-10T08:53:33Z")), Ok(()));
    let late = super::release::judge_date(&list, now("2023-06-10T08:53:34Z")).unwrap_err();
    assert!(late.to_string().starts_with("it was valid until Sat, 10 Jun 2023 08:53:33 UTC"), "{late}");
    let odd = listing(&text.replace("Sat, 10 Jun", "some day"));
    assert_eq!(super::release::judge_date(&odd, now("2023-06-10T08:53:34Z")), Err(Fault::Date));
}

fn clear(head: &str, text: &str) -> String {
    format!(
        "{head}-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{text}-----BEGIN PGP SIGNATURE-----\n\nAA==\n-----END PGP SIGNATURE-----\n"
    )
}

#[test]
fn of_a_clearsigned_text_only_the_inside_counts() {
    let text =
        clear(&format!("{B}  before\n"), &format!("{A}  inside \t\n- -----dashes\n\n- {B}  dashed\n")) + &format!("{B}  after\n");
    let list = listing(&text);
    assert_eq!(list.entries().map(|(name, _)| name).collect::<Vec<_>>(), ["dashed", "inside"]);
    let taken = super::clearsign::split(text.as_bytes()).unwrap().unwrap();
    assert_eq!(String::from_utf8(taken.signed).unwrap(), format!("{A}  inside\r\n-----dashes\r\n\r\n{B}  dashed"));
    assert!(taken.signature.starts_with(b"-----BEGIN PGP SIGNATURE") && taken.signature.ends_with(b"SIGNATURE-----"));
    let broken = |text: &str| matches!(fault(text), Fault::Clearsigned(_));
    assert!(broken(&clear("", &format!("{A}  a\n-x\n"))));
    assert!(broken(&clear("", "").replace("Hash: SHA256", &format!("{A}  in-the-head"))));
    assert!(broken(&(clear("", &format!("{A}  a\n")) + &clear("", &format!("{B}  b\n")))));
    assert!(broken(clear("", "").split_once("-----END").unwrap().0));
    assert!(broken("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256"));
    assert!(broken(&format!("-----BEGIN PGP SIGNED MESSAGE-----\n\n{A}  a\n")));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn pieces_of_formats_in_any_order(pieces in proptest::collection::vec(0..PIECES.len(), 0..24)) {
        let text: String = pieces.iter().map(|n| PIECES[*n]).collect();
        if let Ok(list) = read(text.as_bytes()) {
            prop_assert!(!list.is_empty());
            for (name, entry) in list.entries() {
                if let Ok(found) = list.named(name) {
                    prop_assert_eq!(found, *entry);
                }
            }
        }
    }

    #[test]
    fn what_sha256sum_would_print_is_found(names in proptest::collection::btree_set("[a-zA-Z0-9._/\\\\()= *-]{1,20}", 1..9)) {
        // Of each name, as they are written here, only one may be there.
        let bare: std::collections::BTreeSet<String> = names.into_iter()
            .map(|name| name.trim_start_matches(['.', '/', ' ', '*']).trim_end().to_owned()).filter(|name| !name.is_empty() && name != "-").collect();
        let line = |(n, name): (usize, &String)| {
            let escaped = name.replace('\\', "\\\\");
            let mark = if escaped == *name { "" } else { "\\" };
            format!("{mark}{:064x}  {escaped}\n", n + 1)
        };
        let text: String = bare.iter().enumerate().map(line).collect();
        prop_assume!(!bare.is_empty());
        let list = read(text.as_bytes()).unwrap();
        for (n, name) in bare.iter().enumerate() {
            let digest = list.named(name).unwrap().sha256.unwrap();
            prop_assert_eq!(digest.to_string(), format!("{:064x}", n + 1));
        }
    }
}

const PIECES: [&str; 22] = [
    "-----BEGIN PGP SIGNED MESSAGE-----\n",
    "Hash: SHA512\n",
    "\n",
    "-----BEGIN PGP SIGNATURE-----\n",
    "-----END PGP SIGNATURE-----\n",
    "- ",
    "-",
    "\r\n",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "  a\n",
    " *b\n",
    "SHA256 (",
    ") = ",
    "SHA256:\n",
    " ",
    "[checksums]\n",
    "a = sha256:",
    "{\"location\":\"",
    "\",\"sha256\":\"",
    "\"}",
    "\\",
    "Valid-Until: x\n",
];
