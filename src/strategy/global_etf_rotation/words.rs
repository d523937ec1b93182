//! A decision in words: its signal and its headline.

use std::collections::BTreeMap;

use super::config::Config;
use super::rule::{Canary, Day, with_data};
use crate::amount::counted;
use crate::strategy::Inputs;
use crate::symbol::Symbol;

pub(super) fn signal(day: &Day, weights: &BTreeMap<Symbol, f64>) -> String {
    match day {
        Day::Emergency => "emergency".to_owned(),
        Day::Hold => "hold".to_owned(),
        Day::Rebalance(_) => joined(weights.keys(), "+"),
    }
}

pub(super) fn headline(config: &Config, inputs: Inputs<'_>, day: &Day, canary: &Canary) -> String {
    let has_data = !with_data(&config.ranking_pool, inputs).is_empty();
    let bad = format!(
        "{} of {} {} bad (emergency from {})",
        canary.bad_count,
        counted(config.canary_assets.len(), "canary asset"),
        if canary.bad_count == 1 { "is" } else { "are" },
        config.canary_bad_threshold
    );
    match day {
        Day::Emergency => format!("{bad}: all into {}", config.safe_haven),
        Day::Hold => format!("{bad}; not a rebalance day: no change of targets"),
        Day::Rebalance(candidates) => {
            let selected = candidates.iter().filter(|candidate| candidate.is_selected);
            let named: Vec<String> =
                selected.map(|candidate| format!("{} {:.4}", candidate.symbol, candidate.score)).collect();
            let chosen = match named.as_slice() {
                [] if !has_data => {
                    format!("no fund of the pool has any price: all into {}", config.safe_haven)
                }
                [] => format!(
                    "no fund stands above its {}-day average: all into {}",
                    config.sma_period, config.safe_haven
                ),
                _ => format!(
                    "best of {} above {} {}-day average: {}",
                    counted(candidates.len(), "fund"),
                    if candidates.len() == 1 { "its" } else { "their" },
                    config.sma_period,
                    named.join(", ")
                ),
            };
            format!("{bad}; {chosen}")
        }
    }
}

pub(super) fn joined<'a>(symbols: impl Iterator<Item = &'a Symbol>, separator: &str) -> String {
    symbols.map(Symbol::as_str).collect::<Vec<_>>().join(separator)
}
