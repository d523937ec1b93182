//! What holds of every walk, whatever the market.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::FillAt;
use super::files::OutputFile;
use super::history::History;
use super::holdings::{Holdings, Lots};
use super::request::{NamedEquity, Request};
use super::run::{Replay, Replayed, run};
use super::walk::Book;
use super::worked::{SESSIONS, Scripted, bars, date, model, near, terms, walked};
use crate::finding::Code;
use crate::input::portfolio::AccountFlags;
use crate::input::prices::PriceFlags;
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::pipeline::{self, Rules};
use crate::strategy::trace::Trace;
use crate::symbol::Symbol;

fn closes() -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec(5.0..50.0, 5)
}

fn prices(a: &[f64], b: &[f64]) -> Market {
    [("A", a), ("B", b)]
        .into_iter()
        .map(|(name, closes)| {
            (Symbol::literal(name), bars(&closes.iter().copied().map(Some).collect::<Vec<_>>()))
        })
        .collect()
}

fn script(weights: &[f64]) -> Scripted {
    let decisions = weights.iter().enumerate().map(|(place, weight)| {
        let targets = [(Symbol::literal("A"), *weight), (Symbol::literal("B"), 1.0 - weight)].into();
        (date(SESSIONS[place]), targets)
    });
    Scripted(decisions.collect())
}

fn check_sums(history: &History, cost_ratio: f64) {
    let mut product = 1.0;
    for (place, close) in history.closes.iter().enumerate() {
        assert!(close.cash_usd >= 0.0);
        let weights: f64 = close.weights.iter().map(|(_, weight)| weight).sum();
        near(weights + close.cash_ratio(), 1.0);
        product *= 1.0 + close.portfolio_return.unwrap_or_default();
        if place > 0 {
            // Cost is `c` times turnover times the equity before the cost.
            near(close.cost_usd, cost_ratio * close.turnover * (close.equity_usd + close.cost_usd));
        }
    }
    near(product, history.closes[4].equity_usd / history.closes[0].equity_usd);
}

proptest! {
    #[test]
    fn sums_hold_in_any_market(
        a in closes(), b in closes(), weights in proptest::collection::vec(0.0..=1.0, 5),
        bps in 0.0..200.0, whole in any::<bool>(), at_close in any::<bool>(),
    ) {
        let fill = if at_close { FillAt::Close } else { FillAt::NextClose };
        let lots = if whole { Lots::Whole } else { Lots::Fractions };
        let state = walked(&prices(&a, &b), &terms(fill, bps), &script(&weights), Book::Holdings(Holdings::new(1000.0, lots)));
        check_sums(&state.history, bps / 10_000.0);
    }

    #[test]
    fn one_symbol_at_the_close_for_nothing_earns_its_returns(a in closes(), b in closes()) {
        let state = walked(&prices(&a, &b), &terms(FillAt::Close, 0.0), &script(&[1.0; 5]), model(1000.0));
        for (place, close) in state.history.closes.iter().enumerate().skip(1) {
            near(close.portfolio_return.unwrap(), a[place] / a[place - 1] - 1.0);
        }
    }

    #[test]
    fn twice_the_equity_changes_no_return(
        a in closes(), b in closes(), weights in proptest::collection::vec(0.0..=1.0, 5), bps in 0.0..200.0,
    ) {
        let returns = |equity| {
            let state = walked(&prices(&a, &b), &terms(FillAt::NextClose, bps), &script(&weights), model(equity));
            state.history.returns()
        };
        for (one, other) in returns(1000.0).into_iter().zip(returns(2000.0)) {
            near(one, other);
        }
    }

    #[test]
    fn a_later_price_changes_no_earlier_row(
        a in closes(), b in closes(), weights in proptest::collection::vec(0.0..=1.0, 5), other in 5.0..50.0,
    ) {
        let history = |a: &[f64]| {
            walked(&prices(a, &b), &terms(FillAt::NextClose, 10.0), &script(&weights), model(1000.0)).history
        };
        let mut changed = a.clone();
        changed[4] = other;
        prop_assert_eq!(&history(&a).closes[..4], &history(&changed).closes[..4]);
    }
}

/// Sessions before the walk: the rule looks back 200 closes and a few more.
const BEFORE: usize = 225;

/// Sessions of the walk.
const WALKED: usize = 14;

/// The symbols of the market: the rule's benchmark, what it holds, and a fund that has no price at first.
const SYMBOLS: [&str; 4] = ["QQQ", "TQQQ", "BOXX", "QQQI"];

/// A market for a profile on daily prices: a random walk of each symbol, the same for the same seed.
struct Story {
    days: Vec<NaiveDate>,
    closes: Vec<[f64; SYMBOLS.len()]>,
}

impl Story {
    fn new(seed: u64) -> Self {
        let calendar = Calendar::default();
        let mut days = vec![date("2024-01-02")];
        while days.len() < BEFORE + WALKED {
            days.push(calendar.next_session(days[days.len() - 1]).unwrap());
        }
        // The constants of Knuth's MMIX generator.
        let mut state = seed;
        let mut uniform = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut newest = [100.0, 50.0, 110.0, 50.0];
        let closes = days.iter().map(|_| {
            for (place, close) in newest.iter_mut().enumerate() {
                let size = [0.04, 0.12, 0.001, 0.02][place];
                *close = (*close * (1.0 + size * (uniform() - 0.5)) * 1e4).round() / 1e4;
            }
            newest
        });
        let closes = closes.collect();
        Self { days, closes }
    }

    /// The same market with other closes after a day.
    fn changed_after(&self, place: usize, factor: f64) -> Self {
        let mut closes = self.closes.clone();
        for later in closes.iter_mut().skip(place + 1) {
            *later = later.map(|close| close * factor);
        }
        Self { days: self.days.clone(), closes }
    }

    /// Writes the rows of the first sessions.
    fn write(&self, path: &Path, sessions: usize) -> String {
        let mut text = "symbol,as_of,close\n".to_owned();
        for (day, closes) in self.days.iter().zip(&self.closes).take(sessions) {
            for (symbol, close) in SYMBOLS.iter().zip(closes) {
                text.push_str(&format!("{symbol},{day},{close}\n"));
            }
        }
        fs::write(path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A request to walk the sessions from the first of the walk to the one of a place.
    fn request(&self, folder: &Path, last: usize) -> Request {
        let prices = self.write(&folder.join("prices.csv"), self.days.len());
        Request {
            profile: "tqqq_growth_income".to_owned(),
            prices: PriceFlags { files: vec![prices.into()], ..PriceFlags::default() },
            // TQQQ walks by itself here.
            rules: Rules { allow: vec![Code::PairMismatch], ..Rules::default() },
            snapshots: None,
            from: self.days[BEFORE],
            to: Some(self.days[last]),
            equities: Vec::new(),
            model_equity_usd: 20_000.0,
            fill: FillAt::NextClose,
            turnover_cost_bps: 10.0,
            trade_threshold: None,
            cash_rate: None,
            synthetic_products: None,
            accounting: super::Accounting::Holdings,
            benchmark: None,
            stress: false,
            flips: false,
        }
    }

    fn walk(&self, folder: &Path, last: usize) -> Replay {
        walk(self.request(folder, last))
    }
}

fn walk(request: Request) -> Replay {
    match run(request, &|_| {}).unwrap() {
        Replayed::Done(replay) => *replay,
        Replayed::Blocked { findings, problem } => panic!("{findings:?} {problem:?}"),
    }
}

fn lines<'f>(files: &'f [OutputFile], name: &str) -> Vec<&'f str> {
    files.iter().find(|file| file.name == name).unwrap().text.lines().collect()
}

/// Compares the rows of a walk that was cut with the first ones of the whole walk.
fn assert_begins_with(whole: &[OutputFile], cut: &[OutputFile]) {
    for name in ["portfolio_returns.csv", "turnover_history.csv"] {
        let cut = lines(cut, name);
        assert_eq!(cut, lines(whole, name)[..cut.len()], "{name}");
    }
    // A symbol that is held later has a column that the cut walk lacks.
    let table = |files| -> Vec<Vec<String>> {
        let rows = lines(files, "weights_history.csv");
        rows.iter().map(|row| row.split(',').map(str::to_owned).collect()).collect()
    };
    let (whole_weights, cut_weights) = (table(whole), table(cut));
    for (row, cells) in cut_weights.iter().enumerate() {
        for (name, cell) in cut_weights[0].iter().zip(cells) {
            let column = whole_weights[0].iter().position(|other| other == name).unwrap();
            assert_eq!(&whole_weights[row][column], cell, "{name}");
        }
    }
    // The last row of the diary may be repeated and filled later.
    let diary = lines(cut, "decisions.csv");
    assert_eq!(diary[..diary.len() - 1], lines(whole, "decisions.csv")[..diary.len() - 1]);
}

/// The account of a close as a portfolio file.
fn portfolio(replay: &Replay, story: &Story, session: usize) -> String {
    let close = &replay.model.history.closes[session];
    let closes = story.closes[BEFORE + session];
    let positions: Vec<_> = close
        .weights
        .iter()
        .map(|(symbol, weight)| {
            let place = SYMBOLS.iter().position(|name| *name == symbol.as_str()).unwrap();
            let value = weight * close.equity_usd;
            serde_json::json!({ "symbol": symbol, "quantity": value / closes[place], "market_value": value })
        })
        .collect();
    let (cash, equity) = (close.cash_usd, close.equity_usd);
    serde_json::json!({
        "as_of": story.days[BEFORE + session], "total_equity": equity, "cash_balance": cash, "buying_power": cash,
        "positions": positions,
    })
    .to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn nothing_after_a_day_changes_a_row_up_to_it(seed in any::<u64>(), last in 4..WALKED - 1, factor in 0.7..1.4) {
        let (story, folder) = (Story::new(seed), tempfile::tempdir().unwrap());
        let last = BEFORE + last;
        let whole = story.walk(folder.path(), BEFORE + WALKED - 1).files().unwrap();
        let cut = story.walk(folder.path(), last).files().unwrap();
        assert_begins_with(&whole, &cut);
        let changed = story.changed_after(last, factor);
        prop_assert_eq!(&changed.walk(folder.path(), last).files().unwrap(), &cut);
        assert_begins_with(&changed.walk(folder.path(), BEFORE + WALKED - 1).files().unwrap(), &cut);
    }

    #[test]
    fn decide_on_files_cut_at_the_data_date_gives_the_id_of_each_row(seed in any::<u64>()) {
        let (story, folder) = (Story::new(seed), tempfile::tempdir().unwrap());
        let replay = story.walk(folder.path(), BEFORE + WALKED - 1);
        let (prices, account) = (folder.path().join("cut.csv"), folder.path().join("account.json"));
        for row in &replay.diary.rows {
            let session = replay.sessions.binary_search(&row.data_date).unwrap();
            story.write(&prices, BEFORE + session + 1);
            fs::write(&account, portfolio(&replay, &story, session)).unwrap();
            let request = pipeline::Request {
                profile: "tqqq_growth_income".to_owned(),
                prices: PriceFlags {
                    files: vec![prices.to_str().unwrap().to_owned().into()],
                    ..PriceFlags::default()
                },
                account: AccountFlags {
                    portfolio: Some(account.to_str().unwrap().to_owned()),
                    ..AccountFlags::default()
                },
                as_of: Some(row.as_of),
                rules: Rules { allow: vec![Code::PairMismatch], ..Rules::default() },
                ..pipeline::Request::default()
            };
            let decided = pipeline::run(&request, Trace::silent()).unwrap();
            prop_assert_eq!(&decided.decision.decision_id, &row.ruling.decision_id, "{}", row.data_date);
        }
        prop_assert!(!replay.diary.rows.is_empty());
    }
}

/// QQQ rises by 0.1 a session, every other close 0.4 higher: the 20-day average rises while the newest close is above
/// the one 20 sessions before, 2.0 lower, and the rule buys only then. Below it the account stays in BOXX.
#[test]
fn the_nearest_flip_of_a_row_is_the_close_at_which_the_average_stops_rising() {
    let (mut story, folder) = (Story::new(1), tempfile::tempdir().unwrap());
    for (place, closes) in story.closes.iter_mut().enumerate() {
        closes[0] = 100.0 + 0.1 * place as f64 + 0.4 * (place % 2) as f64;
    }
    let request = story.request(folder.path(), BEFORE);
    let replay = walk(Request { flips: true, stress: true, ..request });
    let row = &replay.diary.rows[0];
    let flip = row.flip.as_ref().unwrap();
    let (newest, before) = (story.closes[BEFORE][0], story.closes[BEFORE - 20][0]);
    near(newest - before, 2.0);
    near(flip.close, before);
    near(flip.change, before / newest - 1.0);
    assert_eq!((flip.symbol.as_str(), flip.to.as_str()), ("QQQ", "BOXX"));
    let files = replay.files().unwrap();
    let diary = lines(&files, "decisions.csv");
    assert!(diary[0].ends_with(",decision_id,flip_symbol,flip_close,flip_change,flip_to"));
    assert!(diary[1].ends_with(&format!(",QQQ,{},{},BOXX", flip.close, flip.change)));
    // The only change lies 1.6 % from its flip.
    assert!(lines(&files, "stress.csv").contains(&"undone_by,1 %,,,,,,0"));
}

/// Each decision of the model account is told, and those of every other walk.
#[test]
fn who_watches_is_told_of_each_decision() {
    let (story, folder) = (Story::new(2), tempfile::tempdir().unwrap());
    let days = std::cell::RefCell::new(Vec::new());
    let request = story.request(folder.path(), BEFORE + 2);
    let three = NamedEquity { name: "3000".to_owned(), usd: 3000.0 };
    run(Request { equities: vec![three], ..request }, &|day| days.borrow_mut().push(day)).unwrap();
    let walked = &story.days[BEFORE..=BEFORE + 2];
    assert_eq!(*days.borrow(), [walked, walked].concat());
}
