//! Text broken into lines of a width, measured in the columns of a terminal, where a wide character takes two.

use std::path::MAIN_SEPARATOR;

use unicode_width::UnicodeWidthStr;

/// Characters that may not begin a line.
const NEVER_FIRST: &str = "，。、；：！？）】》〉」』”’％%…,.;:!?)]}";
/// Characters that may not end a line.
const NEVER_LAST: &str = "（【《〈「『“‘([{";
/// Words that stay on the line of the word before: a number and its unit are one thing.
const UNITS: [char; 1] = ['%'];

/// The columns that a line takes on a terminal.
pub fn width_of(line: &str) -> usize {
    line.width()
}

/// Breaks a text into lines of at most `width` columns: at its spaces, which run together, and between wide
/// characters, of which Chinese text is made; never before a closing mark or after an opening one. A longer
/// piece has a line of its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for Piece { text, follows_space } in pieces(text) {
        let gap = if follows_space { " " } else { "" };
        if line.is_empty() {
            line = text;
        } else if width_of(&line) + gap.len() + width_of(&text) > width {
            lines.push(std::mem::replace(&mut line, text));
        } else {
            line.push_str(gap);
            line.push_str(&text);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The same with something in front of the first line and of those that follow it, both within the width.
pub fn hanging(first: &str, text: &str, indent: &str, width: usize) -> Vec<String> {
    let room = width.saturating_sub(width_of(first).max(width_of(indent)));
    let in_front = std::iter::once(first).chain(std::iter::repeat(indent));
    wrapped(text, room).into_iter().zip(in_front).map(|(line, front)| format!("{front}{line}")).collect()
}

/// The end of a path in at most so many columns, whole names only; its file name is never cut, and stands alone where
/// the mark of what is left out would not fit beside it.
pub fn end_of_path(path: &str, width: usize) -> String {
    if width_of(path) <= width {
        return path.to_owned();
    }
    let mark = format!("...{MAIN_SEPARATOR}");
    let ends = path.match_indices(MAIN_SEPARATOR).filter_map(|(place, _)| path.get(place + 1..));
    let whole: Vec<&str> = ends.filter(|end| !end.is_empty()).collect();
    match whole.iter().find(|end| width_of(end) + mark.len() <= width) {
        Some(end) => format!("{mark}{end}"),
        None => whole.last().copied().unwrap_or(path).to_owned(),
    }
}

/// What no line break may part.
struct Piece {
    text: String,
    /// Whether a space stands before it, where no line break does.
    follows_space: bool,
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for word in text.split_whitespace() {
        let mut follows_space = true;
        for character in word.chars() {
            match pieces.last_mut() {
                Some(piece) if follows_space && word.starts_with(UNITS) => {
                    piece.text.push(' ');
                    piece.text.push(character);
                }
                Some(piece) if !follows_space && !may_break(&piece.text, character) => {
                    piece.text.push(character);
                }
                _ => pieces.push(Piece { text: character.to_string(), follows_space }),
            }
            follows_space = false;
        }
    }
    pieces
}

/// Whether a line may end after a text and the next begin with a character.
fn may_break(text: &str, next: char) -> bool {
    let Some(last) = text.chars().next_back() else { return false };
    // A list in JSON, such as a config value, has no spaces.
    let is_next_of_a_list = last == ',' && matches!(next, '"' | '{' | '[');
    is_next_of_a_list
        || (is_wide(last) || is_wide(next)) && !NEVER_FIRST.contains(next) && !NEVER_LAST.contains(last)
}

fn is_wide(character: char) -> bool {
    width_of(character.encode_utf8(&mut [0; 4])) > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable a", 5), ["unbreakable", "a"]);
        assert_eq!(wrapped("a  b\nc", 5), ["a b c"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn a_path_is_cut_between_its_names() {
        assert_eq!(end_of_path("prices.csv", 24), "prices.csv");
        assert_eq!(end_of_path("/srv/market/2025/prices.csv", 20), ".../2025/prices.csv");
        let long = "prices-of-the-whole-quarter.csv";
        assert_eq!(end_of_path(&format!("/srv/{long}"), 20), long);
        assert_eq!(end_of_path(long, 20), long);
    }

    #[test]
    fn what_follows_the_first_line_hangs() {
        assert_eq!(hanging("a: ", "one two three", "  ", 10), ["a: one two", "  three"]);
        assert_eq!(hanging("", "one two", "    ", 8), ["one", "    two"]);
        assert_eq!(hanging("目标：", "one two", "      ", 10), ["目标：one", "      two"]);
    }

    #[test]
    fn a_number_keeps_its_percent_sign() {
        assert_eq!(wrapped("at most 80 % of it", 10), ["at most", "80 % of it"]);
        assert_eq!(wrapped("below 0 %: none", 8), ["below", "0 %:", "none"]);
        assert_eq!(wrapped("%", 8), ["%"]);
    }

    #[test]
    fn a_list_in_json_breaks_between_its_items() {
        assert_eq!(wrapped(r#"["QQQ","SPY"] 1,000"#, 8), [r#"["QQQ","#, r#""SPY"]"#, "1,000"]);
    }

    #[test]
    fn chinese_breaks_between_characters_that_take_two_columns() {
        // Ten columns hold five characters.
        assert_eq!(wrapped("调仓日按动量排名", 10), ["调仓日按动", "量排名"]);
    }

    #[test]
    fn a_line_begins_with_no_closing_mark_and_ends_with_no_opening_one() {
        assert_eq!(wrapped("调仓日按动，量", 10), ["调仓日按", "动，量"]);
        assert_eq!(wrapped("避险资产（现金）", 10), ["避险资产", "（现金）"]);
        assert_eq!(wrapped("持有 80%。其余", 8), ["持有", "80%。其", "余"]);
    }

    #[test]
    fn words_within_chinese_stay_whole() {
        assert_eq!(wrapped("其余放入BOXX，即避险资产", 12), ["其余放入", "BOXX，即避险", "资产"]);
        assert_eq!(wrapped("为 `no_execute` 标记", 12), ["为", "`no_execute`", "标记"]);
    }
}
