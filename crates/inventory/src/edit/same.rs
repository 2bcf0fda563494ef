//! Whether two drafts say the same, wherever in their texts they say it.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use pxectl_model::arch::Firmware;
use pxectl_model::artifact::Member;
use pxectl_model::digest::{Sha256, Sha512};
use pxectl_model::evidence::{Checksums, FilePlace, Key, Proof, Release, Signing};
use pxectl_model::fingerprint::Fingerprint;
use pxectl_model::identity::{BadTag, Tag};
use pxectl_model::image::FileRef;
use pxectl_model::inventory::IpxeSource;
use pxectl_model::mac::Mac;
use pxectl_model::name::Name;
use pxectl_model::net::{Network, Range, Subnet};
use pxectl_model::profile::{Glob, MatchKey};
use pxectl_model::recipe::Recipe;
use pxectl_model::secret::SecretSource;
use pxectl_model::settings::{FileKey, Inject, PerArch, Settings, Var};
use pxectl_model::source::Sourced;
use pxectl_model::url::Url;
use pxectl_model::uuid::Uuid;

use crate::draft::{ArtifactDraft, AuthDraft, Claim, Draft, HostDraft, LabDraft, NicDraft, ProfileDraft, RuleDraft, SiteDraft};

/// Whether two drafts say the same. Their places may differ, and so may what could not be read: findings tell of that.
pub fn same(one: &Draft, other: &Draft) -> bool {
    one.same(other)
}

trait Same {
    fn same(&self, other: &Self) -> bool;
}

/// Values without a place.
macro_rules! by_value {
    ($($type:ty),* $(,)?) => {
        $(impl Same for $type {
            fn same(&self, other: &Self) -> bool {
                self == other
            }
        })*
    };
}

/// Field by field, each of them named: a new field does not compile until it has its place here. `but` are those left aside.
macro_rules! by_field {
    ($type:ident { $($field:ident),* $(,)? } but { $($left:ident),* }) => {
        impl Same for $type {
            fn same(&self, other: &Self) -> bool {
                let Self { $($field,)* $($left: _,)* } = self;
                $($field.same(&other.$field))&&*
            }
        }
    };
}

by_value!(
    bool,
    u16,
    String,
    PathBuf,
    Ipv4Addr,
    Firmware,
    Sha256,
    Sha512,
    Fingerprint,
    Url,
    Tag,
    BadTag,
    Mac,
    Member,
    Name,
    Subnet,
    Range,
    Glob,
    MatchKey
);
by_value!(Recipe, FileKey, Inject, SecretSource, PerArch<Name>, PerArch<FileRef>, PerArch<Vec<FileRef>>, Var, Uuid, HashMap<Name, usize>, ());

by_field!(Draft { lab, artifacts, profiles, hosts, rules, recipes, profile_index, artifact_index } but { lock, provided });
by_field!(LabDraft { http_port, firmware, ipxe, unknown, templates, strict, sites, networks_complete } but {});
by_field!(SiteDraft { name, server, networks } but {});
by_field!(Network { subnet, range, router, dns } but {});
by_field!(ArtifactDraft { name, path, urls, member, sha256, sha512, auth, checksums } but { route, flawed, provided });
by_field!(Checksums { place, name, proof } but {});
by_field!(Release { place, name, signing } but {});
by_field!(Signing { signature, key } but {});
by_field!(Key { fingerprint, place } but {});
by_field!(ProfileDraft { name, extends, settings } but { flawed });
by_field!(Claim { written, tag } but {});
by_field!(NicDraft { mac, mac_given, ip } but {});
by_field!(HostDraft { serial, uuid, asset, board_serial, identified, name, profile, nics, settings } but { route, flawed });
by_field!(RuleDraft { matches, profile, settings } but { route, flawed });
by_field!(Settings { recipe, installs, iso, files, initrds, inject, answer, url, args, vars, secrets } but {});

impl<T: Same> Same for Sourced<T> {
    fn same(&self, other: &Self) -> bool {
        self.origin.layer == other.origin.layer && self.value.same(&other.value)
    }
}

impl Same for AuthDraft {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bearer(one), Self::Bearer(other)) => one.same(other),
            (Self::Basic { user: one, password }, Self::Basic { user: other, password: others }) => {
                one == other && password.same(others)
            }
            _ => false,
        }
    }
}

impl Same for IpxeSource {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dir(one), Self::Dir(other)) => one.secure_boot == other.secure_boot && one.path.same(&other.path),
            (Self::Artifacts(one), Self::Artifacts(other)) => one.same(other),
            (Self::Dir(_), Self::Artifacts(_)) | (Self::Artifacts(_), Self::Dir(_)) => false,
        }
    }
}

impl Same for FilePlace {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Path(one), Self::Path(other)) => one.same(other),
            (Self::Urls(one), Self::Urls(other)) => one.same(other),
            (Self::Path(_), Self::Urls(_)) | (Self::Urls(_), Self::Path(_)) => false,
        }
    }
}

impl Same for Proof {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unsigned, Self::Unsigned) => true,
            (Self::Signed(one), Self::Signed(other)) => one.same(other),
            (Self::Listed(one), Self::Listed(other)) => one.same(other),
            _ => false,
        }
    }
}

impl<T: Same> Same for Option<T> {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(one), Some(other)) => one.same(other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: Same, E: Same> Same for Result<T, E> {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Ok(one), Ok(other)) => one.same(other),
            (Err(one), Err(other)) => one.same(other),
            _ => false,
        }
    }
}

impl<T: Same> Same for Arc<T> {
    fn same(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other) || (**self).same(other)
    }
}

impl<T: Same> Same for Vec<T> {
    fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(one, other)| one.same(other))
    }
}

impl<K: Ord, V: Same> Same for BTreeMap<K, V> {
    fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|((key, one), (twin, other))| key == twin && one.same(other))
    }
}

impl<A: Same, B: Same> Same for (A, B) {
    fn same(&self, other: &Self) -> bool {
        self.0.same(&other.0) && self.1.same(&other.1)
    }
}
