//! Steps with a name and a duration each, run one after the other; what could not run is said, loudly.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::tree;

/// How a step went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It ran, and found nothing wrong.
    Passed,
    /// It ran, and found something wrong.
    Failed(String),
    /// It could not run here.
    CouldNot(String),
}

impl From<crate::Result> for Outcome {
    fn from(result: crate::Result) -> Self {
        result.map_or_else(Self::Failed, |()| Self::Passed)
    }
}

/// A run of steps.
pub(crate) struct Steps {
    /// Whether what could not run counts as failed.
    require: bool,
    done: Vec<(&'static str, Outcome, Duration)>,
}

impl Steps {
    /// With nothing done yet.
    pub(crate) fn new(require: bool) -> Self {
        Self { require, done: Vec::new() }
    }

    /// Runs one step; a failure does not keep the next from running.
    pub(crate) fn step(&mut self, name: &'static str, run: impl FnOnce() -> Outcome) {
        self.last(name, run);
        if let Some((name, outcome, took)) = self.done.last() {
            eprintln!("{}", line(name, outcome, *took));
        }
    }

    /// The same, but adds no line of its own after the step's: the last one's speak for all.
    pub(crate) fn last(&mut self, name: &'static str, run: impl FnOnce() -> Outcome) {
        eprintln!("\n==> {name}");
        let began = Instant::now();
        let outcome = run();
        self.done.push((name, outcome, began.elapsed()));
    }

    /// Every step so far, a line each.
    pub(crate) fn summary(&self) -> String {
        let lines: String = self.done.iter().map(|(name, outcome, took)| line(name, outcome, *took) + "\n").collect();
        let all: Duration = self.done.iter().map(|(_, _, took)| *took).sum();
        format!("{lines}{} steps, {:.0} s", self.done.len(), all.as_secs_f64())
    }

    /// What stands against a yes.
    pub(crate) fn verdict(&self) -> crate::Result {
        let against = |outcome: &Outcome| match outcome {
            Outcome::Passed => false,
            Outcome::Failed(_) => true,
            Outcome::CouldNot(_) => self.require,
        };
        let names: Vec<&str> = self.done.iter().filter(|(_, outcome, _)| against(outcome)).map(|(name, _, _)| *name).collect();
        if names.is_empty() { Ok(()) } else { Err(format!("not all is well: {}\n{}", names.join(", "), self.summary())) }
    }
}

fn line(name: &str, outcome: &Outcome, took: Duration) -> String {
    let seconds = took.as_secs_f64();
    match outcome {
        Outcome::Passed => format!("  ok         {name} ({seconds:.1} s)"),
        Outcome::Failed(why) => format!("  FAILED     {name} ({seconds:.1} s): {why}"),
        Outcome::CouldNot(why) => format!("  NOT RUN    {name}: {why}"),
    }
}

/// Runs several cargo commands; the first that does not pass is the outcome.
pub(crate) fn cargos(commands: &[&[&str]]) -> Outcome {
    commands.iter().map(|arguments| cargo(arguments)).find(|outcome| *outcome != Outcome::Passed).unwrap_or(Outcome::Passed)
}

/// Runs a cargo command at the top of the project.
pub(crate) fn cargo(arguments: &[&str]) -> Outcome {
    cargo_with(arguments, &[])
}

/// The same, with variables for its environment.
pub(crate) fn cargo_with(arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(tree::root()).envs(environment.iter().copied());
    // What cargo set for this program is not for the ones that it starts: a rebuild would follow each change of it.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_")) {
        command.env_remove(name);
    }
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_MANIFEST_PATH");
    let shown = format!("cargo {}", arguments.join(" "));
    eprintln!("    {shown}");
    match command.status() {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(format!("`{shown}` ended with {status}")),
        Err(error) => Outcome::CouldNot(format!("`{shown}` did not start: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(require: bool, outcomes: &[Outcome]) -> crate::Result {
        let mut steps = Steps::new(require);
        outcomes.iter().for_each(|outcome| steps.step("a step", || outcome.clone()));
        steps.verdict()
    }

    #[test]
    fn what_could_not_run_fails_only_where_it_is_required() {
        let missing = [Outcome::Passed, Outcome::CouldNot("no such program".to_owned())];
        assert_eq!(run(false, &missing), Ok(()));
        assert!(run(true, &missing).is_err());
        assert!(run(false, &[Outcome::Failed("x".to_owned()), Outcome::Passed]).is_err());
    }
}
