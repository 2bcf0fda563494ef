//! docs/performance.md: tables between markers, a pair of markers a part.

use crate::{Result, tree};

const PAGE: &str = "docs/performance.md";

/// One table with its heading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    /// Its heading.
    pub(crate) title: String,
    /// What was measured and how, a sentence or two.
    pub(crate) about: String,
    /// The table's head.
    pub(crate) head: Vec<String>,
    /// Its rows.
    pub(crate) rows: Vec<Vec<String>>,
    /// Which aims were reached and which were missed, each with its reason; one a line.
    pub(crate) notes: Vec<String>,
}

impl Section {
    /// As Markdown.
    pub(crate) fn text(&self) -> String {
        let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut text = format!("### {}\n\n{}\n\n", self.title, self.about);
        text += &row(&self.head);
        text +=
            &row(&self.head.iter().enumerate().map(|(n, _)| if n == 0 { "---" } else { "---:" }.to_owned()).collect::<Vec<_>>());
        self.rows.iter().for_each(|cells| text += &row(cells));
        if !self.notes.is_empty() {
            text += "\n";
        }
        self.notes.iter().for_each(|note| text += &format!("- {note}\n"));
        text
    }
}

/// Writes the tables of one part into the page.
pub(crate) fn write(part: &str, sections: &[Section]) -> Result {
    let path = tree::root().join(PAGE);
    let page = std::fs::read_to_string(&path).map_err(|error| format!("reading {PAGE}: {error}"))?;
    let text: Vec<String> = sections.iter().map(Section::text).collect();
    let page = replaced(&page, part, &text.join("\n")).ok_or_else(|| format!("{PAGE} has no markers for {part}"))?;
    std::fs::write(&path, page).map_err(|error| format!("writing {PAGE}: {error}"))
}

/// The page with the text between a part's markers replaced; none where it has no such markers.
fn replaced(page: &str, part: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- bench {part}: begin -->"), format!("<!-- bench {part}: end -->"));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_replaces_its_own_table_and_no_other() {
        let page =
            "# P\n<!-- bench a: begin -->\nold\n<!-- bench a: end -->\n<!-- bench b: begin -->\nkept\n<!-- bench b: end -->\n";
        let new = replaced(page, "a", "new\n").unwrap_or_default();
        assert!(new.contains("begin -->\n\nnew\n\n<!-- bench a: end") && !new.contains("old") && new.contains("kept"), "{new}");
        assert_eq!(replaced(&new, "a", "new"), Some(new.clone()), "the same again");
        assert_eq!(replaced(page, "c", "x"), None);
    }

    #[test]
    fn a_section_is_a_table() {
        let cells = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let section = Section {
            title: "T".to_owned(),
            about: "A.".to_owned(),
            head: cells("x y"),
            rows: vec![cells("1 2")],
            notes: vec!["N".to_owned()],
        };
        assert_eq!(section.text(), "### T\n\nA.\n\n| x | y |\n| --- | ---: |\n| 1 | 2 |\n\n- N\n");
    }
}
