//! What servers want to see, read where something is fetched from them and nowhere else.

use std::path::PathBuf;

use pxectl_inventory::draft::{ArtifactDraft, AuthDraft};
use pxectl_inventory::{findings::shown, how_to_mend};
use pxectl_model::name::Name;
use pxectl_model::url::Url;
use pxectl_store::fetch::{Auth, Proof};
use tokio::sync::Mutex;

use crate::serving::vault::Vault;

/// What an artifact's server wants to see, not yet read.
#[derive(Debug, Clone)]
pub struct Sealed {
    artifact: Name,
    server: Url,
    auth: AuthDraft,
}

/// Why it could not be read.
#[derive(Debug)]
pub struct Unread {
    /// For people, without the value.
    pub why: String,
    /// What to do.
    pub hint: String,
}

impl Sealed {
    /// That of an artifact; none where its servers ask for nothing.
    pub fn of(artifact: &ArtifactDraft) -> Option<Self> {
        let (server, auth) = (artifact.server()?.value.clone(), artifact.auth.clone()?);
        Some(Self { artifact: artifact.name.value.clone(), server, auth })
    }
}

/// Reads them, one after the other: several artifacts often have the same, and a command that is asked for it once need not be again.
pub struct Proofs(Mutex<Option<Vault>>);

impl Proofs {
    /// For an inventory in this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self(Mutex::new(Some(Vault::new(folder))))
    }

    /// Reads one; with it what the command had to say that printed it.
    ///
    /// # Errors
    /// Why it has no value.
    pub async fn read(&self, sealed: &Sealed) -> Result<(Auth, Option<String>), Unread> {
        let (called, source) = sealed.auth.source();
        let source = source.value.clone();
        let words = shown(&source.to_string());
        let unread = |why: &str| Unread {
            why: format!("the secret `{called}` of its `auth` has no value: {words}: {why}"),
            hint: how_to_mend(&source, "pxectl fetch"),
        };
        let mut vault = self.0.lock().await;
        let Some(own) = vault.take() else { return Err(unread("reading another one failed")) };
        let asked = source.clone();
        let (own, read) = tokio::task::spawn_blocking(move || {
            let read = own.read(&asked);
            (own, read)
        })
        .await
        .map_err(|error| unread(&error.to_string()))?;
        *vault = Some(own);
        let (secret, said) = read.map_err(|why| unread(&why))?;
        let proof = match &sealed.auth {
            AuthDraft::Bearer(_) => Proof::Bearer(secret),
            AuthDraft::Basic { user, .. } => Proof::Basic { user: user.clone(), password: secret },
        };
        let auth = Auth::new(sealed.server.clone(), proof).map_err(&unread)?;
        Ok((auth, said.map(|said| format!("{words}, for `{}`, said: {said}", sealed.artifact))))
    }
}
