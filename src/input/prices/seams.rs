//! Where the bars of symbols pass from one file to the next: closes of another scale make a step there.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::PriceFile;
use super::book::path_of;
use crate::amount::{PER_CENT, counted};
use crate::finding::{Code, Finding};
use crate::market::history::History;
use crate::number::of_count;
use crate::symbol::Symbol;

/// So many symbols that move alike by a few percent on one day are a step between files.
const ENOUGH_SYMBOLS: usize = 4;

/// The move from which on many symbols make a step.
const STEP_OF_MANY: f64 = 0.03;

/// The move from which on fewer symbols make one.
const STEP_OF_FEW: f64 = 0.15;

/// Two moves this far apart are alike.
const ALIKE: f64 = 0.005;

/// The file and the place of the first bar of each stretch of a history that comes from one file.
pub(super) type Stretches = Vec<(usize, usize)>;

/// A passage between two files on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seam {
    date: NaiveDate,
    from: usize,
    to: usize,
}

/// The moves of symbols at the seams of their histories.
#[derive(Debug, Default)]
pub(super) struct Seams(BTreeMap<Seam, Vec<(Symbol, f64)>>);

impl Seams {
    /// Notes the moves of a symbol where its history passes from one file to another, within its reach.
    pub(super) fn add(
        &mut self,
        symbol: &Symbol,
        history: &History,
        stretches: &Stretches,
        floor: Option<NaiveDate>,
    ) {
        for pair in stretches.windows(2) {
            let [(from, _), (to, first)] = pair else { continue };
            let bars = first.checked_sub(1).and_then(|before| Some((before, history.dates.get(*first)?)));
            let Some((before, date)) = bars.filter(|(_, date)| floor.is_none_or(|floor| floor < **date))
            else {
                continue;
            };
            if let (Some(before), Some(close)) = (history.closes.get(before), history.closes.get(*first)) {
                let seam = Seam { date: *date, from: *from, to: *to };
                self.0.entry(seam).or_default().push((symbol.clone(), close / before - 1.0));
            }
        }
    }

    /// Finds the seams at which all symbols move alike, further than a market moves them.
    pub(super) fn findings(&self, files: &[PriceFile]) -> Vec<Finding> {
        self.0.iter().filter_map(|(seam, moves)| seam.finding(moves, files)).collect()
    }
}

impl Seam {
    fn finding(self, moves: &[(Symbol, f64)], files: &[PriceFile]) -> Option<Finding> {
        let sizes = || moves.iter().map(|(_, size)| *size);
        let (lowest, highest) = (sizes().reduce(f64::min)?, sizes().reduce(f64::max)?);
        let least = if moves.len() >= ENOUGH_SYMBOLS { STEP_OF_MANY } else { STEP_OF_FEW };
        let is_step = sizes().all(|size| size.abs() > least) && highest - lowest <= ALIKE;
        let (symbol, _) = moves.first().filter(|_| is_step)?;
        let usual = sizes().sum::<f64>() / of_count(moves.len());
        Some(
            Finding::new(
                Code::SeamJump,
                format!(
                    "{} by {:+.1} % on {}, where the bars pass from {} to this file",
                    match moves.len() {
                        1 => format!("`{symbol}` moves"),
                        many => format!("{} move alike", counted(many, "symbol")),
                    },
                    usual * PER_CENT,
                    self.date,
                    path_of(files, self.from)
                ),
            )
            .file(path_of(files, self.to))
            .symbol(symbol)
            .bars(moves.iter().map(|(symbol, _)| symbol.clone()), Some(self.date))
            .observed(format!("{:+.1} %", usual * PER_CENT))
            .expected("closes of one scale in all files")
            .hint("export the whole history into one file, so that all closes are adjusted alike"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(closes: &[(&str, f64, f64)]) -> bool {
        let days = ["2025-03-28", "2025-03-31"].map(|day| day.parse().unwrap());
        let mut seams = Seams::default();
        for (symbol, before, after) in closes {
            let history = History::from_closes(days.into_iter().zip([*before, *after]));
            seams.add(&Symbol::parse(symbol).unwrap(), &history, &vec![(0, 0), (1, 1)], None);
        }
        let files = ["old.csv", "new.csv"].map(|path| PriceFile::from(path.to_owned()));
        !seams.findings(&files).is_empty()
    }

    #[test]
    fn four_symbols_that_move_alike_by_more_than_3_percent_make_a_step() {
        let closes =
            |last: f64| [("A", 100.0, 96.0), ("B", 50.0, 48.0), ("C", 10.0, 9.6), ("D", 100.0, last)];
        assert!(found(&closes(96.4)));
        // 0.6 % apart; one of them by 3 % or less.
        assert!(!found(&closes(96.6)));
        assert!(!found(&[("A", 100.0, 97.2), ("B", 50.0, 48.6), ("C", 10.0, 9.72), ("D", 100.0, 97.2)]));
    }

    #[test]
    fn fewer_symbols_must_move_by_more_than_15_percent() {
        assert!(found(&[("A", 100.0, 116.0), ("B", 50.0, 58.0)]));
        assert!(!found(&[("A", 100.0, 115.0)]));
        assert!(!found(&[("A", 100.0, 116.0), ("B", 50.0, 60.0)]));
    }

    #[test]
    fn a_seam_out_of_reach_is_passed_over() {
        let days = ["2025-03-28", "2025-03-31"].map(|day| day.parse().unwrap());
        let history = History::from_closes(days.into_iter().zip([100.0, 50.0]));
        let mut seams = Seams::default();
        seams.add(&Symbol::literal("A"), &history, &vec![(0, 0), (1, 1)], Some(days[1]));
        assert!(seams.0.is_empty());
    }
}
