//! Which blocks are under way, and what an acknowledgement means. Pure.
//!
//! Blocks are numbered from 1 without wrapping; an acknowledgement's 16 bits are compared by their distance (roll-over to 0).
//! Two old faults of TFTP servers are kept out here:
//! - A duplicate acknowledgement at windowsize 1 must not send a block again, or every later block goes twice (the Sorcerer's
//!   Apprentice, RFC 1123 4.2.3.1).
//! - Above 1 a client reports a gap by acknowledging the last block before it (RFC 7440); where that is the block before the
//!   window, waiting for the timer would stall each time that a window's first block is lost.

use std::ops::Range;

/// What is to be done after an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing new.
    Ignore,
    /// Send the window that is under way once more.
    Again,
    /// There was progress: send the next window.
    Next,
    /// The last block is acknowledged.
    Done,
}

/// The blocks that are sent and not acknowledged.
#[derive(Debug, Clone)]
pub struct Window {
    /// First block that is not acknowledged.
    base: u64,
    size: u64,
    total: u64,
    /// This window went out more than once.
    repeated: bool,
    /// An acknowledgement of the block before may send this window again.
    may_repeat: bool,
}

impl Window {
    /// The first window of a body of `total` blocks.
    pub fn new(size: u16, total: u64) -> Self {
        Self { base: 1, size: u64::from(size.max(1)), total, repeated: false, may_repeat: size > 1 }
    }

    /// The blocks of the window that is under way.
    pub fn blocks(&self) -> Range<u64> {
        self.base..(self.base + self.size).min(self.total + 1)
    }

    /// The timer ran out and the window is sent again.
    pub fn timed_out(&mut self) {
        self.repeated = true;
    }

    /// The OACK went out more than once, so its acknowledgement may come more than once, and says nothing about a gap.
    pub fn expect_echo(&mut self) {
        self.may_repeat = false;
    }

    /// An acknowledgement came.
    pub fn acknowledged(&mut self, number: u16) -> Step {
        let blocks = self.blocks();
        let before = ((self.base - 1) & 0xffff) as u16;
        let distance = u64::from(number.wrapping_sub(before));
        if distance == 0 {
            // At most once until there is progress; never where the acknowledgement may be the echo of a window sent twice.
            if !std::mem::take(&mut self.may_repeat) {
                return Step::Ignore;
            }
            self.repeated = true;
            return Step::Again;
        }
        let sent = blocks.end - blocks.start;
        if distance > sent {
            return Step::Ignore;
        }
        self.base += distance;
        if self.base > self.total {
            return Step::Done;
        }
        let whole = distance == sent;
        self.may_repeat = self.size > 1 && whole && !self.repeated;
        self.repeated = !whole;
        Step::Next
    }

    /// Blocks that are acknowledged.
    pub fn done(&self) -> u64 {
        self.base - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_block_at_a_time_ignores_echoes() {
        let mut window = Window::new(1, 3);
        assert_eq!(window.acknowledged(0), Step::Ignore);
        assert_eq!(window.acknowledged(2), Step::Ignore);
        assert_eq!(window.acknowledged(1), Step::Next);
        assert_eq!(window.acknowledged(1), Step::Ignore);
        assert_eq!(window.acknowledged(2), Step::Next);
        assert_eq!(window.blocks(), 3..4);
        assert_eq!(window.acknowledged(3), Step::Done);
    }

    #[test]
    fn a_gap_goes_on_from_there() {
        let mut window = Window::new(4, 10);
        assert_eq!(window.acknowledged(2), Step::Next);
        assert_eq!(window.blocks(), 3..7);
        // More acknowledgements of the same gap, one for each block behind it, change nothing.
        assert_eq!(window.acknowledged(2), Step::Ignore);
        assert_eq!(window.acknowledged(6), Step::Next);
        assert_eq!(window.blocks(), 7..11);
    }

    #[test]
    fn a_lost_first_block_is_sent_again_once_until_there_is_progress() {
        let mut window = Window::new(4, 20);
        assert_eq!(window.acknowledged(4), Step::Next);
        assert_eq!(window.acknowledged(4), Step::Again);
        assert_eq!(window.acknowledged(4), Step::Ignore);
        // The window went twice, so it is acknowledged twice; the echo must not repeat the next one for ever.
        assert_eq!(window.acknowledged(8), Step::Next);
        assert_eq!(window.acknowledged(8), Step::Ignore);
        assert_eq!(window.acknowledged(12), Step::Next);
        assert_eq!(window.acknowledged(12), Step::Again);
    }

    #[test]
    fn a_window_that_the_timer_repeated_starts_no_chain_either() {
        let mut window = Window::new(4, 20);
        window.timed_out();
        assert_eq!(window.acknowledged(4), Step::Next);
        assert_eq!(window.acknowledged(4), Step::Ignore);
    }

    #[test]
    fn numbers_roll_over() {
        let mut window = Window::new(16, 70_000);
        let mut last = 0_u64;
        while window.acknowledged(((last + 16) & 0xffff) as u16) == Step::Next {
            last += 16;
            assert_eq!(window.done(), last);
            assert_eq!(window.acknowledged(((last + 40_000) & 0xffff) as u16), Step::Ignore);
        }
        assert_eq!(window.done(), 70_000);
    }

    #[test]
    fn the_last_window_is_as_short_as_the_file() {
        let mut window = Window::new(8, 3);
        assert_eq!(window.blocks(), 1..4);
        assert_eq!(window.acknowledged(4), Step::Ignore);
        assert_eq!(window.acknowledged(3), Step::Done);
    }
}
