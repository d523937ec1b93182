//! The figures of an account, each by the one definition that the report prints under it.

use chrono::NaiveDate;
use serde::Serialize;

use super::history::{Benchmark, Close, History, Tally};
use super::weights::NEGLIGIBLE_TURNOVER;
use crate::number::{Number, of_count};
use crate::statistics;
use crate::symbol::Symbol;

/// Sessions of a year, by which daily figures become yearly ones.
pub const SESSIONS_OF_A_YEAR: f64 = 252.0;

/// Days of a year, over which growth and turnover are counted.
pub const DAYS_OF_A_YEAR: f64 = 365.25;

/// Makes `Figures` of lines `key: Type,`, each with its doc: a field `key: Option<Type>`, which is the key of the JSON and
/// the column of `summary.csv`; and `cells()`, the pairs `("key", text)` in this order. The benchmark has those
/// down to `calmar` alone.
macro_rules! figures {
    ($($(#[$doc:meta])* $key:ident: $kind:ty,)+) => {
        /// The figures of an account.
        #[derive(Clone, Debug, Default, PartialEq, Serialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        pub struct Figures {
            $($(#[$doc])* pub $key: Option<$kind>,)+
        }

        impl Figures {
            /// Every figure with its key as CSV has it, blank where there is none.
            pub fn cells(&self) -> Vec<(&'static str, String)> {
                vec![$((stringify!($key), self.$key.map(|figure| figure.to_string()).unwrap_or_default()),)+]
            }
        }
    };
}

figures! {
    /// The growth from the first session to the last, as a ratio.
    total_return: Number,
    /// The equity at the last close in US dollars.
    final_equity_usd: Number,
    /// The yearly growth as a ratio; `null` under one year.
    cagr: Number,
    /// The yearly standard deviation of the returns.
    volatility: Number,
    /// Mean over standard deviation of the returns, yearly; no interest is taken off.
    sharpe: Number,
    /// The deepest fall from a peak, as a ratio of 0 or below.
    max_drawdown: Number,
    /// The last day at the peak before the deepest fall.
    drawdown_peak: NaiveDate,
    /// The first day at its trough.
    drawdown_trough: NaiveDate,
    /// The first day after it at or above the peak; `null` while it lasts.
    drawdown_recovered: NaiveDate,
    /// The calendar days of the longest spell below a peak.
    longest_drawdown_days: i64,
    /// The yearly growth over the deepest fall; `null` without one.
    calmar: Number,
    /// The sum of the turnovers, a year.
    turnover_per_year: Number,
    /// The sum of the costs in US dollars.
    cost_usd: Number,
    /// The sessions with a fill, a year.
    trade_sessions_per_year: Number,
    /// The mean share of the equity outside the safe haven and cash.
    average_invested: Number,
    /// The mean share of the equity in cash.
    average_cash: Number,
    /// Actionable decisions.
    decisions: usize,
    /// Actionable decisions that differ from the one before.
    changes: usize,
    /// Blocked decisions.
    blocked: usize,
    /// The first session with a fill.
    first_fill: NaiveDate,
    /// The benchmark's growth over the same sessions.
    benchmark_total_return: Number,
    /// The benchmark's yearly growth.
    benchmark_cagr: Number,
    /// The benchmark's deepest fall.
    benchmark_max_drawdown: Number,
    /// The correlation of the returns with the benchmark's.
    correlation: Number,
    /// The slope of the returns on the benchmark's.
    beta: Number,
    /// A whole-share account's yearly growth less the model's.
    cagr_gap: Number,
    /// The mean difference of a whole-share account's weights from the model's.
    weight_gap: Number,
}

/// The deepest fall of a curve and its longest spell below a peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawdown {
    /// The deepest fall as a ratio, 0 without one.
    pub depth: f64,
    /// Its peak and trough; `None` without one.
    pub spell: Option<(NaiveDate, NaiveDate)>,
    /// The first day at or above the peak again.
    pub recovered: Option<NaiveDate>,
    /// Calendar days of the longest spell below a peak.
    pub longest_days: i64,
}

impl Drawdown {
    /// The drawdown of a curve with a date a value.
    pub fn new(dates: &[NaiveDate], values: &[f64]) -> Self {
        let mut result = Self { depth: 0.0, spell: None, recovered: None, longest_days: 0 };
        let mut peak: Option<(f64, NaiveDate)> = None;
        let (mut is_below, mut deepest_peak) = (false, f64::INFINITY);
        for (&date, &value) in dates.iter().zip(values) {
            if result.spell.is_some() && result.recovered.is_none() && value >= deepest_peak {
                result.recovered = Some(date);
            }
            let (height, since) = *peak.get_or_insert((value, date));
            if value >= height {
                if is_below {
                    result.longest_days = result.longest_days.max((date - since).num_days());
                }
                is_below = false;
                peak = Some((value, date));
                continue;
            }
            is_below = true;
            let depth = value / height - 1.0;
            if depth < result.depth {
                (result.depth, result.spell, result.recovered) = (depth, Some((since, date)), None);
                deepest_peak = height;
            }
        }
        if let (true, Some((_, since)), Some(&last)) = (is_below, peak, dates.last()) {
            result.longest_days = result.longest_days.max((last - since).num_days());
        }
        result
    }
}

/// Years from the first session to the last.
fn years(sessions: &[NaiveDate]) -> f64 {
    let (Some(&first), Some(&last)) = (sessions.first(), sessions.last()) else { return 0.0 };
    of_count((last - first).num_days().unsigned_abs() as usize) / DAYS_OF_A_YEAR
}

/// The figures of a curve: its values, one a session, and its returns, one less.
pub fn of_curve(sessions: &[NaiveDate], values: &[f64], returns: &[f64], final_equity_usd: f64) -> Figures {
    let figures = Figures { final_equity_usd: finite(final_equity_usd), ..Figures::default() };
    let Some(&last) = values.last().filter(|_| returns.len() >= 2) else { return figures };
    let years = years(sessions);
    let drawdown = Drawdown::new(sessions, values);
    let cagr = (years >= 1.0).then(|| last.powf(1.0 / years) - 1.0);
    let deviation = statistics::sample_deviation(returns);
    let sharpe = |deviation: f64| finite(statistics::mean(returns)? / deviation * SESSIONS_OF_A_YEAR.sqrt());
    Figures {
        total_return: finite(last - 1.0),
        cagr: cagr.and_then(finite),
        volatility: deviation.and_then(|deviation| finite(deviation * SESSIONS_OF_A_YEAR.sqrt())),
        sharpe: deviation.filter(|deviation| *deviation > 0.0).and_then(sharpe),
        max_drawdown: finite(drawdown.depth),
        drawdown_peak: drawdown.spell.map(|(peak, _)| peak),
        drawdown_trough: drawdown.spell.map(|(_, trough)| trough),
        drawdown_recovered: drawdown.recovered,
        longest_drawdown_days: Some(drawdown.longest_days),
        calmar: cagr.filter(|_| drawdown.depth < 0.0).and_then(|cagr| finite(cagr / drawdown.depth.abs())),
        ..figures
    }
}

/// The figures of an account.
pub fn of_account(
    sessions: &[NaiveDate],
    history: &History,
    safe_havens: &[Symbol],
    benchmark: Option<&Benchmark>,
) -> Figures {
    let (returns, closes) = (history.returns(), &history.closes);
    let final_equity = closes.last().map_or(0.0, |close| close.equity_usd);
    let Tally { decisions, changes, blocked, first_fill, .. } = history.tally;
    let figures = Figures {
        decisions: Some(decisions),
        changes: Some(changes),
        blocked: Some(blocked),
        first_fill,
        ..of_curve(sessions, &history.values(), &returns, final_equity)
    };
    if returns.len() < 2 {
        return figures;
    }
    let years = years(sessions);
    let sum = |figure: &dyn Fn(&Close) -> f64| closes.iter().map(figure).sum::<f64>();
    let mean = |figure: &dyn Fn(&Close) -> f64| finite(sum(figure) / of_count(closes.len()));
    let traded = closes.iter().filter(|close| close.turnover > NEGLIGIBLE_TURNOVER).count();
    let theirs = benchmark.map(|benchmark| of_curve(sessions, &benchmark.values, &benchmark.returns, 1.0));
    let theirs = theirs.unwrap_or_default();
    let (correlation, beta) =
        benchmark.map_or((None, None), |benchmark| against(&returns, &benchmark.returns));
    Figures {
        turnover_per_year: finite(sum(&|close| close.turnover) / years),
        cost_usd: finite(sum(&|close| close.cost_usd)),
        trade_sessions_per_year: finite(of_count(traded) / years),
        average_invested: mean(&|close| 1.0 - close.weight_of(safe_havens) - close.cash_ratio()),
        average_cash: mean(&Close::cash_ratio),
        benchmark_total_return: theirs.total_return,
        benchmark_cagr: theirs.cagr,
        benchmark_max_drawdown: theirs.max_drawdown,
        correlation,
        beta,
        ..figures
    }
}

/// Adds what a whole-share account has besides: its gaps from the model.
pub fn add_gaps(figures: &mut Figures, history: &History, model: &Figures, model_history: &History) {
    if history.closes.len() < 3 {
        return;
    }
    figures.cagr_gap = figures.cagr.zip(model.cagr).and_then(|(own, model)| finite(own.0 - model.0));
    let gaps = history.closes.iter().zip(&model_history.closes).map(|(own, model)| own.weight_gap(model));
    figures.weight_gap = finite(gaps.sum::<f64>() / of_count(history.closes.len()));
}

/// The correlation of two series and the slope of the first on the second; `None` where a deviation is 0.
fn against(own: &[f64], theirs: &[f64]) -> (Option<Number>, Option<Number>) {
    let (Some(own_mean), Some(their_mean)) = (statistics::mean(own), statistics::mean(theirs)) else {
        return (None, None);
    };
    let (mut own_squares, mut their_squares, mut products) = (0.0, 0.0, 0.0);
    for (own, theirs) in own.iter().zip(theirs) {
        let (own, theirs) = (own - own_mean, theirs - their_mean);
        own_squares += own * own;
        their_squares += theirs * theirs;
        products += own * theirs;
    }
    let beta = (their_squares > 0.0).then(|| products / their_squares);
    let correlation = (own_squares > 0.0 && their_squares > 0.0)
        .then(|| products / (own_squares.sqrt() * their_squares.sqrt()));
    (correlation.and_then(finite), beta.and_then(finite))
}

fn finite(value: f64) -> Option<Number> {
    value.is_finite().then_some(Number(value))
}
