//! What a strategy answers: the action, the targets, typed facts for the other rooms, and its own numbers for output.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer, ser};
use serde_json::Value;

use super::shared::texts::Texts;
use crate::account::Account;
use crate::finding::Finding;
use crate::symbol::Symbol;
use crate::words::words;

words! {
    /// What a decision tells the account to do.
    Action, "action":
    /// The positions are the targets.
    Rebalance = "rebalance",
    /// No change of targets today.
    Hold = "hold",
    /// The canary fired: go to the safe haven now.
    Emergency = "emergency",
    /// An input failed: do nothing.
    Blocked = "blocked",
}

impl Action {
    /// Whether the positions are to be acted upon.
    pub fn is_actionable(self) -> bool {
        matches!(self, Self::Rebalance | Self::Emergency)
    }
}

words! {
    /// A risk flag of the decision contract: a closed set.
    RiskFlag, "risk flag":
    /// The canary fired.
    Emergency = "emergency",
    /// The regime is the hardest defence.
    HardDefense = "hard_defense",
    /// The positions are not to be acted upon.
    NoExecute = "no_execute",
}

impl RiskFlag {
    /// The flags of a decision: this one where it is raised, or none.
    pub(crate) fn raised_if(self, is_raised: bool) -> BTreeSet<Self> {
        is_raised.then_some(self).into_iter().collect()
    }
}

/// The targets of a decision, in the profile's one target mode.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// Shares of the equity; they sum to 1, or there are none.
    Weights(BTreeMap<Symbol, f64>),
    /// US dollars; zero means "sell it".
    Values(BTreeMap<Symbol, f64>),
}

impl Targets {
    /// The targets, whatever their unit.
    pub fn by_symbol(&self) -> &BTreeMap<Symbol, f64> {
        match self {
            Self::Weights(targets) | Self::Values(targets) => targets,
        }
    }
}

/// What a strategy decided.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What to do.
    pub action: Action,
    /// The targets; empty on a hold.
    pub targets: Targets,
    /// The safe haven of the decision: its weight is bound by no cap.
    pub safe_haven: Symbol,
    /// The largest weight that a target other than the safe haven may have; `None` for value profiles.
    pub largest_weight: Option<f64>,
    /// The symbols whose prices this very decision rests on: a stale one among them blocks it.
    pub price_symbols: BTreeSet<Symbol>,
    /// The risk flags.
    pub risk_flags: BTreeSet<RiskFlag>,
    /// Every symbol that the profile may sell.
    pub managed_symbols: Vec<Symbol>,
    /// A short word for the decision: a regime, a tier, entry/hold/exit/idle, a set of names.
    pub signal: String,
    /// The signal in one line for people.
    pub headline: String,
    /// Funds besides the safe haven that stand for cash.
    pub cash_symbols: Vec<Symbol>,
    /// The funds of the income layer, for the strategies that have one.
    pub income_symbols: Vec<Symbol>,
    /// The smallest difference worth a trade in US dollars; `None` where the strategy has none.
    pub trade_threshold_usd: Option<f64>,
    /// What a strategy over a snapshot found and took; `None` for the others, and where no choice was made.
    pub choice: Option<Choice>,
    /// Whether the market is strong, so that a strategy over a snapshot should take as many as possible.
    pub is_risk_on: bool,
    /// The strategy's own numbers, under the keys of the contract. No other room reads one back.
    pub diagnostics: Diagnostics,
    /// Warnings that only the rule can see.
    pub findings: Vec<Finding>,
    /// The money that is never spent, in US dollars; 0 where the equity is not known.
    pub reserve_usd: f64,
    /// What the platforms that place orders show.
    pub texts: Texts,
}

impl Outcome {
    /// A rebalance into targets, with all else left empty: a strategy fills in what it has.
    pub(crate) fn rebalance(targets: Targets, safe_haven: &Symbol) -> Self {
        Self {
            action: Action::Rebalance,
            targets,
            safe_haven: safe_haven.clone(),
            largest_weight: None,
            price_symbols: BTreeSet::new(),
            risk_flags: BTreeSet::new(),
            managed_symbols: Vec::new(),
            signal: String::new(),
            headline: String::new(),
            cash_symbols: Vec::new(),
            income_symbols: Vec::new(),
            trade_threshold_usd: None,
            choice: None,
            is_risk_on: false,
            diagnostics: Diagnostics::new(()),
            findings: Vec::new(),
            reserve_usd: 0.0,
            texts: Texts::default(),
        }
    }

    /// Whether the profile may sell a symbol, or has a target for it.
    pub fn is_managed(&self, symbol: &Symbol) -> bool {
        *symbol == self.safe_haven
            || self.targets.by_symbol().contains_key(symbol)
            || self.managed_symbols.contains(symbol)
    }

    /// The held symbols that the profile may sell, and those that it leaves alone.
    pub fn managed_and_other<'a>(&self, account: &'a Account) -> (Vec<&'a Symbol>, Vec<&'a Symbol>) {
        account.holdings.iter().partition(|symbol| self.is_managed(symbol))
    }
}

/// How many candidates a snapshot had, and how many of them were taken, under the keys of the decision contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Choice {
    /// How many candidates passed every test.
    #[serde(rename = "candidate_count")]
    pub candidates: usize,
    /// How many holdings the config asks for.
    #[serde(rename = "requested_holdings_count")]
    pub wanted: usize,
    /// How many holdings the account is large enough for.
    #[serde(rename = "effective_holdings_count")]
    pub affordable: usize,
    /// How many were selected.
    #[serde(rename = "selected_count")]
    pub selected: usize,
}

/// A strategy's own numbers as they go out. The rule hands over a struct, whose field names are the keys; nothing is
/// serialized before somebody asks.
#[derive(Clone, Debug)]
pub struct Diagnostics(Arc<dyn Numbers>);

impl Diagnostics {
    /// The numbers of one decision.
    pub(crate) fn new(numbers: impl Serialize + fmt::Debug + Send + Sync + 'static) -> Self {
        Self(Arc::new(numbers))
    }
}

impl Serialize for Diagnostics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.to_value().map_err(ser::Error::custom)?.serialize(serializer)
    }
}

/// What can be printed as JSON, whichever strategy it is of.
trait Numbers: fmt::Debug + Send + Sync {
    fn to_value(&self) -> serde_json::Result<Value>;
}

impl<T: Serialize + fmt::Debug + Send + Sync> Numbers for T {
    fn to_value(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

/// A config value that the rule can't use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The config key.
    pub key: Cow<'static, str>,
    /// What was found, as JSON.
    pub observed: String,
    /// What the rule can use.
    pub expected: String,
}
