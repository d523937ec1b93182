//! An explanation as Markdown, for a job summary or a message.

use super::document::{Block, Document};
use crate::render::markdown::{escaped, table};

/// Draws the document.
pub fn drawn(document: &Document) -> String {
    let mut text = format!("## {}\n\n{}\n", escaped(&document.title), document.dates);
    for sentence in &document.lead {
        text.push_str(&format!("\n**{}**\n", escaped(sentence)));
    }
    for section in &document.sections {
        text.push_str(&format!("\n### {}\n", escaped(&capitalized(&section.title))));
        for block in &section.blocks {
            text.push('\n');
            push_block(&mut text, block);
        }
    }
    text
}

fn push_block(text: &mut String, block: &Block) {
    match block {
        // A cell of several lines is one of several sentences here.
        Block::Table(drawn) => text.push_str(&table(&drawn.columns(), &drawn.rows)),
        Block::Facts(facts) => {
            for (label, fact) in facts {
                text.push_str(&format!("- **{}**: {}\n", escaped(label), escaped(fact)));
            }
        }
        Block::Items(items) => {
            for item in items {
                text.push_str(&format!("- {}\n", escaped(&item.head)));
                for note in &item.notes {
                    text.push_str(&format!("  - {}\n", escaped(note)));
                }
            }
        }
        Block::Paragraph(sentence) => text.push_str(&format!("{}\n", escaped(sentence))),
        Block::Picture(picture) => text.push_str(&format!("```text\n{picture}```\n")),
    }
}

fn capitalized(title: &str) -> String {
    let mut characters = title.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + characters.as_str()
}
