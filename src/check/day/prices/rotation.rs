//! What the rotation's rule makes of files that lack symbols, months or dividends.

use chrono::{Datelike, NaiveDate};
use serde_json::Value;

use super::{Used, months, ranked};
use crate::amount::counted;
use crate::check::day::Day;
use crate::check::day::holdings::named;
use crate::finding::{Code, Finding, Severity};
use crate::market::momentum::FEWEST_CLOSES;
use crate::market::needs::Reach;
use crate::market::window::once_for_equal_dates;
use crate::strategy::global_etf_rotation::Config;
use crate::strategy::trace::Trace;
use crate::strategy::{Action, Outcome, Strategy};
use crate::symbol::Symbol;

/// The fund of short Treasury bills: it falls on no day but where its monthly dividend is not in the closes.
pub const DIVIDEND_FUND: &str = "BIL";

/// A day's fall that only a dividend makes. Adjusted closes fall by 0.044 % at most.
const DIVIDEND_FALL: f64 = 0.001;

/// So many of them in a year are dividends; a file without them has 12.
const MOST_DIVIDEND_FALLS: usize = 1;

/// Every finding about the rotation's prices.
pub fn examine(day: &Day<'_>, outcome: &Outcome, used: &[Used<'_>]) -> Vec<Finding> {
    let Strategy::GlobalEtfRotation(config) = &day.profile.strategy else { return Vec::new() };
    let mut findings = Vec::from_iter(missing_canary(day, config, outcome));
    if outcome.action == Action::Rebalance {
        findings.extend(few_ranked(day, config));
    }
    let mut months_of = once_for_equal_dates(months::months);
    let calendar = day.inputs.calendar;
    findings
        .extend(used.iter().filter_map(|one| months::examine(one, &months_of(one.window.dates), calendar)));
    findings.extend(unadjusted_closes(day));
    findings.extend(rebalance_day_passed(day, config, outcome));
    findings
}

/// Finds that the alarm sounds only because canary assets have no prices. Assets that `--set` or `--config` names take
/// the rule's reading: an absent asset is bad.
fn missing_canary(day: &Day<'_>, config: &Config, outcome: &Outcome) -> Option<Finding> {
    if outcome.action != Action::Emergency {
        return None;
    }
    let of_profile = day.profile.manifest.config.get("canary_assets").and_then(Value::as_array)?;
    let is_of_profile = |symbol: &Symbol| of_profile.iter().any(|own| own.as_str() == Some(symbol.as_str()));
    let absent: Vec<&Symbol> = config
        .canary_assets
        .iter()
        .filter(|symbol| day.inputs.window(symbol).is_none() && is_of_profile(symbol))
        .collect();
    let first = absent.first()?;
    // The rule is asked again without them: such a day is rare.
    let present = config.canary_assets.iter().filter(|symbol| !absent.contains(symbol)).cloned().collect();
    let without = Strategy::GlobalEtfRotation(Config { canary_assets: present, ..config.clone() });
    let there = without.decide(day.inputs, &mut Trace::silent());
    if there.is_ok_and(|there| there.action == Action::Emergency) {
        return None;
    }
    Some(
        Finding::new(
            Code::MissingCanary,
            format!(
                "the alarm sounds only because {} no prices: {}",
                if absent.len() == 1 { "a canary asset has" } else { "canary assets have" },
                named(absent.iter().copied())
            ),
        )
        .symbol(first)
        .observed(counted(absent.len(), "canary asset") + " without prices")
        .expected(format!("{} bad canary assets with prices", config.canary_bad_threshold))
        .hint(format!("add their closes; `--allow {}` counts them as bad", Code::MissingCanary)),
    )
}

fn few_ranked(day: &Day<'_>, config: &Config) -> Option<Finding> {
    ranked::too_few(day, config.ranking_pool.iter(), "funds")
}

/// Finds that the closes are not adjusted for dividends, by the fund that falls on no other day.
fn unadjusted_closes(day: &Day<'_>) -> Option<Finding> {
    let inputs = day.inputs.within(Reach::bars(FEWEST_CLOSES));
    let window = inputs.window(&Symbol::literal(DIVIDEND_FUND))?;
    let pairs = window.closes.iter().zip(window.closes.iter().skip(1));
    let falls = pairs.filter(|(before, close)| **close / **before - 1.0 < -DIVIDEND_FALL).count();
    (falls > MOST_DIVIDEND_FALLS).then(|| {
        Finding::new(
            Code::UnadjustedCloses,
            format!(
                "`{DIVIDEND_FUND}` falls by more than 0.1 % on {}: the closes are not adjusted for dividends",
                counted(falls, "day")
            ),
        )
        .symbol(&Symbol::literal(DIVIDEND_FUND))
        .observed(falls)
        .expected(format!("at most {}", counted(MOST_DIVIDEND_FALLS, "day")))
        .counts(falls, MOST_DIVIDEND_FALLS)
        .hint(format!(
            "use closes that are adjusted for splits and dividends; `--allow {}` decides all the same",
            Code::UnadjustedCloses
        ))
    })
}

/// Finds that the closes end on a rebalance day and the decision date is later: the next chance is months away.
fn rebalance_day_passed(day: &Day<'_>, config: &Config, outcome: &Outcome) -> Option<Finding> {
    let as_of = day.inputs.as_of.filter(|_| outcome.action == Action::Hold)?;
    let is_rebalance_day = |date: &NaiveDate| {
        config.rebalance_months.contains(&date.month()) && day.inputs.calendar.is_last_session_of_month(*date)
    };
    let newest = config
        .canary_assets
        .iter()
        .filter_map(|symbol| day.inputs.window(symbol)?.date())
        .find(|date| *date < as_of && is_rebalance_day(date))?;
    Some(
        Finding::new(
            Code::RebalanceDayPassed,
            format!("the closes end on the rebalance day {newest}, and the decision date is {as_of}"),
        )
        .severity(Severity::Warning)
        .observed(newest)
        .expected(format!("closes of {as_of}, or a decision of {newest}"))
        .hint(format!("`--as-of {newest}` decides the rebalance")),
    )
}
