//! Templates of a lab's own: what takes precedence, what is found wrong, and where the finding points.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types)]

mod common;

use common::{BOOT, Bench, Says, ask, asker, name};
use pxectl_model::arch::Firmware;
use pxectl_model::boot::{Action, Responder, Standing, Verdict};
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::ipxe::{Dialect, check};
use pxectl_model::settings::{FileKey, Inject, Var};
use pxectl_model::source::FileId;

const MAC: &str = "52:54:00:12:34:56";

fn debian() -> Says {
    Says::recipe("debian").file(FileKey::Kernel, "linux").initrds(&["initrd"])
}

fn bench(profile: Says, host: Says) -> Bench {
    Bench::new().profile("p", profile).host("7CX1234", Some("web-01"), "p", &[(MAC, None)], host)
}

/// The only finding, with the text that it points at.
fn finding(bench: &Bench, own: &[(&str, &str)]) -> (Diagnostic, String) {
    let mut findings = bench.try_scripts(own).unwrap_err();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let found = findings.remove(0);
    assert!(found.help.is_some(), "every finding says what to do: {found:?}");
    let place = match &found.at {
        Place::Span(span) => {
            let text = own[usize::try_from(span.file.0 - 200).unwrap()].1;
            text[span.start..span.end].to_owned()
        }
        Place::Route(route) => route.to_string(),
        Place::File(FileId(id)) => format!("file {id}"),
    };
    (found, place)
}

#[test]
fn a_labs_own_template_takes_precedence_and_can_reach_below() {
    let own = "{% extends \"builtin/linux.ipxe.j2\" %}{% block load %}echo before {{ vars.word }}\n{{ super() }}{% endblock %}";
    let bench = bench(debian().var("word", "hello"), Says::default());
    let scripts = bench.try_scripts(&[("linux.ipxe.j2", own)]).unwrap();
    let (_, stage2) = ask(&scripts, &asker("7CX1234", MAC, Some(Firmware::Bios)), Standing::Armed);
    let before = stage2.text.find("echo before hello\n").unwrap();
    assert!(before < stage2.text.find("\nkernel ").unwrap(), "{}", stage2.text);
    assert_eq!(stage2.loads.len(), 2);
}

#[test]
fn findings_point_at_the_template() {
    let answer = |text| [("preseed.cfg.j2", text)];
    let bench = bench(debian().answer("preseed.cfg.j2").var("disk", "/dev/vda"), Says::default());
    for (text, rule, at, says) in [
        ("d-i x string {{ vars.dsk }}\n", "template-name", "vars.dsk", "`vars.dsk`"),
        ("d-i x string {{ host.srial }}\n", "template-name", "host.srial", "`host.srial`"),
        ("{% if false %}{{ hots.name }}{% endif %}", "template-name", "hots", "`hots`"),
        ("d-i x string {{ url }}\n", "value-refused", "url", "nothing is given"),
        ("d-i x string {{ args }}\n", "value-refused", "args", "it is a sequence"),
        ("d-i x\n{% if %}\n", "template-error", "%}", "syntax error"),
        ("{% extends \"nothing.j2\" %}", "template-missing", "extends \"nothing.j2\"", "nothing.j2"),
        ("{% include \"preseed.cfg.j2\" %}", "template-error", "", "recursion"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", "template-error", "", "fuel"),
        ("{{ host.name|shqq }}", "template-error", "shqq", "shqq"),
    ] {
        let (found, place) = finding(&bench, &answer(text));
        assert_eq!(found.rule.0, rule, "{text}: {found:?}");
        assert!(found.message.contains(says), "{text}: {}", found.message);
        assert!(place.contains(at), "{text}: {place}");
    }
}

#[test]
fn findings_point_at_the_value() {
    let bench = |profile: Says, host| bench(profile.answer("preseed.cfg.j2").args(&["quiet"]), host);
    let own = [("preseed.cfg.j2", "d-i preseed/late_command string echo {{ vars.motd }}\n")];
    let (found, place) = finding(&bench(debian(), Says::default().var("motd", "x`reboot`")), &own);
    assert_eq!((found.rule.0, place.as_str()), ("value-refused", "vars.motd"), "{found:?}");
    let xml = [("preseed.cfg.j2", ""), ("a.xml.j2", "<a>{{ vars.motd }}</a>")];
    let (found, place) = finding(&bench(debian(), Says::default().var("motd", "x\ny")).answer_with("a.xml.j2"), &xml);
    assert_eq!((found.rule.0, place.as_str()), ("value-refused", "vars.motd"), "{found:?}");
    assert!(matches!(found.related[0].at, Place::Span(span) if span.file == FileId(201)));
    let motd = Says::default().var("motd", "welcome");
    assert!(bench(debian(), motd.clone()).try_scripts(&own).is_ok());
    for (arg, says) in [("a b", "blank"), ("${serial}", "expand"), ("#x", "comment"), ("||", "separates"), ("x=\"y", "quote")] {
        let (found, place) = finding(&bench(debian(), motd.clone().args(&[arg])), &own);
        assert_eq!((found.rule.0, place.as_str()), ("value-refused", "args[0]"));
        assert!(found.message.contains(says), "{}", found.message);
    }
    let (found, place) = finding(&bench(debian().answer("gone.cfg.j2"), motd), &[]);
    assert_eq!((found.rule.0, place.as_str()), ("template-missing", "answer"), "{found:?}");
}

/// In every language a value that cannot stand there is told at its own line, also where the template puts it between other words.
#[test]
fn each_language_points_at_the_value() {
    let cases = [
        ("a.cfg.j2", "d-i preseed/late_command string echo {{ vars.motd }}", "x;y"),
        ("a.cfg.j2", "d-i x string {{ vars.motd }}", "x "),
        ("a.ks.j2", "network --hostname={{ vars.motd }}", "x y"),
        ("a.ks.j2", "echo {{ ('motd ' ~ vars.motd)|shq }}", "x\ny"),
        ("a.sh.j2", "echo {{ vars.motd|word }}", "x$y"),
        ("a.json.j2", "{\"a\": {{ vars.motd }}}", "x\u{7}"),
        ("user-data.j2", "a: {{ ('is ' ~ vars.motd)|json }}", "x\u{7}"),
        ("a.toml.j2", "a = {{ vars.motd }}", "x\u{7}"),
        ("a.xml.j2", "<a>{{ vars.motd }}</a>", "x\ny"),
        ("a.bat.j2", "set A={{ vars.motd }}", "x%y"),
        ("a.ini.j2", "a={{ vars.motd }}", "x;y"),
        ("a.txt.j2", "{{ vars.motd }}", "x\ny"),
        ("a.txt.j2", "option {{ vars.motd|dhcp }};", "é"),
    ];
    for (name, text, value) in cases {
        let bench = bench(debian().answer(name), Says::default().var("motd", value));
        let (found, place) = finding(&bench, &[(name, text)]);
        assert_eq!((found.rule.0, place.as_str()), ("value-refused", "vars.motd"), "{name}: {found:?}");
    }
    let script = "{% extends \"builtin/linux.ipxe.j2\" %}{% block load %}{{ super() }}set x {{ vars.motd }}\n{% endblock %}";
    let (found, place) = finding(&bench(debian(), Says::default().var("motd", "x y")), &[("linux.ipxe.j2", script)]);
    assert_eq!((found.rule.0, place.as_str()), ("value-refused", "vars.motd"), "{found:?}");
    let mut says = Says::default();
    says.0.vars.insert("keys".to_owned(), common::at(Var::List(vec!["fine".to_owned(), "not fine".to_owned()]), "vars.keys"));
    let own = [("a.ks.j2", "{% for key in vars.keys %}{{ key }}{% endfor %}")];
    let (found, place) = finding(&bench(debian().answer("a.ks.j2"), says), &own);
    assert_eq!((found.rule.0, place.as_str()), ("value-refused", "vars.keys[1]"), "{found:?}");
}

/// Hosts that differ in plain words are rendered once, and still no fault of one of them is missed.
#[test]
fn each_host_at_fault_is_told() {
    let answer = "{{ host.name }} {{ vars.disk|word }}\n";
    let mut bench = Bench::new().profile("p", debian().answer("a.txt.j2"));
    for n in 0..40 {
        let disk = if n % 10 == 7 { format!("/dev/disk {n}") } else { "/dev/vda".to_owned() };
        bench = bench.host(&format!("SER-{n:04}"), Some(&format!("web-{n}")), "p", &[], Says::default().var("disk", &disk));
    }
    let found = bench.try_scripts(&[("a.txt.j2", answer)]).unwrap_err();
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().all(|finding| finding.rule.0 == "value-refused"));
    // A template that looks at the name is rendered for every host.
    let picky = "{% if host.name == 'web-23' %}{{ vars.dsk }}{% endif %}";
    let found = bench.try_scripts(&[("a.txt.j2", picky)]).unwrap_err();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].rule.0, "template-name");
}

#[test]
fn templates_that_nothing_renders_are_noted() {
    let bench = bench(debian().answer("web/preseed.cfg.j2"), Says::default());
    let told = |own: &[(&str, &str)]| -> Vec<String> {
        bench.try_scripts(own).unwrap().warnings().iter().map(|finding| finding.message.clone()).collect()
    };
    let answer = ("web/preseed.cfg.j2", "{% include \"web/disk.cfg.j2\" %}");
    let own = [answer, ("web/disk.cfg.j2", "d-i x\n"), ("local.ipxe.j2", "#!ipxe\nexit\n"), ("old.cfg.j2", "d-i y\n")];
    assert_eq!(told(&own), ["nothing renders the template `old.cfg.j2`"]);
    assert!(told(&[("web/preseed.cfg.j2", "{% if vars.x is defined %}{% include vars.x %}{% endif %}"), own[3]]).is_empty());
}

#[test]
fn what_recipes_need_is_asked_for() {
    let (found, place) = finding(&bench(Says::recipe("debian").file(FileKey::Kernel, "linux"), Says::default()), &[]);
    assert_eq!((found.rule.0, place.as_str()), ("missing-key", "hosts[0]"));
    assert!(found.message.contains("`initrds`"), "{}", found.message);
    let windows = Says::recipe("windows").file(FileKey::Wimboot, "wimboot").file(FileKey::BootWim, "wim");
    let windows = windows.inject("a/b.bat", Inject::File(name("x").into()));
    let (found, place) = finding(&bench(windows, Says::default()), &[]);
    assert_eq!((found.rule.0, place.as_str()), ("value-refused", "inject"));
}

#[test]
fn a_script_that_would_not_run_stops_the_start() {
    let bench = bench(debian(), Says::default());
    for (text, says) in [
        ("#!ipxe\nimgverify x y\n", "imgverify"),
        ("echo no magic\n", "#!ipxe"),
        ("#!ipxe\ngoto nowhere\n", "nowhere"),
        ("#!ipxe\necho ${serial}\n", "hexraw"),
    ] {
        let found = bench.try_scripts(&[("linux.ipxe.j2", text)]).unwrap_err();
        assert_eq!(found[0].rule.0, "script-invalid");
        assert!(found[0].message.contains(says), "{}", found[0].message);
        assert_eq!(found[0].at, Place::File(FileId(200)));
    }
}

#[test]
fn an_installers_script_that_does_not_ask_the_server_stops_the_start() {
    let installs = bench(debian(), Says::default());
    let live = bench(Says::recipe("linux").file(FileKey::Kernel, "linux"), Says::default());
    let extends = |blocks: &str| format!("{{% extends \"builtin/linux.ipxe.j2\" %}}{blocks}");
    for (text, says) in [
        (extends("{% block beacon %}{% endblock %}"), "`boot`"),
        (extends("{% block beacon %}imgfetch {{ booted_url }} ||\n{% endblock %}"), "`boot`"),
        (extends("{% block load %}{{ super() }}sanboot --drive 0x80 ||\n{% endblock %}"), "`sanboot --drive 0x80`"),
        (extends("{% block beacon %}chain http://boot.example.org/x ||\n{{ super() }}{% endblock %}"), "`chain http://"),
        ("#!ipxe\nkernel {{ kernel.url }}\nboot\n".to_owned(), "`boot`"),
    ] {
        let own = [("linux.ipxe.j2", text.as_str())];
        let (found, _) = finding(&installs, &own);
        assert_eq!((found.rule.0, &found.at), ("script-invalid", &Place::File(FileId(200))), "{text}");
        assert!(found.message.starts_with("the profile `p` installs") && found.message.contains(says), "{}", found.message);
        assert!(found.help.unwrap().contains("booted_url"));
        assert!(live.try_scripts(&own).is_ok(), "what installs nothing need not ask: {text}");
    }
    let other =
        "#!ipxe\nkernel {{ kernel.url }}\nimgfetch {{ booted_url }} || goto no\nboot\n:no\nchain --replace {{ ask_url }}\n";
    assert!(installs.try_scripts(&[("linux.ipxe.j2", other)]).is_ok(), "and it may be done in another way");
}

#[test]
fn what_holds_for_a_sample_is_asked_of_each_machine_again() {
    let own = "{% extends \"builtin/linux.ipxe.j2\" %}{% block beacon %}\
        {% if host.product != \"PowerEdge R640\" %}{{ super() }}{% endif %}{% endblock %}";
    let scripts = bench(debian(), Says::default()).try_scripts(&[("linux.ipxe.j2", own)]).unwrap();
    let mut asker = asker("7CX1234", MAC, Some(Firmware::Bios));
    let (stage2, problem) = scripts.script(&asker, &scripts.recognise(&asker), BOOT, Standing::Armed);
    assert_eq!((stage2.action, stage2.beacon), (Action::Refuse, false));
    assert!(!stage2.text.contains("boot ||") && check(&stage2.text, Dialect::Debian12).is_empty(), "{}", stage2.text);
    let problem = problem.unwrap();
    assert!(problem.contains("web-01") && problem.contains("it installs, and `boot"), "{problem}");
    asker.identity.product = "PowerEdge R740".into();
    assert_eq!(ask(&scripts, &asker, Standing::Armed).1.action, Action::Boot);
}

#[test]
fn a_profile_that_says_that_it_installs_is_guarded_like_an_installer() {
    let profiles = [
        Says::recipe("linux").file(FileKey::Kernel, "linux"),
        Says::recipe("sanboot").file(FileKey::Image, "image"),
        Says::recipe("chain").file(FileKey::Script, "script"),
        Says::recipe("chain").url("http://boot.example.org/x"),
    ];
    for profile in profiles {
        let scripts = bench(profile.installs(), Says::default()).scripts();
        let asker = asker("7CX1234", MAC, Some(Firmware::Bios));
        let (who, stage2) = ask(&scripts, &asker, Standing::Armed);
        assert!(matches!(who.verdict, Verdict::Boot { installs: true, .. }));
        assert!(stage2.text.contains("/event/booted || goto refused\n"), "{}", stage2.text);
        assert_eq!(check(&stage2.text, Dialect::Debian12), [], "{}", stage2.text);
        assert_eq!(ask(&scripts, &asker, Standing::Done).1.action, Action::Local, "once per arming");
    }
}

#[test]
fn two_files_of_one_name_are_refused() {
    let windows = || Says::recipe("windows").file(FileKey::Wimboot, "wimboot").file(FileKey::BootWim, "wim");
    let file = |text: &str| Inject::File(name(text).into());
    let script = || Inject::Template("x/start.bat.j2".into());
    for (profile, says) in [
        (windows().answer("start.bat.j2").inject("start.bat", script()), "two files of one machine would be called `start.bat`"),
        (windows().inject("Start.bat", script()).inject("start.bat", file("x")), "`Start.bat` and `start.bat`"),
    ] {
        let (found, place) = finding(&bench(profile, Says::default()), &[("start.bat.j2", ""), ("x/start.bat.j2", "")]);
        assert_eq!((found.rule.0, place.as_str()), ("value-refused", "inject"));
        assert!(found.message.contains(says), "{}", found.message);
    }
}

#[test]
fn of_some_keys_there_is_exactly_one() {
    for (profile, number) in
        [(Says::recipe("chain"), 0), (Says::recipe("chain").file(FileKey::Script, "script").url("http://boot.example.org/x"), 2)]
    {
        let (found, place) = finding(&bench(profile, Says::default()), &[]);
        assert_eq!((found.rule.0, place.as_str()), ("missing-key", "hosts[0]"));
        assert!(found.message.contains(&format!("gives {number} of script, url")), "{}", found.message);
    }
}

#[test]
fn a_fault_that_only_one_machine_has_is_told_and_it_waits() {
    // What a stranger says of itself is tried when it asks, not before.
    let own =
        [("linux.ipxe.j2", "{% extends \"builtin/linux.ipxe.j2\" %}{% block beacon %}set x {{ host.product }}\n{% endblock %}")];
    let live = Says::recipe("linux").file(FileKey::Kernel, "linux");
    let bench = Bench::new().profile("p", live).rule("*", "p", Says::default());
    let scripts = bench.try_scripts(&own).unwrap();
    let asker = asker("SER-0001", MAC, Some(Firmware::UefiX64));
    let (stage2, problem) = scripts.script(&asker, &scripts.recognise(&asker), BOOT, Standing::Armed);
    assert_eq!(stage2.action, Action::Refuse);
    assert_eq!(check(&stage2.text, Dialect::Debian12), [], "{}", stage2.text);
    let problem = problem.unwrap();
    assert!(problem.contains("PowerEdge R640") && problem.contains("linux.ipxe.j2, line 1"), "{problem}");
}

#[test]
fn one_fault_of_many_hosts_is_told_once() {
    let mut bench = Bench::new().profile("p", debian().answer("preseed.cfg.j2"));
    for n in 0..50 {
        bench = bench.host(&format!("SER-{n:04}"), None, "p", &[], Says::default());
    }
    let (found, _) = finding(&bench, &[("preseed.cfg.j2", "{{ vars.disk }}")]);
    assert_eq!(found.rule.0, "template-name");
}

#[test]
fn each_rule_has_its_section() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md");
    let text = std::fs::read_to_string(path).unwrap();
    for rule in pxectl_render::RULES.map(|card| card.id) {
        let part = text.split("\n#").find(|part| part.trim_start_matches('#').lines().next() == Some(&format!(" {rule}")));
        let part = part.unwrap_or_else(|| panic!("docs/rules.md has no section `{rule}`"));
        assert!(["**What.**", "**Why.**", "**Mend.**"].iter().all(|word| part.contains(word)), "{rule}: {part}");
    }
}
