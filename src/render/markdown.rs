//! Markdown, for a job summary or a message.

use super::grid::Align;
use super::sheet::Sheet;
use crate::pipeline::Decided;

/// The decision as a heading, a table and a list.
pub fn decision(decided: &Decided) -> String {
    let sheet = Sheet::of(decided);
    let mut text = format!("## {}\n\n{}\n\n", escaped(&sheet.title), sheet.dates);
    if !sheet.rows.is_empty() {
        text.push_str(&table(&sheet.header, &sheet.rows));
        text.push('\n');
    }
    for (label, line) in sheet.lines {
        text.push_str(&format!("- **{label}**: {}\n", escaped(&line)));
    }
    text
}

/// Rows under a header as a Markdown table.
pub fn table(header: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(header.iter().map(|(name, _)| name.to_lowercase()).collect());
    text.push_str(&line(
        header
            .iter()
            .map(|(_, align)| if *align == Align::Right { "---:" } else { "---" }.to_owned())
            .collect(),
    ));
    for row in rows {
        text.push_str(&line(row.iter().map(|cell| escaped(cell)).collect()));
    }
    text
}

/// A text in which no character of the user's files is taken as markup.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '|' | '*' | '[' | ']' | '<' | '>' | '#' => {
                safe.push('\\');
                safe.push(character);
            }
            '\n' | '\r' => safe.push(' '),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_can_not_break_the_table() {
        let rows = vec![vec!["A|B".to_owned(), "1".to_owned()]];
        assert_eq!(
            table(&[("NAME", Align::Left), ("N", Align::Right)], &rows),
            "| name | n |\n| --- | ---: |\n| A\\|B | 1 |\n"
        );
    }
}
