//! Files inside images: how the inventory names them, and where a machine fetches them.

use std::sync::Arc;

use crate::name::Name;

/// Longest path inside an image, bytes: with everything before it, it stays below what a request target may have.
const LONGEST: usize = 255;
/// What a path holds beside letters and digits: all that a URL, a line of an iPXE script and a kernel argument take as it is.
const SIGNS: &str = "._-~+,@=";

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
    /// A character that does not fit everywhere the path goes.
    #[error("a path inside an image holds letters, digits and `{SIGNS}`; `{0}` does not fit into a boot script")]
    Character(char),
}

impl std::str::FromStr for ImagePath {
    type Err = BadImagePath;

    fn from_str(text: &str) -> Result<Self, BadImagePath> {
        let inside = text.strip_prefix('/').ok_or(BadImagePath::Relative)?;
        if text.len() > LONGEST {
            return Err(BadImagePath::Long(text.chars().count()));
        }
        if let Some(bad) = inside.chars().find(|c| !(c.is_ascii_alphanumeric() || SIGNS.contains(*c) || *c == '/')) {
            return Err(BadImagePath::Character(bad));
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

/// As people are told of it, and as URLs have it: `ubuntu-iso/casper/vmlinuz`.
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
    /// Where URLs have it, behind the server or the boot: `artifacts/NAME`, `media/IMAGE/PATH`.
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
        for good in ["/casper/vmlinuz", "/a", "/sources/boot.wim", "/arch/boot/x86_64/vmlinuz-linux", "/a+b,c@d=e~f", "/..."] {
            let path: ImagePath = good.parse().unwrap();
            assert_eq!((path.as_str(), path.inside()), (good, &good[1..]));
        }
        let bad = |text: &str| text.parse::<ImagePath>().unwrap_err();
        assert_eq!(bad("casper/vmlinuz"), BadImagePath::Relative);
        for text in ["/", "//", "/a//b", "/a/", "/a/../b", "/./a", "/.."] {
            assert_eq!(bad(text), BadImagePath::Part, "{text}");
        }
        for (text, c) in
            [("/a b", ' '), ("/a?b", '?'), ("/a#", '#'), ("/${x}", '$'), ("/a%2fb", '%'), ("/é", 'é'), ("/a\\b", '\\')]
        {
            assert_eq!(bad(text), BadImagePath::Character(c), "{text}");
        }
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
}
