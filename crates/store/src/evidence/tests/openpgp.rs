//! Signatures by the real gpg, and what is made of them; sqv, where it is there, has to agree.

mod gpg;

use std::path::Path;

use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::utc::Utc;

use super::super::openpgp::{KeyFault, SignatureFault, judge_keys, verify};
use super::super::{clearsign, read};
use gpg::{Gpg, MOMENT, absent};

const SUMS: &[u8] = b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  linux\n";

fn at(seconds: u64) -> Utc {
    Utc::of(seconds)
}

const DAY: u64 = 86_400;

fn said(result: Result<(), SignatureFault>) -> String {
    result.err().map(|fault| fault.to_string()).unwrap_or_else(|| "good".to_owned())
}

#[test]
fn good_and_tampered_of_each_algorithm_armored_or_not() {
    let Some(gpg) = Gpg::new() else { return };
    for algorithm in ["ed25519", "rsa2048", "rsa4096", "nistp256", "brainpoolP256r1"] {
        let key = gpg.key(algorithm, "sign", "never");
        for armor in [true, false] {
            let (keys, signature) = (gpg.export(&key, armor), gpg.sign(&key, SUMS, armor));
            let judged = verify(&keys, &key, &signature, SUMS, at(MOMENT + 60));
            if algorithm.starts_with("brainpool") {
                // A curve that the crate does not know is refused and not believed.
                assert!(judged.is_err());
                continue;
            }
            assert_eq!(judged, Ok(()), "{algorithm}");
            gpg.sqv_agrees(&keys, &signature, SUMS, true);
            for n in [0, 10, SUMS.len() - 1] {
                let mut other = SUMS.to_vec();
                other[n] ^= 1;
                assert_eq!(verify(&keys, &key, &signature, &other, at(MOMENT + 60)), Err(SignatureFault::Wrong));
            }
            assert_eq!(verify(&keys, &key, &signature, &SUMS[1..], at(MOMENT + 60)), Err(SignatureFault::Wrong));
        }
    }
}

#[test]
fn no_byte_of_a_signature_may_differ() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("ed25519", "sign", "never");
    let (keys, signature) = (gpg.export(&key, false), gpg.sign(&key, SUMS, false));
    let mut good = 0;
    for n in 0..signature.len() {
        let mut other = signature.clone();
        other[n] ^= 1 << (n % 8);
        good += usize::from(verify(&keys, &key, &other, SUMS, at(MOMENT + 60)).is_ok());
    }
    // The issuer's key id stands in the part that is not signed: a hint beside the fingerprint that is. So do its length and kind.
    assert!(good <= 11, "{good} of {}", signature.len());
    for cut in (0..signature.len()).step_by(3) {
        assert!(verify(&keys, &key, &signature[..cut], SUMS, at(MOMENT + 60)).is_err(), "{cut}");
    }
}

#[test]
fn other_keys_and_rings_of_several() {
    let Some(gpg) = Gpg::new() else { return };
    let (one, other) = (gpg.key("ed25519", "sign", "never"), gpg.key("ed25519", "sign", "never"));
    let (by_one, by_other) = (gpg.sign(&one, SUMS, true), gpg.sign(&other, SUMS, true));
    let ring = gpg.export_all(&[&other, &one]);
    let now = at(MOMENT + 60);
    assert_eq!(verify(&ring, &one, &by_one, SUMS, now), Ok(()));
    assert_eq!(verify(&ring, &other, &by_other, SUMS, now), Ok(()));
    let told = said(verify(&ring, &one, &by_other, SUMS, now));
    assert_eq!(told, format!("it is not signed by the key {one}, but by {other}"));
    let told = said(verify(&gpg.export(&other, true), &one, &by_one, SUMS, now));
    assert_eq!(told, format!("it holds no key with the fingerprint {one}, but {other}"));
    // Several signatures, in one block or one after the other: one good one is enough, wherever it stands.
    let both = [by_other.clone(), by_one.clone()].concat();
    assert_eq!(verify(&ring, &one, &both, SUMS, now), Ok(()));
    let both = [gpg.sign(&other, b"else", false), gpg.sign(&one, SUMS, false)].concat();
    assert_eq!(verify(&ring, &one, &both, SUMS, now), Ok(()));
    let told = said(verify(&ring, &one, &[by_other, gpg.sign(&one, b"else", true)].concat(), SUMS, now));
    assert!(told.starts_with("the signature does not fit the file"), "{told}");
    // Blocks of keys one after the other, with words between.
    let blocks = [b"# Keys\n".to_vec(), gpg.export(&other, true), b"and\n".to_vec(), gpg.export(&one, true)].concat();
    assert_eq!(verify(&blocks, &one, &by_one, SUMS, now), Ok(()));
    assert_eq!(judge_keys(b"", &one), Err(KeyFault::NoKey));
    assert_eq!(judge_keys(&by_one, &one), Err(KeyFault::NoKey));
    assert_eq!(judge_keys(&gpg.export_secret(&one), &one), Err(KeyFault::Secret));
    assert_eq!(verify(&ring, &one, SUMS, SUMS, now), Err(SignatureFault::None));
    assert_eq!(verify(&ring, &one, b"", SUMS, now), Err(SignatureFault::None));
    let message = gpg.run(&["--local-user", &one.to_string(), "--sign"], SUMS, MOMENT);
    assert!(verify(&ring, &one, &message, SUMS, now).is_err(), "a signed message is no detached signature");
}

#[test]
fn dates_of_keys_and_signatures() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("ed25519", "sign", "30d");
    let (keys, signature) = (gpg.export(&key, true), gpg.sign(&key, SUMS, true));
    let judge = |seconds| verify(&keys, &key, &signature, SUMS, at(seconds));
    assert_eq!(judge(MOMENT + 30 * DAY - 1), Ok(()));
    assert!(matches!(judge(MOMENT + 30 * DAY), Err(SignatureFault::Key(KeyFault::Expired(..)))));
    assert!(said(judge(MOMENT + 31 * DAY)).contains("has expired on 2024-01-31T00:00:00Z"), "{}", said(judge(MOMENT + 31 * DAY)));
    assert!(said(judge(MOMENT - DAY)).contains("was made in the future"), "{}", said(judge(MOMENT - DAY)));
    assert_eq!(judge(MOMENT - 200), Ok(()), "clocks differ");
    // Prolonged by its owner.
    gpg.run(&["--quick-set-expire", &key.to_string(), "90d"], b"", MOMENT + 40 * DAY);
    let prolonged = gpg.export(&key, true);
    assert_eq!(verify(&prolonged, &key, &signature, SUMS, at(MOMENT + 50 * DAY)), Ok(()));
    assert!(verify(&prolonged, &key, &signature, SUMS, at(MOMENT + 131 * DAY)).is_err());
    // A signature with an end, and one from tomorrow.
    let forever = gpg.key("ed25519", "sign", "never");
    let keys = gpg.export(&forever, true);
    let brief = gpg.run(&["--local-user", &forever.to_string(), "--default-sig-expire", "5d", "--detach-sign"], SUMS, MOMENT);
    assert_eq!(verify(&keys, &forever, &brief, SUMS, at(MOMENT + 4 * DAY)), Ok(()));
    assert!(matches!(verify(&keys, &forever, &brief, SUMS, at(MOMENT + 5 * DAY)), Err(SignatureFault::Expired(_))));
    let later = gpg.run(&["--local-user", &forever.to_string(), "--detach-sign"], SUMS, MOMENT + DAY);
    assert!(matches!(verify(&keys, &forever, &later, SUMS, at(MOMENT + 60)), Err(SignatureFault::Future(_))));
    assert_eq!(verify(&keys, &forever, &later, SUMS, at(MOMENT + DAY)), Ok(()));
}

#[test]
fn revoked_keys() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("rsa2048", "sign", "never");
    let signature = gpg.sign(&key, SUMS, true);
    assert_eq!(verify(&gpg.export(&key, true), &key, &signature, SUMS, at(MOMENT + 60)), Ok(()));
    gpg.revoke(&key);
    let told = said(verify(&gpg.export(&key, true), &key, &signature, SUMS, at(MOMENT + 60)));
    assert!(told.starts_with(&format!("the key {key} was revoked")), "{told}");
    gpg.sqv_agrees(&gpg.export(&key, true), &signature, SUMS, false);
}

#[test]
fn subkeys() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("ed25519", "cert", "never");
    let signing = gpg.subkey(&key, "rsa2048", "sign", "never");
    let now = at(MOMENT + 60);
    let by_subkey = gpg.sign(&signing, SUMS, true);
    let keys = gpg.export(&key, true);
    assert_eq!(verify(&keys, &key, &by_subkey, SUMS, now), Ok(()));
    let told = said(verify(&keys, &signing, &by_subkey, SUMS, now));
    assert_eq!(told, format!("{signing} is the fingerprint of a subkey; pin its primary key {key}"));
    // One that expires, and one that is taken back.
    let brief = gpg.subkey(&key, "ed25519", "sign", "10d");
    let by_brief = gpg.sign(&brief, SUMS, true);
    let keys = gpg.export(&key, true);
    assert_eq!(verify(&keys, &key, &by_brief, SUMS, at(MOMENT + 9 * DAY)), Ok(()));
    let told = said(verify(&keys, &key, &by_brief, SUMS, at(MOMENT + 11 * DAY)));
    assert!(told.starts_with(&format!("it is signed by the subkey {brief}, which has expired on 2024-01-11")), "{told}");
    gpg.revoke_subkey(&key, 1);
    let told = said(verify(&gpg.export(&key, true), &key, &by_subkey, SUMS, now));
    assert!(told.starts_with(&format!("it is signed by the subkey {signing}, which was revoked")), "{told}");
    assert_eq!(verify(&gpg.export(&key, true), &key, &by_brief, SUMS, now), Ok(()), "the other one was not");
}

/// A subkey whose binding says that it may sign, and whose back signature is missing, was taken from somebody else.
#[test]
fn a_subkey_that_another_key_took_for_its_own() {
    use pgp::packet::{Packet, PacketParser};
    use pgp::ser::Serialize;
    let Some(gpg) = Gpg::new() else { return };
    let (mine, theirs) = (gpg.key("ed25519", "cert", "never"), gpg.key("ed25519", "cert", "never"));
    let signing = gpg.subkey(&theirs, "ed25519", "sign", "never");
    let signature = gpg.sign(&signing, SUMS, false);
    // Its binding, moved to another primary key, does not hold.
    let packets = |bytes: Vec<u8>| PacketParser::new(std::io::Cursor::new(bytes)).map(Result::unwrap).collect::<Vec<_>>();
    let theirs_packets = packets(gpg.export(&theirs, false));
    let start = theirs_packets.iter().position(|packet| matches!(packet, Packet::PublicSubkey(_))).unwrap();
    let mut stolen = packets(gpg.export(&mine, false));
    stolen.extend(theirs_packets[start..].iter().cloned());
    let bytes: Vec<u8> = stolen.iter().flat_map(|packet| packet.to_bytes().unwrap()).collect();
    let told = said(verify(&bytes, &mine, &signature, SUMS, at(MOMENT + 60)));
    assert!(told.contains("which its primary key does not vouch for"), "{told}");
    assert_eq!(verify(&gpg.export(&theirs, false), &theirs, &signature, SUMS, at(MOMENT + 60)), Ok(()));
    // A subkey that only encrypts cannot sign whatever it claims.
    let certifies = gpg.run(&["--local-user", &format!("{mine}!"), "--detach-sign"], SUMS, MOMENT);
    if !certifies.is_empty() {
        let told = said(verify(&gpg.export(&mine, false), &mine, &certifies, SUMS, at(MOMENT + 60)));
        assert!(told.contains("which may not sign files"), "{told}");
    }
}

#[test]
fn hashes_that_are_broken() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("rsa2048", "sign", "never");
    let keys = gpg.export(&key, true);
    for (hash, good) in
        [("SHA1", false), ("RIPEMD160", false), ("SHA224", false), ("SHA256", true), ("SHA384", true), ("SHA512", true)]
    {
        let by = ["--local-user", &key.to_string(), "--digest-algo", hash, "--detach-sign"];
        let signature = gpg.run(&by, SUMS, MOMENT);
        let told = said(verify(&keys, &key, &signature, SUMS, at(MOMENT + 60)));
        match good {
            true => assert_eq!(told, "good", "{hash}"),
            false => assert!(told.contains("which is no evidence any more"), "{hash}: {told}"),
        }
    }
    let short = gpg.key("rsa1024", "sign", "never");
    let told = said(verify(&gpg.export(&short, true), &short, &gpg.sign(&short, SUMS, true), SUMS, at(MOMENT + 60)));
    assert!(told.contains("is too weak to prove anything"), "{told}");
}

#[test]
fn texts_that_are_signed_in_themselves() {
    let Some(gpg) = Gpg::new() else { return };
    let key = gpg.key("rsa2048", "sign", "never");
    let keys = gpg.export(&key, true);
    let odd = [SUMS, b"- dashed\n-\n--- more\n\n  blanks at the end \t \nFrom here\nlast".as_slice()].concat();
    for text in [SUMS.to_vec(), odd.clone(), [odd, b"\n\n\n".to_vec()].concat()] {
        let signed = gpg.run(&["--local-user", &key.to_string(), "--clearsign"], &text, MOMENT);
        let taken = clearsign::split(&signed).unwrap().unwrap();
        assert_eq!(verify(&keys, &key, taken.signature, &taken.signed, at(MOMENT + 60)), Ok(()));
        // With other line ends, and with text around it, it is the same; with another letter it is not.
        let dos = String::from_utf8(signed.clone()).unwrap().replace('\n', "\r\n");
        let around = [b"bbbb  before\n", dos.as_bytes(), b"bbbb  after\n"].concat();
        let taken = clearsign::split(&around).unwrap().unwrap();
        assert_eq!(verify(&keys, &key, taken.signature, &taken.signed, at(MOMENT + 60)), Ok(()));
        let other = String::from_utf8(signed).unwrap().replace("linux", "linuz");
        let taken = clearsign::split(other.as_bytes()).unwrap().unwrap();
        assert_eq!(verify(&keys, &key, taken.signature, &taken.signed, at(MOMENT + 60)), Err(SignatureFault::Wrong));
    }
}

/// The archive's own: the InRelease that apt has on this host, by the key of Debian's package.
#[test]
fn the_release_of_debian_itself() {
    let ring = Path::new("/usr/share/keyrings/debian-archive-keyring.gpg");
    let Ok(keys) = std::fs::read(ring) else { return absent("debian-archive-keyring") };
    let twelve: Fingerprint = "B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8".parse().unwrap();
    assert_eq!(judge_keys(&keys, &twelve), Ok(()));
    let subkey: Fingerprint = "4CB50190207B4758A3F73A796ED0E7B82643E131".parse().unwrap();
    assert_eq!(judge_keys(&keys, &subkey), Err(KeyFault::Subkey { wanted: subkey, primary: twelve }));
    let lists = std::fs::read_dir("/var/lib/apt/lists").into_iter().flatten().flatten().map(|entry| entry.path());
    let release = lists.into_iter().find(|path| path.to_string_lossy().ends_with("_dists_bookworm_InRelease"));
    // A host that takes its packages from elsewhere has none; what gpg signs is tested above.
    let Some(release) = release else { return };
    let bytes = std::fs::read(release).unwrap();
    let taken = clearsign::split(&bytes).unwrap().unwrap();
    let now = Utc::of(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs());
    assert_eq!(verify(&keys, &twelve, taken.signature, &taken.signed, now), Ok(()));
    let stable: Fingerprint = "4D64FEC119C2029067D6E791F8D2585B8783D481".parse().unwrap();
    assert_eq!(verify(&keys, &stable, taken.signature, &taken.signed, now), Ok(()), "it is signed by both");
    let security: Fingerprint = "05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0".parse().unwrap();
    assert!(matches!(verify(&keys, &security, taken.signature, &taken.signed, now), Err(SignatureFault::Others { .. })));
    let list = read(&bytes).unwrap();
    let url = "https://ftp.debian.org/debian/dists/bookworm/main/installer-amd64/current/images/SHA256SUMS".parse().unwrap();
    assert!(list.of_urls(&[url]).unwrap().sha256.is_some());
}
