//! Secrets: placeholders for people, values for machines, and neither where something is wrong with a value.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::collections::BTreeMap;

use common::{BASE, Bench, Says, ask, asker, at, templates};
use pxectl_model::arch::Firmware;
use pxectl_model::boot::Standing;
use pxectl_model::diag::{Diagnostic, Place, Severity};
use pxectl_model::secret::{Secret, SecretSource};
use pxectl_model::settings::FileKey;
use pxectl_render::Scripts;

const MARK: &str = "Xy7-mark-of-the-value";

fn bench(answer: Option<&str>) -> Bench {
    let mut says = Says::recipe("linux").file(FileKey::Kernel, "linux");
    says.0.answer = answer.map(|template| at(template.to_owned(), "answer"));
    for name in ["pw", "other"] {
        let source = at(SecretSource::Env(name.to_owned()), &format!("profiles.p.secrets.{name}"));
        says.0.secrets.insert(name.to_owned(), source);
    }
    Bench::new().artifacts(&["linux"]).profile("p", says).host("SN-1000", Some("web-01"), "p", &[], Says::default())
}

fn with(bench: &Bench, own: &[(&str, &str)], pw: &str) -> Result<Scripts, Vec<Diagnostic>> {
    let values = [("pw", pw), ("other", "harmless")];
    let values = values.map(|(name, value)| (SecretSource::Env(name.to_owned()), Secret::new(value))).into();
    Scripts::with_secrets(bench.inventory(), &bench.parts.lab.sites[0], &templates(own), BASE, BTreeMap::new(), values)
}

fn answer(stage2: &pxectl_model::boot::Stage2, name: &str) -> String {
    String::from_utf8(stage2.answers[name].to_vec()).unwrap()
}

#[test]
fn people_see_placeholders_and_the_machine_gets_the_value() {
    let own = [("a.xml.j2", "<p>{{ secrets.pw }}</p>{% if secrets.none is defined %}no{% endif %}")];
    let bench = bench(Some("a.xml.j2"));
    let scripts = with(&bench, &own, "a<b & c").unwrap();
    assert_eq!(answer(&scripts.preview(0, Firmware::Bios).unwrap(), "a.xml"), "<p>SECRET-pw</p>");
    let (_, stage2) = ask(&scripts, &asker("SN-1000", "", Some(Firmware::Bios)), Standing::Armed);
    assert_eq!(answer(&stage2, "a.xml"), "<p>a&lt;b &amp; c</p>");
    assert!(scripts.warnings().is_empty(), "{:?}", scripts.warnings());
    assert!(!format!("{scripts:?}").contains("a<b"), "not even for who debugs");
    let masked = bench.try_scripts(&own).unwrap();
    let (_, stage2) = ask(&masked, &asker("SN-1000", "", Some(Firmware::Bios)), Standing::Armed);
    assert_eq!(answer(&stage2, "a.xml"), "<p>SECRET-pw</p>");
}

#[test]
fn a_placeholder_fits_wherever_a_value_may() {
    let name = pxectl_render::placeholder("admin_password_2");
    for language in pxectl_render::guard::Language::ALL {
        assert!(pxectl_render::guard::fit(language, &name).is_ok() || language == pxectl_render::guard::Language::Dhcp);
    }
}

#[test]
fn a_name_that_nobody_declares_is_undefined() {
    let found = bench(Some("a.sh.j2")).try_scripts(&[("a.sh.j2", "{{ secrets.pwd }}\n")]).unwrap_err();
    assert_eq!(found[0].rule.0, "template-name");
    assert!(found[0].message.contains("secrets.pwd") && found[0].help.as_ref().unwrap().contains("`secrets`"), "{found:?}");
}

#[test]
fn a_value_that_does_not_fit_is_told_without_it() {
    let spoilt = format!("{MARK} $(x)");
    for (own, says, route) in [
        (
            ("a.sh.j2", "PW={{ secrets.pw }}\n"),
            "the value of the secret `pw` cannot stand in a shell script",
            "profiles.p.secrets.pw",
        ),
        (("a.sh.j2", "PW={{ secrets.pw|upper }}\n"), "what is made of the secrets `other`, `pw`", "profiles.p.secrets.other"),
        (
            ("a.sh.j2", "{% include secrets.pw if secrets.pw != 'SECRET-pw' else 'b.sh.j2' %}"),
            "what is made of",
            "profiles.p.secrets.other",
        ),
        (("a.cfg.j2", "d-i preseed/late_command string x {{ secrets.pw }}\n"), "`pw` cannot stand in", "profiles.p.secrets.pw"),
    ] {
        let found = with(&bench(Some(own.0)), &[own, ("b.sh.j2", "")], &spoilt).err().unwrap();
        let Place::Route(place) = &found[0].at else { panic!("{found:?}") };
        assert!(found[0].message.contains(says) && place.to_string() == route, "{found:?}");
        let shown = format!("{found:?}").to_lowercase();
        assert!(!shown.contains(&MARK.to_lowercase()), "{shown}");
    }
}

#[test]
fn a_script_that_a_value_breaks_is_told_without_the_line() {
    let own = [(
        "linux.ipxe.j2",
        "{% extends \"builtin/linux.ipxe.j2\" %}{% block load %}{{ secrets.pw|safe }}\n{{ super() }}{% endblock %}",
    )];
    assert!(with(&bench(None), &own, "echo fine").is_err(), "with the placeholder it is no command");
    let own = [(
        "linux.ipxe.j2",
        "{% extends \"builtin/linux.ipxe.j2\" %}{% block load %}echo {{ secrets.pw|safe }}\n{{ super() }}{% endblock %}",
    )];
    let found = with(&bench(None), &own, &format!("x\n{MARK} y")).err().unwrap();
    assert!(found[0].message.contains("breaks what is rendered"), "{found:?}");
    assert!(!format!("{found:?}").contains(MARK), "{found:?}");
}

#[test]
fn a_secret_in_a_script_is_a_warning() {
    let own = [(
        "linux.ipxe.j2",
        "{% extends \"builtin/linux.ipxe.j2\" %}{% block load %}echo {{ secrets.pw }}\n{{ super() }}{% endblock %}",
    )];
    let scripts = bench(None).try_scripts(&own).unwrap();
    let [warning] = scripts.warnings() else { panic!("{:?}", scripts.warnings()) };
    assert_eq!((warning.rule.0, warning.severity), ("secret-in-script", Severity::Warning));
    assert!(warning.message.contains("`pw`") && warning.message.contains("profile `p`"), "{warning:?}");
    let own = own[0].1.replace("secrets.pw", "vars.x");
    let mut bench = bench(None);
    bench = bench.host("SN-2000", None, "p", &[], Says::default().var("x", "SECRET-pwx"));
    bench.parts.hosts.remove(0);
    assert!(bench.try_scripts(&[("linux.ipxe.j2", &own)]).unwrap().warnings().is_empty(), "another word");
}

#[test]
fn nobody_boots_with_a_placeholder_for_a_password() {
    let bench = bench(Some("a.sh.j2"));
    let own = [("a.sh.j2", "{{ secrets.pw }}\n")];
    let values = BTreeMap::new();
    let site = &bench.parts.lab.sites[0];
    let scripts = Scripts::with_secrets(bench.inventory(), site, &templates(&own), BASE, BTreeMap::new(), values).unwrap();
    use pxectl_model::boot::{Action, Responder};
    let asker = asker("SN-1000", "", Some(Firmware::Bios));
    let who = scripts.recognise(&asker);
    let (stage2, problem) = scripts.script(&asker, &who, common::BOOT, Standing::Armed);
    assert_eq!(stage2.action, Action::Refuse);
    assert!(problem.unwrap().contains("its secret `other` was not read"));
    let (stage2, problem) = scripts.script(&asker, &who, common::BOOT, Standing::Outside);
    assert_eq!((stage2.action, problem), (Action::Local, None), "outside the plan it boots its disk");
}

#[test]
fn what_fails_for_one_machine_alone_is_told_without_the_value() {
    // Sound for every machine that was tried, and not for one that calls itself otherwise.
    let own = [("a.sh.j2", "{% if host.product == 'Odd' %}{{ secrets.pw }}{% endif %}\n")];
    let scripts = with(&bench(Some("a.sh.j2")), &own, &format!("{MARK} $(x)")).unwrap();
    let mut asker = asker("SN-1000", "", Some(Firmware::Bios));
    asker.identity.product = "Odd".to_owned();
    use pxectl_model::boot::Responder;
    let who = scripts.recognise(&asker);
    let (stage2, problem) = scripts.script(&asker, &who, common::BOOT, Standing::Armed);
    let problem = problem.unwrap();
    assert!(problem.contains("what is made of its secrets `other`, `pw` does not fit"), "{problem}");
    assert!(!problem.contains(MARK) && !stage2.text.contains(MARK));
}
