//! What is said of a decision in words.

use std::collections::BTreeMap;

use super::rule::{Lines, Tier, Trend};
use crate::strategy::shared::texts::{self, Texts};

/// What the platforms show: the signal, the market's state, and three ratios: what SOXL and SOXX take of the core, and
/// what the income layer should have and has of the equity.
pub(super) fn texts(
    headline: &str,
    tier: Tier,
    [deploy_ratio, income_ratio, income_locked_ratio]: [f64; 3],
) -> Texts {
    let market_status = match tier {
        Tier::Full | Tier::Mid => format!("🚀 RISK-ON ({})", tier.active_risk_asset()),
        Tier::Defensive => format!("🛡️ DE-LEVER ({})", tier.active_risk_asset()),
    };
    let ratios = [
        ("deploy_ratio_text", texts::share(deploy_ratio)),
        ("income_ratio_text", texts::share(income_ratio)),
        ("income_locked_ratio_text", texts::share(income_locked_ratio)),
    ];
    let mut diagnostics = BTreeMap::from(ratios);
    let mut annotations = diagnostics.clone();
    annotations.insert("signal_display", headline.to_owned());
    annotations.insert("status_display", market_status.clone());
    diagnostics.insert("signal_display", headline.to_owned());
    diagnostics.insert("signal_message", headline.to_owned());
    diagnostics.insert("market_status", market_status);
    Texts { diagnostics, annotations }
}

pub(super) fn headline(trend: &Trend, lines: &Lines, tier: Tier) -> String {
    format!(
        "{} {:.2} against its entry line {:.2}, mid line {:.2} and exit line {:.2}: {} tier",
        trend.symbol,
        trend.price,
        lines.entry,
        lines.mid,
        lines.exit,
        tier.as_str()
    )
}
