//! A decision in words.

use super::config::Config;
use super::rule::Canary;
use crate::amount::counted;
use crate::strategy::Inputs;
use crate::strategy::trace::{RankedRow, Verdict};
use crate::symbol::Symbol;

/// The signal in one line for people; `rows` are those of a rebalance.
pub(super) fn headline(
    config: &Config,
    inputs: Inputs<'_>,
    canary: &Canary,
    rows: Option<&[RankedRow]>,
) -> String {
    let Config { safe_haven, sma_period, canary_bad_threshold, .. } = config;
    let bad = format!(
        "{} of {} {} bad (emergency from {canary_bad_threshold})",
        canary.canary_bad_count,
        counted(config.canary_assets.len(), "canary asset"),
        if canary.canary_bad_count == 1 { "is" } else { "are" },
    );
    let Some(rows) = rows else {
        return match canary.is_emergency {
            true => format!("{bad}: all into {safe_haven}"),
            false => format!("{bad}; not a rebalance day: no change of targets"),
        };
    };
    let selected = rows.iter().filter(|row| row.verdict == Verdict::Selected);
    let named: Vec<String> = selected.map(|row| format!("{} {:.4}", row.symbol, row.score)).collect();
    if !named.is_empty() {
        let (funds, named) = (counted(rows.len(), "fund"), named.join(", "));
        let their = if rows.len() == 1 { "its" } else { "their" };
        format!("{bad}; best of {funds} above {their} {sma_period}-day average: {named}")
    } else if config.ranking_pool.iter().all(|fund| inputs.window(fund).is_none()) {
        format!("{bad}; no fund of the pool has any price: all into {safe_haven}")
    } else {
        format!("{bad}; no fund stands above its {sma_period}-day average: all into {safe_haven}")
    }
}

pub(super) fn joined<'a>(symbols: impl Iterator<Item = &'a Symbol>, separator: &str) -> String {
    symbols.map(Symbol::as_str).collect::<Vec<_>>().join(separator)
}
