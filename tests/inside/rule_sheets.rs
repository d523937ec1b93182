//! The rule sheets of the built-in profiles, against fixtures and against what decisions leave in their traces.
//!
//! `UPDATE_EXPECTED=1 cargo test --lib rule_sheets` rewrites the sheets and the pages of `docs/` that
//! quote them. Read what changed before you commit it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use strat::account::Account;
use strat::amount::grouped;
use strat::document::markdown::draw;
use strat::document::wrap::width_of;
use strat::document::{self, Block, Document, Rows, Screen};
use strat::explain::rules::{RuleSheet, rule_sheet};
use strat::language::Language;
use strat::language::phrases::Names;
use strat::market::calendar::Calendar;
use strat::market::history::{History, Market};
use strat::market::snapshot::{Cell, Row, Snapshot};
use strat::profile::catalog;
use strat::profile::manifest::Manifest;
use strat::strategy::Inputs;
use strat::strategy::Strategy;
use strat::strategy::trace::Trace;
use strat::symbol::Symbol;
use strat::view;

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
    rule_sheet(&manifest, &strategy(&manifest), &Calendar::default(), as_of).unwrap()
}

fn drawn(sheet: &RuleSheet, language: Language) -> String {
    document::text::draw(&view::rule_sheet::document(sheet, language), Screen::default())
}

fn markdown(sheet: &RuleSheet, language: Language) -> String {
    draw(&view::rule_sheet::document(sheet, language), language)
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
            let text = drawn(&sheet(profile, Some(AS_OF)), language);
            assert_is_file(&format!("fixtures/rule_sheets/{profile}.{code}.txt"), &text);
        }
    }
}

#[test]
fn every_sheet_fits_a_terminal() {
    for profile in catalog::keys() {
        for (language, _) in LANGUAGES {
            let text = drawn(&sheet(profile, Some(AS_OF)), language);
            for line in text.lines() {
                assert!(width_of(line) <= TERMINAL_WIDTH, "{profile}: {line}");
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
        self.snapshot =
            Some(Snapshot { file: "x.csv".to_owned(), as_of: "2025-03-28".parse().ok(), columns, rows });
        self
    }

    fn trace_names(&self, strategy: &Strategy) -> BTreeSet<String> {
        let calendar = Calendar::default();
        let inputs = Inputs {
            as_of: "2025-03-31".parse().ok(),
            snapshot: self.snapshot.as_ref(),
            ..Inputs::new(&calendar, &self.market, &self.account)
        };
        let mut trace = Trace::full();
        strategy.decide(inputs, &mut trace).unwrap();
        trace_names(&trace)
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
        let sheet = rule_sheet(&manifest, &strategy, &Calendar::default(), None).unwrap();
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

/// Other values of the same type, to be tried in turn; none for texts and lists, whose words are no numbers.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(yes) => vec![json!(!yes)],
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map(|number| json!(number + 0.01)).into_iter().collect()
        }
        Value::Number(number) => {
            number.as_i64().map(|number| [json!(number + 1), json!(0.5)]).into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

/// Numbers that other ones of the same config put out of force, so that no sentence is about them.
const OUT_OF_FORCE: [(&str, &str); 6] = [
    // Breadth is never below their threshold.
    ("mega_cap_leader_rotation_dynamic_top20", "hard_defense_exposure"),
    ("mega_cap_leader_rotation_aggressive", "hard_defense_exposure"),
    ("mega_cap_leader_rotation_top50_balanced", "hard_defense_exposure"),
    // The sleeves have their own.
    ("mega_cap_leader_rotation_top50_balanced", "holdings_count"),
    ("mega_cap_leader_rotation_top50_balanced", "single_name_cap"),
    // The multiplier of the exit line is fixed by its bounds.
    ("dynamic_mega_leveraged_pullback", "atr_exit_scale"),
];

#[test]
fn every_number_of_a_config_is_in_the_sentences() {
    for manifest in catalog::all().unwrap() {
        let profile = manifest.profile.as_str();
        let own = sheet(profile, None);
        for (key, value) in &manifest.config {
            let with = |other: Value| {
                let mut config = manifest.config.clone();
                config.insert(key.clone(), other);
                Strategy::new(manifest.strategy, &config)
            };
            let others = others(value);
            if others.is_empty() {
                continue;
            }
            let strategy = others.into_iter().find_map(|other| with(other).ok()).unwrap();
            let changed = rule_sheet(&manifest, &strategy, &Calendar::default(), None).unwrap();
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
    let sheet = rule_sheet(&manifest, &strategy, &Calendar::default(), None).unwrap();
    let text = drawn(&sheet, Language::En);
    assert!(text.contains("\nchanged   `top_n` is 3, the profile's own is 2\n"), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("become uneven. (Under the profile's own config.)"), "{text}");
    let text = drawn(&sheet, Language::Zh);
    assert!(text.contains("\n已改配置  `top_n` 为 3，原配置为 2\n"), "{text}");
}

/// A profile's sheet under a changed config, its lines joined: in English and in Chinese.
fn said(profile: &str, changes: Value) -> [String; 2] {
    let manifest = catalog::find(profile).unwrap();
    let mut config = manifest.config.clone();
    config.extend(changes.as_object().unwrap().clone());
    let strategy = Strategy::new(manifest.strategy, &config).unwrap();
    let sheet = rule_sheet(&manifest, &strategy, &Calendar::default(), None).unwrap();
    LANGUAGES.map(|(language, _)| markdown(&sheet, language))
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
fn a_blend_has_its_sleeves() {
    let three = json!({"blend_sleeves": [sleeve("a", 1), sleeve("b", 2), sleeve("c", 4)]});
    assert_says(
        &said(BALANCED_LEADERS, three),
        [
            "`a` with 33.3333 % of the equity, 1 stocks and a limit of 50 % for each;",
            "`a` 占净值 33.3333%，1 只，单只上限 50%；",
        ],
        ["Up to", "最多 4 只"],
    );
    assert_says(&said(LEADERS, json!({})), ["Up to 4 stocks", "最多 4 只股票"], ["sleeve", "子组合"]);
}

#[test]
fn a_rebound_has_a_threshold_in_both_modes() {
    let fixed = json!({
        "dual_drive_pullback_rebound_threshold_mode": "fixed", "dual_drive_pullback_rebound_threshold": 0.05,
    });
    assert_says(
        &said(GROWTH, fixed),
        ["The threshold is 5 %; at a threshold of 0,", "门槛为 5%；门槛为 0 时"],
        ["standard deviation", "标准差"],
    );
    // One return has no deviation, nor has any of a file with just as many closes as the window.
    let scaled = json!({
        "dual_drive_pullback_rebound_window": 252, "dual_drive_pullback_rebound_threshold": 0.05,
        "dual_drive_pullback_rebound_volatility_multiplier": -1.0,
    });
    assert_says(
        &said(GROWTH, scaled),
        [
            "The threshold is 0 times the sample standard deviation of the last 252 daily returns, or 5 % if there \
             are too few returns;",
            "门槛为最近 252 个日收益率样本标准差的 0 倍（收益率个数不够时为 5%）；",
        ],
        ["253", "253"],
    );
}

#[test]
fn the_switches_of_the_growth_rule_change_its_sentences() {
    assert_says(
        &said(GROWTH, json!({"dual_drive_require_ma20_slope": false})),
        ["it enters whatever the slope of the 20-day average.", "不管 20 日均线斜率如何都进场。"],
        ["enters only if", "才进场"],
    );
    assert_says(
        &said(GROWTH, json!({"dual_drive_allow_pullback": false})),
        [
            "If QQQ is not above its 200-day average, the growth part is not invested.",
            "QQQ 不在 200 日均线之上时，一律防守。",
        ],
        ["rebound from", "反弹"],
    );
}

#[test]
fn canary_assets_need_no_more_closes_for_a_longer_average() {
    assert_says(
        &said(ROTATION, json!({"sma_period": 300})),
        [
            "at least 300 of each ETF, and at least 253 of each canary asset (SPY, EFA, EEM, AGG).",
            "每只 ETF 至少 300 个，每只金丝雀（canary）资产（SPY、EFA、EEM、AGG）至少 253 个。",
        ],
        ["", ""],
    );
    assert_says(
        &said(ROTATION, json!({"sma_period": 100})),
        ["at least 253 of each ETF,", "每只 ETF 至少 253 个，"],
        ["", ""],
    );
}

#[test]
fn rebalance_months_come_once_and_in_the_order_of_the_year() {
    assert_says(
        &said(ROTATION, json!({"rebalance_months": [12, 3, 3]})),
        ["the last NYSE session of March and December.", "否则只在 3、12 月的最后一个 NYSE 交易日调仓"],
        ["", ""],
    );
}

#[test]
fn the_cadence_is_said_of_the_own_rebalance_months() {
    let notes = ["canary (under the profile's own config);", "canary（按未改动的配置而言）；"];
    let own = ["quarterly + daily canary;", "季度轮动 + 每日 canary；"];
    assert_says(&said(ROTATION, json!({"rebalance_months": [1, 7]})), notes, own);
    assert_says(&said(ROTATION, json!({"top_n": 3})), own, notes);
}

#[test]
fn percentages_show_no_noise() {
    assert_says(
        &said(SEMICONDUCTORS, json!({"blend_gate_soxl_weight": 0.9, "blend_gate_mid_soxl_weight": 0.9})),
        [
            "`full`, above the entry line: 81.8182 % SOXL, 18.1818 % SOXX, 0 % BOXX.",
            "SOXL 81.8182%、SOXX 18.1818%、BOXX 0%",
        ],
        ["e-", "-0%"],
    );
}

#[test]
fn a_regime_that_can_not_occur_is_named() {
    let thresholds = json!({"hard_breadth_threshold": 0.0, "soft_breadth_threshold": 0.5});
    for (profile, exposure) in [(MULTI_FACTOR, 50), (TECHNOLOGY, 60), (LEADERS, 50)] {
        let expected = [
            format!(
                "`hard_defense` cannot occur, because breadth is never below 0 %. `soft_defense`, {exposure} %: the \
                 trend is not up, or breadth is below 50 %."
            ),
            format!(
                "所以不会出现 `hard_defense`。`soft_defense`：趋势不向上，或宽度低于 50%，股票仓位 {exposure}%。"
            ),
        ];
        let expected = expected.each_ref().map(String::as_str);
        assert_says(&said(profile, thresholds.clone()), expected, ["risk flag:", "并带风险标记。`soft"]);
    }
    assert_says(
        &said("mega_cap_leader_rotation_aggressive", json!({})),
        ["So the market never lowers the exposure.", "因此行情好坏都不会降低仓位。"],
        ["or breadth is below", "或宽度低于"],
    );
    assert_says(
        &said(LEADERS, json!({})),
        [
            "`soft_defense`, 50 %: the trend is not up. `risk_on`",
            "`soft_defense`：趋势不向上，股票仓位 50%。",
        ],
        ["never lowers", "行情好坏"],
    );
}

#[test]
fn a_small_account_has_the_limits_of_the_rule() {
    // max(sector_cap, max_dynamic_sector_cap), however they are configured.
    let sector = "max_dynamic_sector_cap";
    let expected = ["stock exposure / number of stocks)) and a sector 60 %.", "行业上限为 60%。"];
    assert_says(&said(TECHNOLOGY, json!({})), expected, ["", ""]);
    let expected = ["stock exposure / number of stocks)) and a sector 40 %.", "行业上限为 40%。"];
    assert_says(&said(TECHNOLOGY, json!({sector: 0.3})), expected, ["a sector 30 %", "行业上限为 30%"]);
}

#[test]
fn a_buffer_below_nothing_is_nothing() {
    for profile in [LEADERS, LEVERAGED_PULLBACK] {
        assert_says(
            &said(profile, json!({"hold_buffer": -2})),
            ["at most that number plus 0 are", "加 0 的"],
            ["plus -2", "加 -2"],
        );
    }
}

#[test]
fn a_line_with_room_between_its_bounds_moves_with_the_true_range() {
    assert_says(
        &said(LEVERAGED_PULLBACK, json!({"entry_line_cap": 1.0, "exit_line_floor": 1.0})),
        [
            "The entry line is the 200-day average of QQQ x 1.04. The exit line is the same average x max(1, \
             min(1.02, 1 - 0 x ATR / close)).",
            "日均线 × 1.04，离场线 = 同一均线 × max(1, min(1.02, 1 - 0 × ATR / 收盘价))。",
        ],
        ["", ""],
    );
}

/// The lines of a sheet below the heading of its dates.
fn date_lines(profile: &str, as_of: &str, language: Language) -> String {
    let text = drawn(&sheet(profile, Some(as_of)), language);
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
    let json: Value = serde_json::from_str(&serde_json::to_string(&sheet).unwrap()).unwrap();
    assert_eq!(json["schema"], "strat.rule_sheet.v1");
    assert_eq!(json["rules_as_of"], "2026-04-18");
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
    let [profile, description, cadence, inputs, targets, minimum] = header;
    let table = Rows::new(catalog::all().unwrap())
        .left(profile, |manifest| format!("`{}`", manifest.profile))
        .left(description, |manifest| manifest.description.in_language(language).to_owned())
        .left(cadence, |manifest| language.say(&manifest.cadence, &Names::new()))
        .left(inputs, |manifest| {
            let inputs: Vec<&str> = manifest.required_inputs.iter().map(|input| input.as_str()).collect();
            inputs.join(", ")
        })
        .left(targets, |manifest| manifest.target_mode.to_string())
        .left(minimum, |manifest| grouped(manifest.min_recommended_equity_usd, 0))
        .table();
    let mut overview = Document::default();
    overview.push(Block::Table(table));
    draw(&overview, language)
}

#[test]
fn the_pages_quote_the_manifests_and_the_sheets() {
    for (language, path) in PAGES {
        let sheets: Vec<String> =
            catalog::keys().map(|profile| markdown(&sheet(profile, None), language)).collect();
        let page = std::fs::read_to_string(in_project(path)).unwrap();
        let page = with_quotation(&page, "overview", &overview(language));
        assert_is_file(path, &with_quotation(&page, "rule sheets", &sheets.join("\n")));
    }
}
