//! Texts made as narrow as their column.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::Give;

/// A text that is at most so wide; where something is cut off, there is `…`.
pub fn cut(text: &str, width: usize, give: Give) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let behind = match give {
        Give::Start => room,
        Give::Middle => room / 2,
        Give::End | Give::Nothing => 0,
    };
    let head = taken(text.chars(), room - behind);
    let tail: String = taken(text.chars().rev(), behind).chars().rev().collect();
    head.trim_end().to_owned() + "…" + &tail
}

/// As many as there is room for.
fn taken(chars: impl Iterator<Item = char>, mut room: usize) -> String {
    let fits = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= room;
        room = room.saturating_sub(wide);
        fits
    };
    chars.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_double() {
        for (text, width, give, expected) in [
            ("一二三", 5, Give::End, "一二…"),
            ("一二三", 6, Give::End, "一二三"),
            ("一二三", 4, Give::Start, "…三"),
            ("一二三四", 5, Give::Middle, "一…四"),
            ("ab cd", 4, Give::End, "ab…"),
            ("x1", 0, Give::Middle, "…"),
        ] {
            assert_eq!(cut(text, width, give), expected);
        }
    }
}
