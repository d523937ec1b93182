//! The products of a snapshot: which of them are candidates, and what their underlyings' closes say.

use std::collections::BTreeSet;

use super::config::Config;
use super::features::{BARS, Features};
use super::rule::FACTS;
use crate::account::Account;
use crate::finding::{Finding, Severity};
use crate::market::snapshot::Snapshot;
use crate::market::window::Window;
use crate::number::of_count;
use crate::strategy::Inputs;
use crate::strategy::shared::factor_score::{Candidate, Candidates};
use crate::strategy::shared::requirement::{absent, too_few_closes};
use crate::strategy::shared::screen::{self, Blank, Tests};
use crate::strategy::trace::{Comparison, Examined, Need, Reading, Trace};
use crate::symbol::Symbol;

/// The tests that a product has to pass, in the order they are made.
const TESTS: [&str; 9] = [
    "eligible",
    "product_available",
    "underlying_symbol",
    "first_of_its_underlying",
    "candidate_rank",
    "underlying_closes",
    "sma_200_gap",
    "mom_126",
    "pullback_depth",
];

/// A product that may be traded, and what it multiplies.
pub(super) struct Product {
    pub symbol: Symbol,
    pub underlying: Symbol,
    rank: Option<f64>,
    tests: Tests,
}

/// The candidates of a snapshot, best rank first, and the tests of the rows that are none.
pub(super) fn pool(config: &Config, snapshot: &Snapshot) -> (Vec<Product>, Vec<Examined>) {
    let (eligible, available) = (snapshot.column("eligible"), snapshot.column("product_available"));
    let underlying = snapshot.column("underlying_symbol");
    let rank = snapshot.column("candidate_rank").or_else(|| snapshot.column("mega_rank"));
    let (mut ranked, mut examined) = (Vec::new(), Vec::new());
    let screened = screen::screened(snapshot, |symbol, row, tests| {
        tests.yes("eligible", row, eligible, FACTS.blank_eligible);
        tests.yes("product_available", row, available, Blank::Fails);
        let underlying = match underlying {
            None => Some(symbol.clone()),
            named => row.text(named).and_then(Symbol::parse),
        };
        let observed = underlying.as_ref().map(|underlying| Reading::Text(underlying.to_string()));
        tests.record("underlying_symbol", underlying.is_some(), observed, None);
        Some((underlying?, row.number(rank)))
    });
    for (symbol, tests, passed) in screened {
        match passed {
            Some((underlying, rank)) => {
                ranked.push(Product { symbol: symbol.clone(), underlying, rank, tests });
            }
            None => examined.push(tests.of(symbol)),
        }
    }
    ranked.sort_by(|left, right| {
        let rank = |product: &Product| product.rank.unwrap_or(f64::INFINITY);
        rank(left).total_cmp(&rank(right)).then_with(|| left.underlying.cmp(&right.underlying))
    });
    let mut underlyings = BTreeSet::new();
    for Product { underlying, rank, tests, .. } in &mut ranked {
        let is_first = underlyings.insert(underlying.clone());
        let observed = Some(Reading::Text(underlying.to_string()));
        tests.record("first_of_its_underlying", is_first, observed, None);
        if is_first {
            let is_looked_at = underlyings.len() <= *config.candidate_universe_size;
            let required = Need::Text(format!("among the first {}", config.candidate_universe_size));
            tests.record("candidate_rank", is_looked_at, rank.map(Reading::Number), Some(required));
        }
    }
    let (products, dropped): (Vec<_>, Vec<_>) =
        ranked.into_iter().partition(|product| product.tests.are_passed());
    examined.extend(dropped.into_iter().map(|product| product.tests.of(&product.symbol)));
    (products, examined)
}

/// A product with the size that its underlying is worth.
pub(super) struct SizedProduct {
    pub symbol: Symbol,
    pub underlying: Symbol,
    pub features: Features,
    pub size_multiplier: f64,
}

impl SizedProduct {
    /// The product as the score takes it.
    pub(super) fn candidate(&self, account: &Account) -> Candidate {
        let Features { mom_126, mom_252, relative_mom_126, vol_63, .. } = self.features;
        let values = [mom_126, mom_252, relative_mom_126, self.features.pullback_quality(), vol_63];
        Candidate {
            symbol: self.symbol.clone(),
            group: self.underlying.to_string(),
            last_tie_breaker: self.underlying.clone(),
            sma200_gap: Some(self.features.sma_200_gap),
            values: values.map(Some).to_vec(),
            held: account.holds(&self.symbol),
        }
    }
}

/// The candidates after a look at their underlyings' closes.
#[derive(Default)]
pub(super) struct Measured {
    /// Those that are worth a position.
    pub sized: Vec<SizedProduct>,
    /// The same as the score takes them, with the tests of all.
    pub candidates: Candidates,
    /// The underlyings whose closes were long enough.
    pub looked_at: BTreeSet<Symbol>,
    pub findings: Vec<Finding>,
}

impl Measured {
    /// Measures the underlyings and drops the products that are worth no position.
    pub(super) fn of(
        (products, examined): (Vec<Product>, Vec<Examined>),
        inputs: Inputs<'_>,
        benchmark_mom_126: f64,
        trace: &mut Trace,
    ) -> Self {
        let candidates = Candidates { examined, tests: TESTS.to_vec(), passed: Vec::new() };
        let mut measured = Self { candidates, ..Self::default() };
        for Product { symbol, underlying, mut tests, .. } in products {
            let series = inputs.window(&underlying);
            let bars = series.map_or(0, Window::len);
            let features = series.and_then(|series| Features::measure(series, benchmark_mom_126));
            let required = Need::Bound(Comparison::AtLeast, of_count(BARS));
            let observed = Reading::Number(of_count(bars));
            tests.record("underlying_closes", features.is_some(), Some(observed), Some(required));
            let mut size_multiplier = None;
            if let Some(features) = features {
                measured.looked_at.insert(underlying.clone());
                size_multiplier = features.size_multiplier(&symbol, &underlying, &mut tests, trace);
            } else {
                measured.findings.push(skipped_underlying(&symbol, &underlying, bars));
            }
            measured.candidates.examined.push(tests.of(&symbol));
            if let (Some(features), Some(size_multiplier)) = (features, size_multiplier) {
                let product = SizedProduct { symbol, underlying, features, size_multiplier };
                measured.candidates.passed.push(product.candidate(inputs.account));
                measured.sized.push(product);
            }
        }
        measured
    }
}

fn skipped_underlying(product: &Symbol, underlying: &Symbol, bars: usize) -> Finding {
    let mut finding =
        if bars == 0 { absent(underlying, BARS) } else { too_few_closes(underlying, bars, BARS) };
    finding.message = format!("`{product}` is skipped: {}", finding.message);
    finding.severity(Severity::Warning)
}
