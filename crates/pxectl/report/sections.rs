//! The sections of docs/rules.md, compiled in: whoever reads a finding far from this project has its reason at hand.

const RULES: &str = include_str!("../../../docs/rules.md");

/// The section of a rule without its heading; none where there is none.
pub fn section(id: &str) -> Option<String> {
    let mut fenced = false;
    let mut found = false;
    let mut lines = Vec::new();
    for line in RULES.lines() {
        fenced ^= line.starts_with("```");
        let heading = (!fenced && line.starts_with('#')).then(|| line.trim_start_matches('#').trim());
        match heading {
            Some(_) if found => break,
            Some(name) => found = name == id,
            None if found => lines.push(line),
            None => {}
        }
    }
    found.then(|| lines.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::section;

    #[test]
    fn every_rule_has_one_and_none_holds_another() {
        for card in crate::findings::cards() {
            let text = section(card.id.0).unwrap_or_else(|| panic!("no section `{}`", card.id));
            assert!(text.starts_with("**What.**") && text.matches("**What.**").count() == 1, "{}: {text}", card.id);
            assert!(text.contains("**Mend.**"), "{}: {text}", card.id);
        }
        assert_eq!(section("no-such-rule"), None);
    }
}
