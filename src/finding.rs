//! The one way to say that an input is wrong: what, how bad, where, found and expected, and the cure.
//!
//! Readers and checks return findings; `decide` blocks on errors, `validate-snapshot` lists them,
//! `explain` quotes them. Nothing prints on the way.

mod bars;
pub(crate) mod cause;
mod code;
mod hints;
pub(crate) mod lines;
mod list;
pub mod page;
mod place;
mod severity;
mod values;

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::symbol::Symbol;
use crate::visible::visible;
pub use bars::Bars;
pub use hints::name_hints;
pub use list::{CauseKey, Findings, Flood, cause_of};
pub use place::Place;
pub use severity::Severity;
pub use values::Values;

macro_rules! codes {
    ($($variant:ident = $text:literal, $severity:ident, $allow:ident;)+) => {
        /// What is wrong, as a stable word that programs may match on. `finding.en.md` and `finding.zh.md` have a
        /// section a code: what it means, an example, the cure.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = concat!("`", $text, "`")] $variant,)+ }

        impl Code {
            /// Every code, in the order of this catalogue.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The code as it stands in output.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)+ }
            }

            /// The severity that the code has unless the place that finds it says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)+ }
            }

            /// Whether `--allow` may turn the error into a warning.
            pub fn can_be_allowed(self) -> bool {
                match self { $(Code::$variant => codes!(@allow $allow),)+ }
            }
        }
    };
    (@allow firm) => { false };
    (@allow allowable) => { true };
}

// One line a code, and a section in each of the two texts.
#[rustfmt::skip]
codes! {
    FeatureSnapshotMissing = "feature_snapshot_missing", Error, firm;
    FeatureSnapshotParseFailed = "feature_snapshot_parse_failed", Error, firm;
    FeatureSnapshotEmpty = "feature_snapshot_empty", Error, firm;
    FeatureSnapshotMissingColumns = "feature_snapshot_missing_columns", Error, firm;
    LooksLikeOtherProfile = "looks_like_other_profile", Warning, firm;
    UnknownColumn = "unknown_column", Warning, firm;
    IgnoredColumns = "ignored_columns", Info, firm;
    MissingEligible = "missing_eligible", Warning, firm;
    FeatureSnapshotMissingDateColumn = "feature_snapshot_missing_date_column", Error, firm;
    FeatureSnapshotInvalidDateColumn = "feature_snapshot_invalid_date_column", Error, firm;
    FeatureSnapshotMixedDates = "feature_snapshot_mixed_dates", Error, firm;
    FeatureSnapshotFutureAsOf = "feature_snapshot_future_as_of", Error, allowable;
    FeatureSnapshotStale = "feature_snapshot_stale", Error, allowable;
    SnapshotNotMonthEnd = "snapshot_not_month_end", Warning, firm;
    FeatureSnapshotManifestMissing = "feature_snapshot_manifest_missing", Error, firm;
    FeatureSnapshotManifestParseFailed = "feature_snapshot_manifest_parse_failed", Error, firm;
    FeatureSnapshotManifestMissingFields = "feature_snapshot_manifest_missing_fields", Error, firm;
    FeatureSnapshotManifestAsOfMismatch = "feature_snapshot_manifest_as_of_mismatch", Error, firm;
    FeatureSnapshotManifestStrategyProfileMismatch = "feature_snapshot_manifest_strategy_profile_mismatch", Error, firm;
    FeatureSnapshotManifestConfigNameMismatch = "feature_snapshot_manifest_config_name_mismatch", Error, firm;
    FeatureSnapshotManifestContractVersionMismatch = "feature_snapshot_manifest_contract_version_mismatch", Error, firm;
    FeatureSnapshotManifestSnapshotChecksumMismatch = "feature_snapshot_manifest_snapshot_checksum_mismatch", Error, firm;
    FeatureSnapshotManifestConfigChecksumMismatch = "feature_snapshot_manifest_config_checksum_mismatch", Error, firm;
    FeatureSnapshotManifestRowCountMismatch = "feature_snapshot_manifest_row_count_mismatch", Error, firm;
    FeatureSnapshotManifestPriceAsOfMismatch = "feature_snapshot_manifest_price_as_of_mismatch", Error, allowable;
    FeatureSnapshotSourceFallback = "feature_snapshot_source_fallback", Warning, allowable;
    DuplicateSymbol = "duplicate_symbol", Error, firm;
    BlankSymbol = "blank_symbol", Warning, firm;
    UnreadableNumber = "unreadable_number", Error, firm;
    UnreadableBoolean = "unreadable_boolean", Error, firm;
    OutOfRange = "out_of_range", Error, firm;
    LooksLikePercent = "looks_like_percent", Warning, firm;
    Outlier = "outlier", Warning, firm;
    MissingBenchmarkRow = "missing_benchmark_row", Error, allowable;
    IncompleteBenchmarkRow = "incomplete_benchmark_row", Error, allowable;
    MissingSafeHavenRow = "missing_safe_haven_row", Info, firm;
    UnknownSector = "unknown_sector", Error, allowable;
    SuspectSectors = "suspect_sectors", Warning, firm;
    ThinVolume = "thin_volume", Warning, firm;
    DuplicateShareClass = "duplicate_share_class", Warning, firm;
    MissingValues = "missing_values", Info, firm;
    FewCandidates = "few_candidates", Warning, firm;
    NoCandidates = "no_candidates", Error, allowable;
    FewSelected = "few_selected", Warning, firm;
    ProductLeverage = "product_leverage", Error, firm;
    ProductSymbolMismatch = "product_symbol_mismatch", Error, firm;
    DuplicateRank = "duplicate_rank", Warning, firm;
    MissingProduct = "missing_product", Warning, firm;
    ColumnsShifted = "columns_shifted", Error, firm;
    UnknownSnapshotProfile = "unknown_snapshot_profile", Error, firm;
    PreviousNotEarlier = "previous_not_earlier", Warning, firm;
    SymbolsChanged = "symbols_changed", Info, firm;
    ColumnsChanged = "columns_changed", Info, firm;
    ColumnShifted = "column_shifted", Warning, firm;
    ColumnFrozen = "column_frozen", Warning, firm;
    PricesMissing = "prices_missing", Error, firm;
    PricesParseFailed = "prices_parse_failed", Error, firm;
    PricesEmpty = "prices_empty", Error, firm;
    MissingColumns = "missing_columns", Error, firm;
    AmbiguousClose = "ambiguous_close", Error, firm;
    BadPrice = "bad_price", Error, firm;
    ConflictingBar = "conflicting_bar", Error, firm;
    BadRange = "bad_range", Error, firm;
    ShortHistory = "short_history", Error, allowable;
    StalePrice = "stale_price", Error, allowable;
    NoMarketData = "no_market_data", Error, firm;
    MissingCanary = "missing_canary", Error, allowable;
    FewRanked = "few_ranked", Error, allowable;
    MissingSymbol = "missing_symbol", Error, allowable;
    PriceJump = "price_jump", Warning, allowable;
    PossibleSplit = "possible_split", Warning, firm;
    Spike = "spike", Error, allowable;
    PairMismatch = "pair_mismatch", Error, allowable;
    TwinSeries = "twin_series", Error, allowable;
    FrozenPrice = "frozen_price", Warning, allowable;
    FilledForward = "filled_forward", Warning, firm;
    UnfinishedBar = "unfinished_bar", Warning, firm;
    UnadjustedCloses = "unadjusted_closes", Error, allowable;
    BarWithoutSession = "bar_without_session", Warning, allowable;
    SeamJump = "seam_jump", Warning, firm;
    CutAtRowLimit = "cut_at_row_limit", Error, allowable;
    MissingSessions = "missing_sessions", Warning, firm;
    SparseHistory = "sparse_history", Warning, allowable;
    MissingMonth = "missing_month", Error, allowable;
    MonthEndMissing = "month_end_missing", Warning, firm;
    IndicatorsInvalid = "indicators_invalid", Error, firm;
    IndicatorFallback = "indicator_fallback", Warning, firm;
    PortfolioMissing = "portfolio_missing", Error, firm;
    PortfolioInvalid = "portfolio_invalid", Error, firm;
    PortfolioUndated = "portfolio_undated", Info, firm;
    LotsAdded = "lots_added", Info, firm;
    NotAShare = "not_a_share", Info, firm;
    ForeignCurrencyPosition = "foreign_currency_position", Info, firm;
    NonPositiveEquity = "non_positive_equity", Error, firm;
    EquityMismatch = "equity_mismatch", Warning, allowable;
    ShortPosition = "short_position", Warning, firm;
    HoldingLooksManaged = "holding_looks_managed", Error, allowable;
    PositionMismatch = "position_mismatch", Warning, firm;
    PositionsLagPrices = "positions_lag_prices", Warning, firm;
    HeldWithoutRow = "held_without_row", Info, firm;
    BuyingPowerExceedsCash = "buying_power_exceeds_cash", Warning, firm;
    PortfolioStale = "portfolio_stale", Warning, firm;
    PortfolioNewerThanPrices = "portfolio_newer_than_prices", Warning, firm;
    TargetsExceedManagedEquity = "targets_exceed_managed_equity", Warning, firm;
    MixedPriceDates = "mixed_price_dates", Warning, firm;
    ConfigInvalid = "config_invalid", Error, firm;
    ProfileInvalid = "profile_invalid", Error, firm;
    ClosuresInvalid = "closures_invalid", Error, firm;
    AsOfNotASession = "as_of_not_a_session", Warning, firm;
    AsOfNotGiven = "as_of_not_given", Warning, firm;
    OutsideCadence = "outside_cadence", Warning, firm;
    CloseBeforeDecisionDate = "close_before_decision_date", Warning, firm;
    RebalanceDayPassed = "rebalance_day_passed", Warning, firm;
    DateOutsideCalendar = "date_outside_calendar", Error, firm;
    RecordMissing = "record_missing", Error, firm;
    RecordInvalid = "record_invalid", Error, firm;
    RecordUnproved = "record_unproved", Error, firm;
    InputMissing = "input_missing", Error, firm;
    InputChanged = "input_changed", Error, firm;
    PathOutsideRoot = "path_outside_root", Error, firm;
    UniverseMissing = "universe_missing", Error, firm;
    UniverseParseFailed = "universe_parse_failed", Error, firm;
    UniverseEmpty = "universe_empty", Error, firm;
    UniverseNoActiveRows = "universe_no_active_rows", Error, firm;
    UniverseUnranked = "universe_unranked", Error, firm;
    UndatedUniverse = "undated_universe", Info, firm;
    ProductMapMissing = "product_map_missing", Error, firm;
    ProductMapParseFailed = "product_map_parse_failed", Error, firm;
    ProductMapEmpty = "product_map_empty", Error, firm;
    AsOfNotMonthEnd = "as_of_not_month_end", Warning, firm;
    FewNewestBars = "few_newest_bars", Warning, firm;
}

/// One thing found about an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// What is wrong, as a stable word.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, for people: lower case, no final full stop, values in backticks.
    pub message: String,
    /// The file as the user named it; `-` is standard input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The name of the column, as the header spells it in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The position in the line where the cell begins, in characters from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub character: Option<u64>,
    /// The symbol that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Symbol>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The numbers of `observed` and `expected`, where the finding holds a number to a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Values>,
    /// How to fix the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The hint as a stable word, in a record; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint_code: Option<String>,
    /// How many findings it stands for: more than one where a flood of them was only counted.
    #[serde(default = "one", deserialize_with = "read_count", skip_serializing_if = "is_one")]
    pub stands_for: u64,
    /// The findings that it only counts; left out of a finding that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Box<Flood>>,
    /// The bars that it is about, for the checks that weigh it by what a decision reads; not a part of the output.
    #[serde(skip)]
    pub bars: Option<Box<Bars>>,
}

fn one() -> u64 {
    1
}

/// The most findings that one may stand for: sums of them stay far within their type.
const MOST_COUNTED: u64 = 1_000_000_000_000;

fn read_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let count = u64::deserialize(deserializer)?;
    let is_count = (1..=MOST_COUNTED).contains(&count);
    is_count
        .then_some(count)
        .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Unsigned(count), &"a count of findings"))
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn is_one(count: &u64) -> bool {
    *count == 1
}

impl Finding {
    /// A finding with the code's own severity and nothing known but the message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: shortened(&message.into(), LONGEST_MESSAGE),
            file: None,
            line: None,
            column: None,
            character: None,
            symbol: None,
            observed: None,
            expected: None,
            values: None,
            hint: None,
            hint_code: None,
            stands_for: 1,
            counts: None,
            bars: None,
        }
    }

    /// Sets the severity where it is not the code's own.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Names the file.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(visible(&file.into()).into_owned());
        self
    }

    /// Names the line, from 1.
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Names the column.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// Says at which character of the line the cell begins, from 1.
    #[must_use]
    pub fn character(mut self, character: u64) -> Self {
        self.character = Some(character);
        self
    }

    /// Names the symbol.
    #[must_use]
    pub fn symbol(mut self, symbol: &Symbol) -> Self {
        self.symbol = Some(symbol.clone());
        self
    }

    /// Says which bars it is about.
    #[must_use]
    pub fn bars(mut self, symbols: impl IntoIterator<Item = Symbol>, date: Option<NaiveDate>) -> Self {
        self.bars = Some(Box::new(Bars { symbols: symbols.into_iter().collect(), date }));
        self
    }

    /// Says what was found.
    #[must_use]
    pub fn observed(mut self, observed: impl fmt::Display) -> Self {
        self.observed = Some(shortened(&observed.to_string(), LONGEST_QUOTE));
        self
    }

    /// Says what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl fmt::Display) -> Self {
        self.expected = Some(shortened(&expected.to_string(), LONGEST_MESSAGE));
        self
    }

    /// Says how to fix the input.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(shortened(&hint.into(), LONGEST_MESSAGE));
        self
    }

    /// Says how to fix the input, with the code of the finding in place of `{code}`.
    #[must_use]
    pub fn hint_with_code(self, hint: &str) -> Self {
        let hint = hint.replace("{code}", self.code.as_str());
        self.hint(hint)
    }

    /// Says how to fix the input where nobody who knew better has.
    #[must_use]
    pub fn or_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// Whether the finding stands in the way of a decision.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// How many findings of a severity there are, those that were only counted too.
pub fn count(findings: &[Finding], severity: Severity) -> u64 {
    findings.iter().filter(|finding| finding.severity == severity).map(|finding| finding.stands_for).sum()
}

/// Whether any of the findings stands in the way of a decision.
pub fn any_error(findings: &[Finding]) -> bool {
    findings.iter().any(Finding::is_error)
}

/// Names in backticks, parted by commas, as a message lists them.
pub fn quoted(names: impl IntoIterator<Item = impl fmt::Display>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The longest piece of a user's own text that a message repeats, in characters.
const LONGEST_QUOTE: usize = 80;

/// The longest message, expectation or hint, in characters. Those that name every column or key of a contract have some 300; a longer one
/// quotes a name that is none.
const LONGEST_MESSAGE: usize = 400;

/// The text made safe to show, and cut to so many characters.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", visible(text.get(..end).unwrap_or_default())),
        None => visible(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::list::KEPT_OF_ONE_CODE;
    use super::*;

    #[test]
    fn codes_are_unique_words() {
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
        assert!(words.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }

    #[test]
    fn a_severity_has_one_name() {
        for severity in [Severity::Error, Severity::Warning, Severity::Info] {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
        }
    }

    #[test]
    fn what_was_observed_can_not_drive_a_terminal() {
        let finding = Finding::new(Code::BadPrice, "x").observed("\u{1b}[31m");
        assert_eq!(finding.observed.as_deref(), Some("\\u{1b}[31m"));
    }

    #[test]
    fn a_flood_is_counted() {
        let mut findings = Findings::default();
        for line in 1..=250 {
            findings.push(Finding::new(Code::BadPrice, "x").file("p.csv").line(line));
        }
        let list = findings.into_vec();
        assert_eq!(list.len(), 101);
        assert_eq!(list[100].message, "150 more findings of this kind");
        assert_eq!(list[100].file.as_deref(), Some("p.csv"));
        assert_eq!(count(&list, Severity::Error), 250);
    }

    #[test]
    fn one_beyond_the_kept_ones_is_no_plural_and_has_a_file_only_where_they_have() {
        let mut findings = Findings::default();
        (0..=KEPT_OF_ONE_CODE).for_each(|_| findings.push(Finding::new(Code::BadPrice, "x")));
        let last = findings.into_vec().pop().unwrap();
        assert_eq!((last.message.as_str(), last.file), ("1 more finding of this kind", None));
    }

    #[test]
    fn the_findings_of_two_inputs_are_kept_and_counted_together() {
        let flood = |count: u64| {
            let mut findings = Findings::default();
            (0..count).for_each(|_| findings.push(Finding::new(Code::BadPrice, "x")));
            findings
        };
        let mut both = flood(40);
        both.append(flood(250));
        let list = both.into_vec();
        assert_eq!((list.len() as u64, count(&list, Severity::Error)), (KEPT_OF_ONE_CODE + 1, 290));
    }

    #[test]
    fn a_long_cell_is_cut() {
        let finding = Finding::new(Code::BadPrice, "x").observed("9".repeat(500));
        assert_eq!(finding.observed.unwrap().chars().count(), LONGEST_QUOTE + 1);
    }

    #[test]
    fn a_long_message_is_cut() {
        let message = |length: usize| Finding::new(Code::ConfigInvalid, "é".repeat(length)).message;
        assert_eq!(message(LONGEST_MESSAGE), "é".repeat(LONGEST_MESSAGE));
        assert_eq!(message(LONGEST_MESSAGE + 1), format!("{}…", "é".repeat(LONGEST_MESSAGE)));
    }
}
