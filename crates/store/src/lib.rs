//! What pxectl keeps on disk: the journal of boots.
