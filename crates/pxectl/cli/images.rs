//! Images: fetched, verified, kept, and looked into.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub struct Fetch {
    /// Artifacts of the inventory [default: all]
    #[arg(value_name = "ARTIFACT")]
    pub names: Vec<String>,
    /// Refuse whatever would change pxectl.lock
    #[arg(long)]
    pub locked: bool,
    /// Use only what is in the store
    #[arg(long)]
    pub offline: bool,
    /// How many connections at once: files, and more of them for a large one that is slow
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// Artifacts of the inventory [default: all, and whatever else is in the store]
    #[arg(value_name = "ARTIFACT")]
    pub names: Vec<String>,
    /// How many files to hash at once [default: as many as there are processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: Option<u8>,
    /// For people, or as one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: ImagesFormat,
}

#[derive(Debug, Args)]
pub struct Outdated {
    /// Artifacts of the inventory [default: all that have a URL]
    #[arg(value_name = "ARTIFACT")]
    pub names: Vec<String>,
    /// For people, or as one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: ImagesFormat,
}

/// A form of what is told of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImagesFormat {
    /// A line an image
    Human,
    /// One JSON object, as docs/images.md tells
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Bundle {
    /// Write the lab, its lock file and its images into one tar file
    Export(BundleExport),
    /// Take a bundle in: its images into the store, its lab into a folder
    Import(BundleImport),
}

#[derive(Debug, Args)]
pub struct BundleExport {
    /// The file to write; `-` is the standard output
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace one that is there
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct BundleImport {
    /// The bundle; `-` is the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The folder that the lab comes into
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Replace files that are there and are others
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// List what the store holds, and which labs refer to it
    Ls,
    /// Remove what no lab refers to
    Gc(StoreGc),
}

#[derive(Debug, Args)]
pub struct StoreGc {
    /// Only list what would be removed
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub enum Media {
    /// List a folder of an image
    Ls(MediaLs),
    /// Print files of an image to the standard output
    Cat(MediaCat),
    /// Write files of an image into a folder, under the paths that they have in it
    Extract(MediaExtract),
    /// Tell what an image is: label, size, boot entries, a WIM's images; exit 1 where something is wrong with it
    Info(MediaInfo),
}

#[derive(Debug, Args)]
pub struct MediaLs {
    /// The image: an ISO, or a WIM
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Folders or files in it; a path may go on inside a WIM that lies in an ISO [default: its root]
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// Also what lies in folders below
    #[arg(short, long)]
    pub recursive: bool,
    /// For people, or as one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: MediaFormat,
    /// Which image of a WIM, by its number [default: the one that boots, else the first]
    #[arg(long, value_name = "N")]
    pub image: Option<u32>,
}

#[derive(Debug, Args)]
pub struct MediaCat {
    /// The image: an ISO, or a WIM
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Files in it; a path may go on inside a WIM that lies in an ISO
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<String>,
    /// Which image of a WIM, by its number [default: the one that boots, else the first]
    #[arg(long, value_name = "N")]
    pub image: Option<u32>,
}

#[derive(Debug, Args)]
pub struct MediaExtract {
    /// The image: an ISO, or a WIM
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Files, and folders with all that they hold; a path may go on inside a WIM that lies in an ISO [default: everything]
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// The folder to write into
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub to: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
    /// Which image of a WIM, by its number [default: the one that boots, else the first]
    #[arg(long, value_name = "N")]
    pub image: Option<u32>,
}

#[derive(Debug, Args)]
pub struct MediaInfo {
    /// The image: an ISO, or a WIM
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A WIM inside the ISO, to tell of in its place
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    /// Also compare the sums that it carries: a WIM's integrity table, an ISO's implanted MD5; that reads all of it
    #[arg(long)]
    pub check: bool,
    /// For people, or as one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: MediaFormat,
}

/// A form of what is told of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MediaFormat {
    /// Lines, as `ls -l` has them
    Human,
    /// One JSON object, as docs/media.md tells
    Json,
}
