//! A line on standard error that says how far a long replay is, on a terminal only.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use crate::amount::grouped;
use crate::number::of_count;

/// A run that ends within this time shows no line.
const SILENT: Duration = Duration::from_secs(1);

/// The line is drawn at most this often.
const PAUSE: Duration = Duration::from_millis(100);

/// Goes to the start of the line and clears it.
const CLEAR: &str = "\r\u{1b}[2K";

/// The line of one run; it is cleared when the run ends.
pub(super) struct Progress {
    /// When the run began, and the line; `None` if no terminal shows it.
    shown: Option<(Instant, RefCell<Line>)>,
}

/// How far a run is.
#[derive(Debug, Default)]
struct Line {
    decisions: usize,
    drawn: Option<Duration>,
}

impl Line {
    /// Counts a decision; returns the line where it is time to draw it.
    fn tick(&mut self, elapsed: Duration, day: NaiveDate) -> Option<String> {
        self.decisions += 1;
        let is_due = self.drawn.map_or(elapsed >= SILENT, |drawn| elapsed >= drawn + PAUSE);
        is_due.then(|| {
            self.drawn = Some(elapsed);
            format!("{CLEAR}replay: {day}, {} decisions", grouped(of_count(self.decisions), 0))
        })
    }
}

impl Progress {
    /// The line of a run that begins now.
    pub(super) fn new(is_shown: bool) -> Self {
        Self { shown: is_shown.then(|| (Instant::now(), RefCell::default())) }
    }

    /// Counts a decision that sees the data of a day.
    pub(super) fn tick(&self, day: NaiveDate) {
        let Some((start, line)) = &self.shown else { return };
        if let Some(text) = line.borrow_mut().tick(start.elapsed(), day) {
            eprint!("{text}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let is_drawn = self.shown.as_ref().is_some_and(|(_, line)| line.borrow().drawn.is_some());
        if is_drawn {
            eprint!("{CLEAR}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_drawn_after_a_second_and_ten_times_a_second() {
        let (mut line, day) = (Line::default(), NaiveDate::from_ymd_opt(2025, 3, 31).unwrap());
        let mut at = |milliseconds| line.tick(Duration::from_millis(milliseconds), day);
        assert_eq!(at(0), None);
        assert_eq!(at(999), None);
        assert_eq!(at(1000).as_deref(), Some("\r\u{1b}[2Kreplay: 2025-03-31, 3 decisions"));
        assert_eq!(at(1099), None);
        assert!(at(1100).unwrap().ends_with(", 5 decisions"));
    }

    #[test]
    fn nobody_who_does_not_watch_is_told() {
        let progress = Progress::new(false);
        progress.tick(NaiveDate::default());
        assert!(progress.shown.is_none());
    }
}
