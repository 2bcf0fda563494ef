//! What YAML tools that guess types make of a text without quotes.
//!
//! pxectl does not guess: a text stays what was written. But editors, scripts and CI jobs read the same file, each with its own version
//! of YAML. The tables are those of YAML 1.1's type repository (yaml.org/type: bool, int, float, timestamp; 2005) and of YAML 1.2.2's
//! core schema (10.3.2). Of the former's float one letter is read as it was meant and as every tool does it: `[0-9.]*` after the point
//! would make numbers of addresses.

/// What a tool takes a text for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Guess {
    /// True or false.
    Truth(bool),
    /// A number, as a tool would write it, and the base that it was read in.
    Number(String, u32),
    /// A day, perhaps with a time.
    Date,
}

/// A guess, and who makes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Surprise {
    pub guess: Guess,
    /// As in "YAML 1.1 tools".
    pub tools: &'static str,
    /// Whether the tool would write something else than what it read.
    pub changed: bool,
}

impl std::fmt::Display for Guess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truth(truth) => write!(f, "the truth value {truth}"),
            Self::Date => f.write_str("a date"),
            Self::Number(number, base) => match base {
                2 => write!(f, "the binary number {number}"),
                8 => write!(f, "an octal number, which is {number}"),
                16 => write!(f, "a hexadecimal number, which is {number}"),
                60 => write!(f, "a number of base 60, which is {number}"),
                _ => write!(f, "the number {number}"),
            },
        }
    }
}

/// What other tools take a text without quotes for; none where all of them take it for a text. Nothing at all, `~` and `null` are not
/// asked about: they are refused before.
pub(crate) fn guess(text: &str) -> Option<Surprise> {
    // Most texts are told by their first character.
    let first = *text.as_bytes().first()?;
    if !(first.is_ascii_digit() || b"+-.yYnNtTfFoO".contains(&first)) {
        return None;
    }
    let old = yaml11(text);
    let new = yaml12(text);
    let changed = |guess: &Guess| match guess {
        Guess::Number(number, _) => number != text,
        Guess::Truth(truth) => text != if *truth { "true" } else { "false" },
        Guess::Date => false,
    };
    let (guess, tools) = match (old, new) {
        (Some(old), Some(new)) if old == new => (old, "YAML"),
        // Of two different guesses the one that spoils more.
        (Some(old), Some(new)) if changed(&old) || !changed(&new) => (old, "YAML 1.1"),
        (Some(old), None) => (old, "YAML 1.1"),
        (_, Some(new)) => (new, "YAML 1.2"),
        (None, None) => return None,
    };
    let changed = changed(&guess);
    Some(Surprise { guess, tools, changed })
}

fn yaml11(text: &str) -> Option<Guess> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some(Guess::Truth(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some(Guess::Truth(false)),
        _ => {}
    }
    let (minus, rest) = signed(text);
    let whole = |digits: &str, base| Some(Guess::Number(integer(minus, digits, base), base));
    let all = |digits: &str, fits: &dyn Fn(u8) -> bool| digits.bytes().all(|b| b == b'_' || fits(b)) && has_digit(digits);
    if let Some(digits) = rest.strip_prefix("0b").filter(|d| all(d, &|b| matches!(b, b'0' | b'1'))) {
        return whole(digits, 2);
    }
    if let Some(digits) = rest.strip_prefix("0x").filter(|d| all(d, &|b| b.is_ascii_hexdigit())) {
        return whole(digits, 16);
    }
    let octal = |digits: &&str| !digits.is_empty() && digits.bytes().all(|b| matches!(b, b'0'..=b'7' | b'_'));
    if let Some(digits) = rest.strip_prefix('0').filter(octal) {
        return whole(digits, 8);
    }
    if rest == "0" || (!rest.starts_with(['0', '_']) && all(rest, &|b| b.is_ascii_digit())) {
        return whole(rest, 10);
    }
    truth(text).or_else(|| sexagesimal(minus, rest)).or_else(|| point(minus, rest)).or_else(|| date(text).then_some(Guess::Date))
}

fn yaml12(text: &str) -> Option<Guess> {
    let (minus, rest) = signed(text);
    let all = |digits: &str, fits: &dyn Fn(u8) -> bool| !digits.is_empty() && digits.bytes().all(fits);
    if all(rest, &|b| b.is_ascii_digit()) {
        return Some(Guess::Number(integer(minus, rest, 10), 10));
    }
    if let Some(digits) = text.strip_prefix("0o").filter(|d| all(d, &|b| matches!(b, b'0'..=b'7'))) {
        return Some(Guess::Number(integer(false, digits, 8), 8));
    }
    if let Some(digits) = text.strip_prefix("0x").filter(|d| all(d, &|b| b.is_ascii_hexdigit())) {
        return Some(Guess::Number(integer(false, digits, 16), 16));
    }
    truth(text).or_else(|| {
        let (mantissa, exponent) = rest.split_once(['e', 'E']).map_or((rest, None), |(m, e)| (m, Some(e)));
        let power = |e: &str| all(e.strip_prefix(['+', '-']).unwrap_or(e), &|b| b.is_ascii_digit());
        let digits = mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.') && mantissa.matches('.').count() <= 1;
        (digits && has_digit(mantissa) && exponent.is_none_or(power)).then(|| float(minus, rest)).or_else(|| special(minus, rest))
    })
}

fn signed(text: &str) -> (bool, &str) {
    (text.starts_with('-'), text.strip_prefix(['+', '-']).unwrap_or(text))
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_hexdigit())
}

fn truth(text: &str) -> Option<Guess> {
    match text {
        "true" | "True" | "TRUE" => Some(Guess::Truth(true)),
        "false" | "False" | "FALSE" => Some(Guess::Truth(false)),
        _ => None,
    }
}

/// `190:20:30`, or `190:20:30.15`.
fn sexagesimal(minus: bool, rest: &str) -> Option<Guess> {
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
    let (first, others) = whole.split_once(':')?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let begins = |b: u8| if fraction.is_some() { b.is_ascii_digit() } else { matches!(b, b'1'..=b'9') };
    if !first.bytes().next().is_some_and(begins) || !digits(first) || !fraction.is_none_or(digits) {
        return None;
    }
    let mut value: f64 = first.replace('_', "").parse().ok()?;
    for part in others.split(':') {
        let fits = matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        value = value * 60.0 + part.parse::<f64>().ok().filter(|_| fits)?;
    }
    if let Some(fraction) = fraction {
        value += format!("0.{}", fraction.replace('_', "")).parse::<f64>().unwrap_or(0.0);
        return Some(Guess::Number(written(minus, value), 60));
    }
    Some(Guess::Number(counted(minus, value), 60))
}

/// A number with a point, as YAML 1.1 has it: an exponent has its sign.
fn point(minus: bool, rest: &str) -> Option<Guess> {
    let (mantissa, exponent) = rest.split_once(['e', 'E']).map_or((rest, None), |(m, e)| (m, Some(e)));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or(("x", ""));
    let power = |e: &str| e.strip_prefix(['+', '-']).is_some_and(|e| !e.is_empty() && e.bytes().all(|b| b.is_ascii_digit()));
    let fits = digits(whole) && !whole.starts_with('_') && digits(fraction) && has_digit(mantissa) && exponent.is_none_or(power);
    if fits { Some(float(minus, &rest.replace('_', ""))) } else { special(minus, rest) }
}

fn special(minus: bool, rest: &str) -> Option<Guess> {
    match rest {
        ".inf" | ".Inf" | ".INF" => Some(Guess::Number(written(minus, f64::INFINITY), 10)),
        ".nan" | ".NaN" | ".NAN" => Some(Guess::Number("NaN".to_owned(), 10)),
        _ => None,
    }
}

/// `2026-11-24`, or with a time behind it.
fn date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let digits = |text: &str, widths: std::ops::RangeInclusive<usize>| {
        widths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let day = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (day, time) = rest.split_at(day);
    if time.is_empty() {
        return digits(year, 4..=4) && digits(month, 2..=2) && digits(day, 2..=2);
    }
    let Some(time) = time.strip_prefix(['T', 't', ' ', '\t']) else { return false };
    let mut clock = time.trim_start().splitn(3, ':');
    let (Some(hour), Some(minute), Some(second)) = (clock.next(), clock.next(), clock.next()) else { return false };
    let second = second.get(..2).unwrap_or("");
    digits(year, 4..=4)
        && digits(month, 1..=2)
        && digits(day, 1..=2)
        && digits(hour, 1..=2)
        && digits(minute, 2..=2)
        && digits(second, 2..=2)
}

/// Digits of a base, as a tool writes the number that they are. Beyond 2⁵³ whatever keeps numbers as JSON does has lost some of them.
fn integer(minus: bool, digits: &str, base: u32) -> String {
    let digits = digits.replace('_', "");
    let value = match base {
        10 => digits.parse().unwrap_or(f64::NAN),
        _ => digits.chars().filter_map(|c| c.to_digit(base)).fold(0.0, |sum, digit| sum * f64::from(base) + f64::from(digit)),
    };
    counted(minus, value)
}

fn counted(minus: bool, value: f64) -> String {
    let sign = if minus { "-" } else { "" };
    if value <= 9_007_199_254_740_992.0 { format!("{sign}{value}") } else { format!("{sign}{value:?}") }
}

fn float(minus: bool, digits: &str) -> Guess {
    Guess::Number(written(minus, digits.parse().unwrap_or(f64::NAN)), 10)
}

fn written(minus: bool, value: f64) -> String {
    let sign = if minus { "-" } else { "" };
    if value.is_infinite() { format!("{sign}infinity") } else { format!("{sign}{value:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        guess(text).map_or("a text".to_owned(), |s| {
            let kept = if s.changed { "" } else { ", kept" };
            format!("{}: {}{kept}", s.tools, s.guess)
        })
    }

    #[test]
    fn what_the_two_versions_make_of_a_text() {
        for (text, what) in [
            // Serial numbers.
            ("7CX1234", "a text"),
            ("1234567", "YAML: the number 1234567, kept"),
            ("0123456", "YAML 1.1: an octal number, which is 42798"),
            ("0123459", "YAML 1.2: the number 123459"),
            ("0x1F", "YAML: a hexadecimal number, which is 31"),
            ("0x_1F", "YAML 1.1: a hexadecimal number, which is 31"),
            ("0o17", "YAML 1.2: an octal number, which is 15"),
            ("0b101", "YAML 1.1: the binary number 5"),
            ("1_000", "YAML 1.1: the number 1000"),
            ("_1000", "a text"),
            ("0___", "YAML 1.1: an octal number, which is 0"),
            ("+1234", "YAML: the number 1234"),
            ("-1234", "YAML: the number -1234, kept"),
            ("7E12", "YAML 1.2: the number 7000000000000.0"),
            ("12E4567", "YAML 1.2: the number infinity"),
            ("1E5A", "a text"),
            ("1.5e3", "YAML 1.2: the number 1500.0"),
            ("1.5e+3", "YAML: the number 1500.0"),
            ("12.50", "YAML: the number 12.5"),
            ("12.5", "YAML: the number 12.5, kept"),
            ("1.2.3", "a text"),
            (".", "a text"),
            ("-", "a text"),
            (".inf", "YAML: the number infinity"),
            ("-.INF", "YAML: the number -infinity"),
            ("12345678901234567890", "YAML: the number 1.2345678901234567e19"),
            // Machines' addresses.
            ("52:54:00:12:34:56", "YAML 1.1: a number of base 60, which is 41135085296"),
            ("52:54:00:12:34:60", "a text"),
            ("02:54:00:12:34:56", "a text"),
            ("5254.0012.3456", "a text"),
            ("10.1.0.21", "a text"),
            ("01234567-89ab-cdef-0123-456789abcdef", "a text"),
            ("525400123456", "YAML: the number 525400123456, kept"),
            // Words and times.
            ("NO", "YAML 1.1: the truth value false"),
            ("y", "YAML 1.1: the truth value true"),
            ("oN", "a text"),
            ("False", "YAML: the truth value false"),
            ("true", "YAML: the truth value true, kept"),
            ("22:30", "YAML 1.1: a number of base 60, which is 1350"),
            ("1:30.5", "YAML 1.1: a number of base 60, which is 90.5"),
            ("2026-11-24", "YAML 1.1: a date, kept"),
            ("2026-1-2", "a text"),
            ("2026-11-24T02:00:00Z", "YAML 1.1: a date, kept"),
            ("2026-11-24 2:00:00.5 +1", "YAML 1.1: a date, kept"),
            ("0644", "YAML 1.1: an octal number, which is 420"),
            ("08", "YAML 1.2: the number 8"),
            ("0", "YAML: the number 0, kept"),
            ("", "a text"),
            ("né", "a text"),
        ] {
            assert_eq!(told(text), what, "{text}");
        }
    }
}
