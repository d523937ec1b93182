//! One snapshot, from its files to its rows.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::reading::{self, keep_only, symbols_of};
use super::request::Request;
use super::stocks::{Bars, Stocks};
use super::table::SnapshotTable;
use super::{checks, products, ranking, stocks};
use crate::check;
use crate::finding::{Code, Finding};
use crate::input::prices::Reading;
use crate::input::product_map::ProductMap;
use crate::input::universe::{Universe, UniverseRow};
use crate::market::calendar::Calendar;
use crate::pipeline::Gathered;
use crate::profile::Profile;
use crate::profile::manifest::SnapshotContract;
use crate::profile::words::Effective;
use crate::strategy::recipe::{Members, ProductRecipe, Recipe, StockRecipe};
use crate::symbol::Symbol;
use crate::validation;

/// One snapshot to build, with the files that do not depend on its date.
pub(super) struct Job<'a> {
    pub request: &'a Request,
    pub profile: &'a Profile,
    pub contract: &'a SnapshotContract,
    /// The recipe with the sizes and thresholds of the flags.
    pub recipe: Recipe,
    /// How many sessions a symbol's newest bar may lie before the date.
    pub max_lag: usize,
    pub calendar: Calendar,
    pub universe: Universe,
    /// The products by underlying; none in a snapshot of stocks.
    pub map: ProductMap,
}

/// What building came to.
#[derive(Default)]
pub(super) struct Outcome {
    pub as_of: Option<NaiveDate>,
    pub table: Option<SnapshotTable>,
    pub text: String,
    pub price_as_of: Option<NaiveDate>,
}

impl<'a> Job<'a> {
    pub(super) fn new(
        request: &'a Request,
        profile: &'a Profile,
        contract: &'a SnapshotContract,
        recipe: Recipe,
        gathered: &mut Gathered,
    ) -> Self {
        let recipe = in_effect(recipe, request);
        let calendar = gathered.calendar(request.rules.closures.as_deref());
        let universe = reading::universe(request, gathered);
        let map = match &recipe {
            Recipe::Stocks(_) => ProductMap::new(),
            Recipe::Products(recipe) => reading::product_map(request, recipe, gathered),
        };
        let max_lag = request.rules.max_lag();
        Self { request, profile, contract, recipe, max_lag, calendar, universe, map }
    }

    /// Builds the rows, and looks at them as `validate-snapshot` will.
    pub(super) fn build(&self, gathered: &mut Gathered) -> Outcome {
        let Some(mut day) = self.read(gathered) else { return Outcome::default() };
        let (table, price_as_of) = match &self.recipe {
            Recipe::Stocks(recipe) => (self.stocks(recipe, &mut day, gathered), day.newest_close()),
            Recipe::Products(recipe) => (self.products(recipe, &mut day, gathered), None),
        };
        let outcome = Outcome { as_of: Some(day.as_of), price_as_of, ..Outcome::default() };
        if check::allowance::any_blocking(&gathered.findings, &self.request.rules.allow) {
            return outcome;
        }
        let Ok(text) = table.to_csv() else { return outcome };
        let known: BTreeSet<Code> = gathered.findings.iter().map(|finding| finding.code).collect();
        let found = validation::look_at_built(self.profile, self.contract, &text);
        // The build has its own finding about a date that does not end its month.
        let is_new =
            |finding: &Finding| !known.contains(&finding.code) && finding.code != Code::SnapshotNotMonthEnd;
        gathered.findings.extend(found.into_iter().filter(is_new).map(checks::as_warning_without_candidates));
        if table.eligible == 0 && !gathered.findings.iter().any(|finding| finding.code == Code::NoCandidates)
        {
            gathered.findings.push(checks::no_candidates(&table));
        }
        Outcome { table: Some(table), text, ..outcome }
    }

    /// Reads the prices, and finds the date and who has a row on it; `None` if the date is not known.
    fn read(&self, gathered: &mut Gathered) -> Option<Day<'_>> {
        let named = self.request.as_of;
        let wanted = match named {
            Some(day) => self.symbols(&self.members(day).0),
            // Who has a row is known only with the date.
            None => self.symbols_of_any_date(),
        };
        let mut prices = self.prices(&wanted, gathered);
        let Some(as_of) = self.date(&prices, gathered) else {
            gathered.findings.append(&mut prices.findings);
            return None;
        };
        gathered.findings.extend(check::date::unfit(as_of, Effective::SameDay, &self.calendar));
        gathered.findings.extend(checks::month_end(as_of, &self.calendar, self.request.require_month_end));
        let (rows, findings) = self.members(as_of);
        gathered.findings.extend(findings);
        let symbols = self.symbols(&rows);
        if named.is_none() && symbols.len() < wanted.len() {
            self.read_again(&mut prices, &symbols, as_of);
        }
        keep_only(&mut prices, &symbols);
        Some(Day { as_of, rows, symbols, prices })
    }

    fn stocks(&self, recipe: &StockRecipe, day: &mut Day<'_>, gathered: &mut Gathered) -> SnapshotTable {
        let (as_of, calendar) = (day.as_of, &self.calendar);
        if let Members::OfSectors(whitelist) = &recipe.members {
            let path = self.universe_path();
            gathered.findings.extend(checks::unknown_sectors(&self.universe, path, as_of, whitelist));
        }
        gathered.findings.append(&mut day.prices.findings);
        let market = &day.prices.market;
        let bars = Bars { market, as_of, calendar, max_lag: self.max_lag };
        if self.has_readable_prices(gathered) {
            gathered.findings.extend(checks::no_bar_at_all(&day.prices, as_of));
            gathered.findings.extend(checks::stocks(recipe, &bars, &day.symbols));
            gathered.findings.extend(checks::price_warnings(&day.prices, as_of, calendar));
            gathered.findings.extend(checks::few_newest_bars(&day.symbols, market, as_of));
        }
        Stocks { recipe, bars }.table(&stocks::shown(recipe, &day.rows))
    }

    fn products(&self, recipe: &ProductRecipe, day: &mut Day<'_>, gathered: &mut Gathered) -> SnapshotTable {
        let (as_of, calendar) = (day.as_of, &self.calendar);
        gathered.findings.append(&mut day.prices.findings);
        if let Some(path) = self.request.product_map.as_deref().filter(|_| !self.map.is_empty()) {
            gathered.findings.extend(products::no_product(&day.rows, &self.map, path));
        }
        if self.has_readable_prices(gathered) {
            let underlyings = products::eligible_underlyings(&day.rows, &self.map);
            if !underlyings.is_empty() {
                gathered.findings.extend(checks::no_bar_at_all(&day.prices, as_of));
            }
            let bars = Bars { market: &day.prices.market, as_of, calendar, max_lag: self.max_lag };
            gathered.findings.extend(checks::underlyings(&underlyings, &bars, recipe.fewest_closes));
            gathered.findings.extend(checks::price_warnings(&day.prices, as_of, calendar));
        }
        products::table(&day.rows, &self.map, as_of)
    }

    /// The rows of the universe that a day takes, and what is wrong with them.
    fn members(&self, day: NaiveDate) -> (Vec<&UniverseRow>, Vec<Finding>) {
        ranking::choose(&self.universe, self.universe_path(), day, self.recipe.universe_size())
    }

    /// The symbols whose prices these rows need.
    fn symbols(&self, rows: &[&UniverseRow]) -> BTreeSet<Symbol> {
        match &self.recipe {
            Recipe::Stocks(recipe) => stocks::shown(recipe, rows).into_keys().collect(),
            Recipe::Products(_) => {
                products::eligible_underlyings(rows, &self.map).into_iter().cloned().collect()
            }
        }
    }

    fn symbols_of_any_date(&self) -> BTreeSet<Symbol> {
        let mut symbols = symbols_of(&self.universe);
        match &self.recipe {
            Recipe::Stocks(recipe) => symbols.extend(recipe.extras.iter().map(|extra| extra.symbol.clone())),
            Recipe::Products(_) => symbols.retain(|symbol| self.map.contains_key(symbol)),
        }
        symbols
    }

    /// Whether the findings say enough of the prices for checks of their closes.
    fn has_readable_prices(&self, gathered: &Gathered) -> bool {
        !self.request.prices.files.is_empty() && !checks::has_price_error(&gathered.findings)
    }

    /// The thresholds, sizes and limits in effect.
    pub(super) fn parameters(&self) -> Map<String, Value> {
        let own = match &self.recipe {
            Recipe::Stocks(StockRecipe { thresholds: least, .. }) => vec![
                ("min_price_usd", json!(least.min_price_usd)),
                ("min_adv20_usd", json!(least.min_adv20_usd)),
                ("min_history_days", json!(least.min_history_days)),
                ("max_lag", json!(self.max_lag)),
            ],
            Recipe::Products(recipe) => vec![
                ("product_leverage_min", json!(recipe.multiples.start())),
                ("product_leverage_max", json!(recipe.multiples.end())),
            ],
        };
        let size = self.recipe.universe_size().map(|size| ("universe_size", json!(size)));
        let settings = &self.request.rules.settings;
        let set = (!settings.is_empty()).then(|| ("set", json!(settings)));
        own.into_iter().chain(size).chain(set).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// What a build knows with its date.
struct Day<'u> {
    as_of: NaiveDate,
    /// The rows of the universe that it takes, in the order of the ranking, or of the file.
    rows: Vec<&'u UniverseRow>,
    /// The symbols whose prices are read.
    symbols: BTreeSet<Symbol>,
    prices: Reading,
}

impl Day<'_> {
    /// The newest close. Where the prices end sessions before the date, `few_newest_bars` says so; a manifest with their
    /// date would not pass `validate-snapshot`.
    fn newest_close(&self) -> Option<NaiveDate> {
        let newest = self.prices.market.values().filter_map(|history| history.newest_date()).max();
        newest.filter(|newest| Calendar::default().sessions_between(*newest, self.as_of) == 0)
    }
}

/// A recipe with the sizes and thresholds of the flags.
fn in_effect(mut recipe: Recipe, request: &Request) -> Recipe {
    match &mut recipe {
        Recipe::Stocks(StockRecipe { members, thresholds: least, .. }) => {
            if let (Members::Ranked(size), Some(wanted)) = (members, request.universe_size) {
                *size = wanted;
            }
            least.min_price_usd = request.min_price_usd.unwrap_or(least.min_price_usd);
            least.min_adv20_usd = request.min_adv20_usd.unwrap_or(least.min_adv20_usd);
            least.min_history_days = request.min_history_days.unwrap_or(least.min_history_days);
        }
        Recipe::Products(recipe) => {
            recipe.universe_size = request.universe_size.unwrap_or(recipe.universe_size);
        }
    }
    recipe
}
