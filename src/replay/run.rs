//! From a request to the files of a replay.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Watch;
use super::course::{Course, Results, made_quotes, terms};
use super::decider::Decider;
use super::diary::Diary;
use super::facts::Facts;
use super::figures::Figures;
use super::files::{self, OutputFile};
use super::folder::{self, Dated, Folder};
use super::quotes::Quotes;
use super::request::{Request, check_flags};
use super::schedule::{Cadence, Schedule};
use super::walk::Terms;
use crate::check::allowance::raise_warnings;
use crate::decision::{ContractViolation, Options};
use crate::finding::{Code, Finding, any_error};
use crate::input::prices::{Columns, Use};
use crate::input::{FileKind, InputRecord, prices};
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::pipeline::{self, Gathered, PipelineError};
use crate::profile::Profile;
use crate::profile::config::Config;
use crate::profile::manifest::Manifest;
use crate::strategy::Strategy;
use crate::suggestion::Problem;
use crate::symbol::Symbol;

/// The names of the first and the last snapshot of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Universe {
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
    /// The profile with the config in effect.
    pub profile: Profile,
    /// The profile's own config, in the form of the one in effect.
    pub profile_config: Config,
    /// What the walk had to know of the strategy.
    pub facts: Facts,
    /// The names of the first and the last snapshot.
    pub universe: Option<Universe>,
    /// Products held at made prices.
    pub made: Vec<Symbol>,
    /// The last close of the benchmark, where it ends before the walk.
    pub benchmark_ends: Option<NaiveDate>,
    /// What the model account holds at the end although its prices end before, each with its last close.
    pub holdings_end: Vec<(Symbol, NaiveDate)>,
    /// What was asked for.
    pub request: Request,
    /// The conventions of the plain walk.
    pub terms: Terms,
    /// The sessions.
    pub sessions: Vec<NaiveDate>,
    /// What the walks came to.
    pub results: Results,
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
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
        problem: Option<Problem>,
    },
}

/// What was read for a walk.
pub struct Evidence {
    pub(super) calendar: Calendar,
    pub(super) market: Market,
    pub(super) folder: Folder,
}

/// Carries a request out; `watch` is told of each decision.
///
/// # Errors
/// When the flags are wrong, the profile can't be used, or the program breaks its own contract.
pub fn run(request: Request, watch: Watch<'_>) -> Result<Replayed, PipelineError> {
    let Request { profile, rules, .. } = &request;
    let (profile, mut gathered) =
        pipeline::resolve(profile, rules.config.as_deref(), &rules.settings, |_| Ok(()))?;
    let (manifest, strategy) = (&profile.manifest, &profile.strategy);
    check_flags(&request, manifest, strategy)?;
    let facts = Facts::new(strategy);
    let evidence = read(&request, manifest, strategy, &facts, &mut gathered);
    if rules.is_strict {
        raise_warnings(&mut gathered.findings, &rules.allow);
    }
    let planned =
        if any_error(&gathered.findings) { None } else { plan(&request, &facts, evidence, &mut gathered) };
    let Some((evidence, schedule)) = planned.filter(|_| !any_error(&gathered.findings)) else {
        return Ok(Replayed::Blocked { findings: gathered.findings, problem: None });
    };
    let decider = Decider { profile: &profile, evidence: &evidence, options: options(&request), watch };
    let course = Course {
        plain: Quotes::new(&evidence.market),
        made: made_quotes(&request, &evidence, &schedule),
        terms: terms(&request, strategy),
        request: &request,
        facts: &facts,
        evidence: &evidence,
        schedule: &schedule,
        decider: &decider,
    };
    let model = course.walk().run(course.model(Some(Diary::default())))?;
    if model.history.tally.blocked == schedule.turns.iter().flatten().count() {
        return Ok(no_decision(gathered.findings, model.diary.as_ref()));
    }
    let results = course.results(manifest, model)?;
    let last = schedule.sessions.last().copied().unwrap_or_default();
    let end = |symbol: &Symbol| ends_before(symbol, &evidence.market, last);
    let held = results.model.history.closes.last().map_or(&[][..], |close| &close.weights);
    Ok(Replayed::Done(Box::new(Replay {
        universe: Universe::new(&evidence.folder.snapshots),
        made: course.quotes().made_and_held(&results.model.history),
        benchmark_ends: results.benchmark.as_ref().and_then(|benchmark| end(&benchmark.symbol)),
        holdings_end: held.iter().filter_map(|(symbol, _)| Some((symbol.clone(), end(symbol)?))).collect(),
        profile_config: own_config(manifest, strategy)?,
        terms: course.terms,
        sessions: schedule.sessions.clone(),
        inputs: gathered.inputs,
        findings: gathered.findings,
        results,
        facts: facts.clone(),
        profile: profile.clone(),
        request: request.clone(),
    })))
}

/// What is asked of each decision of the walk.
fn options(request: &Request) -> Options {
    let rules = &request.rules;
    Options {
        allow: rules.allow.clone(),
        max_lag: rules.max_lag(),
        explicit_exits: false,
        is_strict: rules.is_strict,
    }
}

/// Days that prices may end before the walk without a note.
const DAYS_BEFORE_THE_END: i64 = 7;

/// The last close of a symbol whose prices end well before a day.
fn ends_before(symbol: &Symbol, market: &Market, day: NaiveDate) -> Option<NaiveDate> {
    let newest = market.get(symbol)?.newest_date()?;
    ((day - newest).num_days() > DAYS_BEFORE_THE_END).then_some(newest)
}

/// The profile's own config in the form in which one is printed.
fn own_config(manifest: &Manifest, strategy: &Strategy) -> Result<Config, PipelineError> {
    let own = Strategy::new(strategy.name(), &manifest.config).and_then(|own| own.config());
    own.map_err(|error| ContractViolation(error.to_string()).into())
}

/// Reads every file of a walk.
fn read(
    request: &Request,
    manifest: &Manifest,
    strategy: &Strategy,
    facts: &Facts,
    gathered: &mut Gathered,
) -> Evidence {
    let calendar = gathered.calendar(request.rules.closures.as_deref());
    let mut folder = Folder::default();
    if let Some(path) = &request.snapshots {
        let config_file = gathered.inputs.iter().find(|input| input.kind == FileKind::Config);
        folder = folder::read(path, manifest, strategy, config_file.map(|input| input.sha256.as_str()));
    }
    let mut symbols: BTreeSet<Symbol> = facts.managed.clone();
    symbols.extend(request.benchmark_symbol(manifest));
    let needs = strategy.price_needs(None);
    symbols.extend(needs.symbols.into_keys());
    for dated in &folder.snapshots {
        symbols.extend(strategy.price_needs(Some(&dated.snapshot)).symbols.into_keys());
        symbols.extend(dated.snapshot.rows.iter().filter_map(|row| row.symbol.clone()));
    }
    let columns = |symbol: &Symbol| Columns {
        open: Use::AsFound,
        range: if needs.ranges.contains(symbol) { Use::Checked } else { Use::Ignored },
        volume: Use::Ignored,
    };
    let reading = prices::read(&prices::Request {
        wanted: symbols.iter().map(|symbol| (symbol.clone(), columns(symbol))).collect(),
        last_day: request.to,
        ..prices::Request::new(&request.prices)
    });
    gathered.inputs.extend(reading.inputs);
    gathered.findings.extend(reading.findings);
    Evidence { calendar, market: reading.market, folder }
}

/// The sessions and decisions of a walk; `None` with a finding where there is nothing to walk through.
fn plan(
    request: &Request,
    facts: &Facts,
    mut evidence: Evidence,
    gathered: &mut Gathered,
) -> Option<(Evidence, Schedule)> {
    let newest = evidence.market.values().filter_map(|history| history.newest_date()).max();
    let Some(to) = request.to.or(newest) else {
        let finding = Finding::new(
            Code::PricesEmpty,
            "the price files have no close of any symbol that the replay needs",
        );
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
    let dates = evidence.folder.dates();
    let schedule = Schedule::new(&facts.cadence, request.from, to, &dates, &evidence.calendar);
    Some((evidence, schedule))
}

/// Why a walk without any decision is none.
fn no_decision(mut findings: Vec<Finding>, diary: Option<&Diary>) -> Replayed {
    let blocked = diary.and_then(|diary| diary.rows.first());
    let (message, hint) = match blocked {
        Some(row) => {
            findings.extend(row.ruling.findings.iter().cloned());
            let message = format!("every decision of the replay is blocked, the first on {}", row.data_date);
            (message, "start later with `--from`, or name files that reach further back")
        }
        None => ("there is no decision from `--from` to `--to`".to_owned(), "change `--from` and `--to`"),
    };
    Replayed::Blocked { findings, problem: Some(Problem::new(message, hint)) }
}

impl std::ops::Deref for Replay {
    type Target = Results;

    fn deref(&self) -> &Results {
        &self.results
    }
}

impl Replay {
    /// Every account with its figures, the benchmark last.
    pub fn summary(&self) -> Vec<(String, Figures)> {
        let accounts = std::iter::once(&self.model).chain(&self.accounts);
        let own = accounts.map(|account| (account.name.clone(), account.figures.clone()));
        own.chain(self.benchmark_figures.clone().map(|figures| ("benchmark".to_owned(), figures))).collect()
    }

    /// The files of the output folder but the report.
    ///
    /// # Errors
    /// When the writer fails, which one into memory does not.
    pub fn files(&self) -> Result<Vec<OutputFile>, csv::Error> {
        let model = &self.model.history;
        let mut written = vec![
            files::summary(&self.summary())?,
            files::returns(model, self.benchmark.as_ref())?,
            files::weights(model)?,
            files::turnover(model)?,
            files::decisions(&self.diary, self.request.flips)?,
        ];
        if !self.accounts.is_empty() {
            written.push(files::accounts(&self.accounts, model)?);
        }
        if self.request.stress {
            written.push(files::stress(&self.stress, self.request.flips)?);
        }
        Ok(written)
    }
}
