//! Snapshots of stocks: one row a symbol, computed from its bars up to the date.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::table::{Cell, Reason, SnapshotTable};
use crate::feature::column::{ADV20_USD, CLOSE, Feature};
use crate::input::universe::UniverseRow;
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::market::window::Window;
use crate::strategy::recipe::{Column, Members, StockRecipe};
use crate::symbol::Symbol;

/// The symbols that have a row, in byte order, each with its sector.
pub type Shown = BTreeMap<Symbol, String>;

/// The symbols that have a row: the members of the universe, and the extras that are not among them.
pub fn shown(recipe: &StockRecipe, members: &[&UniverseRow]) -> Shown {
    let is_kept = |row: &UniverseRow| match &recipe.members {
        Members::OfSectors(sectors) => {
            sectors.is_empty() || sectors.iter().any(|sector| sector.trim() == row.sector)
        }
        Members::All | Members::Ranked(_) => true,
    };
    let kept = members.iter().filter(|row| is_kept(row));
    let mut shown: Shown = kept.map(|row| (row.symbol.clone(), row.sector.clone())).collect();
    for extra in &recipe.extras {
        shown.entry(extra.symbol.clone()).or_insert_with(|| extra.sector.to_owned());
    }
    shown
}

/// The bars that a snapshot may see.
#[derive(Clone, Copy, Debug)]
pub struct Bars<'a> {
    /// The bars of the symbols.
    pub market: &'a Market,
    /// The snapshot's date.
    pub as_of: NaiveDate,
    /// The sessions that a lag is counted in.
    pub calendar: &'a Calendar,
    /// How many sessions a symbol's newest bar may lie before the date.
    pub max_lag: usize,
}

impl<'a> Bars<'a> {
    /// The bars of a symbol up to the date; none where it has no bar.
    pub fn of(&self, symbol: &Symbol) -> Window<'a> {
        self.market.get(symbol).map(|history| history.up_to(self.as_of)).unwrap_or_default()
    }

    /// Whether the newest bar of a symbol lies further before the date than the limit.
    pub fn are_stale(&self, symbol: &Symbol) -> bool {
        let newest = self.of(symbol).date();
        newest.is_some_and(|newest| self.calendar.sessions_between(newest, self.as_of) > self.max_lag)
    }
}

/// What the rows of stocks are computed from.
#[derive(Clone, Copy, Debug)]
pub struct Stocks<'a> {
    /// The columns and who is eligible.
    pub recipe: &'a StockRecipe,
    /// The bars of the symbols.
    pub bars: Bars<'a>,
}

impl Stocks<'_> {
    /// Computes the rows.
    pub fn table(&self, shown: &Shown) -> SnapshotTable {
        let mut table = SnapshotTable {
            columns: self.recipe.columns.iter().map(Column::name).collect(),
            ..SnapshotTable::default()
        };
        let base = |symbol: Option<&Symbol>, feature: Feature| (feature.value)(self.bars.of(symbol?));
        let columns: Vec<(Column, Option<f64>)> = self
            .recipe
            .columns
            .iter()
            .map(|column| match *column {
                Column::RelativeToBenchmark(_, feature) => {
                    (*column, base(Some(&self.recipe.benchmark), feature))
                }
                Column::RelativeToBroadBenchmark(_, feature) => {
                    (*column, base(self.recipe.broad_benchmark.as_ref(), feature))
                }
                _ => (*column, None),
            })
            .collect();
        for (symbol, sector) in shown {
            let (cells, reason) = self.row(symbol, sector, &columns);
            table.push(cells, reason);
        }
        table
    }

    fn row(
        &self,
        symbol: &Symbol,
        sector: &str,
        columns: &[(Column, Option<f64>)],
    ) -> (Vec<Cell>, Option<Reason>) {
        let bars = self.bars.of(symbol);
        let values: Vec<Option<f64>> =
            columns.iter().map(|(column, base)| value(*column, *base, bars)).collect();
        let reason = self.reason(symbol, bars, &values);
        let cells = columns.iter().zip(values).map(|((column, _), value)| match column {
            Column::AsOf => Cell::Text(self.bars.as_of.to_string()),
            Column::Symbol => Cell::Text(symbol.to_string()),
            Column::Sector => Cell::Text(sector.to_owned()),
            Column::HistoryDays => Cell::Whole(bars.len()),
            Column::Eligible(_) => Cell::Boolean(reason.is_none()),
            Column::Feature(_) | Column::RelativeToBenchmark(..) | Column::RelativeToBroadBenchmark(..) => {
                Cell::Number(value)
            }
        });
        (cells.collect(), reason)
    }

    /// Why a row is not eligible; the first reason counts.
    fn reason(&self, symbol: &Symbol, bars: Window<'_>, values: &[Option<f64>]) -> Option<Reason> {
        let value = |name: &str| {
            let place = self.recipe.columns.iter().position(|column| column.name() == name)?;
            values.get(place).copied().flatten()
        };
        let least = &self.recipe.thresholds;
        let tests = [
            (Reason::Reference, self.recipe.extras.iter().any(|extra| extra.symbol == *symbol)),
            (Reason::NoBar, bars.is_empty()),
            (Reason::Stale, self.bars.are_stale(symbol)),
            (Reason::ShortHistory, bars.len() < least.min_history_days),
            (Reason::LowPrice, value(CLOSE.name).is_none_or(|close| close <= least.min_price_usd)),
            (
                Reason::LowTurnover,
                value(ADV20_USD.name).is_none_or(|turnover| turnover < least.min_adv20_usd),
            ),
            (Reason::MissingFeature, self.recipe.needed.iter().any(|feature| value(feature.name).is_none())),
        ];
        tests.into_iter().find(|(_, fails)| *fails).map(|(reason, _)| reason)
    }
}

/// The number of a column; `None` where it is missing or the column holds none.
fn value(column: Column, base: Option<f64>, bars: Window<'_>) -> Option<f64> {
    match column {
        Column::Feature(feature) => (feature.value)(bars),
        Column::RelativeToBenchmark(_, feature) | Column::RelativeToBroadBenchmark(_, feature) => {
            Some((feature.value)(bars)? - base?)
        }
        Column::AsOf | Column::Symbol | Column::Sector | Column::HistoryDays | Column::Eligible(_) => None,
    }
}
