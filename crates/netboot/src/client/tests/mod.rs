//! Tests against servers of a few lines.
