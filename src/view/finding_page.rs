//! The page of a finding's code, and the list of all codes.

use crate::document::finding::tone;
use crate::document::{Block, Cell, Document, Fact};
use crate::finding::page::{Page, Words};
use crate::language::Language;

/// One page.
pub fn document(page: &Page, language: Language) -> Document {
    let words = Words::new(language);
    let mut title = format!("{}: {}", page.code, page.severity.as_str());
    if page.can_be_allowed {
        title.push_str(&format!("; `--allow {}` {}", page.code, words.allow));
    }
    let mut document = Document::new(title);
    document.push(Block::Paragraph(page.meaning.to_owned()));
    document.push(Block::Paragraph(format!("{}{}", words.example, page.example)));
    document.push(Block::Paragraph(format!("{}{}", words.cure, page.cure)));
    document
}

/// Every code with its severity.
pub fn list(pages: &[Page]) -> Block {
    let fact = |page: &Page| {
        let allowed = if page.can_be_allowed { " (--allow)" } else { "" };
        let severity = page.severity.as_str();
        Fact::new(Cell::new(page.code.as_str(), tone(page.severity)), format!("{severity}{allowed}"))
    };
    Block::Facts(pages.iter().map(fact).collect())
}
