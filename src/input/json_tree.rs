//! JSON as a tree of values that know where they stand, for a reader that reports every problem of a file at once.

use super::json::place_of_byte;
use crate::finding::Place;

/// How deep values may lie in each other.
const DEEPEST: usize = 64;

/// Words that other languages write for numbers, and that JSON has no words for.
const NOT_JSON: [&str; 4] = ["NaN", "Infinity", "-Infinity", "nan"];

/// A value and the byte that it begins at.
#[derive(Debug)]
pub(super) struct Node {
    pub at: usize,
    pub value: Tree,
}

/// A value.
#[derive(Debug)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    /// The number as it is written.
    Number(String),
    /// A word in the place of a number: `NaN`.
    NotJson(String),
    Text(String),
    List(Vec<Node>),
    /// The keys in file order, each with the byte that it begins at.
    Object(Vec<(String, usize, Node)>),
}

impl Tree {
    /// What the value is, for a message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) | Self::NotJson(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl Node {
    /// Where the value stands in its text.
    pub(super) fn place(&self, text: &str) -> Place {
        place_of_byte(text, self.at)
    }

    /// The value as JSON again; words that JSON does not have become null.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Tree::Null | Tree::NotJson(_) => serde_json::Value::Null,
            Tree::Bool(value) => (*value).into(),
            Tree::Number(number) => serde_json::from_str(number).unwrap_or(serde_json::Value::Null),
            Tree::Text(text) => text.clone().into(),
            Tree::List(items) => items.iter().map(Self::to_json).collect(),
            Tree::Object(entries) => {
                let entries = entries.iter().map(|(key, _, value)| (key.clone(), value.to_json()));
                serde_json::Value::Object(entries.collect())
            }
        }
    }
}

/// Reads JSON, and words such as `NaN` where a number is meant; `None` of what is not JSON otherwise.
pub(super) fn read(text: &str) -> Option<Node> {
    let mut parser = Parser { text, at: 0 };
    let node = parser.value(0)?;
    parser.skip_blanks();
    parser.rest().is_empty().then_some(node)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn take(&mut self, word: &str) -> bool {
        let is_next = self.rest().starts_with(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.skip_blanks();
        let at = self.at;
        let value = match self.rest().chars().next()? {
            _ if depth > DEEPEST => return None,
            '{' => self.object(depth)?,
            '[' => self.list(depth)?,
            '"' => Tree::Text(self.string()?),
            _ => self.word()?,
        };
        Some(Node { at, value })
    }

    fn word(&mut self) -> Option<Tree> {
        let is_part = |character: char| character.is_ascii_alphanumeric() || "+-.".contains(character);
        let rest = self.rest();
        let word = rest.get(..rest.find(|character| !is_part(character)).unwrap_or(rest.len()))?.to_owned();
        self.at += word.len();
        match word.as_str() {
            "null" => Some(Tree::Null),
            "true" | "false" => Some(Tree::Bool(word == "true")),
            not_json if NOT_JSON.contains(&not_json) => Some(Tree::NotJson(word)),
            // Numbers beyond the range of an `f64` are numbers of the text all the same.
            number => {
                let is_infinite = || number.parse::<f64>().is_ok_and(f64::is_infinite);
                let is_number = serde_json::from_str::<serde_json::Number>(number).is_ok()
                    || number.ends_with(|last: char| last.is_ascii_digit()) && is_infinite();
                is_number.then_some(Tree::Number(word))
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let rest = self.rest();
        let mut is_escaped = false;
        let end = rest.char_indices().skip(1).find_map(|(at, character)| {
            let closes = character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            closes.then_some(at + 1)
        })?;
        let text = serde_json::from_str(rest.get(..end)?).ok();
        self.at += end;
        text
    }

    fn list(&mut self, depth: usize) -> Option<Tree> {
        self.take("[");
        self.items("]", |parser| parser.value(depth + 1)).map(Tree::List)
    }

    fn object(&mut self, depth: usize) -> Option<Tree> {
        self.take("{");
        let entry = |parser: &mut Self| {
            parser.skip_blanks();
            let at = parser.at;
            let key = parser.rest().starts_with('"').then(|| parser.string())??;
            parser.skip_blanks();
            parser.take(":").then_some(())?;
            Some((key, at, parser.value(depth + 1)?))
        };
        self.items("}", entry).map(Tree::Object)
    }

    /// Reads items that commas separate, up to a closing bracket.
    fn items<T>(&mut self, closing: &str, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        self.skip_blanks();
        while !self.take(closing) {
            if !items.is_empty() && !self.take(",") {
                return None;
            }
            items.push(item(self)?);
            self.skip_blanks();
        }
        Some(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_json_is_read_as_serde_reads_it() {
        for text in [
            "{}",
            " [1, -2.5e3, \"a\\\"b\\u00e9\", null, true, false, {\"k\": [], \"l\": {}}] ",
            "\"纳指\"",
            "0",
        ] {
            let expected: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(read(text).unwrap().to_json(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "{a: 1}", "01", "1 2", "nul", "\"a", "[1", "--1", "1e"] {
            assert!(read(text).is_none(), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        }
        assert!(read(&"[".repeat(10_000)).is_none());
    }

    #[test]
    fn words_for_numbers_are_told_apart_and_places_known() {
        let text = "{\"a\":\n [NaN, -Infinity]}";
        let Tree::Object(entries) = read(text).unwrap().value else { panic!("{text}") };
        let (_, _, list) = &entries[0];
        assert_eq!(list.place(text), Place { line: 2, character: 2 });
        let Tree::List(items) = &list.value else { panic!("{text}") };
        assert!(items.iter().all(|item| matches!(item.value, Tree::NotJson(_))));
    }
}
