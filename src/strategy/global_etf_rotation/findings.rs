//! What the rule finds about its histories: refusals, and funds that are passed over.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::config::Config;
use super::rule::Canary;
use super::words::joined;
use crate::amount::counted;
use crate::finding::{Code, Finding, Severity};
use crate::market::momentum::{FEWEST_CLOSES, FEWEST_MONTHS, months_with_data};
use crate::market::window::{Window, once_for_equal_dates};
use crate::strategy::Inputs;
use crate::strategy::shared::requirement::{as_errors, too_few_closes};
use crate::symbol::Symbol;

pub(super) fn no_decision_date() -> Finding {
    Finding::new(Code::PricesMissing, "there is no decision date")
        .expected("a date of the price files, or one that is named")
        .hint("name the date with `--as-of DATE`")
}

/// The histories of those of some symbols that have one.
fn histories<'a>(
    symbols: &'a [Symbol],
    inputs: Inputs<'a>,
) -> impl Iterator<Item = (&'a Symbol, Window<'a>)> {
    symbols.iter().filter_map(move |symbol| Some((symbol, inputs.window(symbol)?)))
}

/// Refuses where no canary asset has data. One whose file is too short for a momentum counts as bad; but an alarm that
/// would not be one without such assets would sell everything because of a cut file.
///
/// # Errors
///
/// A finding that there is no data, or one for each short history, where the alarm hangs on them.
pub(super) fn refuse_alarm_without_data(
    config: &Config,
    inputs: Inputs<'_>,
    canary: &Canary,
) -> Result<(), Vec<Finding>> {
    let assets = &config.canary_assets;
    if histories(assets, inputs).next().is_none() {
        let message =
            format!("no canary asset has a price up to the decision date: {}", joined(assets.iter(), ", "));
        return Err(vec![
            Finding::new(Code::NoMarketData, message)
                .observed("0 canary assets with data")
                .expected("at least 1 of them")
                .counts(0, 1)
                .hint("add their closes to a file named with `--prices`"),
        ]);
    }
    let too_short = |(symbol, bars)| too_short(symbol, bars, FEWEST_CLOSES, months_with_data);
    let short: Vec<Finding> = histories(assets, inputs).filter_map(too_short).collect();
    let is_alarmed = canary.canary_bad_count.saturating_sub(short.len()) >= *config.canary_bad_threshold;
    if canary.is_emergency && !is_alarmed { Err(as_errors(short)) } else { Ok(()) }
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
    let fewest = config.fewest_pool_closes();
    let too_short = |(symbol, bars)| too_short(symbol, bars, fewest, months_with_data);
    match histories(&config.ranking_pool, inputs).map(too_short).collect::<Option<Vec<Finding>>>() {
        Some(short) if !short.is_empty() => Err(as_errors(short)),
        _ => Ok(()),
    }
}

/// Warnings of symbols that the rule has to pass over, or to take for bad, for want of prices.
pub(super) fn history_findings(config: &Config, inputs: Inputs<'_>) -> Vec<Finding> {
    let canary = config.canary_assets.iter().map(|symbol| (symbol, FEWEST_CLOSES));
    let pool = config.ranking_pool.iter().map(|symbol| (symbol, config.fewest_pool_closes()));
    // A symbol in both lists is told of once, with what the pool asks of it.
    let fewest_closes: BTreeMap<&Symbol, usize> = canary.chain(pool).collect();
    let mut months_of = once_for_equal_dates(months_with_data);
    let finding = |(symbol, fewest)| match inputs.window(symbol) {
        Some(bars) => too_short(symbol, bars, fewest, &mut months_of),
        None => Some(without_prices(symbol, config.canary_assets.contains(symbol))),
    };
    fewest_closes.into_iter().filter_map(finding).collect()
}

fn without_prices(symbol: &Symbol, is_canary: bool) -> Finding {
    let consequence = if is_canary { "it counts as bad" } else { "the ranking skips it" };
    let message = format!("no price of `{symbol}` up to the decision date: {consequence}");
    Finding::new(Code::MissingSymbol, message)
        .symbol(symbol)
        .severity(Severity::Warning)
        .hint(format!("add the closes of `{symbol}` to a file named with `--prices`"))
}

/// Finds that a history has too few closes or months.
fn too_short<'a>(
    symbol: &Symbol,
    bars: Window<'a>,
    fewest_closes: usize,
    months_of: impl FnOnce(&'a [NaiveDate]) -> usize,
) -> Option<Finding> {
    if bars.len() < fewest_closes {
        return Some(too_few_closes(symbol, bars.len(), fewest_closes).severity(Severity::Warning));
    }
    let months = months_of(bars.dates);
    let message = format!("`{symbol}` has closes in too few calendar months up to the decision date");
    (months < FEWEST_MONTHS).then(|| {
        Finding::new(Code::ShortHistory, message)
            .symbol(symbol)
            .severity(Severity::Warning)
            .observed(counted(months, "month"))
            .expected(format!("at least {FEWEST_MONTHS} months"))
            .counts(months, FEWEST_MONTHS)
            .hint("add older closes to a file named with `--prices`")
    })
}
