//! Text of the user's files and names, made safe to show: nothing in it can drive a terminal, break a line of a
//! table, or turn the direction of what follows.

use std::borrow::Cow;

/// The text with control characters, direction marks, invisible characters and spaces that only look like one as their
/// escapes, as in `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_unsafe)
}

/// The text without what acts on a terminal or hides in it; its spaces and line ends stay.
pub fn harmless(text: &str) -> Cow<'_, str> {
    escaped(text, |character| character != '\n' && (character.is_control() || is_invisible(character)))
}

/// The text with some characters as their escapes.
fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_escaped(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Whether a character acts on what shows it, or hides in it: control characters, what can't be seen, and every white
/// space but the plain one.
fn is_unsafe(character: char) -> bool {
    character.is_control() || character.is_whitespace() && character != ' ' || is_invisible(character)
}

/// Whether a character takes no place where it is shown: the marks and overrides of direction (Unicode standard annex
/// 9), joiners, and what has no width.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// A word of a command as a shell takes it: in single quotes where the shell would part or replace it.
pub fn shell_word(word: &str) -> Cow<'_, str> {
    let is_plain = |character: char| character.is_alphanumeric() || "/._-+=@%,:".contains(character);
    if word.chars().all(is_plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', "'\\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_a_shell_would_part_it() {
        assert_eq!(shell_word("prices/QQQ_2025.csv"), "prices/QQQ_2025.csv");
        assert_eq!(shell_word("my prices.csv"), "'my prices.csv'");
        assert_eq!(shell_word("it's.csv"), "'it'\\''s.csv'");
        assert_eq!(shell_word("$QQQ=QQQ"), "'$QQQ=QQQ'");
    }

    #[test]
    fn spaces_and_line_ends_are_harmless() {
        assert_eq!(harmless("a\u{a0}b\nc　d"), "a\u{a0}b\nc　d");
        assert_eq!(harmless("\u{1b}[31m\t\u{202e}"), "\\u{1b}[31m\\t\\u{202e}");
    }

    #[test]
    fn what_acts_is_shown_as_its_escape() {
        assert_eq!(visible("\u{1b}[31mred\n\u{202e}txt"), "\\u{1b}[31mred\\n\\u{202e}txt");
        assert_eq!(visible("标普 500 é"), "标普 500 é");
        assert_eq!(visible("a\u{a0}b\u{200b}\u{feff}"), "a\\u{a0}b\\u{200b}\\u{feff}");
    }
}
