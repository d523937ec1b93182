//! A document in another language: every line by its phrase, every finding by the sentence of its code.

use super::{Block, Document, Fact};
use crate::finding::page::Page;
use crate::language::Language;
use crate::language::phrases::{Names, in_chinese};

impl Document {
    /// The document in a language; it is written in English. Names are what the phrase book can't know, such as that of a
    /// profile, each with the one that takes its place.
    #[must_use]
    pub fn in_language(mut self, language: Language, names: &Names) -> Self {
        if language == Language::Zh {
            self.blocks.iter_mut().for_each(|block| translate(block, names));
        }
        self
    }
}

/// Of a finding the sentence of its code, and below it in English what is particular to it.
fn translate(block: &mut Block, names: &Names) {
    let said: Vec<String> = match block {
        Block::Picture(_) => return,
        Block::Facts(facts) => facts.iter_mut().map(kept_apart).collect(),
        _ => Vec::new(),
    };
    block.texts_mut().into_iter().for_each(|text| *text = in_chinese(text, names));
    let Block::Facts(facts) = block else { return };
    for (fact, said) in facts.iter_mut().zip(said) {
        if let Some(page) = fact.code.and_then(|code| Page::new(code, Language::Zh)) {
            fact.text = format!("{}：{}", page.code, page.meaning);
            fact.notes.insert(0, said);
        }
    }
}

/// What is particular to a finding, taken out of its fact; nothing of another fact.
fn kept_apart(fact: &mut Fact) -> String {
    if fact.code.is_some() { std::mem::take(&mut fact.text) } else { String::new() }
}
