//! `strat explain`: why a decision is what it is, or, without any input, what the profile's rules are.

use clap::{Args, ValueEnum};

use super::Result;
use super::cli::{LanguageArgs, PortfolioArgs};
use super::draw::{self, ExplanationForm};
use super::output::open;
use super::stage::Stage;
use super::{Answer, Exit, closing_line, explain_code};
use crate::check::date::outside_calendar;
use crate::document::{Screen, json, markdown, text};
use crate::explain::Explanation;
use crate::explain::flip::Flips;
use crate::explain::rules::rule_sheet;
use crate::finding::any_error;
use crate::pipeline::{self, PipelineError, Request, Rules, UsageError};
use crate::record::Record;
use crate::strategy::Action;
use crate::strategy::trace::Trace;
use crate::symbol::Symbol;
use crate::view;
use crate::view::explanation::Characters;

pub(super) const EXAMPLES: &str = "\
Examples:
  strat explain tqqq_growth_income          # the rules
  strat explain tqqq_growth_income --prices prices.csv --equity 25000 --brief
  strat explain stale_price                 # a finding";

pub(super) const NOTES: &str = "\
Exit codes:
  0  explained (a hold too)
  2  usage: a bad flag, an unknown profile, a bad --set
  3  blocked: an input is missing, unreadable, stale, or breaks its contract
  4  the output could not be written";

/// The flags of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// What to decide on.
    #[command(flatten)]
    pub request: Request,
    /// The account.
    #[command(flatten)]
    pub accounts: PortfolioArgs,
    /// Explain why this symbol is in or out: its tests, its rank, and the score that would change that
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<Symbol>,
    /// The form of the output; JSON has the whole trace
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ExplainFormat,
    /// Write the output to FILE, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<std::path::PathBuf>,
    /// The language of the text.
    #[command(flatten)]
    pub language: LanguageArgs,
    /// Draw charts in ASCII instead of Braille patterns
    #[arg(long, hide_short_help = true)]
    pub ascii: bool,
    /// Print at most 15 lines: the verdict, the gates that decided it, what would change it, the next dates
    #[arg(long)]
    pub brief: bool,
    /// List the codes of all findings
    #[arg(long)]
    pub codes: bool,
}

/// The forms of `explain`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For a terminal of 80 columns.
    #[default]
    #[value(alias = "table")]
    Text,
    /// The whole trace, `strat.explanation.v1`.
    Json,
    /// For a job summary or a message.
    Markdown,
}

/// Explains, in the form that was asked for.
///
/// # Errors
/// When the flags are wrong, the output can't be written, or the program breaks its own contract.
pub fn answer(flags: ExplainArgs, stage: &Stage) -> Result<Answer> {
    let ExplainArgs {
        mut request,
        accounts: PortfolioArgs { portfolio },
        symbol,
        format,
        output,
        language: LanguageArgs { lang },
        ascii,
        brief,
        codes,
    } = flags;
    if let [_, second, ..] = portfolio.as_slice() {
        let message = format!("`--portfolio {second}`: `explain` says why for one account");
        return Err(UsageError::new(message, "name one portfolio").into());
    }
    request.account.portfolio = portfolio.into_iter().next();
    let inputs = pipeline::named_inputs(&request);
    let destination = open(output.as_deref(), &inputs)?;
    let screen = stage.screen_for(destination.is_file());
    let characters = if ascii { Characters::Ascii } else { Characters::Unicode };
    let form = ExplanationForm { format, characters, screen, language: lang, is_brief: brief };
    let code = explain_code::code_meant(&request.profile);
    let is_about_a_profile = !codes && code.is_none();
    if is_about_a_profile {
        explain_code::refuse_unknown(&request.profile)?;
    }
    let decides = is_about_a_profile && has_inputs(&request);
    if !decides {
        refuse_idle_of_decisions(symbol.as_ref(), brief)?;
    }
    let answer = if codes {
        explain_code::list(form)?
    } else if let Some(code) = code {
        explain_code::page(code, &request, form)?
    } else if decides {
        if brief {
            refuse_brief(symbol.as_ref(), format)?;
        }
        if format == ExplainFormat::Json {
            refuse_ascii(characters, "JSON has none", "take `--format text` or `markdown`")?;
        }
        stage.wait_for_input(&inputs);
        of_decision(&request, symbol.as_ref(), form)?
    } else {
        refuse_ascii(characters, "the rules have none", "name the inputs as for `decide`")?;
        of_rules(&request, form)?
    };
    Ok(Answer { destination, ..answer })
}

/// Whether anything was named that a decision is made from: the rules know of the profile, its config, a day and
/// the calendar.
fn has_inputs(request: &Request) -> bool {
    let Request { profile, as_of, rules: Rules { config, settings, closures, .. }, .. } = request.clone();
    let rules = Rules { config, settings, closures, ..Rules::default() };
    *request != Request { profile, as_of, rules, ..Request::default() }
}

/// What the short form leaves out is not asked for beside it.
fn refuse_brief(symbol: Option<&Symbol>, format: ExplainFormat) -> Result<(), UsageError> {
    let beside = match (symbol, format) {
        (Some(_), _) => "--symbol",
        (None, ExplainFormat::Json) => "--format json",
        (None, ExplainFormat::Text | ExplainFormat::Markdown) => return Ok(()),
    };
    Err(UsageError::new(
        format!("`--brief` and `{beside}` were both given"),
        format!("leave `--brief` or `{beside}` out"),
    ))
}

/// Flags about a decision, where none is made.
fn refuse_idle_of_decisions(symbol: Option<&Symbol>, is_brief: bool) -> Result<(), UsageError> {
    let flag = match symbol {
        Some(symbol) => format!("--symbol {symbol}"),
        None if is_brief => "--brief".to_owned(),
        None => return Ok(()),
    };
    let hint = "name the inputs as for `decide`";
    Err(UsageError::new(format!("`{flag}` asks about a decision, and no input was named"), hint))
}

/// Where there is no chart there is nothing to draw in ASCII.
fn refuse_ascii(characters: Characters, absence: &str, cure: &str) -> Result<(), UsageError> {
    match characters {
        Characters::Unicode => Ok(()),
        Characters::Ascii => Err(UsageError::new(
            format!("`--ascii` is about charts, and {absence}"),
            format!("leave `--ascii` out, or {cure}"),
        )),
    }
}

/// The rules of a profile under the config in effect, with the dates that come next where a day was named.
fn of_rules(request: &Request, form: ExplanationForm) -> Result<Answer> {
    let (profile, mut gathered) = pipeline::resolve_request(request)?;
    let manifest = &profile.manifest;
    let calendar = gathered.calendar(request.rules.closures.as_deref());
    gathered
        .findings
        .extend(request.as_of.and_then(|as_of| outside_calendar(as_of, manifest.effective, &calendar)));
    if any_error(&gathered.findings) {
        return Err(PipelineError::Profile(gathered.findings).into());
    }
    let sheet = rule_sheet(manifest, &profile.strategy, &calendar, request.as_of)?;
    let document = || view::rule_sheet::document(&sheet, form.language);
    let text = match form.format {
        ExplainFormat::Json => json::document(&sheet, false)?,
        ExplainFormat::Text => text::draw(&document(), Screen::default()),
        ExplainFormat::Markdown => markdown::draw(&document(), form.language),
    };
    Ok(Answer { text, findings: gathered.findings, exit: Exit::Done, ..Answer::default() })
}

fn of_decision(request: &Request, symbol: Option<&Symbol>, form: ExplanationForm) -> Result<Answer> {
    let is_json = form.format == ExplainFormat::Json;
    let decided = match pipeline::run(request, Trace::full()) {
        Err(PipelineError::Profile(findings)) if is_json => {
            let block = Record::unprofiled(request.profile.clone(), findings.clone()).with_request(request);
            let text = json::document(&Explanation::unprofiled(block), false)?;
            return Ok(Answer { text, findings, exit: Exit::Blocked, ..Answer::default() });
        }
        result => result?,
    };
    let flips = decided
        .outcome()
        .map(|outcome| {
            Flips::of(&decided.profile.strategy, decided.evidence.inputs(), outcome, &decided.trace)
        })
        .unwrap_or_default();
    let record = Record::new(&decided).with_request(request);
    let explanation = Explanation::of(&decided, record, &flips, symbol);
    let text = draw::explanation(&explanation, form)?;
    let record = explanation.decision;
    let exit = match record.action {
        Action::Blocked => Exit::Blocked,
        _ => Exit::Done,
    };
    let closing = Some(closing_line(&record, request));
    let Record { as_of, findings, .. } = record;
    Ok(Answer { text, exit, closing, says_findings: !is_json, as_of, findings, ..Answer::default() })
}
