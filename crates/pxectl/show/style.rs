//! Emphasis for terminals; whatever prints it strips that where it is not wanted (`session::print`).

/// What matters most.
pub fn bold(text: &str) -> String {
    styled("1", text)
}

/// What is there for who looks for it.
pub fn dim(text: &str) -> String {
    styled("2", text)
}

/// What is wrong.
pub fn red(text: &str) -> String {
    styled("31", text)
}

/// What came.
pub fn green(text: &str) -> String {
    styled("32", text)
}

/// What a person should know.
pub fn yellow(text: &str) -> String {
    styled("33", text)
}

/// ECMA-48's SGR around a text; nothing around nothing.
fn styled(code: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\x1b[{code}m{text}\x1b[0m") }
}
