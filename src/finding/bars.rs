//! Which bars a finding of the price readers is about.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::symbol::Symbol;

/// Bars of one symbol or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// The symbols.
    pub symbols: BTreeSet<Symbol>,
    /// The day, where they are of one.
    pub date: Option<NaiveDate>,
}
