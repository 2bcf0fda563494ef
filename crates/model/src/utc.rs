//! A moment, to the second, as files hold it.

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds; written as RFC 3339 has it, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utc(u64);

/// Not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a moment is written as in 2026-11-24T02:10:00Z")]
pub struct BadUtc;

const DAY: u64 = 86_400;

/// The last second of the year 9999: four digits hold no later one.
const LAST: u64 = 253_402_300_799;

impl Utc {
    /// Of seconds since the epoch; later than the year 9999 is its last second.
    pub fn of(seconds: u64) -> Self {
        Self(seconds.min(LAST))
    }

    /// Seconds since the epoch.
    pub fn seconds(self) -> u64 {
        self.0
    }
}

/// Days of the years before this one, counted from 1970.
fn days_before(year: u64) -> u64 {
    let leaps = |year: u64| year / 4 - year / 100 + year / 400;
    (year - 1970) * 365 + leaps(year - 1) - leaps(1969)
}

/// Days of each month of a year.
fn months(year: u64) -> [u64; 12] {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

impl std::fmt::Display for Utc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (days, second) = (self.0 / DAY, self.0 % DAY);
        // At most one year too late, since no year has more than 366 days and few have.
        let mut year = 1970 + days / 365;
        while days_before(year) > days {
            year -= 1;
        }
        let mut day = days - days_before(year);
        let mut month = 1;
        for length in months(year) {
            if day < length {
                break;
            }
            day -= length;
            month += 1;
        }
        let (hour, minute) = (second / 3600, second / 60 % 60);
        write!(f, "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{:02}Z", day + 1, second % 60)
    }
}

impl std::str::FromStr for Utc {
    type Err = BadUtc;

    fn from_str(text: &str) -> Result<Self, BadUtc> {
        let number = |from: usize, len: usize| {
            let digits = text.get(from..from + len).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
            digits.and_then(|part| part.parse::<u64>().ok()).ok_or(BadUtc)
        };
        let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
        let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
        if year < 1970 || !(1..=12).contains(&month) || day == 0 || hour > 23 || minute > 59 || second > 59 {
            return Err(BadUtc);
        }
        let before: u64 = months(year).iter().zip(1..month).map(|(days, _)| days).sum();
        let moment = Self((days_before(year) + before + day - 1) * DAY + hour * 3600 + minute * 60 + second);
        // A day that its month does not have comes out as another text, and so do other separators.
        if moment.to_string() == text { Ok(moment) } else { Err(BadUtc) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_as_date_prints_them() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_486_500, "2026-11-24T02:15:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (LAST, "9999-12-31T23:59:59Z"),
        ];
        for (seconds, text) in cases {
            assert_eq!(Utc::of(seconds).to_string(), text);
            assert_eq!(text.parse(), Ok(Utc(seconds)));
        }
        assert_eq!(Utc::of(u64::MAX), Utc(LAST));
        for days in 0..200_000 {
            let moment = Utc(days * DAY + days % DAY);
            assert_eq!(moment.to_string().parse(), Ok(moment));
        }
    }

    #[test]
    fn what_is_no_moment() {
        for text in
            ["", "2026-11-24", "2026-11-24 02:10:00Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-24T24:00:00Z"]
        {
            assert_eq!(text.parse::<Utc>(), Err(BadUtc), "{text}");
        }
        assert!("1969-12-31T23:59:59Z".parse::<Utc>().is_err() && "2026-11-24T02:10:00Zé".parse::<Utc>().is_err());
    }
}
