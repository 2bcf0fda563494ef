//! What stands in a template besides its own words: comments, and what is between braces.

use std::ops::Range;

use crate::tokens::{Token, tokens};

/// Places of a template's text, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Each comment, from its `{#` to its `#}`.
    pub comments: Vec<Range<usize>>,
    /// Each expression and tag with its braces.
    pub braces: Vec<Range<usize>>,
}

/// The comments of a template, each from its `{#` to its `#}`. What looks like one between `{% raw %}` and `{% endraw %}` is none.
pub fn comments(text: &str) -> Vec<Range<usize>> {
    parts(text).comments
}

/// What is told of a template that ends within braces is what comes before them.
pub(crate) fn parts(text: &str) -> Parts {
    let mut parts = Parts::default();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('{')).map(|n| at + n) {
        at = match text.as_bytes().get(open + 1) {
            Some(b'#') => {
                let Some(end) = text[open + 2..].find("#}").map(|n| open + 2 + n + 2) else { break };
                parts.comments.push(open..end);
                end
            }
            Some(kind @ (b'{' | b'%')) => {
                let tag = *kind == b'%';
                let Some((tokens, end)) = tokens(text, open + 2, if tag { "%}" } else { "}}" }) else { break };
                parts.braces.push(open..end);
                if tag && begins_raw(&tokens) { end_of_raw(text, end) } else { end }
            }
            _ => open + 1,
        };
    }
    parts
}

fn begins_raw(tokens: &[Token<'_>]) -> bool {
    tokens.iter().filter(|token| !matches!(token, Token::Sign('-' | '+'))).eq([&Token::Word("raw")])
}

/// Where the tag begins that ends what is raw.
fn end_of_raw(text: &str, from: usize) -> usize {
    let ends = |at: &usize| {
        let rest = text[at + 2..].trim_start_matches(['-', '+']).trim_start();
        rest.strip_prefix("endraw").is_some_and(|rest| rest.trim_start().trim_start_matches(['-', '+']).starts_with("%}"))
    };
    text[from..].match_indices("{%").map(|(n, _)| from + n).find(ends).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> (Vec<&str>, Vec<&str>) {
        let parts = parts(text);
        let of = |places: Vec<Range<usize>>| places.into_iter().map(|place| &text[place]).collect();
        (of(parts.comments), of(parts.braces))
    }

    #[test]
    fn comments_and_braces() {
        for (text, comments, braces) in [
            ("a {# b #} c {{ d }}", vec!["{# b #}"], vec!["{{ d }}"]),
            ("{#- a\nb -#}{{ '{# no #}' }}{% if \"%}\" %}", vec!["{#- a\nb -#}"], vec!["{{ '{# no #}' }}", "{% if \"%}\" %}"]),
            ("{# {{ a }} #}{", vec!["{# {{ a }} #}"], vec![]),
            ("{% raw %}{# no #}{{ no }}{%- endraw -%}{# yes #}", vec!["{# yes #}"], vec!["{% raw %}", "{%- endraw -%}"]),
            ("{% raw %}{% a %}{% endraw", vec![], vec!["{% raw %}"]),
            ("{# a #}{{ open", vec!["{# a #}"], vec![]),
            ("{#}", vec![], vec![]),
            ("é{# é #}", vec!["{# é #}"], vec![]),
        ] {
            assert_eq!(texts(text), (comments, braces), "{text}");
        }
    }
}
