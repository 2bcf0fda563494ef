//! What pxectl promises, one file a promise.

mod agreement;
mod arming;
mod assign;
mod boot_ids;
mod boot_test;
mod boot_test_fails;
mod bundle;
mod ci_page;
mod completions;
mod demo;
mod edits;
#[cfg(pxectl_no_unix)]
mod elsewhere;
mod exit_codes;
mod explain;
mod explain_diff;
mod fetch;
mod fetch_auth;
mod fetch_checksums;
#[cfg(all(unix, not(pxectl_no_unix)))]
mod fetch_full;
mod fetch_killed;
mod fetch_servers;
#[cfg(all(unix, not(pxectl_no_unix)))]
mod fix;
mod formats;
mod gc;
mod goals;
mod init;
#[cfg(not(pxectl_no_unix))]
mod inside;
#[cfg(all(unix, not(pxectl_no_unix)))]
mod ipxe_build;
mod journal;
mod lint;
mod list;
#[cfg(not(pxectl_no_unix))]
mod media;
mod outdated;
mod pipes;
mod plan;
mod render;
#[cfg(not(pxectl_no_unix))]
mod secrets;
mod selection;
mod start;
mod stock;
mod stop;
mod store;
#[cfg(all(unix, not(pxectl_no_unix)))]
mod store_users;
mod unknown;
mod verify;
mod warnings;
#[cfg(all(unix, not(pxectl_no_unix)))]
mod wims;
