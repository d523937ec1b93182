//! A document as Markdown, for a job summary or a message.

use super::{Align, Block, Document, Fact, Item, Table};
use crate::language::Language;

/// Draws a document; the language says which colon stands after a label.
pub fn draw(document: &Document, language: Language) -> String {
    let drawn: Vec<String> = document.blocks().iter().map(|block| draw_block(block, language)).collect();
    drawn.join("\n")
}

fn draw_block(block: &Block, language: Language) -> String {
    match block {
        Block::Title(title) => format!("## {}\n", escaped(title)),
        Block::Line(text) | Block::Paragraph(text) => format!("{}\n", escaped(text)),
        Block::Lead(text) => format!("**{}**\n", escaped(text)),
        Block::Heading(heading) => format!("### {}\n", escaped(&capitalized(heading))),
        Block::Table(table) => draw_table(table),
        Block::Facts(facts) => facts.iter().map(|fact| draw_fact(fact, language)).collect(),
        Block::Items(items) => items.iter().map(draw_item).collect(),
        Block::Picture(picture) => format!("```text\n{picture}```\n"),
    }
}

fn draw_fact(Fact { label, text, notes }: &Fact, language: Language) -> String {
    let colon = match language {
        Language::En => ": ",
        Language::Zh => "：",
    };
    format!("- **{}**{colon}{}\n{}", escaped(&label.text), escaped(text), draw_notes(notes))
}

fn draw_item(item: &Item) -> String {
    format!("- {}\n{}", escaped(&item.head), draw_notes(&item.notes))
}

fn draw_notes(notes: &[String]) -> String {
    notes.iter().map(|note| format!("  - {}\n", escaped(note))).collect()
}

fn draw_table(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = |align: Align| if align == Align::Right { "---:" } else { "---" }.to_owned();
    let mut text = line(table.header.iter().map(|(name, _)| name.to_lowercase()).collect());
    text.push_str(&line(table.header.iter().map(|(_, align)| rule(*align)).collect()));
    for row in &table.rows {
        text.push_str(&line(row.iter().map(|cell| escaped(&cell.text)).collect()));
    }
    text
}

fn capitalized(title: &str) -> String {
    let mut characters = title.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + characters.as_str()
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
        let mut table = Table::new(&[("NAME", Align::Left), ("N", Align::Right)]);
        table.rows = vec![vec!["A|B".into(), "1".into()]];
        assert_eq!(draw_table(&table), "| name | n |\n| --- | ---: |\n| A\\|B | 1 |\n");
    }
}
