//! Files out of images: which image, which paths, for whom.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::{name, parts, s};
use pxectl_model::arch::{CpuArch, Firmware};
use pxectl_model::image::{FileRef, Located};
use pxectl_model::inventory::{Inventory, Parts};
use pxectl_model::plan::Scope;
use pxectl_model::recipe::Misfit;
use pxectl_model::resolve::{Because, set_up};
use pxectl_model::settings::{FileKey, Inject, PerArch, Settings};
use pxectl_model::source::Layer;

fn file(text: &str) -> FileRef {
    if text.starts_with('/') { FileRef::Inside(text.parse().unwrap()) } else { FileRef::Artifact(name(text)) }
}

/// `base` takes a kernel out of `old`, and the recipe of `debian` knows where the initrd is.
fn lab() -> Parts {
    let mut parts = parts();
    let base = &mut parts.profiles.get_mut("base").unwrap().settings;
    base.iso = Some(s(PerArch::Any(name("old"))));
    base.files = [(FileKey::Kernel, s(PerArch::Any(file("/boot/vmlinuz"))))].into();
    let recipe = Arc::make_mut(parts.recipes.get_mut("debian").unwrap());
    recipe.in_image.initrds = vec!["/boot/initrd".parse().unwrap()];
    recipe.in_image.files = [(FileKey::Kernel, "/other/kernel".parse().unwrap())].into();
    parts
}

fn settings(inventory: &Inventory, host: usize) -> Settings {
    let because = Because::Host(host, &inventory.parts().hosts[host], pxectl_model::identity::IdentityKey::Serial);
    set_up(inventory, because, &Default::default()).settings
}

fn loads(settings: &Settings, cpu: CpuArch) -> Vec<String> {
    let named = settings.named().into_iter().filter(|named| named.is_for(cpu));
    named.filter_map(|named| settings.locate(named.file, cpu)).map(|located| located.key()).collect()
}

#[test]
fn the_image_merges_like_any_value_and_the_recipe_fills_what_is_left() {
    let mut parts = lab();
    let own = Arc::make_mut(&mut parts.hosts[1].settings);
    own.iso = Some(s(PerArch::Any(name("new"))));
    own.inject = BTreeMap::from([("a".to_owned(), s(Inject::File(file("/a"))))]);
    let inventory = Inventory::new(parts).unwrap();
    let debian = settings(&inventory, 0);
    assert_eq!(loads(&debian, CpuArch::X64), ["media/old/boot/vmlinuz", "media/old/boot/initrd"], "what is written comes first");
    assert_eq!(debian.initrds.as_ref().unwrap().origin.layer, Layer::Recipe("debian".to_owned()));
    assert_eq!(loads(&settings(&inventory, 1), CpuArch::X64), ["media/new/boot/vmlinuz", "media/new/boot/initrd", "media/new/a"]);
    assert_eq!(loads(&settings(&inventory, 2), CpuArch::X64), ["media/old/boot/vmlinuz"], "its recipe knows of nothing");
    let all: Vec<String> = inventory.insides_for(&Scope::Everyone).into_keys().map(|inside| inside.to_string()).collect();
    assert_eq!(all, ["new/a", "new/boot/initrd", "new/boot/vmlinuz", "old/boot/initrd", "old/boot/vmlinuz"]);
    let one = Scope::Only([inventory.parts().hosts[2].identity.machine().unwrap()].into());
    assert_eq!(
        inventory.insides_for(&one).into_keys().map(|inside| inside.to_string()).collect::<Vec<_>>(),
        ["old/boot/vmlinuz"]
    );
    assert!(inventory.artifacts_for(&one).contains("old") && !inventory.artifacts_for(&one).contains("new"));
}

#[test]
fn an_empty_list_takes_the_recipes_initrds_back() {
    let mut parts = lab();
    Arc::make_mut(&mut parts.hosts[0].settings).initrds = Some(s(PerArch::Any(Vec::new())));
    let inventory = Inventory::new(parts).unwrap();
    assert_eq!(loads(&settings(&inventory, 0), CpuArch::X64), ["media/old/boot/vmlinuz"]);
}

#[test]
fn without_an_image_the_recipe_gives_nothing() {
    let mut parts = lab();
    parts.profiles.get_mut("base").unwrap().settings.iso = None;
    let inventory = Inventory::new(parts).unwrap();
    assert!(settings(&inventory, 0).initrds.is_none());
    assert!(inventory.insides_for(&Scope::Everyone).is_empty());
    let (settings, recipe) = inventory.settings_of(&name("debian")).unwrap();
    assert_eq!(recipe.misfit(&settings, Firmware::Bios), Some(Misfit::Lacks("iso")), "a path, and nothing that it is in");
}

#[test]
fn an_image_by_architecture() {
    let mut parts = lab();
    let base = &mut parts.profiles.get_mut("base").unwrap().settings;
    base.iso = Some(s(PerArch::By([(CpuArch::X64, name("x64")), (CpuArch::Arm64, name("arm64"))].into())));
    let inventory = Inventory::new(parts).unwrap();
    let (settings, recipe) = inventory.settings_of(&name("debian")).unwrap();
    assert_eq!(loads(&settings, CpuArch::Arm64), ["media/arm64/boot/vmlinuz", "media/arm64/boot/initrd"]);
    assert_eq!(loads(&settings, CpuArch::Ia32), Vec::<String>::new());
    assert_eq!(recipe.misfit(&settings, Firmware::UefiIa32), Some(Misfit::Lacks("iso")));
    assert_eq!(recipe.misfit(&settings, Firmware::Bios), None);
    assert_eq!(settings.artifacts().map(ToString::to_string).collect::<Vec<_>>(), ["x64", "arm64"]);
    assert!(matches!(settings.locate(&file("whole"), CpuArch::Ia32), Some(Located::Artifact(_))), "an artifact is for all");
}
