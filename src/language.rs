//! The languages that people can read the output in.

pub mod phrases;

use phrases::{Names, in_chinese};

/// A language of the output for people; JSON and CSV have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// An English line in the language.
    pub fn say(self, line: &str, names: &Names) -> String {
        match self {
            Self::En => line.to_owned(),
            Self::Zh => in_chinese(line, names),
        }
    }
}
