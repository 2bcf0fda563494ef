//! The rules about allow comments themselves. They have no `check`: they are judged when all findings are known.

use crate::rules::meta::Meta;

/// One of an error.
pub const ALLOW_ERROR: Meta = Meta::warning("allow-error", "an allow comment for an error, which nothing silences");
/// One of another form.
pub const ALLOW_SYNTAX: Meta = Meta::warning("allow-syntax", "a comment for pxectl that cannot be read");
/// One that names no rule.
pub const ALLOW_UNKNOWN: Meta = Meta::warning("allow-unknown", "an allow comment for a rule that does not exist");
/// One that silences nothing.
pub const ALLOW_UNUSED: Meta = Meta::warning("allow-unused", "an allow comment that silences nothing");
/// One that does not say why.
pub const ALLOW_WITHOUT_REASON: Meta = Meta::warning("allow-without-reason", "an allow comment that does not say why");

/// All of them.
pub const ALL: [Meta; 5] = [ALLOW_ERROR, ALLOW_SYNTAX, ALLOW_UNKNOWN, ALLOW_UNUSED, ALLOW_WITHOUT_REASON];
