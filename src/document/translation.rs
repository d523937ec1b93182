//! A document in another language: every line by its phrase, every finding by the sentence of its code.

use super::{Block, Cell, Document, Fact, Item, Table};
use crate::finding::page::Page;
use crate::language::Language;
use crate::language::phrases::{Names, in_chinese};

impl Document {
    /// The document in a language; it is written in English. Names are what the phrase book can't know, such as that of a
    /// profile, each with the one that takes its place.
    #[must_use]
    pub fn in_language(self, language: Language, names: &Names) -> Self {
        match language {
            Language::En => self,
            Language::Zh => {
                Self { blocks: self.blocks.into_iter().map(|block| block_of(block, names)).collect() }
            }
        }
    }
}

fn block_of(block: Block, names: &Names) -> Block {
    let said = |text: String| in_chinese(&text, names);
    match block {
        Block::Title(text) => Block::Title(said(text)),
        Block::Line(text) => Block::Line(said(text)),
        Block::Lead(text) => Block::Lead(said(text)),
        Block::Heading(text) => Block::Heading(said(text)),
        Block::Paragraph(text) => Block::Paragraph(said(text)),
        Block::Table(table) => Block::Table(table_of(table, names)),
        Block::Facts(facts) => Block::Facts(facts.into_iter().map(|fact| fact_of(fact, names)).collect()),
        Block::Items(items) => Block::Items(
            items
                .into_iter()
                .map(|item| Item {
                    head: in_chinese(&item.head, names),
                    notes: item.notes.iter().map(|note| in_chinese(note, names)).collect(),
                })
                .collect(),
        ),
        Block::Picture(picture) => Block::Picture(picture),
    }
}

fn table_of(table: Table, names: &Names) -> Table {
    Table {
        header: table.header.into_iter().map(|(name, align)| (in_chinese(&name, names), align)).collect(),
        rows: table
            .rows
            .into_iter()
            .map(|row| row.into_iter().map(|cell| cell_of(cell, names)).collect())
            .collect(),
    }
}

fn cell_of(cell: Cell, names: &Names) -> Cell {
    Cell { text: in_chinese(&cell.text, names), ..cell }
}

/// Of a finding the sentence of its code, and below it in English what is particular to it.
fn fact_of(fact: Fact, names: &Names) -> Fact {
    let label = cell_of(fact.label, names);
    let notes = fact.notes.iter().map(|note| in_chinese(note, names));
    match fact.code.and_then(|code| Page::new(code, Language::Zh)) {
        Some(page) => Fact {
            label,
            text: format!("{}：{}", page.code, page.meaning),
            notes: std::iter::once(fact.text).chain(notes).collect(),
            code: fact.code,
        },
        None => Fact { label, text: in_chinese(&fact.text, names), notes: notes.collect(), code: fact.code },
    }
}
