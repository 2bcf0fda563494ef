//! A lab made by hand: the repository's own templates, recipes as their YAML says, hosts as a test wants them.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use pxectl_model::arch::Firmware;
use pxectl_model::artifact::{Artifact, ArtifactPlace};
use pxectl_model::boot::{Asker, BootId, Recognised, Responder, Stage2, Standing};
use pxectl_model::identity::{Identity, Tag};
use pxectl_model::image::FileRef;
use pxectl_model::inventory::{Inventory, Lab, Parts};
use pxectl_model::name::Name;
use pxectl_model::net::{Network, Site};
use pxectl_model::profile::{Glob, Host, MatchKey, Nic, Profile, Rule};
use pxectl_model::recipe::{Need, Recipe, RecipeArg};
use pxectl_model::settings::{FileKey, Inject, PerArch, Settings, Var};
use pxectl_model::source::{FileId, Layer, Route, Sourced};
use pxectl_render::{Scripts, Template, TemplateSet};

pub const BASE: &str = "http://10.1.0.1:8080";
pub const BOOT: BootId = BootId([0xab; 16]);

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A file, as an inventory names it.
pub fn file_ref(text: &str) -> FileRef {
    if text.starts_with('/') { FileRef::Inside(text.parse().unwrap()) } else { FileRef::Artifact(name(text)) }
}

/// A value with a route that says what it is.
pub fn at<T>(value: T, path: &str) -> Sourced<T> {
    let route = path.split('.').fold(Route::root(FileId(0)), |route, key| match key.parse() {
        Ok(n) => route.index(n),
        Err(_) => route.key(key),
    });
    Sourced::new(value, Layer::Host, route)
}

/// The repository's templates, each a text of its own from id 100 on; and a lab's own on top, from 200 on.
pub fn templates(own: &[(&str, &str)]) -> TemplateSet {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".j2"))
        .collect();
    names.sort();
    let text = |name: &String| std::fs::read_to_string(folder.join(name)).unwrap().into();
    let built_in = names.iter().zip(100..).map(|(name, id)| Template { name: name.clone(), text: text(name), file: FileId(id) });
    let own = own.iter().zip(200..).map(|((name, text), id)| Template {
        name: (*name).to_owned(),
        text: (*text).into(),
        file: FileId(id),
    });
    TemplateSet::new(built_in, own)
}

fn recipe(
    recipe: &str,
    about: &str,
    installs: bool,
    script: &str,
    keys: &[(&str, Need)],
    args: &[(Option<&str>, &str)],
) -> Recipe {
    let arg = |(when, text): &(Option<&str>, &str)| RecipeArg { text: (*text).into(), when: when.map(Into::into) };
    Recipe {
        name: name(recipe),
        about: about.into(),
        installs,
        script: script.into(),
        keys: keys.iter().map(|(key, need)| ((*key).to_owned(), *need)).collect(),
        one_of: Vec::new(),
        in_image: Default::default(),
        args: args.iter().map(arg).collect(),
        firmware: Vec::new(),
    }
}

/// As in templates/recipes.
pub fn recipes() -> BTreeMap<Name, Recipe> {
    use Need::{Optional, Required};
    let debian = [
        (Some("answer"), "auto=true"),
        (Some("answer"), "priority=critical"),
        (Some("answer"), "url={{ answer_url }}"),
        (None, "interface=auto"),
        (Some("mac"), "BOOTIF=01-{{ host.mac_hyphens }}"),
        (Some("name"), "hostname={{ host.name }}"),
        (Some("args"), "---"),
    ];
    let linux_keys = [("kernel", Required), ("initrds", Optional)];
    let windows = [("wimboot", Required), ("boot_wim", Required), ("bcd", Optional), ("inject", Optional)];
    let list = [
        recipe(
            "debian",
            "Debian's installer (d-i) from its netboot kernel and initrd",
            true,
            "linux.ipxe.j2",
            &[("kernel", Required), ("initrds", Required), ("answer", Optional)],
            &debian,
        ),
        recipe("linux", "any Linux kernel, live", false, "linux.ipxe.j2", &linux_keys, &[]),
        Recipe {
            firmware: vec![Firmware::Bios, Firmware::UefiX64],
            ..recipe("windows", "Windows PE and Setup through wimboot", true, "windows.ipxe.j2", &windows, &[])
        },
        recipe(
            "sanboot",
            "a disk or CD image, read over HTTP while it runs",
            false,
            "sanboot.ipxe.j2",
            &[("image", Required)],
            &[],
        ),
        Recipe {
            one_of: vec![vec!["script".into(), "url".into()]],
            ..recipe("chain", "another iPXE script", false, "chain.ipxe.j2", &[("script", Optional), ("url", Optional)], &[])
        },
        recipe("local", "the machine's own disk", false, "local.ipxe.j2", &[], &[]),
        recipe("hold", "waits, and asks again", false, "hold.ipxe.j2", &[], &[]),
    ];
    list.into_iter().map(|recipe| (recipe.name.clone(), recipe)).collect()
}

/// What profiles, rules and hosts may say, in one line.
#[derive(Default, Clone)]
pub struct Says(pub Settings);

impl Says {
    pub fn recipe(text: &str) -> Self {
        Self(Settings { recipe: Some(at(name(text), "recipe")), ..Settings::default() })
    }
    pub fn file(mut self, key: FileKey, artifact: &str) -> Self {
        self.0.files.insert(key, at(PerArch::Any(file_ref(artifact)), "file"));
        self
    }
    pub fn iso(mut self, image: &str) -> Self {
        self.0.iso = Some(at(PerArch::Any(name(image)), "iso"));
        self
    }
    pub fn by_arch(mut self, key: FileKey, by: &[(pxectl_model::arch::CpuArch, &str)]) -> Self {
        let by = by.iter().map(|(arch, artifact)| (*arch, file_ref(artifact))).collect();
        self.0.files.insert(key, at(PerArch::By(by), "file"));
        self
    }
    pub fn initrds(mut self, list: &[&str]) -> Self {
        self.0.initrds = Some(at(PerArch::Any(list.iter().map(|text| file_ref(text)).collect()), "initrds"));
        self
    }
    pub fn args(mut self, list: &[&str]) -> Self {
        self.0.args.extend(list.iter().enumerate().map(|(n, text)| at((*text).to_owned(), &format!("args.{n}"))));
        self
    }
    pub fn var(mut self, key: &str, value: &str) -> Self {
        self.0.vars.insert(key.into(), at(Var::Text(value.into()), &format!("vars.{key}")));
        self
    }
    pub fn answer(mut self, template: &str) -> Self {
        self.0.answer = Some(at(template.to_owned(), "answer"));
        self
    }
    pub fn installs(mut self) -> Self {
        self.0.installs = Some(at((), "installs"));
        self
    }
    pub fn url(mut self, url: &str) -> Self {
        self.0.url = Some(at(url.to_owned(), "url"));
        self
    }
    pub fn inject(mut self, file: &str, inject: Inject) -> Self {
        self.0.inject.insert(file.into(), at(inject, "inject"));
        self
    }
}

/// A lab under construction.
#[derive(Clone)]
pub struct Bench {
    pub parts: Parts,
}

impl Bench {
    pub fn new() -> Self {
        let lab = Lab {
            http_port: at(8080, "lab.http_port"),
            firmware: None,
            ipxe: None,
            loads: Default::default(),
            unknown: at(name("hold"), "lab.unknown"),
            templates: at("templates".into(), "lab.templates"),
            strict: false,
            sites: vec![site(None, [10, 1, 0, 1], &[("10.1.0.0/24", Some("10.1.0.100 - 10.1.0.199"))])],
        };
        let (artifacts, profiles) = (BTreeMap::new(), BTreeMap::new());
        let recipes = recipes().into_iter().map(|(name, recipe)| (name, Arc::new(recipe))).collect();
        let parts = Parts { lab, artifacts, profiles, hosts: Vec::new(), rules: Vec::new(), recipes };
        Self { parts }
    }
    pub fn firmware(mut self, list: &[Firmware]) -> Self {
        self.parts.lab.firmware = Some(list.iter().map(|firmware| at(*firmware, "lab.firmware")).collect());
        self
    }
    pub fn profile(mut self, profile: &str, says: Says) -> Self {
        let entry = Profile { name: at(name(profile), "profiles"), extends: None, settings: says.0 };
        self.parts.profiles.insert(name(profile), entry);
        self
    }
    pub fn host(
        mut self,
        serial: &str,
        host_name: Option<&str>,
        profile: &str,
        nics: &[(&str, Option<&str>)],
        says: Says,
    ) -> Self {
        let n = self.parts.hosts.len();
        let route = Route::root(FileId(0)).key("hosts").index(n);
        let nics: Vec<Nic> = nics
            .iter()
            .map(|(mac, ip)| Nic { mac: at(mac.parse().unwrap(), "mac"), ip: ip.map(|ip| at(ip.parse().unwrap(), "ip")) })
            .collect();
        let macs = nics.iter().map(|nic| nic.mac.value).collect();
        let identity = Identity { serial: Tag::new(serial).ok(), macs, ..Identity::default() };
        let host_name = host_name.map(|text| at(name(text), "hosts.name"));
        let profile = at(name(profile), "hosts.profile");
        self.parts.hosts.push(Host { route, identity, name: host_name, profile, nics, settings: says.0.into() });
        self
    }
    /// With this answer in every profile.
    pub fn answer_with(mut self, template: &str) -> Self {
        for profile in self.parts.profiles.values_mut() {
            profile.settings.answer = Some(at(template.to_owned(), "answer"));
        }
        self
    }
    pub fn rule(mut self, product: &str, profile: &str, says: Says) -> Self {
        let n = self.parts.rules.len();
        let route = Route::root(FileId(0)).key("rules").index(n);
        let matches = vec![(MatchKey::Product, at(Glob::new(product), "match"))];
        self.parts.rules.push(Rule { route, matches, profile: at(name(profile), "profile"), settings: says.0 });
        self
    }
    pub fn artifacts(mut self, list: &[&str]) -> Self {
        for text in list {
            let place = ArtifactPlace::Path(at("file".into(), "path"));
            let artifact = Artifact { name: at(name(text), "artifacts"), place, sha256: None, sha512: None, size: None };
            self.parts.artifacts.insert(name(text), artifact);
        }
        self
    }
    pub fn inventory(&self) -> Arc<Inventory> {
        Arc::new(Inventory::new(self.parts.clone()).unwrap())
    }
    pub fn try_scripts(&self, own: &[(&str, &str)]) -> Result<Scripts, Vec<pxectl_model::diag::Diagnostic>> {
        Scripts::new(self.inventory(), &self.parts.lab.sites[0], &templates(own), BASE, BTreeMap::new())
    }
    pub fn scripts(&self) -> Scripts {
        self.try_scripts(&[]).unwrap()
    }
}

pub fn site(site: Option<&str>, server: [u8; 4], networks: &[(&str, Option<&str>)]) -> Site {
    let server = Ipv4Addr::from(server);
    let network = |(subnet, range): &(&str, Option<&str>)| Network {
        subnet: at(subnet.parse().unwrap(), "subnet"),
        range: range.map(|range| at(range.parse().unwrap(), "range")),
        router: Some(at(server, "router")),
        dns: vec![at(server, "dns"), at(Ipv4Addr::new(9, 9, 9, 9), "dns")],
    };
    Site {
        name: site.map(|text| at(name(text), "sites")),
        server: at(server, "lab.server"),
        networks: networks.iter().map(network).collect(),
    }
}

/// Without what changes with every release.
pub fn unversioned(text: &str) -> String {
    text.replace(&format!("pxectl {}", pxectl_render::VERSION), "pxectl VERSION")
}

/// A machine that asks: with a serial, a MAC, perhaps a firmware.
pub fn asker(serial: &str, mac: &str, firmware: Option<Firmware>) -> Asker {
    let identity = Identity {
        serial: Tag::new(serial).ok(),
        macs: mac.parse().into_iter().collect(),
        raw_serial: serial.to_owned(),
        product: "PowerEdge R640".into(),
        ..Identity::default()
    };
    Asker { identity, firmware, peer: IpAddr::from([10, 1, 0, 50]) }
}

/// Asks, and gives back what came; nothing may go wrong.
pub fn ask(scripts: &Scripts, asker: &Asker, standing: Standing) -> (Recognised, Stage2) {
    let who = scripts.recognise(asker);
    let (stage2, problem) = scripts.script(asker, &who, BOOT, standing);
    assert_eq!(problem, None);
    (who, stage2)
}
