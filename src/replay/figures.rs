//! The figures of an account, each by the one definition that the report prints under it.

use chrono::NaiveDate;
use serde::Serialize;

use super::history::{Benchmark, History, Tally};
use super::weights::NEGLIGIBLE_TURNOVER;
use crate::number::{Number, of_count};
use crate::statistics;
use crate::symbol::Symbol;

/// Sessions of a year, by which daily figures become yearly ones.
pub(crate) const SESSIONS_OF_A_YEAR: f64 = 252.0;

/// Days of a year, over which growth and turnover are counted.
pub(crate) const DAYS_OF_A_YEAR: f64 = 365.25;

/// The figures of a curve of values: what an account and the benchmark share.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CurveFigures {
    /// The growth from the first session to the last, as a ratio.
    pub total_return: Option<Number>,
    /// The equity at the last close in US dollars.
    pub final_equity_usd: Option<Number>,
    /// The yearly growth as a ratio; `null` under one year.
    pub cagr: Option<Number>,
    /// The yearly standard deviation of the returns.
    pub volatility: Option<Number>,
    /// Mean over standard deviation of the returns, yearly; no interest is taken off.
    pub sharpe: Option<Number>,
    /// The deepest fall from a peak, as a ratio of 0 or below.
    pub max_drawdown: Option<Number>,
    /// The last day at the peak before the deepest fall.
    pub drawdown_peak: Option<NaiveDate>,
    /// The first day at its trough.
    pub drawdown_trough: Option<NaiveDate>,
    /// The first day after it at or above the peak; `null` while it lasts.
    pub drawdown_recovered: Option<NaiveDate>,
    /// The calendar days of the longest spell below a peak.
    pub longest_drawdown_days: Option<i64>,
    /// The yearly growth over the deepest fall; `null` without one.
    pub calmar: Option<Number>,
}

/// The figures of an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Figures {
    /// Those of its curve.
    #[serde(flatten)]
    pub curve: CurveFigures,
    /// The sum of the turnovers, a year.
    pub turnover_per_year: Option<Number>,
    /// The sum of the costs in US dollars.
    pub cost_usd: Option<Number>,
    /// The sessions with a fill, a year.
    pub trade_sessions_per_year: Option<Number>,
    /// The mean share of the equity outside the safe haven and cash.
    pub average_invested: Option<Number>,
    /// The mean share of the equity in cash.
    pub average_cash: Option<Number>,
    /// Actionable decisions.
    pub decisions: Option<usize>,
    /// Actionable decisions that differ from the one before.
    pub changes: Option<usize>,
    /// Blocked decisions.
    pub blocked: Option<usize>,
    /// The first session with a fill.
    pub first_fill: Option<NaiveDate>,
    /// The benchmark's growth over the same sessions.
    pub benchmark_total_return: Option<Number>,
    /// The benchmark's yearly growth.
    pub benchmark_cagr: Option<Number>,
    /// The benchmark's deepest fall.
    pub benchmark_max_drawdown: Option<Number>,
    /// The correlation of the returns with the benchmark's.
    pub correlation: Option<Number>,
    /// The slope of the returns on the benchmark's.
    pub beta: Option<Number>,
    /// A whole-share account's yearly growth less the model's.
    pub cagr_gap: Option<Number>,
    /// The mean difference of a whole-share account's weights from the model's.
    pub weight_gap: Option<Number>,
}

/// The deepest fall of a curve and its longest spell below a peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Drawdown {
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
    pub(crate) fn new(dates: &[NaiveDate], values: &[f64]) -> Self {
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

/// What a curve is measured over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span<'a> {
    /// The sessions, at least one.
    pub sessions: &'a [NaiveDate],
}

impl Span<'_> {
    /// Years from the first session to the last.
    pub(crate) fn years(&self) -> f64 {
        match (self.sessions.first(), self.sessions.last()) {
            (Some(&first), Some(&last)) => {
                of_count((last - first).num_days().unsigned_abs() as usize) / DAYS_OF_A_YEAR
            }
            _ => 0.0,
        }
    }
}

/// The figures of a curve: its values, one a session, and its returns, one less.
pub(crate) fn of_curve(
    span: Span<'_>,
    values: &[f64],
    returns: &[f64],
    final_equity_usd: f64,
) -> CurveFigures {
    let mut figures = CurveFigures { final_equity_usd: finite(final_equity_usd), ..CurveFigures::default() };
    let Some(&last) = values.last().filter(|_| returns.len() >= 2) else { return figures };
    let years = span.years();
    let drawdown = Drawdown::new(span.sessions, values);
    let cagr = (years >= 1.0).then(|| last.powf(1.0 / years) - 1.0);
    figures.total_return = finite(last - 1.0);
    figures.cagr = cagr.and_then(finite);
    let deviation = statistics::sample_deviation(returns);
    figures.volatility = deviation.and_then(|deviation| finite(deviation * SESSIONS_OF_A_YEAR.sqrt()));
    figures.sharpe = deviation
        .filter(|deviation| *deviation > 0.0)
        .and_then(|deviation| finite(statistics::mean(returns)? / deviation * SESSIONS_OF_A_YEAR.sqrt()));
    figures.max_drawdown = finite(drawdown.depth);
    figures.drawdown_peak = drawdown.spell.map(|(peak, _)| peak);
    figures.drawdown_trough = drawdown.spell.map(|(_, trough)| trough);
    figures.drawdown_recovered = drawdown.recovered;
    figures.longest_drawdown_days = Some(drawdown.longest_days);
    figures.calmar =
        cagr.filter(|_| drawdown.depth < 0.0).and_then(|cagr| finite(cagr / drawdown.depth.abs()));
    figures
}

/// The figures of an account.
pub(crate) fn of_account(
    span: Span<'_>,
    history: &History,
    safe_havens: &[Symbol],
    benchmark: Option<&Benchmark>,
) -> Figures {
    let returns = history.returns();
    let final_equity = history.closes.last().map_or(0.0, |close| close.equity_usd);
    let curve = of_curve(span, &history.values(), &returns, final_equity);
    let Tally { decisions, changes, blocked, first_fill, .. } = history.tally;
    let mut figures = Figures {
        curve,
        decisions: Some(decisions),
        changes: Some(changes),
        blocked: Some(blocked),
        first_fill,
        ..Figures::default()
    };
    if returns.len() < 2 {
        return figures;
    }
    let years = span.years();
    let closes = &history.closes;
    let traded = closes.iter().filter(|close| close.turnover > NEGLIGIBLE_TURNOVER).count();
    figures.turnover_per_year = finite(closes.iter().map(|close| close.turnover).sum::<f64>() / years);
    figures.cost_usd = finite(closes.iter().map(|close| close.cost_usd).sum::<f64>());
    figures.trade_sessions_per_year = finite(of_count(traded) / years);
    let sessions = of_count(closes.len());
    let invested = closes.iter().map(|close| {
        1.0 - safe_havens.iter().map(|symbol| close.weight(symbol)).sum::<f64>() - close.cash_ratio()
    });
    figures.average_invested = finite(invested.sum::<f64>() / sessions);
    figures.average_cash =
        finite(closes.iter().map(super::history::Close::cash_ratio).sum::<f64>() / sessions);
    if let Some(benchmark) = benchmark {
        let theirs = of_curve(span, &benchmark.values, &benchmark.returns, 1.0);
        figures.benchmark_total_return = theirs.total_return;
        figures.benchmark_cagr = theirs.cagr;
        figures.benchmark_max_drawdown = theirs.max_drawdown;
        (figures.correlation, figures.beta) = against(&returns, &benchmark.returns);
    }
    figures
}

/// Adds what a whole-share account has besides: its gaps from the model.
pub(crate) fn add_gaps(figures: &mut Figures, history: &History, model: &Figures, model_history: &History) {
    if history.closes.len() < 3 {
        return;
    }
    figures.cagr_gap =
        figures.curve.cagr.zip(model.curve.cagr).and_then(|(own, model)| finite(own.0 - model.0));
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
