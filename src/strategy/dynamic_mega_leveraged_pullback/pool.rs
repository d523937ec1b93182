//! The products of a snapshot: which of them are candidates, and what their underlyings' closes say.

use std::collections::BTreeSet;

use super::config::Config;
use super::features::{BARS, Features, Subject};
use super::rule::BLANK_ELIGIBLE;
use crate::finding::{Finding, Severity};
use crate::market::snapshot::Snapshot;
use crate::market::window::Window;
use crate::number::of_count;
use crate::strategy::Inputs;
use crate::strategy::shared::requirement::{absent, too_few_closes};
use crate::strategy::shared::screen::{self, Blank, Screened, Tests};
use crate::strategy::trace::{Comparison, Examined, Need, Reading, Trace};
use crate::symbol::Symbol;

/// A product that may be traded, and what it multiplies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Product {
    pub symbol: Symbol,
    pub underlying: Symbol,
    rank: Option<f64>,
    tests: Tests,
}

/// The candidates of a snapshot, best rank first, and the tests of the rows that are none.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    pub products: Vec<Product>,
    examined: Vec<Examined>,
}

impl Pool {
    pub(super) fn of(config: &Config, snapshot: &Snapshot) -> Self {
        let (eligible, available) = (snapshot.column("eligible"), snapshot.column("product_available"));
        let underlying = snapshot.column("underlying_symbol");
        let rank = snapshot.column("candidate_rank").or_else(|| snapshot.column("mega_rank"));
        let (mut products, mut pool) = (Vec::new(), Self::default());
        let screened = screen::screened(snapshot, |symbol, row, tests| {
            tests.yes("eligible", row, eligible, BLANK_ELIGIBLE);
            tests.yes("product_available", row, available, Blank::Fails);
            let underlying = match underlying {
                None => Some(symbol.clone()),
                named => row.text(named).and_then(Symbol::parse),
            };
            let observed = underlying.as_ref().map(|underlying| Reading::Text(underlying.to_string()));
            tests.record("underlying_symbol", underlying.is_some(), observed, None);
            Some((underlying?, row.number(rank)))
        });
        for Screened { symbol, tests, passed } in screened {
            match passed {
                Some((underlying, rank)) => products.push(Product { symbol, underlying, rank, tests }),
                None => pool.examined.push(tests.of(&symbol)),
            }
        }
        products.sort_by(|left, right| {
            let rank = |product: &Product| product.rank.unwrap_or(f64::INFINITY);
            rank(left).total_cmp(&rank(right)).then_with(|| left.underlying.cmp(&right.underlying))
        });
        let mut underlyings = BTreeSet::new();
        for mut product in products {
            let is_first = underlyings.insert(product.underlying.clone());
            let observed = Some(Reading::Text(product.underlying.to_string()));
            product.tests.record("first_of_its_underlying", is_first, observed, None);
            if is_first {
                let is_looked_at = pool.products.len() < *config.candidate_universe_size;
                let required = Need::Text(format!("among the first {}", config.candidate_universe_size));
                let observed = product.rank.map(Reading::Number);
                product.tests.record("candidate_rank", is_looked_at, observed, Some(required));
            }
            if product.tests.are_passed() {
                pool.products.push(product);
            } else {
                pool.examined.push(product.tests.of(&product.symbol));
            }
        }
        pool
    }

    /// Measures the underlyings and drops the products that are worth no position.
    pub(super) fn measure(
        self,
        inputs: Inputs<'_>,
        benchmark_mom_126: f64,
        trace: &mut Trace,
    ) -> MeasuredPool {
        let mut measured = MeasuredPool { examined: self.examined, ..MeasuredPool::default() };
        for Product { symbol, underlying, mut tests, .. } in self.products {
            let series = inputs.window(&underlying);
            let bars = series.map_or(0, Window::len);
            let read = series.and_then(|series| Features::measure(series, benchmark_mom_126));
            let required = Need::Bound(Comparison::AtLeast, of_count(BARS));
            let observed = Reading::Number(of_count(bars));
            tests.record("underlying_closes", read.is_some(), Some(observed), Some(required));
            if let Some(features) = read {
                measured.looked_at.insert(underlying.clone());
                let subject = Subject { product: &symbol, underlying: &underlying };
                let multiplier = features.size_multiplier(&subject, &mut tests, trace);
                measured.examined.push(tests.of(&symbol));
                measured.sized.extend(multiplier.map(|multiplier| SizedProduct {
                    symbol,
                    underlying,
                    features,
                    multiplier,
                }));
            } else {
                measured.findings.push(skipped_underlying(&symbol, &underlying, bars));
                measured.examined.push(tests.of(&symbol));
            }
        }
        measured
    }
}

/// A product with the size that its underlying is worth.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SizedProduct {
    pub symbol: Symbol,
    pub underlying: Symbol,
    pub features: Features,
    pub multiplier: f64,
}

/// The candidates after a look at their underlyings' closes.
#[derive(Clone, Debug, Default)]
pub(super) struct MeasuredPool {
    pub sized: Vec<SizedProduct>,
    pub examined: Vec<Examined>,
    /// The underlyings whose closes were long enough.
    pub looked_at: BTreeSet<Symbol>,
    pub findings: Vec<Finding>,
}

fn skipped_underlying(product: &Symbol, underlying: &Symbol, bars: usize) -> Finding {
    let mut finding =
        if bars == 0 { absent(underlying, BARS) } else { too_few_closes(underlying, bars, BARS) };
    finding.message = format!("`{product}` is skipped: {}", finding.message);
    finding.severity(Severity::Warning)
}
