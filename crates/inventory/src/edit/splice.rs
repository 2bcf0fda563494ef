//! Replacing bytes of a text.

use super::Stop;

/// Bytes `start..end` become `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Splice {
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { start: at, end: at, text: text.into() }
    }

    pub fn remove(start: usize, end: usize) -> Self {
        Self { start, end, text: String::new() }
    }
}

/// Makes all of them; what is inserted at one place stays in the order given.
///
/// # Errors
/// Where two of them change the same bytes.
pub(super) fn splice(text: &str, mut splices: Vec<Splice>) -> Result<String, Stop> {
    splices.sort_by_key(|splice| (splice.start, splice.end));
    let mut out = String::with_capacity(text.len() + splices.iter().map(|s| s.text.len()).sum::<usize>());
    let mut done = 0;
    for Splice { start, end, text: new } in splices {
        let both_remove = start < done && new.is_empty();
        if start < done && !both_remove {
            return Err(Stop::new(start, "two changes meet here"));
        }
        out.push_str(text.get(done..start.max(done)).unwrap_or(""));
        out.push_str(&new);
        done = done.max(end);
    }
    out.push_str(text.get(done..).unwrap_or(""));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_one_go() {
        let splices = vec![
            Splice::insert(3, "X"),
            Splice::remove(4, 6),
            Splice::remove(5, 7),
            Splice::insert(3, "Y"),
            Splice::remove(0, 1),
        ];
        assert_eq!(splice("0123456789", splices).unwrap(), "12XY3789");
        assert!(splice("0123", vec![Splice::remove(0, 3), Splice::insert(2, "X")]).is_err());
    }
}
