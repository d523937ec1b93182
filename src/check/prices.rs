//! What price series say about themselves: jumps, and bars that lie too far back.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::amount::{PER_CENT, counted};
use crate::finding::{Code, Finding, Severity};
use crate::market::calendar::Calendar;
use crate::market::series::Market;
use crate::symbol::Symbol;

/// How many sessions a used symbol's newest bar may lie before the decision date unless `--max-lag` says
/// otherwise: a long weekend and a late file.
pub const DEFAULT_MAX_LAG: usize = 3;

/// A close that moves by more than this ratio from one bar to the next looks like an unadjusted split.
const JUMP_RATIO: f64 = 0.60;

/// Closes that moved so far from one bar to the next that an unadjusted split is likely.
pub fn price_jumps(market: &Market) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (symbol, series) in market {
        let days = series.dates.iter().zip(&series.closes);
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

/// Symbols whose newest bar lies more than `max_lag` sessions before the decision date: errors among those
/// that the decision rests on, warnings among the others. A shorter lag is worth knowing.
pub fn stale_prices(
    market: &Market,
    used: &BTreeSet<Symbol>,
    as_of: NaiveDate,
    calendar: &Calendar,
    max_lag: usize,
) -> Vec<Finding> {
    let lag_of = |newest: NaiveDate| calendar.sessions_between(newest, as_of);
    market
        .iter()
        .filter_map(|(symbol, series)| {
            let newest = series.newest_date()?;
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
                .hint(format!(
                    "add its newer closes, name the date that the files are for with `--as-of`, or let it pass \
                     with `--max-lag {lag}`"
                )),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::series::PriceSeries;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn market(closes: &[(&str, f64)]) -> Market {
        let bars = closes.iter().map(|(day, close)| (date(day), *close));
        [(Symbol::literal("QQQ"), PriceSeries::from_closes(bars))].into()
    }

    #[test]
    fn a_move_of_sixty_percent_passes_and_more_does_not() {
        assert_eq!(price_jumps(&market(&[("2025-01-02", 100.0), ("2025-01-03", 160.0)])), vec![]);
        let findings = price_jumps(&market(&[("2025-01-02", 100.0), ("2025-01-03", 39.0)]));
        assert_eq!(findings[0].message, "`QQQ` moved by -61.0 % on 2025-01-03");
    }

    #[test]
    fn lag_counts_sessions_and_not_days() {
        // After Thursday 2024-03-28: Good Friday is closed; Monday to Wednesday are the sessions 1, 2, 3.
        let market = market(&[("2024-03-28", 1.0)]);
        let calendar = Calendar::default();
        let used = BTreeSet::from([Symbol::literal("QQQ")]);
        let severity = |as_of: &str, used: &BTreeSet<Symbol>| {
            stale_prices(&market, used, date(as_of), &calendar, DEFAULT_MAX_LAG).first().map(|f| f.severity)
        };
        assert_eq!(severity("2024-03-28", &used), None);
        assert_eq!(severity("2024-03-31", &used), None);
        assert_eq!(severity("2024-04-03", &used), Some(Severity::Info));
        assert_eq!(severity("2024-04-04", &used), Some(Severity::Error));
        assert_eq!(severity("2024-04-04", &BTreeSet::new()), Some(Severity::Warning));
        assert_eq!(severity("2024-04-03", &BTreeSet::new()), None);
    }
}
