//! Benchmarks: pxectl beside its peers in the same run, on the same files.

/// Runs the parts named, or all.
pub(crate) fn run(_names: &[&str]) -> crate::Result {
    Err("no benchmark is here yet".to_owned())
}
