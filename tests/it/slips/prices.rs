//! Price files with one slip.

#![allow(clippy::too_many_lines)] // tables

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::Good::{Account, Between, Mega, Nasdaq, Rotation, Semiconductors};
use super::{BEFORE, Case, NEWEST, Slip, Table, slip};

/// Puts a close in place of another one.
fn close(case: &mut Case, symbol: &str, date: &str, new: impl Fn(f64) -> f64) {
    case.prices().closes(symbol, |day| day == date, new);
}

/// Multiplies the closes before a day.
fn scale_before(case: &mut Case, symbol: &str, day: &str, factor: f64) {
    case.prices().closes(symbol, |date| date < day, |close| close * factor);
}

/// Writes another form of the dates of a symbol, of every one where it is blank.
fn dates(case: &mut Case, symbol: &str, form: impl Fn(&str) -> String) {
    case.prices().edit_symbol(symbol, "as_of", form);
}

/// Writes a cell as text in the row of a symbol and a date.
fn cell(case: &mut Case, symbol: &str, date: &str, column: &str, text: &str) {
    let is_row = |table: &Table, row: &[String]| {
        table.cell(row, "symbol") == symbol && table.cell(row, "as_of") == date
    };
    case.prices().edit(column, is_row, |_| text.to_owned());
}

/// Leaves out every so-manieth row of a symbol, the newest one aside.
fn leave_out(case: &mut Case, symbol: &str, every: usize) {
    let dates = case.prices().dates(symbol);
    let is_out = |date: &str| dates.iter().position(|day| day == date).is_some_and(|at| at % every == 0);
    case.prices().keep(|other, date| other != symbol || date == NEWEST || !is_out(date));
}

/// Repeats a close over the newest so many bars of a symbol.
fn freeze(case: &mut Case, symbol: &str, bars: usize) {
    let dates = case.prices().dates(symbol);
    let frozen = &dates[dates.len() - bars..];
    let first = case.prices().close(symbol, &frozen[0]);
    case.prices().closes(symbol, |date| frozen.iter().any(|day| day == date), |_| first);
}

/// Adds volumes near a million, and another text in the newest rows.
fn volumes(case: &mut Case, newest: &str) {
    let newest = newest.to_owned();
    case.prices().add_column("volume", |number, row| {
        if row[1] == NEWEST { newest.clone() } else { (1_000_000 + number % 7 * 50_000).to_string() }
    });
}

/// Parts the file at a day without a move into two, the newer one in another scale.
fn part(case: &mut Case, factor: f64) {
    let whole = case.prices[0].clone();
    let mut newer = whole.clone();
    newer.keep(|_, date| date >= "2025-02-14");
    for row in &mut newer.rows {
        let step = whole.close(&row[0], "2025-02-13") / whole.close(&row[0], "2025-02-14");
        row[2] = (row[2].parse::<f64>().unwrap() * step * factor).to_string();
    }
    case.prices().keep(|_, date| date < "2025-02-14");
    case.prices.push(newer);
}

/// Writes BIL as a price-only vendor does: it falls by a third of a percent at the end of each month.
fn drop_dividends(case: &mut Case) {
    let day = |date: &str| date[8..].parse::<f64>().unwrap();
    let is_bil = |table: &Table, row: &[String]| table.cell(row, "symbol") == "BIL";
    let at = case.prices().at("as_of");
    let rows = case.prices().clone();
    let mut closes =
        rows.rows.iter().filter(|row| is_bil(&rows, row)).map(|row| 91.4 + 0.35 * day(&row[at]) / 31.0);
    let closes: Vec<String> = closes.by_ref().map(|close| format!("{close:.3}")).collect();
    let mut next = closes.into_iter();
    for row in case.prices().rows.iter_mut().filter(|row| row[0] == "BIL") {
        row[2] = next.next().unwrap();
    }
}

/// Gives a symbol the closes of another one.
fn copy(case: &mut Case, from: &str, to: &[&str]) {
    let closes = case.prices().clone();
    for symbol in to {
        for row in case.prices().rows.iter_mut().filter(|row| row[0] == *symbol) {
            row[2] = closes.close(from, &row[1]).to_string();
        }
    }
}

/// Writes each close of a symbol on the session after it.
fn delay(case: &mut Case, symbol: &str) {
    let dates = case.prices().dates(symbol);
    let next = |date: &str| {
        let at = dates.iter().position(|day| day == date).unwrap();
        dates.get(at + 1).cloned().unwrap_or_default()
    };
    case.prices().edit_symbol(symbol, "as_of", next);
    case.prices().keep(|_, date| !date.is_empty());
}

/// Gives the newest bars of these symbols, of all where there are none, the close of the session before.
fn carry_forward(case: &mut Case, symbols: &[&str]) {
    let closes = case.prices().clone();
    for row in case.prices().rows.iter_mut().filter(|row| row[1] == NEWEST) {
        if symbols.is_empty() || symbols.contains(&row[0].as_str()) {
            row[2] = closes.close(&row[0], BEFORE).to_string();
        }
    }
}

/// Adds a bar on each of these days without session, with the close of the day before.
fn fill(case: &mut Case, symbols: &[&str], is_filled: impl Fn(NaiveDate) -> bool) {
    for symbol in symbols {
        let dates = case.prices().dates(symbol);
        for pair in dates.windows(2) {
            let close = case.prices().close(symbol, &pair[0]).to_string();
            let (first, next): (NaiveDate, NaiveDate) = (pair[0].parse().unwrap(), pair[1].parse().unwrap());
            for day in first.iter_days().skip(1).take_while(|day| *day < next).filter(|day| is_filled(*day)) {
                case.prices().add(&[symbol, &day.to_string(), &close]);
            }
        }
    }
}

fn shift_by_a_day(case: &mut Case) {
    dates(case, "", |date| (date.parse::<NaiveDate>().unwrap() - Days::new(1)).to_string());
    case.flags(NEWEST, "2025-03-30");
}

/// Brings the file to so many lines by rows of a symbol that is not used.
fn pad(case: &mut Case, lines: usize) {
    let missing = lines - 1 - case.prices().rows.len();
    for _ in 0..missing {
        case.prices().add(&["ZZZ", NEWEST, "1"]);
    }
}

/// Adds highs and lows half a percent from the close.
fn ranges(case: &mut Case) {
    let of =
        |factor: f64| move |_: usize, row: &[String]| (row[2].parse::<f64>().unwrap() * factor).to_string();
    case.prices().add_column("high", of(1.005));
    case.prices().add_column("low", of(0.995));
}

/// Leaves the index of a pair alone, so that a slip in it is no slip of the pair.
fn alone(case: &mut Case) {
    case.prices().keep(|symbol, _| symbol != "TQQQ");
}

fn hold(case: &mut Case, symbol: &str) {
    case.portfolio = Some(serde_json::json!({
        "as_of": NEWEST,
        "total_equity": 20000,
        "cash_balance": 8000,
        "positions": [{ "symbol": symbol, "quantity": 100, "market_value": 12000 }],
    }));
}

pub(super) fn slips() -> Vec<Slip> {
    let mut slips = moves();
    slips.extend(bars());
    slips.extend(times());
    slips.extend(symbols());
    slips
}

fn moves() -> Vec<Slip> {
    vec![
        slip(
            &["warning possible_split"],
            "closes before a 2:1 split that were not adjusted",
            Nasdaq,
            |case| {
                alone(case);
                scale_before(case, "QQQ", "2025-02-14", 2.0);
            },
        ),
        slip(&["error price_jump"], "a newest close that lost three fifths", Nasdaq, |case| {
            alone(case);
            close(case, "QQQ", NEWEST, |close| close * 0.39);
        }),
        slip(&["error price_jump"], "a newest close that was cut within its number", Nasdaq, |case| {
            alone(case);
            close(case, "QQQ", NEWEST, |_| 51.0);
        }),
        slip(&["error price_jump"], "an adjustment by more than a factor of three", Nasdaq, |case| {
            scale_before(case, "QQQ", "2024-12-03", 4.2);
        }),
        slip(&["warning price_jump"], "a move of 42 % that does not come back", Nasdaq, |case| {
            scale_before(case, "QQQ", "2024-12-03", 1.72);
        }),
        slip(
            &["error price_jump", "warning sparse_history"],
            "a ticker that was another company's, over a gap",
            Nasdaq,
            |case| {
                scale_before(case, "QQQ", "2024-12-03", 2.8);
                case.prices().keep(|_, date| !("2024-12-03".."2024-12-13").contains(&date));
            },
        ),
        slip(&["error spike"], "one close that is 45 % too high", Nasdaq, |case| {
            close(case, "QQQ", "2025-03-03", |close| close * 1.45);
            case.prices().keep(|symbol, _| symbol != "TQQQ");
        }),
        slip(&["error pair_mismatch"], "a fund that is one session late behind its index", Nasdaq, |case| {
            delay(case, "TQQQ");
        }),
        slip(&["error pair_mismatch"], "the same of semiconductors", Semiconductors, |case| {
            delay(case, "SOXL")
        }),
        slip(&[], "a late fund beside an index that was chosen", Nasdaq, |case| {
            delay(case, "TQQQ");
            case.flags("", "--set benchmark_symbol=SPY");
        }),
        slip(&["error twin_series"], "two ranked funds with the closes of one", Rotation, |case| {
            copy(case, "XLE", &["XLF"])
        }),
        slip(&["error twin_series"], "four canaries with the closes of one", Rotation, |case| {
            copy(case, "SPY", &["EFA", "EEM", "AGG"])
        }),
        slip(&["error unadjusted_closes"], "closes without dividends", Rotation, drop_dividends),
        slip(&["warning seam_jump"], "two files, the newer one 10 % lower", Rotation, |case| part(case, 0.9)),
        slip(&["warning seam_jump"], "two files of few symbols, the newer one 20 % lower", Nasdaq, |case| {
            alone(case);
            part(case, 0.8);
        }),
        slip(&[], "two files of few symbols, the newer one 4 % lower", Nasdaq, |case| {
            alone(case);
            part(case, 0.96);
        }),
    ]
}

fn bars() -> Vec<Slip> {
    vec![
        slip(&["error sparse_history"], "a file without every fourth bar", Nasdaq, |case| {
            leave_out(case, "QQQ", 4);
            case.prices().keep(|symbol, _| symbol == "QQQ");
        }),
        slip(&["error sparse_history"], "a weekly file", Semiconductors, |case| {
            let is_monday = |date: &str| date.parse::<NaiveDate>().unwrap().weekday() == Weekday::Mon;
            case.prices().keep(|_, date| is_monday(date));
            case.flags("", "--set trend_ma_window=20");
        }),
        slip(&["warning sparse_history"], "a file without every fortieth bar", Nasdaq, |case| {
            leave_out(case, "QQQ", 40);
        }),
        slip(&["warning missing_sessions"], "four sessions in a row without a bar", Nasdaq, |case| {
            case.prices().keep(|_, date| !("2025-02-03".."2025-02-07").contains(&date));
        }),
        slip(&["warning frozen_price"], "six equal closes in a row", Nasdaq, |case| freeze(case, "QQQ", 6)),
        slip(&[], "five equal closes in a row", Nasdaq, |case| freeze(case, "QQQ", 5)),
        slip(&["error frozen_price"], "twenty equal closes in a row", Nasdaq, |case| {
            alone(case);
            freeze(case, "QQQ", 20);
        }),
        slip(&["error frozen_price"], "a young fund that was filled backwards", Rotation, |case| {
            let first = case.prices().close("XLE", "2024-08-01");
            case.prices().closes("XLE", |date| date < "2024-08-01", |_| first);
        }),
        slip(
            &["warning filled_forward"],
            "newest closes that are those of the day before",
            Rotation,
            |case| {
                carry_forward(case, &[]);
            },
        ),
        slip(&["warning filled_forward"], "the same of both symbols of a pair", Semiconductors, |case| {
            carry_forward(case, &["SOXX", "SOXL"]);
        }),
        slip(
            &["error bar_without_session [calendar was filled]"],
            "a calendar with weekends",
            Nasdaq,
            |case| {
                fill(case, &["QQQ", "TQQQ"], |day| matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
            },
        ),
        slip(
            &["error bar_without_session [shifted by a day]", "warning as_of_not_a_session"],
            "dates that are a day early",
            Nasdaq,
            shift_by_a_day,
        ),
        slip(&["warning bar_without_session"], "a bar on a holiday", Nasdaq, |case| {
            case.prices().add(&["QQQ", "2025-01-09", "500"]);
        }),
        slip(&["error missing_month"], "a ranked fund without a close in a month", Rotation, |case| {
            case.prices().keep(|symbol, date| symbol != "XLE" || !date.starts_with("2024-11"));
        }),
        slip(&["error missing_month"], "a canary without a close in a month", Between, |case| {
            case.prices().keep(|symbol, date| symbol != "EFA" || !date.starts_with("2024-11"));
        }),
        slip(&["warning month_end_missing"], "a base month without its last close", Rotation, |case| {
            case.prices().keep(|symbol, date| symbol != "XLE" || date != "2024-12-31");
        }),
        slip(&["error cut_at_row_limit"], "a sheet of 65,536 lines", Nasdaq, |case| pad(case, 65_536)),
        slip(&[], "a sheet of 65,535 lines", Nasdaq, |case| pad(case, 65_535)),
        slip(&["error bad_range"], "a low of 0.01 that the rule reads", Mega, |case| {
            cell(case, "QQQ", BEFORE, "low", "0.01");
        }),
        slip(&["error bad_range"], "a close below its low", Mega, |case| {
            let above = case.prices().close("QQQ", BEFORE) * 1.002;
            cell(case, "QQQ", BEFORE, "low", &above.to_string());
        }),
        slip(&[], "a low of 0.01 before the days of the range", Mega, |case| {
            cell(case, "QQQ", "2024-10-28", "low", "0.01");
        }),
        slip(&["warning bad_range"], "adjusted closes beside raw highs and lows", Nasdaq, |case| {
            ranges(case);
            case.prices()
                .edit_symbol("QQQ", "high", |high| (high.parse::<f64>().unwrap() * 0.97).to_string());
        }),
    ]
}

fn times() -> Vec<Slip> {
    vec![
        slip(&["error prices_parse_failed"], "midnights of a zone to the east", Nasdaq, |case| {
            dates(case, "QQQ", |date| format!("{date}T00:00:00+01:00"));
        }),
        slip(&["error prices_parse_failed"], "a second after midnight in Singapore", Nasdaq, |case| {
            dates(case, "QQQ", |date| format!("{date}T00:00:01+08:00"));
        }),
        slip(&[], "midnights of New York's winter all year round", Nasdaq, |case| {
            dates(case, "QQQ", |date| format!("{date}T00:00:00-05:00"));
        }),
        slip(&[], "midnights to the east in rows of a symbol that nothing reads", Nasdaq, |case| {
            dates(case, "SPY", |date| format!("{date}T00:00:00+01:00"));
        }),
        slip(
            &["warning prices_parse_failed"],
            "the same where only the share plan reads them",
            Nasdaq,
            |case| {
                dates(case, "BOXX", |date| format!("{date}T00:00:00+01:00"));
            },
        ),
        slip(&["warning unfinished_bar"], "a newest volume of a fifth of the usual one", Nasdaq, |case| {
            volumes(case, "150000");
        }),
        slip(&[], "a newest volume that is no number", Nasdaq, |case| volumes(case, "1.2M")),
        slip(&["warning unfinished_bar"], "a live row among plain dates", Nasdaq, |case| {
            dates(case, "QQQ", |date| match date {
                NEWEST => format!("{date} 09:45:10-04:00"),
                _ => date.to_owned(),
            });
        }),
        slip(&[], "a newest row of the close among plain dates", Nasdaq, |case| {
            dates(case, "QQQ", |date| match date {
                NEWEST => format!("{date} 16:00:00-04:00"),
                _ => date.to_owned(),
            });
        }),
        slip(&[], "a coin's Sunday row, and no --as-of", Rotation, |case| {
            case.prices().add(&["BTC", "2025-04-06", "80000"]);
            case.flags(" --as-of 2025-03-31", "");
        }),
        slip(
            &["warning bar_without_session"],
            "a used symbol's Sunday row, and no --as-of",
            Nasdaq,
            |case| {
                case.prices().add(&["QQQ", "2025-04-06", "506"]);
                case.flags(" --as-of 2025-03-31", "");
            },
        ),
        slip(
            &["warning rebalance_day_passed"],
            "a run after midnight on a quarter's end",
            Rotation,
            |case| {
                case.flags(NEWEST, "2025-04-01");
            },
        ),
        slip(&["warning close_before_decision_date"], "closes up to the session before", Nasdaq, |case| {
            case.prices().keep(|_, date| date < NEWEST);
        }),
        slip(&["error stale_price"], "closes that end six sessions before", Nasdaq, |case| {
            case.prices().keep(|_, date| date < "2025-03-24");
        }),
        slip(
            &["warning portfolio_newer_than_prices"],
            "an account of two sessions after the prices",
            Account,
            |case| {
                case.portfolio()["as_of"] = "2025-04-02".into();
                case.flags(" --as-of 2025-03-31", "");
            },
        ),
        slip(&[], "an account of the session after the prices", Account, |case| {
            case.portfolio()["as_of"] = "2025-04-01".into();
            case.flags(" --as-of 2025-03-31", "");
        }),
    ]
}

fn symbols() -> Vec<Slip> {
    vec![
        slip(&["error prices_parse_failed [quot]"], "a stray quote that swallows rows", Nasdaq, |case| {
            case.prices().add_column("note", |number, _| match number {
                900 => "\"ok".to_owned(),
                907 => "ok\"".to_owned(),
                _ => "ok".to_owned(),
            });
        }),
        slip(
            &["error missing_canary", "warning missing_symbol"],
            "no canary where it makes the alarm, and the others fall",
            Between,
            |case| {
                let dates = case.prices().dates("SPY");
                for symbol in ["SPY", "EEM", "AGG"] {
                    for (day, date) in dates.iter().enumerate() {
                        let factor = 0.995_f64.powi(i32::try_from(day).unwrap());
                        close(case, symbol, date, |close| close * factor);
                    }
                }
                case.prices().keep(|symbol, _| symbol != "EFA");
            },
        ),
        slip(&["error missing_symbol"], "no rows of a fund that is held", Rotation, |case| {
            hold(case, "XLE");
            case.prices().keep(|symbol, _| symbol != "XLE");
        }),
        slip(&["warning missing_symbol"], "no rows of a fund that is not held", Rotation, |case| {
            case.prices().keep(|symbol, _| symbol != "XLE");
        }),
        slip(&["error short_history"], "few rows of a fund that is held", Rotation, |case| {
            hold(case, "XLE");
            case.prices().keep(|symbol, date| symbol != "XLE" || date > "2025-01-01");
        }),
        slip(
            &["error few_ranked", "warning missing_symbol"],
            "fewer than half of the pool",
            Rotation,
            |case| {
                const LEFT: [&str; 13] = [
                    "SPY", "EFA", "EEM", "AGG", "BIL", "EWY", "EWJ", "GLD", "QQQ", "XLE", "XLF", "VOO", "SMH",
                ];
                case.prices().keep(|symbol, _| LEFT.contains(&symbol));
            },
        ),
        slip(
            &["error few_ranked", "warning missing_symbol"],
            "fewer than half of the underlyings",
            Mega,
            |case| {
                case.prices().keep(|symbol, _| ["QQQ", "NVDA"].contains(&symbol));
            },
        ),
        slip(&["error bad_price"], "`null` for a close in reach", Nasdaq, |case| {
            cell(case, "QQQ", "2025-01-06", "close", "null");
        }),
        slip(&["warning bad_price"], "`null` for a close before the reach of the rule", Nasdaq, |case| {
            cell(case, "QQQ", "2023-12-20", "close", "null");
        }),
        slip(&["error conflicting_bar"], "two closes of one date", Nasdaq, |case| {
            case.prices().add(&["QQQ", "2025-03-11", "5"]);
        }),
        slip(&["warning conflicting_bar"], "two downloads of one history", Nasdaq, |case| {
            let mut again = case.prices().clone();
            again.edit(
                "close",
                |_, _| true,
                |close| (close.parse::<f64>().unwrap() * (1.0 + 4e-7)).to_string(),
            );
            case.prices().rows.extend(again.rows);
        }),
    ]
}
