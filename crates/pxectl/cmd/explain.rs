//! `explain`: what a machine would get, and why.

use crate::cli::{Explain, ExplainFormat};
use crate::cmd::render::{refused, scripts};
use crate::explain::{Asked, explain, human, json};
use crate::failure::{Answer, Outcome};
use crate::lab;
use crate::session::{Session, print};

/// Exit 0 where a host or a rule decides; 1 where none does, or the machine is refused.
pub fn run(args: &Explain, session: &Session) -> Outcome {
    let lab = lab::load(session)?;
    let site = lab.site(args.site.as_deref())?;
    let scripts = scripts(&lab, args.site.as_deref(), &session.store)?;
    let explanation = explain(&lab, site, &scripts, &asked(args), session).map_err(|found| refused(&lab, &found))?;
    match args.format {
        ExplainFormat::Human => print(&human::text(&explanation, session.level)),
        ExplainFormat::Json => print(&format!("{:#}\n", json(&explanation))),
    }
    let decided = explanation.cases.iter().all(|case| matches!(case.decision.by, "host" | "rule"));
    Ok(if decided { Answer::Yes } else { Answer::No })
}

fn asked(args: &Explain) -> Asked {
    let says = &args.says;
    Asked {
        host: args.host.clone(),
        firmware: args.firmware,
        product: says.product.clone().unwrap_or_default(),
        manufacturer: says.manufacturer.clone().unwrap_or_default(),
        mac: says.mac.as_ref().map(|mac| (mac.written.clone(), mac.value)),
        uuid: says.uuid.as_ref().map(|uuid| (uuid.written.clone(), uuid.value)),
        asset: says.asset.clone(),
        board_serial: says.board_serial.clone(),
    }
}
