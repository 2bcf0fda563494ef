//! The words that every other crate of pxectl shares: pure, no files, no network, no clock.
