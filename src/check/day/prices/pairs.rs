//! A leveraged fund against the index that it follows: one wrong close in either of them, or a file a day late.

use super::common_closes;
use crate::check::day::Day;
use crate::finding::{Code, Finding};
use crate::market::needs::Reach;
use crate::market::window::Window;
use crate::number::of_count;
use crate::strategy::contract::LeveredPair;
use crate::symbol::Symbol;

/// So many common returns are compared.
const RETURNS: usize = 60;

/// How many bars of each series are looked through for them.
const BARS: usize = 2 * RETURNS;

/// What the fund moves when its index moves by 1. Real pairs have 2.62 to 3.11.
const SLOPES: std::ops::RangeInclusive<f64> = 2.4..=3.4;

/// Finds that the fund of a pair does not follow its index.
pub fn examine(day: &Day<'_>) -> Option<Finding> {
    // With another benchmark the fund is another index's.
    let is_read = |pair: &LeveredPair| day.needs.symbols.contains_key(&Symbol::literal(pair.index));
    let pair = day.profile.strategy.facts().levered_pair.filter(is_read)?;
    let inputs = day.inputs.within(Reach::bars(BARS));
    let [index, fund] = [pair.index, pair.fund].map(|symbol| inputs.window(&Symbol::literal(symbol)));
    pair_mismatch(pair, index?, fund?)
}

fn pair_mismatch(pair: LeveredPair, index: Window<'_>, fund: Window<'_>) -> Option<Finding> {
    let LeveredPair { index: index_symbol, fund: fund_symbol, least_correlation } = pair;
    let returns = common_returns(index, fund);
    if returns.len() < RETURNS {
        return None;
    }
    let (correlation, slope) = line(&returns)?;
    (correlation < least_correlation || !SLOPES.contains(&slope)).then(|| {
        Finding::new(
            Code::PairMismatch,
            format!(
                "`{fund_symbol}` does not follow `{index_symbol}` over the newest {RETURNS} common returns: \
                 correlation {correlation:.3}, slope {slope:.2}"
            ),
        )
        .symbol(&Symbol::literal(index_symbol))
        .observed(format!("correlation {correlation:.3}, slope {slope:.2}"))
        .expected(format!(
            "a correlation of at least {least_correlation}, a slope from {} to {}",
            SLOPES.start(),
            SLOPES.end()
        ))
        .hint_with_code(&format!(
            "compare the newest closes of `{index_symbol}` and `{fund_symbol}` with another source; `--allow {{code}}` \
             decides anyway"
        ))
    })
}

/// The newest returns of both series between neighbouring dates on which both have a close, newest first.
fn common_returns(index: Window<'_>, fund: Window<'_>) -> Vec<(f64, f64)> {
    let closes: Vec<(f64, f64)> = common_closes(index, fund).take(RETURNS + 1).collect();
    closes
        .iter()
        .zip(closes.iter().skip(1))
        .map(|(newer, older)| (newer.0 / older.0 - 1.0, newer.1 / older.1 - 1.0))
        .collect()
}

/// Correlation and slope of the least-squares line with intercept; `None` where one of the two stands still.
fn line(returns: &[(f64, f64)]) -> Option<(f64, f64)> {
    let count = of_count(returns.len());
    let mean = |value: fn(&(f64, f64)) -> f64| returns.iter().map(value).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |value: &dyn Fn(f64, f64) -> f64| -> f64 {
        returns.iter().map(|(x, y)| value(x - mean_x, y - mean_y)).sum()
    };
    let (xx, yy, xy) = (sum(&|x, _| x * x), sum(&|_, y| y * y), sum(&|x, y| x * y));
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt(), xy / xx))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::calendar::Calendar;
    use crate::market::history::History;

    const NASDAQ: LeveredPair = LeveredPair { index: "QQQ", fund: "TQQQ", least_correlation: 0.98 };

    /// An index that moves by 1 % up and 0.8 % down in turn, and a fund of three times that; both after a change.
    fn found(change: impl FnOnce(&mut [f64], &mut [f64])) -> Option<String> {
        let moves = (0..80).map(|day| if day % 2 == 0 { 0.01 } else { -0.008 });
        let (mut index, mut fund) = (vec![100.0], vec![50.0]);
        for step in moves {
            index.push(index.last().unwrap() * (1.0 + step));
            fund.push(fund.last().unwrap() * (1.0 + 3.0 * step));
        }
        change(&mut index, &mut fund);
        let history = |closes: Vec<f64>| {
            let first = "2025-01-02".parse().unwrap();
            let sessions = Calendar::default().next_sessions(first, closes.len()).unwrap();
            History::from_closes(sessions.into_iter().zip(closes))
        };
        let (index, fund) = (history(index), history(fund));
        pair_mismatch(NASDAQ, index.window(), fund.window()).and_then(|finding| finding.observed)
    }

    #[test]
    fn a_fund_that_follows_is_silent() {
        assert_eq!(found(|_, _| {}), None);
    }

    #[test]
    fn one_wrong_close_parts_the_pair() {
        assert!(found(|index, _| index[70] *= 1.08).is_some());
        // Out of the newest 60 returns it does not count: closes 20 to 80 make them.
        assert_eq!(found(|index, _| index[19] *= 1.08), None);
    }

    #[test]
    fn a_fund_of_twice_the_return_is_another_fund() {
        let twice = |index: &mut [f64], fund: &mut [f64]| {
            for place in 1..fund.len() {
                fund[place] = fund[place - 1] * (1.0 + 2.0 * (index[place] / index[place - 1] - 1.0));
            }
        };
        assert_eq!(found(twice).as_deref(), Some("correlation 1.000, slope 2.00"));
    }
}
