//! What one image may cost. Real install images stay below a tenth of each.

use crate::error::Error;

/// Bytes of descriptors, folders and Rock Ridge areas that one call reads.
pub const BYTES_MOST: u64 = 128 * 1024 * 1024;
/// Bytes of one folder's records.
pub const FOLDER_MOST: u32 = 16 * 1024 * 1024;
/// Records of one folder.
pub const RECORDS_MOST: usize = 200_000;
/// Entries of one walk.
pub const WALK_MOST: usize = 500_000;
/// Folders inside folders. ISO 9660 has 8 (ECMA-119, 6.8.2.1), Rock Ridge has no bound.
pub const DEPTH_MOST: usize = 64;
/// Volume descriptors and what follows them, sectors.
pub const DESCRIPTORS_MOST: u64 = 64;
/// Continuation areas of one record.
pub const CONTINUATIONS_MOST: usize = 32;
/// Bytes of one continuation area; writers keep it in one sector.
pub const CONTINUATION_MOST: u32 = 8 * 1024;
/// Bytes of a name or of a symlink's target: PATH_MAX of Linux.
pub const NAME_MOST: usize = 4096;
/// Symlinks on the way to one file.
pub const LINKS_MOST: usize = 16;
/// Sectors of UDF's volume descriptor sequence; writers reserve 16 at least (OSTA UDF, 2.2.3.1).
pub const SEQUENCE_MOST: usize = 128;
/// UDF partitions; install images have one.
pub const PARTITIONS_MOST: usize = 16;
/// Blocks of allocation descriptors of one file in UDF.
pub const ALLOCATIONS_MOST: usize = 1024;
/// Extents of one file in UDF; each may have 1 GiB.
pub const ADDRESSES_MOST: usize = 65_536;
/// Bytes of a WIM's XML; Windows' install.wim has 30 KiB.
pub const XML_MOST: u32 = 16 * 1024 * 1024;
/// How deep elements of that lie.
pub const XML_DEPTH_MOST: usize = 16;
/// Bytes of the text of one of its elements that are kept.
pub const XML_TEXT_MOST: usize = 4096;
/// Images of one WIM.
pub const WIM_IMAGES_MOST: usize = 1024;
/// Bytes that the folders of one image of a WIM unpack to; those of Windows take some 30 MiB.
pub const WIM_FOLDERS_MOST: u64 = 256 * 1024 * 1024;
/// Entries of a boot catalog, headers included; 2048 bytes hold 64.
pub const BOOT_ENTRIES_MOST: usize = 64;
/// Bytes of a program that are searched for what it says of itself; the largest iPXE builds take 2 MiB.
pub const PROGRAM_MOST: u32 = 16 * 1024 * 1024;
/// Sections of an executable (PE Format: the Windows loader's bound).
pub const SECTIONS_MOST: usize = 96;
/// Bytes of an executable's table of certificates.
pub const CERTIFICATES_MOST: u32 = 1024 * 1024;
/// Signatures of one executable.
pub const SIGNATURES_MOST: usize = 16;

/// The bytes of a folder, where they are within [`FOLDER_MOST`].
pub(crate) fn folder_len(len: u64) -> Result<u32, Error> {
    u32::try_from(len).ok().filter(|len| *len <= FOLDER_MOST).ok_or(Error::TooMuch("a folder takes more than 16 MiB"))
}
/// Bytes that one archive may unpack to.
pub const ARCHIVE_MOST: u64 = 512 * 1024 * 1024;
/// Entries of one archive.
pub const ARCHIVE_ENTRIES_MOST: u64 = 50_000;
/// Bytes of the records that pax puts before an entry.
pub const PAX_MOST: usize = 64 * 1024;
