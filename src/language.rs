//! The languages that people can read the output in.

pub mod phrases;

/// A language of the output for people; JSON and CSV have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}
