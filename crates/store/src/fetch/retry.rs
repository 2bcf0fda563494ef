//! When a server is asked again: pure.

use std::time::Duration;

use super::limits::Limits;

/// How often a mirror was asked in vain.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// Tries in a row that brought nothing.
    vain: u32,
    /// Tries that broke off, however far they came.
    broken: u32,
}

/// Tries that broke off after they had brought something: a server that closes after each kilobyte is not worth days.
const BROKEN_MOST: u32 = 200;

impl Patience {
    /// The pause before the next try; none where the mirror is given up. `progress`: the last one brought bytes.
    pub fn next(&mut self, progress: bool, asked: Option<Duration>, limits: &Limits) -> Option<Duration> {
        self.broken += 1;
        self.vain = if progress { 1 } else { self.vain + 1 };
        if self.vain >= limits.tries || self.broken >= BROKEN_MOST {
            return None;
        }
        let doubled = limits.pause.saturating_mul(1 << (self.vain - 1).min(16));
        Some(asked.unwrap_or(doubled).min(limits.longest_pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_start_anew_with_progress() {
        let limits = Limits::default();
        let seconds = |pause: Option<Duration>| pause.map(|pause| pause.as_secs());
        let mut patience = Patience::default();
        let vain: Vec<_> = (0..5).map(|_| seconds(patience.next(false, None, &limits))).collect();
        assert_eq!(vain, [Some(1), Some(2), Some(4), Some(8), None]);
        let mut patience = Patience::default();
        patience.next(false, None, &limits);
        patience.next(false, None, &limits);
        assert_eq!(seconds(patience.next(true, None, &limits)), Some(1));
        assert_eq!(seconds(patience.next(false, Some(Duration::from_secs(5)), &limits)), Some(5));
        assert_eq!(seconds(patience.next(true, Some(Duration::from_secs(86_400)), &limits)), Some(60));
        let mut patience = Patience::default();
        let ends = (0..1000).position(|_| patience.next(true, None, &limits).is_none());
        assert_eq!(ends, Some(199), "also for whom closes again and again");
    }
}
