//! Whether the account is large enough for what the profile holds. It is advice: no target changes by it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::number::Number;

/// Why a small account is warned, as a stable word.
pub const SMALL_ACCOUNT_REASON: &str = "integer_shares_min_position_value_may_prevent_backtest_replication";

/// The account-size diagnostics of every decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AccountSize {
    /// The equity in US dollars below which whole shares blur the targets.
    pub(crate) min_recommended_equity_usd: Number,
    /// The equity in US dollars, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    portfolio_total_equity: Option<Number>,
    /// Whether the equity is known and below `min_recommended_equity_usd`.
    small_account_warning: bool,
    /// The reason of `small_account_warning` as a stable word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    small_account_warning_reason: Option<Cow<'static, str>>,
}

/// Whether an equity in US dollars is below the profile's minimum; an unknown one is not.
pub fn is_small(equity_usd: Option<f64>, minimum_usd: f64) -> bool {
    equity_usd.is_some_and(|equity| equity < minimum_usd)
}

/// The account-size diagnostics.
///
/// # Errors
/// When a number is not finite.
pub fn diagnostics(equity_usd: Option<f64>, minimum_usd: f64) -> serde_json::Result<Map<String, Value>> {
    let is_small = is_small(equity_usd, minimum_usd);
    let size = AccountSize {
        min_recommended_equity_usd: Number(minimum_usd),
        portfolio_total_equity: equity_usd.map(Number),
        small_account_warning: is_small,
        small_account_warning_reason: is_small.then_some(SMALL_ACCOUNT_REASON.into()),
    };
    match serde_json::to_value(size)? {
        Value::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(equity_usd: Option<f64>) -> (bool, bool) {
        let map = diagnostics(equity_usd, 3000.0).unwrap();
        (map["small_account_warning"] == Value::Bool(true), map.contains_key("small_account_warning_reason"))
    }

    #[test]
    fn only_an_equity_below_the_minimum_is_warned_of() {
        assert_eq!(warning(Some(2999.99)), (true, true));
        assert_eq!(warning(Some(3000.0)), (false, false));
        assert_eq!(warning(None), (false, false));
    }

    #[test]
    fn an_unknown_equity_is_not_there() {
        assert!(!diagnostics(None, 3000.0).unwrap().contains_key("portfolio_total_equity"));
        assert!(diagnostics(Some(f64::NAN), 3000.0).is_err());
    }
}
