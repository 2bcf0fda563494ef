//! Artifacts that need no entry: read from the data that is compiled in, and put into a draft that names them.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use pxectl_model::image::FileRef;
use pxectl_model::inventory::IpxeSource;
use pxectl_model::lock::{Locked, Trust};
use pxectl_model::name::Name;
use pxectl_model::settings::Settings;
use pxectl_model::source::{FileId, Layer, Origin, Route, Sourced};
use pxectl_model::stock::{Stock, StockItem};
use serde::Deserialize;

use crate::draft::{ArtifactDraft, Draft, Provided};

const DATA: &str = include_str!("../../../templates/artifacts/upstream.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    releases: Vec<Release>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    url: String,
    #[serde(default)]
    sha256: Option<String>,
    files: BTreeMap<String, File>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    #[serde(default)]
    member: Option<String>,
    #[serde(default)]
    firmware: Vec<String>,
    #[serde(default)]
    loads: Option<String>,
}

/// The artifacts that need no entry in an inventory.
///
/// # Panics
/// Where the data that is compiled in is unreadable: a test of this crate fails first.
pub fn stock() -> &'static Stock {
    static STOCK: LazyLock<Stock> = LazyLock::new(|| {
        parse(DATA).unwrap_or_else(|why| panic!("the built-in artifacts are unreadable: {why}; please report this"))
    });
    &STOCK
}

fn parse(text: &str) -> Result<Stock, String> {
    let wire: Wire = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let mut stock = Stock::new();
    for release in wire.releases {
        for (name, file) in &release.files {
            let item = item(&release, file).map_err(|why| format!("{name}: {why}"))?;
            let key = name.parse::<Name>().map_err(|why| format!("{name}: {why}"))?;
            if stock.insert(key, item).is_some() {
                return Err(format!("{name} is there twice"));
            }
        }
    }
    match stock.values().filter_map(|item| item.loads.as_ref()).find(|name| !stock.contains_key(*name)) {
        Some(dangling) => Err(format!("nothing is called {dangling}")),
        None => Ok(stock),
    }
}

fn item(release: &Release, file: &File) -> Result<StockItem, String> {
    fn read<T: std::str::FromStr>(text: &str) -> Result<T, String> {
        text.parse().map_err(|_| format!("`{text}` does not fit"))
    }
    let member = file.member.as_deref().map(read).transpose()?;
    if member.is_none() && release.files.len() > 1 {
        return Err("an archive's file has no `member`".to_owned());
    }
    Ok(StockItem {
        about: file.about.clone(),
        url: read(&release.url)?,
        member,
        pin: release.sha256.as_deref().map(read).transpose()?,
        firmware: file.firmware.iter().map(|word| read(word)).collect::<Result<_, _>>()?,
        loads: file.loads.as_deref().map(read).transpose()?,
    })
}

/// Puts into the draft what it names, or the lock file knows, and no entry is written for: built-in artifacts, and iPXE's builds. Each
/// has its first mention for its place.
pub(crate) fn provide(draft: &mut Draft) {
    let stock = stock();
    for (name, route) in wanted(draft, stock) {
        if draft.artifact(&name).is_some() {
            continue;
        }
        let locked = draft.lock.get(&name).map(|(locked, _)| locked);
        let provided = match (locked, stock.get(&name)) {
            (Some(locked), _) if locked.built.is_some() => Provided::Built,
            (_, Some(item)) => Provided::Upstream(Arc::new(item.clone())),
            (_, None) => continue,
        };
        let artifact = artifact(name, provided, route, locked);
        draft.provided.push(artifact);
    }
}

/// The draft of a built-in artifact that nothing names, for who asks for it by name.
pub fn unnamed(name: &Name, draft: &Draft) -> Option<ArtifactDraft> {
    let item = stock().get(name)?;
    let locked = draft.lock.get(name).map(|(locked, _)| locked);
    Some(artifact(name.clone(), Provided::Upstream(Arc::new(item.clone())), None, locked))
}

fn artifact(name: Name, provided: Provided, route: Option<Route>, locked: Option<&Locked>) -> ArtifactDraft {
    let origin = Origin { layer: Layer::Default, route: route.clone() };
    let at = |origin: &Origin| origin.clone();
    let (urls, member, sha256) = match &provided {
        Provided::Built => (Vec::new(), None, None),
        Provided::Upstream(item) => {
            // What was locked stays what it is, whatever address a newer version of this program knows.
            let url = locked.and_then(|locked| locked.url.clone()).unwrap_or_else(|| item.url.clone());
            let member = if locked.is_some() { locked.and_then(|locked| locked.member.clone()) } else { item.member.clone() };
            let sha256 = item.sha256().filter(|_| locked.is_none());
            (vec![Sourced { value: url, origin: at(&origin) }], member, sha256)
        }
    };
    ArtifactDraft {
        name: Sourced { value: name, origin: at(&origin) },
        route: route.unwrap_or_else(|| Route::root(FileId(0))),
        path: None,
        urls,
        member: member.map(|value| Sourced { value, origin: at(&origin) }),
        sha256: sha256.map(|value| Sourced { value, origin: at(&origin) }),
        sha512: None,
        checksums: None,
        auth: None,
        flawed: false,
        provided: Some(provided),
    }
}

/// Names with the places of their mentions; what a shim loads directly behind it.
fn wanted(draft: &Draft, stock: &Stock) -> Vec<(Name, Option<Route>)> {
    let mut wanted = Vec::new();
    if let Some(IpxeSource::Artifacts(programs)) = &draft.lab.ipxe {
        for name in programs.values() {
            let route = name.origin.route.clone();
            wanted.push((name.value.clone(), route.clone()));
            let loads = stock.get(&name.value).and_then(|item| item.loads.clone());
            wanted.extend(loads.map(|loads| (loads, route)));
        }
    }
    for settings in draft.layers() {
        wanted.extend(mentions(settings));
    }
    if let Some((file, lock)) = draft.lock.read() {
        // Of an entry that somebody's artifact of this name left behind, `unused-lock-entry` tells.
        let ours = |name: &Name, locked: &Locked| match locked.trust {
            Trust::Built => true,
            Trust::Release => stock.contains_key(name),
            _ => stock.get(name).is_some_and(|item| locked.url.as_ref() == Some(&item.url)),
        };
        let route = |name: &Name| Route::root(file).key("artifacts").key(name.as_str()).on_key();
        let entries = lock.artifacts.iter().filter(|(name, locked)| ours(name, locked));
        wanted.extend(entries.map(|(name, _)| (name.clone(), Some(route(name)))));
    }
    wanted
}

/// The artifacts that a layer of settings names, with the places of their names.
fn mentions(settings: &Settings) -> Vec<(Name, Option<Route>)> {
    let files = settings.named().into_iter().filter_map(|named| match named.file {
        FileRef::Artifact(name) => Some((name.clone(), named.route)),
        FileRef::Inside(_) => None,
    });
    files.chain(settings.images().map(|(_, name, route)| (name.clone(), route))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pxectl_model::arch::Firmware;
    use pxectl_model::stock::usual_nbp;

    #[test]
    fn the_data_is_sound() {
        let stock = stock();
        for firmware in Firmware::ALL {
            let usual = &stock[&usual_nbp(firmware).parse::<Name>().unwrap()];
            assert_eq!(usual.firmware, [firmware]);
        }
        for (name, item) in stock {
            assert!(item.url.to_string().starts_with("https://"), "{name}");
            // What a shim loads is no program that a firmware is given first.
            let loads = item.loads.as_ref().map(|name| &stock[name]);
            assert!(loads.is_none_or(|next| next.firmware.is_empty() && item.firmware.len() == 1), "{name}");
            assert!(item.pin.is_some() || ["wimboot.arm64", "ipxe-2.0.0.tar.gz"].contains(&name.as_str()), "{name}");
        }
        assert!(stock[&"wimboot".parse::<Name>().unwrap()].sha256().is_some());
        assert_eq!(stock[&"ipxe.efi".parse::<Name>().unwrap()].sha256(), None, "the pin is the archive's");
    }

    #[test]
    fn what_is_unsound_is_refused() {
        for (text, why) in [
            ("releases: [{url: \"https://x.example/a\", files: {a: {about: a}, b: {about: b}}}]", "no `member`"),
            ("releases: [{url: \"https://x.example/a\", files: {a: {about: a, loads: b}}}]", "nothing is called b"),
            ("releases: [{url: \"ftp://x.example/a\", files: {a: {about: a}}}]", "does not fit"),
            ("releases: [{url: \"https://x.example/a\", files: {a: {about: a, member: ../a}}}]", "does not fit"),
        ] {
            assert!(parse(text).unwrap_err().contains(why), "{text}");
        }
    }
}
