//! The images of a lab that are on this host, and what profiles take out of them.

use std::collections::BTreeMap;

use pxectl_inventory::Absent;
use pxectl_model::image::Inside;
use pxectl_model::inventory::Inventory;
use pxectl_model::plan::Scope;
use pxectl_store::images::Store;
use pxectl_store::regular::open_regular;

use super::{Lies, by_image, look, none_of, size};
use crate::shelf;

/// Every file inside an image that is here.
#[derive(Default)]
pub struct Present(BTreeMap<Inside, Lies>);

impl Present {
    /// Looks into every image that is here; one that is not is somebody else's to tell of.
    pub fn of(inventory: &Inventory, store: &Store) -> Self {
        let mut found = BTreeMap::new();
        for (name, paths) in by_image(inventory.insides_for(&Scope::Everyone).into_keys()) {
            let place = inventory.parts().artifacts.get(&name).and_then(|artifact| shelf::place(artifact, store));
            let Some(place) = place.filter(|place| place.exists()) else { continue };
            let lies = match open_regular(&place) {
                Ok(file) => look(file, &paths),
                Err(error) => none_of(&paths, &error.to_string()),
            };
            found.extend(lies.into_iter().map(|(path, lies)| (Inside { image: name.clone(), path }, lies)));
        }
        Self(found)
    }

    /// How one of them lies; none where its image is not here.
    pub fn get(&self, inside: &Inside) -> Option<&Lies> {
        self.0.get(inside)
    }

    /// Why one of them cannot be had although its image is here.
    pub fn absent(&self, inside: &Inside) -> Option<&Absent> {
        self.get(inside)?.as_ref().err()
    }

    /// Bytes of each that is there, by `IMAGE/PATH`.
    pub fn sizes(&self) -> impl Iterator<Item = (String, u64)> {
        self.0.iter().filter_map(|(inside, lies)| Some((inside.to_string(), size(lies.as_ref().ok()?))))
    }
}
