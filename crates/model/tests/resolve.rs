//! Who an asker is: keys in their order, conflicts refused, a host before every rule.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::{MAC_A, MAC_B, MAC_X, UUID_C, identity, name, parts, profile, s};
use pxectl_model::arch::Firmware;
use pxectl_model::identity::{Identity, IdentityKey, Tag};
use pxectl_model::inventory::{Inventory, IpxeSource, Parts, Unsound};
use pxectl_model::plan::Scope;
use pxectl_model::recipe::Kind;
use pxectl_model::resolve::{Because, Resolution, resolve, set_up};
use pxectl_model::settings::{FileKey, PerArch, Settings, Var};

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
    let file = |text: &str| s(PerArch::Any(name(text).into()));
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
