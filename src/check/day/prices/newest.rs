//! The newest bars: yesterday's closes in today's place, and bars of a day that is not over.

use chrono::NaiveDate;

use super::Used;
use crate::amount::rough_percent;
use crate::check::day::holdings::named;
use crate::finding::{Code, Finding};
use crate::market::calendar::Calendar;
use crate::number::of_count;
use crate::statistics;
use crate::strategy::Action;

/// The share of symbols whose newest close is that of the day before from which on they were carried forward. Real days
/// have 3 of 26 at most.
const FILLED_RATIO: f64 = 0.30;

/// With fewer symbols a share says nothing.
const FEWEST_SYMBOLS: usize = 6;

/// Two symbols that move so much that both stand still on one day in a thousand.
const LIVELY_PAIRS: [[&str; 2]; 2] = [["SOXL", "SOXX"], ["QQQ", "TQQQ"]];

/// The part of the usual volume below which a day is not over.
const LEAST_VOLUME_RATIO: f64 = 0.2;

/// The bars before the newest one that say what volume is usual.
const USUAL_BARS: usize = 20;

/// Finds that the newest closes of many symbols are those of the bar before.
pub fn filled_forward(used: &[Used<'_>], as_of: NaiveDate) -> Option<Finding> {
    let newest_date = used.iter().filter_map(|one| one.window.date()).max().filter(|date| *date <= as_of)?;
    let of_the_day = used.iter().filter(|one| one.window.date() == Some(newest_date));
    let is_filled = |one: &&Used<'_>| matches!(one.window.closes, [.., before, close] if before == close);
    let (filled, moved): (Vec<&Used<'_>>, Vec<_>) = of_the_day.partition(is_filled);
    let count = filled.len() + moved.len();
    let is_share = count >= FEWEST_SYMBOLS && of_count(filled.len()) >= FILLED_RATIO * of_count(count);
    let stands_still = |symbol: &&str| filled.iter().any(|one| one.symbol.as_str() == *symbol);
    if !is_share && !LIVELY_PAIRS.iter().any(|pair| pair.iter().all(stands_still)) {
        return None;
    }
    Some(
        Finding::new(
            Code::FilledForward,
            format!(
                "{} of {count} newest closes of {newest_date} are those of the bar before: {}",
                filled.len(),
                named(filled.iter().map(|one| one.symbol))
            ),
        )
        .observed(filled.len())
        .expected("closes that move from one session to the next")
        .hint("download the prices after the close; leave a day out while it has no price"),
    )
}

/// Finds that a decision to trade rests on closes of an earlier session than the last one up to the decision date.
pub fn close_before_decision_date(
    used: &[Used<'_>],
    action: Action,
    as_of: NaiveDate,
    calendar: &Calendar,
    max_lag: usize,
) -> Option<Finding> {
    if !action.is_actionable() {
        return None;
    }
    let session = as_of.succ_opt().and_then(|next| calendar.previous_session(next))?;
    // Beyond the lag that is allowed it is `stale_price`.
    let is_older = |one: &&Used<'_>| {
        let newest = one.window.date().filter(|newest| *newest < session);
        one.is_read && newest.is_some_and(|newest| calendar.sessions_between(newest, as_of) <= max_lag)
    };
    let older: Vec<&Used<'_>> = used.iter().filter(is_older).collect();
    let first = older.first()?;
    let listed = named(older.iter().map(|one| one.symbol));
    Some(
        Finding::new(
            Code::CloseBeforeDecisionDate,
            format!("the decision rests on closes before {session}: {listed}"),
        )
        .symbol(first.symbol)
        .observed(first.window.date()?)
        .expected(session)
        .hint("add the closes of the decision date"),
    )
}

/// Finds that the newest bars have far less volume than usual: the day was not over.
pub fn unfinished_bar(used: &[Used<'_>], as_of: NaiveDate) -> Option<Finding> {
    let ratios: Vec<f64> = used.iter().filter_map(|one| volume_ratio(one, as_of)).collect();
    let median = statistics::median(&ratios).filter(|median| *median < LEAST_VOLUME_RATIO)?;
    Some(
        Finding::new(
            Code::UnfinishedBar,
            format!(
                "the volume of {as_of} is {} of that of the {USUAL_BARS} bars before",
                rough_percent(median)
            ),
        )
        .observed(rough_percent(median))
        .expected(format!("at least {}", rough_percent(LEAST_VOLUME_RATIO)))
        .values(median, LEAST_VOLUME_RATIO)
        .hint("download the prices after the close"),
    )
}

/// The volume of the decision date as a part of the median before; `None` where it is not known.
fn volume_ratio(used: &Used<'_>, as_of: NaiveDate) -> Option<f64> {
    if used.window.date() != Some(as_of) {
        return None;
    }
    let (newest, before) = used.window.volumes.split_last()?;
    let newest = newest.filter(|volume| *volume > 0.0)?;
    let usual: Vec<f64> = before
        .iter()
        .rev()
        .take(USUAL_BARS)
        .filter_map(|volume| volume.filter(|volume| *volume > 0.0))
        .collect();
    (usual.len() == USUAL_BARS).then(|| statistics::median(&usual)).flatten().map(|usual| newest / usual)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::{Bar, History};
    use crate::symbol::Symbol;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn filled(symbols: &[&str], still: usize) -> bool {
        let days = [date("2025-03-28"), date("2025-03-31")];
        let histories: Vec<History> = (0..symbols.len())
            .map(|place| {
                let newest = if place < still { 1.0 } else { 2.0 };
                History::from_closes(days.into_iter().zip([1.0, newest]))
            })
            .collect();
        let symbols: Vec<Symbol> = symbols.iter().filter_map(|symbol| Symbol::parse(symbol)).collect();
        let used: Vec<Used<'_>> = symbols
            .iter()
            .zip(&histories)
            .map(|(symbol, history)| Used { symbol, window: history.window(), is_read: true })
            .collect();
        filled_forward(&used, days[1]).is_some()
    }

    #[test]
    fn a_decision_to_trade_rests_on_the_last_session() {
        // 2025-03-30 is a Sunday.
        let found = |newest: &str, as_of: &str, action| {
            let history = History::from_closes([(date("2025-03-03"), 1.0), (date(newest), 1.0)]);
            let symbol = Symbol::literal("QQQ");
            let used = [Used { symbol: &symbol, window: history.window(), is_read: true }];
            close_before_decision_date(&used, action, date(as_of), &Calendar::default(), 3).is_some()
        };
        assert!(!found("2025-03-28", "2025-03-28", Action::Rebalance));
        assert!(!found("2025-03-28", "2025-03-30", Action::Rebalance));
        assert!(found("2025-03-28", "2025-03-31", Action::Rebalance));
        assert!(!found("2025-03-28", "2025-03-31", Action::Hold));
        // Four sessions: `stale_price` says so.
        assert!(found("2025-03-26", "2025-03-31", Action::Rebalance));
        assert!(!found("2025-03-25", "2025-03-31", Action::Rebalance));
    }

    #[test]
    fn a_third_of_the_symbols_was_carried_forward() {
        let ten = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"];
        assert!(!filled(&ten, 2));
        assert!(filled(&ten, 3));
        assert!(!filled(&ten[..5], 5));
        assert!(filled(&ten[..6], 2));
    }

    #[test]
    fn a_pair_does_not_stand_still() {
        assert!(!filled(&["SOXL", "SOXX"], 1));
        assert!(filled(&["SOXL", "SOXX"], 2));
        assert!(!filled(&["QQQ"], 1));
    }

    #[test]
    fn a_fifth_of_the_usual_volume_is_a_day_that_is_not_over() {
        let sessions =
            crate::market::calendar::Calendar::default().next_sessions(date("2025-01-02"), 21).unwrap();
        let found = |newest: f64, as_of: Option<NaiveDate>| {
            let volume = |place: usize| Some(if place == 20 { newest } else { 1000.0 });
            let history: History = sessions
                .iter()
                .enumerate()
                .map(|(place, day)| Bar { volume: volume(place), ..Bar::from_close(*day, 1.0) })
                .collect();
            let symbol = Symbol::literal("QQQ");
            let used = [Used { symbol: &symbol, window: history.window(), is_read: true }];
            unfinished_bar(&used, as_of.unwrap_or(sessions[20])).is_some()
        };
        assert!(found(199.0, None));
        assert!(!found(200.0, None));
        // No volume is no volume.
        assert!(!found(0.0, None));
        assert!(!found(199.0, Some(date("2025-03-31"))));
    }
}
