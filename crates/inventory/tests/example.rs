//! The example at the top level: it is the tutorial, so it must be right.
// A test may read its fixtures and stop at what it did not expect.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{lines, recipes};
use pxectl_inventory::{File, Input, LockInput, Reading, keys, read};
use pxectl_model::identity::Identity;
use pxectl_model::mac::Mac;
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;
use pxectl_model::resolve::{Because, Resolution, resolve, set_up};
use pxectl_model::settings::{FileKey, Var};

fn top(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn example(recipes: &BTreeMap<Name, Recipe>) -> (String, Reading) {
    let text = std::fs::read_to_string(top("inventory.example.yaml")).unwrap();
    let main = File { name: "inventory.example.yaml".to_owned(), bytes: text.clone().into_bytes() };
    let input = Input { main, folder: PathBuf::from("/lab"), included: Vec::new(), lock: LockInput::Missing };
    (text, read(&input, recipes))
}

#[test]
fn it_is_clean() {
    let (_, reading) = example(&recipes());
    assert_eq!(lines(&reading), "");
    let inventory = reading.inventory.unwrap();
    assert!(inventory.parts().hosts.len() >= 3);
    assert_eq!(
        inventory.parts().artifacts["debian-12-linux"].place.path().unwrap().value,
        Path::new("/lab/images/debian-12/linux")
    );
}

/// With the recipes that the program brings, as far as they are there.
#[test]
fn it_is_clean_with_the_built_in_recipes() {
    let mut built_in = BTreeMap::new();
    for entry in std::fs::read_dir(top("templates/recipes")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let recipe = pxectl_inventory::read_recipe(&name, &std::fs::read_to_string(&path).unwrap()).unwrap();
        built_in.insert(recipe.name.clone(), recipe);
    }
    let (_, reading) = example(&built_in);
    assert_eq!(lines(&reading), "");
    assert!(reading.inventory.is_some());
}

#[test]
fn it_shows_every_key_of_this_version() {
    let (text, _) = example(&recipes());
    for section in keys::ALL {
        for key in section.keys.iter().filter(|key| key.acted_on) {
            let shown = [format!("{}:", key.name), format!("{},", key.name), format!("{}\n", key.name)];
            assert!(shown.iter().any(|s| text.contains(s.as_str())), "`{}` of {}", key.name, section.name);
        }
        for key in section.keys.iter().filter(|key| !key.acted_on) {
            let shown = text.lines().any(|line| line.trim_start().starts_with(&format!("{}:", key.name)));
            assert!(!shown || key.name == "url", "`{}` is not acted on yet", key.name);
        }
    }
}

#[test]
fn its_machines_are_found_and_their_layers_merge() {
    let (_, reading) = example(&recipes());
    let inventory = reading.inventory.unwrap();
    let who = Identity {
        serial: pxectl_model::identity::Tag::new("7cx1234 ").ok(),
        macs: vec![Mac([0x52, 0x54, 0, 0x12, 0x34, 0x56])],
        ..Identity::default()
    };
    let Resolution::Found(because @ Because::Host(_, host, _), notes) = resolve(&inventory, &who, None) else { panic!() };
    assert_eq!((host.label().as_str(), notes.len()), ("web-01", 0));
    let setup = set_up(&inventory, because, &who);
    let args: Vec<&str> = setup.settings.args.iter().map(|arg| arg.value.as_str()).collect();
    assert_eq!(args, ["console=ttyS0", "quiet"]);
    assert_eq!(setup.settings.vars["disk"].value, Var::Text("/dev/nvme0n1".to_owned()));
    assert_eq!(setup.settings.vars["timezone"].value, Var::Text("Etc/UTC".to_owned()));
    assert!(setup.settings.files.contains_key(&FileKey::Kernel) && setup.recipe.installs);

    let fleet = Identity { product: "PowerEdge R640".into(), manufacturer: "Dell Inc.".into(), ..Identity::default() };
    let firmware = Some(pxectl_model::arch::Firmware::UefiX64);
    assert!(matches!(resolve(&inventory, &fleet, firmware), Resolution::Found(Because::Rule(0, _), _)));
    assert!(matches!(resolve(&inventory, &fleet, None), Resolution::Found(Because::Unknown, _)));
}
