//! Rankings of which most symbols have no momentum.

use super::Day;
use crate::check::day::reads_underlyings;
use crate::finding::{Code, Finding};
use crate::market::momentum::FEWEST_CLOSES;
use crate::market::needs::Necessity;
use crate::number::of_count;
use crate::strategy::Outcome;
use crate::symbol::Symbol;

/// Fewer than this share of the symbols to rank is not a ranking.
const LEAST_RANKED_RATIO: f64 = 0.5;

/// Finds that fewer than half of the symbols to rank have the closes of a momentum.
pub fn too_few<'a>(
    day: &Day<'_>,
    symbols: impl ExactSizeIterator<Item = &'a Symbol>,
    what: &str,
) -> Option<Finding> {
    let all = symbols.len();
    let has_momentum =
        |symbol: &&Symbol| day.inputs.window(symbol).is_some_and(|window| window.len() >= FEWEST_CLOSES);
    let ranked = symbols.filter(has_momentum).count();
    (of_count(ranked) < LEAST_RANKED_RATIO * of_count(all)).then(|| {
        Finding::new(
            Code::FewRanked,
            format!("{ranked} of {all} {what} have the {FEWEST_CLOSES} closes of a momentum"),
        )
        .observed(ranked)
        .expected(format!("at least half of {all}"))
        .values(of_count(ranked), LEAST_RANKED_RATIO * of_count(all))
        .hint_with_code("add the missing closes; `--allow {code}` ranks the others")
    })
}

/// The same of the candidates' underlyings, while the rule reads them: it can do without each, the benchmark aside.
pub fn few_underlyings(day: &Day<'_>, outcome: &Outcome) -> Option<Finding> {
    if !reads_underlyings(day, outcome) {
        return None;
    }
    let skippable = day.needs.symbols.iter().filter(|(_, necessity)| **necessity == Necessity::Skippable);
    let underlyings: Vec<&Symbol> = skippable.map(|(symbol, _)| symbol).collect();
    too_few(day, underlyings.into_iter(), "underlyings")
}
