//! Byte counts as people say them.

/// Decimal units, as disks and networks are sold: `8.2 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} B")
    } else if value < 9.95 {
        format!("{value:.1} {}", UNITS[unit])
    } else {
        format!("{value:.0} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn as_people_say_them() {
        for (bytes, text) in [(0, "0 B"), (999, "999 B"), (999_999, "1.0 MB"), (8_222_656, "8.2 MB"), (40_810_276, "41 MB")] {
            assert_eq!(size(bytes), text);
        }
    }
}
