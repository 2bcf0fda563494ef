//! `recipe-firmware`: a machine that would be sent away because of its firmware.

use std::collections::{HashMap, HashSet};

use pxectl_model::arch::{CpuArch, Firmware};
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::name::Name;
use pxectl_model::profile::MatchKey;
use pxectl_model::recipe::Misfit;
use pxectl_model::settings::{PerArch, Settings};
use pxectl_model::source::Route;

use super::boots::{self, Boots};
use super::meta::Meta;
use crate::draft::{Draft, RuleDraft};
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::warning("recipe-firmware", "firmware on which a profile cannot boot");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    let lab = draft.lab.firmware();
    let profiles = boots::profiles(draft);
    let mut told = HashSet::new();
    for (name, boots) in &profiles {
        if let Some(route) = draft.profile(name).and_then(|profile| profile.name.origin.route.as_ref()) {
            judge(draft, &lab, boots, &format!("the profile `{name}`"), route, &mut told, findings);
        }
    }
    let profiles: HashMap<&Name, Boots<'_>> = profiles.into_iter().collect();
    for host in &draft.hosts {
        let over = host.profile.as_ref().and_then(|profile| profiles.get(&profile.value)?.over(&host.settings));
        if let Some(boots) = over {
            judge(draft, &lab, &boots, &format!("`{}`", shown(&host.label())), &host.route, &mut told, findings);
        }
    }
    for rule in draft.rules.iter().filter(|rule| !rule.flawed) {
        let Some((name, boots)) = rule.profile.as_ref().and_then(|p| Some((&p.value, profiles.get(&p.value)?))) else { continue };
        let own = boots.over(&rule.settings);
        if let Some(boots) = &own {
            judge(draft, &lab, boots, "this rule", &rule.route, &mut told, findings);
        }
        findings_of_rule(rule, name, &lab, own.as_ref().unwrap_or(boots), findings);
    }
}

fn misfit(boots: &Boots<'_>, firmware: Firmware) -> Option<Misfit> {
    // Where there is no image at all, another rule says so.
    let told = |misfit: &Misfit| *misfit == Misfit::Lacks("iso") && boots.settings.iso.is_none();
    boots.recipe.misfit(&boots.settings, firmware).filter(|misfit| !told(misfit))
}

fn why(boots: &Boots<'_>, misfit: Misfit, firmware: Firmware) -> String {
    match misfit {
        Misfit::Recipe => format!("its recipe `{}` boots on {} only", boots.recipe.name, words(&boots.recipe.firmware)),
        Misfit::Lacks(key) => format!("it has no `{key}` for {}", firmware.cpu()),
    }
}

/// What boots on no firmware of the lab, and what is given for an architecture by one key and not by another.
fn judge(
    draft: &Draft,
    lab: &[Firmware],
    boots: &Boots<'_>,
    who: &str,
    route: &Route,
    told: &mut HashSet<(Route, CpuArch)>,
    findings: &mut Findings,
) {
    let misfits: Vec<(Firmware, Misfit)> = lab.iter().filter_map(|f| Some((*f, misfit(boots, *f)?))).collect();
    if let Some((firmware, misfit)) = misfits.first().filter(|_| misfits.len() == lab.len()) {
        let message = format!("no machine of this lab can boot {who}: {}", why(boots, *misfit, *firmware));
        let mut finding = META.at(Place::Route(route.clone()), message);
        finding = match &draft.lab.firmware {
            Some(named) => lab_firmware(finding, named.first().and_then(|first| first.origin.route.as_ref())),
            None => finding,
        };
        findings.push(finding.help(format!("the lab boots {}; mend `lab.firmware`, or what the profile names", words(lab))));
        return;
    }
    for (firmware, misfit) in misfits {
        let Misfit::Lacks(key) = misfit else { continue };
        let cpu = firmware.cpu();
        let (settings, lacking) = (&boots.settings, lacking(&boots.settings, key));
        let meant = settings.files.values().any(|file| lists(&file.value, cpu))
            || settings.initrds.as_ref().is_some_and(|initrds| lists(&initrds.value, cpu));
        let Some(lacking) = lacking.filter(|lacking| meant && told.insert(((*lacking).clone(), cpu))) else { continue };
        let message = format!("there is no `{key}` for {cpu} here, and other keys of {who} have one for it");
        let help = format!("a machine with {firmware} is sent away as it is: add one, or take {cpu} out of the others");
        findings.push(META.at(Place::Route(lacking.clone()), message).help(help));
    }
}

fn lab_firmware(finding: Diagnostic, first: Option<&Route>) -> Diagnostic {
    match first {
        Some(first) => finding.related(Place::Route(first.clone()), "the lab's firmware"),
        None => finding,
    }
}

fn lists<T>(value: &PerArch<T>, cpu: CpuArch) -> bool {
    matches!(value, PerArch::By(values) if values.contains_key(&cpu))
}

/// Where a key is written that is not given for every architecture.
fn lacking<'s>(settings: &'s Settings, key: &str) -> Option<&'s Route> {
    let file = settings.files.iter().find(|(file, _)| file.as_str() == key).map(|(_, file)| &file.origin);
    let iso = settings.iso.as_ref().map(|iso| &iso.origin).filter(|_| key == "iso");
    file.or(iso).or(settings.initrds.as_ref().map(|initrds| &initrds.origin))?.route.as_ref()
}

/// A rule that says itself which firmware it is for.
fn findings_of_rule(rule: &RuleDraft, profile: &Name, lab: &[Firmware], boots: &Boots<'_>, findings: &mut Findings) {
    let Some((_, glob)) = rule.matches.iter().find(|(key, _)| *key == MatchKey::Firmware) else { return };
    let Some(at) = glob.origin.route.clone().map(Place::Route) else { return };
    let fits: Vec<Firmware> = lab.iter().copied().filter(|firmware| glob.value.matches(firmware.as_str())).collect();
    if fits.is_empty() {
        let message = format!("the lab boots {}, and this rule is for other firmware", words(lab));
        findings.push(META.at(at, message).help("mend the pattern, or add the firmware to `lab.firmware`"));
        return;
    }
    let misfits: Vec<(Firmware, Misfit)> = fits.iter().filter_map(|f| Some((*f, misfit(boots, *f)?))).collect();
    let Some((firmware, misfit)) = misfits.first().filter(|_| lab.iter().any(|f| misfit(boots, *f).is_none())) else { return };
    let names: Vec<Firmware> = misfits.iter().map(|(firmware, _)| *firmware).collect();
    let why = why(boots, *misfit, *firmware);
    let message = format!("this rule takes machines with {}, on which the profile `{profile}` cannot boot: {why}", words(&names));
    findings.push(META.at(at, message).help("they are sent away as it is: narrow the pattern, or name another profile"));
}

fn words(firmware: &[Firmware]) -> String {
    firmware.iter().map(|firmware| firmware.as_str()).collect::<Vec<_>>().join(", ")
}
