//! Feature snapshots with one slip.

#![allow(clippy::too_many_lines)] // tables

use std::fs;

use serde_json::{Value, json};

use super::Good::{DynamicMega, Russell, Tech, Top50};
use super::{Case, Slip, Table, slip};
use crate::support::fixtures;

/// The rows that no profile buys.
const ASIDE: [&str; 3] = ["SPY", "QQQ", "BOXX"];

/// Changes a column in every row of a candidate.
fn column(case: &mut Case, name: &str, new: impl Fn(&str) -> String) {
    let is_candidate = |table: &Table, row: &[String]| !ASIDE.contains(&table.cell(row, "symbol"));
    case.snapshot().edit(name, is_candidate, new);
}

fn scaled(factor: f64) -> impl Fn(&str) -> String {
    move |cell| {
        if cell.is_empty() { String::new() } else { (cell.parse::<f64>().unwrap() * factor).to_string() }
    }
}

/// Writes a cell of the row of a number.
fn cell(case: &mut Case, row: usize, column: &str, text: &str) {
    let at = case.snapshot().at(column);
    case.snapshot().rows[row][at] = text.to_owned();
}

fn rename(case: &mut Case, old: &str, new: &str) {
    let at = case.snapshot().at(old);
    case.snapshot().header[at] = new.to_owned();
}

fn remove(case: &mut Case, column: &str) {
    let at = case.snapshot().at(column);
    let table = case.snapshot();
    table.header.remove(at);
    for row in &mut table.rows {
        row.remove(at);
    }
}

fn blank(_: &str) -> String {
    String::new()
}

/// Takes the snapshot of another profile.
fn other(case: &mut Case, name: &str) {
    let path = fixtures().join(format!("snapshots/{name}.csv"));
    case.snapshot = Some(Table::parse(&fs::read_to_string(path).unwrap()));
}

/// Adds the snapshot of the month before, which has a column of its own, and lacks another one.
fn previous(case: &mut Case, more: &str, less: &str) {
    let mut before = case.snapshot().clone();
    before.edit("as_of", |_, _| true, |_| "2025-02-28".to_owned());
    let numbers: Vec<usize> =
        (0..before.header.len()).filter(|at| before.rows[0][*at].parse::<f64>().is_ok()).collect();
    for (number, row) in before.rows.iter_mut().enumerate() {
        for at in &numbers {
            row[*at] = scaled(1.0 + 0.01 * f64::from(u8::try_from(number % 7).unwrap()))(&row[*at]);
        }
    }
    let mut turned = Case::new("");
    turned.snapshot = Some(before);
    if !more.is_empty() {
        turned.snapshot().add_column(more, |_, _| "1".to_owned());
    }
    if !less.is_empty() {
        remove(&mut turned, less);
    }
    case.previous = turned.snapshot;
    case.line = case.line.replace("decide", "validate-snapshot").replace(" --as-of 2025-04-01", "");
}

fn manifest(case: &mut Case, key: &str, value: Value) {
    case.manifest.as_mut().unwrap()[key] = value;
}

pub(super) fn slips() -> Vec<Slip> {
    let mut slips = rows();
    slips.extend(columns());
    slips.extend(files());
    slips
}

fn rows() -> Vec<Slip> {
    vec![
        slip(&["warning missing_eligible"], "a blank column of eligibility", Russell, |case| {
            case.snapshot().edit("eligible", |_, _| true, blank);
        }),
        slip(&["warning few_candidates"], "rows that are all written not eligible", Russell, |case| {
            column(case, "eligible", |_| "False".to_owned());
        }),
        slip(&["error no_candidates"], "volumes in millions of dollars", Tech, |case| {
            column(case, "adv20_usd", scaled(1e-6));
        }),
        slip(&["error no_candidates"], "products that are none of them available", DynamicMega, |case| {
            column(case, "product_available", |_| "False".to_owned());
        }),
        slip(&["error incomplete_benchmark_row"], "no trend of the benchmark", Russell, |case| {
            case.snapshot().edit_symbol("SPY", "sma200_gap", blank);
        }),
        slip(
            &["warning incomplete_benchmark_row"],
            "no trend of the benchmark of a mega-cap profile",
            Top50,
            |case| {
                case.snapshot().edit_symbol("QQQ", "sma200_gap", blank);
            },
        ),
        slip(&["error incomplete_benchmark_row"], "no momentum of the benchmark", Tech, |case| {
            case.snapshot().edit_symbol("QQQ", "mom_6_1", blank);
            case.snapshot().edit_symbol("QQQ", "mom_12_1", blank);
        }),
        slip(&["info held_without_row"], "no row of a name that is held", Top50, |case| {
            case.portfolio = Some(json!({
                "as_of": "2025-04-01",
                "total_equity": 20000,
                "cash_balance": 19900,
                "positions": [{ "symbol": "ZZZ", "quantity": 1, "market_value": 100 }],
            }));
        }),
        slip(
            &["warning suspect_sectors", "warning few_selected"],
            "`nan` for every sector",
            Russell,
            |case| {
                column(case, "sector", |_| "nan".to_owned());
            },
        ),
        slip(&["warning suspect_sectors", "error unknown_sector"], "blank sectors", Tech, |case| {
            column(case, "sector", blank)
        }),
        slip(&["warning suspect_sectors"], "symbols for sectors", Russell, |case| {
            case.snapshot().rows.iter_mut().for_each(|row| row[2] = row[1].clone());
        }),
        slip(&["warning suspect_sectors"], "one sector under two names", Russell, |case| {
            let rows = case.snapshot().rows.iter_mut();
            let is_wanted = |row: &&mut Vec<String>| row[2] == "Information Technology";
            rows.filter(is_wanted).step_by(2).for_each(|row| row[2] = "Technology".to_owned());
        }),
        slip(&[], "symbols for sectors, where no rule reads them", Top50, |case| {
            case.snapshot().rows.iter_mut().for_each(|row| row[2] = row[1].clone());
        }),
        slip(
            &["warning few_candidates", "warning suspect_sectors"],
            "a dozen names for a portfolio of twenty-four",
            Russell,
            |case| {
                let mut left = 12;
                case.snapshot().rows.retain(|row| {
                    let is_aside = ASIDE.contains(&row[1].as_str());
                    left -= i32::from(!is_aside);
                    is_aside || left >= 0
                });
            },
        ),
        slip(&["error missing_benchmark_row"], "no row of the benchmark", Russell, |case| {
            case.snapshot().keep(|symbol, _| symbol != "SPY");
        }),
        slip(&["info missing_safe_haven_row"], "no row of the safe haven", Russell, |_| {}),
        slip(&["info missing_values"], "a blank cell", Russell, |case| cell(case, 3, "mom_6_1", "")),
        slip(&["warning blank_symbol"], "a row without a symbol", Russell, |case| {
            cell(case, 3, "symbol", "")
        }),
        slip(&["warning duplicate_share_class"], "two classes of one share", Russell, |case| {
            cell(case, 3, "symbol", "GOOGL");
            cell(case, 4, "symbol", "GOOG");
        }),
        slip(&["warning duplicate_rank"], "two rows of one rank", DynamicMega, |case| {
            let at = case.snapshot().at("candidate_rank");
            let rank = case.snapshot().rows[3][at].clone();
            cell(case, 4, "candidate_rank", &rank);
        }),
        slip(&["warning missing_product"], "an available row without a product", DynamicMega, |case| {
            let rows = case.snapshot().rows.clone();
            let at = rows.iter().position(|row| row[8] == "True" || row[9] == "True").unwrap();
            cell(case, at, "symbol", "");
            cell(case, at, "trade_symbol", "");
        }),
        slip(&["error columns_shifted"], "rows that are shifted by a field", Russell, |case| {
            for row in &mut case.snapshot().rows {
                row.insert(0, String::new());
                row.pop();
            }
        }),
        slip(&["error product_symbol_mismatch"], "an underlying for its product", DynamicMega, |case| {
            case.snapshot()
                .rows
                .iter_mut()
                .filter(|row| row[3] == "NVDA")
                .for_each(|row| row[1] = "NVDA".to_owned());
        }),
    ]
}

fn columns() -> Vec<Slip> {
    vec![
        slip(&["warning looks_like_percent"], "a momentum in percent", Russell, |case| {
            column(case, "mom_6_1", scaled(100.0));
        }),
        slip(&["warning looks_like_percent"], "a volatility in percent", Tech, |case| {
            column(case, "vol_63", scaled(100.0));
        }),
        slip(&["error out_of_range"], "drawdowns above 0", Russell, |case| {
            column(case, "maxdd_126", scaled(-1.0))
        }),
        slip(&["error out_of_range"], "gaps to a high above 0", Top50, |case| {
            column(case, "high_252_gap", scaled(-1.0));
        }),
        slip(&["error out_of_range"], "distances to a high above 0", Tech, |case| {
            column(case, "dist_63_high", scaled(-1.0));
        }),
        slip(&["warning out_of_range"], "a loss of more than all", Russell, |case| {
            cell(case, 3, "mom_6_1", "-1.05")
        }),
        slip(&["warning outlier"], "a momentum of 30", Russell, |case| cell(case, 3, "mom_6_1", "30")),
        slip(&["warning outlier"], "a trend of 4.5", Russell, |case| cell(case, 3, "sma200_gap", "4.5")),
        slip(
            &["warning unknown_column [eligible]"],
            "a column name that is misspelt by a letter",
            Russell,
            |case| rename(case, "eligible", "elligible"),
        ),
        slip(&["warning missing_eligible"], "no column of eligibility", Russell, |case| {
            remove(case, "eligible")
        }),
        slip(&["info ignored_columns"], "columns that no rule reads", Russell, |case| {
            case.snapshot().add_column("notes", |_, _| "x".to_owned());
        }),
        slip(&["error feature_snapshot_missing_columns"], "a momentum of another window", Russell, |case| {
            rename(case, "mom_6_1", "mom_6m");
        }),
        slip(&["warning columns_changed"], "a column that came since last month", Russell, |case| {
            previous(case, "", "eligible");
        }),
        slip(&["info columns_changed"], "a column that went, which no rule reads", Russell, |case| {
            previous(case, "notes", "");
        }),
        slip(&["warning previous_not_earlier"], "an earlier snapshot that is none", Russell, |case| {
            previous(case, "", "");
            case.previous = case.snapshot.clone();
        }),
        slip(&["info symbols_changed"], "a name that left since last month", Russell, |case| {
            previous(case, "", "");
            case.snapshot().rows.remove(3);
        }),
        slip(&["warning column_frozen"], "the closes of last month", Russell, |case| {
            previous(case, "", "");
            let before = case.previous.clone().unwrap();
            let at = before.at("close");
            for (row, old) in case.snapshot().rows.iter_mut().zip(&before.rows) {
                row[at] = old[at].clone();
            }
        }),
        slip(&["warning thin_volume"], "the volume of one exchange", Top50, |case| {
            case.snapshot().edit("adv20_usd", |_, _| true, scaled(0.01));
        }),
        slip(&["warning looks_like_other_profile"], "the snapshot of another profile", Russell, |case| {
            other(case, "tech_communication")
        }),
    ]
}

fn files() -> Vec<Slip> {
    vec![
        slip(
            &["warning snapshot_not_month_end"],
            "a date that is not a month's last session",
            Top50,
            |case| {
                case.snapshot().edit("as_of", |_, _| true, |_| "2025-03-28".to_owned());
                case.flags("2025-04-01", "2025-03-31");
            },
        ),
        slip(
            &["error feature_snapshot_manifest_price_as_of_mismatch"],
            "a manifest whose prices are older",
            Tech,
            |case| manifest(case, "price_as_of", json!("2025-03-28")),
        ),
        slip(&[], "a manifest whose prices are of the date", Tech, |case| {
            manifest(case, "price_as_of", json!("2025-03-31"));
        }),
        slip(&["warning feature_snapshot_source_fallback"], "a manifest that fell back once", Tech, |case| {
            manifest(case, "source_input_fallback_used", json!(true));
        }),
        slip(&["error feature_snapshot_source_fallback"], "a manifest that fell back twice", Tech, |case| {
            manifest(case, "source_input_fallback_used", json!(true));
            manifest(case, "source_input_fallback_streak", json!(2));
        }),
        slip(
            &["error feature_snapshot_manifest_snapshot_checksum_mismatch [*.csv -text]"],
            "line ends that git has turned",
            Tech,
            |case| case.text = |text| text.replace('\n', "\r\n"),
        ),
        slip(
            &["error feature_snapshot_invalid_date_column"],
            "dates that are midnights of a zone to the east",
            Russell,
            |case| {
                case.snapshot().edit("as_of", |_, _| true, |date| format!("{date}T00:00:00+01:00"));
            },
        ),
        slip(&[], "the name that the profile had before", Top50, |case| {
            case.flags("mega_cap_leader_rotation_top50_balanced", "russell_top50_leader_rotation");
        }),
        slip(
            &["warning outside_cadence"],
            "a day after the first three sessions of a month",
            Russell,
            |case| {
                case.flags("2025-04-01", "2025-04-04");
            },
        ),
        slip(&["error feature_snapshot_future_as_of"], "a date after the decision", Russell, |case| {
            case.flags("2025-04-01", "2025-03-28");
        }),
        slip(&["error feature_snapshot_stale"], "a snapshot of two months ago", Russell, |case| {
            case.flags("2025-04-01", "2025-06-04");
        }),
        slip(&["warning as_of_not_given"], "no decision date", Russell, |case| {
            case.flags(" --as-of 2025-04-01", "");
        }),
    ]
}
