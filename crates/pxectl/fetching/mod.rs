//! What `fetch` is made of: what each artifact must be, getting it, telling of it, and the lock file in the end.

pub mod chosen;
pub mod lockfile;
mod member;
pub mod plan;
pub mod program;
pub mod proof;
pub mod run;
pub mod screen;
mod vouch;
