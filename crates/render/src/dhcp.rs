//! dhcpd.conf for ISC's DHCP server, out of the same policy table that everything else follows.

use std::collections::HashSet;

use minijinja::value::Value;
use pxectl_model::arch::Firmware;
use pxectl_model::diag::Diagnostic;
use pxectl_model::inventory::Inventory;
use pxectl_model::ipxe::escape;
use pxectl_model::mac::Mac;
use pxectl_model::net::{Network, Site};
use pxectl_model::policy::{BootFile, Branch, Client, Policy, http_base};
use pxectl_model::profile::{Host, Nic};

use crate::context::VERSION;
use crate::entry::place_of;
use crate::env;
use crate::fault::{self, Around, TEMPLATE_MISSING};
use crate::filename;
use crate::templates::TemplateSet;

/// The template.
const TEMPLATE: &str = "dhcpd.conf.j2";
/// What a reservation may cost beside [`env::FUEL`]; the built-in template takes about 40.
const RESERVATION_FUEL: u64 = 500;

/// The names at the top of the template.
pub const KNOWN: [&str; 8] = ["server", "site", "base_url", "bios_only", "branches", "networks", "hosts", "pxectl_version"];

/// The whole configuration of one site: which client gets which boot file, its subnets, and a reservation for every card with
/// an address in them.
///
/// # Errors
/// A template that fails, a value that dhcpd cannot hold, a boot file past the 127 bytes of a DHCP answer.
pub fn render(
    templates: &TemplateSet,
    inventory: &Inventory,
    site: &Site,
    firmware: &[Firmware],
) -> Result<String, Vec<Diagnostic>> {
    let hosts = reservations(&inventory.parts().hosts, site).collect();
    write(templates, inventory, site, firmware, hosts)
}

/// What [`render`] would say is wrong. Of the reservations the built-in template is given one alone: names, profiles and addresses
/// hold nothing that dhcpd does not take, so that it does with all what it does with one.
pub fn check(templates: &TemplateSet, inventory: &Inventory, site: &Site, firmware: &[Firmware]) -> Vec<Diagnostic> {
    let enough = if templates.is_built_in(TEMPLATE) { 1 } else { usize::MAX };
    let hosts = reservations(&inventory.parts().hosts, site).take(enough).collect();
    write(templates, inventory, site, firmware, hosts).err().unwrap_or_default()
}

fn write(
    templates: &TemplateSet,
    inventory: &Inventory,
    site: &Site,
    firmware: &[Firmware],
    hosts: Vec<Value>,
) -> Result<String, Vec<Diagnostic>> {
    let at = || place_of(site.server.origin.route.as_ref());
    let base_url = http_base(site.server.value, inventory.lab().http_port.value);
    let policy = Policy::new(&base_url, firmware, |firmware| inventory.lab().nbp_name(firmware));
    let bios_only = policy.branches.iter().all(|b| matches!(b.client, Client::Ipxe | Client::Pxe(Firmware::Bios)));
    let fuel = env::FUEL + RESERVATION_FUEL * hosts.len() as u64;
    let context = Value::from_pairs([
        ("server", Value::from(site.server.value.to_string())),
        ("site", site.name.as_ref().map_or(Value::from(()), |name| Value::from(name.value.as_str()))),
        ("base_url", Value::from(base_url)),
        ("bios_only", Value::from(bios_only)),
        ("branches", policy.branches.iter().map(branch).collect::<Vec<_>>().into()),
        ("networks", site.networks.iter().map(network).collect::<Vec<_>>().into()),
        ("hosts", hosts.into()),
        ("pxectl_version", Value::from(VERSION)),
    ]);
    let mut env = env::environment(templates)?;
    env.set_fuel(Some(fuel));
    let Some(template) = templates.get(TEMPLATE) else {
        let finding = Diagnostic::error(TEMPLATE_MISSING, at(), format!("there is no template `{TEMPLATE}`"));
        return Err(vec![finding.help(format!("there are: {}", templates.names().join(", ")))]);
    };
    let around = Around { set: templates, origin: &|_| None, fallback: at() };
    let rendered = env.get_template(TEMPLATE).and_then(|template| template.render(context));
    let text = rendered.map_err(|error| vec![fault::diagnose(&error, &around)])?;
    let faults = filename::too_long(&text, template);
    if faults.is_empty() { Ok(text) } else { Err(faults) }
}

fn branch(branch: &Branch) -> Value {
    let (kind, firmware, arches): (_, _, &[u16]) = match branch.client {
        Client::Ipxe => ("ipxe", None, &[]),
        Client::HttpBoot(firmware) => ("http", Some(firmware), firmware.http_arch()),
        Client::Pxe(firmware) => ("pxe", Some(firmware), firmware.pxe_arch()),
    };
    let (BootFile::Url(file) | BootFile::Tftp(file)) = &branch.file;
    // Bytes, as option 93 holds them: dhcpd compares a number as one byte, which two bytes never equal.
    let bytes = |arch: &u16| Value::from(format!("{:02x}:{:02x}", arch >> 8, arch & 0xff));
    Value::from_pairs([
        ("kind", Value::from(kind)),
        ("firmware", firmware.map_or(Value::from(()), |firmware| Value::from(firmware.as_str()))),
        ("arches", arches.iter().map(bytes).collect::<Vec<_>>().into()),
        ("file", Value::from(file.as_str())),
    ])
}

fn network(network: &Network) -> Value {
    let subnet = network.subnet.value;
    let range = network.range.as_ref().map(|range| range.value);
    let text = |text: Option<String>| text.map_or(Value::from(()), Value::from);
    Value::from_pairs([
        ("subnet", Value::from(subnet.to_string())),
        ("address", Value::from(subnet.address.to_string())),
        ("netmask", Value::from(subnet.netmask().to_string())),
        ("first", text(range.map(|range| range.first.to_string()))),
        ("last", text(range.map(|range| range.last.to_string()))),
        ("router", text(network.router.as_ref().map(|router| router.value.to_string()))),
        ("dns", network.dns.iter().map(|dns| Value::from(dns.value.to_string())).collect::<Vec<_>>().into()),
    ])
}

/// A reservation for each card whose address lies in the site's networks.
fn reservations<'i>(hosts: &'i [Host], site: &'i Site) -> impl Iterator<Item = Value> + 'i {
    let ours = |nic: &&Nic| {
        let ip = nic.ip.as_ref().map(|ip| ip.value);
        ip.is_some_and(|ip| site.networks.iter().any(|network| network.subnet.value.contains(ip)))
    };
    let nics = hosts.iter().flat_map(move |host| host.nics.iter().filter(ours).enumerate().map(move |(n, nic)| (host, n, nic)));
    let mut taken = HashSet::new();
    nics.filter_map(move |(host, n, nic)| {
        let name = host.name.as_ref().map(|name| name.value.as_str());
        Some(Value::from_pairs([
            ("identifier", Value::from(identifier(name, n, nic.mac.value, &mut taken))),
            ("label", Value::from_safe_string(escape::text(&host.label()))),
            ("profile", Value::from(host.profile.value.as_str())),
            ("mac", Value::from(nic.mac.value.to_string())),
            ("ip", Value::from(nic.ip.as_ref()?.value.to_string())),
        ]))
    })
}

/// A name that dhcpd takes for a host declaration, and no two the same: it folds case, takes no quotes, and reads a name of
/// digits as a number.
fn identifier(name: Option<&str>, n: usize, mac: Mac, taken: &mut HashSet<String>) -> String {
    let by_mac: String = mac.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let fits = |name: &&str| {
        let label = |label: &str| {
            let first = label.chars().next();
            first.is_some_and(|c| c.is_ascii_alphabetic()) && !label.ends_with(['-', '_'])
        };
        name.split('.').all(label)
    };
    let wanted = match name.filter(fits) {
        Some(name) if n == 0 => name.to_owned(),
        Some(name) => format!("{name}-nic{}", n + 1),
        None => format!("pxectl-{by_mac}"),
    };
    if taken.insert(wanted.to_lowercase()) {
        return wanted;
    }
    // Its address is nobody else's.
    let wanted = format!("pxectl-{by_mac}");
    taken.insert(wanted.clone());
    wanted
}
