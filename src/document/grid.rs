//! Cells in columns: the one way that tables for people are drawn.

use super::text::painted;
use super::wrap::{width_of, wrapped};
use super::{Cell, Screen, Tone};

/// The spaces between two columns.
const GAP: usize = 2;

/// The fewest columns that a column of words is narrowed to.
const NARROWEST: usize = 12;

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows under a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns.
    pub header: Vec<(String, Align)>,
    /// The cells.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Adds a column on the right, still without cells.
    fn column(&mut self, name: &str, align: Align) {
        self.header.push((name.to_owned(), align));
    }

    /// The columns of the screen that the table takes where nothing is wrapped.
    pub fn width(&self) -> usize {
        total(&self.widths(&self.drawn_rows()))
    }

    /// Draws the table: columns aligned, the widest column of words wrapped where the table is wider than the screen.
    /// Every line ends with a line feed and none with a space.
    pub fn draw(&self, screen: Screen) -> String {
        let mut rows = self.drawn_rows();
        let mut widths = self.widths(&rows);
        let total = total(&widths);
        if let Some(wide) = self.widest_words(&widths).filter(|_| total > screen.width) {
            let room =
                widths.get(wide).map_or(0, |width| width.saturating_sub(total - screen.width)).max(NARROWEST);
            for cell in rows.iter_mut().filter_map(|row| row.get_mut(wide)) {
                cell.lines = cell.lines.iter().flat_map(|line| wrapped_as_it_stands(line, room)).collect();
            }
            widths = self.widths(&rows);
        }
        rows.iter().map(|row| self.draw_row(row, &widths, screen)).collect()
    }

    /// The header and the rows, in lines.
    fn drawn_rows(&self) -> Vec<Row> {
        let header = self.header.iter().map(|(name, _)| Cell::from(name.as_str())).collect();
        std::iter::once(&header).chain(&self.rows).map(|cells| row(cells)).collect()
    }

    fn widths(&self, rows: &[Row]) -> Vec<usize> {
        let widest = |place: usize| {
            let lines = rows.iter().filter_map(|row| row.get(place)).flat_map(|cell| &cell.lines);
            lines.map(|line| width_of(line)).max().unwrap_or(0)
        };
        (0..self.header.len()).map(widest).collect()
    }

    fn widest_words(&self, widths: &[usize]) -> Option<usize> {
        let words =
            self.header.iter().zip(widths).enumerate().filter(|(_, ((_, align), _))| *align == Align::Left);
        words.max_by_key(|(_, (_, width))| **width).map(|(place, _)| place)
    }

    fn draw_row(&self, row: &[Lines], widths: &[usize], screen: Screen) -> String {
        let height = row.iter().map(|cell| cell.lines.len()).max().unwrap_or(0);
        let mut text = String::new();
        for place in 0..height {
            let mut line = String::new();
            let mut blanks = 0;
            for ((cell, width), (_, align)) in row.iter().zip(widths).zip(&self.header) {
                let part = cell.lines.get(place).map_or("", String::as_str);
                let fill = width.saturating_sub(width_of(part));
                if part.is_empty() {
                    blanks += width + GAP;
                    continue;
                }
                let (before, after) = if *align == Align::Right { (fill, 0) } else { (0, fill) };
                line.push_str(&" ".repeat(blanks + before));
                line.push_str(&painted(part, cell.tone, screen));
                blanks = after + GAP;
            }
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

/// A table of values, a row each, that grows by its columns.
#[derive(Clone, Debug)]
pub struct Rows<R> {
    values: Vec<R>,
    table: Table,
}

impl<R> Rows<R> {
    /// A table without columns yet.
    pub fn new(values: impl IntoIterator<Item = R>) -> Self {
        let values: Vec<R> = values.into_iter().collect();
        let rows = values.iter().map(|_| Vec::new()).collect();
        Self { values, table: Table { header: Vec::new(), rows } }
    }

    /// The same with a column of words.
    #[must_use]
    pub fn left<C: Into<Cell>>(self, name: &str, cell: impl Fn(&R) -> C) -> Self {
        self.column(name, Align::Left, cell)
    }

    /// The same with a column of numbers.
    #[must_use]
    pub fn right<C: Into<Cell>>(self, name: &str, cell: impl Fn(&R) -> C) -> Self {
        self.column(name, Align::Right, cell)
    }

    fn column<C: Into<Cell>>(mut self, name: &str, align: Align, cell: impl Fn(&R) -> C) -> Self {
        self.table.column(name, align);
        self.table
            .rows
            .iter_mut()
            .zip(&self.values)
            .for_each(|(cells, value)| cells.push(cell(value).into()));
        self
    }

    /// The table.
    pub fn table(self) -> Table {
        self.table
    }
}

/// The lines of a cell.
struct Lines {
    lines: Vec<String>,
    tone: Tone,
}

type Row = Vec<Lines>;

fn row(cells: &[Cell]) -> Row {
    let lines = |cell: &Cell| cell.text.lines().map(str::to_owned).collect();
    cells.iter().map(|cell| Lines { lines: lines(cell), tone: cell.tone }).collect()
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// Wraps a line, which keeps the spaces that it begins with.
fn wrapped_as_it_stands(line: &str, width: usize) -> Vec<String> {
    if width_of(line) <= width {
        return vec![line.to_owned()];
    }
    let indent = line.len() - line.trim_start().len();
    let room = width.saturating_sub(indent);
    wrapped(line, room).into_iter().map(|part| format!("{}{part}", " ".repeat(indent))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[&str; 2]]) -> Table {
        Rows::new(rows).left("NAME", |[name, _]| name.to_string()).right("N", |[_, n]| n.to_string()).table()
    }

    #[test]
    fn words_stand_left_and_numbers_right() {
        let drawn = table(&[["A", "1.5"], ["平衡", "10"]]).draw(Screen::default());
        assert_eq!(drawn, "NAME    N\nA     1.5\n平衡   10\n");
    }

    #[test]
    fn a_wide_table_wraps_its_words_and_not_its_numbers() {
        let drawn = table(&[["one two three four", "10"]]).draw(Screen { width: 17, color: false });
        // 17 columns less the number and the gap leave 13 for the words.
        assert_eq!(drawn, "NAME            N\none two three  10\nfour\n");
    }

    #[test]
    fn a_colour_takes_no_column() {
        let mut colored = table(&[["A", "1"]]);
        colored.rows[0][0].tone = Tone::Bad;
        let drawn = colored.draw(Screen { width: 80, color: true });
        assert_eq!(anstream::adapter::strip_str(&drawn).to_string(), "NAME  N\nA     1\n");
        assert!(drawn.contains("\u{1b}["));
    }
}
