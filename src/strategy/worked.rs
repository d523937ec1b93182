//! Small snapshots, accounts and inputs for hand-worked tests.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::account::Account;
use crate::finding::Finding;
use crate::market::calendar::Calendar;
use crate::market::history::{History, Market};
use crate::market::snapshot::{Cell, Row, Snapshot};
use crate::strategy::shared::factor_score::Candidate;
use crate::strategy::trace::{Ranking, Trace, Verdict};
use crate::strategy::{Inputs, Outcome, Targets};
use crate::symbol::Symbol;

/// Reads a strategy's config.
pub fn config<C: DeserializeOwned>(json: Value) -> C {
    serde_json::from_value(json).unwrap()
}

/// A config of the sector-neutral large-cap portfolio: three stocks of at most 0.3, half a sector.
pub fn russell_config() -> Value {
    json!({
        "benchmark_symbol": "SPY", "safe_haven": "BOXX", "holdings_count": 3, "single_name_cap": 0.3,
        "sector_cap": 0.5, "hold_bonus": 0.25, "soft_defense_exposure": 0.6, "hard_defense_exposure": 0.0,
        "soft_breadth_threshold": 0.5, "hard_breadth_threshold": 0.25,
    })
}

/// A config of the technology and communication portfolio: two stocks of at most 0.3.
pub fn tech_config() -> Value {
    json!({
        "benchmark_symbol": "QQQ", "safe_haven": "BOXX", "holdings_count": 2, "single_name_cap": 0.3,
        "sector_cap": 0.4, "min_position_value_usd": 3000, "max_dynamic_single_name_cap": 0.4,
        "max_dynamic_sector_cap": 0.6, "hold_bonus": 0.1, "risk_on_exposure": 0.8,
        "soft_defense_exposure": 0.6, "hard_defense_exposure": 0.0, "soft_breadth_threshold": 0.5,
        "hard_breadth_threshold": 0.25, "min_adv20_usd": 50, "sector_whitelist": ["IT", "Communication"],
        "normalization": "universe_cross_sectional", "score_template": "balanced_pullback",
        "runtime_execution_window_trading_days": 3, "execution_cash_reserve_ratio": 0,
        "residual_proxy": "simple_excess_return_vs_QQQ",
    })
}

/// A config of the mega-cap leader rotation: two stocks of at most 0.4, one rank of buffer, no sleeve.
pub fn mega_config() -> Value {
    json!({
        "benchmark_symbol": "QQQ", "broad_benchmark_symbol": "SPY", "safe_haven": "BOXX",
        "dynamic_universe_size": 20, "holdings_count": 2, "single_name_cap": 0.4,
        "min_position_value_usd": 3000, "hold_buffer": 1, "hold_bonus": 0.05, "risk_on_exposure": 1,
        "soft_defense_exposure": 0.5, "hard_defense_exposure": 0.25, "soft_breadth_threshold": 0,
        "hard_breadth_threshold": 0, "min_adv20_usd": 20, "runtime_execution_window_trading_days": 3,
        "execution_cash_reserve_ratio": 0, "blend_sleeves": [],
    })
}

/// A config of the leveraged pullback portfolio with short windows: three products of at most 0.25.
pub fn leveraged_config() -> Value {
    json!({
        "benchmark_symbol": "QQQ", "safe_haven": "BOXX", "candidate_universe_size": 4, "holdings_count": 3,
        "single_name_cap": 0.25, "min_position_value_usd": 3000, "hold_buffer": 1, "hold_bonus": 0.05,
        "max_product_exposure": 0.8, "leverage_multiple": 2, "min_adv20_usd": 0, "atr_period": 2,
        "sma_period": 4, "atr_entry_scale": 1, "entry_line_floor": 1.04, "entry_line_cap": 1.08,
        "atr_exit_scale": 0, "exit_line_floor": 1.02, "exit_line_cap": 1.02, "history_duration": "2 Y",
        "history_bar_size": "1 day", "runtime_execution_window_trading_days": 3,
        "execution_cash_reserve_ratio": 0,
    })
}

/// The config with other values under some keys.
pub fn with(mut config: Value, changes: Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        config[key] = value.clone();
    }
    config
}

/// Why a config with some keys changed is refused: what the value has to be; `None` where it is taken.
pub fn refusal<C: DeserializeOwned>(config: Value, changes: Value) -> Option<String> {
    let refused = serde_json::from_value::<C>(with(config, changes)).err()?.to_string();
    Some(refused.rsplit_once("expected ").map_or(refused.clone(), |(_, expected)| expected.to_owned()))
}

/// A series of closes on consecutive days up to 31 March 2025: a level for so many days, and so on.
pub fn steps(levels: &[(usize, f64)]) -> History {
    let closes: Vec<f64> = levels.iter().flat_map(|&(days, close)| vec![close; days]).collect();
    let last: NaiveDate = "2025-03-31".parse().unwrap();
    let first = last - TimeDelta::days(i64::try_from(closes.len()).unwrap() - 1);
    History::from_closes(first.iter_days().zip(closes))
}

/// Candidates of which only the gaps to their 200-day averages matter.
pub fn gapped(gaps: &[Option<f64>]) -> Vec<Candidate> {
    let candidate = |&sma200_gap| Candidate {
        symbol: symbol("A"),
        group: String::new(),
        last_tie_breaker: symbol("A"),
        sma200_gap,
        values: Vec::new(),
        held: false,
    };
    gaps.iter().map(candidate).collect()
}

/// A symbol.
pub fn symbol(text: &str) -> Symbol {
    Symbol::parse(text).unwrap()
}

/// A snapshot of 31 March 2025 from a table with white space between cells; `-` is blank, `_` a space.
pub fn snapshot(table: &str) -> Snapshot {
    let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let columns: Vec<String> = lines.next().unwrap().split_whitespace().map(str::to_owned).collect();
    let rows = lines
        .zip(2..)
        .map(|(line, number)| {
            let texts: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(texts.len(), columns.len(), "`{line}` has as many cells as the header");
            let first = columns.iter().position(|column| column == "symbol").unwrap();
            Row {
                line: number,
                symbol: (texts[first] != "-").then(|| symbol(texts[first])),
                cells: texts.into_iter().map(cell).collect(),
            }
        })
        .collect();
    Snapshot { file: "x.csv".to_owned(), as_of: "2025-03-31".parse().ok(), columns, rows }
}

fn cell(text: &str) -> Cell {
    match (text, text.parse()) {
        ("-", _) => Cell::Blank,
        ("true" | "false", _) => Cell::Boolean(text == "true"),
        (_, Ok(number)) => Cell::Number(number),
        _ => Cell::Text(text.replace('_', " ")),
    }
}

/// An account that holds the named symbols.
pub fn account(equity_usd: Option<f64>, holdings: &[&str]) -> Account {
    Account {
        equity_usd,
        holdings: holdings.iter().map(|text| symbol(text)).collect::<BTreeSet<_>>(),
        ..Account::default()
    }
}

/// What surrounds a snapshot in a decision.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub calendar: Calendar,
    pub market: Market,
    pub account: Account,
}

impl World {
    /// A world with an account and nothing else.
    pub fn of(account: Account) -> Self {
        Self { account, ..Self::default() }
    }

    /// The inputs of a decision on a snapshot; `as_of` as `YYYY-MM-DD`.
    pub fn inputs<'a>(&'a self, snapshot: &'a Snapshot, as_of: Option<&str>) -> Inputs<'a> {
        Inputs {
            as_of: as_of.map(|date| date.parse().unwrap()),
            snapshot: Some(snapshot),
            ..Inputs::new(&self.calendar, &self.market, &self.account)
        }
    }
}

/// An outcome with the trace of the decision.
#[derive(Clone, Debug)]
pub struct Traced {
    outcome: Outcome,
    pub trace: Trace,
}

impl std::ops::Deref for Traced {
    type Target = Outcome;

    fn deref(&self) -> &Outcome {
        &self.outcome
    }
}

/// Has a rule decide with a full trace.
pub fn traced<C>(
    decide: fn(&C, Inputs<'_>, &mut Trace) -> Result<Outcome, Vec<Finding>>,
    config: &C,
    inputs: Inputs<'_>,
) -> Result<Traced, Vec<Finding>> {
    let mut trace = Trace::full();
    decide(config, inputs, &mut trace).map(|outcome| Traced { outcome, trace })
}

/// The weights of an outcome as texts and numbers.
pub fn weights(outcome: &Outcome) -> Vec<(&str, f64)> {
    match &outcome.targets {
        Targets::Weights(weights) => {
            weights.iter().map(|(symbol, weight)| (symbol.as_str(), *weight)).collect()
        }
        Targets::Values(_) => panic!("the profile speaks in weights"),
    }
}

/// The diagnostics of an outcome as JSON.
pub fn diagnostics(outcome: &Outcome) -> Value {
    serde_json::to_value(&outcome.diagnostics).unwrap()
}

/// Whether two numbers agree to 1e-12.
pub fn close_to(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-12
}

/// The ranked symbols of a ranking with their scores and verdicts, best first.
pub fn ranked(ranking: &Ranking) -> Vec<(&str, f64, Verdict)> {
    ranking.rows.iter().map(|row| (row.symbol.as_str(), row.score, row.verdict)).collect()
}

/// The excluded symbols of a ranking with the test that each failed.
pub fn excluded(ranking: &Ranking) -> Vec<(&str, &str)> {
    ranking.excluded().map(|(symbol, tested)| (symbol.as_str(), tested.test)).collect()
}

/// Holds ranked rows against the expected ones, scores to 1e-12.
pub fn assert_ranked(ranking: &Ranking, expected: &[(&str, f64, Verdict)]) {
    let rows = ranked(ranking);
    let agree = rows.len() == expected.len()
        && rows
            .iter()
            .zip(expected)
            .all(|(row, expected)| row.0 == expected.0 && close_to(row.1, expected.1) && row.2 == expected.2);
    assert!(agree, "expected {expected:?}, got {rows:?}");
}

/// Holds an outcome's weights against the expected ones, to 1e-12.
pub fn assert_weights(outcome: &Outcome, expected: &[(&str, f64)]) {
    let weights = weights(outcome);
    let agree = weights.len() == expected.len()
        && weights.iter().zip(expected).all(|(got, want)| got.0 == want.0 && close_to(got.1, want.1));
    assert!(agree, "expected {expected:?}, got {weights:?}");
}
