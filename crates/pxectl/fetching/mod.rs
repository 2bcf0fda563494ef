//! What `fetch` is made of: what each artifact must be, getting it, telling of it, and the lock file in the end.

pub mod chosen;
pub mod lockfile;
pub mod plan;
pub mod proof;
pub mod run;
pub mod screen;
