//! `ipxe`: the programs that machines start first.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum Ipxe {
    /// Tell what a boot program is: for which firmware, which iPXE, signed or not; exit 1 where it is none, or is cut off
    Info(IpxeInfo),
    /// Build iPXE from its source with the lab's script compiled in, into the store and pxectl.lock
    Build(IpxeBuild),
}

#[derive(Debug, Args)]
pub struct IpxeInfo {
    /// The program: an iPXE, a UEFI program, a kernel, wimboot
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// For people, or as one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: IpxeFormat,
}

/// A form of what is told of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IpxeFormat {
    /// Lines
    Human,
    /// One JSON object, as docs/media.md tells
    Json,
}

#[derive(Debug, Args)]
pub struct IpxeBuild {
    /// iPXE's source: a folder (a git checkout), a release archive, or the name of such an artifact
    #[arg(long, value_name = "DIR|FILE|NAME", default_value = "ipxe-2.0.0.tar.gz")]
    pub source: PathBuf,
    /// The firmware to build for [default: those of the lab]
    #[arg(long, value_name = "FIRMWARE", value_delimiter = ',', value_parser = super::boot::firmware)]
    pub target: Vec<pxectl_model::arch::Firmware>,
    /// What to compile in besides: https, console, imgverify and others; `--with help` lists them
    #[arg(long, value_name = "SWITCH", value_delimiter = ',')]
    pub with: Vec<String>,
    /// The certificates (PEM) to trust in place of iPXE's own root
    #[arg(long, value_name = "FILE")]
    pub trust: Option<PathBuf>,
    /// The site whose server the machines are to ask
    #[arg(long, value_name = "SITE")]
    pub site: Option<String>,
    /// What the names of the artifacts begin with
    #[arg(long, value_name = "TEXT", default_value = "lab-")]
    pub prefix: String,
    /// How many to compile at once [default: as many as there are processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: Option<u8>,
    /// Build also what was built before, from a new copy of the source
    #[arg(long)]
    pub force: bool,
}
