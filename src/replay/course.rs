//! The walks of a replay: the model account, the whole-share accounts, the changed conditions.

use chrono::NaiveDate;

use super::Accounting;
use super::diary::Diary;
use super::facts::{Facts, products};
use super::figures::{self, Figures};
use super::history::{Benchmark, History};
use super::holdings::{Holdings, Lots};
use super::quotes::{Quotes, Step};
use super::request::Request;
use super::run::Evidence;
use super::schedule::Schedule;
use super::stress;
use super::walk::{Book, Decide, Notes, State, Terms, Walk};
use super::weights::ConstantWeights;
use crate::pipeline::PipelineError;
use crate::profile::manifest::Manifest;
use crate::strategy::Strategy;

/// Basis points of one.
pub const BASIS_POINTS: f64 = 10_000.0;

/// The trade threshold of a profile that names none.
const DEFAULT_TRADE_THRESHOLD: f64 = 0.01;

/// An account of the replay.
#[derive(Clone, Debug)]
pub struct Walked {
    /// Its name: `model`, or the equity as given.
    pub name: String,
    /// Its closes and counts.
    pub history: History,
    /// Its figures.
    pub figures: Figures,
    /// What it met on the way.
    pub notes: Notes,
}

/// What the walks of a replay came to.
#[derive(Clone, Debug)]
pub struct Results {
    /// The model account.
    pub model: Walked,
    /// Its diary.
    pub diary: Diary,
    /// The whole-share accounts, as given.
    pub accounts: Vec<Walked>,
    /// The benchmark.
    pub benchmark: Option<Benchmark>,
    /// The benchmark's figures.
    pub benchmark_figures: Option<Figures>,
    /// The walks under changed conditions.
    pub stress: Vec<stress::Row>,
}

/// What every walk of a replay shares.
pub struct Course<'a> {
    /// The prices of the files.
    pub plain: Quotes<'a>,
    /// The prices with made ones of products.
    pub made: Option<Quotes<'a>>,
    /// The conventions of the plain walk.
    pub terms: Terms,
    /// What was asked for.
    pub request: &'a Request,
    /// What is known of the strategy.
    pub facts: &'a Facts,
    /// What was read.
    pub evidence: &'a Evidence,
    /// The plain schedule.
    pub schedule: &'a Schedule,
    /// The decisions.
    pub decider: &'a dyn Decide,
}

impl Course<'_> {
    /// The prices of the model account.
    pub(super) fn quotes(&self) -> &Quotes<'_> {
        self.made.as_ref().unwrap_or(&self.plain)
    }

    /// The plain walk of the model account.
    pub fn walk(&self) -> Walk<'_> {
        Walk { schedule: self.schedule, quotes: self.quotes(), terms: &self.terms, decider: self.decider }
    }

    /// The model account before its first session.
    pub fn model(&self, diary: Option<Diary>) -> State {
        State::new(book(self.request, self.facts), diary)
    }

    pub(super) fn results(&self, manifest: &Manifest, model: State) -> Result<Results, PipelineError> {
        let sessions = &self.schedule.sessions;
        let benchmark = benchmark(self.request, manifest, &self.plain, sessions);
        let of_account = |history: &History| {
            figures::of_account(sessions, history, &self.facts.safe_havens, benchmark.as_ref())
        };
        let figures = of_account(&model.history);
        let mut accounts = Vec::new();
        for equity in &self.request.equities {
            let walk = Walk { quotes: &self.plain, ..self.walk() };
            let book = Book::Holdings(Holdings::new(equity.usd, Lots::Whole));
            let State { history, notes, .. } = walk.run(State::new(book, None))?;
            let mut own = of_account(&history);
            figures::add_gaps(&mut own, &history, &figures, &model.history);
            accounts.push(Walked { name: equity.name.clone(), history, figures: own, notes });
        }
        let benchmark_figures = benchmark.as_ref().map(|benchmark| {
            let equity = self.request.model_equity_usd * benchmark.values.last().copied().unwrap_or(1.0);
            figures::of_curve(sessions, &benchmark.values, &benchmark.returns, equity)
        });
        let diary = model.diary.unwrap_or_default();
        let model = Walked { name: MODEL.to_owned(), history: model.history, figures, notes: model.notes };
        let stress =
            if self.request.stress { stress::rows(self, &model.figures, &diary)? } else { Vec::new() };
        Ok(Results { model, diary, accounts, benchmark, benchmark_figures, stress })
    }
}

/// The name of the model account.
const MODEL: &str = "model";

pub(super) fn made_quotes<'a>(
    request: &Request,
    evidence: &'a Evidence,
    schedule: &Schedule,
) -> Option<Quotes<'a>> {
    let expense = request.synthetic_products?;
    let products = products(evidence.folder.snapshots.iter().map(|dated| &dated.snapshot));
    Some(Quotes::with_products(&evidence.market, &products, expense, &schedule.sessions))
}

pub(super) fn terms(request: &Request, strategy: &Strategy) -> Terms {
    let configured = strategy.trade_threshold_ratio();
    Terms {
        fill: request.fill,
        delay: 0,
        cost_ratio: request.turnover_cost_bps / BASIS_POINTS,
        trade_threshold: request.trade_threshold.or(configured).unwrap_or(DEFAULT_TRADE_THRESHOLD),
        cash_rate: request.cash_rate.unwrap_or_default(),
        are_weights: Facts::are_weights(strategy),
        finds_flips: request.flips,
    }
}

fn book(request: &Request, facts: &Facts) -> Book {
    match (request.accounting, facts.safe_havens.first()) {
        (Accounting::ConstantWeights, Some(safe_haven)) => {
            Book::Weights(ConstantWeights::new(safe_haven.clone(), request.model_equity_usd))
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
    let symbol = request.benchmark_symbol(manifest)?;
    let closes: Option<Vec<f64>> =
        sessions.iter().map(|&day| Some(quotes.quote(&symbol, day, Step::Fill)?.close)).collect();
    Some(Benchmark::new(symbol, &closes?))
}
