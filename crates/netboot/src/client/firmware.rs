//! How the kinds of firmware ask, as far as servers can tell them apart.
//!
//! Seen on the wire: EDK2 (OVMF of Debian 12) asks for an NBP twice, first for its size alone; its HTTP Boot sends HEAD before
//! GET and a Host header without the port. iPXE sends `blksize 1432 tsize 0` over TFTP and its version over HTTP.

use std::net::Ipv4Addr;

use pxectl_model::arch::Firmware;
use pxectl_model::ipxe::Machine;

use super::tftp::TftpOptions;
use super::walk::WalkSpec;

/// The version that the pretend iPXE names: that of Debian 12's build, whose rules it follows.
pub const IPXE_VERSION: &str = "1.0.0+git-20190125.36a4c85";

/// How a machine comes to its iPXE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    /// The firmware's PXE client fetches an NBP by TFTP.
    Pxe,
    /// UEFI HTTP Boot fetches an NBP by HTTP.
    HttpBoot,
    /// The card's ROM is iPXE already: there is no NBP.
    IpxeRom,
}

/// What a PXE client puts into its read request.
pub(super) fn tftp_options(firmware: Firmware) -> TftpOptions {
    match firmware {
        Firmware::Bios => TftpOptions { blksize: Some(1456), tsize: true, ..TftpOptions::default() },
        _ => TftpOptions { blksize: Some(1468), windowsize: Some(4), ..TftpOptions::default() },
    }
}

/// What EDK2 puts into the request that only learns the size.
pub(super) fn size_options() -> TftpOptions {
    TftpOptions { tsize: true, ..tftp_options(Firmware::UefiX64) }
}

/// The User-Agent of the iPXE that follows.
pub(super) fn user_agent() -> String {
    format!("iPXE/{IPXE_VERSION}")
}

/// The User-Agent of EDK2's HTTP Boot.
pub(super) const HTTP_BOOT_AGENT: &str = "UefiHttpBoot/1.0";

/// What the machine's iPXE knows before its first script.
pub(super) fn machine(spec: &WalkSpec) -> Machine {
    let v4 = |address| match address {
        std::net::IpAddr::V4(address) => address,
        std::net::IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
    };
    Machine {
        serial: spec.serial.clone(),
        manufacturer: spec.manufacturer.clone(),
        product: spec.product.clone(),
        asset: spec.asset.clone(),
        board_serial: spec.board_serial.clone(),
        uuid: spec.uuid.map(|uuid| uuid.0),
        mac: spec.mac.0,
        ip: v4(spec.local),
        next_server: v4(spec.tftp.ip()),
        filename: spec.stage1.clone(),
        platform: spec.firmware.platform().as_str().to_owned(),
        buildarch: spec.firmware.buildarch().to_owned(),
        version: IPXE_VERSION.to_owned(),
    }
}
