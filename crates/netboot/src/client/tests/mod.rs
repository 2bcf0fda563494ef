//! Tests against servers of a few lines, which lie and lose packets as told.

mod http;
mod tftp;
mod tftp_server;
mod walk;
mod web_server;
