//! `fetch` from real servers: nginx with certificates of a private CA, behind proxies, restarted in the middle.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::support::PATIENCE;
use crate::support::files;
use crate::support::lab::{HEAD, Lab, digest};
use crate::support::mirror::Mirror;
use crate::support::nginx::{Nginx, has};
use crate::support::proxy::Proxy;
use crate::support::relay::{Harm, Relay};
use crate::support::run::{self, Ran};

fn image() -> Vec<u8> {
    files::noise(80, 400_000)
}

fn lab(url: &str) -> Lab {
    let lab = Lab::usual();
    let artifacts = format!("artifacts:\n  image: {{url: \"{url}\", sha256: {}}}\n", digest(&image()));
    lab.write("inventory.yaml", format!("{HEAD}{artifacts}"));
    lab
}

/// `fetch` with nothing in its environment that leads elsewhere, but for this.
fn command(lab: &Lab, env: &[(&str, String)]) -> Command {
    let mut command = run::command(lab.folder(), &["fetch"]);
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name);
    }
    command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR").envs(env.iter().map(|(name, value)| (name, value)));
    command
}

fn fetch(url: &str, env: &[(&str, String)]) -> Ran {
    let lab = lab(url);
    run::wait(command(&lab, env), "fetch")
}

fn openssl(folder: &Path, args: &str) {
    let output = Command::new("openssl").current_dir(folder).args(args.split(' ')).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A CA of its own, and a certificate by it for each of these names and days.
fn certificates(folder: &Path, certificates: &[(&str, &str, i32)]) {
    const NEW: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(folder, &format!("req -x509 {NEW} -keyout ca.key -out ca.pem -days 30 -subj /CN=ca -addext keyUsage=keyCertSign"));
    openssl(folder, &format!("req {NEW} -keyout key.pem -out request.pem -subj /CN=server"));
    for (file, name, days) in certificates {
        std::fs::write(folder.join("names"), format!("subjectAltName=DNS:{name}\n")).unwrap();
        let by = "-CA ca.pem -CAkey ca.key -CAcreateserial -extfile names";
        openssl(folder, &format!("x509 -req -in request.pem {by} -days {days} -out {file}.pem"));
    }
}

#[test]
fn certificates_are_held_against_what_the_system_trusts() {
    if !has("nginx", "-v") || !has("openssl", "version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    certificates(at, &[("good", "localhost", 30), ("other", "other.example.net", 30), ("expired", "localhost", -1)]);
    std::fs::write(at.join("image"), image()).unwrap();
    let server = |name| format!("ssl_certificate {0}/{name}.pem; ssl_certificate_key {0}/key.pem;", at.display());
    let servers = ["good", "other", "expired"].map(server);
    let nginx = Nginx::start(at, &servers.each_ref().map(String::as_str));
    let url = |n: usize| format!("https://localhost:{}/image", nginx.port(n));
    let ours = || vec![("SSL_CERT_FILE", at.join("ca.pem").display().to_string())];
    fetch(&url(0), &ours()).ends_with(0).prints("fetched, as the inventory says");
    let no = fetch(&url(0), &[]).ends_with(2).one_error();
    no.says("nobody whom this system trusts has signed its certificate")
        .says("hint: if it is a CA of your own")
        .says("SSL_CERT_FILE");
    fetch(&url(1), &ours()).ends_with(2).one_error().says("its certificate is for another name").says("hint: use the name");
    fetch(&url(2), &ours()).ends_with(2).one_error().says("its certificate has expired").says("hint: look at this host's clock");
    // By CONNECT the proxy learns a name and hands on what it cannot read.
    let proxy = Proxy::new();
    for (variable, scheme) in [("https_proxy", "http"), ("HTTPS_PROXY", "socks5h"), ("all_proxy", "socks5h")] {
        let env = [ours(), vec![(variable, proxy.url(scheme))]].concat();
        fetch(&url(0), &env).ends_with(0);
        let asked = proxy.asked();
        let expected = if scheme == "http" { "CONNECT" } else { "socks" };
        assert!(asked.len() == 1 && asked[0].starts_with(&format!("{expected} localhost:{}", nginx.port(0))), "{asked:?}");
        let env = [env, vec![("no_proxy", "localhost".to_owned())]].concat();
        fetch(&url(0), &env).ends_with(0);
        assert!(proxy.asked().is_empty());
    }
    let gone = [ours(), vec![("https_proxy", "http://127.0.0.1:1".to_owned())]].concat();
    fetch(&url(0), &gone).ends_with(2).says("hint: the environment names a proxy in https_proxy").says("no_proxy");
}

#[test]
fn tls_that_is_cut_or_garbled_goes_on_and_is_never_the_end_of_a_file() {
    if !has("nginx", "-v") || !has("openssl", "version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    certificates(at, &[("good", "localhost", 30)]);
    std::fs::write(at.join("image"), image()).unwrap();
    std::fs::create_dir(at.join("plain")).unwrap();
    let nginx = Nginx::start(at, &[&format!("ssl_certificate {0}/good.pem; ssl_certificate_key {0}/key.pem;", at.display())]);
    let ours = [("SSL_CERT_FILE", at.join("ca.pem").display().to_string())];
    // In the middle of the file, once and then again. What TLS knows to be wrong is nowhere taken for right.
    for harm in [Harm::Cut as fn(usize) -> Harm, Harm::Garble] {
        for pin in [true, false] {
            let relay = Relay::new(nginx.port(0), &[harm(100_000), harm(150_000)]);
            let lab = lab(&format!("https://localhost:{}/image", relay.port()));
            if !pin {
                lab.edit(|text| text.replace(&format!(", sha256: {}", digest(&image())), ""));
            }
            let ran = run::wait(command(&lab, &ours), "fetch").ends_with(0);
            let broke = ran.stderr.matches("the connection broke after ").count();
            assert_eq!(broke, 2, "{}", ran.stderr);
            assert!(!ran.stderr.contains("from the beginning") && !ran.stderr.contains("rustls"), "{}", ran.stderr);
            assert!(lab.read("pxectl.lock").contains(&digest(&image()).to_string()), "pinned: {pin}");
        }
    }
    let plain = Nginx::start(&at.join("plain"), &["return 404;"]);
    let no = fetch(&format!("https://localhost:{}/image", plain.port(0)), &ours).ends_with(2).one_error();
    no.says("it does not speak TLS there").says("hint: look at the port, and whether it is `http://` that it speaks there");
    let closing = Relay::new(nginx.port(0), &[Harm::Cut(10)]);
    let no = fetch(&format!("https://localhost:{}/image", closing.port()), &ours).ends_with(2).one_error();
    no.says("it closed the connection before TLS was set up");
}

#[test]
fn plain_http_goes_through_its_own_proxy() {
    let (mirror, proxy) = (Mirror::new(&[("image", &image())]), Proxy::new());
    for scheme in ["http", "socks5"] {
        fetch(&mirror.url("image"), &[("http_proxy", proxy.url(scheme))]).ends_with(0);
        let asked = proxy.asked();
        assert!(asked.len() == 1 && asked[0].contains(mirror.url("image").split('/').nth(2).unwrap()), "{asked:?}");
    }
    let with = proxy.url("http").replace("://", "://joe:hunter2@");
    fetch(&mirror.url("image"), &[("http_proxy", with)]).ends_with(0);
    // RFC 7617: base64 of joe:hunter2.
    assert!(proxy.asked()[0].to_lowercase().contains("proxy-authorization: basic am9lomh1bnrlcji="));
    fetch(&mirror.url("image"), &[("https_proxy", proxy.url("http"))]).ends_with(0);
    assert!(proxy.asked().is_empty(), "that one is for https");
}

#[test]
fn a_server_that_is_restarted_is_waited_for_and_goes_on() {
    if !has("nginx", "-v") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("image"), image()).unwrap();
    // Slow, so that it is in the middle when it ends.
    let nginx = Nginx::start(at, &["limit_rate 100k;"]);
    let lab = lab(&format!("http://127.0.0.1:{}/image", nginx.port(0)));
    let child = command(&lab, &[]).spawn().unwrap();
    let part = lab.path(format!("store/partial/{}.part", digest(&image())));
    let len = || std::fs::metadata(&part).map_or(0, |meta| meta.len());
    let until = Instant::now() + PATIENCE;
    while len() < 50_000 {
        assert!(Instant::now() < until, "nothing came");
        std::thread::yield_now();
    }
    let nginx = nginx.restart(at);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && said.contains("the connection broke after ") && said.contains("trying again in 1s"),
        "{said}"
    );
    assert!(!said.contains("from the beginning"), "{said}");
    drop(nginx);
}
