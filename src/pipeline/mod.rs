//! From a request to a decision: the one way that `decide` and `explain` go.

mod flags;
mod gather;
mod holdings;
mod profile;
mod request;
mod share_plan;
mod shelf;

use std::collections::{BTreeMap, BTreeSet};

use crate::check::positions;
use crate::decision::{self, ContractViolation, Decision, Options};
use crate::finding::{Code, Finding};
use crate::input::{FileKind, InputRecord};
use crate::next_dates::{NextDates, WindowPhase, next_dates};
use crate::number::Number;
use crate::plan::SharePlan;
use crate::platform;
use crate::profile::Profile;
use crate::profile::words::{PlatformId, TargetMode};
use crate::strategy::trace::Trace;
use crate::strategy::{Action, Evidence, Outcome};
use crate::symbol::Symbol;

pub use flags::UsageError;
use flags::check_flags;
pub(crate) use flags::{
    NamedInput, allowed_in_vain, files_mut, named_inputs, sidecar_of, standard_input_twice, unusable,
};
pub(crate) use gather::Gathered;
use gather::gather;
pub use profile::find_profile;
pub(crate) use profile::{is_path, resolve};
pub use request::{PlanRequest, Request, Rules};
pub use shelf::Shelf;

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

impl From<Box<Finding>> for PipelineError {
    fn from(finding: Box<Finding>) -> Self {
        Self::Profile(vec![*finding])
    }
}

/// A decision and everything that it came from.
#[derive(Clone, Debug)]
pub struct Run {
    /// The profile with the strategy and the config in effect.
    pub profile: Profile,
    /// What the files say.
    pub evidence: Evidence,
    /// What the strategy compared, ranked and computed, as far as the trace keeps it.
    pub trace: Trace,
    /// What was decided.
    pub decision: Decision,
    /// The plan in whole shares; `None` without an equity or any price, on hold and on blocked.
    pub share_plan: Option<SharePlan>,
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
    /// What the user asked of the decision besides its inputs.
    pub options: Options,
    /// The smallest change worth a trade in US dollars: the larger of the strategy's and `--min-trade`.
    pub trade_threshold_usd: f64,
}

/// The profile of a request with the config in effect, and what was read on the way.
///
/// # Errors
/// When the flags are wrong, or the profile's manifest can't be used.
pub(crate) fn resolve_request(request: &Request) -> Result<(Profile, Gathered), PipelineError> {
    let check = |manifest: &_| check_flags(request, manifest);
    resolve(&request.profile, request.rules.config.as_deref(), &request.rules.settings, check)
}

/// Carries a request out, with a trace that keeps as much as is wanted.
///
/// # Errors
/// When the flags are wrong, the profile's manifest can't be used, or the program breaks its own contract. An
/// input that fails is no error here: the decision is blocked then, and its findings say why.
pub fn run(request: &Request, trace: Trace) -> Result<Run, PipelineError> {
    run_with(request, trace, None)
}

/// Carries one of several requests out that differ in their account alone; the prices are those of the shelf.
///
/// # Errors
/// As [`run`].
pub fn run_with(request: &Request, mut trace: Trace, shelf: Option<&Shelf>) -> Result<Run, PipelineError> {
    let (profile, mut gathered) = resolve_request(request)?;
    let (mut evidence, plan_prices) = gather(request, &profile, &mut gathered, shelf)?;
    evidence.findings = gathered.findings;
    let options = Options {
        allow: request.rules.allow.clone(),
        max_lag: request.rules.max_lag(),
        explicit_exits: request.explicit_exits,
        is_strict: request.rules.is_strict,
    };
    if options.allow.contains(&Code::HoldingLooksManaged) {
        rename_holdings(&profile, &mut evidence, &options)?;
    }
    let mut decided = decision::decide(&profile, evidence.inputs(), &options, &mut trace)?;
    name_lookalikes(&mut decided.findings, &gathered.lookalikes);
    if let Some(outcome) = &decided.outcome {
        let takes_snapshot = profile.strategy.facts().takes_snapshot();
        holdings::check_symbols(&request.account, takes_snapshot, outcome)?;
        holdings::check_values(&profile, &request.account, &evidence.account, outcome)?;
    }
    let mut planned = share_plan::plan(request, plan_prices.as_ref(), &evidence, &decided)?;
    let of_account = holdings::check(request, &evidence, &decided, plan_prices.as_ref(), &planned);
    // A wrong `--equity` says better why the targets are too large.
    if of_account.iter().any(|finding| finding.code == Code::EquityMismatch) {
        planned.findings.retain(|finding| finding.code != Code::TargetsExceedManagedEquity);
    }
    planned.findings.extend(of_account);
    decided.add_findings(&profile, planned.findings, &options)?;
    let own = decided.outcome.as_ref().and_then(|outcome| outcome.trade_threshold_usd).unwrap_or_default();
    let trade_threshold_usd = f64::max(own, request.plan.options().min_trade_usd);
    let share_plan = planned.share_plan.filter(|_| decided.outcome.is_some());
    let mut decision = Decision::new(&profile, decided, evidence.account.equity_usd)?;
    if let Some(mode) = request.target_mode {
        convert_targets(&mut decision, mode, request, evidence.account.equity_usd)?;
    }
    let inputs = gathered.inputs;
    let run = Run { profile, evidence, trace, decision, share_plan, inputs, options, trade_threshold_usd };
    Ok(match request.platform {
        Some(platform) => run.adapted(platform),
        None => run,
    })
}

impl Run {
    /// What the strategy answered; `None` when an input blocked it.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.decision.outcome.as_ref()
    }

    /// The days that come after the decision date: a rebalance day and an execution window that are over give way
    /// to the next ones.
    pub fn next_dates(&self) -> Option<NextDates> {
        let evidence = &self.evidence;
        let snapshot = evidence.snapshot.as_ref().and_then(|snapshot| snapshot.as_of);
        let as_of = evidence.as_of.or(snapshot)?;
        let from = |day, snapshot| next_dates(&self.profile.strategy, &evidence.calendar, day, snapshot);
        let mut dates = from(as_of, snapshot);
        if dates.rebalance_day.is_some_and(|day| day.is_as_of) {
            dates.rebalance_day = from(as_of.succ_opt()?, snapshot).rebalance_day;
        }
        if dates.execution_window.as_ref().is_some_and(|window| window.phase == WindowPhase::Past) {
            dates.execution_window = from(as_of, None).execution_window;
        }
        Some(dates)
    }

    /// The same with the decision in the form that a platform takes.
    #[must_use]
    pub fn adapted(mut self, platform: PlatformId) -> Self {
        let Self { profile, evidence, decision, inputs, .. } = &mut self;
        let own_haven = || profile.strategy.safe_haven();
        let snapshot = inputs.iter().find(|input| input.kind == FileKind::Snapshot);
        let facts = platform::Facts {
            badge: profile.strategy.facts().badge,
            safe_haven: decision
                .outcome
                .as_ref()
                .map_or_else(own_haven, |outcome| outcome.safe_haven.clone()),
            snapshot_as_of: evidence.snapshot.as_ref().and_then(|snapshot| snapshot.as_of),
            snapshot_path: snapshot.map(|input| input.path.as_str()),
            profile: profile.manifest.profile.as_str(),
            equity_usd: evidence.account.equity_usd,
            min_recommended_equity_usd: profile.manifest.min_recommended_equity_usd,
        };
        platform::adapt(decision, platform, &facts);
        self
    }
}

/// Reads holdings that look like symbols of the profile as these symbols, where the user allows it.
///
/// # Errors
/// When the program breaks its own contract.
fn rename_holdings(
    profile: &Profile,
    evidence: &mut Evidence,
    options: &Options,
) -> Result<(), ContractViolation> {
    let options = Options { is_strict: false, ..options.clone() };
    // Only the rule knows which symbols it manages.
    let decided = decision::decide(profile, evidence.inputs(), &options, &mut Trace::silent())?;
    let Some(outcome) = &decided.outcome else { return Ok(()) };
    let is_managed = |symbol: &Symbol| outcome.is_managed(symbol);
    let pairs = positions::lookalikes(&evidence.account, is_managed, &outcome.managed_symbols);
    evidence.findings.extend(positions::holding_looks_managed(&pairs));
    for (held, name) in &pairs {
        positions::rename(&mut evidence.account, held, name);
    }
    Ok(())
}

/// Converts the targets to a unit with the equity; the decision's id stays that of the profile's own targets.
///
/// # Errors
/// When the equity is not known.
fn convert_targets(
    decision: &mut Decision,
    mode: TargetMode,
    request: &Request,
    equity_usd: Option<f64>,
) -> Result<(), UsageError> {
    // A portfolio that can't be read blocks, and says so itself.
    let is_given = request.account.portfolio.is_some() || request.account.equity_usd.is_some();
    if mode == decision.target_mode || (decision.action() == Action::Blocked && is_given) {
        return Ok(());
    }
    let Some(equity_usd) = equity_usd else {
        return Err(UsageError::new(
            format!("`--target-mode {mode}` needs the account's equity"),
            "add `--equity USD` or `--portfolio FILE`",
        ));
    };
    decision.target_mode = mode;
    for position in &mut decision.positions {
        let weight = position.target_weight.take();
        let value = position.target_value.take();
        match mode {
            TargetMode::Weight => position.target_weight = value.map(|value| Number(value.0 / equity_usd)),
            TargetMode::Value => position.target_value = weight.map(|weight| Number(weight.0 * equity_usd)),
        }
    }
    Ok(())
}

/// The symbols that the call can name before it reads prices, besides those that the rule reads.
pub(crate) fn known_symbols(profile: &Profile, evidence: &Evidence) -> BTreeSet<Symbol> {
    let mut symbols = share_plan::symbols(profile, evidence);
    symbols.insert(profile.manifest.benchmark.clone());
    symbols
}

/// Says of a symbol without prices that the files have one that looks like it; it is never taken for it.
pub(crate) fn name_lookalikes(findings: &mut [Finding], lookalikes: &BTreeMap<Symbol, String>) {
    for finding in findings.iter_mut().filter(|finding| finding.code == Code::MissingSymbol) {
        let alike = finding.symbol.as_ref().and_then(|symbol| Some((symbol, lookalikes.get(symbol)?)));
        let hint = alike.map(|(symbol, written)| {
            format!("the price files have `{written}`: write it as `{symbol}`, if that is meant")
        });
        finding.hint = hint.or_else(|| finding.hint.take());
    }
}
