//! The rule: from what the inputs show to the targets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::benchmark::{Benchmark, Gate};
use super::config::Config;
use super::features;
use super::pool::{Measured, pool};
use super::portfolio::Portfolio;
use crate::amount::{counted, rough_percent};
use crate::finding::Finding;
use crate::market::needs::{Necessity, PriceNeeds, Reach};
use crate::market::snapshot::Snapshot;
use crate::number::Number;
use crate::strategy::contract::{Facts, Rhythm, Rule, SnapshotTerms};
use crate::strategy::recipe::{ProductRecipe, Recipe, usable_multiples};
use crate::strategy::shared::factor_score::{self, Scope, ScoreRule};
use crate::strategy::shared::requirement::{as_errors, both, positive_equity, required};
use crate::strategy::shared::screen;
use crate::strategy::shared::texts::{self, Badge, Texts};
use crate::strategy::trace::{Factor, Trace};
use crate::strategy::{Action, Inputs, Outcome, Targets, outcome};
use crate::symbol::Symbol;
use crate::words::InputKind;

/// What is true of the strategy whatever its config.
pub(crate) const FACTS: Facts = Facts {
    required_inputs: &[
        InputKind::FeatureSnapshot,
        InputKind::MarketHistory,
        InputKind::BenchmarkHistory,
        InputKind::PortfolioSnapshot,
    ],
    badge: Badge { status_icon: "2x", signal_source: "feature_snapshot+daily_market_history" },
    holds_products: true,
    ..Facts::OF_PRICES
};

/// The score.
pub(super) const SCORE: ScoreRule = ScoreRule {
    factors: &[
        Factor { name: "mom_126", weight: 0.35 },
        Factor { name: "mom_252", weight: 0.20 },
        Factor { name: "relative_mom_126", weight: 0.20 },
        Factor { name: "pullback_quality", weight: 0.20 },
        Factor { name: "vol_63", weight: -0.05 },
    ],
    tie_breakers: &["pullback_quality", "mom_126"],
};

/// The strategy's own numbers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// Whether the positions are to be acted upon.
    actionable: bool,
    #[serde(flatten)]
    gate: Gate,
    #[serde(flatten)]
    portfolio: Portfolio,
    /// The equity in US dollars.
    portfolio_total_equity: Number,
    /// The symbols that the profile may sell.
    managed_symbols: Vec<Symbol>,
}

impl Rule for Config {
    /// The benchmark with its highs and lows, and the underlyings of the snapshot's candidates.
    fn price_needs(&self, snapshot: Option<&Snapshot>) -> PriceNeeds {
        let products = snapshot.map(|snapshot| pool(self, snapshot).0).unwrap_or_default();
        let mut symbols: BTreeMap<Symbol, Necessity> =
            products.into_iter().map(|product| (product.underlying, Necessity::Skippable)).collect();
        symbols.insert(self.benchmark_symbol.clone(), Necessity::Required);
        let ranges = BTreeSet::from([self.benchmark_symbol.clone()]);
        PriceNeeds { symbols, reach: self.reach(), ranges, ..PriceNeeds::default() }
    }

    fn reach(&self) -> Reach {
        Reach::bars(Benchmark::bars(self).max(features::BARS))
    }

    fn range_bars(&self) -> Option<usize> {
        Some(*self.atr_period)
    }

    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::EverySession
    }

    fn safe_haven(&self) -> Symbol {
        self.safe_haven.clone()
    }

    fn snapshot_terms(&self) -> SnapshotTerms<'_> {
        SnapshotTerms {
            leverage_multiple: Some(*self.leverage_multiple),
            ..SnapshotTerms::new(&self.benchmark_symbol, self.holdings_count)
        }
    }

    fn recipe(&self) -> Option<Recipe> {
        Some(Recipe::Products(ProductRecipe {
            universe_size: *self.candidate_universe_size,
            multiples: usable_multiples(*self.leverage_multiple),
            fewest_closes: features::BARS,
        }))
    }

    /// Decides on the targets of a snapshot and the prices up to the decision date. Refuses also where not a single
    /// underlying can be measured, as when the price file is another profile's: that would sell every product.
    fn decide(&self, inputs: Inputs<'_>, trace: &mut Trace) -> Result<Outcome, Vec<Finding>> {
        let (account, symbol) = (inputs.account, &self.benchmark_symbol);
        let benchmark =
            required(inputs, symbol, Benchmark::bars(self), |bars| Benchmark::measure(bars, self));
        let (snapshot, (benchmark, equity_usd)) =
            both(screen::required_snapshot(inputs), both(benchmark, positive_equity(account)))?;

        let pool = pool(self, snapshot);
        let held_candidates = pool.0.iter().filter(|product| account.holds(&product.symbol)).count();
        let gate = Gate::of(self, benchmark, held_candidates, trace);
        let exposure = gate.target_product_exposure.0;

        let measured = Measured::of(pool, inputs, gate.benchmark.benchmark_mom_126.0, trace);
        let Measured { sized, candidates, looked_at, findings } = measured;
        if exposure > 0.0 && looked_at.is_empty() && !findings.is_empty() {
            return Err(as_errors(findings));
        }
        let ranking = factor_score::rank(&SCORE, Scope::All, *self.hold_bonus, candidates);
        let portfolio = Portfolio::of(self, account, exposure, (ranking, &sized), trace);

        let numbers = Diagnostics {
            actionable: Action::Rebalance.is_actionable(),
            gate,
            portfolio,
            portfolio_total_equity: Number(equity_usd),
            managed_symbols: screen::managed_symbols(self, snapshot),
        };
        let looked_at = looked_at.into_iter().filter(|_| exposure > 0.0);
        let targets = Targets::Weights(numbers.portfolio.weights.clone());
        Ok(Outcome {
            largest_weight: Some(*self.single_name_cap),
            price_symbols: looked_at.chain([symbol.clone()]).collect(),
            risk_flags: numbers.gate.regime.risk_flags(),
            managed_symbols: numbers.managed_symbols.clone(),
            signal: numbers.gate.regime.to_string(),
            headline: numbers.headline(self),
            texts: numbers.texts(),
            diagnostics: outcome::Diagnostics::new(numbers),
            findings,
            reserve_usd: account.share_usd(*self.execution_cash_reserve_ratio),
            // No choice: its count falls with the market; what its file offers is counted as the rows are read.
            ..Outcome::rebalance(targets, &self.safe_haven)
        })
    }
}

impl Diagnostics {
    /// What the platforms show.
    fn texts(&self) -> Texts {
        let Self { gate: Gate { benchmark, regime, target_product_exposure, .. }, portfolio, .. } = self;
        let close = benchmark.benchmark_close.0;
        let (entry, exit) = (benchmark.benchmark_entry_line.0, benchmark.benchmark_exit_line.0);
        let target = texts::share(target_product_exposure.0);
        let realized = texts::share(portfolio.realized_product_exposure.0);
        let (selected, best) = (portfolio.choice.selected, &portfolio.best);
        Texts::new(
            format!(
                "regime={regime} qqq={close:.2} entry={entry:.2} exit={exit:.2} target_product={target} \
                 realized_product={realized} selected={selected} top={best}"
            ),
            format!(
                "regime={regime} | QQQ close={close:.2} | entry={entry:.2} | exit={exit:.2} | product={realized}"
            ),
        )
    }

    /// The signal in one line for people.
    fn headline(&self, Config { benchmark_symbol, safe_haven, .. }: &Config) -> String {
        let Self { gate: Gate { benchmark, regime, .. }, portfolio, .. } = self;
        format!(
            "{}: {benchmark_symbol} at {:.2}, exit line {:.2}, entry line {:.2}; {} of {} with {} of the equity, \
             {} in {safe_haven}",
            regime.as_str(),
            benchmark.benchmark_close.0,
            benchmark.benchmark_exit_line.0,
            benchmark.benchmark_entry_line.0,
            portfolio.choice.selected,
            counted(portfolio.choice.candidates, "product"),
            rough_percent(portfolio.realized_product_exposure.0),
            rough_percent(portfolio.safe_haven_weight.0),
        )
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
