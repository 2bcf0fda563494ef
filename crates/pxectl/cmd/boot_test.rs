//! `boot-test`: the whole boot of one machine, walked as its firmware would, against the real servers on loopback.

use std::net::{IpAddr, Ipv4Addr};

use pxectl_model::ipxe::{End, ImageKind, probe};
use pxectl_model::plan::Scope;
use pxectl_model::recipe::{Kind, Recipe};
use pxectl_netboot::client::{Entry, Loaded, WalkEnd, walk};

use crate::cli::BootTest;
use crate::failure::{Answer, Failure, Outcome};
use crate::lab;
use crate::serving;
use crate::serving::pretend::{NoStage, Stage};
use crate::serving::sink::human::Human;
use crate::serving::tables::TableBuilder;
use crate::session::{Session, print, warn};

/// Exit 0 where the machine would boot its profile, else 1 with what went wrong, where.
pub async fn run(args: &BootTest, session: &Session) -> Outcome {
    let lab = lab::load(session)?;
    lab.site(args.site.as_deref())?;
    let Some(hosts) = lab.hosts(std::slice::from_ref(&args.host))? else { return Ok(Answer::No) };
    let host = &lab.inventory.parts().hosts[hosts[0]];
    if args.http_boot && args.firmware.http_arch().is_empty() {
        return Err(Failure::new("a BIOS has no HTTP Boot").hint("name a UEFI with --firmware"));
    }
    let served = lab.inventory.lab().firmware();
    if !served.contains(&args.firmware) {
        let served: Vec<_> = served.iter().map(ToString::to_string).collect();
        let (label, firmware) = (host.label(), args.firmware);
        print(&format!(
            "{label} would not boot: this lab has bootstrap programs for {}, not for {firmware}\n",
            served.join(", ")
        ));
        warn(&format!("hint: add {firmware} to `lab.firmware`"));
        return Ok(Answer::No);
    }
    let machine = host.identity.machine();
    let scope = Scope::Only(machine.into_iter().collect());
    let sinks = match session.level {
        level if level > crate::session::Level::Normal => {
            vec![Box::new(Human::new(level, Box::new(warn))) as Box<dyn crate::serving::sink::Sink>]
        }
        _ => Vec::new(),
    };
    let builder =
        |_, port| TableBuilder::here(session, args.site.clone(), Ipv4Addr::LOCALHOST, port, scope.clone()).for_pretend_machines();
    let stage = match Stage::start(builder, scope.clone(), sinks) {
        Ok(stage) => stage,
        Err(NoStage::Failure(failure)) => return Err(failure),
        Err(NoStage::Broken(broken)) => {
            warn(broken.text.trim_end());
            print(&format!("{} would not boot\n", host.label()));
            return Ok(Answer::No);
        }
    };
    let entry = if args.http_boot { Entry::HttpBoot } else { Entry::Pxe };
    let spec = stage.machine(&host.identity, args.firmware, entry, IpAddr::V4(Ipv4Addr::LOCALHOST));
    let walked = walk(spec, &mut |step| print(&format!("{}\n", serving::show::walk::step(step)))).await;
    let label = host.label();
    let profile = &host.profile.value;
    let answer = match walked {
        Err(error) => {
            print(&format!("{label} would not boot: {}\n", crate::failure::chain(&error)));
            Answer::No
        }
        Ok(walked) => {
            let mut wrong = stage.compare(&walked)?;
            wrong.extend(unfit(&stage, &walked.end));
            // Each was printed as it happened.
            let failed = walked.steps.iter().any(|step| step.outcome.is_err());
            let (settings, recipe) = lab.inventory.settings_of(profile).map_err(|e| Failure::of(&e))?;
            let as_meant = as_meant(recipe, recipe.kind(&settings), &walked.end);
            for line in walked.screen.iter().filter(|_| !as_meant || session.level > crate::session::Level::Normal) {
                print(&format!("screen | {line}\n"));
            }
            for note in &walked.notes {
                print(&format!("note: {note}\n"));
            }
            for fault in &wrong {
                print(&format!("wrong: {fault}\n"));
            }
            print(&format!("{label} as {}: {}\n", args.firmware, serving::show::walk::end(&walked.end)));
            let (answer, verdict) = match (as_meant && wrong.is_empty() && !failed, &walked.end) {
                (true, WalkEnd::Hold(_)) => (Answer::Yes, format!("would wait, as its profile {profile} says")),
                (true, _) => (Answer::Yes, format!("would boot {profile}; every byte was as it lies in its file")),
                (false, _) => (Answer::No, format!("would not boot {profile}")),
            };
            print(&format!("{label} {verdict}\n"));
            answer
        }
    };
    stage.end().await;
    Ok(answer)
}

/// Whether a recipe is to end so. What another script does is its own matter, as long as it does not fail.
fn as_meant(recipe: &Recipe, kind: Kind, end: &WalkEnd) -> bool {
    match end {
        WalkEnd::Hold(_) => kind == Kind::Hold,
        WalkEnd::Disk(_) | WalkEnd::Exit(End::Done) => kind == Kind::Local || recipe.hands_over(),
        WalkEnd::Exit(End::Failed { .. }) => kind == Kind::Local,
        WalkEnd::Console | WalkEnd::Reboot => recipe.hands_over(),
        WalkEnd::Boot { .. } | WalkEnd::SanBoot(_) | WalkEnd::Elsewhere(_) => true,
    }
}

/// What iPXE would start although it cannot be what is meant: a BIOS build takes any small file for a program.
fn unfit(stage: &Stage, end: &WalkEnd) -> Vec<String> {
    let WalkEnd::Boot { kernel, initrds } = end else { return Vec::new() };
    let head = |file: &Loaded| stage.head(&file.url).unwrap_or_default();
    let pages = std::iter::once(kernel).chain(initrds).filter(|file| head(file).trim_ascii_start().starts_with(b"<!"));
    let mut wrong: Vec<_> = pages.map(|file| format!("{} is an HTML page", file.name)).collect();
    let first = head(kernel);
    if wrong.is_empty() && !first.is_empty() && probe(&first) == ImageKind::Data {
        wrong.push(format!("{} is no kernel, nor another program that iPXE knows", kernel.name));
    }
    wrong
}
