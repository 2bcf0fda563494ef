//! The pretend firmware.
