//! From a request to a decision: the one way that `decide` and `explain` go.

use std::path::{MAIN_SEPARATOR, Path};

use chrono::NaiveDate;

use crate::account::Account;
use crate::check;
use crate::decision::{self, ContractViolation, Decision, Frame};
use crate::finding::{Code, Finding, Findings, any_error};
use crate::input::portfolio::AccountFlags;
use crate::input::source::STANDARD_INPUT;
use crate::input::{FileKind, InputRecord, closures, indicators, json, portfolio, prices, sidecar};
use crate::market::calendar::Calendar;
use crate::market::indicators::Indicators;
use crate::market::series::Market;
use crate::market::snapshot::Snapshot;
use crate::profile::config::Config;
use crate::profile::manifest::Manifest;
use crate::profile::words::StrategyName;
use crate::profile::{catalog, overrides};
use crate::strategy::choice::Strategy;
use crate::strategy::{Inputs, Outcome, effective};

/// What the user asked for: the flags, typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// A profile's key or alias, or the path of a manifest of the user's own.
    pub profile: String,
    /// `--prices`, in order.
    pub prices: Vec<String>,
    /// `--snapshot`.
    pub snapshot: Option<String>,
    /// `--manifest`.
    pub manifest: Option<String>,
    /// `--require-manifest`.
    pub require_manifest: bool,
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

/// A request that can't be carried out as it was made: the flags are wrong, not the files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; "))]
pub struct UsageError {
    /// What is wrong, each with its cure.
    pub problems: Vec<UsageProblem>,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageProblem {
    /// What is wrong.
    pub message: String,
    /// The cure.
    pub hint: Option<String>,
}

impl UsageError {
    /// A usage error of one problem.
    pub fn new(message: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        Self { problems: vec![UsageProblem { message: message.into(), hint: hint.into() }] }
    }
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
    /// The indicators.
    pub indicators: Option<Indicators>,
    /// The account.
    pub account: Account,
    /// Whether the account's positions are known from a file.
    pub has_portfolio: bool,
}

impl Evidence {
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
            Ok(decided) => {
                let mut more = decided.findings.clone();
                more.extend(stale_prices(request, &evidence, &decided));
                more.extend(few_candidates(request, &strategy, &config, &decided));
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

/// What reading has brought together so far.
#[derive(Default)]
pub(crate) struct Gathered {
    /// The files that were read.
    pub inputs: Vec<InputRecord>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
}

/// The profile of a key, an alias or a path.
///
/// # Errors
/// When nothing is called so, or the manifest at the path can't be used.
pub fn find_profile(name: &str) -> Result<(Manifest, Option<InputRecord>), PipelineError> {
    if !is_path(name) {
        let manifest = catalog::find(name).map_err(|error| {
            let hints: Vec<String> = path_meant(name).into_iter().chain(error.hint()).collect();
            UsageError::new(error.to_string(), (!hints.is_empty()).then(|| hints.join("; ")))
        })?;
        return Ok((manifest, None));
    }
    let file = json::read_text(name, Code::ProfileInvalid, Code::ProfileInvalid)
        .map_err(|finding| PipelineError::Profile(vec![*finding]))?;
    let manifest = catalog::parse_own(&file.text).map_err(|error| {
        let findings = error.findings(name).into_iter().map(|finding| finding.or_hint(PROFILE_FORM));
        PipelineError::Profile(findings.collect::<Findings>().into_vec())
    })?;
    check_own_config(&manifest, name)?;
    Ok((manifest, Some(InputRecord::new(FileKind::Profile, name, file.sha256))))
}

/// Whether a profile is named by the path of its manifest.
fn is_path(name: &str) -> bool {
    name.contains(MAIN_SEPARATOR) || name.to_lowercase().ends_with(".json")
}

/// How to name the file that goes by a profile's name, if one does.
fn path_meant(name: &str) -> Option<String> {
    let path = Path::new(".").join(name);
    path.is_file().then(|| format!("`{}` names the file", path.display()))
}

/// The config of a manifest of the user's own is held to what the built-in ones are held to.
fn check_own_config(manifest: &Manifest, path: &str) -> Result<(), PipelineError> {
    let model = catalog::model(manifest.strategy)
        .ok_or_else(|| ContractViolation(format!("no built-in profile runs {}", manifest.strategy)))?;
    match effective::strategy(manifest.strategy, &model.config, &manifest.config) {
        Ok(_) => Ok(()),
        Err(problems) => Err(PipelineError::Profile(
            problems.into_iter().map(|problem| problem.finding(Code::ProfileInvalid, path)).collect(),
        )),
    }
}

/// Flags that the profile can't use are refused: a flag must not be a silent no-op.
///
/// # Errors
/// With every flag that can do nothing, or not what it was given for.
pub(crate) fn check_flags(request: &Request, manifest: &Manifest) -> Result<(), UsageError> {
    let takes_snapshot = manifest.strategy.takes_snapshot();
    let takes_prices = manifest.strategy.takes_prices();
    let takes_indicators = manifest.strategy == StrategyName::SoxlSoxxTrendIncome;
    let given = [
        ("--prices", !request.prices.is_empty(), takes_prices),
        ("--max-lag", request.max_lag.is_some(), takes_prices),
        ("--snapshot", request.snapshot.is_some(), takes_snapshot),
        ("--manifest", request.manifest.is_some(), takes_snapshot),
        ("--require-manifest", request.require_manifest, takes_snapshot),
        ("--indicators", request.indicators.is_some(), takes_indicators),
    ];
    let usable: Vec<&str> = given.iter().filter(|(_, _, can)| *can).map(|(flag, _, _)| *flag).collect();
    let mut problems: Vec<UsageProblem> = given
        .iter()
        .filter(|(_, is_given, can)| *is_given && !can)
        .map(|(flag, _, _)| UsageProblem {
            message: format!("profile `{}` can't use `{flag}`", manifest.profile),
            hint: Some(format!("of the input flags it takes {}", usable.join(", "))),
        })
        .collect();
    problems.extend(idle_allowances(request, manifest));
    if takes_indicators && request.indicators.is_some() {
        problems.extend(idle_beside_indicators(request));
    }
    problems.extend(standard_input_twice(named_files(request).map(|(_, path)| path)));
    if problems.is_empty() { Ok(()) } else { Err(UsageError { problems }) }
}

/// Codes to allow that a decision of the profile is never blocked by.
fn idle_allowances(request: &Request, manifest: &Manifest) -> impl Iterator<Item = UsageProblem> {
    let is_of_use = |code: &&Code| check::allowance::is_of_use(**code, manifest.strategy);
    let useful: Vec<&str> = Code::ALL.iter().filter(is_of_use).map(|code| code.as_str()).collect();
    request.allow.iter().filter(move |code| !is_of_use(code)).map(move |code| UsageProblem {
        message: format!(
            "`{code}` never blocks profile `{}`, and leaves `--allow {code}` nothing to do",
            manifest.profile
        ),
        hint: Some(format!("leave it out; codes to allow for this profile: {}", useful.join(", "))),
    })
}

/// Flags about prices, where indicators are given in their place.
fn idle_beside_indicators(request: &Request) -> impl Iterator<Item = UsageProblem> {
    let about_prices = [
        ("--prices", !request.prices.is_empty()),
        ("--max-lag", request.max_lag.is_some()),
        ("--allow stale_price", request.allow.contains(&Code::StalePrice)),
    ];
    about_prices.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| UsageProblem {
        message: format!("`--indicators` stands in place of prices and leaves `{flag}` nothing to do"),
        hint: Some("leave one of the two out".to_owned()),
    })
}

/// Standard input can be read only once: of several inputs one may come from it.
pub(crate) fn standard_input_twice<'a>(named: impl Iterator<Item = &'a String>) -> Option<UsageProblem> {
    (named.filter(|path| *path == STANDARD_INPUT).count() > 1).then(|| UsageProblem {
        message: format!("standard input (`{STANDARD_INPUT}`) can be read only once"),
        hint: Some("name a file for all inputs but one".to_owned()),
    })
}

/// A file that a decision is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedInput {
    /// What the file is, in words that follow a verb.
    pub what: String,
    /// The path as the user named it, or as it follows from one that they named.
    pub path: String,
}

/// Every file that a request is carried out with, also those that no flag names.
pub(crate) fn named_inputs(request: &Request) -> Vec<NamedInput> {
    let mut inputs: Vec<NamedInput> = named_files(request)
        .map(|(flag, path)| NamedInput { what: format!("the file of `{flag}`"), path: path.clone() })
        .collect();
    if request.manifest.is_none() {
        let beside = request.snapshot.as_deref().and_then(sidecar::find_beside);
        let what = || "the manifest beside the file of `--snapshot`".to_owned();
        inputs.extend(beside.map(|path| NamedInput { what: what(), path }));
    }
    if is_path(&request.profile) {
        let what = "the profile's manifest".to_owned();
        inputs.push(NamedInput { what, path: request.profile.clone() });
    }
    inputs
}

/// The files that flags name, each with its flag.
fn named_files(request: &Request) -> impl Iterator<Item = (&'static str, &String)> {
    let single = [
        ("--snapshot", &request.snapshot),
        ("--manifest", &request.manifest),
        ("--indicators", &request.indicators),
        ("--portfolio", &request.account.portfolio),
        ("--config", &request.config),
        ("--closures", &request.closures),
    ];
    let prices = request.prices.iter().map(|path| ("--prices", path));
    prices.chain(single.into_iter().filter_map(|(flag, path)| Some((flag, path.as_ref()?))))
}

/// The strategy with the config in effect, and that config as it is printed.
///
/// What is wrong with `--set` is wrong with the flags; what is wrong with the file of `--config` blocks.
pub(crate) fn effective_strategy(
    request: &Request,
    manifest: &Manifest,
    gathered: &mut Gathered,
) -> Result<(Strategy, Config), PipelineError> {
    let mut base = manifest.config.clone();
    if let Some(path) = &request.config {
        match read_config_file(path, manifest, gathered) {
            Ok(config) => base = config,
            Err(findings) => gathered.findings.extend(findings),
        }
    }
    let config = overrides::apply(&base, None, &request.settings).map_err(|errors| UsageError {
        problems: errors
            .iter()
            .map(|error| UsageProblem { message: error.to_string(), hint: error.hint() })
            .collect(),
    })?;
    let strategy =
        effective::strategy(manifest.strategy, &manifest.config, &config).map_err(|problems| UsageError {
            problems: problems
                .into_iter()
                .map(|problem| UsageProblem {
                    message: format!("config key `{}` can't be {}", problem.key, problem.observed),
                    hint: Some(format!("expected {}", problem.expected)),
                })
                .collect(),
        })?;
    let config = strategy.config().map_err(|error| ContractViolation(error.to_string()))?;
    Ok((strategy, config))
}

/// What a config file looks like, for who has another file.
const CONFIG_FORM: &str = "a config file is one JSON object of the profile's config keys, such as \
    `{\"hold_bonus\": 0.03}`; `strat list --format json` shows every key";

/// What a profile manifest looks like, for who has another file.
const PROFILE_FORM: &str = "start from a manifest of `strat list --format json`, with a name of your own";

/// The manifest's config with a config file over it, checked whole.
fn read_config_file(
    path: &str,
    manifest: &Manifest,
    gathered: &mut Gathered,
) -> Result<Config, Vec<Finding>> {
    let file = json::read_text(path, Code::ConfigInvalid, Code::ConfigInvalid).map_err(|f| vec![*f])?;
    let overriding = crate::profile::config::parse(&file.text)
        .map_err(|problem| vec![problem.finding(Code::ConfigInvalid, path).hint(CONFIG_FORM)])?;
    gathered.inputs.push(InputRecord::new(FileKind::Config, path, file.sha256));
    let config = overrides::apply(&manifest.config, Some(&overriding), &[] as &[&str]).map_err(|errors| {
        let findings = errors.iter().map(|error| {
            let mut finding = Finding::new(Code::ConfigInvalid, error.to_string()).file(path);
            finding.hint = error.hint();
            finding
        });
        findings.collect::<Findings>().into_vec()
    })?;
    effective::strategy(manifest.strategy, &manifest.config, &config).map_err(|problems| {
        let findings = problems.into_iter().map(|problem| problem.finding(Code::ConfigInvalid, path));
        findings.collect::<Findings>().into_vec()
    })?;
    Ok(config)
}

/// Reads every input that the strategy takes.
fn gather(
    request: &Request,
    manifest: &Manifest,
    strategy: &Strategy,
    config: &Config,
    gathered: &mut Gathered,
) -> Evidence {
    let mut evidence = Evidence { as_of: request.as_of, ..Evidence::default() };
    if let Some(path) = &request.closures {
        let reading = closures::read(path);
        gathered.inputs.extend(reading.input);
        gathered.findings.extend(reading.findings);
        evidence.calendar = Calendar::new(reading.closures);
    }
    let account = portfolio::read(&request.account);
    gathered.inputs.extend(account.input);
    // A file that can't be read says nothing of the equity: that it is missing is no second fault.
    let is_required = account.findings.is_empty() && strategy.name().needs_equity();
    gathered.findings.extend(account.findings);
    gathered.findings.extend(check::account::unusable_equity(&account.account, is_required));
    if request.account.equity_usd.is_none() {
        gathered.findings.extend(check::account::equity_mismatch(&account.account));
    }
    gathered.findings.extend(check::account::short_positions(&account.account));
    evidence.account = account.account;
    evidence.has_portfolio = account.has_portfolio;
    if strategy.name().takes_snapshot() {
        gather_snapshot(request, manifest, config, &mut evidence, gathered);
    }
    if let Some(path) = &request.indicators {
        let reading = indicators::read(path);
        gathered.inputs.extend(reading.input);
        gathered.findings.extend(reading.findings);
        evidence.indicators = reading.indicators;
    } else if strategy.name().takes_prices() {
        gather_prices(request, strategy, &mut evidence, gathered);
    }
    if let Some(as_of) = evidence.as_of {
        gathered.findings.extend(check::account::stale_portfolio(
            &evidence.account,
            as_of,
            &evidence.calendar,
        ));
        gathered.findings.extend(check::date::unfit(as_of, manifest.effective, &evidence.calendar));
        // Only the prices told the decision date, so the snapshot's age could not be looked at before.
        if request.as_of.is_none() {
            gathered.findings.extend(age_of_snapshot(request, &evidence, as_of));
        }
    }
    evidence
}

fn gather_snapshot(
    request: &Request,
    manifest: &Manifest,
    config: &Config,
    evidence: &mut Evidence,
    gathered: &mut Gathered,
) {
    let config_file = gathered.inputs.iter().find(|input| input.kind == FileKind::Config);
    let examination = check::snapshot::examine(&check::snapshot::Request {
        snapshot: request.snapshot.as_deref(),
        manifest: request.manifest.as_deref(),
        requires_manifest: request.require_manifest,
        profile: manifest,
        config,
        config_sha256: config_file.map(|input| input.sha256.as_str()),
        as_of: request.as_of,
        most_rows: None,
    });
    gathered.inputs.extend(examination.inputs);
    gathered.findings.extend(examination.findings);
    evidence.snapshot = examination.snapshot;
}

fn age_of_snapshot(request: &Request, evidence: &Evidence, as_of: NaiveDate) -> Vec<Finding> {
    let snapshot_date = evidence.snapshot.as_ref().and_then(|snapshot| snapshot.as_of);
    request.snapshot.as_deref().zip(snapshot_date).map_or_else(Vec::new, |(path, date)| {
        let future = check::snapshot::dates::future_as_of(date, as_of, path);
        future.into_iter().chain(check::snapshot::dates::stale(date, as_of, path)).collect()
    })
}

fn few_candidates(
    request: &Request,
    strategy: &Strategy,
    config: &Config,
    outcome: &Outcome,
) -> Option<Finding> {
    let path = request.snapshot.as_deref()?;
    check::candidates::few_candidates_of(outcome, strategy.name(), config, path)
}

fn gather_prices(request: &Request, strategy: &Strategy, evidence: &mut Evidence, gathered: &mut Gathered) {
    if request.prices.is_empty() {
        let or_indicators = match strategy.name() {
            StrategyName::SoxlSoxxTrendIncome => ", or indicators with `--indicators FILE`",
            _ => "",
        };
        gathered.findings.push(
            Finding::new(Code::PricesMissing, "the profile decides on daily closes and none were named")
                .hint(format!("name a CSV `symbol,as_of,close` with `--prices FILE`{or_indicators}")),
        );
        return;
    }
    let needs = strategy.price_needs(evidence.snapshot.as_ref());
    let reading = prices::read(&request.prices, &needs, request.as_of);
    gathered.inputs.extend(reading.inputs);
    gathered.findings.extend(reading.findings);
    gathered.findings.extend(check::prices::price_jumps(&reading.market));
    gathered.findings.extend(check::prices::bars_without_session(&reading.market, &evidence.calendar));
    gathered.findings.extend(check::prices::missing_sessions(&reading.market, &evidence.calendar));
    evidence.market = reading.market;
    evidence.as_of = request.as_of.or(reading.newest_date);
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
