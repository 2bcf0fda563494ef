//! `render`: configurations and scripts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::boot::firmware;

#[derive(Debug, Subcommand)]
pub enum Render {
    /// The DHCP server's configuration
    Dhcp(RenderDhcp),
    /// The iPXE script that a machine would get
    Boot(RenderBoot),
    /// The answer files that a machine would get
    Answer(RenderBoot),
    /// A script to compile into iPXE
    Ipxe(RenderIpxe),
    /// A built-in template to start from; without a name, their list
    Template(RenderTemplate),
}

#[derive(Debug, Args)]
pub struct RenderDhcp {
    /// The DHCP server to write for
    #[arg(long, value_name = "KIND", default_value = "isc")]
    pub server: DhcpServer,
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// Write to a file, replaced whole, in place of the standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A DHCP server that configurations are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DhcpServer {
    /// ISC dhcpd 4.4
    Isc,
}

#[derive(Debug, Args)]
pub struct RenderBoot {
    /// Which machine
    #[arg(value_name = "HOST")]
    pub host: String,
    /// Its firmware
    #[arg(long, value_name = "FIRMWARE", default_value = "bios", value_parser = firmware)]
    pub firmware: pxectl_model::arch::Firmware,
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
}

#[derive(Debug, Args)]
pub struct RenderIpxe {
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
}

#[derive(Debug, Args)]
pub struct RenderTemplate {
    /// Which template
    #[arg(value_name = "TEMPLATE")]
    pub name: Option<String>,
}
