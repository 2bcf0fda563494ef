use super::expanding::machine;
use crate::ipxe::{Action, Answer, Boot, BrokenKind, End, FetchKind, Fetched, ImageKind, Interpreter, Limits, Settings};

fn start(script: &str) -> Interpreter {
    let text = format!("#!ipxe\n{script}");
    Interpreter::new(&text, "http://h/dir/boot.ipxe", Settings::of(&machine()), Limits::default()).unwrap()
}

fn kernel() -> Answer {
    Answer::Fetched(Fetched { kind: ImageKind::BzImage, len: 8_000_000, script: None })
}

fn data() -> Answer {
    Answer::Fetched(Fetched { kind: ImageKind::Data, len: 40_000_000, script: None })
}

fn script(text: &str) -> Answer {
    let text = format!("#!ipxe\n{text}");
    Answer::Fetched(Fetched { kind: ImageKind::Script, len: text.len() as u64, script: Some(text) })
}

/// Runs to the end with every file failing, and gives the lines of the screen.
fn screen(script: &str) -> (Vec<String>, End) {
    let mut machine = start(script);
    let mut lines = Vec::new();
    let mut answer = Answer::Done;
    loop {
        answer = match machine.step(answer).unwrap() {
            Action::Echo { text, .. } => {
                lines.push(text);
                Answer::Done
            }
            Action::Exit(end) => return (lines, end),
            Action::Sleep { .. } => Answer::Done,
            _ => Answer::Failed("no".into()),
        };
    }
}

fn urls(interpreter: &mut Interpreter, answers: &[Answer]) -> Vec<String> {
    let mut seen = Vec::new();
    let mut answer = Answer::Done;
    for next in answers {
        match interpreter.step(answer).unwrap() {
            Action::Fetch(fetch) => seen.push(fetch.url),
            other => seen.push(format!("{other:?}")),
        }
        answer = next.clone();
    }
    seen
}

#[test]
fn status_rules() {
    for (script, expected, done) in [
        ("isset ${no} || echo a\necho b", &["a", "b"][..], true),
        ("isset x && echo a || echo b", &["a"], true),
        ("isset ${no} && echo a || echo b", &["b"], true),
        ("isset ${no} ; echo a", &["a"], true),
        ("isset ${no} ||\necho a", &["a"], true),
        ("echo a\nisset ${no}\necho b", &["a"], false),
        ("echo a\nnonsense || echo b\nexit\necho c", &["a", "b"], true),
        ("exit 3", &[], false),
        ("echo --x || echo ==x", &["==x"], true),
        ("echo a  b # c", &["a b"], true),
        (":x\ninc n && iseq ${n} 3 || goto x\necho ${n}", &["3"], true),
        ("goto y && echo never\necho never\n:y echo here", &["here"], true),
        ("goto nowhere || echo a", &["a"], true),
        ("echo a\\", &[], false),
        ("imgverify a b || echo old", &["old"], true),
    ] {
        let (lines, end) = screen(script);
        assert_eq!(lines, expected, "{script}");
        assert_eq!(end == End::Done, done, "{script}: {end:?}");
    }
}

#[test]
fn a_value_injects_no_command() {
    let mut facts = machine();
    facts.product = "a || reboot ; # b".into();
    let mut interpreter =
        Interpreter::new("#!ipxe\necho ${product} c", "http://h/b", Settings::of(&facts), Limits::default()).unwrap();
    let echo = Action::Echo { text: "a || reboot ; # b c".into(), newline: true };
    assert_eq!(interpreter.step(Answer::Done).unwrap(), echo);
    assert_eq!(interpreter.step(Answer::Done).unwrap(), Action::Exit(End::Done));
}

#[test]
fn a_boot_reports_kernel_arguments_and_every_other_image() {
    let mut machine = start(
        "imgfree\nkernel --name linux k initrd=initrd.gz quiet\ninitrd --name initrd.gz /i.gz\ninitrd x /etc/x mode=644\nimgfetch --name beacon e ||\nboot",
    );
    let seen = urls(&mut machine, &[kernel(), data(), data(), data()]);
    assert_eq!(seen, ["http://h/dir/k", "http://h/i.gz", "http://h/dir/x", "http://h/dir/e"]);
    let Action::Boot(Boot { kernel, initrds }) = machine.step(data()).unwrap() else { panic!() };
    assert_eq!((kernel.name.as_str(), kernel.args.as_str(), kernel.fetch), ("linux", "initrd=initrd.gz quiet", 1));
    let names: Vec<_> = initrds.iter().map(|i| (i.name.as_str(), i.args.as_str())).collect();
    assert_eq!(names, [("initrd.gz", ""), ("x", "/etc/x mode=644"), ("beacon", "")]);
    let Action::Exit(End::Failed { at, reason }) = machine.step(Answer::Failed("came back".into())).unwrap() else { panic!() };
    assert_eq!((at.line, reason.as_str()), (7, "came back"));
}

#[test]
fn kernels_that_cannot_run_are_refused() {
    let mut machine = start("kernel k");
    machine.step(Answer::Done).unwrap();
    let Action::Exit(End::Failed { reason, .. }) = machine.step(data()).unwrap() else { panic!() };
    assert!(reason.contains("exec format error"), "{reason}");
    let mut machine = start("boot");
    assert!(matches!(machine.step(Answer::Done).unwrap(), Action::Exit(End::Failed { .. })));
}

#[test]
fn chained_scripts_nest_and_their_urls_count_from_themselves() {
    let mut machine = start("chain sub/two.ipxe && echo back || echo failed");
    machine.step(Answer::Done).unwrap();
    let Action::Fetch(fetch) = machine.step(script("chain three ; exit 0")).unwrap() else { panic!() };
    assert_eq!((fetch.url.as_str(), fetch.kind), ("http://h/dir/sub/three", FetchKind::Chain));
    assert_eq!(machine.depth(), 2);
    assert_eq!(machine.position().script, "http://h/dir/sub/two.ipxe");
    let next = machine.step(Answer::Failed("404".into())).unwrap();
    assert_eq!(next, Action::Echo { text: "back".into(), newline: true });
    assert_eq!(machine.depth(), 1);
    assert_eq!(machine.images().len(), 1, "without --autofree the script stays in the list");
}

#[test]
fn a_failure_names_the_innermost_command() {
    let mut machine = start("echo\nchain two");
    machine.step(Answer::Done).unwrap();
    machine.step(Answer::Done).unwrap();
    machine.step(script("\nkernel k")).unwrap();
    let Action::Exit(End::Failed { at, reason }) = machine.step(Answer::Failed("404 not found".into())).unwrap() else {
        panic!()
    };
    assert_eq!(at.to_string(), "http://h/dir/two line 3: `kernel k`");
    assert_eq!(reason, "404 not found");
}

#[test]
fn replace_nests_nothing_however_long_it_waits() {
    let wait = "sleep 5\nchain --replace --autofree boot?again=1";
    let mut machine = start(wait);
    let mut answer = Answer::Done;
    for _ in 0..1000 {
        assert!(matches!(machine.step(answer).unwrap(), Action::Sleep { seconds: 5 }));
        assert!(matches!(machine.step(Answer::Done).unwrap(), Action::Fetch(f) if f.replace && f.autofree));
        answer = script(wait);
    }
    assert_eq!((machine.depth(), machine.images().len()), (1, 0));
    // The same without --replace runs into the cap.
    let mut machine = start("chain boot");
    let mut answer = Answer::Done;
    let broken = loop {
        match machine.step(answer) {
            Ok(_) => answer = script("chain boot"),
            Err(broken) => break broken,
        }
    };
    assert_eq!(broken.kind, BrokenKind::Depth(16));
}

#[test]
fn loops_and_hangs_are_broken_off() {
    let broken = start(":a goto a").step(Answer::Done).unwrap_err();
    assert!(matches!(broken.kind, BrokenKind::Steps(_)));
    let broken = start("set d $\nset x ${d}{x}\nset x ${d}${d}{x}").step(Answer::Done);
    assert!(broken.is_ok(), "nothing loops yet");
    let mut facts = machine();
    facts.serial = "${serial}".into();
    let mut hostile = Interpreter::new("#!ipxe\necho ${serial}", "http://h/b", Settings::of(&facts), Limits::default()).unwrap();
    let broken = hostile.step(Answer::Done).unwrap_err();
    assert!(matches!(broken.kind, BrokenKind::Expansion(_)));
    assert_eq!(broken.at.line, 2);
    assert!(Interpreter::new("<html>", "http://h/", Settings::new(), Limits::default()).is_err());
}

#[test]
fn disks_prompts_and_names() {
    let mut machine =
        start("prompt --key 0x02 --timeout 2000 press it && shell ||\nsanboot --no-describe --drive 0x80 || sanboot disk.iso");
    assert!(matches!(machine.step(Answer::Done).unwrap(), Action::Prompt { timeout_ms: Some(2000), .. }));
    let Action::SanBoot(first) = machine.step(Answer::Failed("no key".into())).unwrap() else { panic!() };
    assert_eq!((first.uris.len(), first.drive), (0, Some(0x80)));
    let Action::SanBoot(second) = machine.step(Answer::Failed("no disk".into())).unwrap() else { panic!() };
    assert_eq!(second.uris, ["http://h/dir/disk.iso"]);

    // An image that is there already is not fetched again.
    let mut machine = start("imgfetch --name k x\nkernel k quiet\nimgargs k loud\nboot k");
    machine.step(Answer::Done).unwrap();
    let Action::Boot(boot) = machine.step(kernel()).unwrap() else { panic!() };
    assert_eq!(boot.kernel.args, "loud");
}
