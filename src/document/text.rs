//! A document as text that a terminal holds.

use anstyle::{AnsiColor, Style};

use super::wrap::{hanging, width_of, wrapped};
use super::{Block, Document, Fact, Item, Screen, Tone};

/// How far the continuation of an entry stands in.
const INDENT: &str = "    ";

/// The spaces between a label and the text beside it.
const GAP: usize = 2;

/// Draws a document within the width of the screen.
pub fn draw(document: &Document, screen: Screen) -> String {
    let mut text = String::new();
    let mut is_below_heading = true;
    for block in document.blocks() {
        if !is_below_heading && !matches!(block, Block::Line(_)) {
            text.push('\n');
        }
        is_below_heading = matches!(block, Block::Heading(_));
        draw_block(&mut text, block, screen);
    }
    text
}

fn draw_block(text: &mut String, block: &Block, screen: Screen) {
    let sentence = |text: &mut String, sentence: &str, tone| {
        push_lines(text, wrapped(sentence, screen.width).iter().map(|line| painted(line, tone, screen)));
    };
    match block {
        Block::Title(title) => sentence(text, title, Tone::Strong),
        Block::Line(line) | Block::Paragraph(line) | Block::Lead(line) | Block::Caption(line) => {
            sentence(text, line, Tone::Plain);
        }
        Block::Heading(heading) => sentence(text, &heading.to_uppercase(), Tone::Plain),
        Block::Table(table) => text.push_str(&table.draw(screen)),
        Block::Facts(facts) => draw_facts(text, facts, screen),
        Block::Items(items) => items.iter().for_each(|item| draw_item(text, item, screen)),
        Block::Numbered(sentences) => {
            for (place, sentence) in (1..).zip(sentences) {
                push_lines(text, hanging(&format!("{place:>2}. "), sentence, INDENT, screen.width));
            }
        }
        Block::Picture(picture) => text.push_str(picture),
    }
}

/// Labels in one column, as wide as the longest takes, and their texts in another.
fn draw_facts(text: &mut String, facts: &[Fact], screen: Screen) {
    let label_width = facts.iter().map(|fact| width_of(&fact.label.text)).max().unwrap_or(0) + GAP;
    let indent = " ".repeat(label_width);
    for Fact { label, text: sentence, notes, .. } in facts {
        let fill = " ".repeat(label_width - width_of(&label.text));
        let front = format!("{}{fill}", label.text);
        let lines = hanging(&front, sentence, &indent, screen.width);
        let plain = |line: String| line.replacen(&label.text, &painted(&label.text, label.tone, screen), 1);
        let mut lines = lines.into_iter();
        push_lines(text, lines.next().map(plain).into_iter().chain(lines));
        for note in notes {
            push_lines(text, hanging(&indent, note, &indent, screen.width));
        }
    }
}

fn draw_item(text: &mut String, item: &Item, screen: Screen) {
    push_lines(text, hanging("", &item.head, INDENT, screen.width));
    for note in &item.notes {
        push_lines(text, hanging(INDENT, note, INDENT, screen.width));
    }
}

fn push_lines(text: &mut String, lines: impl IntoIterator<Item = String>) {
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// A text in the colour of its tone, where the screen has colours.
pub fn painted(text: &str, tone: Tone, screen: Screen) -> String {
    let colored = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    let style = match tone {
        _ if !screen.color => return text.to_owned(),
        Tone::Plain => return text.to_owned(),
        Tone::Good => colored(AnsiColor::Green),
        Tone::Bad => colored(AnsiColor::Red),
        Tone::Warning => colored(AnsiColor::Yellow),
        Tone::Quiet => Style::new().dimmed(),
        Tone::Strong => Style::new().bold(),
    };
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(block: Block) -> String {
        let mut document = Document::default();
        document.push(block);
        draw(&document, Screen::default())
    }

    #[test]
    fn labels_stand_in_a_column_of_their_own() {
        let long = "word ".repeat(20);
        let facts = vec![Fact::new("a", long), Fact::new("目标", "one"), Fact::new("b", "")];
        // Four columns of the widest label and two of the gap leave 74, which fourteen words of five fill to 69.
        let expected = format!(
            "a     {}\n      {}\n目标  one\nb\n",
            "word ".repeat(15).trim_end(),
            "word ".repeat(5).trim_end()
        );
        assert_eq!(drawn(Block::Facts(facts)), expected);
    }

    #[test]
    fn sentences_are_counted_and_hang() {
        let sentences = vec!["one".to_owned(), "word ".repeat(16)];
        // Four columns of the number leave 76, which fifteen words of five fill to 74.
        let expected = format!(" 1. one\n 2. {}\n    word\n", "word ".repeat(15).trim_end());
        assert_eq!(drawn(Block::Numbered(sentences)), expected);
    }
}
