//! `strat explain CODE` against the catalogue of findings.

use strat::Code;

use crate::support::run;

#[test]
fn a_code_is_explained_in_both_languages() {
    let english = run("explain PRICE_JUMP");
    assert_eq!((english.code, english.stderr.as_str()), (0, ""));
    assert_eq!(
        english.stdout,
        "price_jump: warning; `--allow price_jump` makes it a warning\n\nA close moved unusually far: more than 40 median daily moves of the symbol (at\n\
         least 5 %, at most 60 %). It is an error beyond 60 % on the newest bar or over a\n\
         gap, and beyond a factor of 3 on any bar.\n\n\
         Example: 400.10 on Friday, 100.25 on Monday.\n\n\
         Fix: look for a split that the prices are not adjusted for.\n"
    );
    let chinese = run("explain stale_price --lang zh").stdout;
    assert!(
        chinese.starts_with("stale_price: error; `--allow stale_price` 可将其降为警告\n\n所用代码的"),
        "{chinese}"
    );
}

#[test]
fn the_codes_are_listed_without_a_profile() {
    let listed = run("explain --codes");
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    let codes: Vec<&str> = listed.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(codes, Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
    let json: serde_json::Value = serde_json::from_str(&run("explain --codes --format json").stdout).unwrap();
    assert_eq!(json["codes"][0]["code"], "feature_snapshot_missing");
}

#[test]
fn a_misspelt_name_is_looked_for_among_profiles_and_codes() {
    let found = run("explain stale_prices");
    assert_eq!(found.code, 2);
    assert_eq!(
        found.stderr,
        "error: unknown profile or finding `stale_prices`\nhint: did you mean `stale_price`? `strat list` shows \
         the profiles, `strat explain --codes` the findings\n"
    );
    assert!(run("explain tqqq_growth_incme").stderr.contains("did you mean `tqqq_growth_income`?"));
}

#[test]
fn a_code_takes_no_inputs() {
    let found = run("explain stale_price --equity 1");
    assert_eq!(found.code, 2);
    assert!(
        found.stderr.starts_with("error: `stale_price` is a finding and takes no inputs\n"),
        "{}",
        found.stderr
    );
}
