//! What the rule finds about its histories: refusals, and funds that are passed over.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::config::Config;
use super::rule::{momentum_of, with_data};
use super::words::joined;
use crate::amount::counted;
use crate::finding::{Code, Finding, Severity};
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, months_with_data};
use crate::market::window::once_for_equal_dates;
use crate::strategy::Inputs;
use crate::strategy::shared::requirement::{as_errors, too_few_closes};
use crate::symbol::Symbol;

pub(super) fn no_decision_date() -> Finding {
    Finding::new(Code::PricesMissing, "there is no decision date")
        .expected("a date of the price files, or one that is named")
        .hint("name the date with `--as-of DATE`")
}

pub(super) fn no_canary_data(config: &Config) -> Finding {
    let names = joined(config.canary_assets.iter(), ", ");
    Finding::new(Code::NoMarketData, format!("no canary asset has a price up to the decision date: {names}"))
        .observed("0 canary assets with data")
        .expected("at least 1 of them")
        .counts(0, 1)
        .hint("add their closes to a file named with `--prices`")
}

/// A canary asset whose file is too short for a momentum counts as bad; but an alarm that would not be one
/// without such assets would sell everything because of a cut file.
///
/// # Errors
///
/// A finding for each short history, where the alarm hangs on them.
pub(super) fn refuse_alarm_of_short_histories(
    config: &Config,
    inputs: Inputs<'_>,
    bad_count: usize,
) -> Result<(), Vec<Finding>> {
    let is_short =
        |symbol: &&Symbol| inputs.window(symbol).is_some() && momentum_of(inputs, symbol).is_none();
    let short: Vec<&Symbol> = config.canary_assets.iter().filter(is_short).collect();
    if bad_count.saturating_sub(short.len()) >= *config.canary_bad_threshold {
        return Ok(());
    }
    let findings = short
        .into_iter()
        .filter_map(|symbol| history_finding(inputs, symbol, true, FEWEST_CLOSES, months_with_data));
    Err(as_errors(findings.collect()))
}

/// A fund whose file is too short for a momentum or an average is passed over; but where that leaves not one fund to
/// judge, the whole account would go to the safe haven because of a cut file.
///
/// # Errors
///
/// A finding for each short history, where no fund of the pool has more.
pub(super) fn refuse_pool_of_short_histories(
    config: &Config,
    inputs: Inputs<'_>,
) -> Result<(), Vec<Finding>> {
    let funds = with_data(&config.ranking_pool, inputs);
    let is_judged = |symbol: &Symbol| {
        let average = inputs.window(symbol).and_then(|window| window.average(*config.sma_period));
        momentum_of(inputs, symbol).is_some() && average.is_some()
    };
    if funds.is_empty() || funds.iter().any(is_judged) {
        return Ok(());
    }
    let fewest_closes = config.fewest_pool_closes();
    let findings = funds
        .iter()
        .filter_map(|symbol| history_finding(inputs, symbol, false, fewest_closes, months_with_data));
    Err(as_errors(findings.collect()))
}

/// Warnings of symbols that the rule has to pass over, or to take for bad, for want of prices.
pub(super) fn history_findings(config: &Config, inputs: Inputs<'_>) -> Vec<Finding> {
    let canary = config.canary_assets.iter().map(|symbol| (symbol, FEWEST_CLOSES));
    let pool = config.ranking_pool.iter().map(|symbol| (symbol, config.fewest_pool_closes()));
    // A symbol in both lists is told of once, with what the pool asks of it.
    let fewest_closes: BTreeMap<&Symbol, usize> = canary.chain(pool).collect();
    let is_canary = |symbol| config.canary_assets.contains(symbol);
    let mut months_of = once_for_equal_dates(months_with_data);
    fewest_closes
        .into_iter()
        .filter_map(|(symbol, fewest)| {
            history_finding(inputs, symbol, is_canary(symbol), fewest, &mut months_of)
        })
        .collect()
}

fn history_finding<'a>(
    inputs: Inputs<'a>,
    symbol: &Symbol,
    is_canary: bool,
    fewest_closes: usize,
    months_of: impl FnOnce(&'a [NaiveDate]) -> usize,
) -> Option<Finding> {
    let finding = match inputs.window(symbol) {
        None => {
            let consequence = if is_canary { "it counts as bad" } else { "the ranking skips it" };
            Finding::new(
                Code::MissingSymbol,
                format!("no price of `{symbol}` up to the decision date: {consequence}"),
            )
            .symbol(symbol)
            .hint(format!("add the closes of `{symbol}` to a file named with `--prices`"))
        }
        Some(series) if series.len() < fewest_closes => too_few_closes(symbol, series.len(), fewest_closes),
        Some(series) => {
            let months = months_of(series.dates);
            if months >= FEWEST_MONTHS {
                return None;
            }
            Finding::new(
                Code::ShortHistory,
                format!("`{symbol}` has closes in too few calendar months up to the decision date"),
            )
            .symbol(symbol)
            .observed(counted(months, "month"))
            .expected(format!("at least {FEWEST_MONTHS} months"))
            .counts(months, FEWEST_MONTHS)
            .hint("add older closes to a file named with `--prices`")
        }
    };
    Some(finding.severity(Severity::Warning))
}
