//! The strategy's own numbers, under the keys of the decision contract, and a decision in words.

use std::collections::BTreeMap;

use serde::Serialize;

use super::config::{AttackAllocationMode, Config};
use super::rule::{Buffers, Gate, Tier};
use crate::number::Number;
use crate::strategy::shared::texts::{self, Texts};

/// The strategy's own numbers, under the keys of the decision contract.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostics {
    /// The share of the core that SOXL and SOXX take together.
    pub deploy_ratio: Number,
    /// The share of the equity that the income layer should have.
    pub income_layer_ratio: Number,
    /// The share of the equity that the income layer has or gets, whichever is more.
    pub income_locked_ratio: Number,
    /// The smallest difference worth a trade, in US dollars.
    pub threshold_value: Number,
    /// The equity in US dollars.
    pub total_strategy_equity: Number,
    /// The numbers that stand here and among the annotations alike.
    #[serde(flatten)]
    pub blend: BlendNumbers,
    /// The numbers that a broker's program quotes beside its orders.
    pub execution_annotations: ExecutionAnnotations,
}

/// The numbers that a broker's program quotes beside its orders.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "SemiconductorAnnotations"))]
pub struct ExecutionAnnotations {
    /// The smallest difference worth a trade, in US dollars.
    pub trade_threshold_value: Number,
    /// The numbers that stand among the diagnostics too.
    #[serde(flatten)]
    pub blend: BlendNumbers,
}

/// The numbers of the trend's gate and of what may be traded.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BlendNumbers {
    /// The funds that carry the risk in this tier.
    pub active_risk_asset: &'static str,
    /// The cash beyond the reserve, in US dollars.
    pub investable_cash: Number,
    /// The smallest trade worth making, in US dollars.
    pub current_min_trade: Number,
    /// How the core is spread.
    pub allocation_mode: AttackAllocationMode,
    #[serde(flatten)]
    pub buffers: Buffers,
    /// The tier.
    pub blend_tier: Tier,
    #[serde(flatten)]
    pub gate: Gate,
}

impl BlendNumbers {
    /// The numbers of a tier; the cash and the smallest trade in US dollars.
    pub(super) fn new(
        config: &Config,
        investable_cash: f64,
        min_trade: f64,
        blend_tier: Tier,
        gate: Gate,
    ) -> Self {
        Self {
            active_risk_asset: blend_tier.active_risk_asset(),
            investable_cash: Number(investable_cash),
            current_min_trade: Number(min_trade),
            allocation_mode: config.attack_allocation_mode,
            buffers: Buffers::of(config),
            blend_tier,
            gate,
        }
    }

    pub(super) fn headline(&self) -> String {
        let Self { blend_tier, gate: Gate { lines, trend, .. }, .. } = self;
        format!(
            "{} {:.2} against its entry line {:.2}, mid line {:.2} and exit line {:.2}: {blend_tier} tier",
            trend.trend_symbol,
            trend.trend_price.0,
            lines.trend_entry_line.0,
            lines.trend_mid_line.0,
            lines.trend_exit_line.0,
        )
    }
}

impl Diagnostics {
    /// What the platforms show.
    pub(super) fn texts(&self) -> Texts {
        let headline = self.blend.headline();
        let funds = self.blend.active_risk_asset;
        let market_status = match self.blend.blend_tier {
            Tier::Full | Tier::Mid => format!("🚀 RISK-ON ({funds})"),
            Tier::Defensive => format!("🛡️ DE-LEVER ({funds})"),
        };
        let mut diagnostics = BTreeMap::from([
            ("deploy_ratio_text", texts::share(self.deploy_ratio.0)),
            ("income_ratio_text", texts::share(self.income_layer_ratio.0)),
            ("income_locked_ratio_text", texts::share(self.income_locked_ratio.0)),
            ("signal_display", headline.clone()),
        ]);
        let mut annotations = diagnostics.clone();
        annotations.insert("status_display", market_status.clone());
        diagnostics.insert("signal_message", headline);
        diagnostics.insert("market_status", market_status);
        Texts { diagnostics, annotations }
    }
}
