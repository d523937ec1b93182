//! What is said of a decision in words.

use std::collections::BTreeMap;

use super::config::{Config, LEVERED, LONG_WINDOW};
use super::rule::{SHORT_WINDOW, Signal, Stance, Trend};
use crate::account::Account;
use crate::strategy::shared::texts;
use crate::symbol::Symbol;

/// The account and the benchmark on four lines.
pub(super) fn dashboard(
    config: &Config,
    account: &Account,
    equity: f64,
    targets: &BTreeMap<Symbol, f64>,
    trend: &Trend,
) -> String {
    let held = |symbol: &Symbol| format!("{symbol}: {}", texts::dollars(account.market_value_usd(symbol)));
    let held: Vec<String> = targets.keys().map(held).collect();
    format!(
        "Equity: {} | Buying power: {}\n{}\n{}: {} | MA{LONG_WINDOW}: {} | Exit: {}",
        texts::dollars(equity),
        texts::dollars(account.buying_power_usd.unwrap_or(0.0)),
        held.join(" | "),
        config.benchmark_symbol,
        texts::dollars(trend.close.0),
        texts::dollars(trend.ma200.0),
        texts::dollars(trend.ma200.0),
    )
}

pub(super) fn headline(config: &Config, trend: &Trend, stance: &Stance) -> String {
    let side = if stance.is_above { "above" } else { "not above" };
    let why = match (stance.is_above, stance.at_risk) {
        (true, false) => {
            format!(", and its {SHORT_WINDOW}-day average is not rising (by {:.2})", trend.ma20_slope.0)
        }
        (false, true) => ", and rebounds from a pullback".to_owned(),
        _ => String::new(),
    };
    let held: Vec<&str> = stance.held.iter().map(Symbol::as_str).collect();
    let holding = match held.as_slice() {
        [] => format!("neither {LEVERED} nor {} is held", config.dual_drive_unlevered_symbol),
        [one] => format!("{one} is held"),
        several => format!("{} are held", several.join(" and ")),
    };
    format!(
        "{} {:.2} is {side} its {LONG_WINDOW}-day average {:.2}{why}; {holding}: {}",
        config.benchmark_symbol,
        trend.close.0,
        trend.ma200.0,
        // The word `hold` is kept for a day without a change of targets.
        match stance.signal {
            Signal::Hold => "stay invested",
            signal => signal.as_str(),
        }
    )
}
