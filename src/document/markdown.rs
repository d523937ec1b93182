//! A document as Markdown, for a job summary or a message.

use super::{Align, Block, Document, Fact, Item, Table};
use crate::language::Language;

/// Draws a document; the language says which colon stands after a label.
pub fn draw(document: &Document, language: Language) -> String {
    let colon = match language {
        Language::En => ": ",
        Language::Zh => "：",
    };
    let drawn: Vec<String> = document.blocks().iter().map(|block| draw_block(block, colon)).collect();
    drawn.join("\n")
}

fn draw_block(block: &Block, colon: &str) -> String {
    match block {
        Block::Title(title) => format!("## {}\n", escaped(title)),
        Block::Line(text) | Block::Paragraph(text) => format!("{}\n", escaped(text)),
        Block::Lead(text) => format!("**{}**\n", escaped(text)),
        Block::Heading(heading) => format!("### {}\n", escaped(&capitalized(heading))),
        Block::Caption(caption) => format!("{}{}\n", escaped(caption), colon.trim_end()),
        Block::Table(table) => draw_table(table),
        Block::Facts(facts) => facts.iter().map(|fact| draw_fact(fact, colon)).collect(),
        Block::Items(items) => items.iter().map(draw_item).collect(),
        Block::Numbered(sentences) => (1..)
            .zip(sentences)
            .map(|(place, sentence)| format!("{place}. {}\n", escaped(sentence)))
            .collect(),
        Block::Picture(picture) => format!("```text\n{picture}```\n"),
    }
}

fn draw_fact(Fact { label, text, notes, .. }: &Fact, colon: &str) -> String {
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
/// nothing is; a backtick without its fellow is a character like any other. Names with an underscore become code: some
/// chats refuse a message with an odd number of underscores.
pub fn escaped(text: &str) -> String {
    let text = &with_names_as_code(text);
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

/// Sets backticks around every name with an underscore inside, where a text has no unpaired backtick.
fn with_names_as_code(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if !text.contains('_') || parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let parts = parts.iter().enumerate().map(|(place, part)| {
        // What stands between two backticks is code already.
        if place.is_multiple_of(2) { names_as_code(part) } else { (*part).to_owned() }
    });
    parts.collect::<Vec<String>>().join("`")
}

fn names_as_code(text: &str) -> String {
    let mut coded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_name) {
        let (before, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|character| !is_of_name(character)).unwrap_or(from.len()));
        let name = run.trim_end_matches(|character: char| !character.is_alphanumeric());
        let is_name = name.as_bytes().windows(3).any(
            |part| matches!(part, [b, b'_', a] if b.is_ascii_alphanumeric() && a.is_ascii_alphanumeric()),
        );
        coded.push_str(before);
        if is_name {
            coded.push_str(&format!("`{name}`"));
            coded.push_str(run.strip_prefix(name).unwrap_or_default());
        } else {
            coded.push_str(run);
        }
        rest = after;
    }
    coded + rest
}

/// Whether a name or a path may have the character.
fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_/.~-".contains(character)
}

#[cfg(test)]
mod tests {
    use super::super::Rows;
    use super::*;

    #[test]
    fn markup_is_text_and_code_stays_code() {
        assert_eq!(escaped("_e_ ~~s~~ a_b &lt;"), "\\_e\\_ \\~\\~s\\~\\~ `a_b` \\&lt;");
        assert_eq!(escaped("`<profile>_x` <b>"), "`<profile>_x` \\<b\\>");
        assert_eq!(escaped("a ` b"), "a \\` b");
        assert_eq!(escaped("`a|b`"), "`a\\|b`");
    }

    #[test]
    fn names_with_an_underscore_are_code() {
        assert_eq!(
            escaped("Rotation (global_etf_rotation), as of"),
            "Rotation (`global_etf_rotation`), as of"
        );
        assert_eq!(escaped("stale_prices: /data/a_b.csv. x"), "`stale_prices`: `/data/a_b.csv`. x");
        assert_eq!(escaped("用(market_history)。快照no_op的"), "用(`market_history`)。快照`no_op`的");
        assert_eq!(escaped("(market_history). a"), "(`market_history`). a");
        assert_eq!(escaped("`no_op` and no_execute"), "`no_op` and `no_execute`");
        assert_eq!(escaped("a` no_execute"), "a\\` no_execute");
    }

    #[test]
    fn a_cell_can_not_break_the_table() {
        let table =
            Rows::new([()]).left("NAME", |()| "A|B".to_owned()).right("N", |()| "1".to_owned()).table();
        assert_eq!(draw_table(&table), "| name | n |\n| --- | ---: |\n| A\\|B | 1 |\n");
    }
}
