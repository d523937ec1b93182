//! The keys of the diagnostics that the platforms read, and those that must never stand there.

/// A signal in one line.
pub const SIGNAL_DESCRIPTION: &str = "signal_description";
/// The sign of the strategy.
pub const STATUS_ICON: &str = "status_icon";
/// What the signal was taken from.
pub const SIGNAL_SOURCE: &str = "signal_source";
/// The day of the feature snapshot.
pub const SNAPSHOT_AS_OF: &str = "snapshot_as_of";
/// `proceed`, or `fail_closed` where the decision is blocked.
pub const SNAPSHOT_GUARD_DECISION: &str = "snapshot_guard_decision";
/// The code of the first error.
pub const FAIL_REASON: &str = "fail_reason";
/// The path of the feature snapshot.
pub const SNAPSHOT_PATH: &str = "snapshot_path";
/// The decision date, as the lock of an execution names it.
pub const TRADE_DATE: &str = "trade_date";
/// The decision date, as the signal is of it.
pub const SIGNAL_DATE: &str = "signal_date";
/// The session that the targets are for.
pub const EFFECTIVE_DATE: &str = "effective_date";
/// The fund that holds idle money.
pub const SAFE_HAVEN_SYMBOL: &str = "safe_haven_symbol";
/// The symbols that the profile may sell.
pub const MANAGED_SYMBOLS: &str = "managed_symbols";
/// The profile's canonical key.
pub const STRATEGY_PROFILE: &str = "strategy_profile";

/// Every key that the form of any platform may add to the diagnostics.
pub const OF_EVERY_PLATFORM: &[&str] = &[
    SIGNAL_DESCRIPTION,
    STATUS_ICON,
    SIGNAL_SOURCE,
    SNAPSHOT_AS_OF,
    "status_description",
    "canary_status",
    "signal_display",
    "market_status",
    "signal_message",
    "deploy_ratio_text",
    "income_ratio_text",
    "income_locked_ratio_text",
    "dashboard",
];

/// Every key that the form of InteractiveBrokersPlatform may add besides.
pub const OF_IBKR: &[&str] = &[
    SNAPSHOT_GUARD_DECISION,
    FAIL_REASON,
    SNAPSHOT_PATH,
    TRADE_DATE,
    SIGNAL_DATE,
    EFFECTIVE_DATE,
    SAFE_HAVEN_SYMBOL,
    MANAGED_SYMBOLS,
    STRATEGY_PROFILE,
];

/// Every key that the form of any platform may add to the execution annotations.
pub const OF_ANNOTATIONS: &[&str] = &[
    "signal_display",
    "status_display",
    "dashboard_text",
    "deploy_ratio_text",
    "income_ratio_text",
    "income_locked_ratio_text",
];

/// Keys that would override what a platform trades, or how: never among the diagnostics.
pub const NEVER: &[&str] =
    &["allocation", "dry_run_only", "dry_run_price_fallbacks", "risk_flags", "feature_snapshot_path"];
