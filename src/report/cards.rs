//! The figures of a replay, each with its definition beside it.

use crate::amount::{grouped, rough_percent};
use crate::number::{Number, of_count};
use crate::replay::Replay;
use crate::replay::figures::Figures;

/// A figure with its definition.
pub(super) struct Card {
    pub key: &'static str,
    pub value: String,
    pub benchmark: String,
    pub extra: String,
}

const DASH: &str = "–";

pub(super) fn or_dash(value: Option<Number>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| DASH.to_owned(), |number| text(number.0))
}

fn two_decimals(number: f64) -> String {
    grouped(number, 2)
}

pub(super) fn cards(replay: &Replay) -> Vec<Card> {
    let own = &replay.model.figures;
    let theirs = replay.benchmark_figures.as_ref();
    let card = |key, value: String| Card { key, value, benchmark: String::new(), extra: String::new() };
    let both = |key, figure: fn(&Figures) -> Option<Number>, text: fn(f64) -> String| Card {
        benchmark: theirs.map(|theirs| or_dash(figure(theirs), text)).unwrap_or_default(),
        ..card(key, or_dash(figure(own), text))
    };
    let days =
        |figures: &Figures| figures.longest_drawdown_days.map_or_else(|| DASH.to_owned(), grouped_days);
    let spell = match (own.drawdown_peak, own.drawdown_trough) {
        (Some(peak), Some(trough)) => {
            let recovered = own.drawdown_recovered.map_or_else(|| DASH.to_owned(), |day| day.to_string());
            format!("({peak} → {trough} → {recovered})")
        }
        _ => String::new(),
    };
    let count =
        |count: Option<usize>| count.map_or_else(|| DASH.to_owned(), |count| grouped(of_count(count), 0));
    let mut cards = vec![
        both("total_return", |figures| figures.total_return, rough_percent),
        both("cagr", |figures| figures.cagr, rough_percent),
        both("volatility", |figures| figures.volatility, rough_percent),
        both("sharpe", |figures| figures.sharpe, two_decimals),
        Card { extra: spell, ..both("max_drawdown", |figures| figures.max_drawdown, rough_percent) },
        Card { benchmark: theirs.map(days).unwrap_or_default(), ..card("longest_drawdown_days", days(own)) },
        both("calmar", |figures| figures.calmar, two_decimals),
        Card {
            extra: grouped(replay.request.model_equity_usd, 0),
            ..both("final_equity_usd", |figures| figures.final_equity_usd, |usd| grouped(usd, 0))
        },
        card("turnover_per_year", or_dash(own.turnover_per_year, |turnover| format!("{turnover:.2} ×"))),
        card("cost_usd", or_dash(own.cost_usd, |usd| grouped(usd, 0))),
        card("trade_sessions_per_year", or_dash(own.trade_sessions_per_year, |count| grouped(count, 1))),
        card("average_invested", or_dash(own.average_invested, rough_percent)),
        card("average_cash", or_dash(own.average_cash, rough_percent)),
        card("decisions", count(own.decisions)),
        card("changes", count(own.changes)),
        card("blocked", count(own.blocked)),
        card("first_fill", own.first_fill.map_or_else(|| DASH.to_owned(), |day| day.to_string())),
    ];
    if replay.benchmark.is_some() {
        cards.push(card("correlation", or_dash(own.correlation, two_decimals)));
        cards.push(card("beta", or_dash(own.beta, two_decimals)));
    }
    cards
}

fn grouped_days(days: i64) -> String {
    grouped(of_count(usize::try_from(days).unwrap_or_default()), 0)
}
