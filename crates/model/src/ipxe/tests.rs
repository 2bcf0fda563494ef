//! Tests of the script language, a file per subject.

mod checking;
mod expanding;
mod lexing;
mod running;
mod seeds;
mod writing;
