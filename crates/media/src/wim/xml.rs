//! What a WIM's XML says of its images. Nothing in it is expanded but the five entities of XML and characters by number, and no
//! document type is read.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::error::Error;
use crate::limits::{WIM_IMAGES_MOST, XML_DEPTH_MOST, XML_TEXT_MOST};

/// An image in a WIM.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WimImage {
    /// From 1 on.
    pub index: u32,
    /// By which it can be chosen; empty where it has none.
    pub name: String,
    /// For people.
    pub description: String,
    /// For people, too: what Windows' setup shows.
    pub display_name: String,
    /// Windows' edition, as `Professional`.
    pub edition: String,
    /// What kind of Windows it is: `Client`, `Server`, `Server Core`, `WindowsPE`.
    pub installation: String,
    /// PROCESSOR_ARCHITECTURE of Windows: 0 x86, 5 ARM, 9 x64, 12 ARM64.
    pub architecture: Option<u16>,
    /// Major, minor, build, and its service pack's or update's number, as far as they are there: `10.0.20348.1`.
    pub version: String,
    /// Of Windows, as `en-US`.
    pub languages: Vec<String>,
    /// Bytes of its files.
    pub size: Option<u64>,
}

impl WimImage {
    /// The architecture, as the inventory writes it; none where there is none, or pxectl has no word for it.
    pub fn cpu(&self) -> Option<&'static str> {
        match self.architecture? {
            0 => Some("ia32"),
            5 => Some("arm32"),
            9 => Some("x64"),
            12 => Some("arm64"),
            _ => None,
        }
    }

    fn take(&mut self, path: &[&str], text: &str) {
        let number = || text.trim().parse().ok();
        match path {
            ["NAME"] => self.name = text.to_owned(),
            ["DESCRIPTION"] => self.description = text.to_owned(),
            ["DISPLAYNAME"] => self.display_name = text.to_owned(),
            ["TOTALBYTES"] => self.size = number(),
            // The older place, which imagex wrote by hand.
            ["FLAGS"] if self.edition.is_empty() => self.edition = text.to_owned(),
            ["WINDOWS", "EDITIONID"] => self.edition = text.to_owned(),
            ["WINDOWS", "INSTALLATIONTYPE"] => self.installation = text.to_owned(),
            ["WINDOWS", "ARCH"] => self.architecture = text.trim().parse().ok(),
            ["WINDOWS", "LANGUAGES", "LANGUAGE"] if self.languages.len() < 256 => self.languages.push(text.to_owned()),
            ["WINDOWS", "VERSION", "MAJOR" | "MINOR" | "BUILD" | "SPBUILD"] => {
                if !self.version.is_empty() {
                    self.version.push('.');
                }
                self.version.push_str(text.trim());
            }
            _ => {}
        }
    }
}

const BAD: Error = Error::Damaged("the WIM's XML is malformed");

/// UTF-16, little-endian, mostly with a mark of its byte order.
pub(super) fn text(bytes: &[u8]) -> Result<String, Error> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
    let text = char::decode_utf16(units).collect::<Result<String, _>>();
    let text = text.ok().filter(|_| rest.is_empty()).ok_or(Error::Damaged("the WIM's XML is no UTF-16"))?;
    Ok(text.trim_start_matches('\u{feff}').trim_end_matches('\0').to_owned())
}

/// The images, in the order of the XML.
pub(super) fn images(xml: &str) -> Result<Vec<WimImage>, Error> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let (mut path, mut images, mut content): (Vec<String>, Vec<WimImage>, String) = (Vec::new(), Vec::new(), String::new());
    loop {
        match reader.read_event().map_err(|_| BAD)? {
            Event::Eof if path.is_empty() => return Ok(images),
            Event::Eof => return Err(BAD),
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                content.clear();
                if path.len() > XML_DEPTH_MOST {
                    return Err(Error::TooMuch("elements of the WIM's XML lie more than 16 deep"));
                }
                if path == ["WIM", "IMAGE"] {
                    if images.len() >= WIM_IMAGES_MOST {
                        return Err(Error::TooMuch("the WIM's XML has more than 1024 images"));
                    }
                    images.push(WimImage { index: index(&start)?, ..WimImage::default() });
                }
            }
            Event::End(_) => {
                let inside: Vec<&str> = path.iter().map(String::as_str).collect();
                if let (Some(image), Some(inside)) = (images.last_mut(), inside.strip_prefix(&["WIM", "IMAGE"])) {
                    image.take(inside, content.trim());
                }
                content.clear();
                path.pop();
            }
            Event::Text(text) => push(&mut content, &text.xml10_content()),
            Event::CData(text) => push(&mut content, &text.xml10_content()),
            Event::GeneralRef(entity) => {
                let character = entity.resolve_char_ref().map_err(|_| BAD)?;
                let named = || match &entity[..] {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "apos" => Some('\''),
                    "quot" => Some('"'),
                    _ => None,
                };
                let character = character.or_else(named).ok_or(Error::Damaged("the WIM's XML has an entity of its own"))?;
                push(&mut content, character.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(Error::Damaged("the WIM's XML has a document type")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn push(content: &mut String, more: &str) {
    if content.len() + more.len() <= XML_TEXT_MOST {
        content.push_str(more);
    }
}

fn index(image: &BytesStart<'_>) -> Result<u32, Error> {
    let attribute = image.try_get_attribute("INDEX").map_err(|_| BAD)?.ok_or(BAD)?;
    attribute.value.trim().parse().map_err(|_| BAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_windows_writes_it() {
        let xml = "<WIM><TOTALBYTES>9</TOTALBYTES><IMAGE INDEX=\"2\"><FLAGS>x</FLAGS><WINDOWS><ARCH>9</ARCH><EDITIONID>ServerStandard</EDITIONID>\
            <INSTALLATIONTYPE>Server Core</INSTALLATIONTYPE><LANGUAGES><LANGUAGE>en-US</LANGUAGE><LANGUAGE>de-DE</LANGUAGE>\
            <DEFAULT>en-US</DEFAULT></LANGUAGES><VERSION><MAJOR>10</MAJOR><MINOR>0</MINOR><BUILD>20348</BUILD><SPBUILD>1</SPBUILD>\
            <SPLEVEL>0</SPLEVEL></VERSION></WINDOWS><NAME>R&amp;D &#x41;</NAME><DESCRIPTION/><TOTALBYTES>77</TOTALBYTES></IMAGE></WIM>";
        let [image] = &images(xml).unwrap()[..] else { panic!() };
        let strings = [&image.name, &image.edition, &image.installation, &image.version];
        assert_eq!(strings, ["R&D A", "ServerStandard", "Server Core", "10.0.20348.1"]);
        assert_eq!((image.index, image.cpu(), image.size, image.languages.len()), (2, Some("x64"), Some(77), 2));
    }

    #[test]
    fn nothing_is_expanded() {
        for xml in [
            "<!DOCTYPE WIM [<!ENTITY a 'aaaa'>]><WIM/>",
            "<WIM><IMAGE INDEX='1'><NAME>&a;</NAME></IMAGE></WIM>",
            "<WIM><IMAGE><NAME>a</NAME></IMAGE></WIM>",
            "<WIM><IMAGE INDEX='x'/></WIM>",
            "<WIM>",
            "<WIM></IMAGE>",
        ] {
            assert!(matches!(images(xml), Err(Error::Damaged(_))), "{xml}");
        }
        assert!(matches!(images(&"<A>".repeat(100)), Err(Error::TooMuch(_))));
        assert!(matches!(images(&format!("<WIM>{}</WIM>", "<IMAGE INDEX='1'/>".repeat(2000))), Err(Error::TooMuch(_))));
        assert_eq!(images("").unwrap(), []);
    }

    #[test]
    fn utf_16_with_its_mark() {
        let bytes: Vec<u8> = "\u{feff}<a>ü</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&bytes).unwrap(), "<a>ü</a>");
        assert!(text(&bytes[..bytes.len() - 1]).is_err() && text(&[0, 0xd8]).is_err());
    }
}
