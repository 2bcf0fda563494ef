//! `explain`: what a machine would get, and why; with `--diff`, what changes for machines between two versions.

use crate::cli::{Explain, ExplainFormat};
use crate::cmd::render::{refused, scripts};
use crate::diff::{self, Broken, Options, Version};
use crate::explain::{Asked, With, explain, human, json};
use crate::failure::{Answer, Failure, Outcome};
use crate::inside::Present;
use crate::lab;
use crate::session::{Session, folder_of, print, warn};

/// Exit 0 where a host or a rule decides; 1 where none does, or the machine is refused.
pub fn run(args: &Explain, session: &Session) -> Outcome {
    if let Some(other) = &args.diff {
        return differ(args, other, session);
    }
    if args.format == ExplainFormat::Markdown {
        return Err(Failure::new("Markdown is for `--diff`").hint("`--format json` is for programs"));
    }
    let lab = lab::load(session)?;
    let named = args.site.clone().or_else(|| lab.site_of(args.host.as_deref().unwrap_or_default()));
    let site = lab.site(named.as_deref())?;
    let present = Present::of(&lab.inventory, &session.store);
    let scripts = scripts(&lab, named.as_deref(), &session.store, &present)?;
    let with = With { site, scripts: &scripts, present: &present };
    let explanation = explain(&lab, with, &asked(args), session).map_err(|found| refused(&lab, &found))?;
    match args.format {
        ExplainFormat::Json => print(&format!("{:#}\n", json(&explanation))),
        _ => print(&human::text(&explanation, session.level)),
    }
    let decided = explanation.cases.iter().all(|case| matches!(case.decision.by, "host" | "rule"));
    Ok(if decided { Answer::Yes } else { Answer::No })
}

fn asked(args: &Explain) -> Asked {
    let says = &args.says;
    Asked {
        host: args.host.clone().unwrap_or_default(),
        firmware: args.firmware,
        product: says.product.clone().unwrap_or_default(),
        manufacturer: says.manufacturer.clone().unwrap_or_default(),
        mac: says.mac.as_ref().map(|mac| (mac.written.clone(), mac.value)),
        uuid: says.uuid.as_ref().map(|uuid| (uuid.written.clone(), uuid.value)),
        asset: says.asset.clone(),
        board_serial: says.board_serial.clone(),
    }
}

/// Exit 0 whatever differs; 1 where HOST is a host of neither version; 2 where one of them is not sound.
fn differ(args: &Explain, other: &str, session: &Session) -> Outcome {
    let site = args.site.as_deref();
    let found = lab::read(&session.inventory)?;
    if let (Some(site), Some(inventory)) = (site, &found.reading.inventory)
        && inventory.site(Some(site)).is_none()
    {
        return Err(Failure::new(format!("there is no site `{site}`")));
    }
    let old = match diff::old(other, &session.inventory, site)? {
        Ok(old) => old,
        Err(broken) => return Err(unsound(args.format, &broken)),
    };
    let folder = folder_of(&session.inventory);
    let new = match Version::new(format!("{} as it is here", session.inventory.display()), folder, found, site) {
        Ok(new) => new,
        Err(broken) => return Err(unsound(args.format, &broken)),
    };
    let options = Options { host: args.host.clone(), firmware: args.firmware };
    let difference = diff::compare(&old, &new, &options)
        .map_err(|found| Failure::new(found.first().map_or_else(String::new, |finding| finding.message.clone())))?;
    let Some(difference) = difference else {
        let host = args.host.as_deref().unwrap_or_default();
        warn(&format!("there is no host `{}` in either version", pxectl_inventory::findings::shown(host)));
        return Ok(Answer::No);
    };
    print(&match args.format {
        ExplainFormat::Human => diff::human::text(&difference, session.level),
        ExplainFormat::Json => format!("{:#}\n", diff::json::json(&difference)),
        ExplainFormat::Markdown => diff::markdown::text(&difference),
    });
    Ok(Answer::Yes)
}

/// A comment is still to be made of it, so it is told in the form that was asked for, too.
fn unsound(format: ExplainFormat, broken: &Broken) -> Failure {
    match format {
        ExplainFormat::Human => {}
        ExplainFormat::Json => print(&format!("{:#}\n", diff::json::broken(broken))),
        ExplainFormat::Markdown => print(&diff::markdown::broken(broken)),
    }
    warn(broken.text.trim_end());
    Failure::new(format!("nothing can be compared: {} is not sound", broken.name))
}
