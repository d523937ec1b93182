//! Histories that stand still or have holes.

use super::Used;
use crate::amount::{counted, rough_percent};
use crate::finding::{Code, Finding, Severity};
use crate::market::calendar::Calendar;
use crate::market::window::once_for_equal_dates;
use crate::number::of_count;

/// So many equal closes in a row are worth a warning. The longest real run has 3.
const FROZEN_CLOSES: usize = 6;

/// So many are an error.
const MOST_FROZEN_CLOSES: usize = 20;

/// The share of sessions without a bar that is worth a warning; real files miss none.
const SPARSE_RATIO: f64 = 0.02;

/// The share that is an error: made-up files with holes reach 15 %, a weekly file 80 %.
const MOST_SPARSE_RATIO: f64 = 0.20;

/// Finds closes that stand still: the history was filled.
pub fn frozen_price(used: &Used<'_>) -> Option<Finding> {
    let closes = used.window.closes;
    let repeats = closes.iter().zip(closes.iter().skip(1)).filter(|(before, close)| before == close).count();
    if repeats < FROZEN_CLOSES - 1 {
        return None;
    }
    let (mut longest, mut end) = (1, 0);
    let mut run = 1;
    for (index, pair) in closes.windows(2).enumerate() {
        run = if matches!(pair, [before, close] if before == close) { run + 1 } else { 1 };
        if run > longest {
            (longest, end) = (run, index + 1);
        }
    }
    if longest < FROZEN_CLOSES {
        return None;
    }
    let severity = if longest >= MOST_FROZEN_CLOSES { used.worst() } else { Severity::Warning };
    let until = used.window.dates.get(end)?;
    Some(
        Finding::new(
            Code::FrozenPrice,
            format!(
                "`{}` has {} in a row that are equal, up to {until}",
                used.symbol,
                counted(longest, "close")
            ),
        )
        .severity(severity)
        .symbol(used.symbol)
        .observed(used.window.closes.get(end)?)
        .expected(format!("fewer than {FROZEN_CLOSES} equal closes in a row"))
        .counts(longest, FROZEN_CLOSES)
        .hint("get the closes from a source without bars on days that have no price"),
    )
}

/// Finds symbols that lack many of the sessions in reach.
pub fn sparse_history(used: &[Used<'_>], calendar: &Calendar) -> Vec<Finding> {
    let mut sessions_and_bars = once_for_equal_dates(|dates| {
        let (first, last) = (*dates.first()?, *dates.last()?);
        let sessions = calendar.sessions_between(first, last) + usize::from(calendar.is_session(first));
        // Where there are as many bars as sessions, few of them can be missing.
        let is_short = dates.len() < sessions;
        is_short.then(|| (sessions, dates.iter().filter(|date| calendar.is_session(**date)).count()))
    });
    let found = used.iter().filter_map(|one| {
        let (sessions, bars) = sessions_and_bars(one.window.dates)?;
        let is_sparse = of_count(bars) < of_count(sessions) * (1.0 - SPARSE_RATIO);
        is_sparse.then(|| sparse(one, sessions, sessions.saturating_sub(bars)))
    });
    found.collect()
}

fn sparse(used: &Used<'_>, sessions: usize, missing: usize) -> Finding {
    let ratio = of_count(missing) / of_count(sessions.max(1));
    let severity = if ratio > MOST_SPARSE_RATIO { used.worst() } else { Severity::Warning };
    Finding::new(
        Code::SparseHistory,
        format!("`{}` has no close on {missing} of {sessions} sessions that the rule reaches", used.symbol),
    )
    .severity(severity)
    .symbol(used.symbol)
    .observed(rough_percent(ratio))
    .expected(format!("at most {}", rough_percent(SPARSE_RATIO)))
    .values(ratio, SPARSE_RATIO)
    .hint("use daily closes; add those of the missing sessions")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::History;
    use crate::symbol::Symbol;

    fn date(text: &str) -> chrono::NaiveDate {
        text.parse().unwrap()
    }

    fn frozen(closes: &[f64], is_read: bool) -> Option<Severity> {
        let sessions = Calendar::default().next_sessions(date("2025-01-02"), closes.len()).unwrap();
        let history = History::from_closes(sessions.into_iter().zip(closes.iter().copied()));
        let symbol = Symbol::literal("QQQ");
        frozen_price(&Used { symbol: &symbol, window: history.window(), is_read }).map(|found| found.severity)
    }

    #[test]
    fn equal_closes_in_a_row_stand_still() {
        let run = |count: usize| [vec![1.0, 2.0], vec![3.0; count], vec![4.0]].concat();
        assert_eq!(frozen(&run(5), true), None);
        assert_eq!(frozen(&run(6), true), Some(Severity::Warning));
        assert_eq!(frozen(&run(19), true), Some(Severity::Warning));
        assert_eq!(frozen(&run(20), true), Some(Severity::Error));
        assert_eq!(frozen(&run(20), false), Some(Severity::Warning));
    }

    fn sparse_of(every: usize, missing: &[usize]) -> Option<Severity> {
        let sessions = Calendar::default().next_sessions(date("2024-01-02"), 200).unwrap();
        let days = sessions
            .into_iter()
            .enumerate()
            .filter(|(index, _)| index % every == 0 && !missing.contains(index))
            .map(|(index, day)| (day, 100.0 + of_count(index)));
        let history = History::from_closes(days);
        let symbol = Symbol::literal("QQQ");
        let used = [Used { symbol: &symbol, window: history.window(), is_read: true }];
        sparse_history(&used, &Calendar::default()).first().map(|found| found.severity)
    }

    #[test]
    fn a_history_may_miss_two_in_a_hundred_sessions() {
        // 200 sessions: 4 are 2 %, 40 are 20 %.
        assert_eq!(sparse_of(1, &[]), None);
        assert_eq!(sparse_of(1, &[10, 20, 30, 40]), None);
        assert_eq!(sparse_of(1, &[10, 20, 30, 40, 50]), Some(Severity::Warning));
        assert_eq!(sparse_of(1, &Vec::from_iter(10..50)), Some(Severity::Warning));
        assert_eq!(sparse_of(1, &Vec::from_iter(10..51)), Some(Severity::Error));
        assert_eq!(sparse_of(4, &[]), Some(Severity::Error));
    }
}
