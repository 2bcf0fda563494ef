//! Character positions, by which the parser counts, to bytes.

/// The byte offset of every 64th character.
pub(super) struct Chars<'t> {
    text: &'t str,
    marks: Vec<usize>,
}

const STRIDE: usize = 64;

impl<'t> Chars<'t> {
    pub fn new(text: &'t str) -> Self {
        let marks = if text.is_ascii() { Vec::new() } else { text.char_indices().step_by(STRIDE).map(|(at, _)| at).collect() };
        Self { text, marks }
    }

    /// The byte where the character with this number begins; the text's end for numbers beyond it.
    pub fn byte(&self, index: usize) -> usize {
        if self.marks.is_empty() {
            return index.min(self.text.len());
        }
        let Some(&base) = self.marks.get(index / STRIDE) else { return self.text.len() };
        let rest = self.text.get(base..).unwrap_or("");
        rest.char_indices().nth(index % STRIDE).map_or(self.text.len(), |(at, _)| base + at)
    }
}

#[cfg(test)]
mod tests {
    use super::Chars;

    #[test]
    fn counts_like_the_text() {
        for text in ["", "plain ascii", &"aé€😀\n".repeat(50)] {
            let chars = Chars::new(text);
            for (n, (byte, _)) in text.char_indices().enumerate() {
                assert_eq!(chars.byte(n), byte);
            }
            assert_eq!(chars.byte(text.chars().count()), text.len());
            assert_eq!(chars.byte(1 << 40), text.len());
        }
    }
}
