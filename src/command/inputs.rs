//! What a decision is made from: the flags of every verb that decides.

use chrono::NaiveDate;
use clap::Args;
use clap::builder::TypedValueParser;

use crate::finding::Code;
use crate::flag::{as_of, not_empty, sessions};
use crate::input::portfolio::AccountFlags;
use crate::input::prices::{ColumnNames, DateFormat, PriceFile};
use crate::pipeline::Request;

/// The price files and how they are read: the same flags for every verb that reads prices.
#[derive(Debug, Args)]
pub struct PriceArgs {
    /// Daily closes: CSV `symbol,as_of,close`, or as vendors write it (docs/data.md); `QQQ=FILE` for a file of one symbol; may be given again
    #[arg(long, value_name = "FILE", value_parser = not_empty().map(PriceFile::from), help_heading = "Inputs")]
    pub prices: Vec<PriceFile>,
    /// Column names of the price files, such as `as_of=Date,close="Adj Close"`; may be given again
    #[arg(long, hide_short_help = true, value_name = "COLUMN=NAME", value_parser = ColumnNames::parse, help_heading = "Inputs")]
    pub columns: Vec<ColumnNames>,
    /// How the price files write dates: a pattern such as `%m/%d/%Y`, or `as-written` [default: any form with one meaning]
    #[arg(long, hide_short_help = true, value_name = "FORMAT", value_parser = DateFormat::parse, help_heading = "Inputs")]
    pub dates: Option<DateFormat>,
}

/// What a decision is made from: the same flags for every verb that decides.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// A profile's key or alias in any case, or the path of a profile manifest of your own (JSON)
    #[arg(value_name = "PROFILE", env = "STRATEGY_PROFILE", hide_env_values = true, value_parser = not_empty())]
    pub profile: String,
    /// The price files.
    #[command(flatten)]
    pub prices: PriceArgs,
    /// Feature snapshot: CSV, one row per symbol
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub snapshot: Option<String>,
    /// The snapshot's sidecar manifest [default: SNAPSHOT.manifest.json if it exists]
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub manifest: Option<String>,
    /// Block if the snapshot has no sidecar manifest
    #[arg(long, hide_short_help = true, help_heading = "Inputs")]
    pub require_manifest: bool,
    /// The snapshot before this one: a held symbol that has left it is sold
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub previous: Option<String>,
    /// Indicators in place of prices: JSON `{"soxl": {"price", "ma_trend"}, "soxx": {"price", "ma_trend", "ma20", "ma20_slope"}}`
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Inputs")]
    pub indicators: Option<String>,
    /// The account: JSON `{"total_equity", "as_of", "buying_power", "cash_balance", "positions": [{"symbol", "quantity", "market_value"}]}`, or CSV
    #[arg(long, value_name = "FILE", value_parser = not_empty(), help_heading = "Account")]
    pub portfolio: Vec<String>,
    /// What else is said about the account.
    #[command(flatten)]
    pub account: AccountFlags,
    /// The decision date; a time with a zone means its New York date [default: the newest session of the prices]
    #[arg(long, value_name = "DATE", value_parser = as_of, help_heading = "Rules")]
    pub as_of: Option<NaiveDate>,
    /// Refuse to run without `--as-of`: for scheduled runs
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    pub require_as_of: bool,
    /// Config overrides: a JSON object of config keys
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    pub config: Option<String>,
    /// One config override; VALUE is JSON, else text; may be given again, the last wins
    #[arg(long = "set", value_name = "KEY=VALUE", help_heading = "Rules")]
    pub settings: Vec<String>,
    /// Turn a blocking finding into a warning (`strat explain --codes` shows which can); may be given again
    #[arg(long, value_name = "CODE", help_heading = "Rules")]
    pub allow: Vec<Code>,
    /// Block on any warning too, except those whose code `--allow` names
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    pub strict: bool,
    /// Exchange closures decreed after this release: one date per line
    #[arg(long, hide_short_help = true, value_name = "FILE", value_parser = not_empty(), help_heading = "Rules")]
    pub closures: Option<String>,
    /// The most sessions between a used symbol's newest close and the decision date [default: 3]
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = sessions, allow_negative_numbers = true, help_heading = "Rules")]
    pub max_lag: Option<usize>,
    /// Also list the exits among the positions, as zero targets
    #[arg(long, hide_short_help = true, help_heading = "Rules")]
    pub explicit_exits: bool,
}

impl PriceArgs {
    /// A request for these files alone.
    pub fn into_request(self) -> Request {
        Request {
            prices: self.prices,
            columns: ColumnNames::merge(self.columns),
            dates: self.dates.unwrap_or_default(),
            ..Request::default()
        }
    }
}

impl InputArgs {
    /// The flags as a request.
    pub fn into_request(self) -> Request {
        Request {
            profile: self.profile,
            snapshot: self.snapshot,
            manifest: self.manifest,
            require_manifest: self.require_manifest,
            previous: self.previous,
            indicators: self.indicators,
            account: AccountFlags { portfolio: self.portfolio.into_iter().next(), ..self.account },
            as_of: self.as_of,
            require_as_of: self.require_as_of,
            config: self.config,
            settings: self.settings,
            allow: self.allow,
            is_strict: self.strict,
            closures: self.closures,
            max_lag: self.max_lag,
            explicit_exits: self.explicit_exits,
            ..self.prices.into_request()
        }
    }
}
