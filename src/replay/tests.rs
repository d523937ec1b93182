use super::FillAt;
use super::figures::{self, Drawdown};
use super::files::shortest;
use super::holdings::{Holdings, Lots};
use super::quotes::{Product, Quotes, Step};
use super::schedule::{Cadence, Schedule};
use super::walk::Book;
use super::weights::ConstantWeights;
use super::worked::{SESSIONS, Scripted, bars, date, market, model, near, sessions, terms, walked, worked};
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::symbol::Symbol;

/// Orders A 50 and B 25; day 2 would cost 50 * 11 + 25 * 20 = 1,050 and k = 1000 / (1050 * 1.001) = 1000 / 1051.05.
#[test]
fn the_worked_example_of_a_model_account() {
    let (market, script) = worked();
    let state = walked(&market, &terms(FillAt::NextClose, 10.0), &script, model(1000.0));
    let closes = &state.history.closes;
    near(closes[1].cost_usd, 0.999_000_999);
    near(closes[1].turnover, 0.999_000_999);
    near(closes[1].portfolio_return.unwrap(), -0.000_999_001);
    near(closes[2].portfolio_return.unwrap(), 0.028_571_428_571);
    near(closes[3].cost_usd, 0.575_614_861_329);
    near(closes[3].turnover, 0.536_585_365_854);
    near(closes[3].portfolio_return.unwrap(), 0.043_421_296_296);
    near(closes[4].equity_usd, 1_072.161_172_161);
    assert_eq!(closes[0].portfolio_return, None);
    let tally = &state.history.tally;
    assert_eq!((tally.decisions, tally.changes, tally.first_fill), (2, 2, Some(date(SESSIONS[1]))));
    let rows = state.diary.unwrap().rows;
    let said: Vec<_> = rows.iter().map(|row| (row.data_date.to_string(), row.repeats)).collect();
    assert_eq!(
        said[..3],
        [(SESSIONS[0].to_owned(), 0), (SESSIONS[1].to_owned(), 0), (SESSIONS[2].to_owned(), 0)]
    );
    assert_eq!(said[3], (SESSIONS[3].to_owned(), 1));
    near(rows[2].fill.unwrap().turnover, 0.536_585_365_854);
    assert_eq!(rows[1].fill, None);
}

/// 47 A and 23 B on day 2: floor(50 * k) = floor(47.57), floor(25 * k) = floor(23.79); 977 USD, cost 0.977.
#[test]
fn the_worked_example_in_whole_shares() {
    let (market, script) = worked();
    let book = Book::Holdings(Holdings::new(1000.0, Lots::Whole));
    let state = walked(&market, &terms(FillAt::NextClose, 10.0), &script, book);
    let closes = &state.history.closes;
    near(closes[1].cost_usd, 0.977);
    near(closes[1].cash_usd, 1000.0 - 977.0 - 0.977);
    near(closes[4].cash_usd, 4.9378);
    near(closes[4].equity_usd, 51.0 * 20.9 + 4.9378);
}

/// The order is sized at 10 and filled at the open, 8: 50 shares cost 400 of 500.
#[test]
fn an_order_is_filled_at_the_open_and_sized_at_the_close() {
    let mut market = market(&[("A", &[10.0, 11.0, 11.0, 11.0, 11.0])]);
    let history = market.get_mut(&Symbol::literal("A")).unwrap();
    history.opens = vec![None, Some(8.0), None, None, None];
    let script = Scripted::new(&[(0, &[("A", 0.5)])]);
    let state = walked(&market, &terms(FillAt::NextOpen, 0.0), &script, model(1000.0));
    near(state.history.closes[1].cash_usd, 600.0);
    near(state.history.closes[1].equity_usd, 600.0 + 550.0);
    near(state.history.closes[1].turnover, 0.4);
}

/// A has no bar on the second day: its buy lapses, and on the third it is sold at the close of the first.
#[test]
fn a_buy_without_a_bar_lapses_and_a_sell_is_done_at_the_newest_close() {
    let flat: [Option<f64>; 5] = [Some(10.0), None, Some(10.0), None, Some(10.0)];
    let market: Market = [(Symbol::literal("A"), bars(&flat))].into();
    let script = Scripted::new(&[(0, &[("A", 1.0)]), (1, &[("A", 1.0)]), (2, &[])]);
    let state = walked(&market, &terms(FillAt::NextClose, 0.0), &script, model(100.0));
    let turnovers: Vec<f64> = state.history.closes.iter().map(|close| close.turnover).collect();
    assert_eq!(turnovers, [0.0, 0.0, 1.0, 1.0, 0.0]);
    assert_eq!(state.notes.unfilled, [(date(SESSIONS[1]), Symbol::literal("A"))]);
    assert_eq!(state.notes.stale, [(date(SESSIONS[3]), Symbol::literal("A"))]);
}

#[test]
fn a_target_without_a_close_stays_in_cash_and_is_noted() {
    let market = market(&[("A", &[10.0; 5])]);
    let script = Scripted::new(&[(0, &[("A", 0.25), ("BOXX", 0.75)])]);
    let state = walked(&market, &terms(FillAt::NextClose, 0.0), &script, model(100.0));
    near(state.history.closes[4].cash_usd, 75.0);
    let idle = state.notes.unpriced[&Symbol::literal("BOXX")];
    assert_eq!((idle.sessions, idle.first, idle.last), (5, date(SESSIONS[0]), date(SESSIONS[4])));
}

/// 5 % a year over the three calendar days from Friday to Monday: 1.05^(3/365).
#[test]
fn cash_earns_interest_over_calendar_days() {
    let mut holdings = Holdings::new(100.0, Lots::Fractions);
    holdings.earn_interest(0.05, 3);
    near(holdings.cash_usd, 100.0 * 1.05_f64.powf(3.0 / 365.0));
}

/// A change of 4 % is below the threshold of 5 %; an exit of 4 % is made all the same.
#[test]
fn the_threshold_leaves_small_changes_alone_but_no_exit() {
    let held = {
        let mut held = Holdings::new(96.0, Lots::Fractions);
        held.shares.insert(Symbol::literal("A"), 4.0);
        held
    };
    let close = |_: &Symbol| Some(1.0);
    let target = |target: f64| [(Symbol::literal("A"), target)].into();
    assert_eq!(held.size(&target(8.0), 100.0, 5.0, close).orders, []);
    assert_eq!(held.size(&target(0.0), 100.0, 5.0, close).orders[0].shares, -4.0);
    assert_eq!(held.size(&target(9.5), 100.0, 5.0, close).orders[0].shares, 5.5);
}

/// The weights change at the second close; the third return pays T * c = 1 * 0.01 and earns 10 %.
#[test]
fn constant_weights_pay_on_the_session_after_the_change() {
    let market = market(&[("A", &[10.0, 10.0, 11.0, 11.0, 11.0])]);
    let script = Scripted::new(&[(0, &[("A", 1.0)])]);
    let book = Book::Weights(ConstantWeights::new(Symbol::literal("SAFE"), 1000.0));
    let state = walked(&market, &terms(FillAt::NextClose, 100.0), &script, book);
    let closes = &state.history.closes;
    assert_eq!(closes[1].turnover, 0.0);
    near(closes[1].weight(&Symbol::literal("A")), 1.0);
    near(closes[2].portfolio_return.unwrap(), 0.09);
    near(closes[2].turnover, 1.0);
    near(closes[2].cost_usd, 10.0);
    assert_eq!(state.history.tally.first_fill, Some(date(SESSIONS[1])));
    let fill = state.diary.unwrap().rows[0].fill.unwrap();
    assert_eq!((fill.date, fill.turnover), (date(SESSIONS[1]), 1.0));
}

/// A 2x product on an underlying that rises by 10 %, then falls by 5 %, at 2.52 % a year: 100 * (1 + 0.2 - 0.0001), and
/// that times (1 - 0.1 - 0.0001). Its own first close is on the fourth day.
#[test]
fn a_made_product_has_prices_until_its_first_close() {
    let mut market = market(&[("U", &[10.0, 11.0, 10.45, 10.45, 10.45])]);
    market.insert(Symbol::literal("X"), bars(&[None, None, None, Some(50.0), Some(51.0)]));
    let product = Product { underlying: Symbol::literal("U"), leverage: 2.0 };
    let products = [(Symbol::literal("X"), product)].into();
    let quotes = Quotes::with_products(&market, &products, 0.0252, &sessions());
    let price =
        |place: usize, step| quotes.quote(&Symbol::literal("X"), date(SESSIONS[place]), step).unwrap().close;
    near(price(0, Step::Decide), 100.0);
    near(price(1, Step::Decide), 119.99);
    near(price(2, Step::Fill), 119.99 * 0.8999);
    assert_eq!((price(3, Step::Decide), price(4, Step::Fill)), (50.0, 51.0));
    let made = price(3, Step::Fill);
    near(made, 119.99 * 0.8999 * 0.9999);
    near(quotes.conversion(&Symbol::literal("X"), date(SESSIONS[3])).unwrap(), made / 50.0);
    assert_eq!(quotes.conversion(&Symbol::literal("X"), date(SESSIONS[2])), None);
}

/// Peak 1.2 on the second and again on the third day, trough 0.9 = 1.2 * (1 - 25 %), back on the fifth.
#[test]
fn a_drawdown_runs_from_the_last_day_at_the_peak() {
    let drawdown = Drawdown::new(&sessions(), &[1.0, 1.2, 1.2, 0.9, 1.2]);
    near(drawdown.depth, -0.25);
    assert_eq!(drawdown.spell, Some((date(SESSIONS[2]), date(SESSIONS[3]))));
    assert_eq!((drawdown.recovered, drawdown.longest_days), (Some(date(SESSIONS[4])), 2));
    let lasting = Drawdown::new(&sessions(), &[1.0, 0.9, 0.8, 0.8, 0.9]);
    assert_eq!((lasting.recovered, lasting.longest_days), (None, 4));
    assert_eq!(lasting.spell, Some((date(SESSIONS[0]), date(SESSIONS[2]))));
    let rising = Drawdown::new(&sessions(), &[1.0, 1.0, 1.1, 1.2, 1.3]);
    assert_eq!((rising.depth, rising.spell, rising.longest_days), (0.0, None, 0));
}

/// Returns 0.1 and -0.05 twice: mean 0.025, deviations 0.075, sd = sqrt(4 * 0.075^2 / 3) = 0.0866025.
#[test]
fn figures_have_the_definitions_that_the_report_prints() {
    let days = sessions();
    let returns = [0.1, -0.05, 0.1, -0.05];
    let mut values = vec![1.0];
    for growth in returns {
        values.push(values.last().unwrap() * (1.0 + growth));
    }
    let figures = figures::of_curve(&days, &values, &returns, 1092.0);
    let sd = (4.0 * 0.075_f64.powi(2) / 3.0).sqrt();
    near(figures.volatility.unwrap().0, sd * 252_f64.sqrt());
    near(figures.sharpe.unwrap().0, 0.025 / sd * 252_f64.sqrt());
    near(figures.total_return.unwrap().0, 1.1 * 0.95 * 1.1 * 0.95 - 1.0);
    assert_eq!((figures.cagr, figures.calmar), (None, None));
    let flat = figures::of_curve(&days, &[1.0; 5], &[0.0; 4], 1000.0);
    assert_eq!((flat.sharpe, flat.drawdown_peak), (None, None));
    let short = figures::of_curve(&days[..2], &values[..2], &returns[..1], 1100.0);
    assert_eq!((short.total_return, short.final_equity_usd.unwrap().0), (None, 1100.0));
}

/// From 2024-01-02 to 2026-01-01 there are 730 days: 4 ^ (365.25 / 730) - 1.
#[test]
fn growth_is_counted_over_days_of_365_and_a_quarter() {
    let days = [date("2024-01-02"), date("2025-01-02"), date("2026-01-01")];
    let figures = figures::of_curve(&days, &[1.0, 2.0, 4.0], &[1.0, 1.0], 4.0);
    near(figures.cagr.unwrap().0, 4_f64.powf(365.25 / 730.0) - 1.0);
}

#[test]
fn a_snapshot_of_a_saturday_belongs_to_the_friday_before() {
    let snapshots = [date("2025-04-05")];
    let calendar = Calendar::default();
    let (first, last) = (date(SESSIONS[0]), date("2025-04-08"));
    let schedule = Schedule::new(&Cadence::AfterSnapshots, first, last, &snapshots, &calendar);
    let turns: Vec<_> = schedule.turns.iter().flatten().collect();
    assert_eq!(turns.len(), 1);
    assert_eq!((turns[0].data_date, turns[0].as_of), (date(SESSIONS[4]), date("2025-04-07")));
    let daily = Schedule::new(&Cadence::DailyFromSnapshots, first, last, &snapshots, &calendar);
    let first_turn = daily.turns.iter().flatten().next().unwrap();
    assert_eq!((first_turn.data_date, first_turn.as_of), (date("2025-04-07"), date("2025-04-07")));
}

#[test]
fn numbers_have_their_shortest_form() {
    let cases = [
        (0.1, "0.1"),
        (1000.0, "1000"),
        (-0.0, "0"),
        (1e-12, "1e-12"),
        (0.999_000_999_000_999, "0.999000999000999"),
    ];
    for (number, text) in cases {
        assert_eq!(shortest(number), text);
        assert_eq!(text.parse::<f64>().unwrap(), number);
    }
}
