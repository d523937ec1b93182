//! The lines that this program prints, in Chinese: a phrase book in a text file, looked up by the English line.
//!
//! `phrases.zh.txt` has an English pattern on one line and the Chinese one, indented, on the next. A part in braces
//! stands for what differs from line to line, and is translated in turn; a part named `list` holds names with commas
//! between, one named `count` a number, one named `path` is a path and stays as it is. `[a|b]` is either of two. A line without a pattern stays as it is: numbers,
//! symbols and formulas do.
//! `hints.zh.txt` has the hints, each below its stable word.

use std::sync::LazyLock;

const CHINESE: &str = include_str!("phrases.zh.txt");
const HINTS: &str = include_str!("hints.zh.txt");

/// What begins a line with the stable word of the next phrase.
const CODE: &str = "= ";

/// What begins a line of the file that is none of its phrases.
const COMMENT: char = '#';

/// How the name of a part begins that stands for one word.
const WORD: &str = "word";

/// How the name of a part begins that stands for one amount, and never for several with commas between.
const AMOUNT: &str = "amount";

/// How the name of a part begins that stands for a number.
const COUNT: &str = "count";

/// How the name of a part begins whose names have commas between.
const LIST: &str = "list";

/// How the name of a part begins that stays as it is: a folder may have the name of a phrase.
const PATH: &str = "path";

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Part(String),
}

/// An English pattern and the Chinese one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Phrase {
    english: Vec<Piece>,
    chinese: Vec<Piece>,
    /// The stable word of a hint.
    code: Option<&'static str>,
}

impl Phrase {
    /// How many bytes of the English pattern are its own.
    fn own_text(&self) -> usize {
        let own = self.english.iter().map(|piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Part(_) => 0,
        });
        own.sum()
    }
}

/// The phrases, those with the most text of their own first.
static BOOK: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let entries = entries(CHINESE).into_iter().chain(entries(HINTS));
    let mut book: Vec<Phrase> = entries.flat_map(|entry| phrases(&entry)).collect();
    book.sort_by_key(|phrase| std::cmp::Reverse(phrase.own_text()));
    book
});

/// Names that the book can't know, each with the one that takes its place.
pub type Names = Vec<(String, String)>;

/// A line in Chinese; `None` where neither the book nor the names have it.
pub fn chinese(text: &str, names: &Names) -> Option<String> {
    let is_letter = |character: char| character.is_alphabetic();
    if !text.contains(is_letter) {
        return None;
    }
    if let Some((_, chinese)) = names.iter().find(|(english, _)| english == text) {
        return Some(chinese.clone());
    }
    BOOK.iter().find_map(|phrase| {
        let parts = matched(&phrase.english, text)?;
        let mut text = String::new();
        for piece in &phrase.chinese {
            let is_quoted = text.ends_with('`');
            text.push_str(&drawn(piece, is_quoted, &parts, names));
        }
        Some(text)
    })
}

/// The same, or the line as it is.
pub fn in_chinese(text: &str, names: &Names) -> String {
    chinese(text, names).unwrap_or_else(|| text.to_owned())
}

/// The stable word of a hint; `None` of one that the book does not have.
pub fn hint_code(hint: &str) -> Option<&'static str> {
    let coded = BOOK.iter().filter_map(|phrase| Some((phrase, phrase.code?)));
    coded.into_iter().find_map(|(phrase, code)| matched(&phrase.english, hint).map(|_| code))
}

/// A pattern and the Chinese one, as the file has them.
#[derive(Clone, Copy, Debug)]
struct Entry {
    english: &'static str,
    chinese: &'static str,
    code: Option<&'static str>,
}

/// The entries of a file.
fn entries(file: &'static str) -> Vec<Entry> {
    let mut lines = file.lines().filter(|line| !line.trim().is_empty() && !line.starts_with(COMMENT));
    let mut entries = Vec::new();
    while let Some(line) = lines.next() {
        let code = line.strip_prefix(CODE);
        let english = if code.is_some() { lines.next().unwrap_or_default() } else { line };
        let chinese = lines.next().unwrap_or_default().trim();
        entries.push(Entry { english, chinese, code });
    }
    entries
}

/// The phrases of an entry: one for each way to take its choices.
fn phrases(entry: &Entry) -> Vec<Phrase> {
    let phrase = |english: String| Phrase {
        english: pieces(&english),
        chinese: pieces(entry.chinese),
        code: entry.code,
    };
    choices(entry.english).into_iter().map(phrase).collect()
}

fn choices(pattern: &str) -> Vec<String> {
    let split = pattern.split_once('[').and_then(|(before, rest)| {
        let (choice, after) = rest.split_once(']')?;
        Some((before, choice, after))
    });
    let Some((before, choice, after)) = split else { return vec![pattern.to_owned()] };
    let rests = choices(after);
    let each = |word: &str| rests.iter().map(move |rest| format!("{before}{word}{rest}")).collect::<Vec<_>>();
    choice.split('|').flat_map(each).collect()
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some((before, from_part)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        let (name, after) = from_part.split_once('}').unwrap_or((from_part, ""));
        pieces.push(Piece::Part(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

/// What the parts of a pattern stand for in a text; `None` where it does not fit. No part is empty.
fn matched<'a>(pattern: &'a [Piece], text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    match pattern {
        [] => text.is_empty().then(Vec::new),
        [Piece::Text(own), rest @ ..] => matched(rest, text.strip_prefix(own.as_str())?),
        [Piece::Part(name)] => (!text.is_empty() && may_be(name, text)).then(|| vec![(name.as_str(), text)]),
        [Piece::Part(name), rest @ ..] => text.char_indices().skip(1).find_map(|(end, _)| {
            let (part, after) = text.split_at_checked(end)?;
            if !may_be(name, part) {
                return None;
            }
            let mut parts = matched(rest, after)?;
            parts.push((name.as_str(), part));
            Some(parts)
        }),
    }
}

/// Whether a part of a name may stand for a text.
fn may_be(name: &str, text: &str) -> bool {
    match name {
        name if name.starts_with(WORD) => !text.contains(' '),
        name if name.starts_with(AMOUNT) => !text.contains(", "),
        name if name.starts_with(COUNT) => {
            text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains(' ')
        }
        _ => true,
    }
}

/// A piece in Chinese. A part in backticks is the name of a file, a column or a symbol, and stays as it is.
fn drawn(piece: &Piece, is_quoted: bool, parts: &[(&str, &str)], names: &Names) -> String {
    match piece {
        Piece::Text(text) => text.clone(),
        Piece::Part(name) => {
            let value = parts.iter().find(|(known, _)| known == name).map_or("", |(_, value)| *value);
            if is_quoted || name.starts_with(PATH) {
                return value.to_owned();
            }
            chinese(value, names).unwrap_or_else(|| {
                if !name.starts_with(LIST) {
                    return value.to_owned();
                }
                value.split(", ").map(|name| in_chinese(name, names)).collect::<Vec<_>>().join("、")
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn parts_are_translated_in_turn() {
        for (english, chinese) in [
            ("REBALANCE for 2025-04-01: sell EWY; buy EWJ, USO", "2025-04-01 调仓：卖出 EWY；买入 EWJ、USO"),
            ("REBALANCE for 2025-04-01: EWJ 50.0 %, USO 50.0 %", "2025-04-01 调仓：EWJ 50.0 %、USO 50.0 %"),
            (
                "REBALANCE for 2025-04-01: QQQ 45,000 USD, TQQQ 45,000 USD; sell EWY",
                "2025-04-01 调仓：QQQ 45,000 美元、TQQQ 45,000 美元；卖出 EWY",
            ),
            (
                "REBALANCE for 2025-04-01: buy A, B, C, D, E and 3 more; cannot be traded: BOXX (no price)",
                "2025-04-01 调仓：买入 A、B、C、D、E 等，另有 3 个；无法交易：BOXX（没有价格）",
            ),
            ("HOLD: the next rebalance is 2025-06-30", "暂不调仓：下一个调仓日为 2025-06-30"),
            (
                "CHANGED: sells SOXL; BOXX 15,000 USD -> 85,000 USD, SOXX 20,000 USD -> 15,000 USD",
                "有变化：卖出 SOXL；BOXX 15,000 美元 -> 85,000 美元、SOXX 20,000 美元 -> 15,000 美元",
            ),
            (
                "close_above_exit_line of SOXX: met -> not met",
                "SOXX 的 close_above_exit_line：成立 -> 不成立",
            ),
            ("was close 232.65 > trend_exit_line 217.06", "原为 close 232.65 > trend_exit_line 217.06"),
            (
                "BLOCKED: none.csv: no such file; 2 more errors",
                "无法决策：none.csv：没有这个文件；另有 2 个错误",
            ),
        ] {
            assert_eq!(in_chinese(english, &Names::new()), chinese);
        }
        assert_eq!(chinese("12.5 %", &Names::new()), None);
    }

    /// The Rust sources without their line breaks inside strings.
    fn sources(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("phrases.rs")
            {
                let file = fs::read_to_string(&path).unwrap();
                let mut is_first = true;
                for part in file.split("\\\n") {
                    text.push_str(if is_first { part } else { part.trim_start() });
                    is_first = false;
                }
            }
        }
    }

    /// A phrase with a word that stands nowhere else is printed no more, and what took its place would stay in English.
    #[test]
    fn every_word_of_a_phrase_is_printed_somewhere() {
        let mut text = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
        let text = text.to_lowercase();
        for Entry { english, .. } in entries(CHINESE).into_iter().chain(entries(HINTS)) {
            for piece in pieces(&choices(english).remove(0)) {
                let Piece::Text(own) = piece else { continue };
                for word in own.to_lowercase().split(|letter: char| !letter.is_ascii_alphabetic()) {
                    assert!(word.len() < 4 || text.contains(word), "{english}: `{word}`");
                }
            }
        }
    }

    #[test]
    fn both_lines_of_a_phrase_have_the_same_parts() {
        let mut seen = BTreeSet::new();
        for Entry { english, chinese, .. } in entries(CHINESE).into_iter().chain(entries(HINTS)) {
            let parts = |pattern: &str| -> BTreeSet<String> {
                let parts = pieces(pattern).into_iter().filter_map(|piece| match piece {
                    Piece::Part(name) => Some(name),
                    Piece::Text(_) => None,
                });
                parts.collect()
            };
            assert_eq!(parts(english), parts(chinese), "{english}");
            assert!(seen.insert(english), "{english} stands twice");
            assert!(!chinese.is_ascii(), "{chinese}");
            assert!(pieces(english).iter().any(|piece| matches!(piece, Piece::Text(_))), "{english}");
        }
    }

    #[test]
    fn every_hint_has_a_stable_word() {
        for Entry { english, code, .. } in entries(HINTS) {
            let code = code.unwrap_or_else(|| panic!("{english} has no code"));
            assert!(code.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_'), "{code}");
        }
        assert_eq!(hint_code("add the closes of `QQQ` to a file named with `--prices`"), Some("add_closes"));
        assert_eq!(hint_code("divide the values by 100"), Some("divide_by_100"));
        assert_eq!(hint_code("something else"), None);
    }
}
