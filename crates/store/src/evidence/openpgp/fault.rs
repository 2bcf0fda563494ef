//! Why a signature proves nothing.

use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::utc::Utc;

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// No key at all.
    #[error("it holds no OpenPGP key")]
    NoKey,
    /// The half that signs.
    #[error(
        "it holds a secret key: whoever can read it can sign in its owner's name. Take it away, have it revoked, and put the public key \
         there (gpg --export --armor)"
    )]
    Secret,
    /// Others.
    #[error("it holds no key with the fingerprint {wanted}, but {}", list(.found))]
    Absent {
        /// What was pinned.
        wanted: Fingerprint,
        /// What is there.
        found: Vec<Fingerprint>,
    },
    /// A subkey was pinned.
    #[error("{wanted} is the fingerprint of a subkey; pin its primary key {primary}")]
    Subkey {
        /// What was pinned.
        wanted: Fingerprint,
        /// Whose subkey it is.
        primary: Fingerprint,
    },
    /// Short or outdated.
    #[error("the key {0} is too weak to prove anything: RSA of less than 2048 bits, or DSA")]
    Weak(Fingerprint),
    /// An algorithm that is not known here.
    #[error("the key {0} is of an algorithm that is not known here")]
    Unknown(Fingerprint),
    /// Nothing that its owner said about it.
    #[error(
        "the key {0} carries no valid signature of its own, so nobody knows what it may be used for: get it anew from its publisher"
    )]
    Bare(Fingerprint),
    /// More signatures than anybody has to look at.
    #[error("the key {0} carries thousands of signatures; export it with `gpg --export-options export-minimal`")]
    Crowded(Fingerprint),
    /// Taken back.
    #[error("the key {0} was revoked{1}: its owner says that it is not to be believed any more; pin the key that took its place")]
    Revoked(Fingerprint, String),
    /// Too old.
    #[error(
        "the key {0} has expired on {1}: get it anew from its publisher, who may have prolonged it, or pin the key that took its place"
    )]
    Expired(Fingerprint, Utc),
    /// Not yet.
    #[error("the key {0} was made in the future, on {1}: is the clock of this host right?")]
    Future(Fingerprint, Utc),
}

/// Why a signature proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// The key itself.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// No signature.
    #[error("there is no OpenPGP signature in it")]
    None,
    /// Somebody else's.
    #[error("it is not signed by the key {wanted}, but by {}", .by.as_deref().unwrap_or("nobody who says who he is"))]
    Others {
        /// What was pinned.
        wanted: Fingerprint,
        /// Who it says.
        by: Option<String>,
    },
    /// A kind of signature that is not over a file.
    #[error("its signature is not one over a file")]
    Kind,
    /// A version or algorithm that is not known here.
    #[error("its signature is of a kind that is not known here")]
    Unknown,
    /// A condition that nobody here can judge.
    #[error("its signature has a condition that is not known here and must not be passed over")]
    Critical,
    /// MD5 and the like.
    #[error(
        "its signature is made with {0}, which is no evidence any more; ask its publisher for one made with SHA-256 or SHA-512"
    )]
    WeakHash(String),
    /// Without a date.
    #[error("its signature does not say when it was made")]
    Undated,
    /// Not yet.
    #[error("its signature was made in the future, on {0}: is the clock of this host right?")]
    Future(Utc),
    /// Older than its key.
    #[error("its signature is older than the key that made it")]
    BeforeKey,
    /// Too old.
    #[error("its signature has expired on {0}: the mirror is stale, or somebody shows an old one")]
    Expired(Utc),
    /// The primary key only certifies.
    #[error("it is signed by the primary key {0}, which may not sign files")]
    NotForSigning(Fingerprint),
    /// A subkey that may not.
    #[error("it is signed by the subkey {0}, which {1}")]
    Subkey(Fingerprint, SubkeyFault),
    /// It does not fit.
    #[error("the signature does not fit the file: one of the two was changed, or they are of different versions")]
    Wrong,
}

/// Why a subkey may not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubkeyFault {
    /// No valid binding.
    #[error("its primary key does not vouch for in a valid way")]
    Unbound,
    /// Bound with a broken hash.
    #[error("its primary key vouches for with {0} alone, which is no evidence any more")]
    WeakHash(String),
    /// No back signature.
    #[error("does not itself say that it belongs to that primary key")]
    OneSided,
    /// For something else.
    #[error("is not meant for signing")]
    NotForSigning,
    /// Short or outdated.
    #[error("is too weak to prove anything: RSA of less than 2048 bits, or DSA")]
    Weak,
    /// Taken back.
    #[error("was revoked{0}")]
    Revoked(String),
    /// Too old.
    #[error("has expired on {0}: get the key anew from its publisher, who may have prolonged it")]
    Expired(Utc),
}

impl KeyFault {
    /// Whether the text says what to do.
    pub fn is_told(&self) -> bool {
        !matches!(self, Self::NoKey | Self::Absent { .. } | Self::Weak(_) | Self::Unknown(_))
    }
}

impl SignatureFault {
    /// Whether the text says what to do.
    pub fn is_told(&self) -> bool {
        match self {
            Self::Key(fault) => fault.is_told(),
            Self::WeakHash(_) | Self::Future(_) => true,
            _ => false,
        }
    }

    /// How far it came before it failed.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::None | Self::Others { .. } => 0,
            Self::Kind | Self::Unknown => 1,
            Self::Critical | Self::WeakHash(_) | Self::Undated => 2,
            Self::Wrong => 3,
            _ => 4,
        }
    }
}

fn list(found: &[Fingerprint]) -> String {
    let mut text = found.iter().take(4).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if found.len() > 4 {
        text += &format!(" and {} others", found.len() - 4);
    }
    text
}
