//! Files that machines fetch.

use pxectl_inventory::findings::whole;
use pxectl_model::artifact::{Artifact, ArtifactPlace};
use pxectl_store::images::Store;

use super::users::{Users, of_artifacts};
use super::{NOTHING, Places, cell};
use crate::lab::Lab;
use crate::shelf;
use crate::show::fit::{Column, Give};
use crate::show::size::size;

/// One artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactLine {
    /// Its name.
    pub name: String,
    /// Where it lies on this host, or would; none where it is to be fetched and no digest of it is known yet.
    pub file: Option<String>,
    /// Whether it lies there.
    pub here: bool,
    /// Where it is fetched from, the first choice first.
    pub urls: Vec<String>,
    /// Bytes: on this host, else as the lock file says; none where nobody knows.
    pub size: Option<u64>,
    /// What it must hash to, in hexadecimal.
    pub sha256: Option<String>,
    /// Who names it.
    pub users: Users,
    /// Where it stands.
    pub at: Option<String>,
}

/// The columns of the table.
pub const COLUMNS: [Column; 7] = [
    Column { head: "artifact", give: Give::Middle, least: 12, rank: 0 },
    Column { head: "size", give: Give::Nothing, least: 0, rank: 2 },
    Column { head: "here", give: Give::Nothing, least: 0, rank: 0 },
    Column { head: "from", give: Give::Start, least: 12, rank: 1 },
    Column { head: "sha256", give: Give::End, least: 9, rank: 5 },
    Column { head: "used by", give: Give::End, least: 8, rank: 4 },
    Column { head: "line", give: Give::Start, least: 8, rank: 6 },
];

/// All of them by name.
pub fn lines(lab: &Lab, store: &Store, places: &Places<'_>) -> Vec<ArtifactLine> {
    let users = of_artifacts(&lab.inventory);
    let artifacts = lab.inventory.parts().artifacts.iter();
    let line = |(name, artifact): (&_, &Artifact)| {
        let file = shelf::place(artifact, store);
        let urls = match &artifact.place {
            ArtifactPlace::Urls(urls) => urls.iter().map(|url| url.value.to_string()).collect(),
            ArtifactPlace::Path(_) | ArtifactPlace::Built => Vec::new(),
        };
        ArtifactLine {
            name: artifact.name.value.to_string(),
            here: file.as_deref().is_some_and(|file| shelf::size_of(file).is_some()),
            file: file.map(|file| whole(&tidy(&file))),
            urls,
            size: shelf::size(artifact, store),
            sha256: artifact.sha256.as_ref().map(|digest| digest.value.to_string()),
            users: users.get(name).cloned().unwrap_or_default(),
            at: places.at(artifact.name.origin.route.as_ref()),
        }
    };
    artifacts.map(line).collect()
}

/// As it is seen from where the command runs, without a `./` before it.
fn tidy(path: &std::path::Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

impl ArtifactLine {
    /// As the table shows it.
    pub fn row(&self) -> Vec<String> {
        vec![
            cell(Some(&self.name)),
            self.size.map_or_else(|| NOTHING.to_owned(), size),
            if self.here { "yes" } else { "no" }.to_owned(),
            cell(self.urls.first().or(self.file.as_ref()).map(String::as_str)),
            cell(self.sha256.as_deref()),
            self.users.words(),
            cell(self.at.as_deref()),
        ]
    }
}
