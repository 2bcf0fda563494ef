//! `completions`: the script that makes a shell complete pxectl's words; and the hidden command that the script asks.

use crate::cli::{Complete, Completions};
use crate::completing::{answer, script};
use crate::failure::{Answer, Outcome};
use crate::session::print;

/// Exit 0.
pub fn run(args: &Completions) -> Outcome {
    print(script(args.shell));
    Ok(Answer::Yes)
}

/// Exit 0, and never a word on the standard error: somebody is typing.
pub fn complete(args: &Complete) -> Outcome {
    print(&answer(args.shell, &args.words));
    Ok(Answer::Yes)
}
