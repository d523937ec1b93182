//! A decision for people, within 80 columns.

use super::grid;
use super::sheet::Sheet;
use super::wrap::wrapped;
use crate::pipeline::Decided;

/// The columns of a terminal that everything must fit.
const TERMINAL_WIDTH: usize = 80;

/// The width of the labels below the table: that of the longest, and a gap.
const LABEL_WIDTH: usize = 11;

/// The decision as a table and what is said below it.
pub fn decision(decided: &Decided) -> String {
    let sheet = Sheet::of(decided);
    let mut text = format!("{}\n{}\n\n", sheet.title, sheet.dates);
    if !sheet.rows.is_empty() {
        text.push_str(&grid::drawn(&sheet.header, sheet.rows));
        text.push('\n');
    }
    for (label, line) in sheet.lines {
        for (place, part) in wrapped(&line, TERMINAL_WIDTH - LABEL_WIDTH).iter().enumerate() {
            let label = if place == 0 { label } else { "" };
            text.push_str(format!("{label:LABEL_WIDTH$}{part}").trim_end());
            text.push('\n');
        }
    }
    text
}
