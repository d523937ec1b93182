//! The whole-share accounts beside the model account.

use std::collections::BTreeMap;

use chrono::Datelike;

use super::calendar::points;
use super::cards::or_dash;
use super::chart::{Chart, Curve};
use super::scale::{COLUMNS, HeightScale, TimeScale, linear_ticks};
use crate::amount::{percent_with, rough_percent, signed, usd};
use crate::number::of_count;
use crate::replay::Replay;
use crate::replay::figures::Figures;
use crate::replay::history::{Close, History};

/// Pixels of height of the pictures of gaps.
const GAP_HEIGHT: f64 = 110.0;

/// A whole-share account, or the model.
pub(super) struct AccountRow {
    pub name: String,
    pub final_equity: String,
    pub total_return: String,
    pub cagr: String,
    pub cagr_gap: String,
    pub weight_gap: String,
    pub cash: String,
    pub cost: String,
}

pub(super) fn accounts(replay: &Replay, zh: bool) -> Vec<AccountRow> {
    if replay.accounts.is_empty() {
        return Vec::new();
    }
    let model = if zh { "模型" } else { "model" };
    let row = |name: String, figures: &Figures| AccountRow {
        name,
        final_equity: or_dash(figures.final_equity_usd, usd),
        total_return: or_dash(figures.total_return, points),
        cagr: or_dash(figures.cagr, points),
        cagr_gap: or_dash(figures.cagr_gap, |gap| signed(&percent_with(gap, 2), gap)),
        weight_gap: or_dash(figures.weight_gap, |gap| percent_with(gap, 2)),
        cash: or_dash(figures.average_cash, rough_percent),
        cost: or_dash(figures.cost_usd, usd),
    };
    let own = replay.accounts.iter().map(|account| row(format!("{} USD", account.name), &account.figures));
    std::iter::once(row(model.to_owned(), &replay.model.figures)).chain(own).collect()
}

/// The styles of the whole-share accounts, in order.
const ACCOUNT_CLASSES: [&str; 4] = ["a1", "a2", "a3", "a4"];

/// The pictures of the gaps in value and in weights of the first whole-share accounts; `None` without any.
pub(super) fn gaps(replay: &Replay, time: TimeScale<'_>) -> Option<(Chart, Chart)> {
    let model = &replay.model.history;
    let values = model.values();
    let in_value =
        |own: &History| own.values().iter().zip(&values).map(|(own, model)| own / model - 1.0).collect();
    let in_weights = |own: &History| monthly(own, model);
    (!replay.accounts.is_empty()).then(|| (chart(replay, time, in_value), chart(replay, time, in_weights)))
}

fn chart(replay: &Replay, time: TimeScale<'_>, gap: impl Fn(&History) -> Vec<f64>) -> Chart {
    let accounts = || replay.accounts.iter().zip(ACCOUNT_CLASSES);
    let series: Vec<Vec<f64>> = accounts().map(|(account, _)| gap(&account.history)).collect();
    let all = || series.iter().flatten().copied();
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.002, f64::max));
    let height = HeightScale::new(low, high, GAP_HEIGHT, false);
    let curves: Vec<Curve<'_>> = accounts()
        .zip(&series)
        .map(|((account, class), values)| Curve {
            class,
            label: account.name.clone(),
            value: values.last().map_or_else(String::new, |gap| percent_with(*gap, 1)),
            values,
        })
        .collect();
    let columns = (COLUMNS / of_count(curves.len().max(1))).round();
    let decimals = if high - low < 0.04 { 1 } else { 0 };
    let ticks = linear_ticks(low, high, 3).into_iter().map(|tick| (tick, percent_with(tick, decimals)));
    Chart::new(time, height, columns, curves, ticks)
}

/// The mean weight gap of each session's month.
fn monthly(own: &History, model: &History) -> Vec<f64> {
    let mut sums: BTreeMap<(i32, u32), (f64, usize)> = BTreeMap::new();
    let month = |close: &Close| (close.date.year(), close.date.month());
    for (own, model) in own.closes.iter().zip(&model.closes) {
        let slot = sums.entry(month(own)).or_default();
        *slot = (slot.0 + own.weight_gap(model), slot.1 + 1);
    }
    let mean = |close| sums.get(&month(close)).map_or(0.0, |(sum, count)| sum / of_count(*count));
    own.closes.iter().map(mean).collect()
}
