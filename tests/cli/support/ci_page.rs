//! What docs/ci.md tells people to use: files of other programs, and commands.

const PAGE: &str = include_str!("../../../docs/ci.md");

/// The file that the page says goes there: the first block behind that name.
pub fn file(name: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("In `{name}`")).unwrap_or_else(|| panic!("docs/ci.md has no `{name}`"));
    block(rest, "```yaml\n").unwrap_or_else(|| panic!("docs/ci.md shows no `{name}`")).0
}

/// Every command of the page, in its order: of its files and its consoles.
pub fn commands() -> Vec<&'static str> {
    let mut rest = PAGE;
    let mut found = Vec::new();
    while let Some(fence) = rest.find("```") {
        let start = if rest[fence..].starts_with("```yaml\n") { "```yaml\n" } else { "```console\n" };
        let Some((text, after)) = block(&rest[fence..], start) else { break };
        found.extend(text.lines().filter_map(|line| line.find("pxectl lint ").map(|at| line[at..].trim())));
        rest = after;
    }
    // A hook's name is no command.
    found.retain(|command| command.contains(" --"));
    found
}

/// The block that begins with this, and what follows it.
fn block(text: &'static str, start: &str) -> Option<(&'static str, &'static str)> {
    text.split_once(start)?.1.split_once("```")
}
