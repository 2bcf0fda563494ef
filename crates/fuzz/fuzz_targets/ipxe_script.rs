//! Any text as an iPXE script: judged and run, never a panic and always an end. The twin: `crates/model/src/ipxe/tests/seeds.rs`.
#![no_main]

use pxectl_model::ipxe::{Action, Answer, Dialect, Fetched, Interpreter, Limits, Settings, check, probe};

libfuzzer_sys::fuzz_target!(|input: (u64, &str)| {
    let (dice, script) = input;
    for problem in check(script, Dialect::Debian12) {
        assert!(script.get(problem.span.clone()).is_some(), "a problem points into the script");
    }
    let limits = Limits { steps: 300, depth: 4 };
    let Ok(mut machine) = Interpreter::new(script, "http://h/boot.ipxe", Settings::new(), limits) else { return };
    let mut answer = Answer::Done;
    for turn in 0..300 {
        answer = match machine.step(answer) {
            Err(_) | Ok(Action::Exit(_)) => return,
            Ok(Action::Fetch(_)) if (dice >> (turn % 64)) & 1 == 1 => {
                Answer::Fetched(Fetched { kind: probe(script.as_bytes()), len: 9, script: Some(script.to_owned()) })
            }
            Ok(_) if (dice >> (turn % 61)) & 1 == 1 => Answer::Done,
            Ok(_) => Answer::Failed("no".to_owned()),
        };
    }
});
