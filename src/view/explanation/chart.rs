//! Small charts of closes against the lines that they are held to: in Braille patterns, eight dots a character
//! (Unicode block U+2800), or in ASCII.

use super::Characters;
use crate::amount::usd;
use crate::document::Block;
use crate::explain::Chart;

/// How many characters a chart is wide and high.
const WIDTH: usize = 64;
const HEIGHT: usize = 8;

/// How many dots a Braille pattern is wide and high.
const DOTS_WIDE: usize = 2;
const DOTS_HIGH: usize = 4;

/// The first Braille pattern, which has no dot.
const BLANK_PATTERN: u32 = 0x2800;

/// The bits of the dots of a Braille pattern, by row and column.
const DOT_BITS: [[u32; DOTS_WIDE]; DOTS_HIGH] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Every how many dots a line has one in Braille.
const DOT_SPACING: usize = 4;

/// The closes and the lines; none where there is no chart.
pub fn blocks(chart: Option<&Chart>, characters: Characters) -> Vec<Block> {
    chart.and_then(|chart| draw(chart, characters)).map_or(Vec::new(), Vec::from)
}

/// `None` where they have no height.
fn draw(chart: &Chart, characters: Characters) -> Option<[Block; 2]> {
    let (columns, rows) = match characters {
        Characters::Unicode => (WIDTH * DOTS_WIDE, HEIGHT * DOTS_HIGH),
        Characters::Ascii => (WIDTH, HEIGHT),
    };
    let levels: Vec<f64> = chart.lines.iter().map(|line| line.value.0).collect();
    let closes: Vec<f64> = chart.closes.iter().map(|close| close.0).collect();
    let grid = Grid::of(&closes, &levels, columns, rows)?;
    let drawn = match characters {
        Characters::Unicode => grid.braille(),
        Characters::Ascii => grid.ascii(),
    };
    let labels = [(0, usd(grid.highest)), (HEIGHT - 1, usd(grid.lowest))];
    let width = labels.iter().map(|(_, label)| label.len()).max().unwrap_or(0);
    let labelled = drawn.iter().enumerate().map(|(row, line)| {
        let label = labels.iter().find(|(place, _)| *place == row).map_or("", |(_, label)| label.as_str());
        format!("{label:>width$} {}", line.trim_end()).trim_end().to_owned() + "\n"
    });
    let named: Vec<String> =
        chart.lines.iter().map(|line| format!("{} {}", line.name, usd(line.value.0))).collect();
    let mark = match characters {
        Characters::Unicode => "dotted",
        Characters::Ascii => "`-`",
    };
    let caption = format!(
        "{}: {} closes from {} to {}; {mark}: {}",
        chart.symbol,
        closes.len(),
        chart.first,
        chart.last,
        named.join(", "),
    );
    Some([Block::Picture(labelled.collect()), Block::Paragraph(caption)])
}

/// A dot of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Dot {
    #[default]
    None,
    Level,
    Close,
}

/// The dots of a chart, the top row first.
struct Grid {
    dots: Vec<Vec<Dot>>,
    lowest: f64,
    highest: f64,
}

impl Grid {
    /// `None` where everything lies at one price.
    fn of(closes: &[f64], levels: &[f64], columns: usize, rows: usize) -> Option<Self> {
        let all = || closes.iter().chain(levels).copied();
        let (lowest, highest) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
        if highest <= lowest {
            return None;
        }
        let mut grid = Self { dots: vec![vec![Dot::None; columns]; rows], lowest, highest };
        for level in levels {
            let row = grid.row(*level);
            grid.set((0..columns).map(|column| (row, column)), Dot::Level);
        }
        // Each close is joined with the one before it, so that a steep line does not fall apart.
        let mut row_before = None;
        let newest = closes.len().saturating_sub(1).max(1);
        for (place, close) in closes.iter().enumerate() {
            let row = grid.row(*close);
            let column = place * (columns - 1) / newest;
            let from = row_before.unwrap_or(row);
            grid.set((row.min(from)..=row.max(from)).map(|row| (row, column)), Dot::Close);
            row_before = Some(row);
        }
        Some(grid)
    }

    /// The row of a price, from the top.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    // The share lies within 0 and 1, and a chart has few rows.
    fn row(&self, price: f64) -> usize {
        let last = self.dots.len().saturating_sub(1);
        let share = (self.highest - price) / (self.highest - self.lowest);
        ((share * last as f64).round() as usize).min(last)
    }

    fn set(&mut self, places: impl Iterator<Item = (usize, usize)>, dot: Dot) {
        for (row, column) in places {
            if let Some(place) = self.dots.get_mut(row).and_then(|row| row.get_mut(column)) {
                *place = dot;
            }
        }
    }

    fn braille(&self) -> Vec<String> {
        let pattern = |rows: &[Vec<Dot>], column: usize| {
            let mut bits = BLANK_PATTERN;
            for (row, row_bits) in rows.iter().zip(DOT_BITS) {
                for (offset, bit) in row_bits.into_iter().enumerate() {
                    let place = column * DOTS_WIDE + offset;
                    let is_set = match row.get(place) {
                        Some(Dot::Close) => true,
                        Some(Dot::Level) => place.is_multiple_of(DOT_SPACING),
                        _ => false,
                    };
                    bits |= if is_set { bit } else { 0 };
                }
            }
            if bits == BLANK_PATTERN { ' ' } else { char::from_u32(bits).unwrap_or(' ') }
        };
        let line = |rows: &[Vec<Dot>]| {
            let columns = rows.first().map_or(0, Vec::len) / DOTS_WIDE;
            (0..columns).map(|column| pattern(rows, column)).collect()
        };
        self.dots.chunks(DOTS_HIGH).map(line).collect()
    }

    fn ascii(&self) -> Vec<String> {
        let character = |dot: &Dot| match dot {
            Dot::None => ' ',
            Dot::Level => '-',
            Dot::Close => '*',
        };
        self.dots.iter().map(|row| row.iter().map(character).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rising_line_goes_from_the_lower_left_to_the_upper_right() {
        let closes = [1.0, 2.0, 3.0, 4.0];
        let grid = Grid::of(&closes, &[1.0], 4, 4).unwrap();
        // Each close is joined with the one before, and drawn over the level.
        assert_eq!(grid.ascii(), ["   *", "  **", " ** ", "**--"]);
    }

    #[test]
    fn braille_has_eight_dots_a_character() {
        let grid = Grid::of(&[4.0, 1.0], &[], 2, 4).unwrap();
        // The upper left dot (0x01), and the whole right column down to the lower right one.
        assert_eq!(grid.braille(), ["⢹"]);
    }

    #[test]
    fn a_flat_series_has_no_chart() {
        assert!(Grid::of(&[5.0, 5.0], &[5.0], 4, 4).is_none());
    }
}
