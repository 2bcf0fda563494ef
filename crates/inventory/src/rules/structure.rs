//! The rules that the reader itself applies while it goes through a text: they have no `check`.

use super::meta::Meta;

/// Bytes that are no text.
pub const ENCODING: Meta = Meta::error("encoding", "a file that is not plain UTF-8 text");
/// Broken YAML.
pub const SYNTAX: Meta = Meta::error("syntax", "text that is not YAML");
/// Two versions of a file that git could not merge.
pub const MERGE_CONFLICT: Meta = Meta::error("merge-conflict", "a merge that nobody has resolved yet");
/// YAML that this format leaves out.
pub const YAML_FEATURE: Meta = Meta::error("yaml-feature", "YAML beyond mappings, lists, texts and aliases");
/// Beyond the limits.
pub const TOO_LARGE: Meta = Meta::error("too-large", "more text, depth or items than an inventory may have");
/// One key twice.
pub const DUPLICATE_KEY: Meta = Meta::error("duplicate-key", "one key twice in one mapping");
/// A key that nobody knows.
pub const UNKNOWN_KEY: Meta = Meta::error("unknown-key", "a key that does not exist there");
/// A key of the format that this version does not act on.
pub const NOT_YET: Meta = Meta::error("not-yet", "a key or value that this version does not act on yet");
/// A key that must be there.
pub const MISSING_KEY: Meta = Meta::error("missing-key", "a key that must be given");
/// Keys that exclude each other.
pub const CONFLICTING_KEYS: Meta = Meta::error("conflicting-keys", "keys that exclude each other");
/// A list where a text belongs, and the like.
pub const WRONG_TYPE: Meta = Meta::error("wrong-type", "a list, mapping or text where another of them belongs");
/// `~`, `null` or nothing.
pub const EMPTY_VALUE: Meta = Meta::error("empty-value", "a key without a value");
/// A text that is not what it should be.
pub const INVALID_VALUE: Meta = Meta::error("invalid-value", "a text that is no address, name, number … where one belongs");
/// A text that other YAML tools take for something else, where machines are told apart by it.
pub const UNQUOTED_IDENTITY: Meta =
    Meta::warning("unquoted-identity", "a serial number, name and the like that other YAML tools read as something else");
/// The same in `vars`, where nothing but the text counts.
pub const UNQUOTED_VALUE: Meta = Meta::note("unquoted-value", "a value of `vars` that other YAML tools read as another number");
/// `no` and its like in `vars`.
pub const FALSE_IS_TEXT: Meta = Meta::warning("false-is-text", "a value of `vars` that looks false and is true to a template");
/// A MAC address that is not written as everybody shows it.
pub const MAC_SPELLING: Meta = Meta::note("mac-spelling", "a MAC address in an unusual spelling");
/// `pxectl:` is not 1.
pub const VERSION: Meta = Meta::error("version", "a format version that this program does not read");
/// An `include` that leads nowhere.
pub const INCLUDE: Meta = Meta::error("include", "an include that finds no readable file");
/// A lock file that is there, and cannot be read.
pub const LOCK_FILE: Meta = Meta::error("lock-file", "a lock file that cannot be read");
/// The model refuses what every rule let pass.
pub const UNSOUND: Meta = Meta::error("unsound", "the last check before an inventory is used");

/// All of them.
pub const ALL: &[Meta] = &[
    ENCODING,
    SYNTAX,
    MERGE_CONFLICT,
    YAML_FEATURE,
    TOO_LARGE,
    DUPLICATE_KEY,
    UNKNOWN_KEY,
    NOT_YET,
    MISSING_KEY,
    CONFLICTING_KEYS,
    WRONG_TYPE,
    EMPTY_VALUE,
    INVALID_VALUE,
    UNQUOTED_IDENTITY,
    UNQUOTED_VALUE,
    FALSE_IS_TEXT,
    MAC_SPELLING,
    VERSION,
    INCLUDE,
    LOCK_FILE,
    UNSOUND,
];
