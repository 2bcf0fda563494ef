//! Every value that a machine's boot is made of, and who gave it.

use pxectl_inventory::findings::shown;
use pxectl_model::arch::CpuArch;
use pxectl_model::inventory::Inventory;
use pxectl_model::net::Site;
use pxectl_model::resolve::{Because, Setup};
use pxectl_model::settings::{Inject, Settings, Var};
use pxectl_model::source::{Origin, Sourced};

use super::places::{From, Places};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueLine {
    /// As the inventory calls it: `kernel`, `vars.disk`.
    pub key: String,
    /// As it is used, on one line.
    pub value: String,
    /// Who gave it.
    pub from: From,
    /// Values that it takes the place of, the nearest first.
    pub over: Vec<(String, From)>,
}

/// The values of a machine with this processor: the entry's own, then those of its layers, the kernel's arguments, and the lab's.
pub(super) fn values(
    inventory: &Inventory,
    site: &Site,
    setup: &Setup<'_>,
    args: &[Sourced<String>],
    cpu: CpuArch,
    places: Places<'_>,
) -> Vec<ValueLine> {
    let line = |key: &str, value: String, origin: &Origin| ValueLine {
        key: key.to_owned(),
        value: shown(&value),
        from: places.source(origin),
        over: Vec::new(),
    };
    let mut lines = vec![line("profile", setup.profile.value.to_string(), &setup.profile.origin)];
    if let Because::Host(_, host, _) = setup.because {
        lines.extend(host.name.iter().map(|name| line("name", name.value.to_string(), &name.origin)));
        for nic in &host.nics {
            lines.push(line("mac", nic.mac.value.to_string(), &nic.mac.origin));
            lines.extend(nic.ip.iter().map(|ip| line("ip", ip.value.to_string(), &ip.origin)));
        }
    }
    let below = layers(inventory, setup);
    for (key, value, origin) in flat(&setup.settings, cpu) {
        let mut one = line(&key, value, origin);
        let other = |(other, text, from): (String, String, &Origin)| {
            (other == key && from != origin).then(|| (shown(&text), places.source(from)))
        };
        one.over = below.iter().flat_map(|settings| flat(settings, cpu)).filter_map(other).collect();
        lines.push(one);
    }
    lines.extend(args.iter().map(|arg| line("args", arg.value.clone(), &arg.origin)));
    let lab = inventory.lab();
    lines.push(line("server", site.server.value.to_string(), &site.server.origin));
    lines.push(line("http_port", lab.http_port.value.to_string(), &lab.http_port.origin));
    lines
}

/// The layers of a machine as they were written, the uppermost first.
fn layers<'a>(inventory: &'a Inventory, setup: &Setup<'a>) -> Vec<&'a Settings> {
    let own: Option<&Settings> = match setup.because {
        Because::Host(_, host, _) => Some(&host.settings),
        Because::Rule(_, rule) => Some(&rule.settings),
        Because::Unknown => None,
    };
    let chain = inventory.chain_of(&setup.profile.value).unwrap_or_default();
    own.into_iter().chain(chain.into_iter().map(|profile| &profile.settings)).collect()
}

/// Each value but the arguments, which add up and do not replace each other.
fn flat(settings: &Settings, cpu: CpuArch) -> Vec<(String, String, &Origin)> {
    let mut flat: Vec<(String, String, &Origin)> = Vec::new();
    if let Some(recipe) = &settings.recipe {
        flat.push(("recipe".to_owned(), recipe.value.to_string(), &recipe.origin));
    }
    if let Some(installs) = &settings.installs {
        flat.push(("installs".to_owned(), "true".to_owned(), &installs.origin));
    }
    if let Some((iso, name)) = settings.iso.as_ref().and_then(|iso| Some((iso, iso.value.get(cpu)?))) {
        flat.push(("iso".to_owned(), name.to_string(), &iso.origin));
    }
    for (key, file) in &settings.files {
        if let Some(name) = file.value.get(cpu) {
            flat.push((key.as_str().to_owned(), name.to_string(), &file.origin));
        }
    }
    if let Some((initrds, names)) = settings.initrds.as_ref().and_then(|initrds| Some((initrds, initrds.value.get(cpu)?))) {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        flat.push(("initrds".to_owned(), names.join(", "), &initrds.origin));
    }
    for (file, inject) in &settings.inject {
        let value = match &inject.value {
            Inject::File(file) => file.to_string(),
            Inject::Template(template) => template.clone(),
        };
        flat.push((format!("inject.{file}"), value, &inject.origin));
    }
    let texts = [("answer", &settings.answer), ("url", &settings.url)];
    for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
        flat.push((key.to_owned(), text.value.clone(), &text.origin));
    }
    for (name, var) in &settings.vars {
        flat.push((format!("vars.{name}"), written(&var.value), &var.origin));
    }
    for (name, source) in &settings.secrets {
        flat.push((format!("secrets.{name}"), source.value.to_string(), &source.origin));
    }
    flat
}

fn written(var: &Var) -> String {
    match var {
        Var::Text(text) => text.clone(),
        Var::List(items) => format!("[{}]", items.join(", ")),
        Var::Map(items) => {
            let items: Vec<_> = items.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}
