//! Plain tables: columns as wide as their widest cell.

use unicode_width::UnicodeWidthStr as _;

/// Rows of cells as lines; the first row is the head. The last column is not padded.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..columns).map(|c| rows.iter().filter_map(|r| r.get(c)).map(|cell| width(cell)).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, column) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(column - width(cell) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// How many columns a cell takes: what `show::style` puts around it takes none.
fn width(cell: &str) -> usize {
    let mut parts = cell.split('\x1b');
    let plain = parts.next().map_or(0, |part| part.width());
    plain + parts.map(|part| part.split_once('m').map_or(0, |(_, rest)| rest.width())).sum::<usize>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up() {
        let rows = [vec!["host".to_owned(), "profile".to_owned()], vec!["web-01".to_owned(), "x".to_owned()]];
        assert_eq!(super::table(&rows), "host    profile\nweb-01  x\n");
        let styled = [vec![crate::show::style::bold("a"), "b".to_owned()], vec!["cc".to_owned(), "d".to_owned()]];
        assert_eq!(super::table(&styled), "\x1b[1ma\x1b[0m   b\ncc  d\n");
        let wide = [vec!["主机".to_owned(), "b".to_owned()], vec!["cc".to_owned(), "d".to_owned()]];
        assert_eq!(super::table(&wide), "主机  b\ncc    d\n");
    }
}
