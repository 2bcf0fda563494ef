//! `render`: what DHCP servers and machines would get.

use std::collections::BTreeMap;

use pxectl_inventory::not_in_image;
use pxectl_model::arch::Firmware;
use pxectl_model::boot::Stage2;
use pxectl_model::diag::Diagnostic;
use pxectl_model::identity::{Identity, IdentityKey};
use pxectl_model::image::Located;
use pxectl_model::policy::http_base;
use pxectl_model::resolve::{Because, set_up};
use pxectl_model::settings::Named;
use pxectl_render::Scripts;
use pxectl_store::images::Store;
use pxectl_store::replace::replace_file;

use crate::cli::{DhcpServer, RenderBoot, RenderDhcp, RenderIpxe, RenderTemplate};
use crate::failure::{Answer, Failure, Outcome};
use crate::inside::Present;
use crate::lab::{self, Lab};
use crate::session::{Session, print, warn};
use crate::{shelf, show};

/// `render dhcp`.
pub fn dhcp(args: &RenderDhcp, session: &Session) -> Outcome {
    let DhcpServer::Isc = args.server;
    let lab = lab::load(session)?;
    let site = lab.site(args.site.as_deref())?;
    let firmware = lab.inventory.lab().firmware();
    let text = pxectl_render::dhcp::render(&lab.found.templates, &lab.inventory, site, &firmware);
    let text = text.map_err(|found| refused(&lab, &found))?;
    match &args.output {
        None => print(&text),
        Some(path) => {
            replace_file(path, text.as_bytes()).map_err(|e| Failure::new(format!("writing `{}`: {e}", path.display())))?;
            let path = path.display();
            session.say(&format!("wrote {path}; check it with `dhcpd -t -cf {path}`, then restart dhcpd"));
        }
    }
    Ok(Answer::Yes)
}

/// `render boot`.
pub fn boot(args: &RenderBoot, session: &Session) -> Outcome {
    let lab = lab::load(session)?;
    let Some(host) = one_host(&lab, &args.host)? else { return Ok(Answer::No) };
    let present = Present::of(&lab.inventory, &session.store);
    let stage2 = preview(&lab, host, args, session, &present)?;
    let absent = absent(&lab, host, args.firmware, &present);
    if !absent.is_empty() {
        return Err(refused(&lab, &absent));
    }
    print(&stage2.text);
    Ok(Answer::Yes)
}

/// `render answer`.
pub fn answer(args: &RenderBoot, session: &Session) -> Outcome {
    let lab = lab::load(session)?;
    let Some(host) = one_host(&lab, &args.host)? else { return Ok(Answer::No) };
    let present = Present::of(&lab.inventory, &session.store);
    let stage2 = preview(&lab, host, args, session, &present)?;
    if stage2.answers.is_empty() {
        warn(&format!("{} gets no answer file", args.host));
        return Ok(Answer::No);
    }
    let several = stage2.answers.len() > 1;
    for (name, bytes) in &stage2.answers {
        if several {
            session.say(&format!("== {name}"));
        }
        print(&String::from_utf8_lossy(bytes));
    }
    Ok(Answer::Yes)
}

/// `render ipxe`.
pub fn ipxe(args: &RenderIpxe, session: &Session) -> Outcome {
    let lab = lab::load(session)?;
    let site = lab.site(args.site.as_deref())?;
    let base = http_base(site.server.value, lab.inventory.lab().http_port.value);
    let text = pxectl_render::ipxe_embed(&lab.found.templates, &base).map_err(|found| refused(&lab, &found))?;
    print(&text);
    Ok(Answer::Yes)
}

/// `render template`: needs no inventory.
pub fn template(args: &RenderTemplate) -> Outcome {
    let templates = crate::assets::templates();
    match &args.name {
        None => {
            for name in templates.keys() {
                print(&format!("{name}\n"));
            }
            Ok(Answer::Yes)
        }
        Some(name) => match templates.get(name.strip_prefix(pxectl_render::BUILT_IN_PREFIX).unwrap_or(name)) {
            Some(text) => {
                print(text);
                Ok(Answer::Yes)
            }
            None => {
                warn(&format!("there is no built-in template `{name}`; `pxectl render template` lists them"));
                Ok(Answer::No)
            }
        },
    }
}

/// What this host would get on the firmware that was asked about, at the site that was named or else its own.
fn preview(lab: &Lab, host: usize, args: &RenderBoot, session: &Session, present: &Present) -> Result<Stage2, Failure> {
    let site = args.site.clone().or_else(|| lab.site_of(&args.host));
    let scripts = scripts(lab, site.as_deref(), &session.store, present)?;
    scripts.preview(host, args.firmware).map_err(|found| refused(lab, &found))
}

fn one_host(lab: &Lab, name: &str) -> Result<Option<usize>, Failure> {
    Ok(lab.hosts(&[name.to_owned()])?.map(|hosts| hosts[0]))
}

/// What a host's script would fetch out of images that are here and do not have it.
fn absent(lab: &Lab, host: usize, firmware: Firmware, present: &Present) -> Vec<Diagnostic> {
    let entry = &lab.inventory.parts().hosts[host];
    let setup = set_up(&lab.inventory, Because::Host(host, entry, IdentityKey::Serial), &Identity::default());
    let settings = &setup.settings;
    let image = settings.iso.as_ref().and_then(|iso| iso.origin.route.clone());
    let named = settings.named().into_iter().filter(|named| named.is_for(firmware.cpu()));
    let finding = |named: Named<'_>| match settings.locate(named.file, firmware.cpu())? {
        Located::Inside(inside) => {
            let route = named.route.or_else(|| image.clone());
            Some(not_in_image(&inside, route, present.absent(&inside)?))
        }
        Located::Artifact(_) => None,
    };
    named.filter_map(finding).collect()
}

/// What the scripts of one machine need, of which something is asked.
///
/// # Errors
/// Where something cannot be rendered; the findings are printed.
pub fn scripts(lab: &Lab, site: Option<&str>, store: &Store, present: &Present) -> Result<Scripts, Failure> {
    let site = lab.site(site)?;
    let base = http_base(site.server.value, lab.inventory.lab().http_port.value);
    let artifacts = lab.inventory.parts().artifacts.iter();
    let sizes = artifacts.filter_map(|(name, a)| Some((name.to_string(), shelf::size(a, store)?)));
    let sizes: BTreeMap<_, _> = sizes.chain(present.sizes()).collect();
    Scripts::unproven(lab.inventory.clone(), site, &lab.found.templates, base, sizes).map_err(|found| refused(lab, &found))
}

/// The end of a command that something could not be rendered for; the findings are printed.
pub fn refused(lab: &Lab, found: &[Diagnostic]) -> Failure {
    warn(lab.found.show(found).trim_end());
    Failure::new(format!("nothing was rendered: {}", show::diagnostic::summary(found)))
}
