//! What a text for people says, apart from how it is drawn: as text for a terminal, or as Markdown.

pub(crate) mod csv;
pub(crate) mod finding;
pub(crate) mod grid;
pub(crate) mod json;
pub mod markdown;
pub(crate) mod message;
pub mod text;
mod translation;
pub mod wrap;

use std::borrow::Cow;

use crate::finding::Code;
use crate::visible::harmless;
pub use grid::{Align, Rows, Table};

/// The columns of a text where nothing says otherwise.
pub const DEFAULT_WIDTH: usize = 80;

/// What a text is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// The columns that every line must fit.
    pub width: usize,
    /// Whether words have colours.
    pub color: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self { width: DEFAULT_WIDTH, color: false }
    }
}

/// How a word stands out on a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As the rest.
    #[default]
    Plain,
    /// Bought, held, met.
    Good,
    /// Sold, not met, an error.
    Bad,
    /// A warning.
    Warning,
    /// Beside the point.
    Quiet,
    /// The first line.
    Strong,
}

/// A text with its tone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The text; in a table it may have several lines.
    pub text: String,
    /// How it stands out.
    pub tone: Tone,
}

impl Cell {
    /// A text with a tone.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Tone::Plain)
    }
}

/// A whole text: blocks, one below the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The blocks; those with nothing to say are left out.
    blocks: Vec<Block>,
}

impl Document {
    /// A document that begins with a title.
    pub fn new(title: impl Into<String>) -> Self {
        Self { blocks: vec![Block::Title(title.into()).harmless()] }
    }

    /// Adds a block unless it is empty.
    pub fn push(&mut self, mut block: Block) {
        if !block.is_empty() {
            self.blocks.push(block.harmless());
        }
    }

    /// Adds a heading with blocks below it, unless all of them are empty.
    pub fn section(&mut self, heading: impl Into<String>, mut blocks: Vec<Block>) {
        blocks.retain_mut(|block| !block.is_empty());
        if !blocks.is_empty() {
            self.push(Block::Heading(heading.into()));
            blocks.into_iter().for_each(|block| self.push(block));
        }
    }

    /// The blocks in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }
}

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// The first line.
    Title(String),
    /// A line that belongs to the one above it.
    Line(String),
    /// What matters most, in a sentence.
    Lead(String),
    /// The heading of a section, in lower case.
    Heading(String),
    /// What the list below it is.
    Caption(String),
    /// One sentence or more.
    Paragraph(String),
    /// Rows under a header.
    Table(Table),
    /// Sentences beside labels.
    Facts(Vec<Fact>),
    /// Entries, each with what follows from it.
    Items(Vec<Item>),
    /// Sentences, counted from one.
    Numbered(Vec<String>),
    /// Lines that are drawn as they are.
    Picture(String),
}

impl Block {
    /// The same with nothing in it that acts on a terminal: its words may come from a stranger's file.
    fn harmless(mut self) -> Self {
        for text in self.texts_mut() {
            if let Cow::Owned(safe) = harmless(text) {
                *text = safe;
            }
        }
        self
    }

    /// Whether there is nothing to draw; the header of a table alone says nothing.
    fn is_empty(&mut self) -> bool {
        match self {
            Self::Table(table) => table.rows.is_empty(),
            _ => self.texts_mut().into_iter().all(|text| text.is_empty()),
        }
    }

    /// Every text of the block, in order.
    fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::Table(Table { header, rows }) => {
                let cells = rows.iter_mut().flatten().map(|cell| &mut cell.text);
                header.iter_mut().map(|(name, _)| name).chain(cells).collect()
            }
            Self::Facts(facts) => facts
                .iter_mut()
                .flat_map(|fact| [&mut fact.label.text, &mut fact.text].into_iter().chain(&mut fact.notes))
                .collect(),
            Self::Items(items) => items
                .iter_mut()
                .flat_map(|item| std::iter::once(&mut item.head).chain(&mut item.notes))
                .collect(),
            Self::Numbered(sentences) => sentences.iter_mut().collect(),
            Self::Title(text)
            | Self::Line(text)
            | Self::Lead(text)
            | Self::Heading(text)
            | Self::Caption(text)
            | Self::Paragraph(text)
            | Self::Picture(text) => vec![text],
        }
    }
}

/// Sentences beside a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The label.
    pub label: Cell,
    /// What it is about.
    pub text: String,
    /// What follows from it.
    pub notes: Vec<String>,
    /// The code of the finding that it is about, if it is about one.
    pub code: Option<Code>,
}

impl Fact {
    /// A sentence beside its label.
    pub fn new(label: impl Into<Cell>, text: impl Into<String>) -> Self {
        Self { label: label.into(), text: text.into(), notes: Vec::new(), code: None }
    }

    /// The same with what follows from it.
    pub fn with_notes(label: impl Into<Cell>, text: impl Into<String>, notes: Vec<String>) -> Self {
        Self { notes, ..Self::new(label, text) }
    }
}

impl<T: Into<String>> From<T> for Item {
    fn from(head: T) -> Self {
        Self { head: head.into(), notes: Vec::new() }
    }
}

/// An entry with what follows from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// What it says.
    pub head: String,
    /// What follows from it.
    pub notes: Vec<String>,
}
