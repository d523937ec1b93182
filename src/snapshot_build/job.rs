//! One snapshot, from its files to its rows.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::reading::{keep_only, symbols_of};
use super::request::Request;
use super::stocks::Stocks;
use super::table::SnapshotTable;
use super::{checks, products, ranking, stocks};
use crate::check;
use crate::check::prices::DEFAULT_MAX_LAG;
use crate::finding::{Code, Finding};
use crate::input::prices::{Reading, Use};
use crate::market::calendar::Calendar;
use crate::pipeline::Gathered;
use crate::profile::Profile;
use crate::profile::manifest::SnapshotContract;
use crate::profile::words::Effective;
use crate::strategy::recipe::{Members, ProductRecipe, Recipe, StockRecipe, Thresholds};
use crate::symbol::Symbol;
use crate::validation;

/// One snapshot to build, and what it is built for.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub request: &'a Request,
    pub profile: &'a Profile,
    pub contract: &'a SnapshotContract,
}

/// What building came to.
#[derive(Default)]
pub(super) struct Outcome {
    pub as_of: Option<NaiveDate>,
    pub table: Option<SnapshotTable>,
    pub text: String,
    pub price_as_of: Option<NaiveDate>,
    pub parameters: Map<String, Value>,
}

impl Job<'_> {
    pub(super) fn build_stocks(&self, recipe: StockRecipe, gathered: &mut Gathered) -> Outcome {
        let request = self.request;
        let recipe = self.sized(recipe);
        let calendar = gathered.calendar(request.inputs.closures.as_deref());
        let universe = self.universe(gathered);
        let size = Recipe::Stocks(recipe.clone()).universe_size();
        let thresholds = self.thresholds(recipe.thresholds);
        let max_lag = request.inputs.max_lag.unwrap_or(DEFAULT_MAX_LAG);
        let parameters = stock_parameters(thresholds, size, max_lag);
        let extras = recipe.extras.iter().map(|extra| extra.symbol.clone());
        let wanted: BTreeSet<Symbol> = match request.inputs.as_of {
            Some(day) => {
                let members = ranking::choose(&universe, self.universe_path(), day, size);
                extras.chain(stocks::shown(&recipe, &members.rows).into_keys()).collect()
            }
            // Who has a row is known only with the date.
            None => extras.chain(universe.rows.iter().map(|row| row.symbol.clone())).collect(),
        };
        let mut prices = self.prices(&wanted, symbols_of(&universe), Use::Checked, gathered);
        let Some(as_of) = self.date(&prices, gathered) else {
            gathered.findings.append(&mut prices.findings);
            return Outcome { parameters, ..Outcome::default() };
        };
        self.check_date(as_of, &calendar, gathered);
        let members = ranking::choose(&universe, self.universe_path(), as_of, size);
        gathered.findings.extend(members.findings);
        let shown = stocks::shown(&recipe, &members.rows);
        if request.inputs.as_of.is_none() && shown.len() < wanted.len() {
            self.read_again(&mut prices, shown.keys(), Use::Checked, as_of);
        }
        if let Members::OfSectors(whitelist) = &recipe.members {
            gathered.findings.extend(checks::unknown_sectors(
                &universe,
                self.universe_path(),
                as_of,
                whitelist,
            ));
        }
        keep_only(&mut prices, shown.keys());
        gathered.findings.append(&mut prices.findings);
        let build = Stocks {
            recipe: &recipe,
            thresholds,
            market: &prices.market,
            as_of,
            calendar: &calendar,
            max_lag,
        };
        if !request.inputs.prices.is_empty() && !checks::has_price_error(&gathered.findings) {
            gathered.findings.extend(checks::no_bar_at_all(&prices, as_of));
            gathered.findings.extend(checks::stocks(&build, &shown));
            gathered.findings.extend(checks::price_warnings(&prices, as_of, &calendar));
            gathered.findings.extend(checks::few_newest_bars(shown.keys(), &prices.market, as_of));
        }
        let newest = prices.market.values().filter_map(|history| history.newest_date()).max();
        // Where the prices end sessions before the date, `few_newest_bars` says so; a manifest with their date would not
        // pass `validate-snapshot`.
        let price_as_of = newest.filter(|newest| Calendar::default().sessions_between(*newest, as_of) == 0);
        let table = build.table(&shown);
        self.finish(
            Outcome { as_of: Some(as_of), price_as_of, parameters, ..Outcome::default() },
            table,
            gathered,
        )
    }

    pub(super) fn build_products(&self, recipe: ProductRecipe, gathered: &mut Gathered) -> Outcome {
        let request = self.request;
        let calendar = gathered.calendar(request.inputs.closures.as_deref());
        let universe = self.universe(gathered);
        let size = request.universe_size.unwrap_or(recipe.universe_size);
        let parameters = Map::from_iter([
            ("universe_size".to_owned(), json!(size)),
            ("product_leverage_min".to_owned(), json!(recipe.multiples.start())),
            ("product_leverage_max".to_owned(), json!(recipe.multiples.end())),
        ]);
        let map = self.product_map(&recipe, gathered);
        let eligible = |day: NaiveDate| -> BTreeSet<Symbol> {
            let members = ranking::choose(&universe, self.universe_path(), day, Some(size));
            products::eligible_underlyings(&members.rows, &map).into_iter().cloned().collect()
        };
        let wanted = match request.inputs.as_of {
            Some(day) => eligible(day),
            None => universe
                .rows
                .iter()
                .map(|row| &row.symbol)
                .filter(|symbol| map.contains_key(symbol))
                .cloned()
                .collect(),
        };
        let needs_no_prices = request.inputs.as_of.is_some() && request.inputs.prices.is_empty();
        let mut prices = if needs_no_prices {
            Reading::default()
        } else {
            let products = map.values().filter_map(|product| product.symbol.clone());
            let known = map.keys().cloned().chain(products).chain(symbols_of(&universe)).collect();
            self.prices(&wanted, known, Use::Ignored, gathered)
        };
        let Some(as_of) = self.date(&prices, gathered) else {
            gathered.findings.append(&mut prices.findings);
            return Outcome { parameters, ..Outcome::default() };
        };
        self.check_date(as_of, &calendar, gathered);
        let members = ranking::choose(&universe, self.universe_path(), as_of, Some(size));
        gathered.findings.extend(members.findings);
        let underlyings = products::eligible_underlyings(&members.rows, &map);
        if request.inputs.as_of.is_none() && underlyings.len() < wanted.len() {
            self.read_again(&mut prices, underlyings.iter().copied(), Use::Ignored, as_of);
        }
        keep_only(&mut prices, underlyings.iter().copied());
        gathered.findings.append(&mut prices.findings);
        if let Some(path) = request.product_map.as_deref().filter(|_| !map.is_empty()) {
            gathered.findings.extend(products::no_product(&members.rows, &map, path));
        }
        if !request.inputs.prices.is_empty() && !checks::has_price_error(&gathered.findings) {
            let (fewest, max_lag) = (recipe.fewest_closes, DEFAULT_MAX_LAG);
            let found = checks::underlyings(&underlyings, &prices.market, as_of, &calendar, fewest, max_lag);
            let is_empty = (!underlyings.is_empty()).then(|| checks::no_bar_at_all(&prices, as_of));
            gathered.findings.extend(is_empty.into_iter().flatten().chain(found));
            gathered.findings.extend(checks::price_warnings(&prices, as_of, &calendar));
        }
        let table = products::table(&members.rows, &map, as_of);
        self.finish(Outcome { as_of: Some(as_of), parameters, ..Outcome::default() }, table, gathered)
    }

    /// Writes the rows, and looks at them as `validate-snapshot` will.
    fn finish(&self, outcome: Outcome, table: SnapshotTable, gathered: &mut Gathered) -> Outcome {
        if checks::any_blocking(&gathered.findings, &self.request.inputs.allow) {
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

    /// The recipe with the universe's size in effect.
    fn sized(&self, recipe: StockRecipe) -> StockRecipe {
        let members = match (&recipe.members, self.request.universe_size) {
            (Members::Ranked(_), Some(size)) => Members::Ranked(size),
            _ => recipe.members.clone(),
        };
        StockRecipe { members, ..recipe }
    }

    fn thresholds(&self, recipe: Thresholds) -> Thresholds {
        let request = self.request;
        Thresholds {
            min_price_usd: request.min_price_usd.unwrap_or(recipe.min_price_usd),
            min_adv20_usd: request.min_adv20_usd.unwrap_or(recipe.min_adv20_usd),
            min_history_days: request.min_history_days.unwrap_or(recipe.min_history_days),
        }
    }

    fn check_date(&self, as_of: NaiveDate, calendar: &Calendar, gathered: &mut Gathered) {
        gathered.findings.extend(check::date::unfit(as_of, Effective::SameDay, calendar));
        gathered.findings.extend(checks::month_end(as_of, calendar, self.request.require_month_end));
    }
}

fn stock_parameters(thresholds: Thresholds, size: Option<usize>, max_lag: usize) -> Map<String, Value> {
    let mut parameters = Map::from_iter([
        ("min_price_usd".to_owned(), json!(thresholds.min_price_usd)),
        ("min_adv20_usd".to_owned(), json!(thresholds.min_adv20_usd)),
        ("min_history_days".to_owned(), json!(thresholds.min_history_days)),
        ("max_lag".to_owned(), json!(max_lag)),
    ]);
    if let Some(size) = size {
        parameters.insert("universe_size".to_owned(), json!(size));
    }
    parameters
}
