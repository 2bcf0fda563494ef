//! `ipxe build`: iPXE with the lab's script compiled in, out of its source.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pxectl_model::digest::{Hasher, Sha256};
use pxectl_model::lock::Built;
use pxectl_model::name::Name;
use pxectl_model::policy::http_base;
use pxectl_store::builds;
use pxectl_store::regular::read_regular;

use crate::building::make::{Make, NotBuilt, result};
use crate::building::recipe::{folder_name, is_there, keep, locked, write_down};
use crate::building::screen::Screen;
use crate::building::source::SourceCode;
use crate::building::switches::{self, SWITCHES, Switch};
use crate::building::targets::{self, Target};
use crate::cli::IpxeBuild;
use crate::cmd::render;
use crate::exec;
use crate::failure::{Answer, Failure, Outcome};
use crate::lab::{self, Lab};
use crate::session::{Session, folder_of, print, warn};
use crate::show;
use crate::show::size::size;
use crate::stock::enter::enter;

/// Most bytes of a file of certificates.
const CERTIFICATES_MOST: u64 = 1 << 20;

/// All that is the same for each target.
struct Plan {
    source: SourceCode,
    switches: Vec<&'static Switch>,
    script: String,
    trust: Option<Vec<u8>>,
    jobs: usize,
    force: bool,
}

/// Exit 0 where everything is built, now or before; 1 where a name is unknown; 2 where something could not be built.
pub async fn run(args: &IpxeBuild, session: &Session) -> Outcome {
    if args.with.iter().any(|name| name == "help") {
        let rows: Vec<_> = SWITCHES.iter().map(|switch| vec![switch.name.to_owned(), switch.about.to_owned()]).collect();
        print(&show::table::table(&rows));
        return Ok(Answer::Yes);
    }
    let switches = match switches::chosen(&args.with) {
        Ok(switches) => switches,
        Err(wrong) => {
            wrong.iter().for_each(|line| warn(line));
            warn("hint: `pxectl ipxe build --with help` lists them");
            return Ok(Answer::No);
        }
    };
    let lab = lab::load(session)?;
    let script = script(&lab, args.site.as_deref())?;
    let trust = args.trust.as_deref().map(certificates).transpose()?;
    let firmware = if args.target.is_empty() { lab.inventory.lab().firmware() } else { args.target.clone() };
    let mut targets: Vec<Target> = Vec::new();
    for target in firmware.into_iter().map(targets::target) {
        if targets.iter().all(|other| other.firmware != target.firmware) {
            targets.push(target);
        }
    }
    let missing = targets::missing(&targets, trust.is_some());
    if !missing.is_empty() {
        let programs = missing.iter().map(|(program, _)| program.as_str()).collect::<Vec<_>>().join(", ");
        let mut packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
        packages.dedup();
        return Err(Failure::new(format!("building iPXE needs what is not here: {programs}"))
            .hint(format!("Debian's packages: apt install {}", packages.join(" "))));
    }
    let source = SourceCode::of(&source_path(&args.source, &lab, session)?).map_err(Failure::new)?;
    // Until it is in the lock file, `store gc` keeps it for whoever is at work.
    let _lease = enter(&session.store, &session.inventory)?;
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let mut plan = Plan { source, switches, script, trust, jobs, force: args.force };
    let mut rows = Vec::new();
    for target in &targets {
        let name = format!("{}{}", args.prefix, target.file);
        let name =
            name.parse::<Name>().map_err(|why| Failure::new(format!("`{name}` cannot be the name of an artifact: {why}")))?;
        rows.push(build(&mut plan, target, &name, &lab, session).await?);
    }
    print(&show::table::table(&rows));
    tell_unused(&targets, args, &lab, session);
    Ok(Answer::Yes)
}

/// The text that is compiled in.
fn script(lab: &Lab, site: Option<&str>) -> Result<String, Failure> {
    let site = lab.site(site)?;
    let base = http_base(site.server.value, lab.inventory.lab().http_port.value);
    pxectl_render::ipxe_embed(&lab.found.templates, &base).map_err(|found| render::refused(lab, &found))
}

fn certificates(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::new(format!("reading the certificates in `{}`: {why}", path.display()));
    let bytes = read_regular(path, CERTIFICATES_MOST).map_err(|error| failed(&error))?;
    let count = |mark: &[u8]| bytes.windows(mark.len()).filter(|window| *window == mark).count();
    match (count(b"-----BEGIN CERTIFICATE-----"), count(b"-----END CERTIFICATE-----")) {
        // The build folder is for everybody to read.
        _ if count(b"PRIVATE KEY-----") > 0 => {
            Err(failed(&"there is a private key in it").hint("give a file of certificates alone"))
        }
        (0, _) => {
            let hint = "openssl x509 -inform DER -in FILE makes one of a DER certificate";
            Err(failed(&"there is no PEM certificate in it").hint(hint))
        }
        (begun, ended) if begun != ended => Err(failed(&"a certificate in it has no end").hint("bring the file here once more")),
        _ => Ok(bytes),
    }
}

/// A path, or an artifact of that name in the store.
fn source_path(given: &Path, lab: &Lab, session: &Session) -> Result<PathBuf, Failure> {
    if given.exists() {
        return Ok(given.to_owned());
    }
    let shown = pxectl_inventory::findings::whole(&given.display().to_string());
    let name = given.to_str().and_then(|text| text.parse::<Name>().ok());
    let artifact = name.as_ref().and_then(|name| lab.inventory.parts().artifacts.get(name));
    let file = artifact.and_then(|artifact| crate::shelf::place(artifact, &session.store)).filter(|path| path.is_file());
    let is_known = artifact.is_some() || name.as_ref().is_some_and(|name| pxectl_inventory::stock().contains_key(name));
    file.ok_or_else(|| match is_known {
        true => Failure::new(format!("the source `{shown}` is not in the store"))
            .hint(format!("run `pxectl fetch {shown}`, or name a folder with iPXE's source: --source DIR")),
        false => Failure::new(format!("there is no source `{shown}`: neither a folder or file, nor an artifact"))
            .hint("git clone https://github.com/ipxe/ipxe makes such a folder"),
    })
}

async fn build(plan: &mut Plan, target: &Target, name: &Name, lab: &Lab, session: &Session) -> Result<Vec<String>, Failure> {
    let folder = folder_of(&session.inventory);
    let compiler = targets::compiler(target).map_err(Failure::new)?;
    let of = |bytes: &[u8]| -> Sha256 {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    };
    let with: Vec<_> = plan.switches.iter().map(|switch| switch.name.to_owned()).collect();
    let key = folder_name(&plan.source.digest, target.goal, &with);
    let shown = session.store.root().join("build").join(&key);
    let failed = |error: io::Error| Failure::new(format!("making the build folder `{}`: {error}", shown.display()));
    // Two of them in one folder would break each other's files; who waited finds it done.
    let taken = match builds::try_take(&session.store, &key).map_err(failed)? {
        Some(taken) => taken,
        None => {
            session.say(&format!("{name}: another pxectl builds from this source; waiting for it"));
            let (store, key) = (session.store.clone(), key);
            let waited = tokio::task::spawn_blocking(move || builds::take(&store, &key)).await;
            waited.map_err(|error| Failure::of(&error))?.map_err(failed)?
        }
    };
    let place = taken.path();
    builds::forget_old(&session.store);
    let root = plan.source.copy(place, plan.force).map_err(Failure::new)?;
    let built = Built {
        target: target.goal.to_owned(),
        source: plan.source.digest,
        commit: plan.source.commit.clone(),
        with,
        script: of(plan.script.as_bytes()),
        trust: plan.trust.as_deref().map(of),
        compiler,
    };
    let known = locked(&folder);
    let before = known.get(name);
    if !plan.force && is_there(before, &built, &session.store) {
        let len = before.map_or(0, |locked| locked.size);
        return Ok(vec![name.to_string(), size(len), format!("built before, for {}", target.firmware)]);
    }
    if before.is_some_and(|locked| locked.built.is_none()) || lab.found.reading.draft.artifact_index.contains_key(name) {
        return Err(Failure::new(format!("there is an artifact `{name}` already that was not built"))
            .hint("name another beginning with --prefix"));
    }
    let src = root.join("src");
    prepare(plan, &src).map_err(failed)?;
    let args = arguments(plan, target);
    let program = exec::find("make", Path::new(".")).map_err(Failure::new)?;
    let log = place.join("build.log");
    session.say(&format!("{name}: make {}", args.join(" ")));
    let began = std::time::Instant::now();
    let mut screen = Screen::new(session, target.goal);
    let ran = Make { program: &program, folder: &src, args, log: &log }.run(&mut screen).await;
    let compiled = screen.end();
    match ran {
        Ok(()) => {}
        Err(NotBuilt::Run(error)) => return Err(Failure::new(format!("running make: {error}"))),
        Err(NotBuilt::Interrupted) => {
            return Err(Failure::new("interrupted; what was compiled so far is kept for the next time"));
        }
        Err(NotBuilt::Failed(status, errors)) => {
            let text = errors.lines().map(pxectl_inventory::findings::whole).collect::<Vec<_>>().join("\n");
            warn(&text);
            return Err(Failure::new(format!("make {} failed: {status}", target.goal))
                .hint(format!("what the compiler said is above; all of it is in `{}`; `--force` begins anew", log.display())));
        }
    }
    let written = keep(&result(&src, target.goal), target.firmware, &session.store).map_err(Failure::new)?;
    write_down(&folder, name, &written, built)?;
    let took = began.elapsed().as_secs_f64();
    Ok(vec![
        name.to_string(),
        size(written.size),
        format!("built for {}, {compiled} files compiled in {took:.0} s", target.firmware),
    ])
}

/// Writes what is compiled in into the copy, where it is not there already: make looks at the times.
fn prepare(plan: &Plan, src: &Path) -> io::Result<()> {
    let write = |path: PathBuf, bytes: &[u8]| -> io::Result<()> {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        if fs::read(&path).is_ok_and(|old| old == bytes) { Ok(()) } else { fs::write(&path, bytes) }
    };
    for (name, text) in switches::headers(&plan.switches) {
        write(src.join("config/local").join(CONFIG).join(name), text.as_bytes())?;
    }
    write(src.join(CONFIG).join("script.ipxe"), plan.script.as_bytes())?;
    plan.trust.as_deref().map_or(Ok(()), |trust| write(src.join(CONFIG).join("trust.crt"), trust))
}

/// The name of our configuration, and of the folder of our files.
const CONFIG: &str = "pxectl";

/// Paths are relative: make takes a blank in one for the end of it.
fn arguments(plan: &Plan, target: &Target) -> Vec<String> {
    let mut args = vec![format!("-j{}", plan.jobs), format!("CONFIG={CONFIG}"), format!("EMBED={CONFIG}/script.ipxe")];
    if plan.trust.is_some() {
        args.push(format!("TRUST={CONFIG}/trust.crt"));
        args.push(format!("CERT={CONFIG}/trust.crt"));
    }
    if !target.cross.is_empty() {
        args.push(format!("CROSS_COMPILE={}", target.cross));
    }
    args.extend(plan.source.commit.as_ref().map(|commit| format!("GITVERSION={commit}")));
    args.push(target.goal.to_owned());
    args
}

/// How the lab gets them, where it has others.
fn tell_unused(targets: &[Target], args: &IpxeBuild, lab: &Lab, session: &Session) {
    use pxectl_model::inventory::IpxeSource;
    let name = |target: &Target| format!("{}{}", args.prefix, target.file);
    let used = |target: &Target| match &lab.inventory.lab().ipxe {
        Some(IpxeSource::Artifacts(names)) => names.get(&target.firmware).is_some_and(|used| used.value.as_str() == name(target)),
        _ => false,
    };
    if !targets.iter().all(used) {
        let names = targets.iter().map(|target| format!("{}: {}", target.firmware, name(target))).collect::<Vec<_>>().join(", ");
        session.say(&format!("hint: `lab.ipxe: {{{names}}}` has machines start with this"));
    }
}
