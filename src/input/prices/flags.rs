//! The flags that name price files and say how they are read.

use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};

use super::{ColumnNames, DateFormat, PriceFile, columns};
use crate::flag::not_empty;
use crate::serial::is_default;

/// The price files and how they are read: the same flags for every verb that reads prices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PriceFlags {
    /// Daily closes: CSV `symbol,as_of,close`, or as vendors write it (docs/data.md); `QQQ=FILE` for a file of one symbol; may be given again
    #[arg(long = "prices", value_name = "FILE", value_parser = not_empty().map(PriceFile::from), help_heading = "Inputs")]
    #[serde(rename = "prices", skip_serializing_if = "is_default")]
    pub files: Vec<PriceFile>,
    /// Column names of the price files, such as `as_of=Date,close="Adj Close"`; may be given again
    #[arg(long, hide_short_help = true, value_name = "COLUMN=NAME", value_parser = ColumnNames::parse, help_heading = "Inputs")]
    #[serde(skip_serializing_if = "is_default", with = "columns::merged")]
    #[cfg_attr(test, schemars(with = "ColumnNames"))]
    pub columns: Vec<ColumnNames>,
    /// How the price files write dates: a pattern such as `%m/%d/%Y`, or `as-written` [default: any form with one meaning]
    #[arg(long, hide_short_help = true, value_name = "FORMAT", value_parser = DateFormat::parse, help_heading = "Inputs")]
    #[serde(skip_serializing_if = "is_default")]
    pub dates: Option<DateFormat>,
}
