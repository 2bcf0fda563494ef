//! How columns share the screen.

/// How narrow and how wide a column may be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// It is of no use below.
    pub low: usize,
    /// It needs no more.
    pub high: usize,
    /// The highest gives way first.
    pub rank: u8,
}

/// Widths that take all the room there is: the highest rank gives way first, and in it the widest, to one level. Where the lower
/// bounds are too much already, all go below them to one level.
pub fn share(bounds: &[Bounds], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = bounds.iter().map(|b| b.high).collect();
    for rank in (0..=u8::MAX).rev() {
        let (members, others): (Vec<usize>, Vec<usize>) = (0..bounds.len()).partition(|n| bounds[*n].rank == rank);
        let others: usize = others.into_iter().map(|n| widths[n]).sum();
        let at = |level: usize| members.iter().map(|n| level.clamp(bounds[*n].low, bounds[*n].high)).collect::<Vec<_>>();
        let level = level(members.iter().map(|n| bounds[*n].high), |level| others + at(level).iter().sum::<usize>() <= room);
        members.iter().zip(at(level)).for_each(|(n, width)| widths[*n] = width);
    }
    let capped = |level: usize| widths.iter().map(|width| level.min(*width)).collect::<Vec<_>>();
    capped(level(widths.iter().copied(), |level| capped(level).iter().sum::<usize>() <= room).max(1))
}

/// The highest level that fits, at most the widest of these; 0 where none does.
fn level(widths: impl Iterator<Item = usize>, fits: impl Fn(usize) -> bool) -> usize {
    (0..=widths.max().unwrap_or(0)).rev().find(|level| fits(*level)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_rank_gives_way_first() {
        let bounds = [(4, 20, 0), (5, 18, 2), (5, 9, 2)].map(|(low, high, rank)| Bounds { low, high, rank });
        let cases = [
            (usize::MAX, [20, 18, 9]),
            (47, [20, 18, 9]),
            (40, [20, 11, 9]),
            (36, [20, 8, 8]),
            (28, [18, 5, 5]),
            (9, [3, 3, 3]),
            (1, [1, 1, 1]),
        ];
        for (room, widths) in cases {
            assert_eq!(share(&bounds, room), widths, "{room}");
        }
    }
}
