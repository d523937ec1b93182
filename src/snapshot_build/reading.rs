//! Reads the files of a build.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::job::Job;
use super::ranking::RANKING_COLUMNS;
use super::request::Request;
use crate::finding::{Code, Finding, any_error};
use crate::input::prices::{self, Columns, PriceFile, Reading, Use};
use crate::input::product_map::{self, ProductMap};
use crate::input::universe::{self, Universe};
use crate::pipeline::Gathered;
use crate::strategy::recipe::{ProductRecipe, Recipe};
use crate::symbol::Symbol;

/// Reads the universe.
pub(super) fn universe(request: &Request, gathered: &mut Gathered) -> Universe {
    let Some(path) = &request.universe else {
        gathered.findings.push(
            Finding::new(Code::UniverseMissing, "the snapshot needs a universe, and none is given")
                .hint("name a CSV `symbol,sector` with `--universe FILE`"),
        );
        return Universe::default();
    };
    gathered.take(universe::read(path, &RANKING_COLUMNS))
}

/// Reads the map of products.
pub(super) fn product_map(request: &Request, recipe: &ProductRecipe, gathered: &mut Gathered) -> ProductMap {
    let Some(path) = &request.product_map else {
        gathered.findings.push(
            Finding::new(Code::ProductMapMissing, "the snapshot needs a product map, and none is given")
                .hint("name a CSV `underlying_symbol,trade_symbol` with `--product-map FILE`"),
        );
        return ProductMap::new();
    };
    gathered.take(product_map::read(path, &recipe.multiples))
}

impl Job<'_> {
    pub(super) fn universe_path(&self) -> &str {
        self.request.universe.as_deref().unwrap_or_default()
    }

    /// A request for the prices of symbols up to a day.
    fn request_for(&self, symbols: &BTreeSet<Symbol>, last_day: Option<NaiveDate>) -> prices::Request<'_> {
        let volume = match self.recipe {
            Recipe::Stocks(_) => Use::Checked,
            Recipe::Products(_) => Use::Ignored,
        };
        let columns = Columns { volume, ..Columns::default() };
        prices::Request {
            wanted: symbols.iter().map(|symbol| (symbol.clone(), columns)).collect(),
            last_day,
            names_blank_symbols: true,
            ..prices::Request::new(&self.request.prices)
        }
    }

    /// Reads the prices of symbols.
    pub(super) fn prices(&self, wanted: &BTreeSet<Symbol>, gathered: &mut Gathered) -> Reading {
        let named = self.request.as_of;
        if self.request.prices.files.is_empty() {
            // Products on a day that is named need none.
            if named.is_none() || matches!(self.recipe, Recipe::Stocks(_)) {
                let message = "the snapshot is built from daily closes, and no price file is given";
                gathered.findings.push(
                    Finding::new(Code::PricesMissing, message)
                        .hint("name a CSV `symbol,as_of,close,volume` with `--prices FILE`"),
                );
            }
            return Reading::default();
        }
        let of_map = self.map.keys().cloned();
        let products = self.map.values().filter_map(|product| product.symbol.clone());
        let mut reading = prices::read(&prices::Request {
            finds_newest_day: named.is_none(),
            known: of_map.chain(products).chain(symbols_of(&self.universe)).collect(),
            ..self.request_for(wanted, named)
        });
        gathered.inputs.append(&mut reading.inputs);
        gathered.lookalikes = std::mem::take(&mut reading.lookalikes);
        reading
    }

    /// Reads once more for the symbols that have a row, where something was found and the date was not known before:
    /// what is wrong with other symbols does not matter.
    pub(super) fn read_again(&self, reading: &mut Reading, shown: &BTreeSet<Symbol>, as_of: NaiveDate) {
        let is_file = |file: &PriceFile| std::path::Path::new(&file.path).is_file();
        if reading.findings.is_empty() || !self.request.prices.files.iter().all(is_file) {
            return;
        }
        let again = prices::read(&self.request_for(shown, Some(as_of)));
        reading.findings = again.findings;
        reading.market = again.market;
    }

    /// The snapshot's date: the one that was named, or the newest of the price files.
    pub(super) fn date(&self, prices: &Reading, gathered: &mut Gathered) -> Option<NaiveDate> {
        let date = self.request.as_of.or(prices.newest_day);
        if date.is_none() && !self.request.prices.files.is_empty() && !any_error(&prices.findings) {
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
pub(super) fn keep_only(reading: &mut Reading, shown: &BTreeSet<Symbol>) {
    reading.market.retain(|symbol, _| shown.contains(symbol));
    reading.findings.retain(|finding| finding.symbol.as_ref().is_none_or(|symbol| shown.contains(symbol)));
}
