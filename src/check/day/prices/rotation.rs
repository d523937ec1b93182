//! What a rotation at month ends makes of files that lack symbols, months or dividends.

use chrono::{Datelike, NaiveDate};

use super::{Used, months, ranked};
use crate::amount::counted;
use crate::check::day::Day;
use crate::check::day::holdings::named;
use crate::finding::{Code, Finding};
use crate::market::momentum::FEWEST_CLOSES;
use crate::market::needs::Reach;
use crate::market::window::once_for_equal_dates;
use crate::strategy::contract::{Canary, Rhythm};
use crate::strategy::{Action, Outcome, Strategy};
use crate::symbol::Symbol;

/// A day's fall that only a dividend makes. Adjusted closes fall by 0.044 % at most.
const DIVIDEND_FALL: f64 = 0.001;

/// So many of them in a year are dividends; a file without them has 12.
const MOST_DIVIDEND_FALLS: usize = 1;

/// Every finding about the prices of a rotation.
pub fn examine(day: &Day<'_>, outcome: &Outcome, used: &[Used<'_>]) -> Vec<Finding> {
    let strategy = &day.profile.strategy;
    let mut findings = Vec::new();
    if let Some(canary) = strategy.canary() {
        findings.extend(missing_canary(day, canary, outcome));
    }
    if outcome.action == Action::Rebalance {
        findings.extend(ranked::too_few(day, strategy.ranked_funds().iter(), "funds"));
    }
    if day.needs.reach.months > 0 {
        let calendar = day.inputs.calendar;
        let mut hole_of = once_for_equal_dates(|dates| months::hole(dates, calendar));
        let holes = used.iter().filter_map(|one| Some(months::finding(one, hole_of(one.window.dates)?)));
        findings.extend(holes);
    }
    if let Some(fund) = strategy.facts().dividend_fund {
        findings.extend(unadjusted_closes(day, &Symbol::literal(fund)));
    }
    if let (Rhythm::MonthEnds(months), Some(canary)) = (strategy.rhythm(), strategy.canary()) {
        findings.extend(rebalance_day_passed(day, months, canary, outcome));
    }
    findings
}

/// Finds that a decision is an emergency only because canary assets have no prices. Assets that `--set` or `--config` names take
/// the rule's reading: an absent asset is bad.
fn missing_canary(day: &Day<'_>, canary: Canary<'_>, outcome: &Outcome) -> Option<Finding> {
    if outcome.action != Action::Emergency {
        return None;
    }
    let strategy = &day.profile.strategy;
    let of_profile = Strategy::new(strategy.name(), &day.profile.manifest.config).ok()?;
    let is_of_profile = |symbol| of_profile.canary().is_some_and(|own| own.assets.contains(symbol));
    let absent: Vec<&Symbol> = canary
        .assets
        .iter()
        .filter(|symbol| day.inputs.window(symbol).is_none() && is_of_profile(symbol))
        .collect();
    let first = absent.first()?;
    if strategy.is_alarmed_without(&absent, day.inputs.within(strategy.reach())) {
        return None;
    }
    Some(
        Finding::new(
            Code::MissingCanary,
            format!(
                "the decision is an emergency only because {} no prices: {}",
                if absent.len() == 1 { "a canary asset has" } else { "canary assets have" },
                named(absent.iter().copied())
            ),
        )
        .symbol(first)
        .observed(counted(absent.len(), "canary asset") + " without prices")
        .expected(format!("{} bad canary assets with prices", canary.bad_threshold))
        .hint_with_code("add their closes; `--allow {code}` counts them as bad"),
    )
}

/// Finds that the closes are not adjusted for dividends, by the fund that falls on no other day.
fn unadjusted_closes(day: &Day<'_>, fund: &Symbol) -> Option<Finding> {
    let inputs = day.inputs.within(Reach::bars(FEWEST_CLOSES));
    let window = inputs.window(fund)?;
    let pairs = window.closes.iter().zip(window.closes.iter().skip(1));
    let falls = pairs.filter(|(before, close)| **close / **before - 1.0 < -DIVIDEND_FALL).count();
    (falls > MOST_DIVIDEND_FALLS).then(|| {
        Finding::new(
            Code::UnadjustedCloses,
            format!(
                "`{fund}` falls by more than 0.1 % on {}: the closes are not adjusted for dividends",
                counted(falls, "day")
            ),
        )
        .symbol(fund)
        .observed(falls)
        .expected(format!("at most {}", counted(MOST_DIVIDEND_FALLS, "day")))
        .counts(falls, MOST_DIVIDEND_FALLS)
        .hint_with_code(
            "use closes that are adjusted for splits and dividends; `--allow {code}` decides anyway",
        )
    })
}

/// Finds that the closes end on a rebalance day and the decision date is later: the next chance is months away.
fn rebalance_day_passed(
    day: &Day<'_>,
    months: &[u32],
    canary: Canary<'_>,
    outcome: &Outcome,
) -> Option<Finding> {
    let as_of = day.inputs.as_of.filter(|_| outcome.action == Action::Hold)?;
    let is_rebalance_day = |date: &NaiveDate| {
        months.contains(&date.month()) && day.inputs.calendar.is_last_session_of_month(*date)
    };
    let newest = canary
        .assets
        .iter()
        .filter_map(|symbol| day.inputs.window(symbol)?.date())
        .find(|date| *date < as_of && is_rebalance_day(date))?;
    Some(
        Finding::new(
            Code::RebalanceDayPassed,
            format!("the closes end on the rebalance day {newest}, and the decision date is {as_of}"),
        )
        .observed(newest)
        .expected(format!("closes of {as_of}, or a decision of {newest}"))
        .hint(format!("`--as-of {newest}` decides the rebalance")),
    )
}
