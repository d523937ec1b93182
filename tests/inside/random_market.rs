//! Random markets, accounts and snapshots in memory: everything follows from a seed.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;
use strat::account::{Account, Position};
use strat::market::history::{Bar, History};
use strat::market::snapshot::{Cell, Row, Snapshot};
use strat::profile::catalog;
use strat::strategy::Evidence;
use strat::strategy::Strategy;
use strat::symbol::Symbol;

use super::common::files::sessions;

/// Numbers that follow from a seed: the generator of Marsaglia, "Xorshift RNGs", 2003.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds are spread (the golden ratio in 64 bits), and zero is avoided.
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.unit() * choices.len() as f64) as usize]
    }

    /// About normal: the sum of twelve uniform numbers.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// A profile with some config values replaced, and the evidence of one random day.
pub struct Day {
    pub strategy: Strategy,
    pub evidence: Evidence,
}

pub fn symbol(text: &str) -> Symbol {
    Symbol::parse(text).unwrap()
}

/// A built-in profile's strategy with some config values replaced.
pub fn strategy(profile: &str, settings: &[(&str, Value)]) -> Strategy {
    let manifest = catalog::find(profile).unwrap();
    let mut config = manifest.config.clone();
    for (key, value) in settings {
        assert!(config.insert((*key).to_owned(), value.clone()).is_some(), "{key} is a key of {profile}");
    }
    Strategy::new(manifest.strategy, &config).unwrap()
}

/// A random walk, with highs and lows about the closes on some days.
pub fn series(random: &mut Random, dates: &[NaiveDate]) -> History {
    let (drift, deviation) = (random.between(-0.001, 0.0012), random.between(0.003, 0.03));
    let decimals = random.pick(&[1e2, 1e4, 1e12]);
    let mut close = random.between(5.0, 600.0);
    let bars = dates.iter().map(|date| {
        close = (close * (1.0 + drift + deviation * random.normal())).max(0.5);
        (*date, (close * decimals).round() / decimals)
    });
    let closes: Vec<(NaiveDate, f64)> = bars.collect();
    let bars = closes.into_iter().map(|(date, close)| Bar {
        high: random.chance(0.9).then(|| close * (1.0 + random.between(0.0, deviation))),
        low: random.chance(0.9).then(|| close * (1.0 - random.between(0.0, deviation))),
        ..Bar::from_close(date, close)
    });
    bars.collect()
}

fn evidence(as_of: NaiveDate, account: Account) -> Evidence {
    Evidence { as_of: Some(as_of), account, has_portfolio: true, ..Evidence::default() }
}

/// An account that holds some of the symbols.
fn account(random: &mut Random, symbols: &[&str]) -> Account {
    let equity = random.between(2_000.0, 400_000.0);
    let held: BTreeSet<Symbol> =
        symbols.iter().filter(|_| random.chance(0.4)).map(|name| symbol(name)).collect();
    let position = Position { quantity: 3.5, market_value_usd: 0.2 * equity };
    Account {
        equity_usd: Some(equity),
        positions: held.iter().map(|symbol| (symbol.clone(), position)).collect(),
        holdings: held,
        ..Account::default()
    }
}

/// A rotation among five funds with three canary assets, on a rebalance day two times of three.
pub fn rotation(seed: u64) -> Day {
    const POOL: [&str; 5] = ["EWY", "VOO", "GLD", "SMH", "XLU"];
    const CANARY: [&str; 3] = ["SPY", "EFA", "AGG"];
    let random = &mut Random::new(seed);
    let as_of = random.pick(&["2025-03-31", "2024-06-28", "2025-02-12"]).parse().unwrap();
    let dates = sessions(275, as_of);
    let mut evidence = evidence(as_of, account(random, &POOL));
    for name in POOL.into_iter().chain(CANARY) {
        // A young fund has no momentum.
        let history = if random.chance(0.05) { &dates[100..] } else { &dates };
        evidence.market.insert(symbol(name), series(random, history));
    }
    let settings = [
        ("ranking_pool", serde_json::json!(POOL)),
        ("canary_assets", serde_json::json!(CANARY)),
        ("top_n", random.pick(&[1, 2, 3]).into()),
        ("canary_bad_threshold", random.pick(&[2, 3]).into()),
        ("sma_period", random.pick(&[50, 100, 200]).into()),
    ];
    Day { strategy: strategy("global_etf_rotation", &settings), evidence }
}

/// The growth and income profile, with each way of taking the rebound's threshold.
pub fn growth(seed: u64) -> Day {
    let random = &mut Random::new(seed);
    let as_of = "2025-02-12".parse().unwrap();
    let mut evidence = evidence(as_of, account(random, &["TQQQ", "QQQ"]));
    evidence.market.insert(symbol("QQQ"), series(random, &sessions(201, as_of)));
    let settings = [
        (
            "dual_drive_pullback_rebound_threshold_mode",
            random.pick(&["fixed", "volatility_scaled", "volatility_scaled"]).into(),
        ),
        ("dual_drive_pullback_rebound_threshold", random.pick(&[0.0, 0.03]).into()),
        ("dual_drive_pullback_rebound_volatility_multiplier", random.pick(&[0.0, 1.0, 2.0, 3.0]).into()),
        ("dual_drive_require_ma20_slope", random.chance(0.7).into()),
        ("dual_drive_allow_pullback", random.chance(0.8).into()),
    ];
    Day { strategy: strategy("tqqq_growth_income", &settings), evidence }
}

/// The semiconductor profile, with each trend source.
pub fn semiconductors(seed: u64) -> Day {
    let random = &mut Random::new(seed);
    let as_of = "2025-02-12".parse().unwrap();
    let mut evidence = evidence(as_of, account(random, &["SOXL", "QQQI"]));
    for name in ["SOXL", "SOXX"] {
        evidence.market.insert(symbol(name), series(random, &sessions(141, as_of)));
    }
    let settings = [
        ("blend_gate_trend_source", random.pick(&["SOXX", "SOXX", "SOXL"]).into()),
        ("trend_mid_buffer", random.pick(&[0.0, 0.06, 0.2]).into()),
        ("trend_exit_buffer", random.pick(&[0.0, 0.02, 0.1]).into()),
    ];
    Day { strategy: strategy("soxl_soxx_trend_income", &settings), evidence }
}

/// The leveraged pullback profile with four products, lines that move with the swings of QQQ and lines that
/// do not.
pub fn leveraged_pullback(seed: u64) -> Day {
    const PRODUCTS: [(&str, &str); 4] =
        [("AAPU", "AAPL"), ("MSFU", "MSFT"), ("NVDU", "NVDA"), ("TSLU", "TSLA")];
    let random = &mut Random::new(seed);
    let as_of = "2025-02-03".parse().unwrap();
    let mut evidence = evidence(as_of, account(random, &PRODUCTS.map(|(product, _)| product)));
    for name in ["QQQ"].into_iter().chain(PRODUCTS.map(|(_, underlying)| underlying)) {
        evidence.market.insert(symbol(name), series(random, &sessions(254, as_of)));
    }
    evidence.snapshot = Some(Snapshot {
        file: "x.csv".to_owned(),
        as_of: "2025-01-31".parse().ok(),
        columns: ["symbol", "underlying_symbol", "candidate_rank"].map(str::to_owned).to_vec(),
        rows: PRODUCTS
            .iter()
            .zip(1_u32..)
            .map(|((product, underlying), rank)| Row {
                line: u64::from(rank) + 1,
                symbol: Some(symbol(product)),
                cells: vec![
                    Cell::Text((*product).to_owned()),
                    Cell::Text((*underlying).to_owned()),
                    Cell::Number(f64::from(rank)),
                ],
            })
            .collect(),
    });
    let settings = [
        ("sma_period", random.pick(&[100, 200]).into()),
        ("atr_entry_scale", random.pick(&[0.0, 2.5, 6.0]).into()),
        ("atr_exit_scale", random.pick(&[0.0, 2.0]).into()),
        ("exit_line_floor", random.pick(&[0.92, 1.02]).into()),
        ("entry_line_floor", random.pick(&[1.0, 1.04]).into()),
        ("entry_line_cap", random.pick(&[1.08, 1.3]).into()),
    ];
    Day { strategy: strategy("dynamic_mega_leveraged_pullback", &settings), evidence }
}
