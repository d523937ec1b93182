//! What one `--prices` names: a path, and the symbol whose prices stand there if it is named.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::KIND;
use crate::finding::{Code, Finding};
use crate::input::table::Table;
use crate::symbol::Symbol;

/// The longest ticker that `--prices QQQ=FILE` takes for one.
const LONGEST_TICKER: usize = 12;

/// A price file as the user named it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PriceFile {
    /// The path; `-` is standard input.
    pub path: String,
    /// The symbol of `SYMBOL=FILE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Symbol>,
}

impl PriceFile {
    /// Reads `FILE` or `SYMBOL=FILE`: before the first `=` stands a ticker (letters, digits, `.`, `-`, at most 12), and no
    /// file of the whole name exists. `./a=b.csv` is always a path.
    pub fn parse(text: &str) -> Self {
        let is_ticker = |ticker: &str| {
            (1..=LONGEST_TICKER).contains(&ticker.len())
                && ticker.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
        };
        let named = text.split_once('=').filter(|(ticker, path)| is_ticker(ticker) && !path.is_empty());
        match named.and_then(|(ticker, path)| Some((Symbol::parse(ticker)?, path))) {
            Some((symbol, path)) if !Path::new(text).exists() => {
                Self { path: path.to_owned(), symbol: Some(symbol) }
            }
            _ => Self { path: text.to_owned(), symbol: None },
        }
    }

    /// Opens the file as a table.
    ///
    /// # Errors
    /// A finding when it can't be.
    pub(super) fn open(&self) -> Result<Table, Box<Finding>> {
        Table::open(&self.path, KIND).map_err(|mut finding| {
            finding.hint = self.hint(finding.code == Code::PricesMissing).or(finding.hint);
            finding
        })
    }

    /// How to name the file, where an error shows that the user meant another one; `None` where the error says it all.
    fn hint(&self, is_missing: bool) -> Option<String> {
        if let (Some(symbol), true) = (&self.symbol, is_missing) {
            return Some(format!(
                "`{self}` names the file `{}` with the prices of {symbol}; no file is called `{self}` either",
                self.path
            ));
        }
        if is_missing && self.path.contains(['*', '?', '[']) {
            return Some(format!("no shell has replaced the pattern; {}", how_to_name_files(&self.path)));
        }
        let is_folder = !is_missing && Path::new(&self.path).is_dir();
        is_folder.then(|| {
            let pattern = format!("{}/*.csv", self.path.trim_end_matches('/'));
            format!("name a file in it; for all of them {}", how_to_name_files(&pattern))
        })
    }
}

/// Whether a path that stands where none is expected is most likely a data file, left over by a shell pattern.
pub(crate) fn is_data_file(path: &str) -> bool {
    [".csv", ".tsv", ".txt", ".gz"].iter().any(|ending| path.to_lowercase().ends_with(ending))
}

/// How to name every file of a shell pattern, since `--prices` takes one.
pub(crate) fn how_to_name_files(pattern: &str) -> String {
    format!(
        "repeat `--prices` for each file: `set --; for file in {pattern}; do set -- \"$@\" --prices \"$file\"; done`, \
         then `strat decide PROFILE \"$@\"`"
    )
}

impl From<&str> for PriceFile {
    fn from(text: &str) -> Self {
        Self::parse(text)
    }
}

impl From<String> for PriceFile {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl fmt::Display for PriceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.symbol {
            Some(symbol) => write!(f, "{symbol}={}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, Option<String>) {
        let file = PriceFile::parse(text);
        (file.path, file.symbol.map(|symbol| symbol.to_string()))
    }

    #[test]
    fn a_ticker_before_the_first_equals_sign_names_the_symbol() {
        let of = |path: &str, symbol: &str| (path.to_owned(), Some(symbol.to_owned()));
        assert_eq!(parsed("qqq=a.csv"), of("a.csv", "QQQ"));
        assert_eq!(parsed("BRK.B=-"), of("-", "BRK.B"));
        assert_eq!(parsed("QQQ=a=b.csv"), of("a=b.csv", "QQQ"));
    }

    #[test]
    fn anything_else_is_a_path() {
        for text in ["a.csv", "./a=b.csv", "QQQ=", "=a.csv", "TWELVELETTERSX=a.csv", "a b=c.csv", "-"] {
            assert_eq!(parsed(text), (text.to_owned(), None), "{text}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("QQQ=a.csv");
        std::fs::write(&path, "").unwrap();
        let text = path.to_str().unwrap();
        assert_eq!(parsed(text), (text.to_owned(), None));
    }
}
