//! What the user asked for against what the profile can use: a flag must not be a silent no-op.

use super::{Request, holdings, profile};
use crate::finding::{Code, Severity};
use crate::input::FileKind;
use crate::input::sidecar;
use crate::input::source::STANDARD_INPUT;
use crate::profile::manifest::Manifest;
use crate::suggestion::Problem;

/// A request that can't be carried out as it was made: the flags are wrong, not the files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; "))]
pub struct UsageError {
    /// What is wrong, each with its cure.
    pub problems: Vec<Problem>,
}

impl UsageError {
    /// A usage error of one problem that has a cure.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Problem::new(message, hint).into()
    }

    /// Refuses a request that has problems.
    ///
    /// # Errors
    /// With all of them.
    pub(crate) fn refuse(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }
}

impl From<Problem> for UsageError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

/// Flags that the profile can't use are refused: a flag must not be a silent no-op.
///
/// # Errors
/// With every flag that can do nothing, or not what it was given for.
pub(crate) fn check_flags(request: &Request, manifest: &Manifest) -> Result<(), UsageError> {
    let takes_snapshot = manifest.strategy.facts().takes_snapshot();
    let takes_prices = manifest.strategy.facts().takes_prices();
    let takes_indicators = manifest.strategy.facts().takes_indicators();
    let prices = &request.prices;
    let given = [
        // Every profile takes prices for its share plan.
        ("--prices", !prices.files.is_empty(), true),
        ("--columns", !prices.columns.is_empty(), true),
        ("--dates", prices.dates.is_some(), true),
        ("--max-lag", request.rules.max_lag.is_some(), takes_prices),
        ("--snapshot", request.snapshot.is_some(), takes_snapshot),
        ("--manifest", request.manifest.is_some(), takes_snapshot),
        ("--require-manifest", request.require_manifest, takes_snapshot),
        ("--previous", request.previous.is_some(), takes_snapshot),
        ("--indicators", request.indicators.is_some(), takes_indicators),
    ];
    let message = |flag: &str| format!("profile `{}` can't use `{flag}`", manifest.profile);
    let mut problems = unusable(&given, message, "it takes the input flags");
    if request.require_as_of && request.as_of.is_none() {
        let hint = "add `--as-of \"$(TZ=America/New_York date +%F)\"`";
        problems.push(Problem::new("`--require-as-of` needs the decision date", hint));
    }
    problems.extend(allowed_in_vain(&request.rules.allow, request.rules.is_strict));
    problems.extend(holdings::check_flags(&request.account));
    problems.extend(standard_input_twice(&named_inputs(request)));
    UsageError::refuse(problems)
}

/// The flags that are given and can do nothing, of flags with whether each is given and whether it can do something. The
/// hint names those that can.
pub(crate) fn unusable(
    flags: &[(&str, bool, bool)],
    message: impl Fn(&str) -> String,
    hint: &str,
) -> Vec<Problem> {
    let usable: Vec<&str> = flags.iter().filter(|(_, _, can)| *can).map(|(flag, _, _)| *flag).collect();
    let hint = format!("{hint} {}", usable.join(", "));
    let idle = flags.iter().filter(|(_, is_given, can)| *is_given && !can);
    idle.map(|(flag, _, _)| Problem::new(message(flag), hint.as_str())).collect()
}

/// Codes that can't be allowed; a strict run takes those of warnings too.
pub(crate) fn allowed_in_vain(allow: &[Code], is_strict: bool) -> Option<Problem> {
    let code = allow.iter().find(|code| !code.can_be_allowed() && !is_strict)?;
    let hint = match code.severity() {
        Severity::Error => "`strat explain --codes` shows which codes can",
        _ => "leave it out: without `--strict` a warning blocks nothing",
    };
    Some(Problem::new(format!("`--allow {code}`: it can't be allowed"), hint))
}

/// Standard input can be read only once: of several inputs one may come from it.
pub(crate) fn standard_input_twice(inputs: &[NamedInput]) -> Option<Problem> {
    (inputs.iter().filter(|input| input.path == STANDARD_INPUT).count() > 1).then(|| {
        let message = format!("standard input (`{STANDARD_INPUT}`) can be read only once");
        Problem::new(message, "name a file for all inputs but one")
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

impl NamedInput {
    /// The file that a flag names.
    pub(crate) fn of_flag(flag: &str, path: &str) -> Self {
        Self { what: format!("the file of `{flag}`"), path: path.to_owned() }
    }

    /// A file of a kind.
    pub(crate) fn of_kind(kind: FileKind, path: &str) -> Self {
        match kind {
            FileKind::Profile => Self { what: "the profile's manifest".to_owned(), path: path.to_owned() },
            _ => Self::of_flag(&format!("--{}", kind.as_str()), path),
        }
    }
}

/// Every file that a request is carried out with, also those that no flag names.
pub(crate) fn named_inputs(request: &Request) -> Vec<NamedInput> {
    let mut named = request.clone();
    let files = files_mut(&mut named).into_iter();
    let mut inputs: Vec<NamedInput> = files.map(|(kind, path)| NamedInput::of_kind(kind, path)).collect();
    let what = || "the manifest beside the file of `--snapshot`".to_owned();
    inputs.extend(sidecar_of(request).map(|path| NamedInput { what: what(), path }));
    inputs
}

/// The manifest that is read although no flag names it: the one beside the snapshot.
pub(crate) fn sidecar_of(request: &Request) -> Option<String> {
    let snapshot = request.snapshot.as_deref().filter(|_| request.manifest.is_none());
    snapshot.and_then(sidecar::find_beside)
}

/// The paths that a request names, each with what is there, in the order in which the files of one kind are read.
pub(crate) fn files_mut(request: &mut Request) -> Vec<(FileKind, &mut String)> {
    let mut files: Vec<(FileKind, &mut String)> = Vec::new();
    if profile::is_path(&request.profile) {
        files.push((FileKind::Profile, &mut request.profile));
    }
    files.extend(request.prices.files.iter_mut().map(|file| (FileKind::Prices, &mut file.path)));
    let single = [
        (FileKind::Snapshot, request.snapshot.as_mut()),
        (FileKind::Manifest, request.manifest.as_mut()),
        (FileKind::Previous, request.previous.as_mut()),
        (FileKind::Indicators, request.indicators.as_mut()),
        (FileKind::Portfolio, request.account.portfolio.as_mut()),
        (FileKind::Config, request.rules.config.as_mut()),
        (FileKind::Closures, request.rules.closures.as_mut()),
        (FileKind::Quotes, request.plan.quotes.as_mut()),
    ];
    files.extend(single.into_iter().filter_map(|(kind, path)| Some((kind, path?))));
    files
}
