//! Lines and columns of many places of one text, without counting from its beginning each time.

/// Where the lines of a text begin.
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Looks through a text once.
    pub fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// Line and column of a byte, as `model::source::line_column` tells them.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let mut at = offset.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        (line.max(1), self.text[start..at].chars().count() + 1)
    }

    /// The line of a byte alone, however long it is.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).max(1)
    }

    /// The byte where a line, counted from 1, begins; the text's end for lines beyond it.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use pxectl_model::source::line_column;

    #[test]
    fn places_are_those_of_the_text() {
        for text in ["", "a", "\n", "aé\nbc\r\n\n€", "a\nb\n"] {
            let lines = Lines::of(text);
            for offset in 0..text.len() + 3 {
                assert_eq!(lines.place(offset), line_column(text, offset), "{text:?} {offset}");
                assert_eq!(lines.line(offset), line_column(text, offset).0, "{text:?} {offset}");
            }
        }
        assert_eq!((Lines::of("a\nb").start(2), Lines::of("a\nb").start(9)), (2, 3));
    }
}
