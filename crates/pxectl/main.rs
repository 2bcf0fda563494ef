//! `pxectl`: from a serial number to an installed operating system.
//!
//! This crate meets the person: arguments, files, terminal. What a boot is lives in the crates below; see docs/architecture.md.
// A binary has no readers of its items but its own.
#![allow(missing_docs, clippy::missing_docs_in_private_items)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod assets;
mod cli;
mod cmd;
mod failure;
mod files;
mod goal;
mod json;
mod lab;
mod ledger;
mod live;
mod planning;
mod pretend;
mod reporter;
mod session;
mod shelf;
mod show;
mod sink;
mod tables;
mod watch;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::cli::{Cli, Command, Render};
use crate::failure::{Answer, Outcome};
use crate::session::Session;

/// How long work that cannot be broken off (a line of the journal) may take to its end.
const LAST_WAIT: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let session = Session::new(&cli.global);
    match run(&cli.command, &session) {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(failure) => {
            let text = failure.text();
            if !text.is_empty() {
                session::warn(text.trim_end());
            }
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command, session: &Session) -> Outcome {
    match command {
        Command::Lint(args) => cmd::lint::run(args, session),
        Command::Render(Render::Dhcp(args)) => cmd::render::dhcp(args, session),
        Command::Render(Render::Boot(args)) => cmd::render::boot(args, session),
        Command::Render(Render::Answer(args)) => cmd::render::answer(args, session),
        Command::Render(Render::Ipxe(args)) => cmd::render::ipxe(args, session),
        Command::Render(Render::Template(args)) => cmd::render::template(args),
        Command::Rearm(args) => cmd::rearm::run(args, session),
        Command::Serve(args) => {
            let runtime = runtime()?;
            let outcome = runtime.block_on(cmd::serve::run(args, session));
            // A table that is being built, gigabytes being read, is of no use any more.
            runtime.shutdown_timeout(LAST_WAIT);
            outcome
        }
        Command::BootTest(args) => runtime()?.block_on(cmd::boot_test::run(args, session)),
        Command::Demo(args) => runtime()?.block_on(cmd::demo::run(args, session)),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, failure::Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| failure::Failure::of(&error))
}
