//! Which arguments take which names: by what the help text calls their values, so that a new command completes by itself.

use std::ffi::OsStr;
use std::sync::Arc;

use clap::{Arg, Command};
use clap_complete::{ArgValueCompleter, CompletionCandidate};
use pxectl_model::arch::Firmware;

use super::Candidate;
use super::known::{Known, matching};
use crate::assets;

/// The command with a completer at each argument that has one.
pub fn completers(command: Command, known: &Arc<Known>) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let command = command.mut_args(|arg| completed(arg, known));
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, |sub| completers(sub, known)))
}

fn completed(arg: Arg, known: &Arc<Known>) -> Arg {
    let called = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default();
    let find: fn(&Known, &str) -> Vec<Candidate> = match (arg.get_id().as_str(), called.as_str()) {
        (_, "HOST" | "SERIAL") => Known::hosts,
        (_, "PROFILE") | ("profile", _) => Known::profiles,
        (_, "ARTIFACT") | ("names", "NAME") => Known::artifacts,
        #[cfg(serves)]
        (_, "SWITCH") => |_, begun| {
            let switches = crate::building::switches::SWITCHES.iter();
            matching(switches.map(|switch| (switch.name.to_owned(), Some(switch.about.to_owned()))), begun)
        },
        (_, "SITE") | ("site", _) => Known::sites,
        (_, "TEMPLATE") => |_, begun| matching(assets::templates().into_keys().map(|name| (name, None)), begun),
        (_, "FIRMWARE") => |_, begun| matching(Firmware::ALL.iter().map(|f| (f.to_string(), None)), begun),
        _ => return arg,
    };
    let known = known.clone();
    let complete = move |begun: &OsStr| -> Vec<CompletionCandidate> {
        let found = begun.to_str().map(|begun| find(&known, begun)).unwrap_or_default();
        found.into_iter().map(|c| CompletionCandidate::new(c.value).help(c.help.map(Into::into))).collect()
    };
    arg.add(ArgValueCompleter::new(complete))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory as _;

    fn completes(path: &[&str], id: &str) -> bool {
        let known = Arc::new(Known::of_line(&[]));
        let mut command = &completers(Cli::command(), &known);
        for name in path {
            command = command.find_subcommand(name).unwrap();
        }
        let arg = command.get_arguments().find(|arg| arg.get_id() == id).unwrap();
        arg.get::<ArgValueCompleter>().is_some()
    }

    #[test]
    fn arguments_that_take_names_complete_them() {
        for (path, id) in [
            (&["explain"] as &[&str], "host"),
            (&["serve"], "hosts"),
            (&["serve"], "profile"),
            (&["assign"], "serial"),
            (&["assign"], "profile"),
            (&["render", "boot"], "site"),
            (&["render", "template"], "name"),
            (&["boot-test"], "firmware"),
            (&["fetch"], "names"),
            (&["ipxe", "build"], "target"),
        ] {
            assert!(completes(path, id), "{path:?} {id}");
        }
        assert!(!completes(&["assign"], "name"), "a new name is not among the old ones");
    }
}
