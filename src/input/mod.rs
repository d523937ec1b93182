//! The only readers of files: each turns bytes into typed values and findings.

pub(crate) mod cell;
pub(crate) mod closures;
mod counted;
mod decimal;
mod foreign;
pub(crate) mod indicators;
pub(crate) mod json;
mod json_tree;
mod marks;
pub mod portfolio;
pub(crate) mod prices;
pub(crate) mod product_map;
pub(crate) mod quotes;
mod quoting;
mod refused_dates;
mod rows;
pub(crate) mod sidecar;
pub(crate) mod snapshot;
pub mod source;
pub(crate) mod table;
mod table_error;
pub(crate) mod universe;
mod utf16;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::visible::visible;

/// What kind of input a file is, as the output names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A long CSV of daily bars.
    Prices,
    /// Prices of the moment, for the share plan.
    Quotes,
    /// A feature-snapshot CSV.
    Snapshot,
    /// A snapshot's sidecar manifest.
    Manifest,
    /// The snapshot before.
    Previous,
    /// An account.
    Portfolio,
    /// Indicators in place of prices.
    Indicators,
    /// Config overrides.
    Config,
    /// Extra exchange closures.
    Closures,
    /// A profile manifest of the user's own.
    Profile,
    /// Who may be held, for building a snapshot.
    Universe,
    /// The leveraged products of the underlyings, for building a snapshot.
    ProductMap,
}

impl FileKind {
    /// The kind as it stands in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prices => "prices",
            Self::Quotes => "quotes",
            Self::Snapshot => "snapshot",
            Self::Manifest => "manifest",
            Self::Previous => "previous",
            Self::Portfolio => "portfolio",
            Self::Indicators => "indicators",
            Self::Config => "config",
            Self::Closures => "closures",
            Self::Profile => "profile",
            Self::Universe => "universe",
            Self::ProductMap => "product_map",
        }
    }
}

/// A file that a decision was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InputRecord {
    /// What kind of input it is.
    pub kind: FileKind,
    /// The path as the user named it; `-` is standard input.
    pub path: String,
    /// The sha256 of the bytes on disk, in lower-case hexadecimal.
    pub sha256: String,
    /// How many data rows the file has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The oldest date among the rows that the decision looked at; of a portfolio, its own date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<NaiveDate>,
    /// The newest date among the rows that the decision looked at; of a portfolio, its own date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<NaiveDate>,
    /// How many rows of used symbols were skipped because their close is blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blank_closes: Option<u64>,
    /// Of a price file: how it is laid out.
    #[serde(flatten)]
    pub shape: Option<Box<prices::PriceShape>>,
}

/// What a file says, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Reading<T> {
    /// What it says; of a file that can't be used nothing.
    pub value: T,
    /// The file; `None` where it could not be read to its end.
    pub input: Option<InputRecord>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// What a file says, or the finding of one that can't be used.
pub type Read<T> = Result<Reading<T>, Box<Finding>>;

impl<T: Default> From<Box<Finding>> for Reading<T> {
    /// The reading of a file that can't be used.
    fn from(finding: Box<Finding>) -> Self {
        Self { findings: vec![*finding], ..Self::default() }
    }
}

impl InputRecord {
    /// The record of a file that has no rows to speak of.
    pub fn new(kind: FileKind, path: &str, sha256: String) -> Self {
        Self {
            kind,
            path: visible(path).into_owned(),
            sha256,
            rows: None,
            first: None,
            last: None,
            blank_closes: None,
            shape: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name() {
        use FileKind::{
            Closures, Config, Indicators, Manifest, Portfolio, Previous, Prices, ProductMap, Profile, Quotes,
            Snapshot, Universe,
        };
        let of_decisions =
            [Prices, Quotes, Snapshot, Manifest, Previous, Portfolio, Indicators, Config, Closures, Profile];
        for kind in of_decisions.into_iter().chain([Universe, ProductMap]) {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
