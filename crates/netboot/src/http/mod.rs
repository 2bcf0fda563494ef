//! HTTP/1.1: scripts, answers, and the big files.
