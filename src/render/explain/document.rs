//! What an explanation says, apart from how it is drawn: sections of tables, facts, items and pictures.

use crate::render::grid::Align;

/// A whole explanation for people.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The profile's name and key.
    pub title: String,
    /// The dates.
    pub dates: String,
    /// What matters most, in sentences.
    pub lead: Vec<String>,
    /// The rest, in order.
    pub sections: Vec<Section>,
}

/// A part of an explanation.
#[derive(Clone, Debug)]
pub struct Section {
    /// The heading, in lower case.
    pub title: String,
    /// What it says, in order.
    pub blocks: Vec<Block>,
}

impl Section {
    /// A section; `None` when it has nothing to say.
    pub fn of(title: impl Into<String>, blocks: Vec<Block>) -> Option<Self> {
        let blocks: Vec<Block> = blocks.into_iter().filter(|block| !block.is_empty()).collect();
        (!blocks.is_empty()).then(|| Self { title: title.into(), blocks })
    }
}

/// A piece of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// Rows under a header.
    Table(Table),
    /// Sentences under labels.
    Facts(Vec<(String, String)>),
    /// Entries, each with what follows from it.
    Items(Vec<Item>),
    /// One sentence or more.
    Paragraph(String),
    /// Lines that are drawn as they are.
    Picture(String),
}

impl Block {
    fn is_empty(&self) -> bool {
        match self {
            Self::Table(table) => table.rows.is_empty(),
            Self::Facts(facts) => facts.is_empty(),
            Self::Items(items) => items.is_empty(),
            Self::Paragraph(text) | Self::Picture(text) => text.is_empty(),
        }
    }
}

/// Rows under a header.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The columns.
    pub header: Vec<(String, Align)>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns and no rows yet.
    pub fn new(header: &[(&str, Align)]) -> Self {
        let header = header.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect();
        Self { header, rows: Vec::new() }
    }

    /// The columns as the drawing functions take them.
    pub fn columns(&self) -> Vec<(&str, Align)> {
        self.header.iter().map(|(name, align)| (name.as_str(), *align)).collect()
    }
}

/// An entry with what follows from it.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// What it says.
    pub head: String,
    /// What follows from it.
    pub notes: Vec<String>,
}
