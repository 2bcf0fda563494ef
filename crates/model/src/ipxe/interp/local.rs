//! The commands that need no file.

use super::types::{Action, SanBoot};
use super::{Flow, Interpreter, Pending, Status};
use crate::ipxe::commands::Parsed;
use crate::ipxe::uri::Uri;
use crate::ipxe::value::integer;

impl Interpreter {
    pub(super) fn local_command(&mut self, name: &str, options: &Parsed, arguments: &[&str]) -> Flow {
        let first = arguments.first().copied().unwrap_or_default();
        match name {
            "echo" => ask(Action::Echo { text: arguments.join(" "), newline: !options.has("n") }),
            "set" => Flow::Done(self.settings.set(first, &arguments[1..].join(" "))),
            "clear" => Flow::Done(self.settings.set(first, "")),
            "inc" => Flow::Done(match arguments.get(1).map_or(Some(1), |by| integer(by)) {
                Some(by) => self.settings.increment(first, by),
                None => Err(invalid(arguments[1])),
            }),
            "isset" => Flow::Done(if first.is_empty() { Err("isset: not set".to_owned()) } else { Ok(()) }),
            "iseq" => Flow::Done(if arguments[0] == arguments[1] {
                Ok(())
            } else {
                Err(format!("iseq: `{}` is not `{}`", arguments[0], arguments[1]))
            }),
            "show" => Flow::Done(match self.settings.print(first) {
                value if value.is_empty() => Err(format!("could not find \"{first}\"")),
                _ => Ok(()),
            }),
            "goto" => match self.frames.last().and_then(|frame| frame.script.find_label(first)) {
                Some(line) => Flow::Goto(line),
                None => Flow::Done(Err(format!("goto: there is no label `:{first}`"))),
            },
            "exit" => Flow::Stop(match integer(first) {
                Some(0) => Ok(()),
                Some(code) => Err(format!("exit {code}")),
                None => return Flow::Done(Err(invalid(first))),
            }),
            "sleep" => match integer(first) {
                Some(seconds) => ask(Action::Sleep { seconds }),
                None => Flow::Done(Err(invalid(first))),
            },
            "prompt" => match milliseconds(options) {
                Ok(timeout_ms) => {
                    let key = options.value("key").map(str::to_owned);
                    ask(Action::Prompt { text: arguments.join(" "), key, timeout_ms })
                }
                Err(reason) => Flow::Done(Err(reason)),
            },
            "choose" => Flow::Done(self.choose(options, first)),
            "sanboot" | "sanhook" => self.sanboot(name == "sanhook", options, arguments),
            "shell" => ask(Action::Shell),
            "reboot" | "poweroff" => ask(Action::Reboot),
            // A pretend machine has its one interface open and configured, and no screen.
            "ifopen" | "ifclose" | "ifstat" | "ifconf" | "iflinkwait" | "dhcp" | "route" | "sync" | "help" | "menu" | "form"
            | "item" | "sanunhook" | "cpuid" | "console" | "colour" | "cpair" | "ntp" | "shim" => Flow::Done(Ok(())),
            "read" | "login" | "config" | "present" => Flow::Done(Err(format!("{name}: nobody is at the console"))),
            _ => Flow::Done(Err(format!("{name}: a pretend machine cannot do this"))),
        }
    }

    /// Nobody chooses: the default holds when the time is over.
    fn choose(&mut self, options: &Parsed, setting: &str) -> Status {
        match (milliseconds(options)?, options.value("default")) {
            (Some(_), Some(default)) => self.settings.set(setting, default),
            _ => Err("choose: nobody is at the console, and there is no --timeout with a --default".to_owned()),
        }
    }

    fn sanboot(&self, hook_only: bool, options: &Parsed, arguments: &[&str]) -> Flow {
        let drive = match options.value("drive").map(|text| (text, integer(text))) {
            Some((text, None)) => return Flow::Done(Err(invalid(text))),
            Some((_, drive)) => drive,
            None => None,
        };
        let base = self.frames.last().map(super::Frame::base);
        let uris = arguments.iter().map(|uri| Uri::parse(uri).resolve(base).to_string()).collect();
        let filename = options.value("filename").map(str::to_owned);
        ask(Action::SanBoot(SanBoot { uris, drive, filename, hook_only }))
    }
}

fn ask(action: Action) -> Flow {
    Flow::Ask(Box::new(action), Pending::Status)
}

fn invalid(text: &str) -> String {
    format!("\"{text}\": invalid integer value")
}

fn milliseconds(options: &Parsed) -> Result<Option<u32>, String> {
    options.value("timeout").map(|text| integer(text).ok_or_else(|| invalid(text))).transpose().map(|ms| ms.filter(|ms| *ms > 0))
}
