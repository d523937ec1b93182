//! What price series say about themselves: long gaps, and bars that lie too far back.

use chrono::{Datelike, NaiveDate};

use super::day::prices::Used;
use crate::amount::counted;
use crate::finding::{Code, Finding, Severity};
use crate::market::calendar::Calendar;
use crate::market::window::once_for_equal_dates;

/// How many sessions a used symbol's newest bar may lie before the decision date unless `--max-lag` says
/// otherwise: a long weekend and a late file.
pub const DEFAULT_MAX_LAG: usize = 3;

/// Finds stretches of more than [`DEFAULT_MAX_LAG`] sessions on which a symbol has no close, within what the rule looks
/// at: an average over them reaches further back than it says. The longest of each symbol is named, of those that are not
/// sparse altogether.
pub fn missing_sessions(used: &[Used<'_>], sparse: &[Finding], calendar: &Calendar) -> Vec<Finding> {
    let is_sparse = |one: &&Used<'_>| sparse.iter().any(|found| found.symbol.as_ref() == Some(one.symbol));

    let mut gap_of = once_for_equal_dates(|dates| {
        let days: Vec<i32> = dates.iter().map(Datelike::num_days_from_ce).collect();
        let neighbours = dates.iter().zip(dates.iter().skip(1)).zip(days.iter().zip(days.iter().skip(1)));
        neighbours
            // So few days can't hold so many sessions; most bars are neighbours.
            .filter(|(_, (before, after))| *after - *before > DEFAULT_MAX_LAG as i32)
            .map(|(dates, _)| dates)
            .map(|(before, after)| {
                let between = after.pred_opt().map_or(0, |last| calendar.sessions_between(*before, last));
                (between, *before, *after)
            })
            .max_by_key(|(sessions, ..)| *sessions)
            .filter(|(sessions, ..)| *sessions > DEFAULT_MAX_LAG)
    });
    used.iter()
        .filter(|one| !is_sparse(one))
        .filter_map(|Used { symbol, window, .. }| {
            let (sessions, before, after) = gap_of(window.dates)?;
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
/// that the decision rests on, warnings among the others. A shorter lag is worth knowing. An earlier decision date is
/// suggested where the series that the decision rests on reach it.
pub fn stale_prices(
    used: &[Used<'_>],
    as_of: NaiveDate,
    calendar: &Calendar,
    max_lag: usize,
) -> Vec<Finding> {
    let lag = |newest: NaiveDate, date: NaiveDate| calendar.sessions_between(newest, date);
    let reach = |date: NaiveDate| {
        let mut read = used.iter().filter(|one| one.is_read);
        read.all(|one| one.window.up_to(date).date().is_some_and(|newest| lag(newest, date) <= max_lag))
    };
    used.iter()
        .filter_map(|Used { symbol, window, is_read }| {
            let newest = window.date()?;
            let lag = lag(newest, as_of);
            let severity = match (lag > max_lag, *is_read) {
                (true, true) => Severity::Error,
                (true, false) => Severity::Warning,
                (false, true) if lag > 0 => Severity::Info,
                (false, _) => return None,
            };
            let earlier = if lag > max_lag && reach(newest) {
                format!("add the newer closes, or decide for that day with `--as-of {newest}`")
            } else {
                "add the newer closes".to_owned()
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
                .counts(lag, max_lag)
                .hint(format!("{earlier}; `--max-lag N` says how many sessions old a close may be")),
            )
        })
        .collect()
}

/// Finds indicators that are computed from closes too far before the decision date, or after it.
pub fn stale_indicators(
    newest: NaiveDate,
    as_of: NaiveDate,
    calendar: &Calendar,
    max_lag: usize,
    file: &str,
) -> Option<Finding> {
    let lag = calendar.sessions_between(newest, as_of);
    (newest > as_of || lag > max_lag).then(|| {
        Finding::new(Code::StalePrice, format!("the indicators are of {newest}, and the decision of {as_of}"))
            .file(file)
            .column("as_of")
            .observed(newest)
            .expected(format!("at most {} before {as_of}, and not after it", counted(max_lag, "session")))
            .counts(lag, max_lag)
            .hint("compute the indicators from the closes of the decision date")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::{History, Market};
    use crate::symbol::Symbol;

    fn used(market: &Market, is_read: bool) -> Vec<Used<'_>> {
        market.iter().map(|(symbol, history)| Used { symbol, window: history.window(), is_read }).collect()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn market(closes: &[(&str, f64)]) -> Market {
        let bars = closes.iter().map(|(day, close)| (date(day), *close));
        [(Symbol::literal("QQQ"), History::from_closes(bars))].into()
    }

    #[test]
    fn more_sessions_in_a_row_without_a_close_than_a_lag_allows_are_named() {
        let calendar = Calendar::default();
        // 2 January 2025 is a Thursday; 3, 6 and 7 January are sessions, and so is 8 January; the 9th is none.
        let three = market(&[("2025-01-02", 1.0), ("2025-01-08", 1.0)]);
        assert_eq!(missing_sessions(&used(&three, true), &[], &calendar), vec![]);
        let four = market(&[("2024-12-31", 1.0), ("2025-01-02", 1.0), ("2025-01-10", 1.0)]);
        let findings = missing_sessions(&used(&four, true), &[], &calendar);
        assert_eq!(findings[0].message, "`QQQ` has no close on 4 sessions between 2025-01-02 and 2025-01-10");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings.len(), 1);
    }

    #[test]
    fn lag_counts_sessions_and_not_days() {
        // After Thursday 2024-03-28: Good Friday is closed; Monday to Wednesday are the sessions 1, 2, 3.
        let market = market(&[("2024-03-28", 1.0)]);
        let calendar = Calendar::default();
        let severity = |as_of: &str, is_read: bool| {
            let found = stale_prices(&used(&market, is_read), date(as_of), &calendar, DEFAULT_MAX_LAG);
            found.first().map(|finding| finding.severity)
        };
        assert_eq!(severity("2024-03-28", true), None);
        assert_eq!(severity("2024-03-31", true), None);
        assert_eq!(severity("2024-04-03", true), Some(Severity::Info));
        assert_eq!(severity("2024-04-04", true), Some(Severity::Error));
        assert_eq!(severity("2024-04-04", false), Some(Severity::Warning));
        assert_eq!(severity("2024-04-03", false), None);
    }
}
