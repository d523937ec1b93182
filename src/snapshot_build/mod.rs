//! From price histories and a universe to a feature snapshot and its manifest: the way that `build-snapshot` goes.
//!
//! Files are read, the universe is cut to the day, each row is computed from the bars up to that day, and the result is
//! looked at with the eyes of `validate-snapshot` before anything is written. Nothing dated after the day takes part.

pub mod checks;
pub mod comparison;
pub mod manifest;
pub mod products;
pub mod ranking;
pub mod report;
pub mod stocks;
pub mod table;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::check;
use crate::check::prices::DEFAULT_MAX_LAG;
use crate::finding::{Code, Finding, Severity, any_error};
use crate::input::prices::{self, ColumnNames, Columns, DateFormat, PriceFile, Reading, Use};
use crate::input::product_map::ProductMapReading;
use crate::input::universe::{SECTOR, UniverseReading};
use crate::input::{FileKind, InputRecord, closures, product_map, universe};
use crate::market::calendar::Calendar;
use crate::pipeline::{self, Gathered, PipelineError, UsageError, UsageProblem};
use crate::profile::Profile;
use crate::profile::manifest::{Manifest, SnapshotContract};
use crate::profile::words::Effective;
use crate::strategy::recipe::{Members, ProductRecipe, Recipe, StockRecipe, Thresholds};
use crate::symbol::Symbol;
use crate::validation;
use comparison::Comparison;
use products::ProductMap;
use ranking::RANKING_COLUMNS;
use stocks::Stocks;
use table::{Reason, SnapshotTable};

/// The most bars that a column looks back: those of the 12-month return without the newest month.
const MOST_REACHED: usize = 274;

/// The name and version of the report's shape.
pub const SCHEMA: &str = "strat.snapshot_build.v1";

/// What to build: the flags, typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// A profile's key or alias, or the path of a manifest of the user's own.
    pub profile: String,
    /// `--prices`, in order.
    pub prices: Vec<PriceFile>,
    /// `--columns`, all of them together.
    pub columns: ColumnNames,
    /// `--dates`.
    pub dates: DateFormat,
    /// `--universe`.
    pub universe: Option<String>,
    /// `--product-map`.
    pub product_map: Option<String>,
    /// `--as-of`.
    pub as_of: Option<NaiveDate>,
    /// `--config`.
    pub config: Option<String>,
    /// `--min-price-usd`.
    pub min_price_usd: Option<f64>,
    /// `--min-adv20-usd`.
    pub min_adv20_usd: Option<f64>,
    /// `--min-history-days`.
    pub min_history_days: Option<usize>,
    /// `--universe-size`.
    pub universe_size: Option<usize>,
    /// `--max-lag`, in sessions.
    pub max_lag: Option<usize>,
    /// `--closures`.
    pub closures: Option<String>,
    /// `--allow`.
    pub allow: Vec<Code>,
    /// `--require-month-end`.
    pub require_month_end: bool,
    /// `--check`: the published snapshot that is compared with.
    pub check: Option<String>,
    /// `--tolerance`.
    pub tolerance: Option<f64>,
}

/// A snapshot that was built, or the findings that say why it was not.
#[derive(Clone, Debug)]
pub struct Built {
    /// The profile.
    pub profile: Profile,
    /// The snapshot's date; `None` if it is not known.
    pub as_of: Option<NaiveDate>,
    /// The rows; `None` if an input failed.
    pub table: Option<SnapshotTable>,
    /// The rows as they are written; empty if an input failed.
    pub text: String,
    /// The newest close that the rows are computed from.
    pub price_as_of: Option<NaiveDate>,
    /// The thresholds, sizes and limits in effect.
    pub parameters: Map<String, Value>,
    /// With `--check`: what differs from the published snapshot; `None` if an input failed.
    pub comparison: Option<Comparison>,
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
    /// What was found, errors first, then warnings.
    pub findings: Vec<Finding>,
}

impl Built {
    /// The version of the snapshot's contract.
    pub fn contract_version(&self) -> &str {
        self.profile.manifest.snapshot.as_ref().map_or("", |contract| &contract.contract_version)
    }

    /// The config file that was named: its path as the user gave it and its sha256.
    pub fn config(&self) -> Option<(&str, &str)> {
        let input = self.inputs.iter().find(|input| input.kind == FileKind::Config)?;
        Some((&input.path, &input.sha256))
    }
}

/// Builds what the request names.
///
/// # Errors
/// When the flags are wrong, a manifest of the user's own can't be used, or the program breaks its own contract. What is
/// wrong with the files stands among the findings.
pub fn run(request: &Request) -> Result<Built, PipelineError> {
    let (manifest, profile_input) = pipeline::find_profile(&request.profile)?;
    let Some(contract) = manifest.snapshot.clone() else {
        return Err(validation::takes_none(&manifest).into());
    };
    let mut gathered = Gathered::default();
    gathered.inputs.extend(profile_input);
    let in_effect = pipeline::Request { config: request.config.clone(), ..pipeline::Request::default() };
    let profile = pipeline::effective_profile(&in_effect, manifest, &mut gathered)?;
    let Some(recipe) = profile.strategy.recipe() else {
        return Err(validation::takes_none(&profile.manifest).into());
    };
    check_flags(request, &profile.manifest, &recipe)?;
    let published = request.check.as_deref().map(comparison::read).transpose();
    let published = published.unwrap_or_else(|findings| {
        gathered.findings.extend(findings);
        None
    });
    let as_of = request.as_of.or_else(|| published.as_ref().and_then(|published| published.as_of));
    let request = &Request { as_of, ..request.clone() };
    let job = Job { request, profile: &profile, contract: &contract };
    let outcome = match recipe {
        Recipe::Stocks(recipe) => job.build_stocks(recipe, &mut gathered),
        Recipe::Products(recipe) => job.build_products(recipe, &mut gathered),
    };
    let Gathered { mut inputs, mut findings, lookalikes, .. } = gathered;
    pipeline::name_lookalikes(&mut findings, &lookalikes);
    check::allowance::apply(&mut findings, &request.allow);
    findings.sort_by_key(|finding| finding.severity);
    let Outcome { as_of, table, text, price_as_of, parameters } = outcome;
    let mut table = table.filter(|_| !any_error(&findings));
    let mut comparison = None;
    if let (Some(published), Some(built)) = (published, &table) {
        inputs.push(published.input.clone());
        let tolerance = request.tolerance.unwrap_or(comparison::DEFAULT_TOLERANCE);
        match comparison::compare(&published, built, tolerance) {
            Ok(compared) => comparison = Some(compared),
            Err(finding) => {
                findings.push(*finding);
                table = None;
            }
        }
    }
    let text = if table.is_some() { text } else { String::new() };
    Ok(Built { profile, as_of, table, text, price_as_of, parameters, comparison, inputs, findings })
}

/// Flags that the profile can't use are refused.
fn check_flags(request: &Request, profile: &Manifest, recipe: &Recipe) -> Result<(), UsageError> {
    let is_stocks = matches!(recipe, Recipe::Stocks(_));
    let given = [
        ("--product-map", request.product_map.is_some(), !is_stocks),
        ("--min-price-usd", request.min_price_usd.is_some(), is_stocks),
        ("--min-adv20-usd", request.min_adv20_usd.is_some(), is_stocks),
        ("--min-history-days", request.min_history_days.is_some(), is_stocks),
        ("--max-lag", request.max_lag.is_some(), is_stocks),
        ("--universe-size", request.universe_size.is_some(), recipe.universe_size().is_some()),
    ];
    let usable: Vec<&str> = given.iter().filter(|(_, _, can)| *can).map(|(flag, _, _)| *flag).collect();
    let mut problems: Vec<UsageProblem> = given
        .iter()
        .filter(|(_, is_given, can)| *is_given && !can)
        .map(|(flag, _, _)| UsageProblem {
            message: format!("the snapshot of `{}` can't use `{flag}`", profile.profile),
            hint: Some(format!("of these flags it takes {}", usable.join(", "))),
        })
        .collect();
    problems.extend(pipeline::standard_input_twice(named_files(request).map(|(_, path)| path)));
    if problems.is_empty() { Ok(()) } else { Err(UsageError { problems }) }
}

/// The files that flags name, each with its flag.
pub fn named_files(request: &Request) -> impl Iterator<Item = (&'static str, &String)> {
    let single = [
        ("--universe", &request.universe),
        ("--product-map", &request.product_map),
        ("--config", &request.config),
        ("--closures", &request.closures),
        ("--check", &request.check),
    ];
    let prices = request.prices.iter().map(|file| ("--prices", &file.path));
    prices.chain(single.into_iter().filter_map(|(flag, path)| Some((flag, path.as_ref()?))))
}

/// One snapshot to build, and what it is built for.
#[derive(Clone, Copy)]
struct Job<'a> {
    request: &'a Request,
    profile: &'a Profile,
    contract: &'a SnapshotContract,
}

/// What building came to.
#[derive(Default)]
struct Outcome {
    as_of: Option<NaiveDate>,
    table: Option<SnapshotTable>,
    text: String,
    price_as_of: Option<NaiveDate>,
    parameters: Map<String, Value>,
}

impl Job<'_> {
    fn build_stocks(&self, recipe: StockRecipe, gathered: &mut Gathered) -> Outcome {
        let request = self.request;
        let recipe = self.sized(recipe);
        let calendar = self.calendar(gathered);
        let universe = self.universe(gathered);
        let size = Recipe::Stocks(recipe.clone()).universe_size();
        let thresholds = self.thresholds(recipe.thresholds);
        let max_lag = request.max_lag.unwrap_or(DEFAULT_MAX_LAG);
        let parameters = stock_parameters(thresholds, size, max_lag);
        let extras = recipe.extras.iter().map(|extra| extra.symbol.clone());
        let wanted: BTreeSet<Symbol> = match request.as_of {
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
        if request.as_of.is_none() && shown.len() < wanted.len() {
            self.read_again(&mut prices, shown.keys(), Use::Checked, as_of);
        }
        if let Members::OfSectors(whitelist) = &recipe.members {
            gathered.findings.extend(self.unknown_sectors(&universe, as_of, whitelist));
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
        if !request.prices.is_empty() && !has_price_error(&gathered.findings) {
            gathered.findings.extend(no_bar_at_all(&prices, as_of));
            gathered.findings.extend(checks::stocks(&build, &shown));
            gathered.findings.extend(price_warnings(&prices, as_of, &calendar));
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

    fn build_products(&self, recipe: ProductRecipe, gathered: &mut Gathered) -> Outcome {
        let request = self.request;
        let calendar = self.calendar(gathered);
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
        let wanted = match request.as_of {
            Some(day) => eligible(day),
            None => universe
                .rows
                .iter()
                .map(|row| &row.symbol)
                .filter(|symbol| map.contains_key(symbol))
                .cloned()
                .collect(),
        };
        let mut prices = match (request.as_of, request.prices.is_empty()) {
            (Some(_), true) => Reading::default(),
            _ => {
                let products = map.values().filter_map(|product| product.symbol.clone());
                let known = map.keys().cloned().chain(products).chain(symbols_of(&universe)).collect();
                self.prices(&wanted, known, Use::Ignored, gathered)
            }
        };
        let Some(as_of) = self.date(&prices, gathered) else {
            gathered.findings.append(&mut prices.findings);
            return Outcome { parameters, ..Outcome::default() };
        };
        self.check_date(as_of, &calendar, gathered);
        let members = ranking::choose(&universe, self.universe_path(), as_of, Some(size));
        gathered.findings.extend(members.findings);
        let underlyings = products::eligible_underlyings(&members.rows, &map);
        if request.as_of.is_none() && underlyings.len() < wanted.len() {
            self.read_again(&mut prices, underlyings.iter().copied(), Use::Ignored, as_of);
        }
        keep_only(&mut prices, underlyings.iter().copied());
        gathered.findings.append(&mut prices.findings);
        if let Some(path) = request.product_map.as_deref().filter(|_| !map.is_empty()) {
            gathered.findings.extend(products::no_product(&members.rows, &map, path));
        }
        if !request.prices.is_empty() && !has_price_error(&gathered.findings) {
            if !underlyings.is_empty() {
                gathered.findings.extend(no_bar_at_all(&prices, as_of));
            }
            gathered.findings.extend(checks::underlyings(
                &underlyings,
                &prices.market,
                as_of,
                &calendar,
                recipe.fewest_closes,
                DEFAULT_MAX_LAG,
            ));
            gathered.findings.extend(price_warnings(&prices, as_of, &calendar));
        }
        let table = products::table(&members.rows, &map, as_of);
        self.finish(Outcome { as_of: Some(as_of), parameters, ..Outcome::default() }, table, gathered)
    }

    /// Writes the rows, and looks at them as `validate-snapshot` will.
    fn finish(&self, outcome: Outcome, table: SnapshotTable, gathered: &mut Gathered) -> Outcome {
        if any_blocking(&gathered.findings, &self.request.allow) {
            return outcome;
        }
        let Ok(text) = table.to_csv() else { return outcome };
        let known: BTreeSet<Code> = gathered.findings.iter().map(|finding| finding.code).collect();
        let found = validation::look_at_built(self.profile, self.contract, &text);
        // The build has its own finding about a date that does not end its month.
        let is_new =
            |finding: &Finding| !known.contains(&finding.code) && finding.code != Code::SnapshotNotMonthEnd;
        gathered.findings.extend(found.into_iter().filter(is_new).map(as_warning_without_candidates));
        if table.eligible == 0 && !gathered.findings.iter().any(|finding| finding.code == Code::NoCandidates)
        {
            gathered.findings.push(no_candidates(&table));
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

    fn calendar(&self, gathered: &mut Gathered) -> Calendar {
        let Some(path) = &self.request.closures else { return Calendar::default() };
        let reading = closures::read(path);
        gathered.inputs.extend(reading.input);
        gathered.findings.extend(reading.findings);
        Calendar::new(reading.closures)
    }

    fn universe_path(&self) -> &str {
        self.request.universe.as_deref().unwrap_or_default()
    }

    fn universe(&self, gathered: &mut Gathered) -> UniverseReading {
        let Some(path) = &self.request.universe else {
            gathered.findings.push(
                Finding::new(Code::UniverseMissing, "a snapshot needs a universe and none was named")
                    .hint("name a CSV `symbol,sector` with `--universe FILE`"),
            );
            return UniverseReading::default();
        };
        let mut reading = universe::read(path, &RANKING_COLUMNS);
        gathered.inputs.extend(reading.input.take());
        gathered.findings.append(&mut reading.findings);
        reading
    }

    fn product_map(&self, recipe: &ProductRecipe, gathered: &mut Gathered) -> ProductMap {
        let Some(path) = &self.request.product_map else {
            gathered.findings.push(
                Finding::new(Code::ProductMapMissing, "the snapshot needs a product map and none was named")
                    .hint("name a CSV `underlying_symbol,trade_symbol` with `--product-map FILE`"),
            );
            return ProductMap::new();
        };
        let ProductMapReading { products, input, findings } = product_map::read(path, &recipe.multiples);
        gathered.inputs.extend(input);
        gathered.findings.extend(findings);
        products
    }

    fn prices(
        &self,
        wanted: &BTreeSet<Symbol>,
        known: BTreeSet<Symbol>,
        volume: Use,
        gathered: &mut Gathered,
    ) -> Reading {
        if self.request.prices.is_empty() {
            gathered.findings.push(
                Finding::new(
                    Code::PricesMissing,
                    "a snapshot is built from daily closes and none were named",
                )
                .hint("name a CSV `symbol,as_of,close,volume` with `--prices FILE`"),
            );
            return Reading::default();
        }
        let columns = Columns { volume, ..Columns::default() };
        let request = self.request;
        let mut reading = prices::read(&prices::Request {
            wanted: wanted.iter().map(|symbol| (symbol.clone(), columns)).collect(),
            last_day: request.as_of,
            finds_newest_day: request.as_of.is_none(),
            names_blank_symbols: true,
            known,
            ..prices::Request::new(&request.prices, &request.columns, &request.dates)
        });
        gathered.inputs.append(&mut reading.inputs);
        gathered.lookalikes = std::mem::take(&mut reading.lookalikes);
        reading
    }

    /// Reads once more for the symbols that have a row, where something was found and the date was not known before:
    /// what is wrong with other symbols does not matter.
    fn read_again<'s>(
        &self,
        reading: &mut Reading,
        shown: impl Iterator<Item = &'s Symbol>,
        volume: Use,
        as_of: NaiveDate,
    ) {
        let request = self.request;
        let is_file = |file: &PriceFile| std::path::Path::new(&file.path).is_file();
        if reading.findings.is_empty() || !request.prices.iter().all(is_file) {
            return;
        }
        let columns = Columns { volume, ..Columns::default() };
        let again = prices::read(&prices::Request {
            wanted: shown.map(|symbol| (symbol.clone(), columns)).collect(),
            last_day: Some(as_of),
            names_blank_symbols: true,
            ..prices::Request::new(&request.prices, &request.columns, &request.dates)
        });
        reading.findings = again.findings;
        reading.market = again.market;
    }

    /// The snapshot's date: the one that was named, or the newest of the price files.
    fn date(&self, prices: &Reading, gathered: &mut Gathered) -> Option<NaiveDate> {
        let date = self.request.as_of.or(prices.newest_day);
        if date.is_none() && !self.request.prices.is_empty() && !any_error(&prices.findings) {
            gathered.findings.push(
                Finding::new(Code::PricesEmpty, "no row of the price files has a symbol and a close")
                    .hint("name price files that have rows"),
            );
        }
        date
    }

    fn check_date(&self, as_of: NaiveDate, calendar: &Calendar, gathered: &mut Gathered) {
        gathered.findings.extend(check::date::unfit(as_of, Effective::SameDay, calendar));
        gathered.findings.extend(checks::month_end(as_of, calendar, self.request.require_month_end));
    }

    /// Sectors of active rows that the whitelist was probably meant to have, and entries of it without a row.
    fn unknown_sectors(
        &self,
        universe: &UniverseReading,
        day: NaiveDate,
        whitelist: &[String],
    ) -> Vec<Finding> {
        use check::snapshot::sectors::{LabelRows, Labels, absent_sectors, misspelt_sectors};
        let mut labels = Labels::new();
        for row in universe.rows.iter().filter(|row| row.is_active_on(day)) {
            let first = LabelRows { place: row.sector_place, rows: 0 };
            labels.entry(row.sector.clone()).or_insert(first).rows += 1;
        }
        if labels.is_empty() {
            return Vec::new();
        }
        let whitelist: Vec<String> = whitelist.iter().map(|entry| entry.trim().to_owned()).collect();
        let mut findings = misspelt_sectors(&labels, &whitelist, self.universe_path(), SECTOR);
        findings.extend(absent_sectors(&labels, &whitelist, self.universe_path(), SECTOR));
        findings
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

/// Whether an error stands in the way that the user does not allow.
fn any_blocking(findings: &[Finding], allow: &[Code]) -> bool {
    findings.iter().any(|finding| {
        finding.is_error() && !(finding.code.can_be_allowed() && allow.contains(&finding.code))
    })
}

/// That nobody can be held blocks a decision, and not a build: while histories are short it is so.
fn as_warning_without_candidates(finding: Finding) -> Finding {
    match finding.code {
        Code::NoCandidates => finding.severity(Severity::Warning),
        _ => finding,
    }
}

fn no_candidates(table: &SnapshotTable) -> Finding {
    let most = table.not_eligible.iter().filter(|(reason, _)| **reason != Reason::Reference);
    let most = most.max_by_key(|(_, count)| **count);
    let most = most.map_or_else(String::new, |(reason, count)| {
        format!("; the most rows, {count}, fail by: {}", reason.in_words())
    });
    Finding::new(Code::NoCandidates, format!("no row of the snapshot is eligible{most}"))
        .severity(Severity::Warning)
        .observed(0)
        .expected("at least one eligible row")
        .hint("look for short histories, thresholds that nobody meets, and symbols that the price files lack")
}

/// Whether the price files could not be read: what they lack then says nothing.
fn has_price_error(findings: &[Finding]) -> bool {
    let of_files = [Code::PricesMissing, Code::PricesEmpty, Code::PricesParseFailed, Code::MissingColumns];
    findings.iter().any(|finding| finding.is_error() && of_files.contains(&finding.code))
}

fn no_bar_at_all(prices: &Reading, as_of: NaiveDate) -> Option<Finding> {
    prices.market.is_empty().then(|| {
        Finding::new(Code::PricesEmpty, format!("no symbol of the snapshot has a price up to {as_of}"))
            .expected(format!("rows of the snapshot's symbols dated {as_of} or before"))
            .hint("name files that reach the date, or an earlier `--as-of`")
    })
}

/// What the closes that a snapshot reaches say about themselves.
fn price_warnings(prices: &Reading, as_of: NaiveDate, calendar: &Calendar) -> Vec<Finding> {
    let windows = || {
        let market = prices.market.iter();
        market.map(|(symbol, history)| (symbol, history.up_to(as_of).newest_up_to(MOST_REACHED)))
    };
    let mut findings = check::prices::price_jumps(windows());
    findings.extend(check::prices::bars_without_session(windows(), calendar));
    findings.extend(check::prices::missing_sessions(windows(), calendar));
    findings
}

fn symbols_of(universe: &UniverseReading) -> BTreeSet<Symbol> {
    universe.rows.iter().map(|row| row.symbol.clone()).collect()
}

/// Drops what was read of symbols that have no row.
fn keep_only<'s>(reading: &mut Reading, shown: impl Iterator<Item = &'s Symbol>) {
    let shown: BTreeSet<&Symbol> = shown.collect();
    reading.market.retain(|symbol, _| shown.contains(symbol));
    reading.findings.retain(|finding| finding.symbol.as_ref().is_none_or(|symbol| shown.contains(symbol)));
}
