//! What a folder holds.

use pxectl_model::body::Extent;

/// Something in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name as the image says it: bytes of a stranger, mostly UTF-8. It may hold `/`, NUL or be `..`.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// Permissions, the low twelve bits of st_mode; only Rock Ridge has them.
    pub mode: Option<u32>,
    /// When it was changed.
    pub modified: Option<Stamp>,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A folder; [`crate::Image::list`] reads it.
    Folder {
        /// Where it is recorded: the byte of the image that tells it from all others.
        at: u64,
        /// Bytes of its records.
        len: u64,
    },
    /// A file.
    File {
        /// Bytes.
        size: u64,
        /// Where they should be had from; [`crate::Image::extents`] has it checked.
        parts: Vec<Part>,
        /// Why they cannot be read as they lie.
        flaw: Option<&'static str>,
    },
    /// A symlink, with its target.
    Link(Vec<u8>),
    /// A device, a pipe, a socket: nothing that an image could give.
    Special,
}

/// A run of a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// They lie in the image.
    Bytes(Extent),
    /// So many zeros that are recorded nowhere.
    Zeros(u64),
}

impl Part {
    /// How many bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(extent) => extent.len,
            Self::Zeros(len) => *len,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Adds a part, to the one before where it goes on there. Empty ones are left out.
pub(crate) fn push(parts: &mut Vec<Part>, part: Part) {
    match (parts.last_mut(), part) {
        (_, part) if part.is_empty() => {}
        (Some(Part::Bytes(last)), Part::Bytes(next)) if last.offset + last.len == next.offset => last.len += next.len,
        (Some(Part::Zeros(last)), Part::Zeros(next)) => *last += next,
        _ => parts.push(part),
    }
}

/// The same bytes of a file, each once and in order.
pub fn joined(mut extents: Vec<Extent>) -> Vec<Extent> {
    extents.sort_by_key(|extent| extent.offset);
    let mut joined: Vec<Extent> = Vec::new();
    for next in extents {
        match joined.last_mut() {
            Some(last) if next.offset <= last.offset.saturating_add(last.len) => {
                last.len = last.len.max(next.offset.saturating_add(next.len) - last.offset);
            }
            _ => joined.push(next),
        }
    }
    joined
}

impl Kind {
    /// A file's or folder's bytes; 0 for others.
    pub fn size(&self) -> u64 {
        match self {
            Self::Folder { len: size, .. } | Self::File { size, .. } => *size,
            Self::Link(target) => target.len() as u64,
            Self::Special => 0,
        }
    }
}

/// A date and a time of day, in the zone that the writer was in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// 1900 to 2155.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// How far ahead of UTC, minutes: -720 to 780.
    pub ahead: i16,
}

impl Stamp {
    /// The seven bytes of ECMA-119, 9.1.5; none where they are no date.
    pub(crate) fn of(recorded: [u8; 7]) -> Option<Self> {
        let [year, month, day, hour, minute, second, quarters] = recorded;
        let quarters = i16::from(i8::from_le_bytes([quarters]));
        let sound = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 60;
        let stamp = Self { year: 1900 + u16::from(year), month, day, hour, minute, second, ahead: quarters * 15 };
        (sound && (-48..=52).contains(&quarters)).then_some(stamp)
    }
}
