//! Rock Ridge: names, modes and symlinks of POSIX in the system use area (SUSP 1.12, RRIP 1.12).

use std::io::{Read, Seek};

use crate::bytes::u32_le;
use crate::error::Error;
use crate::limits::{CONTINUATION_MOST, CONTINUATIONS_MOST, NAME_MOST};
use crate::source::Source;

/// What a record's system use area says.
#[derive(Debug, Default)]
pub(crate) struct Rock {
    /// SP: bytes of each other area that are not for us (SUSP 5.3); stands in the root's own record only.
    pub(crate) skip: Option<u8>,
    /// Some entry is of Rock Ridge and not of another user of the area.
    pub(crate) spoken: bool,
    /// NM (RRIP 4.1.4).
    pub(crate) name: Option<Vec<u8>>,
    /// PX (RRIP 4.1.1): type and permissions, as st_mode.
    pub(crate) mode: Option<u32>,
    /// CL (RRIP 4.1.5.1): the block of the folder that lies elsewhere and belongs here.
    pub(crate) child: Option<u32>,
    /// RE (RRIP 4.1.5.3): it belongs elsewhere, and a CL says where.
    pub(crate) relocated: bool,
    /// ZF: compressed by zisofs.
    pub(crate) compressed: bool,
    link: Link,
}

/// The target of a symlink, of SL entries (RRIP 4.1.3).
#[derive(Debug, Default)]
struct Link {
    text: Vec<u8>,
    seen: bool,
    /// The last component goes on in the next one.
    open: bool,
}

impl Rock {
    /// Reads an area and what continues it.
    pub(crate) fn read<R: Read + Seek>(source: &mut Source<R>, area: &[u8], block_size: u32) -> Result<Self, Error> {
        let mut rock = Self::default();
        let mut next = rock.area(area)?;
        for _ in 0..CONTINUATIONS_MOST {
            let Some((block, offset, len)) = next else { return Ok(rock) };
            if len > CONTINUATION_MOST {
                return Err(Error::TooMuch("a Rock Ridge continuation area is larger than 8 KiB"));
            }
            let at = u64::from(block) * u64::from(block_size) + u64::from(offset);
            next = rock.area(&source.read("a Rock Ridge continuation area", at, len)?)?;
        }
        if next.is_none() { Ok(rock) } else { Err(Error::TooMuch("more than 32 Rock Ridge areas continue each other")) }
    }

    /// The target, where it is a symlink.
    pub(crate) fn link(&mut self) -> Option<Vec<u8>> {
        self.link.seen.then(|| std::mem::take(&mut self.link.text))
    }

    /// The entries of one area; where it is continued: block, offset in it, bytes (CE, SUSP 5.1).
    fn area(&mut self, mut rest: &[u8]) -> Result<Option<(u32, u32, u32)>, Error> {
        let mut next = None;
        while let [a, b, len, _version, ..] = *rest {
            // What is no entry is padding, and ends the area.
            let Some((entry, after)) = rest.split_at_checked(usize::from(len)).filter(|_| len >= 4) else { break };
            rest = after;
            match (&[a, b], &entry[4..]) {
                (b"CE", body) if body.len() >= 24 => next = Some((u32_le(body, 0), u32_le(body, 8), u32_le(body, 16))),
                (b"ST", _) => break,
                (b"SP", [0xbe, 0xef, skip, ..]) => self.skip = Some(*skip),
                (b"RR" | b"ER", _) => self.spoken = true,
                (b"PX", body) if body.len() >= 8 => {
                    self.spoken = true;
                    self.mode = Some(u32_le(body, 0));
                }
                (b"NM", [flags, part @ ..]) => self.named(*flags, part)?,
                (b"SL", [_, parts @ ..]) => self.link.read(parts)?,
                (b"CL", body) if body.len() >= 8 => self.child = Some(u32_le(body, 0)),
                (b"RE", _) => self.relocated = true,
                (b"ZF", _) => self.compressed = true,
                _ => {}
            }
        }
        Ok(next)
    }

    /// Bits 1 and 2 of the flags say that it is the folder itself or its parent, and bring no name.
    fn named(&mut self, flags: u8, part: &[u8]) -> Result<(), Error> {
        self.spoken = true;
        if flags & 0x06 == 0 {
            grow(self.name.get_or_insert_default(), part)?;
        }
        Ok(())
    }
}

impl Link {
    fn read(&mut self, mut parts: &[u8]) -> Result<(), Error> {
        self.seen = true;
        while let [flags, len, rest @ ..] = parts {
            let (content, after) =
                rest.split_at_checked(usize::from(*len)).ok_or(Error::Damaged("a symlink's target is cut off"))?;
            parts = after;
            if !self.open && !self.text.is_empty() && !self.text.ends_with(b"/") {
                grow(&mut self.text, b"/")?;
            }
            match flags & 0x0e {
                0x02 => grow(&mut self.text, b".")?,
                0x04 => grow(&mut self.text, b"..")?,
                0x08 => self.text = b"/".to_vec(),
                _ => grow(&mut self.text, content)?,
            }
            self.open = flags & 0x01 != 0;
        }
        Ok(())
    }
}

fn grow(text: &mut Vec<u8>, part: &[u8]) -> Result<(), Error> {
    if text.len() + part.len() > NAME_MOST {
        return Err(Error::TooMuch("a name or a symlink's target is longer than 4096 bytes"));
    }
    text.extend_from_slice(part);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn entry(sig: &[u8; 2], body: &[u8]) -> Vec<u8> {
        [sig.as_slice(), &[u8::try_from(body.len() + 4).unwrap(), 1], body].concat()
    }

    fn both(n: u32) -> Vec<u8> {
        [n.to_le_bytes(), n.to_be_bytes()].concat()
    }

    fn read(area: &[u8], image: Vec<u8>) -> Result<Rock, Error> {
        Rock::read(&mut Source::new(Cursor::new(image)).unwrap(), area, 2048)
    }

    #[test]
    fn names_and_targets_come_in_pieces() {
        let area = [
            entry(b"NM", b"\x01vm"),
            entry(b"NM", b"\x00linuz"),
            entry(b"SL", b"\x01\x08\x00\x00\x03usr\x01\x02li"),
            entry(b"SL", b"\x00\x00\x01b\x04\x00\x02\x00"),
        ];
        let mut rock = read(&area.concat(), Vec::new()).unwrap();
        assert_eq!(rock.name.as_deref(), Some(&b"vmlinuz"[..]));
        assert_eq!(rock.link().as_deref(), Some(&b"/usr/lib/../."[..]));
    }

    #[test]
    fn an_area_that_continues_itself_ends() {
        let again = entry(b"CE", &[both(0), both(0), both(28)].concat());
        assert!(matches!(read(&again, again.clone()), Err(Error::TooMuch(_))));
        let far = entry(b"CE", &[both(u32::MAX), both(u32::MAX), both(28)].concat());
        assert!(matches!(read(&far, again.clone()), Err(Error::Beyond { .. })));
        let large = entry(b"CE", &[both(0), both(0), both(u32::MAX)].concat());
        assert!(matches!(read(&large, again), Err(Error::TooMuch(_))));
    }
}
