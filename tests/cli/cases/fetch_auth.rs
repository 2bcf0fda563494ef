//! `fetch` from servers that want to see something first: shown to them, and to nobody else.

use crate::support::files;
use crate::support::lab::{HEAD, Lab, digest};
use crate::support::mirror::Mirror;
use crate::support::run;

/// In no output and in no file.
const TOKEN: &str = "MARKED-f00dfeed-TOKEN";

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
    assert!(!format!("{ran:?}").contains(TOKEN), "{ran:?}");
    ran
}

/// Whether any file of the lab holds it, but for the one that it comes from.
fn leaked(folder: &std::path::Path) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        let holds =
            |path: &std::path::Path| std::fs::read(path).unwrap().windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
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
    // RFC 7617: base64 of `ci:` and the token.
    let expected = "Basic Y2k6TUFSS0VELWYwMGRmZWVkLVRPS0VO";
    let mirror = Mirror::guarded(&[("image", &image())], expected);
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
