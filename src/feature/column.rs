//! The columns of feature snapshots that are computed from the bars of one symbol: each name with its formula, once.
//! A strategy that reads a column names it by its constant here, and so does the snapshot that is built for it.

use std::fmt;

use super::liquidity::{dollar_volume, known_dollar_volume};
use super::momentum::{average_gap, average_over_average, high_gap, momentum};
use super::risk::{drawdown, rolling_drawdown, yearly_volatility};
use crate::market::window::Window;

/// The sessions of a month, a quarter, half a year and a year.
const MONTH: usize = 21;
const QUARTER: usize = 63;
const HALF_YEAR: usize = 126;
const YEAR: usize = 252;

/// The rows of the average turnover.
const TURNOVER_ROWS: usize = 20;

/// A column that is computed from the bars of one symbol.
#[derive(Clone, Copy, Debug)]
pub struct Feature {
    /// The column's name.
    pub name: &'static str,
    /// The value up to the newest bar; `None` where there are too few bars, or a volume is missing.
    pub value: fn(Window<'_>) -> Option<f64>,
}

/// The column's name.
impl fmt::Display for Feature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Writes down features: the constant, the name of its column, its formula.
macro_rules! features {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $formula:expr;)+) => {
        $($(#[$doc])* pub const $constant: Feature = Feature { name: $name, value: $formula };)+
    };
}

features! {
    /// The newest close, in US dollars.
    CLOSE = "close", |bars| bars.close();
    /// The shares traded on the day of the newest close.
    VOLUME = "volume", |bars| bars.volumes.last().copied().flatten();
    /// The average turnover of 20 rows in US dollars; missing where a volume is.
    ADV20_USD = "adv20_usd", |bars| dollar_volume(bars.closes, bars.volumes, TURNOVER_ROWS);
    /// The average turnover of those of 20 rows that have a volume, in US dollars.
    KNOWN_ADV20_USD = "adv20_usd", |bars| known_dollar_volume(bars.closes, bars.volumes, TURNOVER_ROWS);
    /// The return over a quarter.
    MOM_3M = "mom_3m", |bars| momentum(bars.closes, QUARTER, 0);
    /// The return over half a year.
    MOM_6M = "mom_6m", |bars| momentum(bars.closes, HALF_YEAR, 0);
    /// The return over half a year that ended a month ago.
    MOM_6_1 = "mom_6_1", |bars| momentum(bars.closes, HALF_YEAR, MONTH);
    /// The return over a year that ended a month ago.
    MOM_12_1 = "mom_12_1", |bars| momentum(bars.closes, YEAR, MONTH);
    /// The return over 20 sessions.
    REBOUND_20 = "rebound_20", |bars| momentum(bars.closes, 20, 0);
    /// The close over the 20-day average, less 1.
    SMA20_GAP = "sma20_gap", |bars| average_gap(bars.closes, 20);
    /// The close over the 50-day average, less 1.
    SMA50_GAP = "sma50_gap", |bars| average_gap(bars.closes, 50);
    /// The close over the 200-day average, less 1.
    SMA200_GAP = "sma200_gap", |bars| average_gap(bars.closes, 200);
    /// The 50-day average over the 200-day one, less 1.
    MA50_OVER_MA200 = "ma50_over_ma200", |bars| average_over_average(bars.closes, 50, 200);
    /// The close over the highest one of a quarter, less 1.
    DIST_63_HIGH = "dist_63_high", |bars| high_gap(bars.closes, QUARTER);
    /// The close over the highest one of half a year, less 1.
    DIST_126_HIGH = "dist_126_high", |bars| high_gap(bars.closes, HALF_YEAR);
    /// The close over the highest one of a year, less 1.
    BREAKOUT_252 = "breakout_252", |bars| high_gap(bars.closes, YEAR);
    /// The same under another name.
    HIGH_252_GAP = "high_252_gap", BREAKOUT_252.value;
    /// The yearly deviation of a quarter's daily returns.
    VOL_63 = "vol_63", |bars| yearly_volatility(bars.closes, QUARTER);
    /// The deepest fall within half a year.
    MAXDD_126 = "maxdd_126", |bars| drawdown(bars.closes, HALF_YEAR);
    /// The deepest fall within half a year from the high of half a year before.
    ROLLING_MAXDD_126 = "maxdd_126", |bars| rolling_drawdown(bars.closes, HALF_YEAR);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::History;

    /// The fewest closes of each column, as the specification of snapshots states them.
    const FEWEST: [(Feature, usize); 18] = [
        (CLOSE, 1),
        (MOM_3M, 64),
        (MOM_6M, 127),
        (MOM_6_1, 148),
        (MOM_12_1, 274),
        (REBOUND_20, 21),
        (SMA20_GAP, 20),
        (SMA50_GAP, 50),
        (SMA200_GAP, 200),
        (MA50_OVER_MA200, 200),
        (DIST_63_HIGH, 63),
        (DIST_126_HIGH, 126),
        (BREAKOUT_252, 252),
        (HIGH_252_GAP, 252),
        (VOL_63, 64),
        (MAXDD_126, 126),
        (ROLLING_MAXDD_126, 251),
        (ADV20_USD, 20),
    ];

    #[test]
    fn each_column_needs_its_closes_and_no_more() {
        let first = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let mut history =
            History::from_closes(first.iter_days().take(300).zip((0..300).map(|n| 100.0 + f64::from(n % 7))));
        history.volumes = vec![Some(1e6); history.len()];
        for (feature, fewest) in FEWEST {
            let value = |bars| (feature.value)(history.window().newest_up_to(bars));
            assert!(value(fewest).is_some(), "{} of {fewest}", feature.name);
            assert_eq!(value(fewest - 1), None, "{} of {}", feature.name, fewest - 1);
            // Nothing before the window leaves a trace.
            assert_eq!(value(300), value(fewest), "{}", feature.name);
        }
    }
}
