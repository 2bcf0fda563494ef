//! What is servable: a key in, a body out. A request names no path, so traversal is not a bug that can be written.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use pxectl_model::boot::Responder;

use crate::open::OpenBody;

/// One version of everything that is served. A boot pins the files that its script was made from, and not the inventory of a fleet.
pub struct Table {
    /// What TFTP sends, by file name without a leading slash: the NBPs and `default.ipxe`.
    pub tftp: HashMap<String, OpenBody>,
    /// What `/artifacts/NAME` and `/b/<boot-id>/artifacts/NAME` send.
    pub files: Arc<HashMap<String, OpenBody>>,
    /// What `/media/IMAGE/PATH` and `/b/<boot-id>/media/IMAGE/PATH` send, by `IMAGE/PATH`: files inside images.
    pub media: Arc<HashMap<String, OpenBody>>,
    /// The text of `/boot.ipxe`, stage 1.
    pub stage1: Arc<[u8]>,
    /// Who answers askers.
    pub responder: Arc<dyn Responder>,
}

impl Table {
    /// What is sent under a key, as URLs have it behind the server or the boot: `artifacts/NAME` or `media/IMAGE/PATH`.
    pub fn find(&self, key: &str) -> Option<&OpenBody> {
        let (kind, name) = key.split_once('/')?;
        match kind {
            "artifacts" => self.files.get(name),
            "media" => self.media.get(name),
            _ => None,
        }
    }
}

/// Where the servers get their table.
pub trait Tables: Send + Sync {
    /// The table in force, without looking for edits.
    fn in_force(&self) -> Arc<Table>;

    /// The table after any edit that has happened before this call; waits for its building, at most 2 s.
    fn fresh(&self) -> Pin<Box<dyn Future<Output = Arc<Table>> + Send + '_>>;
}

/// A table that never changes.
pub struct Fixed(pub Arc<Table>);

impl Tables for Fixed {
    fn in_force(&self) -> Arc<Table> {
        self.0.clone()
    }

    fn fresh(&self) -> Pin<Box<dyn Future<Output = Arc<Table>> + Send + '_>> {
        Box::pin(std::future::ready(self.0.clone()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use pxectl_model::boot::{Asker, BootId, Recognised, Stage2, Standing};

    struct Mute;

    impl Responder for Mute {
        fn recognise(&self, _: &Asker) -> Recognised {
            unreachable!("nobody asks")
        }

        fn script(&self, _: &Asker, _: &Recognised, _: BootId, _: Standing) -> (Stage2, Option<String>) {
            unreachable!("nobody asks")
        }
    }

    /// A table with nothing in it, that nobody may ask.
    pub(crate) fn empty() -> Table {
        Table {
            tftp: HashMap::new(),
            files: Arc::default(),
            media: Arc::default(),
            stage1: Arc::from([]),
            responder: Arc::new(Mute),
        }
    }
}
