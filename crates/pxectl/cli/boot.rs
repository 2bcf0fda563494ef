//! Commands that boot machines.

use std::net::Ipv4Addr;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// What ends `serve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// Every machine of the plan fetched the beacon of its script
    Booted,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Machines that may be installed [default: every one that is not done]
    #[arg(value_name = "HOST", conflicts_with_all = ["profile", "all"])]
    pub hosts: Vec<String>,
    /// Every machine of one profile
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub profile: Option<String>,
    /// Every machine, rules and `unknown` included; the same as to name none
    #[arg(long)]
    pub all: bool,
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// Install without asking
    #[arg(short, long)]
    pub yes: bool,
    /// The address to listen on [default: the site's server]
    #[arg(long, value_name = "ADDRESS")]
    pub bind: Option<Ipv4Addr>,
    /// Another HTTP port than the lab's; 0: any free one (for tests)
    #[arg(long, value_name = "PORT")]
    pub http_port: Option<u16>,
    /// Another TFTP port than 69; 0: any free one (for tests)
    #[arg(long, value_name = "PORT")]
    pub tftp_port: Option<u16>,
    /// End when this is reached
    #[arg(long, value_name = "GOAL")]
    pub until: Option<Until>,
    /// End after this long, as in 90s, 30m, 2h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Write every event to the standard output
    #[arg(long, value_name = "FORMAT")]
    pub events: Option<EventFormat>,
}

/// A form of the event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EventFormat {
    /// One JSON object a line
    Ndjson,
}

#[derive(Debug, Args)]
pub struct Rearm {
    /// Which machines
    #[arg(value_name = "HOST", required = true)]
    pub hosts: Vec<String>,
}

#[derive(Debug, Args)]
pub struct BootTest {
    /// Which machine
    #[arg(value_name = "HOST")]
    pub host: String,
    /// Its firmware
    #[arg(long, value_name = "FIRMWARE", default_value = "bios", value_parser = firmware)]
    pub firmware: pxectl_model::arch::Firmware,
    /// Ask by UEFI HTTP Boot and not by PXE
    #[arg(long)]
    pub http_boot: bool,
    /// The site, where the lab has several
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Write every event to the standard output
    #[arg(long, value_name = "FORMAT")]
    pub events: Option<EventFormat>,
}

pub(super) fn firmware(text: &str) -> Result<pxectl_model::arch::Firmware, String> {
    text.parse().map_err(|()| {
        let all: Vec<_> = pxectl_model::arch::Firmware::ALL.iter().map(|f| f.as_str()).collect();
        format!("one of {}", all.join(", "))
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (count, unit) = text.split_at(split);
    let seconds: u64 = match unit {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("a number with s, m or h, as in 90s, 30m, 2h".to_owned()),
    };
    let count: u64 = count.parse().map_err(|_| "a number with s, m or h, as in 90s, 30m, 2h".to_owned())?;
    count
        .checked_mul(seconds)
        .filter(|s| *s > 0 && *s < 1 << 32)
        .map(Duration::from_secs)
        .ok_or("too short or too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
        assert!(duration("").is_err() && duration("2d").is_err() && duration("0s").is_err());
        assert!(duration("99999999999999999999h").is_err());
    }
}
