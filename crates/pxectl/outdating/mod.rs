//! What `outdated` is made of: asking servers what they have now, and what their answers tell.

pub mod judge;
pub mod run;
