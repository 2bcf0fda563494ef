//! A datagram at the listening port, judged. Pure: bytes in, a decision out.
//!
//! `tftpd`'s own parser refuses the whole request for one option that it cannot read, so options are read here, each by itself,
//! and only the ones that make sense reach it as [`TransferOption`].

use tftpd::{ErrorCode, OptionType, Packet, TransferOption};

use crate::printable::printable;

/// The longest file name in bytes; longer ones are refused.
pub const NAME_MAX: usize = 255;

/// The longest request in bytes; RFC 2347 allows 512.
pub const REQUEST_MAX: usize = 1024;

/// What a datagram at the listening port calls for.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// A file is asked for.
    Read(Request),
    /// A clear no.
    Refuse(Refusal),
    /// Neither a read nor a write request: answering would let strangers make us talk (RFC 1350 never answers an ERROR).
    Silence,
}

/// A well-formed read request (RFC 1350, RFC 2347).
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The name as a key of the table: `\` became `/`, leading slashes are gone. It is never joined to a path.
    pub name: String,
    /// Each known option once, the first of its kind, in the order of the request; its value is not yet judged.
    pub options: Vec<TransferOption>,
}

/// Why there will be no transfer; the text goes to the client and names nothing of the server.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// RFC 1350, error codes.
    pub code: ErrorCode,
    /// One short sentence.
    pub text: &'static str,
    /// What was asked for, printable and short; for the log.
    pub what: String,
}

impl Refusal {
    /// The ERROR packet.
    pub fn packet(&self) -> Vec<u8> {
        error_packet(self.code, self.text)
    }
}

/// An ERROR packet (RFC 1350).
pub fn error_packet(code: ErrorCode, text: &str) -> Vec<u8> {
    Packet::Error { code, msg: text.to_owned() }.serialize().unwrap_or_default()
}

/// Judges a datagram.
pub fn parse(datagram: &[u8]) -> Incoming {
    let (opcode, rest) = match datagram {
        [0, opcode @ (1 | 2), rest @ ..] => (*opcode, rest),
        _ => return Incoming::Silence,
    };
    if datagram.len() > REQUEST_MAX {
        return refuse(ErrorCode::IllegalOperation, "the request is too long", &[]);
    }
    let Some((name, rest)) = text_field(rest) else {
        return refuse(ErrorCode::IllegalOperation, "the request is not well formed", &[]);
    };
    if opcode == 2 {
        return refuse(ErrorCode::AccessViolation, "this server takes no files", name);
    }
    let Some((mode, rest)) = text_field(rest) else {
        return refuse(ErrorCode::IllegalOperation, "the request is not well formed", name);
    };
    if mode.eq_ignore_ascii_case(b"netascii") {
        return refuse(ErrorCode::NotDefined, "this server sends in octet (binary) mode only", name);
    }
    if !mode.eq_ignore_ascii_case(b"octet") {
        return refuse(ErrorCode::IllegalOperation, "this server sends in octet (binary) mode only", name);
    }
    if name.len() > NAME_MAX {
        return refuse(ErrorCode::FileNotFound, "the file name is too long", name);
    }
    let Ok(text) = std::str::from_utf8(name) else {
        return refuse(ErrorCode::FileNotFound, "there is no such file here", name);
    };
    let key = text.replace('\\', "/").trim_start_matches('/').to_owned();
    if key.is_empty() {
        return refuse(ErrorCode::FileNotFound, "the request names no file", name);
    }
    Incoming::Read(Request { name: key, options: options(rest) })
}

/// The refusal of a name that is no key of the table; what it says is the same for a path that exists and one that does not.
pub fn not_found(name: &str) -> Refusal {
    let code = ErrorCode::FileNotFound;
    Refusal { code, text: "there is no such file here", what: printable(name) }
}

fn refuse(code: ErrorCode, text: &'static str, name: &[u8]) -> Incoming {
    Incoming::Refuse(Refusal { code, text, what: printable(&String::from_utf8_lossy(name)) })
}

/// Splits off a NUL-terminated field.
fn text_field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// Reads name and value pairs; an unknown option or an unreadable value drops that option only (RFC 2347).
fn options(mut rest: &[u8]) -> Vec<TransferOption> {
    let mut options: Vec<TransferOption> = Vec::new();
    while let Some((name, after)) = text_field(rest) {
        let Some((value, after)) = text_field(after) else { break };
        rest = after;
        let known = std::str::from_utf8(name).ok().and_then(|name| name.to_ascii_lowercase().parse::<OptionType>().ok());
        if let (Some(option), Some(value)) = (known, number(value))
            && options.iter().all(|seen| seen.option != option)
        {
            options.push(TransferOption { option, value });
        }
    }
    options
}

/// A decimal number without a sign.
fn number(value: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rrq(tail: &[u8]) -> Incoming {
        parse(&[&[0, 1], tail].concat())
    }

    fn read(tail: &[u8]) -> Request {
        match rrq(tail) {
            Incoming::Read(request) => request,
            other => panic!("{other:?}"),
        }
    }

    fn code(incoming: Incoming) -> ErrorCode {
        match incoming {
            Incoming::Refuse(refusal) => refusal.code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_become_keys() {
        for name in ["undionly.kpxe", "/undionly.kpxe", "\\undionly.kpxe", "//undionly.kpxe"] {
            assert_eq!(read(format!("{name}\0OcTeT\0").as_bytes()).name, "undionly.kpxe");
        }
        assert_eq!(read(b"Boot\\x64\\a.efi\0octet\0").name, "Boot/x64/a.efi");
        // It stays a key that no table has; nothing is resolved.
        assert_eq!(read(b"/../etc/passwd\0octet\0").name, "../etc/passwd");
    }

    #[test]
    fn what_edk2_sends() {
        let request = read(b"snponly.efi\0octet\0tsize\x000\0blksize\x001468\0windowsize\x004\0");
        let option = |option, value| TransferOption { option, value };
        assert_eq!(
            request.options,
            [option(OptionType::TransferSize, 0), option(OptionType::BlockSize, 1468), option(OptionType::WindowSize, 4)]
        );
    }

    #[test]
    fn a_bad_option_costs_itself_only() {
        let request = read(b"a\0octet\0blksize\0many\0multicast\0\0BLKSIZE\x00512\0blksize\x001400\0timeout\0+5\0tsize\x000\0x");
        let option = |option, value| TransferOption { option, value };
        assert_eq!(request.options, [option(OptionType::BlockSize, 512), option(OptionType::TransferSize, 0)]);
        assert_eq!(read(b"a\0octet\0tsize\0").options, []);
        assert_eq!(read(b"a\0octet\0\xff\xfe\x001\0tsize\x0099999999999999999999999\0").options, []);
    }

    #[test]
    fn refusals_are_clear() {
        assert_eq!(code(parse(b"\0\x02a\0octet\0")), ErrorCode::AccessViolation);
        assert_eq!(code(rrq(b"a\0netascii\0")), ErrorCode::NotDefined);
        assert_eq!(code(rrq(b"a\0mail\0")), ErrorCode::IllegalOperation);
        assert_eq!(code(rrq(b"a\0octet")), ErrorCode::IllegalOperation);
        assert_eq!(code(rrq(b"a")), ErrorCode::IllegalOperation);
        assert_eq!(code(rrq(&[&b"a\0octet\0"[..], &[b'x'; 1024]].concat())), ErrorCode::IllegalOperation);
        assert_eq!(code(rrq(b"/\0octet\0")), ErrorCode::FileNotFound);
        assert_eq!(code(rrq(b"\xc3\x28\0octet\0")), ErrorCode::FileNotFound);
        assert_eq!(code(rrq(&[&[b'a'; 256][..], b"\0octet\0"].concat())), ErrorCode::FileNotFound);
        assert_eq!(read(&[&[b'a'; 255][..], b"\0octet\0"].concat()).name.len(), 255);
    }

    #[test]
    fn everything_else_meets_silence() {
        for datagram in
            [&b""[..], b"\0", b"\0\x03\0\x01x", b"\0\x04\0\0", b"\0\x05\0\0x\0", b"\0\x06", b"\x01\x01a\0octet\0", b"\0\x09"]
        {
            assert_eq!(parse(datagram), Incoming::Silence);
        }
    }

    #[test]
    fn what_is_logged_cannot_steer_a_terminal() {
        let Incoming::Refuse(refusal) = rrq(b"\x1b[2J\xff\r\n\0mail\0") else { panic!() };
        assert_eq!(refusal.what, "?[2J???");
    }
}
