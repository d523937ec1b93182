//! Cells in columns: the one way that tables for people are drawn.

use tabled::builder::Builder;
use tabled::settings::object::{Columns, Rows};
use tabled::settings::{Alignment, Padding, Style};

/// The spaces between two columns.
const GAP: usize = 2;

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows under a header, columns aligned as told, wide characters measured; a cell may hold several lines.
/// Every line ends with a line feed and none with a space.
pub fn drawn(header: &[(&str, Align)], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut builder = Builder::default();
    builder.push_record(header.iter().map(|(name, _)| *name));
    for row in rows {
        builder.push_record(row);
    }
    let mut table = builder.build();
    table.with(Style::empty()).modify(Rows::new(..), Padding::new(0, GAP, 0, 0));
    let last = header.len().saturating_sub(1);
    table.modify(Columns::new(last..), Padding::zero());
    for (place, (_, align)) in header.iter().enumerate() {
        if *align == Align::Right {
            table.modify(Columns::new(place..=place), Alignment::right());
        }
    }
    // Cells are filled up with spaces, which a terminal that wraps, or a diff, would show at the line's end.
    table.to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let rows = [vec!["A".to_owned(), "1.5".to_owned()], vec!["平衡".to_owned(), "10".to_owned()]];
        assert_eq!(
            drawn(&[("NAME", Align::Left), ("N", Align::Right)], rows),
            "NAME    N\nA     1.5\n平衡   10\n"
        );
    }
}
