//! `ipxe`: the programs that machines start first.

use pxectl_inventory::findings::whole;
use pxectl_media::{Binary, Depth, judge};
use pxectl_store::regular::open_regular;

use crate::cli::{IpxeFormat, IpxeInfo};
use crate::failure::{Answer, Failure, Outcome, chain};
use crate::media::program;
use crate::session::print;

/// `ipxe info`: exit 1 where a file is no boot program, or not all of one.
pub fn info(args: &IpxeInfo) -> Outcome {
    let shown = args.file.display();
    let mut file = open_regular(&args.file).map_err(|error| Failure::new(format!("opening `{shown}`: {error}")))?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let judged = judge(&name, Depth::Quick, &mut file).map_err(|error| Failure::new(format!("reading `{shown}`: {error}")))?;
    // What is damaged was judged.
    let binary = Binary::read(&mut file).map_err(|error| whole(&chain(&error))).ok();
    match args.format {
        IpxeFormat::Human => print(&program::human(&judged, binary.as_ref())),
        IpxeFormat::Json => print(&format!("{:#}\n", program::json(&judged, binary.as_ref()))),
    }
    let known = binary.is_some_and(|binary| binary.is_known());
    Ok(if known && judged.problems.is_empty() { Answer::Yes } else { Answer::No })
}
