//! What price series say about themselves: jumps, and bars that lie too far back.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::amount::{PER_CENT, counted};
use crate::finding::{Code, Finding, Severity};
use crate::market::calendar::Calendar;
use crate::market::window::Window;
use crate::symbol::Symbol;

/// How many sessions a used symbol's newest bar may lie before the decision date unless `--max-lag` says
/// otherwise: a long weekend and a late file.
pub const DEFAULT_MAX_LAG: usize = 3;

/// A close that moves by more than this ratio from one bar to the next looks like an unadjusted split.
const JUMP_RATIO: f64 = 0.60;

/// Closes that moved so far from one bar to the next that an unadjusted split is likely.
pub fn price_jumps<'a>(windows: impl Iterator<Item = (&'a Symbol, Window<'a>)>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (symbol, window) in windows {
        let days = window.dates.iter().zip(window.closes);
        for ((_, before), (date, close)) in days.clone().zip(days.skip(1)) {
            if (close - before).abs() > JUMP_RATIO * before {
                findings.push(
                    Finding::new(
                        Code::PriceJump,
                        format!("`{symbol}` moved by {:+.1} % on {date}", (close / before - 1.0) * PER_CENT),
                    )
                    .symbol(symbol)
                    .observed(format!("{before} to {close}"))
                    .expected(format!("at most {} % from one bar to the next", JUMP_RATIO * PER_CENT))
                    .hint("use closes adjusted for splits and dividends, all of them or none"),
                );
            }
        }
    }
    findings
}

/// Finds bars on days on which the exchange is closed: a filled-up weekend counts as sessions of an average that it has
/// none of. One finding, lest a file of them tell of every symbol.
pub fn bars_without_session<'a>(
    windows: impl Iterator<Item = (&'a Symbol, Window<'a>)>,
    calendar: &Calendar,
) -> Option<Finding> {
    let has_none = |date: &NaiveDate| calendar.covers(*date) && !calendar.is_session(*date);
    let days = windows.flat_map(|(symbol, window)| window.dates.iter().map(move |date| (symbol, date)));
    let bars: Vec<(&Symbol, &NaiveDate)> = days.filter(|(_, date)| has_none(date)).collect();
    let (symbol, first) = bars.first()?;
    let count = bars.len();
    let symbols = bars.iter().map(|(symbol, _)| symbol).collect::<BTreeSet<_>>().len();
    Some(
        Finding::new(
            Code::BarWithoutSession,
            format!(
                "{} of {} {} on days on which the exchange is closed, and count as sessions",
                counted(count, "bar"),
                counted(symbols, "used symbol"),
                if count == 1 { "lies" } else { "lie" }
            ),
        )
        .symbol(symbol)
        .observed(first)
        .expected("sessions of the exchange")
        .hint("take the rows out; days without trading have no bar"),
    )
}

/// Finds stretches of more than [`DEFAULT_MAX_LAG`] sessions on which a symbol has no close, within what the rule looks
/// at: an average over them reaches further back than it says. The longest of each symbol is named.
pub fn missing_sessions<'a>(
    windows: impl Iterator<Item = (&'a Symbol, Window<'a>)>,
    calendar: &Calendar,
) -> Vec<Finding> {
    let gap_of = |series: Window<'_>| {
        let neighbours = series.dates.iter().zip(series.dates.iter().skip(1));
        neighbours
            // So few days can't hold so many sessions; most bars are neighbours.
            .filter(|(before, after)| (**after - **before).num_days() > DEFAULT_MAX_LAG as i64)
            .map(|(before, after)| {
                let between = after.pred_opt().map_or(0, |last| calendar.sessions_between(*before, last));
                (between, *before, *after)
            })
            .max_by_key(|(sessions, ..)| *sessions)
            .filter(|(sessions, ..)| *sessions > DEFAULT_MAX_LAG)
    };
    windows
        .filter_map(|(symbol, series)| {
            let (sessions, before, after) = gap_of(series)?;
            Some(
                Finding::new(
                    Code::MissingSessions,
                    format!(
                        "`{symbol}` has no close on {} between {before} and {after}",
                        counted(sessions, "session")
                    ),
                )
                .symbol(symbol)
                .observed(format!("{before} and then {after}"))
                .expected("a close on every session")
                .hint("add the closes of the sessions between"),
            )
        })
        .collect()
}

/// Symbols whose newest bar lies more than `max_lag` sessions before the decision date: errors among those
/// that the decision rests on, warnings among the others. A shorter lag is worth knowing.
pub fn stale_prices<'a>(
    windows: impl Iterator<Item = (&'a Symbol, Window<'a>)>,
    used: &BTreeSet<Symbol>,
    as_of: NaiveDate,
    calendar: &Calendar,
    max_lag: usize,
) -> Vec<Finding> {
    let lag_of = |newest: NaiveDate| calendar.sessions_between(newest, as_of);
    windows
        .filter_map(|(symbol, series)| {
            let newest = series.date()?;
            let lag = lag_of(newest);
            let severity = match (lag > max_lag, used.contains(symbol)) {
                (true, true) => Severity::Error,
                (true, false) => Severity::Warning,
                (false, true) if lag > 0 => Severity::Info,
                (false, _) => return None,
            };
            Some(
                Finding::new(
                    Code::StalePrice,
                    format!(
                        "the newest close of `{symbol}` is {} older than the decision date {as_of}",
                        counted(lag, "session")
                    ),
                )
                .severity(severity)
                .symbol(symbol)
                .observed(newest)
                .expected(format!("at most {} before {as_of}", counted(max_lag, "session")))
                .hint(
                    "add the newer closes, or name the date that the files are for with `--as-of`; `--max-lag N` says \
                     how many sessions old a close may be",
                ),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::{History, Market};

    fn windows(market: &Market) -> impl Iterator<Item = (&Symbol, Window<'_>)> {
        market.iter().map(|(symbol, history)| (symbol, history.window()))
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn market(closes: &[(&str, f64)]) -> Market {
        let bars = closes.iter().map(|(day, close)| (date(day), *close));
        [(Symbol::literal("QQQ"), History::from_closes(bars))].into()
    }

    #[test]
    fn a_move_of_sixty_percent_passes_and_more_does_not() {
        assert_eq!(price_jumps(windows(&market(&[("2025-01-02", 100.0), ("2025-01-03", 160.0)]))), vec![]);
        let findings = price_jumps(windows(&market(&[("2025-01-02", 100.0), ("2025-01-03", 39.0)])));
        assert_eq!(findings[0].message, "`QQQ` moved by -61.0 % on 2025-01-03");
    }

    #[test]
    fn bars_on_closed_days_are_counted_and_the_first_is_named() {
        let calendar = Calendar::default();
        assert_eq!(
            bars_without_session(windows(&market(&[("2025-01-03", 1.0), ("2025-01-06", 1.0)])), &calendar),
            None
        );
        // A Saturday, and the day of mourning for a president.
        let filled = market(&[("2025-01-03", 1.0), ("2025-01-04", 1.0), ("2025-01-09", 1.0)]);
        let finding = bars_without_session(windows(&filled), &calendar).unwrap();
        assert_eq!(
            finding.message,
            "2 bars of 1 used symbol lie on days on which the exchange is closed, and count as sessions"
        );
        assert_eq!(finding.observed.as_deref(), Some("2025-01-04"));
    }

    #[test]
    fn more_sessions_in_a_row_without_a_close_than_a_lag_allows_are_named() {
        let calendar = Calendar::default();
        // 2 January 2025 is a Thursday; 3, 6 and 7 January are sessions, and so is 8 January; the 9th is none.
        let three = market(&[("2025-01-02", 1.0), ("2025-01-08", 1.0)]);
        assert_eq!(missing_sessions(windows(&three), &calendar), vec![]);
        let four = market(&[("2024-12-31", 1.0), ("2025-01-02", 1.0), ("2025-01-10", 1.0)]);
        let findings = missing_sessions(windows(&four), &calendar);
        assert_eq!(findings[0].message, "`QQQ` has no close on 4 sessions between 2025-01-02 and 2025-01-10");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings.len(), 1);
    }

    #[test]
    fn lag_counts_sessions_and_not_days() {
        // After Thursday 2024-03-28: Good Friday is closed; Monday to Wednesday are the sessions 1, 2, 3.
        let market = market(&[("2024-03-28", 1.0)]);
        let calendar = Calendar::default();
        let used = BTreeSet::from([Symbol::literal("QQQ")]);
        let severity = |as_of: &str, used: &BTreeSet<Symbol>| {
            stale_prices(windows(&market), used, date(as_of), &calendar, DEFAULT_MAX_LAG)
                .first()
                .map(|f| f.severity)
        };
        assert_eq!(severity("2024-03-28", &used), None);
        assert_eq!(severity("2024-03-31", &used), None);
        assert_eq!(severity("2024-04-03", &used), Some(Severity::Info));
        assert_eq!(severity("2024-04-04", &used), Some(Severity::Error));
        assert_eq!(severity("2024-04-04", &BTreeSet::new()), Some(Severity::Warning));
        assert_eq!(severity("2024-04-03", &BTreeSet::new()), None);
    }
}
