//! Every URL of a stage-2 script belongs to one boot of one machine.

use crate::support::lab::Lab;

#[test]
fn every_url_of_a_script_is_of_its_boot() {
    let lab = Lab::usual();
    lab.edit(|text| text.replace("recipe: debian,", "recipe: debian, answer: preseed.cfg.j2,"));
    lab.write("templates/preseed.cfg.j2", "d-i netcfg/get_hostname string {{ host.name }}\n");
    let mut serve = lab.serve(&["--yes"]);
    let web = serve.machine(2).serial("SN-WEB");
    let script = web.boot();
    let id = serve.wait("script")["boot"].as_str().unwrap().to_owned();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    let boot = format!("http://{}/b/{id}/", serve.http);
    let urls = script.urls();
    assert!(urls.len() >= 3 && urls.iter().all(|url| url.starts_with(&boot)), "{urls:?}");
    let answer = script.text.split_ascii_whitespace().find_map(|word| word.strip_prefix("url=")).expect("the preseed file's URL");
    assert!(answer.starts_with(&boot), "{answer}");
    assert_eq!(web.get(answer).text(), "d-i netcfg/get_hostname string web-01\n");
    assert_ne!(web.boot().url("/booted"), script.url("/booted"), "each boot has an id of its own");
}

#[test]
fn a_boot_is_its_machine_s_alone() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    let (web, other) = (serve.machine(2).serial("SN-WEB"), serve.machine(3));
    let script = web.boot();
    for url in script.urls() {
        assert_eq!(other.get(&url).status, 403, "{url}");
    }
    assert!(web.boot().installs(), "and a stranger's beacon uses nothing up");
    assert_eq!(web.beacon(&script).status, 200);
}

#[test]
fn an_id_that_nobody_has_is_nothing() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    let web = serve.machine(2).serial("SN-WEB");
    let id = "0123456789abcdef0123456789abcdef";
    for what in ["artifacts/linux", "answer/preseed.cfg.j2", "event/booted"] {
        assert_eq!(web.get(&format!("/b/{id}/{what}")).status, 404, "{what}");
    }
    assert_ne!(web.get("/b/../artifacts/linux").status, 200);
}

#[test]
fn files_are_for_people_too_but_answers_and_beacons_are_not() {
    let lab = Lab::usual();
    let serve = lab.serve(&["--yes"]);
    let person = serve.machine(9);
    assert_eq!(person.get("/artifacts/linux").body, std::fs::read(lab.path("files/linux")).unwrap());
    for path in [
        "/answer/preseed.cfg.j2",
        "/event/booted",
        "/artifacts/../inventory.yaml",
        "/artifacts/inventory.yaml",
        "/inventory.yaml",
    ] {
        let answer = person.get(path);
        assert_ne!(answer.status, 200, "{path}");
        let folder = lab.path("").display().to_string();
        assert!(!answer.text().contains(folder.trim_end_matches('/')), "no path of the server goes out: {}", answer.text());
    }
}
