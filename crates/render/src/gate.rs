//! Whether a script that installs asks the server first: it may start nothing before the beacon was fetched with success.
//!
//! The beacon is what takes the arming, so a script without it would install again at every network boot. Templates may be a
//! lab's own, so the script is not looked at but run: by the interpreter, with everything arriving, with each fetch failing
//! alone, with it and the beacon failing, and with everything failing; each time with and without a key pressed at its prompts.

use pxectl_model::ipxe::{Action, Answer, FetchKind, Fetched, ImageKind, Interpreter, Limits, Machine, Position, Settings, Uri};

/// The most bytes and words of a line in which nothing can be too long: half of what iPXE and a kernel take.
const HARMLESS: (usize, usize) = (1024, 100);
/// The most commands of one trial: a script that loops starts nothing.
const LIMITS: Limits = Limits { steps: 5_000, depth: 4 };
/// The most URLs of a script that fail one by one.
const MAX_URLS: usize = 64;

/// A script of a machine that is to be installed.
pub(crate) struct Gate<'a> {
    /// The script.
    pub text: &'a str,
    /// `http://server:port`.
    pub base_url: &'a str,
    /// `<base_url>/b/<boot-id>`.
    pub boot_url: &'a str,
    /// Who runs it.
    pub machine: Machine,
}

/// What goes wrong in one trial.
#[derive(Clone, Copy)]
struct Trial<'t> {
    /// These URLs do not arrive.
    failing: &'t [&'t str],
    /// None does.
    all: bool,
    /// Somebody presses the key that a prompt waits for.
    pressed: bool,
}

impl Gate<'_> {
    /// The command that starts something although the beacon was not fetched or the server said no; none where there is none.
    pub fn breach(&self) -> Option<Position> {
        let beacon = Uri::parse(&format!("{}/event/booted", self.boot_url)).to_string();
        let mut urls = vec![beacon.clone()];
        let mut prompts = false;
        for pressed in [false, true] {
            if pressed && !prompts {
                break;
            }
            let mut run = |failing: &[&str], all| self.run(&beacon, Trial { failing, all, pressed }, &mut urls, &mut prompts);
            if let Some(breach) = run(&[], false).or_else(|| run(&[], true)) {
                return Some(breach);
            }
            // What is fetched in place of something else is found on the way.
            let mut n = 0;
            while let Some(url) = urls.get(n).cloned().filter(|_| n < MAX_URLS) {
                let mut run =
                    |failing: &[&str]| self.run(&beacon, Trial { failing, all: false, pressed }, &mut urls, &mut prompts);
                if let Some(breach) = run(&[&url]).or_else(|| (url != beacon).then(|| run(&[&url, &beacon]))?) {
                    return Some(breach);
                }
                n += 1;
            }
        }
        None
    }

    fn run(&self, beacon: &str, trial: Trial<'_>, urls: &mut Vec<String>, prompts: &mut bool) -> Option<Position> {
        let here = format!("{}/boot?", self.base_url);
        // What is no script is found by the checker.
        let mut script = Interpreter::new(self.text, &here, Settings::of(&self.machine), LIMITS).ok()?;
        let asks_again = |url: &str| url.starts_with(&here) || url == format!("{}/boot.ipxe", self.base_url);
        let mut answer = Answer::Done;
        loop {
            let action = script.step(answer).ok()?;
            // None where something took the script's place: then that is gone.
            let at = script.position();
            answer = match action {
                Action::Fetch(fetch) if fetch.kind == FetchKind::Chain && asks_again(&fetch.url) => return None,
                Action::Fetch(fetch) => {
                    let fails = trial.all || trial.failing.contains(&fetch.url.as_str());
                    if !urls.contains(&fetch.url) {
                        urls.push(fetch.url.clone());
                    }
                    match fails {
                        true => Answer::Failed("refused".to_owned()),
                        false if fetch.url == beacon => return None,
                        false if fetch.kind == FetchKind::Chain => return Some(at),
                        // Runs everywhere, so that nothing is safe only because a file is no program.
                        false => Answer::Fetched(Fetched { kind: ImageKind::BzImageEfi, len: 1 << 20, script: None }),
                    }
                }
                Action::Boot(_) => return Some(at),
                Action::SanBoot(device) if !device.hook_only => return Some(at),
                Action::SanBoot(_) | Action::Echo { .. } | Action::Sleep { .. } | Action::Shell => Answer::Done,
                Action::Prompt { .. } => {
                    *prompts = true;
                    if trial.pressed { Answer::Done } else { Answer::Failed("nobody pressed a key".to_owned()) }
                }
                Action::Reboot | Action::Exit(_) => return None,
            };
        }
    }
}

/// A script without what hosts of one profile differ in and what decides nothing, neither where it goes nor whether it can run:
/// lines that print, comments, and the arguments of a kernel. What could break a script stays: expansions, what is not ASCII, and
/// lines near a limit.
pub(crate) fn skeleton(text: &str) -> String {
    if text.contains('\\') {
        // A line may go on in the next one.
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let alone = !line.split_ascii_whitespace().any(|word| matches!(word, "||" | "&&" | ";"));
        let short = line.len() <= HARMLESS.0 && line.split(' ').count() <= HARMLESS.1;
        let harmless = short && line.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if harmless && line.starts_with('#') {
            continue;
        }
        let (echo, kernel) = (harmless && alone && line.starts_with("echo "), harmless && line.starts_with("kernel "));
        for word in line.split(' ') {
            if echo && !word.contains(['$', '{', '}']) {
                continue;
            }
            let argument =
                kernel && word.contains('=') && !word.starts_with('-') && !word.contains("://") && !word.contains("${");
            out.push_str(if argument { "=" } else { word });
            out.push(' ');
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "http://10.1.0.1:8080";
    const BOOT: &str = "http://10.1.0.1:8080/b/0123456789abcdef0123456789abcdef";
    const ASK: &str = "chain --replace --autofree http://10.1.0.1:8080/boot?serial=${serial:hexraw}";

    fn breach(lines: &str) -> Option<usize> {
        let machine = Machine {
            serial: "SAMPLE".into(),
            manufacturer: String::new(),
            product: "PowerEdge".into(),
            asset: String::new(),
            board_serial: String::new(),
            uuid: None,
            mac: [0; 6],
            ip: [10, 1, 0, 50].into(),
            next_server: [10, 1, 0, 1].into(),
            filename: String::new(),
            platform: "pcbios".into(),
            buildarch: "i386".into(),
            version: "1.0".into(),
        };
        let text = format!("#!ipxe\n{lines}\n").replace("ASK", ASK).replace("BEACON", &format!("{BOOT}/event/booted"));
        Gate { text: &text, base_url: BASE, boot_url: BOOT, machine }.breach().map(|at| at.line)
    }

    #[test]
    fn what_hosts_differ_in_is_no_other_script() {
        let of = |name: &str, rest: &str| {
            skeleton(&format!(
                "#!ipxe\n# {name}\necho {name} now; later\nkernel http://x/k hostname={name} quiet || goto no\n{rest}"
            ))
        };
        assert_eq!(of("web-01", "boot"), of("web-02", "boot"));
        assert_eq!(of("web-01", "echo web-01 ${ip}\nboot"), of("web-02", "echo web-02 ${ip}\nboot"));
        let long = format!("echo {}", "w ".repeat(150));
        for rest in ["echo a ${product}", "echo caf\u{e9}", "# caf\u{e9}", long.as_str()] {
            assert_ne!(of("web-01", "boot"), of("web-01", &format!("{rest}\nboot")), "{rest}: the checker may refuse it");
        }
        assert_ne!(of("web-01", "boot"), of("web-01", "boot || echo no"));
        assert_ne!(of("web-01", "echo a && boot"), of("web-01", "echo b"));
        assert_ne!(of("web-01", "initrd http://x/a?b=c"), of("web-01", "initrd http://x/a?b=d"));
    }

    #[test]
    fn what_asks_first_passes() {
        for script in [
            "kernel k\nimgfetch BEACON || goto no\nboot\n:no\nASK",
            "kernel k\nimgfetch BEACON\nboot",
            "imgfetch b/0123456789abcdef0123456789abcdef/event/booted && sanboot http://x/y || ASK",
            "kernel k || kernel k2 || goto no\n:beacon\nimgfetch BEACON || goto beacon\nboot\n:no\nexit 1",
            "iseq ${product} PowerEdge && goto disk ||\nkernel k\nboot\n:disk\nexit 1",
            "imgfetch BEACON && chain http://boot.example.org/x || ASK",
            "sanhook --drive 0x80 http://x/y\nimgfetch BEACON || goto no\nboot k\n:no\nreboot",
            "chain http://10.1.0.1:8080/boot.ipxe",
            "echo nothing is started",
        ] {
            assert_eq!(breach(script), None, "{script}");
        }
    }

    #[test]
    fn what_starts_without_asking_does_not() {
        for (script, line) in [
            ("kernel k\nboot", 3),
            ("kernel k\nimgfetch BEACON ||\nboot", 4),
            ("kernel k\nboot || goto failed\nimgfetch BEACON\n:failed\nASK", 3),
            // Only where something fails.
            ("kernel k\ninitrd i || goto start\nimgfetch BEACON || goto no\n:start\nboot\n:no\nASK", 6),
            ("kernel k\ninitrd i || goto other\nimgfetch BEACON || goto no\nboot\n:other\nimgfetch BEACON ||\nboot\n:no\nASK", 8),
            ("kernel k\n:try\ninc n\niseq ${n} 3 && goto start ||\nimgfetch BEACON || goto try\n:start\nboot", 8),
            // Only where a key is pressed.
            ("kernel k\nprompt --key s --timeout 1000 && boot ||\nimgfetch BEACON\nboot", 3),
            // Every other way to start something.
            ("chain http://boot.example.org/x", 2),
            ("chain --replace http://10.1.0.1:8080/b/0123456789abcdef0123456789abcdef/artifacts/x", 2),
            ("sanboot http://x/y", 2),
            ("sanboot --drive 0x80", 2),
            ("imgfetch --name k http://x/y\nimgexec k", 3),
            ("imgfetch --name k http://x/y\nchain --replace k", 0),
            ("kernel k\nimgfetch BEACON && boot || boot", 3),
            // Another boot's beacon is none.
            ("kernel k\nimgfetch http://10.1.0.1:8080/b/00000000000000000000000000000000/event/booted\nboot", 4),
        ] {
            assert_eq!(breach(script), Some(line), "{script}");
        }
    }
}
