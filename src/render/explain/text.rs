//! An explanation for a terminal of 80 columns.

use super::document::{Block, Document};
use crate::render::grid;
use crate::render::wrap::{TERMINAL_WIDTH, all_labelled, hanging, wrapped};

/// How far the continuation of an entry stands in.
const INDENT: &str = "    ";

/// Draws the document.
pub fn drawn(document: &Document) -> String {
    let mut text = String::new();
    push_lines(&mut text, wrapped(&document.title, TERMINAL_WIDTH));
    push_lines(&mut text, wrapped(&document.dates, TERMINAL_WIDTH));
    for sentence in &document.lead {
        text.push('\n');
        push_lines(&mut text, wrapped(sentence, TERMINAL_WIDTH));
    }
    for section in &document.sections {
        text.push_str(&format!("\n{}\n", section.title.to_uppercase()));
        for (place, block) in section.blocks.iter().enumerate() {
            if place > 0 {
                text.push('\n');
            }
            push_block(&mut text, block);
        }
    }
    text
}

fn push_block(text: &mut String, block: &Block) {
    match block {
        Block::Table(table) => text.push_str(&grid::drawn(&table.columns(), table.rows.clone())),
        Block::Facts(facts) => text.push_str(&all_labelled(facts)),
        Block::Items(items) => {
            for item in items {
                push_lines(text, hanging("", &item.head, INDENT, TERMINAL_WIDTH));
                for note in &item.notes {
                    push_lines(text, hanging(INDENT, note, INDENT, TERMINAL_WIDTH));
                }
            }
        }
        Block::Paragraph(sentence) => push_lines(text, wrapped(sentence, TERMINAL_WIDTH)),
        Block::Picture(picture) => text.push_str(picture),
    }
}

fn push_lines(text: &mut String, lines: Vec<String>) {
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
