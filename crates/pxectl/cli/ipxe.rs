//! `ipxe`: the programs that machines start first.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum Ipxe {
    /// Tell what a boot program is: for which firmware, which iPXE, signed or not; exit 1 where it is none, or is cut off
    Info(IpxeInfo),
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
