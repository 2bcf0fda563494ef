//! `pxectl`: from a serial number to an installed operating system.
//!
//! This crate meets the person: arguments, files, terminal. What a boot is lives in the crates below; see docs/architecture.md.
// A binary has no readers of its items but its own.
#![allow(missing_docs, clippy::missing_docs_in_private_items)]
#![cfg_attr(test, allow(clippy::unwrap_used))]
#![cfg_attr(not(serves), allow(dead_code, reason = "what only the commands that serve use is a few small things all over"))]

mod assets;
#[cfg(serves)]
mod building;
#[cfg(serves)]
mod bundling;
mod cli;
mod cmd;
mod completing;
mod diff;
mod editing;
mod exec;
mod explain;
mod failure;
#[cfg(serves)]
mod fetching;
mod files;
mod findings;
mod here;
mod inside;
mod interrupt;
mod lab;
mod listing;
mod media;
#[cfg(serves)]
mod outdating;
mod report;
#[cfg(serves)]
mod serving;
mod session;
mod shelf;
mod show;
mod starter;
#[cfg(serves)]
mod stock;
#[cfg(serves)]
mod verifying;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command, Ipxe, Render};
use crate::failure::{Answer, Outcome};
use crate::session::Session;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let session = Session::new(&cli.global);
    let outcome = run(&cli.command, &session);
    if let (Ok(_), Some(why)) = (&outcome, session::lost()) {
        session::warn(&format!("error: printing the result: {why}"));
        return ExitCode::from(2);
    }
    match outcome {
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
        Command::Completions(args) => cmd::completions::run(args),
        Command::Complete(args) => cmd::completions::complete(args),
        Command::Init(args) => cmd::init::run(args, session),
        Command::Lint(args) => cmd::lint::run(args, session),
        Command::Assign(args) => cmd::assign::run(args, session),
        Command::Unassign(args) => cmd::unassign::run(args, session),
        Command::List(args) => cmd::list::run(args, session),
        Command::Explain(args) => cmd::explain::run(args, session),
        Command::Schema(args) => cmd::schema::run(args),
        Command::Render(Render::Dhcp(args)) => cmd::render::dhcp(args, session),
        Command::Render(Render::Boot(args)) => cmd::render::boot(args, session),
        Command::Render(Render::Answer(args)) => cmd::render::answer(args, session),
        Command::Render(Render::Ipxe(args)) => cmd::render::ipxe(args, session),
        Command::Render(Render::Template(args)) => cmd::render::template(args),
        Command::Media(args) => cmd::media::run(args, session),
        Command::Ipxe(Ipxe::Info(args)) => cmd::ipxe::info(args),
        #[cfg(serves)]
        Command::Ipxe(Ipxe::Build(args)) => serving::run_to_end(cmd::ipxe_build::run(args, session)),
        #[cfg(not(serves))]
        Command::Ipxe(Ipxe::Build(_)) => {
            let why = "this build of pxectl cannot build iPXE: that needs Linux, or another Unix";
            Err(failure::Failure::new(why).hint("build it on the host that serves"))
        }
        #[cfg(serves)]
        Command::Fetch(args) => serving::run_to_end(cmd::fetch::run(args, session)),
        #[cfg(serves)]
        Command::Verify(args) => cmd::verify::run(args, session),
        #[cfg(serves)]
        Command::Outdated(args) => serving::run_to_end(cmd::outdated::run(args, session)),
        #[cfg(serves)]
        Command::Store(args) => cmd::store::run(args, session),
        #[cfg(serves)]
        Command::Bundle(args) => cmd::bundle::run(args, session),
        #[cfg(serves)]
        Command::Rearm(args) => cmd::rearm::run(args, session),
        #[cfg(serves)]
        Command::Serve(args) => serving::run_to_end(cmd::serve::run(args, session)),
        #[cfg(serves)]
        Command::BootTest(args) => serving::run_to_end(cmd::boot_test::run(args, session)),
        #[cfg(serves)]
        Command::Demo(args) => serving::run_to_end(cmd::demo::run(args, session)),
        #[cfg(not(serves))]
        Command::Fetch(_) | Command::Verify(_) | Command::Outdated(_) | Command::Store(_) | Command::Bundle(_) => {
            let why = "this build of pxectl keeps no images: that needs Linux, or another Unix";
            Err(failure::Failure::new(why).hint("run this on the host that serves"))
        }
        #[cfg(not(serves))]
        Command::Rearm(_) | Command::Serve(_) | Command::BootTest(_) | Command::Demo(_) => {
            let why = "this build of pxectl cannot boot machines: that needs Linux, or another Unix";
            Err(failure::Failure::new(why).hint("`lint`, `render` and what else only reads the inventory works here"))
        }
    }
}
