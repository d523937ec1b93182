//! Snapshots small enough to count the lines and characters of by eye.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::number::Number;
use crate::profile::catalog;

const RUSSELL: &str = "russell_1000_multi_factor_defensive";
const TECH: &str = "tech_communication_pullback_enhancement";
const MEGA: &str = "mega_cap_leader_rotation_aggressive";
const DYNAMIC_MEGA: &str = "dynamic_mega_leveraged_pullback";

const HEADER: &str = "as_of,symbol,sector,mom_6_1,mom_12_1,sma200_gap,vol_63,maxdd_126,eligible\n";
const SPY: &str = "2025-03-31,SPY,benchmark,0.1,0.1,0.05,0.2,-0.1,false\n";
const AAA: &str = "2025-03-31,AAA,Energy,0.1,0.1,0.05,0.2,-0.1,true\n";

const PRODUCTS: &str = "as_of,symbol,underlying_symbol,sector,candidate_rank,product_leverage,\
                        product_available,eligible\n";

/// What the checks say about a file with these bytes.
fn examination_of(profile: &str, bytes: &[u8], as_of: Option<&str>) -> Examination {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let profile = catalog::find(profile).unwrap();
    let strategy = Strategy::new(profile.strategy, &profile.config).unwrap();
    examine(&Request {
        snapshot: file.path().to_str(),
        as_of: as_of.map(|date| date.parse().unwrap()),
        ..Request::new(&profile, &strategy)
    })
}

/// The findings but for those that many of these files have: no manifest, no row of the safe haven, further columns.
fn findings(profile: &str, text: &str) -> Vec<Finding> {
    examination_of(profile, text.as_bytes(), None).findings.into_iter().filter(is_of_interest).collect()
}

fn is_of_interest(finding: &Finding) -> bool {
    !matches!(
        finding.code,
        Code::FeatureSnapshotManifestMissing | Code::MissingSafeHavenRow | Code::IgnoredColumns
    )
}

/// Each finding's code, line, character and what was observed.
type Brief = (Code, Option<u64>, Option<u64>, Option<String>);

fn brief(profile: &str, text: &str) -> Vec<Brief> {
    findings(profile, text).into_iter().map(|f| (f.code, f.line, f.character, f.observed)).collect()
}

/// A finding about a cell; a blank one has nothing to observe.
fn at(code: Code, line: u64, character: u64, observed: &str) -> Brief {
    let observed = Some(observed.to_owned()).filter(|text| !text.is_empty());
    (code, Some(line), Some(character), observed)
}

/// A file of the russell profile with these rows below the benchmark's.
fn russell(rows: &str) -> String {
    format!("{HEADER}{SPY}{rows}")
}

#[test]
fn a_sound_snapshot_is_typed_rows() {
    let text = "Extra, SYMBOL ,SNAPSHOT_DATE,sector,mom_6_1,mom_12_1,sma200_gap,vol_63,maxdd_126,Eligible\n\
                x,spy,2025-03-31T16:00:00-04:00,,1e-1,+.1,0.05,0.2,-0.1,Y\n\
                ,aaa ,2025-03-31 ,\"Health, Care\",,0.1,0.05,0.2,-1,0.0\n";
    let examination = examination_of(RUSSELL, text.as_bytes(), None);
    let snapshot = examination.snapshot.unwrap();
    assert_eq!(snapshot.as_of, Some("2025-03-31".parse().unwrap()));
    assert_eq!(
        snapshot.columns,
        ["sector", "mom_6_1", "mom_12_1", "sma200_gap", "vol_63", "maxdd_126", "eligible"]
    );
    let row = &snapshot.rows[1];
    assert_eq!(row.symbol.as_ref().map(Symbol::as_str), Some("AAA"));
    assert_eq!(row.line, 3);
    assert_eq!(row.text(snapshot.column("sector")), Some("Health, Care"));
    assert_eq!(row.number(snapshot.column("mom_6_1")), None);
    assert_eq!(row.number(snapshot.column("maxdd_126")), Some(-1.0));
    assert_eq!(row.boolean(snapshot.column("eligible")), Some(false));
    assert_eq!(snapshot.rows[0].number(snapshot.column("mom_12_1")), Some(0.1));
    assert_eq!(snapshot.rows[0].boolean(snapshot.column("eligible")), Some(true));
    let record = &examination.inputs[0];
    assert_eq!((record.rows, record.last), (Some(2), Some("2025-03-31".parse().unwrap())));
}

#[test]
fn every_yes_and_no_is_read_in_any_case() {
    for (word, expected) in [
        ("1", true),
        ("1.0", true),
        ("TRUE", true),
        ("Yes", true),
        ("y", true),
        ("0", false),
        ("0.0", false),
        ("False", false),
        ("NO", false),
        ("n", false),
    ] {
        let text = russell(&AAA.replace("true", word));
        let snapshot = examination_of(RUSSELL, text.as_bytes(), None).snapshot.unwrap();
        assert_eq!(snapshot.rows[1].boolean(snapshot.column("eligible")), Some(expected), "{word}");
    }
}

#[test]
fn a_cell_that_is_no_boolean_is_named() {
    for word in ["t", "2", "ja", "true false", "1.00"] {
        let text = russell(&AAA.replace("true", word));
        // `2025-03-31,AAA,Energy,0.1,0.1,0.05,0.2,-0.1,` is 44 characters long.
        assert_eq!(brief(RUSSELL, &text)[0], at(Code::UnreadableBoolean, 3, 45, word));
    }
}

#[test]
fn a_cell_that_is_no_finite_number_is_named() {
    for word in ["NaN", "inf", "-Infinity", "1e400", "N/A", "null", "0,5", "5%", "0x1f", "1_000", "٣", "−1"]
    {
        let text = russell(&AAA.replace("0.05", &format!("\"{word}\"")));
        // `2025-03-31,AAA,Energy,0.1,0.1,` is 30 characters long.
        assert_eq!(brief(RUSSELL, &text)[0], at(Code::UnreadableNumber, 3, 31, word));
    }
}

#[test]
fn the_very_cell_is_named_behind_quoted_line_ends_a_byte_order_mark_and_carriage_returns() {
    let text = format!(
        "\u{feff}{}{}2025-03-31,AAA,\"En\r\n\"\"er\"\"gy\",é,0.1,0.05,0.2,-0.1,true\r\n\r\n{}",
        HEADER.replace('\n', "\r\n"),
        SPY.replace('\n', "\r\n"),
        AAA.replace("AAA", "BBB").replace("0.2", "zwölf"),
    );
    // The quoted cell ends on line 4 as `""er""gy",`: the `é` is its 11th character. After it and a blank
    // line comes `2025-03-31,BBB,Energy,0.1,0.1,0.05,`, 35 characters.
    let expected = [at(Code::UnreadableNumber, 4, 11, "é"), at(Code::UnreadableNumber, 6, 36, "zwölf")];
    assert_eq!(brief(RUSSELL, &text)[..2], expected);

    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let packed = examination_of(RUSSELL, &encoder.finish().unwrap(), None).findings;
    let packed: Vec<Brief> = packed.into_iter().map(|f| (f.code, f.line, f.character, f.observed)).collect();
    assert_eq!(packed[..2], expected);
}

#[test]
fn all_missing_columns_stand_in_one_finding() {
    let found = findings(RUSSELL, "date,ticker,sector,mom61,mom_12_1,vol_63\n2025-03-31,AAA,Energy,1,1,1\n");
    assert_eq!(
        found.iter().map(|f| f.code).collect::<Vec<_>>(),
        [Code::FeatureSnapshotMissingColumns, Code::FeatureSnapshotMissingDateColumn]
    );
    assert_eq!(found[0].message, "no column `symbol`, `mom_6_1`, `sma200_gap`, `maxdd_126`");
    assert_eq!(
        found[0].hint.as_deref(),
        Some("rename `ticker` to `symbol`, `mom61` to `mom_6_1`; the order and case of columns are free")
    );
    assert_eq!(found[0].line, Some(1));
}

#[test]
fn the_name_of_a_column_can_not_drive_a_terminal() {
    let found = findings(RUSSELL, &russell(AAA).replace("mom_6_1", "mom_6_1\u{7}"));
    let hint = found[0].hint.as_deref().unwrap();
    assert!(hint.starts_with("rename `mom_6_1\\u{7}` to `mom_6_1`"), "{hint}");
}

#[test]
fn a_file_without_commas_is_told_so() {
    let found = findings(RUSSELL, "as_of;symbol;sector\n2025-03-31;AAA;Energy\n");
    assert_eq!(found[0].hint.as_deref(), Some("the header is separated by `;`: write the file with commas"));
    let found = findings(RUSSELL, "as_of\tsymbol\tsector\n2025-03-31\tAAA\tEnergy\n");
    assert_eq!(
        found[0].hint.as_deref(),
        Some("the header is separated by `\\t`: write the file with commas")
    );
}

#[test]
fn the_symbol_may_stand_under_trade_symbol_where_the_contract_knows_it() {
    let text = PRODUCTS.replace(",symbol", ",trade_symbol") + "2025-03-31,nvdl,NVDA,Tech,1,2,true,true\n";
    let examination = examination_of(DYNAMIC_MEGA, text.as_bytes(), None);
    assert_eq!(examination.snapshot.unwrap().rows[0].symbol, Symbol::parse("NVDL"));
    let text = PRODUCTS.replace(",symbol", ",ticker") + "2025-03-31,nvdl,NVDA,Tech,1,2,true,true\n";
    assert_eq!(findings(DYNAMIC_MEGA, &text)[0].message, "no column `symbol`");
    let text = russell(AAA).replace("symbol", "trade_symbol");
    assert_eq!(findings(RUSSELL, &text)[0].message, "no column `symbol`");
}

#[test]
fn a_date_that_is_none_or_one_of_two_is_refused() {
    for date in ["", "31/03/2025", "2025-02-29", "20250331", "2025-03-31T00:00:00Z"] {
        let text = russell(&AAA.replace("2025-03-31", date));
        assert_eq!(brief(RUSSELL, &text)[0], at(Code::FeatureSnapshotInvalidDateColumn, 3, 1, date));
    }
}

#[test]
fn two_dates_are_named_with_the_line_of_each() {
    let text = russell(&[AAA, &AAA.replace("AAA", "BBB").replace("03-31", "02-28")].concat());
    assert_eq!(brief(RUSSELL, &text), [at(Code::FeatureSnapshotMixedDates, 4, 1, "2025-03-31, 2025-02-28")]);
}

#[test]
fn the_decision_date_makes_a_snapshot_stale_or_of_the_future() {
    let codes = |as_of| -> Vec<Code> {
        let found = examination_of(RUSSELL, russell(AAA).as_bytes(), Some(as_of)).findings;
        found.into_iter().filter(is_of_interest).map(|f| f.code).collect()
    };
    assert_eq!(codes("2025-03-30"), [Code::FeatureSnapshotFutureAsOf]);
    assert_eq!(codes("2025-03-31"), []);
    assert_eq!(codes("2025-04-30"), []);
    assert_eq!(codes("2025-05-01"), [Code::FeatureSnapshotStale]);
}

#[test]
fn a_symbol_in_two_rows_is_named_with_both_lines() {
    let text = russell(&[AAA, &AAA.replace("AAA", " aaa")].concat());
    let found = findings(RUSSELL, &text);
    assert_eq!(found[0].expected.as_deref(), Some("one row per symbol; the first is line 3"));
    assert_eq!((found[0].line, found[0].character), (Some(4), Some(12)));
}

#[test]
fn a_row_without_a_symbol_is_passed_over_with_a_warning_and_not_judged() {
    let text = russell(&[AAA, "2025-99-99, ,?,?,?,?,?,?,?\n", ",,,,,,,,\n"].concat());
    let examination = examination_of(RUSSELL, text.as_bytes(), None);
    assert_eq!(examination.snapshot.unwrap().rows.len(), 2);
    assert_eq!(examination.inputs[0].rows, Some(4));
    assert_eq!(brief(RUSSELL, &text), [at(Code::BlankSymbol, 4, 12, ""), at(Code::BlankSymbol, 5, 2, "")]);
    assert_eq!(findings(RUSSELL, &text)[0].severity, Severity::Warning);
}

#[test]
fn a_file_without_rows_or_symbols_is_empty() {
    assert_eq!(brief(RUSSELL, "")[0].0, Code::FeatureSnapshotEmpty);
    let codes = |text: &str| findings(RUSSELL, text).into_iter().map(|f| f.code).collect::<Vec<_>>();
    assert_eq!(codes(HEADER), [Code::FeatureSnapshotEmpty]);
    assert!(codes(&(HEADER.to_owned() + ",,,,,,,,\n")).contains(&Code::FeatureSnapshotEmpty));
}

#[test]
fn what_is_no_table_fails_to_parse_with_its_line() {
    let found = brief(RUSSELL, &russell("2025-03-31,AAA,Energy\n"));
    assert_eq!(found[0].0, Code::FeatureSnapshotParseFailed);
    assert_eq!(found[0].1, Some(3));
    let latin = [russell("").as_bytes(), b"2025-03-31,AAA,\xc9nergie,1,1,1,1,-0.1,true\n"].concat();
    let found = examination_of(RUSSELL, &latin, None).findings;
    assert_eq!(
        (found[0].code, found[0].line, found[0].character),
        (Code::FeatureSnapshotParseFailed, Some(3), Some(16))
    );
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(russell(AAA).as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let cut = examination_of(RUSSELL, &packed[..packed.len() - 6], None);
    assert_eq!(cut.findings[0].code, Code::FeatureSnapshotParseFailed);
    assert!(cut.inputs.is_empty());
}

#[test]
fn a_symbol_that_is_no_text_is_told_of_once() {
    let latin = [russell("").as_bytes(), b"2025-03-31,A\xc9A,Energy,1,1,1,1,-0.1,true\n"].concat();
    let found = examination_of(RUSSELL, &latin, None).findings;
    assert_eq!(found[0].code, Code::FeatureSnapshotParseFailed);
    assert!(found.iter().all(|finding| finding.code != Code::BlankSymbol));
}

#[test]
fn of_a_file_with_lost_rows_nothing_is_called_missing() {
    let text = russell(AAA).replace("SPY,benchmark", "SPY");
    assert_eq!(
        brief(RUSSELL, &text).iter().map(|found| found.0).collect::<Vec<_>>(),
        [Code::FeatureSnapshotParseFailed]
    );
}

#[test]
fn a_file_that_is_not_there_or_not_named_is_missing() {
    let profile = catalog::find(RUSSELL).unwrap();
    let strategy = Strategy::new(profile.strategy, &profile.config).unwrap();
    let request = Request { snapshot: Some("/no/such.csv"), ..Request::new(&profile, &strategy) };
    let codes = |request: &Request<'_>| examine(request).findings.iter().map(|f| f.code).collect::<Vec<_>>();
    assert_eq!(codes(&request), [Code::FeatureSnapshotMissing]);
    assert_eq!(codes(&Request { snapshot: None, ..request }), [Code::FeatureSnapshotMissing]);
}

#[test]
fn a_number_beyond_all_measure_is_named() {
    // `2025-03-31,AAA,Energy,0.1,0.1,` is 30 characters long.
    for (word, expected) in [("1.7e308", Some("1.7e308")), ("-1e16", Some("-1e16")), ("1e15", None)] {
        let found = brief(RUSSELL, &russell(&AAA.replace("0.05", word)));
        let found = found.into_iter().find(|(code, ..)| *code == Code::OutOfRange);
        assert_eq!(found, expected.map(|observed| at(Code::OutOfRange, 3, 31, observed)));
    }
}

#[test]
fn a_number_outside_its_columns_range_is_named() {
    for (from, to, observed) in [("0.2,", "-0.2,", "-0.2"), ("-0.1,true", "-1.01,true", "-1.01")] {
        let found = findings(RUSSELL, &russell(&AAA.replace(from, to)));
        assert_eq!((found[0].code, found[0].observed.as_deref()), (Code::OutOfRange, Some(observed)));
    }
    let text = "as_of,symbol,sector,mom_6_1,mom_12_1,sma200_gap,vol_63,maxdd_126,close\n\
                2025-03-31,SPY,benchmark,1,1,1,1,-1,0\n";
    assert_eq!(findings(RUSSELL, text)[0].expected.as_deref(), Some("a number above 0"));
}

#[test]
fn the_absence_of_the_benchmark_blocks_where_an_up_trend_would_be_assumed() {
    let found = findings(RUSSELL, &format!("{HEADER}{AAA}"));
    assert_eq!((found[0].code, found[0].severity), (Code::MissingBenchmarkRow, Severity::Error));
    let found = findings(MEGA, "as_of,symbol\n2025-03-31,AAA\n");
    let benchmark = found.iter().find(|finding| finding.code == Code::MissingBenchmarkRow).unwrap();
    assert_eq!(benchmark.severity, Severity::Warning);
    assert!(findings(DYNAMIC_MEGA, PRODUCTS).iter().all(|f| f.code != Code::MissingBenchmarkRow));
}

#[test]
fn the_absence_of_the_safe_haven_is_worth_knowing_where_the_file_has_prices() {
    let has = |profile: &str, text: &str| {
        examination_of(profile, text.as_bytes(), None)
            .findings
            .iter()
            .any(|finding| finding.code == Code::MissingSafeHavenRow)
    };
    assert!(has(RUSSELL, &russell("")));
    assert!(!has(RUSSELL, &russell(&AAA.replace("AAA", "boxx"))));
    assert!(!has(DYNAMIC_MEGA, &(PRODUCTS.to_owned() + "2025-03-31,NVDL,NVDA,Tech,1,2,true,true\n")));
}

#[test]
fn a_sector_that_the_whitelist_misses_by_a_word_is_named_with_its_rows() {
    let header = "as_of,symbol,sector\n";
    let rows = "2025-03-31,QQQ,benchmark\n2025-03-31,AAA,Information Technology\n\
                2025-03-31,BBB,Communication Services\n2025-03-31,CCC,Communication Services\n";
    let found = findings(TECH, &format!("{header}{rows}"));
    let sector = found.iter().find(|finding| finding.code == Code::UnknownSector).unwrap();
    assert_eq!((sector.line, sector.character), (Some(4), Some(16)));
    assert!(
        sector.message.starts_with("2 rows have the sector `Communication Services`"),
        "{}",
        sector.message
    );
    assert!(findings(RUSSELL, &russell(&AAA.replace("Energy", "Communication Services"))).is_empty());
}

#[test]
fn share_classes_count_only_where_both_may_be_selected() {
    let rows = [AAA.replace("AAA", "GOOG"), AAA.replace("AAA", "GOOGL")].concat();
    assert_eq!(brief(RUSSELL, &russell(&rows)), [at(Code::DuplicateShareClass, 4, 12, "GOOG, GOOGL")]);
    let rows = [AAA.replace("AAA", "GOOG"), AAA.replace("AAA", "GOOGL").replace("true", "0")].concat();
    assert_eq!(brief(RUSSELL, &russell(&rows)), []);
}

#[test]
fn share_classes_of_rows_that_the_rule_passes_over_do_not_count() {
    let of_mega = |eligible: &str| {
        let text = format!(
            "as_of,symbol,eligible\n2025-03-31,QQQ,\n2025-03-31,GOOG,true\n2025-03-31,GOOGL,{eligible}\n"
        );
        brief(MEGA, &text).iter().filter(|(code, ..)| *code == Code::DuplicateShareClass).count()
    };
    // To this rule a blank is a no, and to the other a yes.
    assert_eq!((of_mega("true"), of_mega("")), (1, 0));
    let rows = [AAA.replace("AAA", "GOOG"), AAA.replace("AAA", "GOOGL").replace("true", "")].concat();
    assert_eq!(brief(RUSSELL, &russell(&rows))[0].0, Code::DuplicateShareClass);
    let of_tech = |sector: &str| {
        let text = format!(
            "as_of,symbol,sector\n2025-03-31,GOOG,Communication\n2025-03-31,GOOGL,{sector}\n\
             2025-03-31,AAA,Information Technology\n"
        );
        brief(TECH, &text).iter().filter(|(code, ..)| *code == Code::DuplicateShareClass).count()
    };
    assert_eq!((of_tech("Communication"), of_tech("Energy")), (1, 0));
    let of_products = |available: &str| {
        products(&format!(
            "2025-03-31,GGLL,GOOGL,Tech,1,2,true,true\n2025-03-31,GOOX,GOOG,Tech,2,2,{available},true\n"
        ))
    };
    // The companies stand under `underlying_symbol`: `2025-03-31,GOOX,` is 16 characters long.
    assert_eq!(of_products("true"), [at(Code::DuplicateShareClass, 3, 17, "GOOGL, GOOG")]);
    assert_eq!(of_products("false"), []);
}

#[test]
fn a_row_that_is_lost_hides_nothing_that_the_others_say() {
    let text = "as_of,symbol,sector\n2025-03-31,QQQ\n2025-03-31,AAA,Information Technology\n\
                2025-03-31,GOOG,Communication Services\n2025-03-31,GOOGL,Communication\n\
                2025-03-31,META,Communication\n2025-03-31,META,\n";
    let codes: Vec<Code> = findings(TECH, text).into_iter().map(|finding| finding.code).collect();
    for code in
        [Code::FeatureSnapshotParseFailed, Code::UnknownSector, Code::DuplicateSymbol, Code::MissingValues]
    {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    // The lost row may be the benchmark's: that it is missing can't be said.
    assert!(!codes.contains(&Code::MissingBenchmarkRow));
}

#[test]
fn a_label_with_whole_lines_in_it_has_swallowed_rows() {
    let rows =
        [AAA.replace("Energy", "\"Energy"), AAA.replace("AAA", "BBB").replace("Energy", "x\"")].concat();
    let found = brief(RUSSELL, &russell(&rows));
    // The finding names the line on which the quote opens.
    let (code, line, ..) = &found[0];
    assert_eq!((*code, *line), (Code::FeatureSnapshotParseFailed, Some(3)));
    // A line end alone is none.
    assert_eq!(brief(RUSSELL, &russell(&AAA.replace("Energy", "\"Ener\ngy\""))), []);
}

#[test]
fn every_column_that_is_named_more_than_once_and_used_is_named_beside_what_the_rows_say() {
    let text =
        russell(&AAA.replace("0.05", "x")).replace("vol_63,maxdd_126,eligible", "vol_63,vol_63,Sector");
    let found = findings(RUSSELL, &text);
    let repeated = &found[0];
    assert_eq!((repeated.code, repeated.line), (Code::FeatureSnapshotParseFailed, Some(1)));
    assert_eq!(repeated.message, "the header names `sector`, `vol_63` more than once");
    assert_eq!(found[1].message, "no column `maxdd_126`");
    assert!(found.iter().any(|finding| finding.code == Code::UnreadableNumber));
    // An unused column may stand there as often as it likes.
    let extra = russell(AAA).replace('\n', ",1,1\n").replace("eligible,1,1", "eligible,note,note");
    assert_eq!(brief(RUSSELL, &extra), []);
}

#[test]
fn what_can_not_be_read_is_no_blank() {
    let found = brief(RUSSELL, &russell(&AAA.replace("0.05", "x").replace("true", "x")));
    assert!(found.iter().all(|(code, ..)| *code != Code::MissingValues), "{found:?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn blanks_are_counted_a_column() {
    let rows = [AAA.replace("0.05", ""), AAA.replace("AAA", "BBB").replace("0.05", "")].concat();
    let found = findings(RUSSELL, &russell(&rows));
    assert_eq!(found[0].message, "2 of 3 rows have no `sma200_gap`");
    assert_eq!((found[0].severity, found[0].observed.as_deref()), (Severity::Info, Some("66.7 %")));
    // A cell that can't be read is no blank, and its row is one of all.
    let found = findings(RUSSELL, &russell(&rows.replacen("0.2", "x", 1)));
    assert!(found.iter().any(|finding| finding.message == "2 of 3 rows have no `sma200_gap`"), "{found:?}");
}

/// The findings about a table of products with these rows, but that they are few.
fn products(rows: &str) -> Vec<Brief> {
    let found = brief(DYNAMIC_MEGA, &format!("{PRODUCTS}{rows}"));
    found.into_iter().filter(|(code, ..)| *code != Code::FewCandidates).collect()
}

#[test]
fn fewer_underlyings_with_a_product_than_are_selected_are_named() {
    let few = |rows: &str| {
        let found = findings(DYNAMIC_MEGA, &format!("{PRODUCTS}{rows}"));
        found.into_iter().find(|finding| finding.code == Code::FewCandidates).map(|finding| finding.message)
    };
    let two = "2025-03-31,A2,A,Tech,1,2,true,true\n2025-03-31,B2,B,Tech,2,2,true,true\n\
               2025-03-31,B3,B,Tech,2,2,true,true\n2025-03-31,C2,C,Tech,3,2,false,true\n";
    assert_eq!(few(two).as_deref(), Some("2 rows are candidates, and the profile selects 3"));
    assert_eq!(few(&format!("{two}2025-03-31,D2,D,Tech,4,2,true,true\n")), None);
}

#[test]
fn a_candidate_without_a_product_is_normal_until_it_is_available() {
    let product = "2025-03-31,VX,V,Financials,9,2,True,True\n";
    let placeholder = "2025-03-31,,MA,Financials,1,2.0,False,False\n";
    let text = format!("{PRODUCTS}{product}{placeholder}");
    assert_eq!(examination_of(DYNAMIC_MEGA, text.as_bytes(), None).snapshot.unwrap().rows.len(), 2);
    let products_beside = |rows: &str| products(&format!("{product}{rows}"));
    assert_eq!(products_beside(placeholder), []);
    assert_eq!(products_beside("2025-03-31,,MA,Financials,1,2.0,True,False\n"), []);
    assert_eq!(
        products_beside("2025-03-31,,MA,Financials,1,2.0,True,True\n"),
        [at(Code::MissingProduct, 3, 12, "")]
    );
    // Without any product there is nothing to decide on.
    assert_eq!(products(placeholder), [(Code::FeatureSnapshotEmpty, None, None, None)]);
    // `2025-03-31,MAX2,` is 16 characters long; the blank underlying is a missing value besides.
    assert_eq!(
        products("2025-03-31,MAX2,,Financials,1,2.0,True,True\n")[0],
        at(Code::MissingProduct, 2, 17, "")
    );
    assert_eq!(products(",,,,,,,\n")[0].0, Code::BlankSymbol);
}

#[test]
fn a_product_of_another_multiple_is_named_on_an_available_row_alone() {
    let row = |multiple: &str, available: &str| {
        products(&format!("2025-03-31,NVDL,NVDA,Tech,1,{multiple},{available},true\n"))
    };
    // `2025-03-31,NVDL,NVDA,Tech,1,` is 28 characters long.
    assert_eq!(row("1.5", "true"), [at(Code::ProductLeverage, 2, 29, "1.5")]);
    assert_eq!(row("2.06", "true"), [at(Code::ProductLeverage, 2, 29, "2.06")]);
    // Both bounds are 0.05 off, though 2 - 1.95 is more than that in binary fractions.
    assert_eq!(row("1.95", "true"), []);
    assert_eq!(row("2.05", "true"), []);
    let not_available = row("1.5", "false");
    assert_eq!(not_available.iter().map(|found| found.0).collect::<Vec<_>>(), [Code::NoCandidates]);
    let not_eligible = "2025-03-31,NVDL,NVDA,Tech,1,3,true,false\n";
    assert_eq!(products(not_eligible), [at(Code::ProductLeverage, 2, 29, "3")]);
}

#[test]
fn two_underlyings_of_one_rank_are_named_and_two_products_of_one_are_not() {
    let rows = "2025-03-31,NVDL,NVDA,Tech,1,2,true,true\n2025-03-31,NVDX,NVDA,Tech,1,2,true,true\n\
                2025-03-31,MSFU,MSFT,Tech,1.0,2,true,true\n2025-03-31,XOMX,XOM,Energy,1,2,false,true\n";
    assert_eq!(products(rows), [at(Code::DuplicateRank, 4, 27, "1.0")]);
}

#[test]
fn rows_beyond_the_wanted_number_are_checked_and_not_kept() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(russell(&[AAA, &AAA.replace("AAA", "BBB").replace("0.05", "x")].concat()).as_bytes())
        .unwrap();
    let profile = catalog::find(RUSSELL).unwrap();
    let strategy = Strategy::new(profile.strategy, &profile.config).unwrap();
    let examination = examine(&Request {
        snapshot: file.path().to_str(),
        most_rows: Some(2),
        ..Request::new(&profile, &strategy)
    });
    assert_eq!(examination.snapshot, None);
    assert_eq!(examination.findings[0].code, Code::UnreadableNumber);
    assert_eq!(examination.inputs[0].rows, Some(3));
}

#[test]
fn a_column_is_summed_up_in_a_few_numbers() {
    let rows = [AAA.replace("0.05", "0.2"), AAA.replace("AAA", "BBB").replace("0.05", "")].concat();
    let summaries = examination_of(RUSSELL, russell(&rows).as_bytes(), None).columns.summaries();
    let gap = summaries.iter().find(|summary| summary.name == "sma200_gap").unwrap();
    // 0.05, 0.2 and a blank: the median of two is 0.05 + (0.2 - 0.05) / 2.
    assert_eq!(
        (gap.minimum, gap.median, gap.maximum),
        (Some(Number(0.05)), Some(Number(0.05 + (0.2 - 0.05) / 2.0)), Some(Number(0.2)))
    );
    assert_eq!(gap.missing_ratio, Number(1.0 / 3.0));
    let eligible = summaries.iter().find(|summary| summary.name == "eligible").unwrap();
    assert_eq!((eligible.minimum, eligible.yes_ratio), (None, Some(Number(2.0 / 3.0))));
}
