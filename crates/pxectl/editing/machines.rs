//! Many machines at once: a table as spreadsheets write it.

use std::collections::HashMap;

use pxectl_inventory::edit::{Assign, Intent, Who};
use pxectl_model::identity::IdentityKey;

/// Most bytes of a table.
pub const MOST: u64 = 16 << 20;

/// One row.
pub struct Row {
    /// The line it begins on, from 1.
    pub line: u64,
    /// What it asks for.
    pub intent: Intent,
}

/// The columns that may be there, in the order of the documentation.
const COLUMNS: [&str; 8] = ["serial", "uuid", "asset", "board_serial", "profile", "name", "mac", "ip"];
/// What stands before the name of a variable.
const VARS: &str = "vars.";

/// Reads a table with a header row. Commas, semicolons or tabs stand between its values; quotes as in RFC 4180.
///
/// # Errors
/// What is wrong, with its line.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8; have the spreadsheet write UTF-8".to_owned())?;
    // The csv crate takes the second half of a CRLF for the next line's, and counts one too few.
    let text = text.replace("\r\n", "\n");
    let bytes = text.as_bytes();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter(bytes)).has_headers(true).trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|error| sentence(&error))?.clone();
    let columns = columns(&header)?;
    let mut rows = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| sentence(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let intent = intent(&columns, &record).map_err(|why| format!("line {line}: {why}"))?;
        let Intent::Assign(assign) = &intent else { continue };
        if let Some(first) = seen.insert(assign.who.text().to_uppercase(), line) {
            return Err(format!("line {line}: `{}` stands in line {first} already", assign.who.text()));
        }
        rows.push(Row { line, intent });
    }
    if rows.is_empty() { Err("it holds no machine below its header row".to_owned()) } else { Ok(rows) }
}

/// What stands between the values of the header row.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let count = |delimiter| header.iter().filter(|byte| **byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn sentence(error: &csv::Error) -> String {
    match (error.kind(), error.position()) {
        (csv::ErrorKind::UnequalLengths { expected_len, len, .. }, Some(at)) => {
            format!("line {}: it has {len} values, the header row {expected_len}", at.line())
        }
        (csv::ErrorKind::Utf8 { .. }, Some(at)) => format!("line {}: it is not UTF-8", at.line()),
        _ => error.to_string(),
    }
}

/// The name of each column.
fn columns(header: &csv::StringRecord) -> Result<Vec<String>, String> {
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
    let originals: Vec<&str> = header.iter().collect();
    for (n, name) in columns.iter().enumerate() {
        let known = COLUMNS.contains(&name.as_str()) || name.strip_prefix(VARS).is_some_and(|key| !key.is_empty());
        if !known {
            let known = COLUMNS.join(", ");
            return Err(format!("line 1: there is no column `{}`: {known} and {VARS}NAME are", originals[n].escape_default()));
        }
        if columns[..n].contains(name) {
            return Err(format!("line 1: the column `{name}` stands there twice"));
        }
    }
    if !columns.iter().any(|name| name == "profile") {
        return Err(
            "line 1: a column `profile` is missing; the first row names the columns, as in `serial,profile,name`".to_owned()
        );
    }
    // The names of variables are kept to the letter.
    Ok(columns
        .iter()
        .zip(originals)
        .map(|(name, as_is)| if name.starts_with(VARS) { as_is.trim() } else { name }.to_owned())
        .collect())
}

fn intent(columns: &[String], record: &csv::StringRecord) -> Result<Intent, String> {
    let value = |name: &str| {
        let n = columns.iter().position(|column| column == name)?;
        record.get(n).filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let keys = [
        ("serial", IdentityKey::Serial),
        ("uuid", IdentityKey::Uuid),
        ("asset", IdentityKey::Asset),
        ("board_serial", IdentityKey::BoardSerial),
    ];
    let mut given = keys.into_iter().filter_map(|(name, key)| Some((name, key, value(name)?)));
    let (mac, name) = (value("mac"), value("name"));
    let who = match (given.next(), &mac, &name) {
        (Some((first, key, text)), ..) => {
            if let Some((second, ..)) = given.next() {
                return Err(format!(
                    "it has both {first} and {second}; a machine is found by one of them: write the other into the inventory"
                ));
            }
            Who::Key(key, text)
        }
        (None, Some(mac), _) => Who::Key(IdentityKey::Mac, mac.clone()),
        (None, None, Some(name)) => Who::Host(name.clone()),
        (None, None, None) => {
            return Err("it names no machine: a serial, uuid, asset, board_serial, mac or the name of a host".to_owned());
        }
    };
    let vars = columns.iter().enumerate().filter_map(|(n, column)| {
        let key = column.get(..VARS.len()).filter(|begin| begin.eq_ignore_ascii_case(VARS)).map(|_| &column[VARS.len()..])?;
        record.get(n).filter(|value| !value.is_empty()).map(|value| (key.to_owned(), value.to_owned()))
    });
    Ok(Intent::Assign(Assign {
        who,
        profile: value("profile").ok_or("it has no profile")?,
        name,
        mac,
        ip: value("ip"),
        vars: vars.collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigns(text: &str) -> Vec<Assign> {
        let rows = read(text.as_bytes()).unwrap();
        rows.into_iter().map(|row| if let Intent::Assign(assign) = row.intent { assign } else { panic!("an assign") }).collect()
    }

    #[test]
    fn as_spreadsheets_write_it() {
        let table =
            "\u{feff}Serial;Profile;Name;vars.Disk\r\n 7CX1234 ;debian-12;web-01;\"/dev/a;b\"\r\n;;;\r\n0123456;local;;\r\n";
        let rows = assigns(table);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].who, Who::Key(IdentityKey::Serial, "7CX1234".to_owned()));
        assert_eq!(rows[0].vars, [("Disk".to_owned(), "/dev/a;b".to_owned())]);
        assert_eq!((rows[1].name.clone(), rows[1].who.text()), (None, "0123456"));
    }

    #[test]
    fn a_machine_without_a_serial_is_known_by_something_else() {
        let rows = assigns("profile,mac,name\nlocal,52:54:00:12:34:56,\nlocal,,web-01\n");
        assert_eq!(rows[0].who, Who::Key(IdentityKey::Mac, "52:54:00:12:34:56".to_owned()));
        assert_eq!(rows[1].who, Who::Host("web-01".to_owned()));
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        for (table, says) in [
            ("", "missing"),
            ("serial,profile\n", "no machine"),
            ("serial,profil\n", "line 1: there is no column `profil`"),
            ("serial,profile,serial\n", "twice"),
            ("serial\n7CX1234\n", "`profile` is missing"),
            ("serial,profile\n7CX1234\n", "line 2: it has 1 values"),
            ("serial,profile\n7CX1234,local\n,local\n", "line 3: it names no machine"),
            ("serial,profile\n7CX1234,local\n7cx1234,hold\n", "line 3: `7cx1234` stands in line 2 already"),
            ("serial,uuid,profile\nA123,01234567-89ab-cdef-0123-456789abcdef,local\n", "line 2: it has both"),
            ("serial,profile\n7CX1234,\n", "line 2: it has no profile"),
        ] {
            let why = read(table.as_bytes()).err().unwrap();
            assert!(why.contains(says), "{table:?}: {why}");
        }
    }
}
