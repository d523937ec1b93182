//! Markdown, for a job summary or a message.

use super::grid::Align;
use super::sheet::Sheet;
use crate::pipeline::Run;

/// The decision as a heading, a table and a list.
pub fn decision(decided: &Run) -> String {
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

/// A text in which no character of the user's files is taken as markup. What stands between backticks is code, in which
/// nothing is; a backtick without its fellow is a character like any other.
pub fn escaped(text: &str) -> String {
    let is_paired = text.matches('`').count().is_multiple_of(2);
    let mut is_code = false;
    let mut safe = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_markup = match character {
            '`' => !is_paired,
            // The end of a cell, in code too.
            '|' => true,
            // Within a word it is none.
            '_' => {
                !(before.is_alphanumeric() && characters.peek().is_some_and(|next| next.is_alphanumeric()))
            }
            _ => "\\*~[]<>#&".contains(character),
        };
        is_code ^= character == '`' && is_paired;
        if is_markup && (!is_code || character == '|') {
            safe.push('\\');
        }
        safe.push(if matches!(character, '\n' | '\r') { ' ' } else { character });
        before = character;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text_and_code_stays_code() {
        assert_eq!(escaped("_e_ ~~s~~ a_b &lt;"), "\\_e\\_ \\~\\~s\\~\\~ a_b \\&lt;");
        assert_eq!(escaped("`<profile>_x` <b>"), "`<profile>_x` \\<b\\>");
        assert_eq!(escaped("a ` b"), "a \\` b");
        assert_eq!(escaped("`a|b`"), "`a\\|b`");
    }

    #[test]
    fn a_cell_can_not_break_the_table() {
        let rows = vec![vec!["A|B".to_owned(), "1".to_owned()]];
        assert_eq!(
            table(&[("NAME", Align::Left), ("N", Align::Right)], &rows),
            "| name | n |\n| --- | ---: |\n| A\\|B | 1 |\n"
        );
    }
}
