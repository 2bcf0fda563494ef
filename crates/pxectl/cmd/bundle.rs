//! `bundle`: a lab and all that it needs in one file, and out of it, for hosts without internet.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use pxectl_inventory::lacking_programs;
use pxectl_model::stock::{DEBIAN_IPXE, usual_nbp};
use pxectl_store::bundle::{BundleError, Manifest, pack, unpack};
use pxectl_store::fetch::{Step, Watch, free};

use crate::bundling::export::{self, Out};
use crate::bundling::gather::gather;
use crate::bundling::import::{self, Import};
use crate::cli::{Bundle, BundleExport, BundleImport};
use crate::failure::{Answer, Failure, Outcome, chain};
use crate::fetching::chosen;
use crate::fetching::screen::Screen;
use crate::lab;
use crate::listing::count;
use crate::session::{Session, folder_of, warn};
use crate::shelf::not_in_store;
use crate::show::size::size;
use crate::stock::enter::{begin, enter};

/// Exit 1 where a bundle is not sound, or something is in its way; 2 where the host is at fault, or an image was not fetched.
pub fn run(args: &Bundle, session: &Session) -> Outcome {
    match args {
        Bundle::Export(args) => export(args, session),
        Bundle::Import(args) => import(args, session),
    }
}

/// `-`: the standard output, or the standard input.
fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn export(args: &BundleExport, session: &Session) -> Outcome {
    let gathered = gather(&session.inventory)?;
    chosen::sound(&gathered.found, "nothing was written")?;
    let plan = match export::plan(&gathered, &session.inventory, &session.store)? {
        Ok(plan) => plan,
        Err(missing) => {
            let (error, hint) = not_in_store(&missing.iter().map(String::as_str).collect::<Vec<_>>());
            return Err(Failure::new(error).hint(hint));
        }
    };
    for what in &gathered.elsewhere {
        warn(&format!(
            "warning: {what} is outside of the lab's folder, and not in the bundle: the other host needs it at that place"
        ));
    }
    // The lab's own, or fetched, they are in it.
    let programs = lacking_programs(&gathered.found.reading.draft, |_| false);
    if !programs.is_empty() {
        let whose = programs.iter().map(|firmware| firmware.as_str()).collect::<Vec<_>>().join(", ");
        let names = programs.iter().map(|firmware| usual_nbp(*firmware)).collect::<Vec<_>>().join(" ");
        warn(&format!(
            "warning: the bootstrap programs for {whose} are not in the bundle: the other host needs its own in `{DEBIAN_IPXE}`"
        ));
        warn(&format!("hint: what is fetched is in it: `pxectl fetch {names}`, then export again"));
    }
    if has_secrets(&gathered.found) {
        session.say("secrets are not in the bundle: the other host needs what the inventory names as their sources");
    }
    let text = plan.manifest.write().map_err(|error| export::failed(&error))?;
    let len = plan.manifest.tar_len(text.len() as u64);
    let screen = Screen::new(session);
    let mut told = 0;
    let mut moved = |have: u64| {
        if have - told >= 4 << 20 || have == len {
            told = have;
            screen.step("bundle", Step::Bytes { have, total: Some(len) });
        }
    };
    let mut write = |out: &mut dyn Write| pack(out, &plan.manifest, |member| plan.open(member), &mut moved);
    let done = if is_dash(&args.file) {
        if io::stdout().is_terminal() {
            return Err(Failure::new("a bundle is not for a terminal").hint("name a file, or pipe it somewhere"));
        }
        write(&mut io::stdout().lock()).map_err(|error| export::failed(&error))
    } else {
        to_file(args, len, &mut write)
    };
    screen.end();
    done?;
    let (lab, stored) = plan.counts();
    session.say(&format!(
        "wrote {} of the lab and {} of the store, {}; bundle {}",
        count(lab, "file"),
        count(stored, "file"),
        size(len),
        Manifest::identity(&text)
    ));
    Ok(Answer::Yes)
}

fn to_file(
    args: &BundleExport,
    len: u64,
    write: &mut dyn FnMut(&mut dyn Write) -> Result<(), BundleError>,
) -> Result<(), Failure> {
    let folder = folder_of(&args.file);
    if let Some(free) = free(&folder).filter(|free| *free < len) {
        return Err(export::failed(&BundleError::NoRoom { need: len, free, folder }));
    }
    let mut out = Out::begin(&args.file, args.force)?;
    write(&mut out.file).map_err(|error| export::failed(&error))?;
    out.finish()
}

fn has_secrets(found: &lab::Found) -> bool {
    found.reading.draft.layers().any(|settings| !settings.secrets.is_empty())
}

fn import(args: &BundleImport, session: &Session) -> Outcome {
    let screen = Screen::new(session);
    let mut taking = Import::new(&session.store, &args.dir, args.force, &screen);
    let lease = begin(&session.store)?;
    let done = if is_dash(&args.file) {
        unpack(io::stdin().lock(), &mut taking)
    } else {
        import::open(&args.file).and_then(|file| {
            taking.len = file.metadata().ok().map(|meta| meta.len());
            unpack(file, &mut taking)
        })
    };
    let done = done.and_then(|()| taking.finish());
    screen.end();
    let manifest = match done {
        Ok(manifest) => manifest,
        Err(error) => return failed(args, &error),
    };
    let inventory = args.dir.join(&manifest.inventory);
    let again = enter(&session.store, &inventory)?;
    // What was there already may have been swept away before the store knew of this lab.
    if let Some(lost) = taking.lost(&manifest) {
        return Err(Failure::new(format!("{lost} was removed from the store meanwhile")).hint("import the bundle again"));
    }
    drop((lease, again));
    let (new, there) = taking.stored;
    let lab = manifest.members.len() - new - there;
    let there = if there == 0 { String::new() } else { format!(", {there} were there already") };
    let identity = taking.identity.map(|digest| digest.to_string()).unwrap_or_default();
    session.say(&format!(
        "imported {} of the lab into `{}`, {} into the store{there}; bundle {identity}",
        count(lab, "file"),
        args.dir.display(),
        count(new, "file"),
    ));
    let found = lab::read(&inventory)?;
    let lacks: Vec<_> = found.here(&session.store).into_iter().filter(|d| LACKS.contains(&d.rule.0)).collect();
    if !lacks.is_empty() {
        warn(found.show(&lacks).trim_end());
        warn("hint: a bundle holds neither secrets nor what lies outside of the lab's folder: bring that here by hand");
    }
    Ok(Answer::Yes)
}

/// Findings about what a bundle does not bring.
const LACKS: [&str; 2] = ["missing-file", "missing-secret"];

fn failed(args: &BundleImport, error: &BundleError) -> Outcome {
    let failure = Failure::new(format!("importing `{}`: {}", args.file.display(), chain(error)));
    let hint = match error {
        BundleError::Refused(why) if why.contains(" there already") => "--force replaces them",
        BundleError::Short(_) | BundleError::Mismatch { .. } => {
            "copy it again; the lab is as it was, and what came whole stays in the store"
        }
        BundleError::Bad(_) => {
            "the lab is as it was. Copy it again, and compare the digest that `bundle export` told; else let whoever made it export it anew"
        }
        BundleError::Refused(_) => "the lab is as it was; let whoever made it export it anew",
        _ => "the lab is as it was",
    };
    let failure = failure.hint(hint);
    if error.is_mismatch() {
        warn(failure.text().trim_end());
        return Ok(Answer::No);
    }
    Err(failure)
}
