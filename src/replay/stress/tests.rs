//! The walks under changed conditions, followed by hand.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{MOVES, Row, rows, undone_by};
use crate::account::Account;
use crate::input::prices::PriceFlags;
use crate::market::calendar::Calendar;
use crate::market::history::{History, Market};
use crate::pipeline::{PipelineError, Rules};
use crate::replay::course::Course;
use crate::replay::diary::{Diary, NearestFlip, Ruling};
use crate::replay::facts::Facts;
use crate::replay::figures::{self, Figures};
use crate::replay::folder::Folder;
use crate::replay::quotes::Quotes;
use crate::replay::request::{BenchmarkChoice, Request};
use crate::replay::run::Evidence;
use crate::replay::schedule::{Cadence, Schedule, Turn};
use crate::replay::walk::Decide;
use crate::replay::worked::{SESSIONS, Scripted, date, market, near, terms};
use crate::replay::{Accounting, FillAt};
use crate::strategy::Action;
use crate::symbol::Symbol;

fn request() -> Request {
    Request {
        profile: String::new(),
        prices: PriceFlags::default(),
        rules: Rules::default(),
        snapshots: None,
        from: date(SESSIONS[0]),
        to: None,
        equities: Vec::new(),
        model_equity_usd: 1000.0,
        fill: FillAt::NextClose,
        turnover_cost_bps: 0.0,
        trade_threshold: None,
        cash_rate: None,
        synthetic_products: None,
        accounting: Accounting::Holdings,
        benchmark: Some(BenchmarkChoice::None),
        stress: true,
        flips: false,
    }
}

/// A plain walk up to the last of the five sessions, which is changed.
struct Walked<'a> {
    market: Market,
    cadence: Cadence,
    months: &'a [u32],
    /// The sessions on which snapshots are dated.
    snapshots: &'a [usize],
    first: NaiveDate,
}

impl Walked<'_> {
    /// A walk of the example's sessions.
    fn new(market: Market, cadence: Cadence) -> Self {
        Self { market, cadence, months: &[], snapshots: &[], first: date(SESSIONS[0]) }
    }

    fn rows(self, decider: &dyn Decide, cost_bps: f64) -> Vec<Row> {
        let facts = Facts {
            cadence: self.cadence,
            rebalance_months: self.months.to_vec(),
            managed: BTreeSet::new(),
            safe_havens: vec![Symbol::literal("C")],
        };
        let (calendar, folder) = (Calendar::default(), Folder::default());
        let evidence = Evidence { calendar, market: self.market, folder };
        let dates: Vec<_> = self.snapshots.iter().map(|place| date(SESSIONS[*place])).collect();
        let schedule =
            Schedule::new(&facts.cadence, self.first, date(SESSIONS[4]), &dates, &evidence.calendar);
        let request = request();
        let course = Course {
            plain: Quotes::new(&evidence.market),
            made: None,
            terms: terms(FillAt::NextClose, cost_bps),
            request: &request,
            facts: &facts,
            evidence: &evidence,
            schedule: &schedule,
            decider,
        };
        let model = course.walk().run(course.model(Some(Diary::default()))).unwrap();
        let plain: Figures =
            figures::of_account(&schedule.sessions, &model.history, &facts.safe_havens, None);
        rows(&course, &plain, &model.diary.unwrap()).unwrap()
    }
}

fn ruling() -> Ruling {
    Ruling {
        action: Action::Rebalance,
        targets: BTreeMap::new(),
        signal: None,
        headline: None,
        risk_flags: Vec::new(),
        findings: Vec::new(),
        decision_id: String::new(),
    }
}

/// A closes 10, 11, 12.1, 12.1, 12.1 and B 20, 20, 19, 20.9, 22.99; half of each after day 1, B alone after day 3.
fn example() -> (Market, Scripted) {
    let market = market(&[("A", &[10.0, 11.0, 12.1, 12.1, 12.1]), ("B", &[20.0, 20.0, 19.0, 20.9, 22.99])]);
    (market, Scripted::new(&[(0, &[("A", 0.5), ("B", 0.5)]), (2, &[("B", 1.0)])]))
}

fn total_returns(rows: &[Row], case: &str) -> Vec<(String, f64)> {
    let of_case = rows.iter().filter(|row| row.case == case);
    of_case.map(|row| (row.variant.clone(), row.figures.total_return.unwrap().0)).collect()
}

fn assert_returns(rows: &[Row], case: &str, expected: &[(&str, f64)]) {
    let found = total_returns(rows, case);
    let names: Vec<&str> = found.iter().map(|(variant, _)| variant.as_str()).collect();
    assert_eq!(names, expected.iter().map(|(variant, _)| *variant).collect::<Vec<_>>());
    for ((_, found), (_, expected)) in found.iter().zip(expected) {
        near(*found, *expected);
    }
}

/// Plain: 50 A and 25 B cost 1,050 on day 2, so 1 / 1.05 of each. Day 4: A for 576.190476 buys B at 20.9, and B rises
/// by a tenth: (576.190476 + 497.619048) * 1.1 = 1181.190476.
const PLAIN: f64 = (605.0 / 1.05 + 522.5 / 1.05) * 1.1;

#[test]
fn fills_and_costs_are_changed_one_at_a_time() {
    let (market, script) = example();
    let rows = Walked::new(market, Cadence::Daily).rows(&script, 0.0);
    // At the close: 50 A and 25 B for 1000; day 3 they are 605 + 475 = 1080, all B at 19; then times 22.99 / 19.
    let at_close = 1080.0 / 19.0 * 22.99 / 1000.0 - 1.0;
    assert_returns(&rows, "fill", &[("next-close", PLAIN / 1000.0 - 1.0), ("close", at_close)]);
    let of_close = rows.iter().find(|row| row.variant == "close").unwrap();
    near(of_close.final_equity_ratio.unwrap().0, (at_close + 1.0) * 1000.0 / PLAIN);
    // At a cost of c the first fill buys 1 / (1.05 * (1 + c)) of each, the second sells 605 of these and buys for
    // (1 - c) times as much.
    let costly = |c: f64| (605.0 * (1.0 - c) + 522.5) / (1.05 * (1.0 + c)) * 1.1 / 1000.0 - 1.0;
    let expected = [("0 bps", 0.0), ("10 bps", 0.001), ("25 bps", 0.0025), ("50 bps", 0.005)];
    assert_returns(&rows, "cost", &expected.map(|(variant, c)| (variant, costly(c))));
}

#[test]
fn opens_are_a_way_of_filling_where_the_files_have_them() {
    let (mut market, script) = example();
    // Day 2 opens at 10 and 20, so that all orders are filled: 50 A and 25 B. Day 4 has no open of B.
    market.get_mut(&Symbol::literal("A")).unwrap().opens = vec![None, Some(10.0), None, Some(12.1), None];
    market.get_mut(&Symbol::literal("B")).unwrap().opens = vec![None, Some(20.0), None, None, None];
    let rows = Walked::new(market, Cadence::Daily).rows(&script, 0.0);
    // Day 4 at the closes: A for 605 buys B at 20.9, beside 25 B of 522.5.
    let at_open = (605.0 + 522.5) * 1.1 / 1000.0 - 1.0;
    let found = total_returns(&rows, "fill");
    assert_eq!(
        found.iter().map(|(variant, _)| variant.as_str()).collect::<Vec<_>>(),
        ["next-close", "next-open", "close"]
    );
    near(found[1].1, at_open);
}

#[test]
fn late_data_decides_some_sessions_later() {
    let (market, script) = example();
    let rows = Walked::new(market, Cadence::Daily).rows(&script, 0.0);
    // One session: day 1's targets are sized on day 2 (500 / 11 A, 25 B) and cost 550 + 475 on day 3; day 3's are
    // ordered on day 4 at 12.1 and 20.9 and filled on day 5: A still at 12.1, and B held rises to 22.99.
    let one = (550.0 / 1025.0 * 1000.0 + 475.0 / 1025.0 * 1000.0 / 19.0 * 22.99) / 1000.0 - 1.0;
    // Two sessions: sized on day 3 (500 / 12.1 A, 500 / 19 B), filled on day 4 for 500 + 550; B rises by a tenth.
    let two = (500.0 + 550.0 * 1.1) / 1050.0 - 1.0;
    let expected = [("1 session", one), ("2 sessions", two), ("3 sessions", 0.0), ("5 sessions", 0.0)];
    assert_returns(&rows, "late_data", &expected);
}

#[test]
fn runs_of_a_daily_profile_are_missed_twenty_apart() {
    let (market, script) = example();
    let rows = Walked::new(market, Cadence::Daily).rows(&script, 0.0);
    let missed = total_returns(&rows, "missed_run");
    assert_eq!(missed.len(), 20);
    assert_eq!(missed[2].0, "runs 2, 22, ...");
    // Without day 1: 1000 / 19 B are ordered on day 3, cost 1,100 on day 4, so 1,000 is bought and rises by a tenth.
    near(missed[0].1, 0.1);
    // Without day 3: A stays at 605 / 1.05, and B becomes 25 / 1.05 * 22.99.
    near(missed[2].1, (605.0 + 25.0 * 22.99) / 1.05 / 1000.0 - 1.0);
    for place in [1, 3, 4, 5, 19] {
        near(missed[place].1, PLAIN / 1000.0 - 1.0);
    }
}

#[test]
fn rebalances_after_snapshots_are_missed_and_filled_late() {
    let (market, script) = example();
    let rows =
        Walked { snapshots: &[0, 2], ..Walked::new(market, Cadence::AfterSnapshots) }.rows(&script, 0.0);
    let without_first = 0.1;
    let without_second = (605.0 + 25.0 * 22.99) / 1.05 / 1000.0 - 1.0;
    assert_returns(&rows, "missed_run", &[(SESSIONS[0], without_first), (SESSIONS[2], without_second)]);
    assert!(total_returns(&rows, "late_data").is_empty());
    // One session later: on day 3 the first orders cost 605 + 475, so 1 / 1.08 of each. Sized there, B for 1000 / 19 in
    // all is filled on day 5: A's 605 / 1.08 pay for it at 22.99, beside 25 / 1.08 B.
    let one = (605.0 + 25.0 * 22.99) / 1.08 / 1000.0 - 1.0;
    // Two later: the first orders would be filled on day 4, and the decision of day 3 takes their place; its own would
    // be filled on day 6.
    let expected = [("filled 1 session later", one), ("filled 2 sessions later", 0.0)];
    assert_returns(&rows, "rebalance_day", &expected);
}

/// Buys A when the decision is of the last session of March, as the rotation does.
struct MonthEnd;

impl Decide for MonthEnd {
    fn decide(&self, turn: &Turn, _: &Account) -> Result<Ruling, PipelineError> {
        let is_month_end = turn.as_of == date("2025-03-31");
        // A decision of an earlier day as of the month's end may see closes that are so much older.
        let lag = Calendar::default().sessions_between(turn.data_date, turn.as_of);
        assert!(!is_month_end || turn.extra_lag == lag, "{turn:?}");
        let targets = if is_month_end { [(Symbol::literal("A"), 1.0)].into() } else { BTreeMap::new() };
        let action = if is_month_end { Action::Rebalance } else { Action::Hold };
        Ok(Ruling { action, targets, ..ruling() })
    }
}

/// A closes at 10 up to the month's end, then at 11 and 12.1: 100 A are ordered at 10 on whichever day.
#[test]
fn the_rotation_is_decided_on_earlier_days_as_if_they_were_the_quarter_s_last() {
    let days = ["2025-03-27", "2025-03-28", "2025-03-31", "2025-04-01", "2025-04-02"].map(date);
    let closes = days.into_iter().zip([10.0, 10.0, 10.0, 11.0, 12.1]);
    let market = [(Symbol::literal("A"), History::from_closes(closes))].into();
    let walk = Walked { market, cadence: Cadence::Daily, months: &[3], snapshots: &[], first: days[0] };
    let rows = walk.rows(&MonthEnd, 0.0);
    // One and two sessions before, they are filled at 10 and are worth 12.1 each; further back the walk has not begun.
    let early = total_returns(&rows, "rebalance_day");
    assert_eq!(
        (early.len(), early[0].0.as_str(), early[9].0.as_str()),
        (10, "1 session before", "10 sessions before")
    );
    near(early[0].1, 0.21);
    near(early[1].1, 0.21);
    assert!(early[2..].iter().all(|(_, growth)| *growth == 0.0));
    // The plain walk fills at 11 what 1,000 USD pay for: 12.1 / 11 - 1. It is missed where the rebalance is left out.
    near(total_returns(&rows, "fill")[0].1, 0.1);
    assert_returns(&rows, "missed_run", &[("2025-03-31", 0.0)]);
}

/// Three changes: one undone by 0.05 %, one by 0.4 %, one by nothing; a row that is no change does not count.
#[test]
fn changes_that_a_small_move_would_have_undone_are_a_share() {
    let mut diary = Diary::default();
    let changes = [(Some(0.0005), true), (Some(-0.004), true), (None, true), (Some(0.0001), false)];
    for (place, (change, is_change)) in changes.into_iter().enumerate() {
        let day = date(SESSIONS[place]);
        let turn = Turn { data_date: day, as_of: day, snapshot: None, extra_lag: 0 };
        let ruling = Ruling { targets: [(Symbol::literal(["A", "B"][place % 2]), 1.0)].into(), ..ruling() };
        assert!(diary.enter(&turn, &ruling, is_change));
        let flip =
            |change| NearestFlip { symbol: Symbol::literal("A"), close: 1.0, change, to: String::new() };
        diary.rows[place].flip = change.map(flip);
    }
    let shares = MOVES.map(|(most, name)| undone_by(&diary, most, name).share.unwrap().0);
    near(shares[0], 1.0 / 3.0);
    near(shares[1], 2.0 / 3.0);
    near(shares[2], 2.0 / 3.0);
}
