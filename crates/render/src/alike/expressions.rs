//! Whether templates do no more with a machine's facts than print them and ask whether they are there.
//!
//! What is not plainly so counts as more: then every host is rendered, which takes longer and misses nothing.

use std::collections::HashSet;

use crate::guard::Language;
use crate::tokens::{Braces, Token, braces};

/// The names that hold facts of a machine.
const FACTS: [&str; 4] = ["host", "args", "reason", "advice"];
/// Names through which what was rendered could be had back, or all names at once.
const BACK: [&str; 6] = ["self", "caller", "debug", "previtem", "nextitem", "changed"];
/// Words within an expression that let a value pass, or ask whether it is there.
const PASSING: [&str; 10] = ["if", "else", "not", "and", "or", "is", "defined", "undefined", "none", "super"];
/// What a test may ask.
const THERE: [&str; 3] = ["defined", "undefined", "none"];
/// Filters that treat all plain words alike.
const ALIKE: [&str; 15] =
    ["shq", "json", "dhcp", "toml", "xml", "text", "word", "uri", "upper", "lower", "trim", "default", "d", "join", "string"];
/// Tags that hand rendered text on, or give a value another name.
const HANDING: [&str; 8] = ["macro", "call", "filter", "import", "from", "with", "do", "autoescape"];
/// How a line of an iPXE script begins that decides nothing, whatever words stand in it.
const DECIDES_NOTHING: [&str; 3] = ["#", "echo ", "kernel "];
/// The longest line of a template that comes near no limit of a script.
const LINE_MAX: usize = 1024;

/// Whether these templates, each with its name, do nothing else.
pub(crate) fn only_prints<'t>(templates: impl Iterator<Item = (&'t str, &'t str)>) -> bool {
    let mut all = Vec::new();
    for (name, text) in templates {
        let Some(braces) = braces(text) else { return false };
        let script = Language::of(name) == Language::Ipxe;
        if script && text.lines().any(|line| line.len() > LINE_MAX || line.ends_with('\\')) {
            return false;
        }
        all.push((script, braces));
    }
    let mut facts: HashSet<&str> = FACTS.into_iter().collect();
    facts.extend(all.iter().flat_map(|(_, braces)| braces).filter_map(one_of_args));
    let passes = |(script, braces): &(bool, Vec<Braces<'t>>)| braces.iter().all(|one| passes(one, *script, &facts));
    all.iter().all(passes)
}

/// The name that `for NAME in args` gives to each of them.
fn one_of_args<'t>(braces: &Braces<'t>) -> Option<&'t str> {
    match braces.tokens.as_slice() {
        [Token::Word("for"), Token::Word(name), Token::Word("in"), Token::Word("args")] if braces.tag => Some(name),
        _ => None,
    }
}

fn passes(braces: &Braces<'_>, script: bool, facts: &HashSet<&str>) -> bool {
    // `{%-` and `-%}` trim what is around them.
    let tokens = match braces.tokens.as_slice() {
        [Token::Sign('-' | '+'), rest @ ..] => rest,
        all => all,
    };
    let tokens = match tokens {
        [rest @ .., Token::Sign('-' | '+')] => rest,
        all => all,
    };
    if tokens.iter().any(|token| matches!(token, Token::Word(word) if BACK.contains(word))) {
        return false;
    }
    let touches = names(tokens).any(|name| facts.contains(name));
    if !braces.tag {
        let harmless = || {
            let line = after_tags(braces.before);
            !script || DECIDES_NOTHING.iter().any(|begins| line.starts_with(begins))
        };
        return !touches || (expression(tokens, facts) && harmless());
    }
    match tokens {
        [Token::Word("if" | "elif"), rest @ ..] => !touches || expression(rest, facts),
        [Token::Word("include" | "extends"), Token::Text(name)] => {
            let language = Language::of(name);
            language != Language::Dhcp && (!script || language == Language::Ipxe)
        }
        [Token::Word("include" | "extends"), ..] => false,
        [Token::Word("set"), ..] => tokens.contains(&Token::Sign('=')) && !touches && !tokens.contains(&Token::Word("super")),
        [Token::Word(tag), ..] if HANDING.contains(tag) => false,
        _ => !touches || one_of_args(braces).is_some(),
    }
}

/// Names that stand for themselves: not after a point or a `|`.
fn names<'t>(tokens: &[Token<'t>]) -> impl Iterator<Item = &'t str> {
    let before = std::iter::once(None).chain(tokens.iter().map(Some));
    before.zip(tokens).filter_map(|(before, token)| match (before, token) {
        (Some(Token::Sign('.' | '|')), _) => None,
        (_, Token::Word(word)) => Some(*word),
        _ => None,
    })
}

/// An expression that lets facts through as they are, or tells whether they are there.
fn expression(tokens: &[Token<'_>], facts: &HashSet<&str>) -> bool {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        at += 1;
        match (before, token) {
            (Some(Token::Sign('|')), Token::Word(filter)) => {
                if !ALIKE.contains(filter) {
                    return false;
                }
                // Its arguments, of which none may be a fact.
                if tokens.get(at) == Some(&Token::Sign('(')) {
                    let Some(end) = tokens[at..].iter().position(|token| *token == Token::Sign(')')) else { return false };
                    if !tokens[at + 1..at + end].iter().all(|token| matches!(token, Token::Text(_) | Token::Number)) {
                        return false;
                    }
                    at += end + 1;
                }
            }
            (Some(Token::Word("is")), Token::Word(test)) if !THERE.contains(test) => return false,
            (_, Token::Word("in")) => return false,
            (_, Token::Word(word)) if PASSING.contains(word) => {}
            (_, Token::Word(word)) => {
                // A fact of the host is one of its fields.
                let mut fields = 0;
                while let [Token::Sign('.'), Token::Word(_), ..] = tokens.get(at..).unwrap_or_default() {
                    at += 2;
                    fields += 1;
                }
                let called = matches!(tokens.get(at), Some(Token::Sign('(' | '[')));
                if called || (facts.contains(word) && fields != usize::from(*word == "host")) {
                    return false;
                }
            }
            (_, Token::Text(_) | Token::Number | Token::Sign('~' | '(' | ')' | '|')) => {}
            _ => return false,
        }
    }
    true
}

/// A line without the tags that it begins with.
fn after_tags(line: &str) -> &str {
    let mut line = line.trim_start();
    while let Some((_, rest)) = line.strip_prefix("{%").and_then(|rest| rest.split_once("%}")) {
        line = rest.trim_start();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::only_prints;

    fn alone(name: &str, text: &str) -> bool {
        only_prints(std::iter::once((name, text)))
    }

    #[test]
    fn what_only_prints() {
        for text in [
            "d-i x string {{ host.name }}\n{# host.name == 'x' #}",
            "{{- host.mac_hyphens|upper -}}",
            "{{ (\"echo \" ~ host.serial ~ vars.motd)|shq }}",
            "{% if host.name %}{{ host.name }}{% elif not host.serial is defined %}{% endif %}",
            "{% for arg in args %} {{ arg }}{% endfor %}{{ args|join(' ') }}",
            "{{ host.name if host.name else 'none' }}",
            "{% if vars.raid == 'yes' and firmware in ['bios'] %}{% set x = vars.a[1] %}{{ x * 2 }}{% endif %}",
            "{% block a %}{{ super() }}{% endblock %}",
            "{{ host.asset|default('?') }} }} {",
        ] {
            assert!(alone("a.cfg.j2", text), "{text}");
        }
        assert!(alone(
            "a.ipxe.j2",
            "#!ipxe\necho {{ host.label|text }}\n{% if reason %}# {{ reason }}{% endif %}\nkernel x {{ args|join(' ') }}"
        ));
    }

    #[test]
    fn what_does_more() {
        for text in [
            "{% if host.name == 'web-01' %}{% endif %}",
            "{% if 'web' in host.name %}{% endif %}",
            "{% if host.name is lower %}{% endif %}",
            "{% if host.name is not eq 'a' %}{% endif %}",
            "{% include 'dhcpd.conf.j2' %}",
            "{{ host.name[0] }}",
            "{{ host['name'] }}",
            "{{ host }}",
            "{{ host.name.upper() }}",
            "{{ host.name|replace('a', 'b') }}",
            "{{ host.name|length }}",
            "{{ 'x'|default(host.name) }}",
            "{{ {'a': 1}[host.name] }}",
            "{{ ('a' ~ host.name) == 'ab' }}",
            "{% set h = host %}",
            "{% set x %}{{ host.name }}{% endset %}{% if x == 'a' %}{% endif %}",
            "{% with h = host %}{% endwith %}",
            "{% macro m(x) %}{% if x == 'a' %}{% endif %}{% endmacro %}{{ m(host.name) }}",
            "{% for arg in args %}{% if arg == 'quiet' %}{% endif %}{% endfor %}",
            "{% for arg in args|sort %}{% endfor %}",
            "{% for arg in args %}{{ loop.previtem }}{% endfor %}",
            "{% if 'quiet' in args %}{% endif %}",
            "{% if self.title() == 'a' %}{% endif %}",
            "{% set x = super() %}",
            "{% include vars.part %}",
            "{{ debug() }}",
            "{{ host.name",
            "{% for n in range(3) if host.name %}{% endfor %}",
        ] {
            assert!(!alone("a.cfg.j2", text), "{text}");
        }
        for text in [
            "goto {{ host.name }}",
            "iseq {{ host.name }} x && exit ||",
            "echo a \\\n{{ host.name }}",
            "{% include 'part.txt.j2' %}",
        ] {
            assert!(!alone("a.ipxe.j2", text), "{text}");
        }
        let other = [("a.cfg.j2", "{% for one in args %}{% endfor %}"), ("b.cfg.j2", "{% if one == 'x' %}{% endif %}")];
        assert!(!only_prints(other.into_iter()));
    }
}
