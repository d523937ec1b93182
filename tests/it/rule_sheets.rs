//! The rule sheets of the built-in profiles, against fixtures and against what decisions leave in their traces.
//!
//! `UPDATE_EXPECTED=1 cargo test --test it rule_sheets` writes the sheets and the pages of `docs/` that
//! quote them anew; what changed is then to be read before it is committed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use strat::account::Account;
use strat::amount::grouped;
use strat::explain::rules::{RuleSheet, rule_sheet};
use strat::language::Language;
use strat::market::calendar::Calendar;
use strat::market::history::{History, Market};
use strat::market::snapshot::{Cell, Row, Snapshot};
use strat::profile::catalog;
use strat::profile::manifest::Manifest;
use strat::render;
use strat::render::grid::Align;
use strat::strategy::Inputs;
use strat::strategy::choice::Strategy;
use strat::strategy::trace::Trace;
use strat::symbol::Symbol;
use tabled::grid::util::string::get_line_width;

/// The day before Good Friday's eve: the quarter ends for the exchange on the next day, a Thursday.
const AS_OF: &str = "2024-03-27";

/// The columns of a terminal that a sheet must fit.
const TERMINAL_WIDTH: usize = 80;

const LANGUAGES: [(Language, &str); 2] = [(Language::En, "en"), (Language::Zh, "zh")];

fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn strategy(manifest: &Manifest) -> Strategy {
    Strategy::new(manifest.strategy, &manifest.config).unwrap()
}

fn sheet(profile: &str, as_of: Option<&str>) -> RuleSheet {
    let manifest = catalog::find(profile).unwrap();
    let as_of = as_of.map(|date| date.parse().unwrap());
    rule_sheet(&manifest, &strategy(&manifest), &Calendar::default(), as_of)
}

/// Holds a text against a file of the project, or writes the file.
fn assert_is_file(path: &str, text: &str) {
    let path = in_project(path);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{}", path.display());
}

#[test]
fn every_sheet_is_its_fixture() {
    for profile in catalog::keys() {
        for (language, code) in LANGUAGES {
            let text = render::rule_sheet::text(&sheet(profile, Some(AS_OF)), language);
            assert_is_file(&format!("fixtures/rule_sheets/{profile}.{code}.txt"), &text);
        }
    }
}

#[test]
fn every_sheet_fits_a_terminal() {
    for profile in catalog::keys() {
        for (language, _) in LANGUAGES {
            let text = render::rule_sheet::text(&sheet(profile, Some(AS_OF)), language);
            for line in text.lines() {
                assert!(get_line_width(line) <= TERMINAL_WIDTH, "{profile}: {line}");
                assert_eq!(line, line.trim_end(), "{profile}");
            }
        }
    }
}

/// The names that a decision leaves in its trace: those of gates, rankings, steps and of the tests that excluded.
fn trace_names(trace: &Trace) -> BTreeSet<String> {
    let gates = trace.gates.iter().map(|gate| gate.name);
    let steps = trace.steps.iter().map(|step| step.quantity.name);
    let excluded =
        trace.rankings.iter().flat_map(|ranking| ranking.excluded()).map(|(_, tested)| tested.test);
    let rankings = trace.rankings.iter().map(|ranking| ranking.name.clone());
    gates.chain(steps).chain(excluded).map(str::to_owned).chain(rankings).collect()
}

/// A small world to decide in.
#[derive(Default)]
struct World {
    market: Market,
    snapshot: Option<Snapshot>,
    account: Account,
}

impl World {
    fn with_equity(equity_usd: f64) -> Self {
        Self { account: Account { equity_usd: Some(equity_usd), ..Account::default() }, ..Self::default() }
    }

    fn holding(mut self, symbol: &str) -> Self {
        self.account.holdings.insert(Symbol::parse(symbol).unwrap());
        self
    }

    /// A symbol that closed at these prices, one session after the other, the last at the quarter's end.
    fn closing(mut self, symbol: &str, closes: Vec<f64>) -> Self {
        let calendar = Calendar::default();
        let last = "2025-03-31".parse().unwrap();
        let mut dates: Vec<_> = std::iter::successors(Some(last), |date| calendar.previous_session(*date))
            .take(closes.len())
            .collect();
        dates.reverse();
        let series = History::from_closes(dates.into_iter().zip(closes));
        self.market.insert(Symbol::parse(symbol).unwrap(), series);
        self
    }

    /// A snapshot of the day before from a table with white space between cells; `-` is blank.
    fn with_snapshot(mut self, table: &str) -> Self {
        let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
        let columns: Vec<String> = lines.next().unwrap().split_whitespace().map(str::to_owned).collect();
        let cell = |text: &str| match (text, text.parse()) {
            ("-", _) => Cell::Blank,
            ("yes" | "no", _) => Cell::Boolean(text == "yes"),
            (_, Ok(number)) => Cell::Number(number),
            _ => Cell::Text(text.to_owned()),
        };
        let row = |(line, number): (&str, u64)| {
            let cells: Vec<Cell> = line.split_whitespace().map(cell).collect();
            assert_eq!(cells.len(), columns.len(), "{line}");
            Row { line: number, symbol: line.split_whitespace().next().and_then(Symbol::parse), cells }
        };
        let rows = lines.zip(2..).map(row).collect();
        self.snapshot = Some(Snapshot { as_of: "2025-03-28".parse().ok(), columns, rows });
        self
    }

    fn trace_names(&self, strategy: &Strategy) -> BTreeSet<String> {
        let inputs = Inputs {
            as_of: "2025-03-31".parse().ok(),
            calendar: &Calendar::default(),
            market: &self.market,
            snapshot: self.snapshot.as_ref(),
            indicators: None,
            account: &self.account,
        };
        trace_names(&strategy.decide(&inputs).unwrap().trace)
    }
}

/// Holds the names that decisions leave in their traces against those that the sheet explains: the same ones.
fn assert_explained(profile: &str, worlds: &[(Value, World)]) {
    let manifest = catalog::find(profile).unwrap();
    let (mut observed, mut explained) = (BTreeSet::new(), BTreeSet::new());
    for (changes, world) in worlds {
        let mut config = manifest.config.clone();
        config.extend(changes.as_object().unwrap().clone());
        let strategy = Strategy::new(manifest.strategy, &config).unwrap();
        let sheet = rule_sheet(&manifest, &strategy, &Calendar::default(), None);
        let names = world.trace_names(&strategy);
        let of_sheet: BTreeSet<String> =
            sheet.rules.iter().flat_map(|rule| rule.trace_names.iter().cloned()).collect();
        let unexplained: Vec<_> = names.difference(&of_sheet).collect();
        assert!(unexplained.is_empty(), "{profile}: no rule is about {unexplained:?}");
        observed.extend(names);
        explained.extend(of_sheet);
    }
    let unobserved: Vec<_> = explained.difference(&observed).collect();
    assert!(unobserved.is_empty(), "{profile}: no decision recorded {unobserved:?}");
}

/// Closes that grow by one a thousandth a session, to a last one that is multiplied.
fn rising(count: usize, last: f64) -> Vec<f64> {
    let mut closes: Vec<f64> = (0..count).map(|place| 100.0 * 1.001_f64.powf(place as f64)).collect();
    *closes.last_mut().unwrap() *= last;
    closes
}

/// Closes of 100 but for one, so many sessions before the last, and the last.
fn level_but_for(sessions_before: usize, one: f64, last: f64) -> Vec<f64> {
    let mut closes = vec![100.0; 300];
    closes[299 - sessions_before] = one;
    closes[299] = last;
    closes
}

#[test]
fn the_rotation_is_explained() {
    let world = World::default()
        .closing("SPY", rising(300, 1.0))
        .closing("EWY", rising(300, 1.0))
        .closing("EWT", rising(300, 1.01))
        .closing("INDA", rising(300, 1.02))
        .closing("FXI", rising(300, 0.5))
        .closing("EWJ", rising(100, 1.0))
        .closing("VGK", rising(253, 1.0));
    assert_explained("global_etf_rotation", &[(json!({"sma_period": 260}), world)]);
}

#[test]
fn the_multi_factor_portfolio_is_explained() {
    let world = World::default().with_snapshot(
        "symbol sector eligible mom_6_1 mom_12_1 sma200_gap vol_63 maxdd_126
         SPY -    yes 0.1 0.1 0.1 0.1 -0.1
         BOXX -   yes 0.1 0.1 0.1 0.1 -0.1
         A   Tech yes 0.1 0.1 0.1 0.1 -0.1
         B   Tech no  0.1 0.1 0.1 0.1 -0.1
         C   Tech yes -   0.1 0.1 0.1 -0.1
         D   Tech yes 0.1 -   0.1 0.1 -0.1
         E   Tech yes 0.1 0.1 -   0.1 -0.1
         F   Tech yes 0.1 0.1 0.1 -   -0.1
         G   Tech yes 0.1 0.1 0.1 0.1 -",
    );
    assert_explained("russell_1000_multi_factor_defensive", &[(json!({}), world)]);
}

#[test]
fn the_technology_portfolio_is_explained() {
    let world = || {
        World::with_equity(9000.0).with_snapshot(
            "symbol sector        eligible adv20_usd mom_6_1 mom_12_1 sma200_gap
             QQQ    -             yes      1e9       0.1     0.1      0.1
             BOXX   -             yes      1e9       0.1     0.1      0.1
             A      Communication yes      1e9       0.1     0.1      0.1
             B      Communication no       1e9       0.1     0.1      0.1
             C      Communication yes      1e6       0.1     0.1      0.1
             D      Energy        yes      1e9       0.1     0.1      0.1",
        )
    };
    let profile = "tech_communication_pullback_enhancement";
    assert_explained(profile, &[(json!({}), world()), (json!({"min_position_value_usd": 0}), world())]);
}

#[test]
fn the_leader_rotations_are_explained() {
    let world = || {
        let columns = [
            "mom_3m",
            "mom_6m",
            "mom_12_1",
            "rel_mom_6m_vs_benchmark",
            "rel_mom_6m_vs_broad_benchmark",
            "high_252_gap",
            "sma200_gap",
            "vol_63",
            "maxdd_126",
        ];
        let full = "0.1 ".repeat(columns.len());
        let mut table = format!("symbol sector eligible adv20_usd {}\n", columns.join(" "));
        for symbol in ["QQQ", "SPY", "BOXX", "A", "B"] {
            table.push_str(&format!("{symbol} Tech yes 1e9 {full}\n"));
        }
        table.push_str(&format!("C Tech no 1e9 {full}\nD Tech yes 1e6 {full}\n"));
        for blank in 0..columns.len() {
            let mut cells = vec!["0.1"; columns.len()];
            cells[blank] = "-";
            table.push_str(&format!("E{blank} Tech yes 1e9 {}\n", cells.join(" ")));
        }
        World::with_equity(50_000.0).with_snapshot(&table)
    };
    for profile in [
        "mega_cap_leader_rotation_dynamic_top20",
        "mega_cap_leader_rotation_aggressive",
        "mega_cap_leader_rotation_top50_balanced",
    ] {
        assert_explained(profile, &[(json!({}), world()), (json!({"min_position_value_usd": 0}), world())]);
    }
}

#[test]
fn the_leveraged_pullback_is_explained() {
    let world = World::with_equity(50_000.0)
        .closing("QQQ", rising(300, 1.0))
        // Pulled back by 6 to 7 %, just not lagging: 1.25 times an equal share, together above the exposure.
        .closing("A", rising(300, 0.935))
        .closing("B", rising(300, 0.937))
        .closing("DOWN", rising(300, 0.5))
        // 126 sessions ago it stood higher: its average is below it, its momentum is not above 0.
        .closing("WEAK", level_but_for(126, 200.0, 190.0))
        // Ten sessions ago it stood at 200, so that 130 is 35 % below.
        .closing("DEEP", level_but_for(10, 200.0, 130.0))
        .closing("NEW", rising(100, 1.0))
        .with_snapshot(
            "symbol eligible product_available underlying_symbol candidate_rank
             AX     yes      yes               A                 1
             BX     yes      yes               B                 2
             AY     yes      yes               A                 3
             DOWNX  yes      yes               DOWN              4
             WEAKX  yes      yes               WEAK              5
             DEEPX  yes      yes               DEEP              6
             NEWX   yes      yes               NEW               7
             LASTX  yes      yes               LAST              8
             NOX    no       yes               NO                9
             GONEX  yes      no                GONE              10
             BLANKX yes      yes               -                 11",
        );
    let changes = json!({"candidate_universe_size": 6, "single_name_cap": 1.0});
    assert_explained("dynamic_mega_leveraged_pullback", &[(changes, world)]);
}

#[test]
fn the_leveraged_growth_is_explained() {
    let world = |equity| World::with_equity(equity).closing("QQQ", rising(300, 1.0));
    let fallen = World::with_equity(10_000.0).closing("QQQ", rising(300, 0.5)).holding("TQQQ");
    assert_explained(
        "tqqq_growth_income",
        &[
            (json!({}), world(3e9)),
            (json!({"dual_drive_qqq_weight": 0.9, "dual_drive_tqqq_weight": 0.9}), world(10_000.0)),
            (json!({}), fallen),
        ],
    );
}

#[test]
fn the_semiconductor_trend_is_explained() {
    let world =
        World::with_equity(400_000.0).closing("SOXL", rising(200, 1.0)).closing("SOXX", rising(200, 1.0));
    assert_explained("soxl_soxx_trend_income", &[(json!({}), world)]);
}

/// A value of the same type that is another one; `None` for texts and lists, whose words are no numbers.
fn another(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(yes) => Some(json!(!yes)),
        Value::Number(number) if number.is_f64() => Some(json!(number.as_f64()? + 0.01)),
        Value::Number(number) => Some(json!(number.as_i64()? + 1)),
        _ => None,
    }
}

/// Numbers that other ones of the same config put out of force, so that no sentence is about them.
const OUT_OF_FORCE: [(&str, &str); 7] = [
    // Breadth is never below their threshold.
    ("mega_cap_leader_rotation_dynamic_top20", "hard_defense_exposure"),
    ("mega_cap_leader_rotation_aggressive", "hard_defense_exposure"),
    ("mega_cap_leader_rotation_top50_balanced", "hard_defense_exposure"),
    // The sleeves have their own.
    ("mega_cap_leader_rotation_top50_balanced", "holdings_count"),
    ("mega_cap_leader_rotation_top50_balanced", "single_name_cap"),
    // The multiplier of the exit line is fixed by its bounds.
    ("dynamic_mega_leveraged_pullback", "atr_exit_scale"),
    // The threshold is scaled by volatility.
    ("tqqq_growth_income", "dual_drive_pullback_rebound_threshold"),
];

#[test]
fn every_number_of_a_config_is_in_the_sentences() {
    for manifest in catalog::all().unwrap() {
        let profile = manifest.profile.as_str();
        let own = sheet(profile, None);
        for (key, value) in &manifest.config {
            let Some(other) = another(value) else { continue };
            let mut config = manifest.config.clone();
            config.insert(key.clone(), other);
            let strategy = Strategy::new(manifest.strategy, &config).unwrap();
            let changed = rule_sheet(&manifest, &strategy, &Calendar::default(), None);
            assert_eq!(changed.config_changes.len(), 1, "{profile}: {key}");
            let is_said = |language: Language| {
                let said = |sheet: &RuleSheet| {
                    let rules = sheet.rules.iter().map(|rule| rule.text.in_language(language).to_owned());
                    let inputs = sheet.inputs.iter().map(|need| need.text.in_language(language).to_owned());
                    rules.chain(inputs).collect::<Vec<_>>()
                };
                said(&own) != said(&changed)
            };
            let expected = !OUT_OF_FORCE.contains(&(profile, key.as_str()));
            assert_eq!(LANGUAGES.map(|(language, _)| is_said(language)), [expected; 2], "{profile}: {key}");
        }
    }
}

#[test]
fn a_changed_config_is_said_above_the_rules() {
    let manifest = catalog::find("global_etf_rotation").unwrap();
    let mut config = manifest.config.clone();
    config.insert("top_n".to_owned(), json!(3));
    let strategy = Strategy::new(manifest.strategy, &config).unwrap();
    let sheet = rule_sheet(&manifest, &strategy, &Calendar::default(), None);
    let text = render::rule_sheet::text(&sheet, Language::En);
    assert!(text.contains("\nchanged   `top_n` is 3, the profile's own is 2\n"), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("come out uneven. (Said of the config as the profile has it.)"), "{text}");
    let text = render::rule_sheet::text(&sheet, Language::Zh);
    assert!(text.contains("\n已改配置  `top_n` 为 3，原配置为 2\n"), "{text}");
}

/// A profile's sheet under a changed config, its lines joined: in English and in Chinese.
fn said(profile: &str, changes: Value) -> [String; 2] {
    let manifest = catalog::find(profile).unwrap();
    let mut config = manifest.config.clone();
    config.extend(changes.as_object().unwrap().clone());
    let strategy = Strategy::new(manifest.strategy, &config).unwrap();
    let sheet = rule_sheet(&manifest, &strategy, &Calendar::default(), None);
    LANGUAGES.map(|(language, _)| render::rule_sheet::markdown(&sheet, language))
}

/// Holds what a sheet says, and what it does not say, in English and in Chinese.
fn assert_says(sheet: &[String; 2], expected: [&str; 2], unexpected: [&str; 2]) {
    for ((text, expected), unexpected) in sheet.iter().zip(expected).zip(unexpected) {
        assert!(text.contains(expected), "`{expected}` is not in {text}");
        assert!(unexpected.is_empty() || !text.contains(unexpected), "`{unexpected}` is in {text}");
    }
}

const ROTATION: &str = "global_etf_rotation";
const MULTI_FACTOR: &str = "russell_1000_multi_factor_defensive";
const TECHNOLOGY: &str = "tech_communication_pullback_enhancement";
const LEADERS: &str = "mega_cap_leader_rotation_dynamic_top20";
const BALANCED_LEADERS: &str = "mega_cap_leader_rotation_top50_balanced";
const LEVERAGED_PULLBACK: &str = "dynamic_mega_leveraged_pullback";
const GROWTH: &str = "tqqq_growth_income";
const SEMICONDUCTORS: &str = "soxl_soxx_trend_income";

fn sleeve(name: &str, holdings_count: usize) -> Value {
    json!({"name": name, "weight": 1.0, "holdings_count": holdings_count, "single_name_cap": 0.5})
}

#[test]
fn each_sleeve_is_said_to_hold_its_own_number() {
    assert_says(
        &said(BALANCED_LEADERS, json!({})),
        [
            "Up to 2 and 4 stocks of the snapshot in 2 sleeves;",
            "2 个子组合，分别最多持有 2 只和 4 只快照中的股票；",
        ],
        ["snapshot in each of", "各持有"],
    );
    assert_says(
        &said(BALANCED_LEADERS, json!({"blend_sleeves": [sleeve("a", 3), sleeve("b", 3)]})),
        ["Up to 3 stocks of the snapshot in each of 2 sleeves;", "2 个子组合，各持有快照中最多 3 只股票；"],
        ["3 and 3", "3 只和 3 只"],
    );
    let three = json!({"blend_sleeves": [sleeve("a", 1), sleeve("b", 2), sleeve("c", 4)]});
    assert_says(
        &said(BALANCED_LEADERS, three),
        [
            "Up to 1, 2 and 4 stocks of the snapshot in 3 sleeves;",
            "分别最多持有 1 只、2 只和 4 只快照中的股票；",
        ],
        ["", ""],
    );
}

#[test]
fn a_rebound_without_a_deviation_has_the_fixed_threshold() {
    let window = "dual_drive_pullback_rebound_window";
    let threshold = "dual_drive_pullback_rebound_threshold";
    let deviation = ["standard deviation", "标准差"];
    assert_says(
        &said(GROWTH, json!({window: 1})),
        ["and any rebound will do.", "且反弹幅度不限，"],
        deviation,
    );
    // The newest close is the lowest of itself, 0 % above it.
    assert_says(
        &said(GROWTH, json!({window: 1, threshold: 0.05})),
        [
            "its rebound from the lowest close of 1 session exceeds 5 %, which it never does.",
            "较 1 日最低收盘价的反弹大于 5%（不会出现），",
        ],
        deviation,
    );
    assert_says(
        &said(GROWTH, json!({window: 2})),
        [
            "from the lowest close of 2 sessions exceeds 2 times the sample standard deviation of the newest 2 daily",
            "大于最近 2 日日收益率样本标准差的 2 倍",
        ],
        ["With no more than", "收盘价只有"],
    );
}

#[test]
fn a_wide_rebound_window_needs_as_many_closes() {
    let window = "dual_drive_pullback_rebound_window";
    let fixed = json!({window: 252, "dual_drive_pullback_rebound_threshold": 0.05});
    assert_says(
        &said(GROWTH, fixed),
        [
            "With no more than 252 closes, one short of 252 returns, the rebound has to exceed 5 %.",
            "收盘价只有 252 个时不足以得出 252 个日收益率，此时反弹须大于 5%。",
        ],
        ["253", "253"],
    );
    assert_says(
        &said(GROWTH, json!({window: 252})),
        ["Daily closes of QQQ, at least 252.", "QQQ 的日收盘价，至少 252 个。"],
        ["253", "253"],
    );
    assert_says(
        &said(GROWTH, json!({window: 200})),
        ["Daily closes of QQQ, at least 200.", "QQQ 的日收盘价，至少 200 个。"],
        ["201", "201"],
    );
}

#[test]
fn an_emergency_that_takes_too_many_canary_assets_is_said_not_to_occur() {
    let unexpected = ["at once", "触发警报"];
    assert_says(
        &said(ROTATION, json!({"canary_bad_threshold": 5})),
        [
            "`emergency` can't occur: it takes 5 bad ones, and there are 4 canary assets.",
            "`emergency` 不会出现，因为须有 5 只转坏，而 canary 资产只有 4 只。",
        ],
        unexpected,
    );
    assert_says(
        &said(ROTATION, json!({"canary_assets": ["SPY"]})),
        ["it takes 4 bad ones, and there is 1 canary asset.", "而 canary 资产只有 1 只。"],
        unexpected,
    );
    assert_says(
        &said(ROTATION, json!({"canary_bad_threshold": 4})),
        ["With at least 4 of 4 bad,", "4 只中至少 4 只转坏时，"],
        ["can't occur", "不会出现"],
    );
}

#[test]
fn canary_assets_need_no_more_closes_for_a_longer_average() {
    assert_says(
        &said(ROTATION, json!({"sma_period": 300})),
        [
            "Daily closes of the ETFs, at least 300 of each, and of the canary assets SPY, EFA, EEM and AGG, at least \
             253 of each,",
            "上述 ETF 的日收盘价，各至少 300 个；金丝雀（canary）资产 SPY、EFA、EEM、AGG 的日收盘价，各至少 253 个；",
        ],
        ["", ""],
    );
    assert_says(
        &said(ROTATION, json!({"sma_period": 100})),
        ["Daily closes of the ETFs, at least 253 of each,", "上述 ETF 的日收盘价，各至少 253 个；"],
        ["", ""],
    );
}

#[test]
fn the_cadence_is_said_of_the_own_rebalance_months() {
    let notes = ["canary (said of the config as the profile has it);", "canary（按未改动的配置而言）；"];
    let own = ["quarterly + daily canary;", "季度轮动 + 每日 canary；"];
    assert_says(&said(ROTATION, json!({"rebalance_months": [1, 7]})), notes, own);
    assert_says(&said(ROTATION, json!({"top_n": 3})), own, notes);
}

#[test]
fn percentages_show_no_noise() {
    assert_says(
        &said(SEMICONDUCTORS, json!({"blend_gate_soxl_weight": 0.9, "blend_gate_mid_soxl_weight": 0.9})),
        ["tier `full`: 81.8182 % SOXL, 18.1818 % SOXX, 0 % BOXX.", "SOXL 81.8182%、SOXX 18.1818%、BOXX 0%"],
        ["e-", "-0%"],
    );
    let sleeves = ["a", "b", "c"].map(|name| sleeve(name, 2));
    assert_says(
        &said(BALANCED_LEADERS, json!({"blend_sleeves": sleeves})),
        ["`a`, 33.3333 % of the equity,", "`a` 占净值 33.3333%，"],
        ["33.33333", "33.33333"],
    );
}

#[test]
fn the_first_exposure_says_what_it_is_a_share_of() {
    let thresholds = json!({"hard_breadth_threshold": 0.0, "soft_breadth_threshold": 0.5});
    for (profile, exposure) in [(MULTI_FACTOR, 50), (TECHNOLOGY, 60), (LEADERS, 50)] {
        let expected = [
            format!(
                "`soft_defense`, {exposure} % of the account in stocks: trend not up, or breadth below 50 %."
            ),
            format!("`soft_defense`：趋势不向上或市场宽度低于 50%，股票仓位 {exposure}%。"),
        ];
        let expected = expected.each_ref().map(String::as_str);
        assert_says(&said(profile, thresholds.clone()), expected, ["", ""]);
    }
}

#[test]
fn a_small_account_is_said_to_have_the_limits_that_it_has() {
    let single = "max_dynamic_single_name_cap";
    let sector = "max_dynamic_sector_cap";
    assert_says(
        &said(TECHNOLOGY, json!({})),
        [
            "Where that is fewer than 8, the limit of a stock is stock exposure / number, but at least 10 % and at \
             most 40 %, and the limit of a sector rises from 40 % to 60 %.",
            "少于 8 只时，单只上限为 股票仓位 / 只数，但不低于 10%、不高于 40%，行业上限从 40% 放宽到 60%。",
        ],
        ["neither falls", "收紧"],
    );
    assert_says(
        &said(TECHNOLOGY, json!({sector: 0.3})),
        ["at least 10 % and at most 40 %.", "不低于 10%、不高于 40%。"],
        ["30 %", "30%"],
    );
    assert_says(
        &said(TECHNOLOGY, json!({single: 0.05})),
        [
            "Where that is fewer than 8, the limit of a sector rises from 40 % to 60 %.",
            "少于 8 只时，行业上限从 40% 放宽到 60%。",
        ],
        ["or a small account's limit", "放宽后的上限"],
    );
    assert_says(
        &said(TECHNOLOGY, json!({single: 0.05, "sector_cap": 0.7})),
        ["Where that is fewer than 8, the limits stay as they are.", "少于 8 只时，各上限不变。"],
        ["number and limits", "只数和上限"],
    );
    assert_says(
        &said(TECHNOLOGY, json!({"holdings_count": 1})),
        ["The account holds up to 1 stock, whatever its equity.", "无论净值多少，最多都持有 1 只股票。"],
        ["fewer than", "少于"],
    );
}

#[test]
fn a_bonus_of_nothing_is_not_said() {
    for profile in [ROTATION, MULTI_FACTOR, TECHNOLOGY, LEADERS, BALANCED_LEADERS, LEVERAGED_PULLBACK] {
        let sheet = said(profile, json!({"hold_bonus": 0.0}));
        let sheet = sheet.map(|text| text.lines().filter(|line| !line.contains("`hold_bonus`")).collect());
        assert_says(&sheet, ["the exits.", "退出清单。"], ["hold bonus", "持有加分"]);
    }
    assert_says(
        &said(ROTATION, json!({"hold_bonus": 0.0})),
        ["Score = momentum; the best 2 are selected.", "得分 = 动量；选出得分最高的 2 只。"],
        ["", ""],
    );
}

#[test]
fn a_buffer_of_nothing_is_not_said() {
    for (profile, ranked) in [(LEADERS, ["stocks", "股票"]), (LEVERAGED_PULLBACK, ["products", "产品"])] {
        let [en, zh] = ranked;
        let expected = [
            format!("The best {en} of the ranking are selected, held or not: there is no hold buffer."),
            format!("不论是否已持有，按排名选取{zh}，没有持有缓冲。"),
        ];
        let expected = expected.each_ref().map(String::as_str);
        let sheet = said(profile, json!({"hold_buffer": 0}));
        assert_says(&sheet, expected, ["the hold bonus, the hold buffer", "持有加分、持有缓冲"]);
    }
}

#[test]
fn an_income_layer_that_never_grows_has_no_straight_line() {
    assert_says(
        &said(SEMICONDUCTORS, json!({"income_layer_max_ratio": 0.0})),
        [
            "The income layer is what is held of QQQI and SPYI: nothing is sold for the core, and nothing is added.",
            "收入层仅为已持有的 QQQI 和 SPYI，不减也不增。",
        ],
        ["straight line", "线性"],
    );
}

#[test]
fn one_of_a_kind_is_no_plural() {
    assert_says(
        &said(ROTATION, json!({"ranking_pool": ["EWY"], "top_n": 1, "rebalance_months": [3, 3]})),
        ["The ETF that follows, while it ranks: EWY.", "持有参与排名的以下 ETF：EWY。"],
        ["1 ETFs", "1/1"],
    );
    assert_says(
        &said(ROTATION, json!({"top_n": 1, "rebalance_months": [3, 3]})),
        ["on the last NYSE session of March;", "否则只在 3 月的最后一个"],
        ["1/1", "1/1"],
    );
    assert_says(
        &said(BALANCED_LEADERS, json!({"blend_sleeves": [sleeve("a", 1)]})),
        ["1 sleeve selects from this ranking,", "1 个子组合从该排名中选股："],
        ["1 sleeve select ", "各自"],
    );
    assert_says(
        &said(LEADERS, json!({"benchmark_symbol": "SPY"})),
        ["the rows, SPY and BOXX aside,", "除 SPY、BOXX 以外"],
        ["SPY the benchmark and SPY", "基准为 SPY，宽基基准为 SPY"],
    );
    assert_says(
        &said(LEADERS, json!({"runtime_execution_window_trading_days": 1})),
        ["on the first NYSE session after", "前 1 个 NYSE 交易日"],
        ["first 1", ""],
    );
    assert_says(
        &said(LEVERAGED_PULLBACK, json!({"holdings_count": 1, "atr_period": 1})),
        ["Up to 1 leveraged product of the snapshot, with 2x", "最多 1 只 2 倍单股做多产品"],
        ["1 sessions", ""],
    );
}

#[test]
fn what_is_held_at_risk_follows_from_the_weights() {
    assert_says(
        &said(GROWTH, json!({})),
        [
            "TQQQ and QQQ (with some BOXX and cash) while at risk, BOXX and cash otherwise,",
            "风险状态下持有 TQQQ 和 QQQ（另有部分 BOXX 和现金），否则持有 BOXX 和现金；",
        ],
        ["", ""],
    );
    let no_reserve = json!({
        "dual_drive_qqq_weight": 0.5, "dual_drive_tqqq_weight": 0.5,
        "dual_drive_cash_reserve_ratio": 0.0, "cash_reserve_ratio": 0.0,
    });
    assert_says(
        &said(GROWTH, no_reserve),
        ["TQQQ and QQQ while at risk, BOXX otherwise,", "风险状态下持有 TQQQ 和 QQQ，否则持有 BOXX；"],
        ["", ""],
    );
}

/// The lines of a sheet below the heading of its dates.
fn date_lines(profile: &str, as_of: &str, language: Language) -> String {
    let text = render::rule_sheet::text(&sheet(profile, Some(as_of)), language);
    let heading = if language == Language::En { "\nDates, " } else { "\n日期" };
    text.split_once(heading).unwrap().1.to_owned()
}

#[test]
fn the_dates_say_what_the_day_itself_is() {
    assert_eq!(
        date_lines("global_etf_rotation", "2024-03-28", Language::En),
        "as of 2024-03-28\n\nnext session  2024-04-01\nrebalance     2024-03-28, this very day\n"
    );
    // Good Friday.
    assert_eq!(
        date_lines("global_etf_rotation", "2024-03-29", Language::Zh),
        "（截至 2024-03-29，非交易日）\n\n下一交易日  2024-04-01\n调仓日      2024-06-28\n"
    );
    assert_eq!(
        date_lines("mega_cap_leader_rotation_aggressive", "2024-04-02", Language::Zh),
        "（截至 2024-04-02）\n\n下一交易日  2024-04-03\n\
         执行窗口    2024-04-01、2024-04-02、2024-04-03，对应 2024-03-28 的月末快照，当日\n            可执行\n\
         快照过期    2024-05-01 起，对应 2024-03-28 的月末快照\n"
    );
}

#[test]
fn the_json_has_both_languages_and_the_names_of_the_trace() {
    let sheet = sheet("tqqq_growth_income", Some(AS_OF));
    let json: Value = serde_json::from_str(&render::rule_sheet::json(&sheet, false).unwrap()).unwrap();
    assert_eq!(json["schema"], "strat.rule_sheet.v1");
    assert_eq!(json["min_recommended_equity_usd"], 500.0);
    assert_eq!(json["next_dates"]["next_session"], "2024-03-28");
    let trend = json["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "trend").unwrap();
    assert_eq!(trend["trace_names"], json!(["risk_is_held", "close_above_ma200", "ma20_slope_rising"]));
    assert!(trend["text"]["en"].as_str().unwrap().contains("200-day average"));
    assert!(trend["text"]["zh"].as_str().unwrap().contains("200 日均线"));
}

/// The pages that quote the sheets.
const PAGES: [(Language, &str); 2] =
    [(Language::En, "docs/profiles.md"), (Language::Zh, "docs/profiles.zh.md")];

/// A text with other lines between the two comments that mark a quotation.
fn with_quotation(page: &str, name: &str, quotation: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->\n"));
    let (before, rest) = page.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}\n{quotation}\n{end}{after}")
}

/// The nine profiles, each in a row.
fn overview(language: Language) -> String {
    let header = match language {
        Language::En => ["profile", "what it does", "runs", "inputs", "targets", "minimum USD"],
        Language::Zh => ["策略", "做什么", "频率", "输入", "目标", "最低资金（美元）"],
    };
    let header: Vec<_> = header.into_iter().map(|name| (name, Align::Left)).collect();
    let rows: Vec<Vec<String>> = catalog::all()
        .unwrap()
        .iter()
        .map(|manifest| {
            let inputs: Vec<&str> = manifest.required_inputs.iter().map(|input| input.as_str()).collect();
            vec![
                format!("`{}`", manifest.profile),
                manifest.description.in_language(language).to_owned(),
                render::list::cadence(&manifest.cadence, language).to_owned(),
                inputs.join(", "),
                manifest.target_mode.to_string(),
                grouped(manifest.min_recommended_equity_usd, 0),
            ]
        })
        .collect();
    render::markdown::table(&header, &rows)
}

#[test]
fn the_pages_quote_the_manifests_and_the_sheets() {
    for (language, path) in PAGES {
        let sheets: Vec<String> = catalog::keys()
            .map(|profile| render::rule_sheet::markdown(&sheet(profile, None), language))
            .collect();
        let page = std::fs::read_to_string(in_project(path)).unwrap();
        let page = with_quotation(&page, "overview", &overview(language));
        assert_is_file(path, &with_quotation(&page, "rule sheets", &sheets.join("\n")));
    }
}
