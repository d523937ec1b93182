//! Where things stand in a picture: time as a percentage of its width, values as pixels of its height.

use chrono::NaiveDate;

use crate::number::of_count;

/// Pictures are drawn on this many pixel columns, and stretched to the width of the page.
pub(super) const COLUMNS: f64 = 800.0;

/// Units of a path a pixel of height, so that its numbers are whole.
pub(super) const UNITS: f64 = 10.0;

/// The time axis that all pictures share.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeScale<'a> {
    /// The sessions of the walk, the first and the last of which are its ends.
    pub sessions: &'a [NaiveDate],
    first: NaiveDate,
    days: f64,
}

impl<'a> TimeScale<'a> {
    /// The axis of a walk from its first to its last session.
    pub(super) fn new(sessions: &'a [NaiveDate]) -> Self {
        let first = sessions.first().copied().unwrap_or_default();
        let days = sessions.last().map_or(0, |&last| (last - first).num_days());
        Self { sessions, first, days: of_count(usize::try_from(days).unwrap_or_default()).max(1.0) }
    }

    /// The place of a day as a share of the width, from 0 to 1.
    pub(super) fn share(self, day: NaiveDate) -> f64 {
        let days = usize::try_from((day - self.first).num_days()).unwrap_or_default();
        (of_count(days) / self.days).min(1.0)
    }

    /// The place of a day in per cent of the width.
    pub(super) fn percent(self, day: NaiveDate) -> f64 {
        rounded(self.share(day) * 100.0)
    }
}

/// A number with two decimals, as pictures have them.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0 + 0.0
}

/// The height axis of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeightScale {
    low: f64,
    high: f64,
    /// Pixels from its bottom to its top.
    pub height: f64,
    is_logarithmic: bool,
}

/// Pixels above the highest and below the lowest value.
const MARGIN: f64 = 6.0;

impl HeightScale {
    /// An axis between two values, a logarithmic one for values above 0 alone.
    pub(super) fn new(low: f64, high: f64, height: f64, is_logarithmic: bool) -> Self {
        let (low, high) = (place(low, is_logarithmic), place(high, is_logarithmic));
        let high = if high - low > 1e-9 { high } else { low + 1e-9 };
        Self { low, high, height, is_logarithmic }
    }

    /// The pixels from the top.
    pub(super) fn pixels(self, value: f64) -> f64 {
        let share = (place(value, self.is_logarithmic) - self.low) / (self.high - self.low);
        MARGIN + (1.0 - share) * (self.height - 2.0 * MARGIN)
    }
}

/// Where a value lies on an axis.
fn place(value: f64, is_logarithmic: bool) -> f64 {
    if is_logarithmic { value.max(f64::MIN_POSITIVE).ln() } else { value }
}

/// Round values of a linear axis between two values, about `count` of them.
pub(super) fn linear_ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let span = (high - low).max(1e-9);
    let rough = span / of_count(count.max(1));
    let power = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let mut ticks = Vec::new();
    let mut place = (low / step - 1e-9).ceil();
    while place * step <= high + step * 1e-9 && ticks.len() < 40 {
        ticks.push(place * step + 0.0);
        place += 1.0;
    }
    ticks
}

/// Round values of a logarithmic axis between two values above 0.
pub(super) fn logarithmic_ticks(low: f64, high: f64) -> Vec<f64> {
    let factors: &[f64] = if high / low > 40.0 {
        &[1.0, 3.0]
    } else if high / low > 4.0 {
        &[1.0, 2.0, 3.0, 5.0, 7.0]
    } else if high / low > 1.6 {
        &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0]
    } else {
        return linear_ticks(low, high, 5);
    };
    let mut ticks = Vec::new();
    for power in -6..=9 {
        let unit = 10_f64.powi(power);
        ticks.extend(factors.iter().map(|factor| factor * unit).filter(|tick| (low..=high).contains(tick)));
    }
    ticks
}
