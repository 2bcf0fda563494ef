//! Names that a document gives, held to the ones that the code gives.

use super::links::prose;

/// Events and fields of the JSON shape that docs/events.md does not name.
pub(crate) fn unnamed_events(code: &str, document: &str) -> Vec<String> {
    let named = |name: &String| !document.contains(&format!("`{name}`"));
    events(code)
        .into_iter()
        .chain(fields(code))
        .filter(named)
        .map(|name| format!("docs/events.md: does not name `{name}`"))
        .collect()
}

/// Fields of a JSON shape that its document does not name.
pub(crate) fn unnamed_fields(page: &str, code: &str, document: &str) -> Vec<String> {
    let unnamed = fields(code).into_iter().filter(|name| !document.contains(&format!("`{name}`")));
    unnamed.map(|name| format!("{page}: does not name `{name}`")).collect()
}

/// The names of events: the first part of each pair that is made, `("name", fields)`.
fn events(code: &str) -> Vec<String> {
    quoted(code)
        .filter(|(before, _, after)| before.trim_end().ends_with('(') && after.starts_with(','))
        .map(|(_, name, _)| name)
        .collect()
}

/// The names of fields: a key of `json!({…})`, of `insert(…)` or of `with(…, "name", …)`.
fn fields(code: &str) -> Vec<String> {
    let is_field = |before: &str, after: &str| {
        after.starts_with(':') || after.starts_with(".into(), ") || (before.ends_with(", ") && after.starts_with(", json!"))
    };
    let mut names: Vec<String> =
        quoted(code).filter(|(before, _, after)| is_field(before, after)).map(|(_, name, _)| name).collect();
    names.sort();
    names.dedup();
    names
}

/// Each string literal that looks like a name, with the text before and after it.
fn quoted(code: &str) -> impl Iterator<Item = (&str, String, &str)> {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let quotes: Vec<usize> = code.match_indices('"').map(|(at, _)| at).collect();
    let pairs: Vec<(usize, usize)> = quotes.windows(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.into_iter().filter_map(move |(start, end)| {
        let name = &code[start + 1..end];
        let ok = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        ok.then(|| (&code[..start], name.to_owned(), &code[end + 1..]))
    })
}

/// Commands of pxectl in a document's code that the program does not have.
pub(crate) fn unknown_commands(path: &str, document: &str, known: &[&str]) -> Vec<String> {
    let inline = prose(document).flat_map(|line| line.split('`').skip(1).step_by(2));
    let blocks = document.lines().filter_map(|line| line.trim_start().strip_prefix("$ "));
    let commands = inline.chain(blocks).flat_map(|code| code.split(['|', '&', ';'])).map(str::trim);
    let verb = |code: &str| {
        let mut words = code.strip_prefix("sudo ").unwrap_or(code).split_whitespace();
        let verb = (words.next() == Some("pxectl")).then(|| words.find(|word| !word.starts_with('-')))??;
        let name = verb.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        (name && !known.contains(&format!("pxectl {verb}").as_str())).then(|| verb.to_owned())
    };
    commands.filter_map(verb).map(|verb| format!("{path}: there is no `pxectl {verb}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = r#"
        object.insert("schema".into(), SCHEMA.into());
        Kind::A { b } => ("a-name", json!({"b_field": b})),
        Kind::C(t) => ("c", with(transfer(t), "took_ms", json!(1))),
        Action::Local => "local",
    "#;

    #[test]
    fn events_and_fields_are_found() {
        assert_eq!(events(CODE), ["a-name", "c"]);
        assert_eq!(fields(CODE), ["b_field", "schema", "took_ms"]);
        assert_eq!(unnamed_events(CODE, "`a-name` `c` `schema` `took_ms`"), ["docs/events.md: does not name `b_field`"]);
    }

    #[test]
    fn commands_that_do_not_exist_are_found() {
        let known = ["pxectl", "pxectl lint", "pxectl render"];
        let document = "Run `pxectl lint -q` or `pxectl VERB`.\n```console\n$ pxectl render dhcp | tee x\n$ sudo pxectl fetch\n```\n`pxectl -v assign`\n";
        let findings = unknown_commands("a.md", document, &known);
        assert_eq!(findings, ["a.md: there is no `pxectl assign`", "a.md: there is no `pxectl fetch`"]);
    }
}
