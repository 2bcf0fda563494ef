//! Who an asker is: keys in their order, conflicts refused, a host before every rule.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use pxectl_model::arch::Firmware;
use pxectl_model::identity::{Identity, IdentityKey, Tag};
use pxectl_model::inventory::{Inventory, IpxeSource, Lab, Parts, Unsound};
use pxectl_model::name::Name;
use pxectl_model::net::Site;
use pxectl_model::plan::Scope;
use pxectl_model::profile::{Glob, Host, MatchKey, Nic, Profile, Rule};
use pxectl_model::recipe::{Kind, Recipe};
use pxectl_model::resolve::{Because, Resolution, resolve, set_up};
use pxectl_model::settings::{FileKey, PerArch, Settings, Var};
use pxectl_model::source::{FileId, Origin, Route, Sourced};

fn s<T>(value: T) -> Sourced<T> {
    Sourced { value, origin: Origin::default_value() }
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn recipe(text: &str, installs: bool) -> (Name, Recipe) {
    let recipe = Recipe {
        name: name(text),
        about: String::new(),
        installs,
        script: String::new(),
        keys: BTreeMap::new(),
        one_of: Vec::new(),
        args: Vec::new(),
        firmware: Vec::new(),
    };
    (name(text), recipe)
}

fn profile(text: &str, extends: Option<&str>, settings: Settings) -> (Name, Profile) {
    (name(text), Profile { name: s(name(text)), extends: extends.map(|e| s(name(e))), settings })
}

fn identity(serial: &str, uuid: &str, mac: &str) -> Identity {
    Identity {
        serial: Tag::new(serial).ok(),
        uuid: uuid.parse().ok(),
        macs: mac.parse().ok().into_iter().collect(),
        ..Identity::default()
    }
}

fn host(label: &str, identity: Identity, profile: &str) -> Host {
    Host {
        route: Route::root(FileId(0)),
        nics: identity.macs.iter().map(|mac| Nic { mac: s(*mac), ip: None }).collect(),
        identity,
        name: Some(s(name(label))),
        profile: s(name(profile)),
        settings: Arc::default(),
    }
}

const MAC_A: &str = "52:54:00:00:00:0a";
const MAC_B: &str = "52:54:00:00:00:0b";
const MAC_X: &str = "52:54:00:00:00:ff";
const UUID_C: &str = "01234567-89ab-cdef-0123-456789abcdef";

fn parts() -> Parts {
    let rule = |glob: &str, profile: &str| Rule {
        route: Route::root(FileId(0)),
        matches: vec![(MatchKey::Product, s(Glob::new(glob)))],
        profile: s(name(profile)),
        settings: Settings::default(),
    };
    let with_recipe = |recipe: &str| Settings { recipe: Some(s(name(recipe))), ..Settings::default() };
    Parts {
        lab: Lab {
            http_port: s(8080),
            firmware: None,
            ipxe: None,
            unknown: s(name("hold")),
            templates: s("templates".into()),
            strict: false,
            sites: vec![Site { name: None, server: s("10.1.0.1".parse().unwrap()), networks: Vec::new() }],
        },
        artifacts: BTreeMap::new(),
        profiles: [profile("base", None, with_recipe("linux")), profile("debian", Some("base"), with_recipe("debian"))].into(),
        hosts: vec![
            host("a", identity("SERIAL-A", "", MAC_A), "debian"),
            host("b", identity("SERIAL-B", "", MAC_B), "debian"),
            host("c", identity("", UUID_C, ""), "base"),
        ],
        rules: vec![rule("PowerEdge R6*", "debian"), rule("PowerEdge*", "base")],
        recipes: [recipe("linux", false), recipe("debian", true), recipe("local", false), recipe("hold", false)].into(),
    }
}

fn found(inventory: &Inventory, who: &Identity) -> (String, Vec<String>) {
    match resolve(inventory, who, Some(Firmware::Bios)) {
        Resolution::Found(Because::Host(_, host, key), notes) => (format!("{} by {key}", host.label()), notes),
        Resolution::Found(Because::Rule(n, _), notes) => (format!("rule {n}"), notes),
        Resolution::Found(Because::Unknown, notes) => ("unknown".to_owned(), notes),
        Resolution::Refused(text) => (format!("refused: {text}"), Vec::new()),
    }
}

#[test]
fn keys_are_tried_in_their_order() {
    let inventory = Inventory::new(parts()).unwrap();
    assert_eq!(found(&inventory, &identity(" serial-a ", "", MAC_A)).0, "a by serial");
    assert_eq!(found(&inventory, &identity("", "", MAC_B)).0, "b by mac");
    assert_eq!(found(&inventory, &identity("To Be Filled By O.E.M.", UUID_C, MAC_X)).0, "c by uuid");
    assert_eq!(found(&inventory, &identity("SERIAL-Z", "", MAC_X)).0, "unknown");
    assert_eq!(found(&inventory, &Identity::default()).0, "unknown");
}

#[test]
fn another_hosts_mac_or_uuid_is_refused() {
    let inventory = Inventory::new(parts()).unwrap();
    let (text, _) = found(&inventory, &identity("SERIAL-A", "", MAC_B));
    assert_eq!(text, format!("refused: its serial is that of a, but its mac {MAC_B} is that of b"));
    assert!(found(&inventory, &identity("SERIAL-A", UUID_C, MAC_A)).0.starts_with("refused"));
}

#[test]
fn another_hosts_asset_tag_or_board_serial_is_refused() {
    let mut parts = parts();
    parts.hosts[1].identity.asset = Tag::new("LAB-00417").ok();
    parts.hosts[1].identity.board_serial = Tag::new("BOARD-B").ok();
    let inventory = Inventory::new(parts).unwrap();
    let with = |asset: &str, board: &str| Identity {
        asset: Tag::new(asset).ok(),
        board_serial: Tag::new(board).ok(),
        ..identity("SERIAL-A", "", MAC_A)
    };
    let (text, _) = found(&inventory, &with("lab-00417", ""));
    assert_eq!(text, "refused: its serial is that of a, but its asset LAB-00417 is that of b");
    let (text, _) = found(&inventory, &with("", "BOARD-B"));
    assert_eq!(text, "refused: its serial is that of a, but its board_serial BOARD-B is that of b");
    // What nobody listed says nothing: assets are typed by people, and a new board brings a serial number of its own.
    assert_eq!(found(&inventory, &with("LAB-00999", "BOARD-X")), ("a by serial".to_owned(), Vec::new()));
}

#[test]
fn an_unlisted_mac_boots_with_a_note_and_is_refused_where_strict() {
    let mut parts = parts();
    let (text, notes) = found(&Inventory::new(parts.clone()).unwrap(), &identity("SERIAL-A", "", MAC_X));
    assert_eq!((text.as_str(), notes.len()), ("a by serial", 1));
    parts.lab.strict = true;
    assert!(found(&Inventory::new(parts).unwrap(), &identity("SERIAL-A", "", MAC_X)).0.starts_with("refused"));
}

#[test]
fn a_weaker_key_does_not_outvote_a_serial_that_contradicts_it() {
    // A network card that moved into another machine must not bring the old machine's profile along.
    let inventory = Inventory::new(parts()).unwrap();
    assert!(found(&inventory, &identity("SERIAL-Z", "", MAC_A)).0.starts_with("refused"));
}

#[test]
fn rules_in_order_and_never_before_a_host() {
    let inventory = Inventory::new(parts()).unwrap();
    let product = |serial: &str, product: &str| Identity { product: product.to_owned(), ..identity(serial, "", "") };
    assert_eq!(found(&inventory, &product("SERIAL-Y", "poweredge r640")).0, "rule 0");
    assert_eq!(found(&inventory, &product("SERIAL-Y", "PowerEdge R740")).0, "rule 1");
    assert_eq!(found(&inventory, &product("SERIAL-A", "PowerEdge R740")).0, "a by serial");
}

#[test]
fn layers_merge_in_their_order() {
    let mut parts = parts();
    let var = |text: &str| s(Var::Text(text.to_owned()));
    let base = &mut parts.profiles.get_mut("base").unwrap().settings;
    base.vars = [("disk".to_owned(), var("/dev/sda")), ("zone".to_owned(), var("Etc/UTC"))].into();
    base.args = vec![s("console=ttyS0".to_owned())];
    let over = Arc::make_mut(&mut parts.hosts[0].settings);
    over.vars = [("disk".to_owned(), var("/dev/nvme0n1"))].into();
    over.args = vec![s("quiet".to_owned())];
    let inventory = Inventory::new(parts).unwrap();
    let who = identity("SERIAL-A", "", "");
    let Resolution::Found(because, _) = resolve(&inventory, &who, None) else { panic!("refused") };
    let setup = set_up(&inventory, because, &who);
    assert_eq!((setup.recipe.name.as_str(), setup.recipe.installs, setup.label.as_str()), ("debian", true, "a"));
    assert_eq!(setup.settings.vars["disk"].value, Var::Text("/dev/nvme0n1".to_owned()));
    assert_eq!(setup.settings.vars["zone"].value, Var::Text("Etc/UTC".to_owned()));
    let args: Vec<_> = setup.settings.args.iter().map(|a| a.value.as_str()).collect();
    assert_eq!(args, ["console=ttyS0", "quiet"]);
    assert_eq!(setup.machine.unwrap().0, "serial:SERIAL-A");
}

#[test]
fn what_booting_a_profile_means() {
    let mut parts = parts();
    parts.profiles.get_mut("base").unwrap().settings.installs = Some(s(()));
    parts.profiles.extend([profile("rescue", None, Settings { recipe: Some(s(name("linux"))), ..Settings::default() })]);
    let inventory = Inventory::new(parts).unwrap();
    let kind = |profile: &str| {
        let (settings, recipe) = inventory.settings_of(&name(profile)).unwrap();
        recipe.kind(&settings)
    };
    assert_eq!(["debian", "local", "hold"].map(kind), [Kind::Install, Kind::Local, Kind::Hold]);
    assert_eq!((kind("rescue"), kind("base")), (Kind::Live, Kind::Install), "a profile may say that it installs");
}

#[test]
fn the_artifacts_of_a_scope() {
    let mut parts = parts();
    let file = |text: &str| s(PerArch::Any(name(text)));
    let programs = [(Firmware::Bios, s(name("nbp-bios"))), (Firmware::UefiX64, s(name("nbp-efi")))].into();
    parts.lab.ipxe = Some(IpxeSource::Artifacts(programs));
    parts.profiles.get_mut("base").unwrap().settings.files = [(FileKey::Kernel, file("live"))].into();
    parts.profiles.get_mut("debian").unwrap().settings.files = [(FileKey::Kernel, file("installer"))].into();
    let artifacts = |parts: &Parts, scope: &Scope| {
        let inventory = Inventory::new(parts.clone()).unwrap();
        inventory.artifacts_for(scope).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(artifacts(&parts, &Scope::Everyone), ["installer", "live", "nbp-bios", "nbp-efi"]);
    let only = Scope::Only(parts.hosts[2].identity.machine().into_iter().collect());
    assert_eq!(artifacts(&parts, &only), ["live", "nbp-bios", "nbp-efi"]);
    parts.lab.firmware = Some(vec![s(Firmware::Bios)]);
    assert_eq!(artifacts(&parts, &Scope::Only(Default::default())), ["nbp-bios"], "only the programs that are served");
}

#[test]
fn unsound_parts_are_refused() {
    let mut twice = parts();
    twice.hosts[1].identity.serial = Tag::new("serial-a").ok();
    assert_eq!(Inventory::new(twice).unwrap_err(), Unsound::SharedKey(IdentityKey::Serial, "SERIAL-A".to_owned()));
    let mut dangling = parts();
    dangling.hosts[1].profile = s(name("windows"));
    assert_eq!(Inventory::new(dangling).unwrap_err(), Unsound::Dangling("profile", "windows".to_owned()));
    let mut circle = parts();
    circle.profiles.get_mut("base").unwrap().extends = Some(s(name("debian")));
    assert!(matches!(Inventory::new(circle).unwrap_err(), Unsound::Dangling(..)));
    let mut nobody = parts();
    nobody.hosts[2].identity = Identity::default();
    assert_eq!(Inventory::new(nobody).unwrap_err(), Unsound::NoKey(2));
}

#[test]
fn a_person_finds_a_host_by_whatever_is_at_hand() {
    let inventory = Inventory::new(parts()).unwrap();
    for (text, index) in [("a", 0), ("serial-b", 1), ("52-54-00-00-00-0B", 1), (&UUID_C.to_uppercase(), 2)] {
        assert_eq!(inventory.find(text), Some(index), "{text}");
    }
    assert_eq!(inventory.find("SERIAL-Z"), None);
}
