//! Who says that they signed an executable (Windows Authenticode Portable Executable Signature Format, 2008; PKCS #7, RFC 2315).
//! Names are read and nothing is verified: whether firmware starts it is for firmware to say.

use std::io::{Read, Seek};

use super::der::{Element, Elements, INTEGER, OID, SEQUENCE, SET};
use crate::bytes::{u16_le, u32_le};
use crate::error::text;
use crate::limits::{CERTIFICATES_MOST, SIGNATURES_MOST};
use crate::source::Source;

/// Somebody who says that they signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The common name in the certificate.
    pub name: String,
    /// The common name of who issued the certificate.
    pub issuer: String,
}

/// WIN_CERT_TYPE_PKCS_SIGNED_DATA (UEFI 2.10, 32.2.4).
const PKCS: u16 = 2;
/// 1.2.840.113549.1.7.2, signedData.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// 2.5.4.3, commonName.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// Of each signature in the table, as far as it can be read.
pub(super) fn signers<R: Read + Seek>(source: &mut Source<R>, offset: u64, len: u32) -> Vec<Signer> {
    let Ok(table) = source.read("the certificates", offset, len.min(CERTIFICATES_MOST)) else { return Vec::new() };
    let (mut rest, mut all) = (table.as_slice(), Vec::new());
    for _ in 0..SIGNATURES_MOST {
        // Length with these eight bytes, revision, type; the next begins at a multiple of eight.
        let len = u32_le(rest, 0) as usize;
        let Some(body) = rest.get(8..len) else { break };
        if u16_le(rest, 6) == PKCS {
            all.extend(signer(body));
        }
        rest = rest.get(len.next_multiple_of(8)..).unwrap_or_default();
    }
    all
}

/// The certificate of the first signer of a signature.
fn signer(body: &[u8]) -> Option<Signer> {
    let mut content_info = Elements(Elements(body).pull(SEQUENCE)?.content);
    content_info.pull(OID).filter(|oid| oid.content == SIGNED_DATA)?;
    let mut signed = Elements(Elements(content_info.pull(0xa0)?.content).pull(SEQUENCE)?.content);
    signed.pull(INTEGER)?;
    signed.pull(SET)?;
    signed.pull(SEQUENCE)?;
    let certificates = signed.pull(0xa0)?;
    signed.pull(0xa1);
    let mut info = Elements(Elements(signed.pull(SET)?.content).pull(SEQUENCE)?.content);
    info.pull(INTEGER)?;
    let mut by = Elements(info.pull(SEQUENCE)?.content);
    let (issuer, serial) = (by.pull(SEQUENCE)?, by.pull(INTEGER)?);
    Elements(certificates.content).find_map(|certificate| subject(&certificate, &issuer, &serial))
}

/// The signer, if this certificate (RFC 5280, 4.1) is the one with that issuer and serial number.
fn subject(certificate: &Element<'_>, issuer: &Element<'_>, serial: &Element<'_>) -> Option<Signer> {
    let mut fields = Elements(Elements(certificate.content).pull(SEQUENCE)?.content);
    fields.pull(0xa0);
    let number = fields.pull(INTEGER)?;
    fields.pull(SEQUENCE)?;
    let from = fields.pull(SEQUENCE)?;
    fields.pull(SEQUENCE)?;
    let subject = fields.pull(SEQUENCE)?;
    let meant = number.content == serial.content && from.whole == issuer.whole;
    meant.then(|| Signer { name: common_name(subject.content), issuer: common_name(from.content) })
}

/// Of a name (RFC 5280, 4.1.2.4); `-` where it has none.
fn common_name(name: &[u8]) -> String {
    let value = Elements(name).filter(|set| set.tag == SET).flat_map(|set| Elements(set.content)).find_map(|pair| {
        let mut pair = Elements(pair.content);
        pair.pull(OID).filter(|oid| oid.content == COMMON_NAME)?;
        pair.next()
    });
    let Some(value) = value else { return "-".to_owned() };
    if value.tag == 0x1e {
        // BMPString: two bytes a character, the larger first.
        let units: Vec<u16> = value.content.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
        return text(String::from_utf16_lossy(&units).as_bytes());
    }
    text(value.content)
}
