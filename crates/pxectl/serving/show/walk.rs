//! A walk of a pretend machine, as lines.

use pxectl_model::digest::Sha256;
use pxectl_model::ipxe::End;
use pxectl_netboot::client::{Step, StepKind, WalkEnd};

use crate::show::size::size;

/// One request.
pub fn step(step: &Step) -> String {
    let name = short(&step.name);
    let result = match &step.outcome {
        Ok(()) => "ok".to_owned(),
        Err(why) => format!("FAILED: {why}"),
    };
    let at = match (&step.outcome, &step.at) {
        (Err(_), Some(at)) => format!(" (line {} of {})", at.line, short(&at.script)),
        _ => String::new(),
    };
    let digest = match (step.kind, step.sha256) {
        (StepKind::Kernel | StepKind::Initrd | StepKind::File | StepKind::Nbp, Some(Sha256(bytes))) => {
            format!("  sha256 {:02x}{:02x}{:02x}{:02x}…", bytes[0], bytes[1], bytes[2], bytes[3])
        }
        _ => String::new(),
    };
    let protocol = step.protocol.as_str();
    format!("{protocol}  {:<8}  {name:<36}  {:>8}  {result}{at}{digest}", step.kind.as_str(), size(step.bytes))
}

/// A URL without its server, boot-id and query: those are of this run only and would hide what matters.
fn short(url: &str) -> &str {
    let name = match url.split_once("/b/") {
        Some((_, rest)) => rest.split_once('/').map_or(rest, |(_, name)| name),
        None => url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or(url, |(_, path)| path),
    };
    name.split_once('?').map_or(name, |(path, _)| path)
}

/// What the machine would do next.
pub fn end(end: &WalkEnd) -> String {
    match end {
        WalkEnd::Boot { kernel, initrds } => {
            let names: Vec<_> = initrds.iter().map(|i| i.name.as_str()).collect();
            format!(
                "starts {} ({}) with {} and the arguments `{}`",
                kernel.name,
                size(kernel.bytes),
                list(&names),
                kernel.args.trim()
            )
        }
        WalkEnd::SanBoot(urls) => {
            let names: Vec<_> = urls.iter().map(|url| if url.contains("/b/") { short(url) } else { url }).collect();
            format!("boots from {} as a disk", names.join(", "))
        }
        WalkEnd::Disk(_) => "boots its own disk".to_owned(),
        WalkEnd::Exit(End::Done) => "leaves iPXE: its firmware tries its next boot device".to_owned(),
        WalkEnd::Exit(End::Failed { at, reason }) => {
            format!(
                "leaves iPXE at line {} of {} ({reason}): its firmware tries its next boot device",
                at.line,
                short(&at.script)
            )
        }
        WalkEnd::Hold(rounds) => format!("waits; it asked again {rounds} times"),
        WalkEnd::Console => "stops at a prompt".to_owned(),
        WalkEnd::Reboot => "starts anew".to_owned(),
        WalkEnd::Elsewhere(url) => format!("goes on at {url}, which is not of this lab and was not asked"),
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "no further file".to_owned() } else { names.join(", ") }
}
