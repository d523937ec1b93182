//! Reads the files of a build.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::job::Job;
use super::ranking::RANKING_COLUMNS;
use crate::finding::{Code, Finding, any_error};
use crate::input::prices::{self, Columns, PriceFile, Reading, Use};
use crate::input::product_map::{self, ProductMap};
use crate::input::universe::{self, Universe};
use crate::pipeline::Gathered;
use crate::strategy::recipe::ProductRecipe;
use crate::symbol::Symbol;

impl Job<'_> {
    pub(super) fn universe_path(&self) -> &str {
        self.request.universe.as_deref().unwrap_or_default()
    }

    pub(super) fn universe(&self, gathered: &mut Gathered) -> Universe {
        let Some(path) = &self.request.universe else {
            gathered.findings.push(
                Finding::new(Code::UniverseMissing, "the snapshot needs a universe, and none is given")
                    .hint("name a CSV `symbol,sector` with `--universe FILE`"),
            );
            return Universe::default();
        };
        gathered.take(universe::read(path, &RANKING_COLUMNS))
    }

    pub(super) fn product_map(&self, recipe: &ProductRecipe, gathered: &mut Gathered) -> ProductMap {
        let Some(path) = &self.request.product_map else {
            gathered.findings.push(
                Finding::new(Code::ProductMapMissing, "the snapshot needs a product map, and none is given")
                    .hint("name a CSV `underlying_symbol,trade_symbol` with `--product-map FILE`"),
            );
            return ProductMap::new();
        };
        gathered.take(product_map::read(path, &recipe.multiples))
    }

    pub(super) fn prices(
        &self,
        wanted: &BTreeSet<Symbol>,
        known: BTreeSet<Symbol>,
        volume: Use,
        gathered: &mut Gathered,
    ) -> Reading {
        if self.request.inputs.prices.is_empty() {
            gathered.findings.push(
                Finding::new(
                    Code::PricesMissing,
                    "the snapshot is built from daily closes, and no price file is given",
                )
                .hint("name a CSV `symbol,as_of,close,volume` with `--prices FILE`"),
            );
            return Reading::default();
        }
        let columns = Columns { volume, ..Columns::default() };
        let request = self.request;
        let mut reading = prices::read(&prices::Request {
            wanted: wanted.iter().map(|symbol| (symbol.clone(), columns)).collect(),
            last_day: request.inputs.as_of,
            finds_newest_day: request.inputs.as_of.is_none(),
            names_blank_symbols: true,
            known,
            ..prices::Request::new(&request.inputs.prices, &request.inputs.columns, &request.inputs.dates)
        });
        gathered.inputs.append(&mut reading.inputs);
        gathered.lookalikes = std::mem::take(&mut reading.lookalikes);
        reading
    }

    /// Reads once more for the symbols that have a row, where something was found and the date was not known before:
    /// what is wrong with other symbols does not matter.
    pub(super) fn read_again<'s>(
        &self,
        reading: &mut Reading,
        shown: impl Iterator<Item = &'s Symbol>,
        volume: Use,
        as_of: NaiveDate,
    ) {
        let request = self.request;
        let is_file = |file: &PriceFile| std::path::Path::new(&file.path).is_file();
        if reading.findings.is_empty() || !request.inputs.prices.iter().all(is_file) {
            return;
        }
        let columns = Columns { volume, ..Columns::default() };
        let again = prices::read(&prices::Request {
            wanted: shown.map(|symbol| (symbol.clone(), columns)).collect(),
            last_day: Some(as_of),
            names_blank_symbols: true,
            ..prices::Request::new(&request.inputs.prices, &request.inputs.columns, &request.inputs.dates)
        });
        reading.findings = again.findings;
        reading.market = again.market;
    }

    /// The snapshot's date: the one that was named, or the newest of the price files.
    pub(super) fn date(&self, prices: &Reading, gathered: &mut Gathered) -> Option<NaiveDate> {
        let date = self.request.inputs.as_of.or(prices.newest_day);
        if date.is_none() && !self.request.inputs.prices.is_empty() && !any_error(&prices.findings) {
            gathered.findings.push(
                Finding::new(Code::PricesEmpty, "no row of the price files has a symbol and a close")
                    .hint("name price files that have rows"),
            );
        }
        date
    }
}

/// The symbols of the rows of a universe.
pub(super) fn symbols_of(universe: &Universe) -> BTreeSet<Symbol> {
    universe.rows.iter().map(|row| row.symbol.clone()).collect()
}

/// Drops what was read of symbols that have no row.
pub(super) fn keep_only<'s>(reading: &mut Reading, shown: impl Iterator<Item = &'s Symbol>) {
    let shown: BTreeSet<&Symbol> = shown.collect();
    reading.market.retain(|symbol, _| shown.contains(symbol));
    reading.findings.retain(|finding| finding.symbol.as_ref().is_none_or(|symbol| shown.contains(symbol)));
}
