//! `fetch` from servers that want to see something first: shown to them, and to nobody else.

use crate::support::files;
use crate::support::lab::{HEAD, Lab, digest};
use crate::support::mirror::Mirror;
use crate::support::run;

/// In no output and in no file.
const TOKEN: &str = "MARKED-f00dfeed-TOKEN";
/// RFC 7617: base64 of `ci:` and the token.
const PAIR: &str = "Y2k6TUFSS0VELWYwMGRmZWVkLVRPS0VO";

fn image() -> Vec<u8> {
    files::noise(70, 200_000)
}

fn lab(mirror: &Mirror, auth: &str) -> Lab {
    let lab = Lab::usual();
    let text = format!("artifacts:\n  image: {{url: \"{}\", sha256: {}, auth: {auth}}}\n", mirror.url("image"), digest(&image()));
    lab.write("inventory.yaml", format!("{HEAD}{text}"));
    lab
}

fn ran(lab: &Lab, args: &[&str], env: &[(&str, &str)]) -> run::Ran {
    let mut command = run::command(lab.folder(), args);
    command.envs(env.iter().copied()).env("RUST_BACKTRACE", "full");
    let ran = run::wait(command, &args.join(" "));
    assert!([TOKEN, PAIR].iter().all(|secret| !format!("{ran:?}").contains(secret)), "{ran:?}");
    ran
}

/// Whether any file of the lab holds it, but for the one that it comes from.
fn leaked(folder: &std::path::Path) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        let has = |bytes: &[u8], secret: &str| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        let holds = |path: &std::path::Path| [TOKEN, PAIR].iter().any(|secret| has(&std::fs::read(path).unwrap(), secret));
        if path.is_dir() { leaked(&path) } else { !path.ends_with("token") && holds(&path) }
    })
}

#[test]
fn a_token_is_shown_to_its_server_and_to_nobody_else() {
    let mirror = Mirror::guarded(&[("image", &image())], &format!("Bearer {TOKEN}"));
    let lab = lab(&mirror, "{bearer: {env: FILES_TOKEN}}");
    let with = [("FILES_TOKEN", TOKEN)];
    let no = ran(&lab, &["fetch"], &[]).ends_with(2).one_error();
    no.says("error: image: the secret `bearer` of its `auth` has no value: the environment variable FILES_TOKEN: it is not set")
        .says("hint: set the variable where `pxectl fetch` is started");
    assert!(mirror.log().1.is_empty(), "nobody was asked");
    let no = ran(&lab, &["fetch", "-vv"], &[("FILES_TOKEN", "wrong")]).ends_with(2).one_error();
    no.says("it answers 401 Unauthorized").says("hint: what the artifact's `auth` shows it is not accepted");
    let no = ran(&lab, &["fetch"], &[("FILES_TOKEN", &format!("{TOKEN}\n"))]).ends_with(2).one_error();
    no.says("a bearer token has only visible ASCII characters");
    ran(&lab, &["fetch"], &with).ends_with(0).prints("fetched, as the inventory says");
    // What is here needs no token.
    ran(&lab, &["fetch"], &[]).ends_with(0).prints("already here");
    ran(&lab, &["lint", "--deny", "warnings"], &with).ends_with(1).prints("warning[auth-over-http]");
    for args in [&["list", "artifacts"][..], &["list", "artifacts", "--format", "json"], &["lint", "--here"]] {
        ran(&lab, args, &with);
    }
    assert!(!leaked(lab.folder()));
}

#[test]
fn a_password_out_of_a_file_or_a_command() {
    let mirror = Mirror::guarded(&[("image", &image())], &format!("Basic {PAIR}"));
    for source in ["{file: token}", "{command: [cat, token]}"] {
        let lab = lab(&mirror, &format!("{{basic: {{user: ci, password: {source}}}}}"));
        lab.write("token", format!("{TOKEN}\n"));
        ran(&lab, &["fetch"], &[]).ends_with(0);
        assert!(!leaked(lab.folder()));
    }
    let lab = lab(&mirror, "{basic: {user: ci, password: {command: [sh, -c, \"echo cannot unlock >&2; exit 3\"]}}}");
    ran(&lab, &["fetch"], &[]).ends_with(2).says("exit status: 3: cannot unlock").says("hint: run the command by hand");
}

#[test]
fn a_password_in_a_url_is_told_and_not_shown() {
    let mirror = Mirror::new(&[]);
    let lab = lab(&mirror, "{bearer: {env: T}}");
    lab.edit(|text| text.replace("http://", &format!("http://joe:{TOKEN}@")));
    let no = ran(&lab, &["lint"], &[]).ends_with(1);
    no.prints("error[invalid-value]: a user or password in a URL stands in git")
        .prints("auth: {basic: {user: NAME, password: {env: VARIABLE}}}");
    ran(&lab, &["fetch"], &[]).ends_with(2).says("nothing was fetched");
    for format in ["json", "sarif", "github"] {
        ran(&lab, &["lint", "--format", format], &[]).ends_with(1);
    }
}

#[test]
fn whatever_is_done_with_the_lab_tells_nobody() {
    let kernel = files::kernel(70);
    for (auth, wants) in [
        ("{bearer: {env: FILES_TOKEN}}", format!("Bearer {TOKEN}")),
        ("{basic: {user: ci, password: {env: FILES_TOKEN}}}", format!("Basic {PAIR}")),
    ] {
        let mirror = Mirror::guarded(&[("image", &kernel)], &wants);
        let lab = lab(&mirror, auth);
        lab.edit(|text| text.replace(&digest(&image()).to_string(), &digest(&kernel).to_string()));
        lab.edit(|text| {
            format!(
                "{text}profiles:\n  rescue: {{recipe: linux, kernel: image}}\nhosts:\n  - {{serial: SN-1, profile: rescue}}\n"
            )
        });
        let with = [("FILES_TOKEN", TOKEN)];
        // Before it is there, while it comes, and after.
        ran(&lab, &["explain", "SN-1"], &with).ends_with(0);
        ran(&lab, &["boot-test", "SN-1"], &with).ends_with(1);
        ran(&lab, &["fetch", "-vv"], &with).ends_with(0);
        for args in [
            "explain SN-1",
            "explain SN-1 --format json",
            "render boot SN-1",
            "boot-test SN-1",
            "lint --format json",
            "lint --here --format sarif",
            "list artifacts --format json",
            "outdated --format json",
            "verify --format json",
            "store ls",
            "store gc --dry-run",
            "bundle export lab.tar",
        ] {
            let ran = ran(&lab, &args.split(' ').collect::<Vec<_>>(), &with);
            assert!(ran.code <= 1, "{args}: {ran:?}");
        }
        assert!(lab.path("lab.tar").exists() && !leaked(lab.folder()));
        mirror.put("image", b"other");
        ran(&lab, &["outdated"], &with).ends_with(1).prints("image  changed");
        // What the server answers to the right one is told, too.
        mirror.redirect("image", "http://127.0.0.1:1/away");
        std::fs::remove_dir_all(lab.path("store")).unwrap();
        ran(&lab, &["fetch", "-vv"], &with).ends_with(2).one_error();
        assert!(!leaked(lab.folder()));
        assert!(mirror.shown().len() >= 3 && mirror.shown().iter().all(|shown| shown.as_ref() == Some(&wants)));
    }
}

#[test]
fn a_redirect_takes_no_password_along() {
    let elsewhere = Mirror::new(&[("image", &image())]);
    // By another port, and by another name of this host.
    for to in [elsewhere.url("image"), elsewhere.url("image").replace("127.0.0.1", "localhost")] {
        for (auth, wants) in [
            ("{bearer: {env: FILES_TOKEN}}", format!("Bearer {TOKEN}")),
            ("{basic: {user: ci, password: {env: FILES_TOKEN}}}", format!("Basic {PAIR}")),
        ] {
            let mirror = Mirror::guarded(&[("here", &image())], &wants);
            let (lab, with) = (lab(&mirror, auth), [("FILES_TOKEN", TOKEN)]);
            mirror.redirect("image", &to);
            ran(&lab, &["fetch"], &with).ends_with(0);
            ran(&lab, &["outdated"], &with).ends_with(0);
            assert!(!leaked(lab.folder()));
            assert_eq!(mirror.shown(), [Some(wants.clone()), Some(wants.clone())]);
            // To the same server it is shown again: that is who it is for.
            mirror.redirect("near", &mirror.url("here"));
            std::fs::remove_dir_all(lab.path("store")).unwrap();
            lab.edit(|text| text.replace(&mirror.url("image"), &mirror.url("near")));
            ran(&lab, &["fetch"], &with).ends_with(0);
            assert_eq!(mirror.shown()[2..], [Some(wants.clone()), Some(wants)]);
        }
    }
    assert!(elsewhere.shown().len() >= 8 && elsewhere.shown().iter().all(Option::is_none), "{:?}", elsewhere.shown());
}
