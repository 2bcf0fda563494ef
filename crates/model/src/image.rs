//! Files inside images: how the inventory names them, and where a machine fetches them.

use std::sync::Arc;

use crate::ipxe::escape::uri_path;
use crate::name::Name;

/// Longest path inside an image, bytes: also where each takes three in a URL, with everything before it, it stays below what a request
/// target may have.
const LONGEST: usize = 255;

/// A file's place inside an image: `/` and names with `/` between them. Copies share the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImagePath(Arc<str>);

/// What is wrong with a path inside an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadImagePath {
    /// It is no path from the image's top.
    #[error("a path inside an image begins with `/`")]
    Relative,
    /// Too long.
    #[error("a path inside an image has at most 255 characters, this has {0}")]
    Long(usize),
    /// `.`, `..`, or nothing between two slashes or behind the last.
    #[error("a path inside an image names a file, without `.`, `..` and empty parts")]
    Part,
    /// A character that no URL of a boot can carry.
    #[error("a path inside an image holds neither `\\` nor control characters")]
    Character(char),
    /// Outside ASCII.
    #[error(
        "a path inside an image is ASCII, and `{0}` is not: Debian 12's iPXE would ask for another; have `pxectl media extract` write the file, \
         and name it as an artifact with `path`"
    )]
    NotAscii(char),
}

impl std::str::FromStr for ImagePath {
    type Err = BadImagePath;

    fn from_str(text: &str) -> Result<Self, BadImagePath> {
        let inside = text.strip_prefix('/').ok_or(BadImagePath::Relative)?;
        if text.len() > LONGEST {
            return Err(BadImagePath::Long(text.chars().count()));
        }
        match inside.chars().find(|c| !matches!(c, ' '..='~') || *c == '\\') {
            Some(bad) if bad.is_ascii() || bad.is_control() => return Err(BadImagePath::Character(bad)),
            Some(bad) => return Err(BadImagePath::NotAscii(bad)),
            None => {}
        }
        if inside.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(BadImagePath::Part);
        }
        Ok(Self(text.into()))
    }
}

impl ImagePath {
    /// As written, with the `/` before it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the `/` before it.
    pub fn inside(&self) -> &str {
        &self.0[1..]
    }

    /// Without the `/` before it, as URLs have it.
    fn encoded(&self) -> String {
        uri_path(&self.0).expect("each part was found to fit into a URL when the path was read")
    }

    /// The last of its names.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl std::fmt::Display for ImagePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a setting names a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileRef {
    /// By an artifact's name: all of it.
    Artifact(Name),
    /// By its path inside the image that `iso` names.
    Inside(ImagePath),
}

impl std::fmt::Display for FileRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Artifact(name) => name.fmt(f),
            Self::Inside(path) => path.fmt(f),
        }
    }
}

impl From<Name> for FileRef {
    fn from(name: Name) -> Self {
        Self::Artifact(name)
    }
}

impl From<ImagePath> for FileRef {
    fn from(path: ImagePath) -> Self {
        Self::Inside(path)
    }
}

/// A file inside an image that is an artifact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inside {
    /// The image.
    pub image: Name,
    /// Where it lies there.
    pub path: ImagePath,
}

/// As people are told of it, and as URLs have it once they are decoded: `ubuntu-iso/casper/vmlinuz`.
impl std::fmt::Display for Inside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.image, self.path)
    }
}

/// What a machine fetches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Located {
    /// An artifact.
    Artifact(Name),
    /// A file inside one.
    Inside(Inside),
}

impl Located {
    /// Its URL, behind the server or the boot: the key, percent-encoded where it has to be.
    pub fn url(&self) -> String {
        match self {
            Self::Artifact(_) => self.key(),
            Self::Inside(inside) => format!("media/{}/{}", inside.image, inside.path.encoded()),
        }
    }

    /// What it is known by to the table: `artifacts/NAME`, `media/IMAGE/PATH`.
    pub fn key(&self) -> String {
        match self {
            Self::Artifact(name) => format!("artifacts/{name}"),
            Self::Inside(inside) => format!("media/{inside}"),
        }
    }
}

/// As people are told of it.
impl std::fmt::Display for Located {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Artifact(name) => name.fmt(f),
            Self::Inside(inside) => inside.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_what_is_none() {
        for good in [
            "/casper/vmlinuz",
            "/a",
            "/sources/boot.wim",
            "/arch/boot/x86_64/vmlinuz-linux",
            "/a+b,c@d=e~f",
            "/...",
            "/isolinux (x86)/a b#c%2f&!?*\"'",
        ] {
            let path: ImagePath = good.parse().unwrap();
            assert_eq!((path.as_str(), path.inside()), (good, &good[1..]));
        }
        let bad = |text: &str| text.parse::<ImagePath>().unwrap_err();
        assert_eq!(bad("casper/vmlinuz"), BadImagePath::Relative);
        for text in ["/", "//", "/a//b", "/a/", "/a/../b", "/./a", "/.."] {
            assert_eq!(bad(text), BadImagePath::Part, "{text}");
        }
        for (text, c) in [("/a\\b", '\\'), ("/a\nb", '\n'), ("/a\x7f", '\x7f'), ("/\u{85}", '\u{85}')] {
            assert_eq!(bad(text), BadImagePath::Character(c), "{text:?}");
        }
        assert_eq!(bad("/é"), BadImagePath::NotAscii('é'));
        assert!(format!("/{}", "a".repeat(254)).parse::<ImagePath>().is_ok());
        assert_eq!(bad(&format!("/{}", "a".repeat(255))), BadImagePath::Long(256));
    }

    #[test]
    fn keys_of_the_two_kinds_never_meet() {
        let (image, path): (Name, ImagePath) = ("iso".parse().unwrap(), "/casper/vmlinuz".parse().unwrap());
        assert_eq!(path.file_name(), "vmlinuz");
        assert_eq!(Located::Artifact(image.clone()).key(), "artifacts/iso");
        let inside = Located::Inside(Inside { image, path });
        assert_eq!((inside.key().as_str(), inside.to_string().as_str()), ("media/iso/casper/vmlinuz", "iso/casper/vmlinuz"));
    }

    proptest::proptest! {
        /// Whatever is taken as a path arrives as it was: a URL is one token of a script, and decoded it is the key.
        #[test]
        fn a_path_arrives_as_it_was(text in "/[ -~]{1,40}(/[ -~]{1,20}){0,3}") {
            if let Ok(path) = text.parse::<ImagePath>() {
                let inside = Inside { image: "iso".parse().unwrap(), path };
                let located = Located::Inside(inside);
                let url = located.url();
                proptest::prop_assert!(crate::ipxe::escape::word(&url).is_ok() && url.len() < 800, "{}", url);
                proptest::prop_assert_eq!(crate::ipxe::escape::decoded(&url), located.key());
            }
        }
    }
}
