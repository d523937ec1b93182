//! Every number of the built-in manifests against a table written down apart from them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise, its helpers too")]

use serde_json::{Value, json};
use strat::profile::catalog;
use strat::profile::manifest::{Column, Manifest};

fn manifest(key: &str) -> Manifest {
    let manifest = catalog::find(key).unwrap();
    assert_eq!(manifest.profile.as_str(), key);
    manifest
}

/// Whether two JSON values are the same but for the way that a number is written: 3 is 3.0.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}

fn assert_config(key: &str, expected: Value) {
    let config = manifest(key).config;
    let Value::Object(expected) = expected else { panic!("a config is an object") };
    let keys: Vec<_> = config.keys().collect();
    assert_eq!(keys, expected.keys().collect::<Vec<_>>(), "{key}");
    for (name, value) in &expected {
        assert!(same(&config[name], value), "{key}: {name} is {}, expected {value}", config[name]);
    }
}

/// profile, aliases, strategy, English and Chinese name, cadence, benchmark, role, target mode, inputs,
/// minimum equity in US dollars, effective session, whether the sidecar manifest is required (`None`: no
/// snapshot).
type CatalogueRow = (
    &'static str,
    &'static [&'static str],
    &'static str,
    [&'static str; 2],
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    f64,
    &'static str,
    Option<bool>,
);

#[rustfmt::skip]
const CATALOGUE: [CatalogueRow; 9] = [
    ("global_etf_rotation", &["global_macro_etf_rotation"], "global_etf_rotation",
     ["Global ETF Rotation", "全球 ETF 轮动"], "quarterly + daily canary", "VOO", "defensive_rotation",
     "weight", &["market_history"], 3000.0, "next_session", None),
    ("russell_1000_multi_factor_defensive", &["r1000_multifactor_defensive"], "russell_1000_multi_factor",
     ["Russell 1000 Multi-Factor", "罗素1000多因子"], "monthly", "SPY", "defensive_stock_baseline",
     "weight", &["feature_snapshot"], 30000.0, "same_day", Some(false)),
    ("tech_communication_pullback_enhancement", &["qqq_tech_enhancement"], "tech_communication_pullback",
     ["Tech/Communication Pullback Enhancement", "科技通信回调增强"], "monthly", "QQQ", "parallel_cash_buffer_branch",
     "weight", &["feature_snapshot"], 10000.0, "same_day", Some(true)),
    ("mega_cap_leader_rotation_dynamic_top20", &[], "mega_cap_leader_rotation",
     ["Mega Cap Leader Rotation Dynamic Top20", "Mega Cap 动态 Top20 龙头轮动"], "monthly", "QQQ",
     "concentrated_leader_rotation", "weight", &["feature_snapshot"], 10000.0, "same_day", Some(true)),
    ("mega_cap_leader_rotation_aggressive", &[], "mega_cap_leader_rotation",
     ["Mega Cap Leader Rotation Aggressive", "Mega Cap 激进龙头轮动"], "monthly", "QQQ",
     "aggressive_leader_rotation", "weight", &["feature_snapshot"], 10000.0, "same_day", Some(true)),
    ("mega_cap_leader_rotation_top50_balanced", &["russell_top50_leader_rotation"], "mega_cap_leader_rotation",
     ["Mega Cap Leader Rotation Top50 Balanced", "Mega Cap Top50 平衡龙头轮动"], "monthly", "QQQ",
     "balanced_leader_rotation", "weight", &["feature_snapshot"], 10000.0, "same_day", Some(true)),
    ("dynamic_mega_leveraged_pullback", &[], "dynamic_mega_leveraged_pullback",
     ["Dynamic Mega Leveraged Pullback", "Mega Cap 2x 回调策略"], "monthly snapshot + daily runtime", "QQQ",
     "offensive_leveraged_pullback", "weight",
     &["feature_snapshot", "market_history", "benchmark_history", "portfolio_snapshot"],
     10000.0, "next_session", Some(true)),
    ("tqqq_growth_income", &[], "tqqq_growth_income", ["TQQQ Growth Income", "TQQQ 增长收益"], "daily", "QQQ",
     "offensive_dual_drive", "value", &["benchmark_history", "portfolio_snapshot"], 500.0, "next_session", None),
    ("soxl_soxx_trend_income", &[], "soxl_soxx_trend_income",
     ["SOXL/SOXX Semiconductor Trend Income", "SOXL/SOXX 半导体趋势收益"], "daily", "SOXX",
     "sector_offensive_income", "value", &["derived_indicators", "portfolio_snapshot"], 1000.0, "next_session", None),
];

#[test]
fn the_catalogue_has_these_nine_profiles_in_this_order() {
    let keys: Vec<_> = catalog::keys().collect();
    assert_eq!(keys, CATALOGUE.map(|row| row.0));
}

#[test]
fn every_profile_is_what_the_catalogue_says() {
    for row in CATALOGUE {
        let (
            key,
            aliases,
            strategy,
            names,
            cadence,
            benchmark,
            role,
            mode,
            inputs,
            equity,
            effective,
            sidecar,
        ) = row;
        let manifest = manifest(key);
        let found_aliases: Vec<_> = manifest.aliases.iter().map(|alias| alias.as_str()).collect();
        assert_eq!(found_aliases, aliases, "{key}");
        assert_eq!(manifest.strategy.as_str(), strategy);
        assert_eq!([manifest.display_name.en.as_str(), &manifest.display_name.zh], names);
        assert_eq!(manifest.cadence, cadence, "{key}");
        assert_eq!(manifest.benchmark.as_str(), benchmark, "{key}");
        assert_eq!(manifest.role, role);
        assert_eq!(manifest.target_mode.as_str(), mode, "{key}");
        let found_inputs: Vec<_> = manifest.required_inputs.iter().map(|input| input.as_str()).collect();
        assert_eq!(found_inputs, inputs, "{key}");
        assert_eq!(manifest.min_recommended_equity_usd, equity, "{key}");
        assert_eq!(manifest.effective.as_str(), effective, "{key}");
        let contract = manifest.snapshot.as_ref();
        assert_eq!(contract.map(|contract| contract.manifest_required), sidecar, "{key}");
        if let Some(contract) = contract {
            assert_eq!(contract.contract_version, format!("{key}.feature_snapshot.v1"));
        }
    }
}

#[test]
fn every_profile_runs_on_the_three_platforms() {
    for key in catalog::keys() {
        let manifest = manifest(key);
        assert_eq!(manifest.domain, "us_equity");
        assert_eq!(manifest.status, "runtime_enabled");
        let platforms: Vec<_> = manifest
            .platforms
            .iter()
            .map(|platform| {
                (platform.id.as_str(), platform.repository.as_str(), platform.target_mode.as_str())
            })
            .collect();
        assert_eq!(
            platforms,
            [
                ("ibkr", "InteractiveBrokersPlatform", "weight"),
                ("schwab", "CharlesSchwabPlatform", "value"),
                ("longbridge", "LongBridgePlatform", "value"),
            ]
        );
    }
}

#[test]
fn the_config_of_global_etf_rotation() {
    assert_config(
        "global_etf_rotation",
        json!({
            "ranking_pool": [
                "EWY", "EWT", "INDA", "FXI", "EWJ", "VGK", "VOO", "XLK", "SMH", "GLD", "SLV", "USO", "DBA", "XLE",
                "XLF", "ITA", "XLP", "XLU", "XLV", "IHI", "VNQ", "KRE"
            ],
            "canary_assets": ["SPY", "EFA", "EEM", "AGG"],
            "safe_haven": "BIL",
            "top_n": 2,
            "hold_bonus": 0.02,
            "canary_bad_threshold": 4,
            "rebalance_months": [3, 6, 9, 12],
            "sma_period": 200,
        }),
    );
}

#[test]
fn the_config_of_tqqq_growth_income() {
    assert_config(
        "tqqq_growth_income",
        json!({
            "benchmark_symbol": "QQQ",
            "managed_symbols": ["TQQQ", "QQQ", "BOXX", "SPYI", "QQQI"],
            "income_threshold_usd": 1e9,
            "qqqi_income_ratio": 0.5,
            "cash_reserve_ratio": 0.02,
            "rebalance_threshold_ratio": 0.01,
            "execution_cash_reserve_ratio": 0,
            "attack_allocation_mode": "fixed_qqq_tqqq_pullback",
            "dual_drive_qqq_weight": 0.45,
            "dual_drive_tqqq_weight": 0.45,
            "dual_drive_unlevered_symbol": "QQQ",
            "dual_drive_cash_reserve_ratio": 0.02,
            "dual_drive_allow_pullback": true,
            "dual_drive_require_ma20_slope": true,
            "dual_drive_pullback_rebound_window": 20,
            "dual_drive_pullback_rebound_threshold_mode": "volatility_scaled",
            "dual_drive_pullback_rebound_threshold": 0,
            "dual_drive_pullback_rebound_volatility_multiplier": 2,
        }),
    );
}

#[test]
fn the_config_of_soxl_soxx_trend_income() {
    assert_config(
        "soxl_soxx_trend_income",
        json!({
            "managed_symbols": ["SOXL", "SOXX", "BOXX", "QQQI", "SPYI"],
            "trend_ma_window": 140,
            "cash_reserve_ratio": 0.03,
            "min_trade_ratio": 0.01,
            "min_trade_floor": 100,
            "rebalance_threshold_ratio": 0.01,
            "income_layer_start_usd": 150_000,
            "income_layer_max_ratio": 0.15,
            "income_layer_qqqi_weight": 0.70,
            "income_layer_spyi_weight": 0.30,
            "trend_entry_buffer": 0.08,
            "trend_mid_buffer": 0.06,
            "trend_exit_buffer": 0.02,
            "attack_allocation_mode": "soxx_gate_tiered_blend",
            "blend_gate_trend_source": "SOXX",
            "blend_gate_soxl_weight": 0.70,
            "blend_gate_mid_soxl_weight": 0.65,
            "blend_gate_active_soxx_weight": 0.20,
            "blend_gate_defensive_soxx_weight": 0.15,
        }),
    );
}

#[test]
fn the_config_of_russell_1000_multi_factor_defensive() {
    assert_config(
        "russell_1000_multi_factor_defensive",
        json!({
            "benchmark_symbol": "SPY",
            "safe_haven": "BOXX",
            "holdings_count": 24,
            "single_name_cap": 0.06,
            "sector_cap": 0.20,
            "hold_bonus": 0.15,
            "soft_defense_exposure": 0.50,
            "hard_defense_exposure": 0.10,
            "soft_breadth_threshold": 0.55,
            "hard_breadth_threshold": 0.35,
        }),
    );
}

#[test]
fn the_config_of_tech_communication_pullback_enhancement() {
    assert_config(
        "tech_communication_pullback_enhancement",
        json!({
            "benchmark_symbol": "QQQ",
            "safe_haven": "BOXX",
            "holdings_count": 8,
            "single_name_cap": 0.10,
            "sector_cap": 0.40,
            "min_position_value_usd": 3000,
            "max_dynamic_single_name_cap": 0.40,
            "max_dynamic_sector_cap": 0.60,
            "hold_bonus": 0.10,
            "risk_on_exposure": 0.80,
            "soft_defense_exposure": 0.60,
            "hard_defense_exposure": 0,
            "soft_breadth_threshold": 0.55,
            "hard_breadth_threshold": 0.35,
            "min_adv20_usd": 5e7,
            "sector_whitelist": ["Information Technology", "Communication"],
            "normalization": "universe_cross_sectional",
            "score_template": "balanced_pullback",
            "runtime_execution_window_trading_days": 3,
            "execution_cash_reserve_ratio": 0,
            "residual_proxy": "simple_excess_return_vs_QQQ",
        }),
    );
}

#[test]
fn the_configs_of_mega_cap_leader_rotation() {
    let rows = [
        // universe, holdings, cap, soft and hard defence exposure, sleeves
        ("dynamic_top20", 20, 4, 0.25, 0.5, json!([])),
        ("aggressive", 50, 3, 0.35, 1.0, json!([])),
        (
            "top50_balanced",
            50,
            4,
            0.25,
            1.0,
            json!([
                {"name": "top2_cap50", "weight": 0.5, "holdings_count": 2, "single_name_cap": 0.5},
                {"name": "top4_cap25", "weight": 0.5, "holdings_count": 4, "single_name_cap": 0.25},
            ]),
        ),
    ];
    for (variant, universe, holdings, cap, defence, sleeves) in rows {
        assert_config(
            &format!("mega_cap_leader_rotation_{variant}"),
            json!({
                "benchmark_symbol": "QQQ",
                "broad_benchmark_symbol": "SPY",
                "safe_haven": "BOXX",
                "dynamic_universe_size": universe,
                "holdings_count": holdings,
                "single_name_cap": cap,
                "min_position_value_usd": 3000,
                "hold_buffer": 2,
                "hold_bonus": 0.10,
                "risk_on_exposure": 1,
                "soft_defense_exposure": defence,
                "hard_defense_exposure": defence,
                "soft_breadth_threshold": 0,
                "hard_breadth_threshold": 0,
                "min_adv20_usd": 2e7,
                "runtime_execution_window_trading_days": 3,
                "execution_cash_reserve_ratio": 0,
                "blend_sleeves": sleeves,
            }),
        );
    }
}

#[test]
fn the_config_of_dynamic_mega_leveraged_pullback() {
    assert_config(
        "dynamic_mega_leveraged_pullback",
        json!({
            "benchmark_symbol": "QQQ",
            "safe_haven": "BOXX",
            "candidate_universe_size": 15,
            "holdings_count": 3,
            "single_name_cap": 0.25,
            "min_position_value_usd": 3000,
            "hold_buffer": 1,
            "hold_bonus": 0.05,
            "max_product_exposure": 0.8,
            "leverage_multiple": 2,
            "min_adv20_usd": 2e7,
            "atr_period": 14,
            "sma_period": 200,
            "atr_entry_scale": 2.5,
            "entry_line_floor": 1.04,
            "entry_line_cap": 1.08,
            "atr_exit_scale": 0,
            "exit_line_floor": 1.02,
            "exit_line_cap": 1.02,
            "history_duration": "2 Y",
            "history_bar_size": "1 day",
            "runtime_execution_window_trading_days": 3,
            "execution_cash_reserve_ratio": 0,
        }),
    );
}

const MEGA_REQUIRED: &str = "symbol sector close adv20_usd history_days mom_3m mom_6m mom_12_1 \
     rel_mom_6m_vs_benchmark rel_mom_6m_vs_broad_benchmark high_252_gap sma200_gap vol_63 maxdd_126";

/// The required columns of each snapshot profile and, after them, the others that it knows.
const COLUMNS: [(&str, &str, &str); 6] = [
    (
        "russell_1000_multi_factor_defensive",
        "symbol sector mom_6_1 mom_12_1 sma200_gap vol_63 maxdd_126",
        "as_of snapshot_date close volume adv20_usd history_days eligible",
    ),
    (
        "tech_communication_pullback_enhancement",
        "symbol sector close adv20_usd history_days mom_6_1 mom_12_1 sma20_gap sma50_gap sma200_gap \
         ma50_over_ma200 vol_63 maxdd_126 breakout_252 dist_63_high dist_126_high rebound_20",
        "as_of snapshot_date volume base_eligible eligible",
    ),
    ("mega_cap_leader_rotation_dynamic_top20", MEGA_REQUIRED, "as_of snapshot_date volume eligible"),
    ("mega_cap_leader_rotation_aggressive", MEGA_REQUIRED, "as_of snapshot_date volume eligible"),
    ("mega_cap_leader_rotation_top50_balanced", MEGA_REQUIRED, "as_of snapshot_date volume eligible"),
    (
        "dynamic_mega_leveraged_pullback",
        "sector",
        "as_of snapshot_date symbol trade_symbol underlying_symbol candidate_rank mega_rank product_leverage \
         product_expense_ratio product_available eligible",
    ),
];

fn columns(key: &str) -> Vec<Column> {
    manifest(key).snapshot.map(|contract| contract.columns).unwrap_or_default()
}

fn names(columns: &[Column], required: bool) -> Vec<&str> {
    columns.iter().filter(|column| column.required == required).map(|column| column.name.as_str()).collect()
}

#[test]
fn every_snapshot_profile_requires_and_knows_these_columns() {
    for (key, required, known) in COLUMNS {
        let columns = columns(key);
        assert_eq!(names(&columns, true), required.split_whitespace().collect::<Vec<_>>(), "{key}");
        assert_eq!(names(&columns, false), known.split_whitespace().collect::<Vec<_>>(), "{key}");
    }
    let with_snapshot = catalog::keys().filter(|key| manifest(key).snapshot.is_some()).count();
    assert_eq!(with_snapshot, COLUMNS.len());
}

#[test]
fn a_column_has_one_type_and_range_in_every_profile() {
    for column in COLUMNS.iter().flat_map(|(key, _, _)| columns(key)) {
        let (kind, above, at_least) = match column.name.as_str() {
            "as_of" | "snapshot_date" => ("date", None, None),
            "symbol" | "trade_symbol" | "underlying_symbol" => ("symbol", None, None),
            "sector" => ("text", None, None),
            "eligible" | "base_eligible" | "product_available" => ("boolean", None, None),
            // A price of zero or less is none.
            "close" => ("number", Some(0.0), None),
            // Counts, amounts and volatilities.
            "volume" | "adv20_usd" | "history_days" | "vol_63" => ("number", None, Some(0.0)),
            // Nothing falls by more than all of it.
            "sma20_gap" | "sma50_gap" | "sma200_gap" | "high_252_gap" | "dist_63_high" | "dist_126_high"
            | "maxdd_126" => ("number", None, Some(-1.0)),
            _ => ("number", None, None),
        };
        assert_eq!(
            (column.kind.as_str(), column.above, column.at_least),
            (kind, above, at_least),
            "{}",
            column.name
        );
    }
}

#[test]
fn every_text_is_in_both_languages() {
    for key in catalog::keys() {
        let manifest = manifest(key);
        for text in [&manifest.description, &manifest.small_account_behavior] {
            assert!(text.en.is_ascii() && text.en.ends_with('.'), "{key}: {}", text.en);
            assert!(text.zh.ends_with('。'), "{key}: {}", text.zh);
        }
    }
}
