//! What can go wrong on a walk.

use std::io;
use std::net::SocketAddr;

use pxectl_model::ipxe::Broken;

/// Why a TFTP transfer failed.
#[derive(Debug, thiserror::Error)]
pub enum TftpError {
    /// The socket could not be had or used.
    #[error("{operation} a UDP socket")]
    Socket {
        /// What was tried: `binding`, `sending on` …
        operation: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Nothing came for as long as the client waits.
    #[error("nothing came from {server} within {seconds} s, after {bytes} bytes")]
    Silence {
        /// Who was asked.
        server: SocketAddr,
        /// How long nothing came.
        seconds: u64,
        /// What had arrived before.
        bytes: u64,
    },
    /// An ERROR packet (RFC 1350).
    #[error("the server refused with error {code}: {text}")]
    Refused {
        /// RFC 1350 appendix, RFC 2347.
        code: u16,
        /// The server's words, made printable.
        text: String,
    },
    /// The server broke the protocol.
    #[error("the server broke the protocol: {0}")]
    Protocol(String),
    /// More bytes than are taken.
    #[error("the file is longer than {0} bytes")]
    TooLong(u64),
}

/// Why an HTTP request failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection.
    #[error("connecting to {server} from {local}")]
    Connect {
        /// The server.
        server: SocketAddr,
        /// The pretend machine's address.
        local: std::net::IpAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The request could not be put together: a URL that no server understands.
    #[error("`{0}` cannot be asked for over HTTP")]
    Request(String),
    /// The exchange broke off.
    #[error("the exchange with {server} broke off after {bytes} bytes of the body")]
    Exchange {
        /// The server.
        server: SocketAddr,
        /// What had arrived of the body.
        bytes: u64,
        /// What hyper said.
        source: hyper::Error,
    },
    /// Nothing came for as long as the client waits.
    #[error("nothing came from {server} within {seconds} s, after {bytes} bytes of the body")]
    Silence {
        /// The server.
        server: SocketAddr,
        /// How long.
        seconds: u64,
        /// What had arrived of the body.
        bytes: u64,
    },
    /// More bytes than are taken.
    #[error("the body is longer than {0} bytes")]
    TooLong(u64),
    /// Fewer or more bytes than the header promised.
    #[error("the header promised {promised} bytes, {got} came")]
    Length {
        /// Content-Length.
        promised: u64,
        /// What came.
        got: u64,
    },
}

/// Why a walk came to no end of its own.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// The firmware did not get an NBP that it can start.
    #[error("the firmware asked for the NBP `{name}`: {reason}")]
    Nbp {
        /// File name or URL.
        name: String,
        /// Why not.
        reason: String,
    },
    /// Stage 1 did not arrive, or is no script.
    #[error("iPXE asked for its first script {url}: {reason}")]
    Stage1 {
        /// Its URL.
        url: String,
        /// Why not.
        reason: String,
    },
    /// A script would hang or crash a machine, or runs without end.
    #[error("running a script")]
    Script(#[from] Broken),
    /// The scripts fetch without end.
    #[error("more than {0} files were asked for: the scripts loop")]
    Fetches(usize),
    /// The stage-1 URL or the addresses of the walk make no sense.
    #[error("{0}")]
    Spec(String),
}

/// The message of an error with those of its causes, for a line of a table.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}
