//! `strat decide`: one decision from its input files.

use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::Result;
use super::cli::{LanguageArgs, PortfolioArgs};
use super::draw::{self, DecisionForm};
use super::output::open;
use super::stage::Stage;
use super::{Answer, Exit, accounts, closing_line, refuse_compact};
use crate::pipeline::{self, PipelineError, PlanRequest, Request, Shelf, UsageError};
use crate::profile::words::{PlatformId, TargetMode};
use crate::record::{Record, Verdict};
use crate::strategy::trace::Trace;

pub(super) const EXAMPLES: &str = "\
Examples:
  strat decide global_etf_rotation --prices prices.csv --equity 25000
  strat decide tqqq_growth_income --prices prices.csv --portfolio account.json
  strat decide global_etf_rotation --prices prices.csv --format json";

/// The flags of `decide`.
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// What to decide on.
    #[command(flatten)]
    pub request: Request,
    /// The accounts.
    #[command(flatten)]
    pub accounts: PortfolioArgs,
    /// How shares are planned.
    #[command(flatten)]
    pub plan: PlanRequest,
    /// With `--format csv`: print the trades, one per line; without a portfolio the planned shares as buys
    #[arg(hide_short_help = true, long = "plan", help_heading = "Share plan")]
    pub prints_trades: bool,
    /// The form of the output [default: table; with --for: json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<DecideFormat>,
    /// The language of the text.
    #[command(flatten)]
    pub language: LanguageArgs,
    /// The unit of the targets [default: native, the profile's own]
    #[arg(long, hide_short_help = true, value_name = "native|weight|value")]
    pub target_mode: Option<TargetUnit>,
    /// Print JSON in the form that a platform's program reads: ibkr, schwab, longbridge
    #[arg(long = "for", value_name = "PLATFORM")]
    pub platform: Option<PlatformId>,
    /// Write the output to FILE, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// With `--format json`: write one file per account into DIR, which is made if it is missing
    #[arg(long, hide_short_help = true, value_name = "DIR", conflicts_with = "output")]
    pub output_dir: Option<std::path::PathBuf>,
    /// With `--format json`: print everything on one line
    #[arg(long, hide_short_help = true)]
    pub compact: bool,
    /// Exit with 10 if there is nothing to do: a hold, or an account that is at its targets
    #[arg(long)]
    pub exit_code: bool,
}

/// The value of `--target-mode`; `None` for the profile's own unit.
#[derive(Clone, Copy, Debug)]
pub struct TargetUnit(Option<TargetMode>);

impl FromStr for TargetUnit {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        if text.trim().eq_ignore_ascii_case("native") {
            return Ok(Self(None));
        }
        let mode = TargetMode::parse(text).map_err(|_| "expected `native`, `weight` or `value`")?;
        Ok(Self(Some(mode)))
    }
}

/// The forms of `decide`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DecideFormat {
    /// A table for people.
    #[default]
    Table,
    /// The decision contract, `strat.decision.v1`.
    Json,
    /// One row per target and exit.
    Csv,
    /// For a job summary or a message.
    Markdown,
}

/// Decides, and draws the decision in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, the output can't be written, or the program breaks its own contract.
pub fn answer(flags: DecideArgs, stage: &Stage) -> Result<Answer> {
    let format = format(&flags)?;
    refuse_compact(flags.compact, format == DecideFormat::Json)?;
    if flags.accounts.portfolio.len() > 1 || flags.output_dir.is_some() {
        return accounts::answer(flags, format, stage);
    }
    let request = request(&flags)?;
    let DecideArgs { compact: is_compact, exit_code: tells_hold, prints_trades, output, .. } = flags;
    let inputs = pipeline::named_inputs(&request);
    let destination = open(output.as_deref(), &inputs)?;
    stage.wait_for_input(&inputs);
    let record = record(&request, format, None)?;
    let screen = stage.screen_for(destination.is_file());
    let text = draw::decision(
        &record,
        DecisionForm { format, is_compact, prints_trades, screen, language: flags.language.lang },
    )?;
    let exit = exit(&record, &request, tells_hold);
    let closing = Some(closing_line(&record, &request));
    let says_findings = matches!(format, DecideFormat::Table | DecideFormat::Markdown);
    let Record { as_of, findings, .. } = record;
    Ok(Answer { text, destination, exit, closing, says_findings, as_of, findings })
}

/// Decides; the prices of several accounts stand on a shelf.
///
/// # Errors
/// When the flags are wrong, or the program breaks its own contract.
pub(super) fn record(
    request: &Request,
    format: DecideFormat,
    shelf: Option<&Shelf>,
) -> Result<Record, PipelineError> {
    let record = match pipeline::run_with(request, Trace::silent(), shelf) {
        Err(PipelineError::Profile(findings)) if format == DecideFormat::Json => {
            Record::unprofiled(request.profile.clone(), findings)
        }
        result => Record::new(&result?),
    };
    Ok(record.with_request(request))
}

/// The exit code of a decision.
pub(super) fn exit(record: &Record, request: &Request, tells_hold: bool) -> Exit {
    match record.verdict {
        Verdict::Blocked => Exit::Blocked,
        Verdict::Hold if tells_hold => Exit::Hold,
        // A platform trades by its own rules, which this program's plan must not stop.
        Verdict::NothingToTrade if tells_hold && request.platform.is_none() => Exit::Hold,
        _ => Exit::Done,
    }
}

/// The request with what only `decide` asks: the first account, the share plan, the form of the targets.
pub(super) fn request(flags: &DecideArgs) -> Result<Request, UsageError> {
    let DecideArgs { plan, target_mode, platform, prints_trades, .. } = flags;
    let mut request = flags.request.clone();
    request.account.portfolio = flags.accounts.portfolio.first().cloned();
    request.plan = plan.clone();
    request.target_mode = target_mode.and_then(|unit| unit.0);
    request.platform = *platform;
    refuse_idle_plan(&request, *prints_trades)?;
    Ok(request)
}

/// The form of the output; a platform takes JSON alone, and only CSV prints trades.
fn format(flags: &DecideArgs) -> Result<DecideFormat, UsageError> {
    let form = flags.format.unwrap_or(match flags.platform {
        Some(_) => DecideFormat::Json,
        None => DecideFormat::default(),
    });
    let refuse = |message: &str, hint: &str| Err(UsageError::new(message, hint));
    if flags.platform.is_some() && form != DecideFormat::Json {
        return refuse("`--for` prints JSON", "leave `--format` out, or `--for`");
    }
    if flags.platform.is_some() && flags.request.explicit_exits {
        let hint = "leave `--explicit-exits` out";
        return refuse("`--for` lists the exits among the positions already", hint);
    }
    if flags.platform.is_some() && flags.target_mode.is_some() {
        let hint = "leave `--target-mode` out: the platform converts the targets itself";
        return refuse("`--for` prints the profile's own targets", hint);
    }
    if flags.prints_trades && form != DecideFormat::Csv {
        return refuse("`--plan` is for CSV only", "add `--format csv`; JSON has the plan as `share_plan`");
    }
    Ok(form)
}

/// Refuses flags of the share plan where there can be none.
fn refuse_idle_plan(request: &Request, prints_trades: bool) -> Result<(), UsageError> {
    let has_portfolio = request.account.portfolio.is_some();
    let has_equity = has_portfolio || request.account.equity_usd.is_some();
    let plan = &request.plan;
    let given = [
        ("--quotes", plan.quotes.is_some(), has_equity),
        ("--quantity-step", plan.quantity_step.is_some(), has_equity),
        ("--sweep", plan.sweep, has_equity),
        ("--fit", plan.fit.is_some(), has_equity),
        ("--plan", prints_trades, has_equity),
        ("--min-trade", plan.min_trade_usd.is_some(), has_portfolio),
        ("--keep-step", plan.keep_step.is_some(), has_portfolio),
    ];
    let Some((flag, ..)) = given.into_iter().find(|(_, is_given, is_used)| *is_given && !is_used) else {
        return Ok(());
    };
    Err(if has_equity {
        UsageError::new(format!("`{flag}` does nothing without positions"), "add `--portfolio FILE`")
    } else {
        UsageError::new(
            format!("`{flag}` does nothing without the account's equity"),
            "add `--portfolio FILE` or `--equity USD`",
        )
    })
}
