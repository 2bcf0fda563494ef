//! The TFTP server as clients meet it: by the book, under loss, with bad input, and with the clients that people have.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod book;
mod client;
mod hostile;
mod loss;
mod netns;
mod real;
mod relay;
mod server;
mod stopping;
