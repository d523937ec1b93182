//! From a request to the files of a replay.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::decider::Decider;
use super::diary::Diary;
use super::facts::{Facts, products};
use super::figures::{self, Figures, Span};
use super::folder::{self, Dated, Folder};
use super::history::{Benchmark, History};
use super::holdings::{Holdings, Lots};
use super::quotes::{Quotes, Step};
use super::schedule::{Cadence, Schedule};
use super::walk::{Book, Notes, State, Terms, Walk};
use super::weights::ConstantWeights;
use super::{Accounting, FillAt, ReplayError};
use crate::check::prices::DEFAULT_MAX_LAG;
use crate::decision::ContractViolation;
use crate::finding::{Code, Finding, any_error};
use crate::input::{FileKind, InputRecord, closures, prices};
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::pipeline::{self, Gathered, UsageError, UsageProblem};
use crate::profile::config::Config;
use crate::profile::manifest::Manifest;
use crate::strategy::choice::Strategy;
use crate::strategy::{Necessity, PriceNeeds};
use crate::symbol::Symbol;

/// What a replay is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BenchmarkChoice {
    /// The profile's own.
    #[default]
    OfProfile,
    /// A symbol.
    Symbol(Symbol),
    /// Nothing.
    None,
}

/// A whole-share account: its name as given, and its equity.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedEquity {
    /// The text of the flag.
    pub name: String,
    /// US dollars.
    pub usd: f64,
}

/// What a replay was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The profile, its config, its files but the snapshots, its allowances.
    pub inputs: pipeline::Request,
    /// `--snapshots`.
    pub snapshots: Option<String>,
    /// `--from`.
    pub from: NaiveDate,
    /// `--to`.
    pub to: Option<NaiveDate>,
    /// `--equity`, in order.
    pub equities: Vec<NamedEquity>,
    /// `--model-equity`.
    pub model_equity_usd: f64,
    /// `--fill`.
    pub fill: FillAt,
    /// `--turnover-cost-bps`.
    pub turnover_cost_bps: f64,
    /// `--trade-threshold`.
    pub trade_threshold: Option<f64>,
    /// `--cash-rate`.
    pub cash_rate: Option<f64>,
    /// `--synthetic-products`: the yearly expense.
    pub synthetic_products: Option<f64>,
    /// `--accounting`.
    pub accounting: Accounting,
    /// `--benchmark`.
    pub benchmark: BenchmarkChoice,
    /// `--stress`.
    pub stress: bool,
    /// `--flips`.
    pub flips: bool,
}

/// Basis points of one.
const BASIS_POINTS: f64 = 10_000.0;

/// The trade threshold of a profile that names none.
const DEFAULT_TRADE_THRESHOLD: f64 = 0.01;

/// The config key of a profile's own threshold.
const THRESHOLD_KEY: &str = "rebalance_threshold_ratio";

/// An account of the replay.
#[derive(Clone, Debug)]
pub(crate) struct Walked {
    /// Its name: `model`, or the equity as given.
    pub name: String,
    /// Its closes and counts.
    pub history: History,
    /// Its figures.
    pub figures: Figures,
    /// What it met on the way.
    pub notes: Notes,
}

/// The names of the first and the last snapshot of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Universe {
    /// The date of the first.
    pub first_date: NaiveDate,
    /// How many names it has.
    pub first: usize,
    /// The date of the last.
    pub last_date: NaiveDate,
    /// How many names it has.
    pub last: usize,
    /// How many names are in both.
    pub both: usize,
}

impl Universe {
    fn new(snapshots: &[Dated]) -> Option<Self> {
        let (first, last) = (snapshots.first()?, snapshots.last()?);
        let names = |dated: &Dated| -> BTreeSet<Symbol> {
            dated.snapshot.rows.iter().filter_map(|row| row.symbol.clone()).collect()
        };
        let (ours, theirs) = (names(first), names(last));
        let both = ours.intersection(&theirs).count();
        let (first_date, last_date) = (first.date, last.date);
        Some(Self { first_date, first: ours.len(), last_date, last: theirs.len(), both })
    }
}

/// A replay.
#[derive(Debug)]
pub struct Replay {
    /// The profile.
    pub(crate) manifest: Manifest,
    /// The config in effect.
    pub(crate) config: Config,
    /// The profile's own config, in the form of the one in effect.
    pub(crate) profile_config: Config,
    /// What the walk had to know of the strategy.
    pub(crate) facts: Facts,
    /// Whether targets are shares of the equity.
    pub(crate) are_weights: bool,
    /// The names of the first and the last snapshot.
    pub(crate) universe: Option<Universe>,
    /// Products held at made prices.
    pub(crate) made: Vec<Symbol>,
    /// The last close of the benchmark, where it ends before the walk.
    pub(crate) benchmark_ends: Option<NaiveDate>,
    /// What was asked for.
    pub(crate) request: Request,
    /// The share of the equity below which nothing is ordered.
    pub(crate) trade_threshold: f64,
    /// The sessions.
    pub(crate) sessions: Vec<NaiveDate>,
    /// The model account.
    pub(crate) model: Walked,
    /// Its diary.
    pub(crate) diary: Diary,
    /// The whole-share accounts, as given.
    pub(crate) accounts: Vec<Walked>,
    /// The benchmark.
    pub(crate) benchmark: Option<Benchmark>,
    /// The benchmark's figures.
    pub(crate) benchmark_figures: Option<Figures>,
    /// The files that were read.
    pub(crate) inputs: Vec<InputRecord>,
    /// What was found about the files, warnings alone.
    pub findings: Vec<Finding>,
}

/// What a replay comes to.
#[derive(Debug)]
pub enum Replayed {
    /// A replay.
    Done(Box<Replay>),
    /// There is none: what is wrong with the files, or why no decision got past its findings.
    Blocked {
        /// What is wrong with the files, or with the first decision.
        findings: Vec<Finding>,
        /// What is wrong with the walk.
        problem: Option<UsageProblem>,
    },
}

/// What was read for a walk.
struct Evidence {
    calendar: Calendar,
    market: Market,
    folder: Folder,
    symbols: BTreeSet<Symbol>,
}

/// Carries a request out.
///
/// # Errors
/// When the flags are wrong, the profile can't be used, or the program breaks its own contract.
pub fn run(request: Request) -> Result<Replayed, ReplayError> {
    let (manifest, profile_input) = pipeline::find_profile(&request.inputs.profile)?;
    let mut gathered = Gathered::default();
    gathered.inputs.extend(profile_input);
    let (strategy, config) = pipeline::effective_strategy(&request.inputs, &manifest, &mut gathered)?;
    check_flags(&request, &manifest, &strategy)?;
    let facts = Facts::new(&strategy);
    let evidence = read(&request, &manifest, &strategy, &config, &facts, &mut gathered);
    if any_error(&gathered.findings) {
        return Ok(Replayed::Blocked { findings: gathered.findings, problem: None });
    }
    let Some((evidence, schedule)) = plan(&request, &facts, evidence, &mut gathered) else {
        return Ok(Replayed::Blocked { findings: gathered.findings, problem: None });
    };
    if any_error(&gathered.findings) {
        return Ok(Replayed::Blocked { findings: gathered.findings, problem: None });
    }
    let decider = Decider {
        manifest: &manifest,
        strategy: &strategy,
        config: &config,
        calendar: &evidence.calendar,
        market: &evidence.market,
        snapshots: &evidence.folder.snapshots,
        allow: &request.inputs.allow,
        max_lag: request.inputs.max_lag.unwrap_or(DEFAULT_MAX_LAG),
        takes_prices: strategy.name().takes_prices(),
    };
    let configured = config.get(THRESHOLD_KEY).and_then(serde_json::Value::as_f64);
    let trade_threshold = request.trade_threshold.or(configured).unwrap_or(DEFAULT_TRADE_THRESHOLD);
    let terms = Terms {
        fill: request.fill,
        delay: 0,
        cost_ratio: request.turnover_cost_bps / BASIS_POINTS,
        trade_threshold,
        cash_rate: request.cash_rate.unwrap_or_default(),
        are_weights: Facts::are_weights(&strategy),
    };
    let plain = Quotes::new(&evidence.market);
    let with_products = request.synthetic_products.map(|expense| {
        let products = products(evidence.folder.snapshots.iter().map(|dated| &dated.snapshot));
        Quotes::with_products(&evidence.market, &products, expense, &schedule.sessions)
    });
    let quotes = with_products.as_ref().unwrap_or(&plain);
    let walk = Walk { schedule: &schedule, quotes, terms: &terms, decider: &decider };
    let model = walk.run(State::new(book(&request, &facts), true))?;
    if model.history.tally.blocked == schedule.turns.iter().flatten().count() {
        return Ok(no_decision(gathered.findings, model.diary.as_ref()));
    }
    let span = Span { sessions: &schedule.sessions };
    let benchmark = benchmark(&request, &manifest, &plain, &schedule.sessions);
    let model_figures = figures::of_account(span, &model.history, &facts.safe_havens, benchmark.as_ref());
    let mut accounts = Vec::new();
    for equity in &request.equities {
        let own = Walk { quotes: &plain, ..walk };
        let state = own.run(State::new(Book::Holdings(Holdings::new(equity.usd, Lots::Whole)), false))?;
        let mut figures = figures::of_account(span, &state.history, &facts.safe_havens, benchmark.as_ref());
        figures::add_gaps(&mut figures, &state.history, &model_figures, &model.history);
        let (history, notes) = (state.history, state.notes);
        accounts.push(Walked { name: equity.name.clone(), history, figures, notes });
    }
    let benchmark_figures = benchmark.as_ref().map(|benchmark| {
        let last = benchmark.values.last().copied().unwrap_or(1.0);
        let equity = request.model_equity_usd * last;
        Figures {
            curve: figures::of_curve(span, &benchmark.values, &benchmark.returns, equity),
            ..Figures::default()
        }
    });
    let model_walked =
        Walked { name: "model".to_owned(), history: model.history, figures: model_figures, notes: model.notes };
    Ok(Replayed::Done(Box::new(Replay {
        universe: Universe::new(&evidence.folder.snapshots),
        made: quotes.made_and_held(&model_walked.history, &schedule.sessions),
        benchmark_ends: benchmark_ends(benchmark.as_ref(), &evidence.market, &schedule.sessions),
        profile_config: own_config(&manifest, &strategy)?,
        are_weights: Facts::are_weights(&strategy),
        facts,
        manifest,
        config,
        trade_threshold,
        sessions: schedule.sessions.clone(),
        model: model_walked,
        diary: model.diary.unwrap_or_default(),
        accounts,
        benchmark,
        benchmark_figures,
        inputs: gathered.inputs,
        findings: gathered.findings,
        request,
    })))
}

fn book(request: &Request, facts: &Facts) -> Book {
    match (request.accounting, facts.safe_havens.first()) {
        (Accounting::ConstantWeights, Some(safe_haven)) => {
            Book::Weights(ConstantWeights::new(safe_haven.clone()), request.model_equity_usd)
        }
        _ => Book::Holdings(Holdings::new(request.model_equity_usd, Lots::Fractions)),
    }
}

fn benchmark(
    request: &Request,
    manifest: &Manifest,
    quotes: &Quotes<'_>,
    sessions: &[NaiveDate],
) -> Option<Benchmark> {
    let symbol = benchmark_symbol(request, manifest)?;
    let closes: Option<Vec<f64>> =
        sessions.iter().map(|&day| Some(quotes.quote(&symbol, day, Step::Fill)?.close)).collect();
    Some(Benchmark::new(symbol.to_string(), &closes?))
}

/// Days that a benchmark may end before the walk without a word.
const BENCHMARK_DAYS: i64 = 7;

/// The last close of a benchmark that ends well before the walk.
fn benchmark_ends(benchmark: Option<&Benchmark>, market: &Market, sessions: &[NaiveDate]) -> Option<NaiveDate> {
    let symbol = Symbol::parse(&benchmark?.symbol)?;
    let (newest, &last) = (market.get(&symbol)?.newest_date()?, sessions.last()?);
    ((last - newest).num_days() > BENCHMARK_DAYS).then_some(newest)
}

/// The profile's own config in the form in which one is printed.
fn own_config(manifest: &Manifest, strategy: &Strategy) -> Result<Config, ReplayError> {
    let own = Strategy::new(strategy.name(), &manifest.config).and_then(|own| own.config());
    own.map_err(|error| ContractViolation(error.to_string()).into())
}

fn benchmark_symbol(request: &Request, manifest: &Manifest) -> Option<Symbol> {
    match &request.benchmark {
        BenchmarkChoice::OfProfile => Symbol::parse(&manifest.benchmark.to_string()),
        BenchmarkChoice::Symbol(symbol) => Some(symbol.clone()),
        BenchmarkChoice::None => None,
    }
}

/// Reads every file of a walk.
fn read(
    request: &Request,
    manifest: &Manifest,
    strategy: &Strategy,
    config: &Config,
    facts: &Facts,
    gathered: &mut Gathered,
) -> Evidence {
    let calendar = match &request.inputs.closures {
        Some(path) => {
            let reading = closures::read(path);
            gathered.inputs.extend(reading.input);
            gathered.findings.extend(reading.findings);
            Calendar::new(reading.closures)
        }
        None => Calendar::default(),
    };
    let mut folder = Folder::default();
    if let Some(path) = &request.snapshots {
        let config_file = gathered.inputs.iter().find(|input| input.kind == FileKind::Config);
        folder = folder::read(path, manifest, config, config_file.map(|input| input.sha256.as_str()));
    }
    let mut symbols: BTreeSet<Symbol> = facts.managed.clone();
    symbols.extend(benchmark_symbol(request, manifest));
    let mut needs = PriceNeeds { bars: usize::MAX, ..PriceNeeds::default() };
    needs.symbols.extend(strategy.price_needs(None).symbols);
    needs.ranges.extend(strategy.price_needs(None).ranges);
    for dated in &folder.snapshots {
        needs.symbols.extend(strategy.price_needs(Some(&dated.snapshot)).symbols);
        symbols.extend(dated.snapshot.rows.iter().filter_map(|row| row.symbol.clone()));
    }
    symbols.extend(needs.symbols.keys().cloned());
    needs.symbols = symbols.iter().map(|symbol| (symbol.clone(), Necessity::Skippable)).collect();
    let mut reading = prices::read(&request.inputs.prices, &needs, request.to);
    reading.findings.retain(|finding| finding.code != Code::MissingSymbol);
    gathered.inputs.extend(reading.inputs);
    gathered.findings.extend(reading.findings);
    Evidence { calendar, market: reading.market, folder, symbols }
}

/// The sessions and decisions of a walk; `None` with a finding where there is nothing to walk through.
fn plan(
    request: &Request,
    facts: &Facts,
    mut evidence: Evidence,
    gathered: &mut Gathered,
) -> Option<(Evidence, Schedule)> {
    let newest = evidence.symbols.iter().filter_map(|symbol| evidence.market.get(symbol)?.newest_date()).max();
    let Some(to) = request.to.or(newest) else {
        let finding = Finding::new(Code::PricesEmpty, "the price files have no close of any symbol that the walk needs");
        gathered.findings.push(finding);
        return None;
    };
    let looks_back = facts.cadence == Cadence::DailyFromSnapshots;
    // A snapshot of the days without session after the last session belongs to that session.
    let last_day = match (looks_back, evidence.calendar.next_session(to)) {
        (false, Some(next)) => next.pred_opt().unwrap_or(to),
        _ => to,
    };
    evidence.folder.keep(request.from, last_day, looks_back);
    gathered.inputs.append(&mut evidence.folder.inputs);
    gathered.findings.append(&mut evidence.folder.findings);
    let dates: Vec<NaiveDate> = evidence.folder.snapshots.iter().map(|dated| dated.date).collect();
    let schedule = Schedule::new(&facts.cadence, request.from, to, &dates, &evidence.calendar);
    Some((evidence, schedule))
}

/// Why a walk without any decision is none.
fn no_decision(mut findings: Vec<Finding>, diary: Option<&Diary>) -> Replayed {
    let blocked = diary.and_then(|diary| diary.rows.first());
    let (message, hint) = match blocked {
        Some(row) => {
            findings.extend(row.ruling.findings.iter().cloned());
            let message = format!("every decision of the walk is blocked, the first on {}", row.data_date);
            (message, "begin the walk later with `--from`, or name files that reach further back")
        }
        None => ("no decision falls into the walk".to_owned(), "move `--from` and `--to`"),
    };
    Replayed::Blocked { findings, problem: Some(UsageProblem { message, hint: Some(hint.to_owned()) }) }
}

/// Flags that the profile or the accounting can't use are refused.
fn check_flags(request: &Request, manifest: &Manifest, strategy: &Strategy) -> Result<(), UsageError> {
    let takes_snapshots = strategy.name().takes_snapshot();
    let profile = &manifest.profile;
    let mut problems: Vec<UsageProblem> = Vec::new();
    let mut refuse = |message: String, hint: &str| {
        problems.push(UsageProblem { message, hint: Some(hint.to_owned()) });
    };
    if takes_snapshots && request.snapshots.is_none() {
        refuse(format!("profile `{profile}` decides from snapshots"), "name their folder with `--snapshots DIR`");
    }
    if !takes_snapshots && request.snapshots.is_some() {
        refuse(format!("profile `{profile}` can't use `--snapshots`"), "leave it out");
    }
    if request.synthetic_products.is_some() && !matches!(strategy, Strategy::DynamicMegaLeveragedPullback(_)) {
        refuse(format!("profile `{profile}` can't use `--synthetic-products`"), "leave it out: it holds no leveraged products of a snapshot");
    }
    if request.inputs.max_lag.is_some() && !strategy.name().takes_prices() {
        refuse(format!("profile `{profile}` can't use `--max-lag`"), "leave it out: it decides on no prices");
    }
    if request.to.is_some_and(|to| to < request.from) {
        refuse("`--to` is before `--from`".to_owned(), "name the first day with `--from`, the last with `--to`");
    }
    if request.accounting == Accounting::ConstantWeights {
        if !Facts::are_weights(strategy) {
            refuse(format!("profile `{profile}` has targets in US dollars, so `--accounting constant-weights` has no meaning"), "leave it out");
        }
        let idle = [
            ("--equity", !request.equities.is_empty()),
            ("--cash-rate", request.cash_rate.is_some()),
            ("--trade-threshold", request.trade_threshold.is_some()),
            ("--synthetic-products", request.synthetic_products.is_some()),
            ("--fill next-open", request.fill == FillAt::NextOpen),
        ];
        for (flag, _) in idle.iter().filter(|(_, is_given)| *is_given) {
            refuse(format!("`--accounting constant-weights` can't use `{flag}`"), "leave one of the two out");
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(UsageError { problems }) }
}

impl Replay {
    /// Every account with its figures, the benchmark last.
    pub(crate) fn summary(&self) -> Vec<(String, Figures)> {
        let accounts = std::iter::once(&self.model).chain(&self.accounts);
        let own = accounts.map(|account| (account.name.clone(), account.figures.clone()));
        own.chain(self.benchmark_figures.clone().map(|figures| ("benchmark".to_owned(), figures))).collect()
    }

    /// The files of the output folder but the report.
    pub(crate) fn files(&self) -> Vec<super::files::OutputFile> {
        let (sessions, model) = (self.sessions.as_slice(), &self.model.history);
        let mut files = vec![
            super::files::summary(&self.summary()),
            super::files::returns(sessions, model, self.benchmark.as_ref()),
            super::files::weights(sessions, model),
            super::files::turnover(sessions, model),
            super::files::decisions(&self.diary, self.request.flips),
        ];
        if !self.accounts.is_empty() {
            let accounts: Vec<(String, &History)> =
                self.accounts.iter().map(|account| (account.name.clone(), &account.history)).collect();
            files.push(super::files::accounts(sessions, &accounts, model));
        }
        files
    }
}
