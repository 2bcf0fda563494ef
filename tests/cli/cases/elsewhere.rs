//! What is left where there is no Unix to serve from.

use crate::support::lab::Lab;

#[test]
fn a_command_that_cannot_be_had_says_so() {
    let lab = Lab::usual();
    let asks: &[&[&str]] = &[&["serve", "--yes"], &["boot-test", "web-01"], &["rearm", "web-01"], &["demo"]];
    for args in asks {
        lab.pxectl(args).ends_with(2).one_error().says("this build of pxectl cannot boot machines");
    }
}
