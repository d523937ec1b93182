//! The figures of a replay, each with its definition beside it.

use crate::amount::{grouped, grouped_count, rough_percent};
use crate::number::{Number, of_count};
use crate::replay::Replay;
use crate::replay::figures::Figures;

/// A figure; its label and its definition stand in the templates, under its key.
pub(super) struct Card {
    pub key: &'static str,
    pub value: String,
    /// The benchmark's; blank where there is none.
    pub benchmark: String,
}

const DASH: &str = "–";

pub(super) fn or_dash(value: Option<Number>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| DASH.to_owned(), |number| text(number.0))
}

/// How a figure reads; `None` without it.
type Text = fn(&Figures) -> Option<String>;

fn text(figure: Option<Number>, words: fn(f64) -> String) -> Option<String> {
    figure.map(|number| words(number.0))
}

fn two_decimals(number: f64) -> String {
    grouped(number, 2)
}

fn whole(number: f64) -> String {
    grouped(number, 0)
}

fn count(count: Option<usize>) -> Option<String> {
    count.map(|count| whole(of_count(count)))
}

/// The figures that the benchmark has too.
const OF_BOTH: [(&str, Text); 8] = [
    ("total_return", |of| text(of.total_return, rough_percent)),
    ("cagr", |of| text(of.cagr, rough_percent)),
    ("volatility", |of| text(of.volatility, rough_percent)),
    ("sharpe", |of| text(of.sharpe, two_decimals)),
    ("max_drawdown", |of| text(of.max_drawdown, rough_percent)),
    ("longest_drawdown_days", |of| of.longest_drawdown_days.map(|days| grouped_count(days.unsigned_abs()))),
    ("calmar", |of| text(of.calmar, two_decimals)),
    ("final_equity_usd", |of| text(of.final_equity_usd, whole)),
];

/// The figures that the account alone has.
const OF_ACCOUNT: [(&str, Text); 9] = [
    ("turnover_per_year", |of| text(of.turnover_per_year, |turnover| format!("{turnover:.2} ×"))),
    ("cost_usd", |of| text(of.cost_usd, whole)),
    ("trade_sessions_per_year", |of| text(of.trade_sessions_per_year, |sessions| grouped(sessions, 1))),
    ("average_invested", |of| text(of.average_invested, rough_percent)),
    ("average_cash", |of| text(of.average_cash, rough_percent)),
    ("decisions", |of| count(of.decisions)),
    ("changes", |of| count(of.changes)),
    ("blocked", |of| count(of.blocked)),
    ("first_fill", |of| of.first_fill.map(|day| day.to_string())),
];

/// The figures that hold the account against the benchmark.
const AGAINST_BENCHMARK: [(&str, Text); 2] =
    [("correlation", |of| text(of.correlation, two_decimals)), ("beta", |of| text(of.beta, two_decimals))];

pub(super) fn cards(replay: &Replay) -> Vec<Card> {
    let theirs = replay.benchmark_figures.as_ref();
    let drawn = |figures: &Figures, text: Text| text(figures).unwrap_or_else(|| DASH.to_owned());
    let card = |&(key, text): &(&'static str, Text), theirs: Option<&Figures>| Card {
        key,
        value: drawn(&replay.model.figures, text),
        benchmark: theirs.map(|theirs| drawn(theirs, text)).unwrap_or_default(),
    };
    let against = AGAINST_BENCHMARK.iter().filter(|_| replay.benchmark.is_some());
    let own = OF_ACCOUNT.iter().chain(against).map(|figure| card(figure, None));
    OF_BOTH.iter().map(|figure| card(figure, theirs)).chain(own).collect()
}

/// The peak, the trough and the recovery of the deepest drawdown; blank without one.
pub(super) fn drawdown_spell(own: &Figures) -> String {
    let Some((peak, trough)) = own.drawdown_peak.zip(own.drawdown_trough) else { return String::new() };
    let recovered = own.drawdown_recovered.map_or_else(|| DASH.to_owned(), |day| day.to_string());
    format!("({peak} → {trough} → {recovered})")
}
