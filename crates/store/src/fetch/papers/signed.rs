//! A file that somebody signed: believed only with a good signature by the pinned key.

use pxectl_model::evidence::{FilePlace, Signing};

use super::super::refusal::Refusal;
use super::fault::{KEY, PaperFault, Trouble, Why};
use super::{Papers, Query, Source, inside, sources};
use crate::evidence::openpgp::{SignatureFault, verify};
use crate::evidence::{Fault, LARGEST_KEYS, LARGEST_LIST, LARGEST_SIGNATURE, Listing, read};

impl Papers {
    /// What stands in the first mirror's file that is signed and says it.
    pub(super) async fn signed<T>(
        &self,
        query: &Query,
        place: &FilePlace,
        signing: &Signing,
        what: &'static str,
        judge: impl Fn(&Listing) -> Result<T, Fault>,
    ) -> Result<T, PaperFault> {
        let keys = self.keys(query, signing).await?;
        let mut trouble = Trouble::new(what);
        for (n, source) in sources(place).into_iter().enumerate() {
            let bytes = match self.read(query, source, LARGEST_LIST).await {
                Ok(bytes) => bytes,
                Err(why) => {
                    trouble.absent(&source, why);
                    continue;
                }
            };
            let good = match signing.signature.is_empty() {
                true => self.clearsigned(signing, &keys, &bytes),
                false => self.detached(query, signing, &keys, &bytes, n, &mut trouble).await,
            };
            match good.and_then(|good| if good { said(&bytes, &judge).map(Some) } else { Ok(None) }) {
                Ok(Some(found)) => return Ok(found),
                // Why the signature was not to be had is told already.
                Ok(None) => {}
                Err(why) => trouble.refused(&source, why),
            }
        }
        Err(trouble.into())
    }

    /// The file of keys of the first mirror that has the pinned one.
    async fn keys(&self, query: &Query, signing: &Signing) -> Result<std::sync::Arc<Vec<u8>>, PaperFault> {
        let mut trouble = Trouble::new(KEY);
        for source in sources(&signing.key.place) {
            match self.read(query, source, LARGEST_KEYS).await {
                Err(why) => trouble.absent(&source, why),
                Ok(bytes) => match crate::evidence::openpgp::judge_keys(&bytes, &signing.key.fingerprint.value) {
                    Ok(()) => return Ok(bytes),
                    Err(fault) => trouble.refused(&source, fault.into()),
                },
            }
        }
        Err(trouble.into())
    }

    fn clearsigned(&self, signing: &Signing, keys: &[u8], bytes: &[u8]) -> Result<bool, Why> {
        let Some(text) = inside(bytes)? else {
            return Err(Why::told("it is not signed in itself; name its detached signature with `signature`"));
        };
        let good = verify(keys, &signing.key.fingerprint.value, text.signature, &text.signed, self.now);
        good.map(|()| true).map_err(Why::from)
    }

    /// A mirror's own signature is tried first: mirrors are not all of the same hour. Not good where none of them could be had.
    async fn detached(
        &self,
        query: &Query,
        signing: &Signing,
        keys: &[u8],
        bytes: &[u8],
        n: usize,
        trouble: &mut Trouble,
    ) -> Result<bool, Why> {
        let mut signatures: Vec<_> = signing.signature.iter().collect();
        signatures.rotate_left(n % signing.signature.len());
        let mut worst: Option<SignatureFault> = None;
        for url in signatures {
            match self.read(query, Source::Url(url), LARGEST_SIGNATURE).await {
                Err(refusal) => {
                    trouble.absent(&Source::Url(url), Refusal { why: format!("its signature, {}", refusal.why), ..refusal });
                }
                Ok(signature) => match verify(keys, &signing.key.fingerprint.value, &signature, bytes, self.now) {
                    Ok(()) => return Ok(true),
                    Err(fault) => {
                        worst.get_or_insert(fault);
                    }
                },
            }
        }
        worst.map_or(Ok(false), |fault| Err(fault.into()))
    }
}

fn said<T>(bytes: &[u8], judge: &impl Fn(&Listing) -> Result<T, Fault>) -> Result<T, Why> {
    read(bytes).and_then(|listing| judge(&listing)).map_err(Why::from)
}
