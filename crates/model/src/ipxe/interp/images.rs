//! The images that iPXE holds.

use crate::ipxe::probe::ImageKind;
use crate::ipxe::uri::Uri;

/// The most images at once; a boot has a handful, wimboot takes 63.
const MAX_IMAGES: usize = 256;

/// Which image, whatever its name is now.
pub(super) type ImageId = u32;

/// A file that iPXE has fetched and holds by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The number of the fetch that it came from; 0 for the first script.
    pub fetch: u32,
    /// Its name: that of `--name`, else the last part of its path.
    pub name: String,
    /// The words that were given with it.
    pub args: String,
    /// What it is.
    pub kind: ImageKind,
    /// Its length in bytes.
    pub len: u64,
    /// Whether it goes when it has run.
    pub autofree: bool,
    /// Where it came from.
    pub uri: Uri,
    pub(super) script: Option<String>,
    pub(super) selected: bool,
}

impl Image {
    pub(super) fn of_script(text: &str, uri: Uri, fetch: u32) -> Self {
        Self {
            fetch,
            name: uri.image_name().unwrap_or_else(|| "img0".to_owned()),
            args: String::new(),
            kind: ImageKind::Script,
            len: text.len() as u64,
            autofree: true,
            uri,
            script: Some(text.to_owned()),
            selected: false,
        }
    }

    /// Where it came from, as text.
    pub fn url(&self) -> String {
        self.uri.to_string()
    }
}

/// The list of images, in the order in which they were registered.
#[derive(Default)]
pub(super) struct Images(Vec<Image>);

impl Images {
    pub fn all(&self) -> &[Image] {
        &self.0
    }

    pub fn get(&self, id: ImageId) -> Option<&Image> {
        self.0.iter().find(|image| image.fetch == id)
    }

    pub fn get_mut(&mut self, id: ImageId) -> Option<&mut Image> {
        self.0.iter_mut().find(|image| image.fetch == id)
    }

    /// The first image with this name: names need not be unique.
    pub fn named(&self, name: &str) -> Option<ImageId> {
        self.0.iter().find(|image| image.name == name).map(|image| image.fetch)
    }

    pub fn selected(&self) -> Option<ImageId> {
        self.0.iter().find(|image| image.selected).map(|image| image.fetch)
    }

    pub fn select(&mut self, id: ImageId) {
        for image in &mut self.0 {
            image.selected = image.fetch == id;
        }
    }

    pub fn unselect(&mut self) {
        for image in &mut self.0 {
            image.selected = false;
        }
    }

    /// Puts an image at the end of the list; it fails where there are too many.
    pub fn add(&mut self, mut image: Image) -> Result<(), ()> {
        if self.0.len() >= MAX_IMAGES {
            return Err(());
        }
        if self.selected().is_some() {
            image.selected = false;
        }
        self.0.push(image);
        Ok(())
    }

    pub fn remove(&mut self, id: ImageId) -> Option<Image> {
        let at = self.0.iter().position(|image| image.fetch == id)?;
        Some(self.0.remove(at))
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// An image has run and come back.
    pub fn after_run(&mut self, id: ImageId) {
        if self.get(id).is_some_and(|image| image.autofree) {
            self.remove(id);
        }
    }
}
