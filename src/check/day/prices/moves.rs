//! Moves from one close to the next: splits that the prices are not adjusted for, single wrong closes, a ticker that
//! was another company's.

use chrono::NaiveDate;

use super::Used;
use crate::amount::{PER_CENT, percent_with};
use crate::finding::{Code, Finding, Severity};
use crate::market::calendar::Calendar;
use crate::statistics;
use crate::symbol::Symbol;

/// No move up to this ratio is looked at. Most symbols have none larger.
const LEAST_MOVE: f64 = 0.05;

/// A move up to which no division is needed to tell that it is below [`LEAST_MOVE`], however it rounds.
const CALM_MOVE: f64 = 0.049_999;

/// How many median daily moves a move may have. Real ones have 33.8 at most.
const MOST_MEDIAN_MOVES: f64 = 40.0;

/// With fewer bars a median says nothing.
const FEWEST_BARS: usize = 21;

/// A larger move of the newest close is a cut or wrong number. The largest real ones are -38.6 % and +54.8 %.
const LARGEST_MOVE: f64 = 0.60;

/// A move beyond this factor, or its inverse, is an error on any bar.
const LARGEST_FACTOR: f64 = 3.0;

/// A close this far from the one before is a spike where the next one is back.
const SPIKE_MOVE: f64 = 0.30;

/// How much of a spike's move may be left after it.
const LEFT_OF_A_SPIKE: f64 = 0.25;

/// The ratios of splits and reverse splits.
const SPLITS: [(f64, &str); 12] = [
    (1.0 / 2.0, "1/2"),
    (1.0 / 3.0, "1/3"),
    (1.0 / 4.0, "1/4"),
    (1.0 / 5.0, "1/5"),
    (1.0 / 10.0, "1/10"),
    (1.0 / 20.0, "1/20"),
    (2.0, "2"),
    (3.0, "3"),
    (4.0, "4"),
    (5.0, "5"),
    (8.0, "8"),
    (10.0, "10"),
];

/// How far a ratio may be off that of a split, as a part of it: leveraged funds move besides.
const SPLIT_TOLERANCE: f64 = 0.1;

/// A move from one bar to the next.
#[derive(Clone, Copy, Debug)]
struct Move {
    date: NaiveDate,
    before: f64,
    close: f64,
}

impl Move {
    fn factor(self) -> f64 {
        self.close / self.before
    }

    fn size(self) -> f64 {
        (self.factor() - 1.0).abs()
    }

    /// The split whose ratio is nearest, if one is near.
    fn split(self) -> Option<&'static str> {
        let distance = |ratio: f64| (self.factor() / ratio - 1.0).abs();
        SPLITS
            .into_iter()
            .filter(|(ratio, _)| distance(*ratio) <= SPLIT_TOLERANCE)
            .min_by(|one, other| distance(one.0).total_cmp(&distance(other.0)))
            .map(|(_, name)| name)
    }
}

/// The moves of one kind: the largest of them, and how many there are.
#[derive(Clone, Copy, Debug, Default)]
struct Kind {
    largest: Option<Move>,
    count: usize,
}

impl Kind {
    fn add(&mut self, step: Move) {
        self.count += 1;
        let distance = |step: Move| step.factor().ln().abs();
        if self.largest.is_none_or(|largest| distance(step) > distance(largest)) {
            self.largest = Some(step);
        }
    }

    fn finding(self, code: Code, severity: Severity, used: &Used<'_>, expected: &str) -> Option<Finding> {
        let Move { date, before, close } = self.largest?;
        let change = (close / before - 1.0) * PER_CENT;
        let more = if self.count > 1 { format!(", and {} more", self.count - 1) } else { String::new() };
        let symbol = used.symbol;
        let message = match code {
            Code::Spike => format!("`{symbol}` moved by {change:+.1} % on {date} and came back{more}"),
            _ => format!("`{symbol}` moved by {change:+.1} % on {date}{more}"),
        };
        Some(
            Finding::new(code, message)
                .severity(severity)
                .symbol(symbol)
                .observed(format!("{before} to {close}"))
                .expected(expected),
        )
    }
}

/// Whether a history passes from one file to another with a step on a day, which says better what a warning about the move
/// of that day says.
fn is_known_step(found: &[Finding], symbol: &Symbol, date: NaiveDate) -> bool {
    let seams = found.iter().filter(|finding| finding.code == Code::SeamJump);
    let mut bars = seams.filter_map(|finding| finding.bars.as_ref());
    bars.any(|bars| bars.date == Some(date) && bars.symbols.contains(symbol))
}

/// Finds the moves of one symbol that no market makes; `found` is what its files have told.
pub fn examine(used: &Used<'_>, calendar: &Calendar, max_lag: usize, found: &[Finding]) -> Vec<Finding> {
    let closes = used.window.closes;
    if has_usual_moves_alone(closes) {
        return Vec::new();
    }
    let most = largest_usual_move(closes);
    let [mut spikes, mut jumps, mut splits, mut moves] = [Kind::default(); 4];
    let mut after_spike = false;
    for (index, pair) in closes.windows(2).zip(used.window.dates.windows(2)).enumerate() {
        let ([before, close], [earlier, date]) = pair else { continue };
        let step = Move { date: *date, before: *before, close: *close };
        if std::mem::take(&mut after_spike) {
            continue;
        }
        let next = closes.get(index + 2);
        if next.is_some_and(|next| is_spike(*before, *close, *next)) {
            spikes.add(step);
            after_spike = true;
            continue;
        }
        let is_newest = next.is_none();
        let is_beyond_factor = step.factor() > LARGEST_FACTOR || step.factor() < 1.0 / LARGEST_FACTOR;
        let is_after_a_gap = || calendar.sessions_between(*earlier, *date) > max_lag;
        if is_beyond_factor || (step.size() > LARGEST_MOVE && (is_newest || is_after_a_gap())) {
            jumps.add(step);
        } else if is_known_step(found, used.symbol, *date) {
            continue;
        } else if step.split().is_some() {
            splits.add(step);
        } else if step.size() > most {
            moves.add(step);
        }
    }
    findings(used, [spikes, jumps, splits, moves], most)
}

/// Whether no move can be worth a finding. Most windows are so, and a replay asks for each symbol of each day.
fn has_usual_moves_alone(closes: &[f64]) -> bool {
    let Some((_, later)) = closes.split_first() else { return true };
    let pairs = || closes.iter().zip(later);
    let is_calm = |(before, close): &(&f64, &f64)| (**close - **before).abs() <= CALM_MOVE * **before;
    if pairs().filter(is_calm).count() == later.len() {
        return true;
    }
    let size = |(before, close): (&f64, &f64)| (close / before - 1.0).abs();
    let largest = pairs().filter(|pair| !is_calm(pair)).map(size).fold(0.0, f64::max);
    if largest <= LEAST_MOVE {
        return true;
    }
    if largest > SPIKE_MOVE || closes.len() < FEWEST_BARS {
        return false;
    }
    // Where more than half of the moves reach this part of the largest one, so does the median, which needs a sort.
    let part = largest / MOST_MEDIAN_MOVES * ABOVE_ROUNDING;
    let smaller = pairs().filter(|(before, close)| (**close - **before).abs() < part * **before).count();
    2 * smaller < later.len()
}

/// Beyond what the rounding of a few operations can do.
const ABOVE_ROUNDING: f64 = 1.000_001;

fn is_spike(before: f64, close: f64, next: f64) -> bool {
    (close / before - 1.0).abs() > SPIKE_MOVE
        && (next - before).abs() <= (close - before).abs() * LEFT_OF_A_SPIKE
}

/// The largest move that is worth no warning, by what the symbol moves on a usual day.
fn largest_usual_move(closes: &[f64]) -> f64 {
    if closes.len() < FEWEST_BARS {
        return LARGEST_MOVE;
    }
    let pairs = closes.iter().zip(closes.iter().skip(1));
    let sizes: Vec<f64> = pairs.map(|(before, close)| (close / before - 1.0).abs()).collect();
    let usual = statistics::median(&sizes).unwrap_or(LARGEST_MOVE);
    (usual * MOST_MEDIAN_MOVES).clamp(LEAST_MOVE, LARGEST_MOVE)
}

fn findings(used: &Used<'_>, [spikes, jumps, splits, moves]: [Kind; 4], most: f64) -> Vec<Finding> {
    let spike = spikes
        .finding(Code::Spike, used.worst(), used, "closes that do not jump and come back")
        .map(|finding| finding.hint("compare this close with another source and correct it"));
    let expected = "a move of at most 60 %, and within a factor of 3 on older bars";
    let jump = jumps.finding(Code::PriceJump, used.worst(), used, expected).map(|finding| {
        finding.hint_with_code(
            "check the close for a cut number, and the history for another company or an unadjusted split; \
             `--allow {code}` decides anyway",
        )
    });
    let expected = "closes adjusted for splits";
    let split = splits.finding(Code::PossibleSplit, Severity::Warning, used, expected).map(|mut finding| {
        let ratio = splits.largest.and_then(Move::split).unwrap_or_default();
        finding.message += &format!(": about {ratio} of the close before");
        finding.hint("check for a split; use closes that are adjusted for splits in the whole history")
    });
    let expected = format!("at most {} from one bar to the next", percent_with(most, 1));
    let other = moves
        .finding(Code::PriceJump, Severity::Warning, used, &expected)
        .map(|finding| finding.hint("compare this close with another source"));
    [spike, jump, split, other].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::History;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// What is found in these closes, one a weekday from 2025-03-03 on, the usual daily move being 1 %.
    fn found(closes: &[f64]) -> Vec<(Code, Severity)> {
        let usual = (0..30).map(|day| if day % 2 == 0 { 100.0 } else { 101.0 });
        let closes: Vec<f64> = usual.chain(closes.iter().copied()).collect();
        let sessions = Calendar::default().next_sessions(date("2025-01-02"), closes.len()).unwrap();
        let history = History::from_closes(sessions.into_iter().zip(closes));
        examined(&history)
    }

    fn examined(history: &History) -> Vec<(Code, Severity)> {
        let symbol = Symbol::literal("QQQ");
        let used = Used { symbol: &symbol, window: history.window(), is_read: true };
        examine(&used, &Calendar::default(), 3, &[])
            .into_iter()
            .map(|found| (found.code, found.severity))
            .collect()
    }

    #[test]
    fn usual_moves_are_silent() {
        // 40 times the usual 1 % is 40 %.
        assert_eq!(found(&[100.0, 139.0, 138.0, 139.0]), []);
        assert_eq!(found(&[100.0, 143.0, 142.0, 143.0]), [(Code::PriceJump, Severity::Warning)]);
    }

    #[test]
    fn a_close_that_jumps_and_comes_back_is_a_spike() {
        // 31 up, and 7 of them left.
        assert_eq!(found(&[100.0, 131.0, 107.0, 106.0]), [(Code::Spike, Severity::Error)]);
        assert_eq!(found(&[100.0, 131.0, 108.0, 107.0]), []);
        assert_eq!(found(&[100.0, 50.0, 101.0, 100.0]), [(Code::Spike, Severity::Error)]);
        assert_eq!(found(&[100.0, 129.0, 100.0, 101.0]), []);
    }

    #[test]
    fn a_half_looks_like_a_split() {
        assert_eq!(found(&[100.0, 50.0, 51.0]), [(Code::PossibleSplit, Severity::Warning)]);
        assert_eq!(found(&[100.0, 54.9, 55.0]), [(Code::PossibleSplit, Severity::Warning)]);
        // 2/3 and 3/2 are left out: real days look so.
        assert_eq!(found(&[100.0, 66.7, 67.0]), []);
        assert_eq!(found(&[100.0, 201.0, 200.0]), [(Code::PossibleSplit, Severity::Warning)]);
    }

    #[test]
    fn a_large_move_is_an_error_on_the_newest_bar_or_beyond_a_factor_of_three() {
        assert_eq!(found(&[100.0, 39.0]), [(Code::PriceJump, Severity::Error)]);
        assert_eq!(found(&[100.0, 32.0, 33.0]), [(Code::PriceJump, Severity::Error)]);
        assert_eq!(found(&[100.0, 38.0, 38.1]), [(Code::PriceJump, Severity::Warning)]);
        // Where few bars are known, 60 % is let pass.
        let few = |last: f64| {
            let days = [("2025-03-03", 100.0), ("2025-03-04", last), ("2025-03-05", last)];
            examined(&History::from_closes(days.map(|(day, close)| (date(day), close))))
        };
        assert_eq!(few(159.9), []);
        assert_eq!(few(161.0), [(Code::PriceJump, Severity::Warning)]);
    }

    #[test]
    fn a_step_between_files_is_said_once() {
        let days = ["2025-03-28", "2025-03-31", "2025-04-01"].map(date);
        let history = History::from_closes(days.into_iter().zip([100.0, 50.0, 50.0]));
        let symbol = Symbol::literal("QQQ");
        let used = Used { symbol: &symbol, window: history.window(), is_read: true };
        let found = |seam: &str| {
            let seam = Finding::new(Code::SeamJump, "x").bars([symbol.clone()], Some(date(seam)));
            examine(&used, &Calendar::default(), 3, &[seam]).len()
        };
        assert_eq!((found("2025-03-31"), found("2025-04-01")), (0, 1));
    }

    #[test]
    fn a_large_move_over_a_gap_is_another_companys() {
        // Friday 2025-03-07 is four sessions after Monday, and Thursday three.
        let after = |day: &str| {
            let days = [("2025-03-03", 100.0), (day, 170.0), ("2025-03-10", 171.0)];
            examined(&History::from_closes(days.map(|(day, close)| (date(day), close))))
        };
        assert_eq!(after("2025-03-07"), [(Code::PriceJump, Severity::Error)]);
        assert_eq!(after("2025-03-06"), [(Code::PriceJump, Severity::Warning)]);
    }
}
