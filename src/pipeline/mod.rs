//! From a request to a decision: the one way that `decide` and `explain` go.

mod flags;
mod gather;
mod profile;

use chrono::NaiveDate;

use crate::account::Account;
use crate::check;
use crate::check::day::candidates::Screening;
use crate::decision::{self, ContractViolation, Decision, Frame};
use crate::finding::{Code, Finding, any_error};
use crate::input::portfolio::AccountFlags;
use crate::input::prices::{ColumnNames, DateFormat, PriceFile};
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::market::indicators::Indicators;
use crate::market::snapshot::Snapshot;
use crate::profile::config::Config;
use crate::profile::manifest::Manifest;
use crate::strategy::choice::Strategy;
use crate::strategy::{Inputs, Outcome};
use crate::symbol::Symbol;

pub(crate) use flags::{NamedInput, check_flags, named_inputs, standard_input_twice};
pub use flags::{UsageError, UsageProblem};
pub(crate) use gather::Gathered;
use gather::gather;
pub use profile::find_profile;
pub(crate) use profile::{effective_strategy, is_path};

/// What the user asked for: the flags, typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// A profile's key or alias, or the path of a manifest of the user's own.
    pub profile: String,
    /// `--prices`, in order.
    pub prices: Vec<PriceFile>,
    /// `--columns`, all of them together.
    pub columns: ColumnNames,
    /// `--dates`.
    pub dates: DateFormat,
    /// `--snapshot`.
    pub snapshot: Option<String>,
    /// `--manifest`.
    pub manifest: Option<String>,
    /// `--require-manifest`.
    pub require_manifest: bool,
    /// `--previous`.
    pub previous: Option<String>,
    /// `--indicators`.
    pub indicators: Option<String>,
    /// `--portfolio`, `--equity`, `--holdings`.
    pub account: AccountFlags,
    /// `--as-of`.
    pub as_of: Option<NaiveDate>,
    /// `--config`.
    pub config: Option<String>,
    /// `--set`, in order.
    pub settings: Vec<String>,
    /// `--allow`.
    pub allow: Vec<Code>,
    /// `--closures`.
    pub closures: Option<String>,
    /// `--max-lag`, in sessions.
    pub max_lag: Option<usize>,
    /// `--explicit-exits`.
    pub explicit_exits: bool,
}

/// Why there is no decision to print.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The flags are wrong.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The profile's own manifest can't be used, so not even a blocked decision has a profile to name.
    #[error("the profile manifest can't be used")]
    Profile(Vec<Finding>),
    /// The program broke its own contract.
    #[error(transparent)]
    Contract(#[from] ContractViolation),
}

/// The typed inputs that a strategy decided on; `explain` asks it again with other prices.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The decision date.
    pub as_of: Option<NaiveDate>,
    /// The exchange calendar.
    pub calendar: Calendar,
    /// The price series.
    pub market: Market,
    /// The feature snapshot.
    pub snapshot: Option<Snapshot>,
    /// The names of the snapshot before, which the profile may sell too; `None` where none was named.
    pub previous_names: Option<Vec<Symbol>>,
    /// The indicators.
    pub indicators: Option<Indicators>,
    /// The account.
    pub account: Account,
    /// Whether the account's positions are known from a file.
    pub has_portfolio: bool,
}

impl Evidence {
    /// The newest close of a symbol in US dollars, from its series or the indicators in their place.
    pub fn newest_close(&self, symbol: &Symbol) -> Option<f64> {
        match self.market.get(symbol) {
            Some(series) => series.newest_close(),
            None => self.indicators.as_ref()?.of(symbol)?.price,
        }
    }

    /// The evidence as a strategy takes it.
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs {
            as_of: self.as_of,
            calendar: &self.calendar,
            market: &self.market,
            snapshot: self.snapshot.as_ref(),
            indicators: self.indicators.as_ref(),
            account: &self.account,
        }
    }
}

/// A decision and everything that it came from.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The profile.
    pub manifest: Manifest,
    /// The strategy with the config in effect.
    pub strategy: Strategy,
    /// The typed inputs.
    pub evidence: Evidence,
    /// What the strategy answered; `None` when an input blocked it.
    pub outcome: Option<Outcome>,
    /// The decision.
    pub decision: Decision,
}

/// Carries a request out.
///
/// # Errors
/// When the flags are wrong, the profile's manifest can't be used, or the program breaks its own contract. An
/// input that fails is no error here: the decision is blocked then, and its findings say why.
pub fn run(request: &Request) -> Result<Decided, PipelineError> {
    let (manifest, profile_input) = find_profile(&request.profile)?;
    check_flags(request, &manifest)?;
    let mut gathered = Gathered::default();
    gathered.inputs.extend(profile_input);
    let (strategy, config) = effective_strategy(request, &manifest, &mut gathered)?;
    let evidence = gather(request, &manifest, &strategy, &config, &mut gathered);
    let Gathered { inputs, mut findings } = gathered;
    let mut allowed = check::allowance::apply(&mut findings, &request.allow);
    let mut outcome = None;
    if !any_error(&findings) {
        match strategy.decide(&evidence.inputs()) {
            Ok(mut decided) => {
                check::day::holdings::manage_previous(&mut decided, evidence.previous_names.as_deref());
                let mut more = decided.findings.clone();
                more.extend(stale_prices(request, &evidence, &decided));
                more.extend(candidate_findings(request, &strategy, &config, &evidence, &decided));
                allowed.extend(check::allowance::apply(&mut more, &request.allow));
                allowed.sort_unstable();
                allowed.dedup();
                findings.extend(more);
                outcome = Some(decided);
            }
            Err(refusals) => findings.extend(refusals),
        }
    }
    // Errors first, then warnings; within a severity in the order they were found.
    findings.sort_by_key(|finding| finding.severity);
    let outcome = outcome.filter(|_| !any_error(&findings));
    let frame = Frame {
        manifest: &manifest,
        config,
        as_of: evidence.as_of,
        calendar: &evidence.calendar,
        account: &evidence.account,
        findings,
        allowed,
        inputs,
        explicit_exits: request.explicit_exits,
    };
    let decision = match &outcome {
        Some(outcome) => decision::of_outcome(frame, outcome)?,
        None => decision::blocked(frame)?,
    };
    Ok(Decided { manifest, strategy, evidence, outcome, decision })
}

fn candidate_findings(
    request: &Request,
    strategy: &Strategy,
    config: &Config,
    evidence: &Evidence,
    outcome: &Outcome,
) -> Vec<Finding> {
    let snapshot = evidence.snapshot.as_ref().zip(request.snapshot.as_deref());
    snapshot.map_or_else(Vec::new, |(snapshot, file)| {
        let mut found = Screening { strategy: strategy.name(), config, file, snapshot, outcome }.examine();
        if request.previous.is_none() {
            found.extend(check::day::holdings::held_without_row(&evidence.account, outcome, snapshot, file));
        }
        found
    })
}

fn stale_prices(request: &Request, evidence: &Evidence, outcome: &Outcome) -> Vec<Finding> {
    let max_lag = request.max_lag.unwrap_or(check::prices::DEFAULT_MAX_LAG);
    evidence.as_of.map_or_else(Vec::new, |as_of| {
        check::prices::stale_prices(
            &evidence.market,
            &outcome.price_symbols,
            as_of,
            &evidence.calendar,
            max_lag,
        )
    })
}
