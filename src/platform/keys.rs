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
