//! What a process used, and the median of what several did in turn.

use crate::Result;

/// What a process, and every child of it that still runs, has used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Usage {
    /// User and system time, seconds.
    pub(crate) cpu: f64,
    /// Largest resident set of one of them, MiB.
    pub(crate) peak_rss: f64,
}

/// Reads it from /proc.
pub(crate) fn usage(pid: u32) -> Result<Usage> {
    let read = |name: &str| {
        std::fs::read_to_string(format!("/proc/{pid}/{name}")).map_err(|error| format!("/proc/{pid}/{name}: {error}"))
    };
    let mut total = Usage { cpu: cpu_seconds(&read("stat")?)?, peak_rss: peak_mib(&read("status")?) };
    for child in read(&format!("task/{pid}/children")).unwrap_or_default().split_whitespace().filter_map(|pid| pid.parse().ok()) {
        // A child may have ended in the meantime.
        let Ok(child) = usage(child) else { continue };
        total.cpu += child.cpu;
        total.peak_rss = total.peak_rss.max(child.peak_rss);
    }
    Ok(total)
}

/// The largest resident set that a process has had, MiB; 0 where it has ended.
pub(crate) fn peak(pid: u32) -> f64 {
    std::fs::read_to_string(format!("/proc/{pid}/status")).map_or(0.0, |status| peak_mib(&status))
}

/// Fields 14 and 15 of /proc/PID/stat (proc(5)), in ticks of 1/100 s; a program's name may hold blanks and parentheses.
fn cpu_seconds(stat: &str) -> Result<f64> {
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: Vec<f64> = after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    if ticks.len() == 2 { Ok((ticks[0] + ticks[1]) / 100.0) } else { Err("reading /proc/PID/stat".to_owned()) }
}

fn peak_mib(status: &str) -> f64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).map_or(0.0, |kib| kib / 1024.0)
}

/// The middle one; of an even count the mean of the two.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => sorted[len / 2],
        len => f64::midpoint(sorted[len / 2 - 1], sorted[len / 2]),
    }
}

/// Lets each contestant run once a round, in turn, the order moving by one each round, and gives each one's samples.
pub(crate) fn interleave<T>(rounds: usize, contestants: usize, mut run: impl FnMut(usize) -> Result<T>) -> Result<Vec<Vec<T>>> {
    let mut samples: Vec<Vec<T>> = (0..contestants).map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        for turn in 0..contestants {
            let who = (round + turn) % contestants;
            samples[who].push(run(who)?);
        }
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn everybody_gets_a_turn_a_round() {
        let mut order = Vec::new();
        let samples = interleave(3, 2, |who| {
            order.push(who);
            Ok(order.len())
        });
        assert_eq!(order, [0, 1, 1, 0, 0, 1]);
        assert_eq!(samples, Ok(vec![vec![1, 4, 5], vec![2, 3, 6]]));
    }

    #[test]
    fn proc_is_read() {
        assert_eq!(cpu_seconds("7 (a b) c) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20"), Ok(2.0));
        assert!(cpu_seconds("nonsense").is_err());
        assert_eq!(peak_mib("VmPeak:\t 9 kB\nVmHWM:\t    2048 kB\n"), 2.0);
        assert!(usage(std::process::id()).is_ok());
    }
}
