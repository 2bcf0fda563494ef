//! What an image says of itself.

/// Which of an image's trees of names is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// UDF: any case is kept, and any is found.
    Udf,
    /// ISO 9660: names of POSIX, with modes and symlinks.
    RockRidge,
    /// ISO 9660: names of Windows.
    Joliet,
    /// ISO 9660: upper case and short; shown in lower case, and found in any.
    Plain,
}

impl Names {
    /// What is read, in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Udf => "UDF",
            Self::RockRidge => "ISO 9660 with Rock Ridge names",
            Self::Joliet => "ISO 9660 with Joliet names",
            Self::Plain => "ISO 9660 with plain names",
        }
    }

    /// Whether `README` and `readme` are two names.
    pub(crate) fn mind_case(self) -> bool {
        self == Self::RockRidge
    }
}

/// What there is of UDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Udf {
    /// Nothing.
    None,
    /// It is what is read. The revision is OSTA's, as BCD: 0x0102 is 1.02.
    Read(u16),
    /// It is there, and ISO 9660 is read in its place, for this reason. What lies in UDF alone is not seen then.
    Unread(String),
}

/// What an image says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its label; empty where it has none.
    pub label: String,
    /// How long it should be, bytes. A hybrid for USB sticks may be longer.
    pub size: u64,
    /// How long the image is, bytes.
    pub image: u64,
    /// Which names are read: UDF where it can be read, else Rock Ridge, else Joliet, else plain ones.
    pub names: Names,
    /// UDF, which the ISOs of Windows keep their files in.
    pub udf: Udf,
}
