//! A decision for people, within 80 columns.

use super::grid;
use super::sheet::Sheet;
use super::wrap::labelled;
use crate::pipeline::Run;

/// The width of the labels below the table: that of the longest, and a gap.
const LABEL_WIDTH: usize = 11;

/// The decision as a table and what is said below it.
pub fn decision(decided: &Run) -> String {
    let sheet = Sheet::of(decided);
    let mut text = format!("{}\n{}\n\n", sheet.title, sheet.dates);
    if !sheet.rows.is_empty() {
        text.push_str(&grid::drawn(&sheet.header, sheet.rows));
        text.push('\n');
    }
    for (label, line) in sheet.lines {
        text.push_str(&labelled(label, LABEL_WIDTH, &line));
    }
    text
}
