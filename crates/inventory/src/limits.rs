//! How much an inventory may hold. Whatever goes beyond gets a finding, in bounded time and memory.

/// Bytes of all texts together.
pub const TEXT: usize = 64 << 20;
/// How deep lists and mappings may lie in each other; the format itself needs 6.
pub const DEPTH: usize = 64;
/// YAML events (scalars, beginnings and ends) of all texts together, aliases counted with what they stand for.
pub const EVENTS: usize = 4_000_000;
/// Characters of a key; YAML's own limit for a key on one line (YAML 1.2.2, 7.4.2).
pub const KEY: usize = 1024;
/// Entries of one list or mapping: hosts, rules, artifacts, arguments.
pub const ITEMS: usize = 100_000;
/// Findings that are kept: so many errors, and as many that are none. The rest is counted.
pub const FINDINGS: usize = 2_000;
/// Comments of all texts together that speak to pxectl.
pub const ALLOWS: usize = 10_000;
/// "Did you mean" is looked for so many times, each among so many names.
pub const SUGGESTIONS: usize = 200;
/// Characters of a value that a message shows.
pub const SHOWN: usize = 80;
