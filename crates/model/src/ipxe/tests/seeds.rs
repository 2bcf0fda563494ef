//! The plain twin of the fuzz target: known scripts, bent in every direction, never a panic and always an end.

use proptest::prelude::*;

use crate::ipxe::{Action, Answer, Dialect, Fetched, Interpreter, Limits, Settings, check, probe};

const SEEDS: [&str; 8] = [
    "#!ipxe\nkernel --name k http://h/k initrd=i quiet\ninitrd --name i http://h/i\nimgfetch http://h/e ||\nboot\n",
    "#!ipxe\n:a chain --replace --autofree a || sleep 1 && goto a\n",
    "#!ipxe\nset x ${x}${y:hexraw}\\\n tail\ninc n:int8 && iseq ${n} 3 || goto b\n:b\nexit 1\n",
    "#!ipxe\nprompt --key 0x02 --timeout 2000 text && shell ||\nsanboot --no-describe --drive 0x80 http://h/x.iso\n",
    "#!gpxe\r\necho ${${x}} # comment\r\n:l ;;|| && ;\r\ngoto l\r\n",
    "#!ipxe\nimgargs k a b\nimgfree k\nimgstat\nchoose --default a --timeout 1 t && goto ${t}\n",
    "#!ipxe\nimgfetch -n x -t 0x10 -a http://u:p@[::1]:80/%zz?a%26b#c\nimgexec x y\n",
    "#!ipxe\n\\",
];

/// Runs what it can of any text; the outside answers as `dice` says.
fn run(script: &str, dice: u64) {
    let limits = Limits { steps: 300, depth: 4 };
    let Ok(mut machine) = Interpreter::new(script, "http://h/boot.ipxe", Settings::new(), limits) else { return };
    let mut answer = Answer::Done;
    for turn in 0..300 {
        let next = match machine.step(answer) {
            Err(_) | Ok(Action::Exit(_)) => return,
            Ok(Action::Fetch(_)) if (dice >> (turn % 64)) & 1 == 1 => {
                Answer::Fetched(Fetched { kind: probe(script.as_bytes()), len: 9, script: Some(script.to_owned()) })
            }
            Ok(_) if (dice >> (turn % 61)) & 1 == 1 => Answer::Done,
            Ok(_) => Answer::Failed("no".into()),
        };
        answer = next;
    }
}

#[test]
fn every_truncation_of_every_seed() {
    for seed in SEEDS {
        for end in 0..=seed.len() {
            check(&seed[..end], Dialect::Debian12);
            run(&seed[..end], 0x5555_aaaa_1234_8765 << (end % 7));
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_judged_and_run(text in "\\PC{0,200}|(#!ipxe\n)?[ -~\n\r\t\0]{0,200}", dice in any::<u64>()) {
        for problem in check(&text, Dialect::Debian12) {
            prop_assert!(text.get(problem.span.clone()).is_some(), "{:?}", problem);
        }
        run(&text, dice);
    }

    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes), Dialect::Latest);
        probe(&bytes);
    }

    #[test]
    fn bent_seeds(
        which in 0..SEEDS.len(),
        cuts in prop::collection::vec((0usize..400, "(\\$\\{|\\}|\\|\\||&&|;|#|:|\\\\\n| |\n|--name|-|http://h/|a){0,3}"), 0..6),
        dice in any::<u64>(),
    ) {
        let mut text = SEEDS[which].to_owned();
        for (at, with) in cuts {
            let at = at.min(text.len());
            if text.is_char_boundary(at) {
                text.insert_str(at, &with);
            }
        }
        check(&text, Dialect::Debian12);
        run(&text, dice);
    }
}
