//! A decision as a sheet for people: a title, the targets, and what is said below them. The table and the
//! Markdown form draw the same sheet.

use super::grid::Align;
use crate::amount::{percent, signed, usd};
use crate::decision::account_size;
use crate::decision::{Decision, PositionTarget};
use crate::finding::{self, Finding, Severity};
use crate::pipeline::Run;
use crate::profile::words::TargetMode;
use crate::strategy::{Action, Targets};
use crate::symbol::Symbol;

/// The least cash that is worth a line: what shows as a cent.
const SMALLEST_CASH_USD: f64 = 0.005;

/// What a sheet says, in order.
pub struct Sheet {
    /// The profile's name and key.
    pub title: String,
    /// The dates.
    pub dates: String,
    /// The columns of the targets.
    pub header: Vec<(&'static str, Align)>,
    /// The targets, exits last; none where there is nothing to do.
    pub rows: Vec<Vec<String>>,
    /// What is said below, each under its label.
    pub lines: Vec<(&'static str, String)>,
}

impl Sheet {
    /// The sheet of a decision.
    pub fn of(decided: &Run) -> Self {
        let decision = &decided.decision;
        let current = Current::of(decided);
        let mut header = vec![("SYMBOL", Align::Left), ("ROLE", Align::Left), ("TARGET", Align::Right)];
        if current.is_some() {
            header.extend([("CURRENT", Align::Right), ("CHANGE", Align::Right)]);
        }
        let exits = decision.exits_beside_positions().map(|exit| exit.as_zero_target(decision.target_mode));
        let targets = decision.positions.iter().cloned().map(|position| (position, None));
        let rows = targets
            .chain(exits.map(|exit| (exit, Some("exit"))))
            .map(|(target, word)| row(&target, word, decision.target_mode, current.as_ref()))
            .collect();
        Self {
            title: format!("{} ({})", decision.display_name, decision.profile),
            dates: dates(decided),
            header,
            rows,
            lines: lines(decided),
        }
    }
}

/// What the account holds now, where a portfolio says so, in the unit of the targets.
struct Current<'a> {
    decided: &'a Run,
    divisor: f64,
}

impl<'a> Current<'a> {
    fn of(decided: &'a Run) -> Option<Self> {
        if !decided.evidence.has_portfolio || decided.outcome.is_none() {
            return None;
        }
        let divisor = match decided.decision.target_mode {
            TargetMode::Weight => decided.evidence.account.equity_usd?,
            TargetMode::Value => 1.0,
        };
        Some(Self { decided, divisor })
    }

    fn amount(&self, symbol: &Symbol) -> f64 {
        self.decided.evidence.account.market_value_usd(symbol) / self.divisor
    }
}

fn row(
    target: &PositionTarget,
    word: Option<&str>,
    mode: TargetMode,
    current: Option<&Current>,
) -> Vec<String> {
    let drawn = |amount: f64| match mode {
        TargetMode::Weight => percent(amount),
        TargetMode::Value => usd(amount),
    };
    let amount = target.target_weight.or(target.target_value).map_or(0.0, |number| number.0);
    let role = word.or(target.role.map(|role| role.as_str())).unwrap_or_default();
    let mut cells = vec![target.symbol.to_string(), role.to_owned(), drawn(amount)];
    if let Some(current) = current {
        let held = current.amount(&target.symbol);
        cells.push(drawn(held));
        cells.push(signed(&drawn(amount - held), amount - held));
    }
    cells
}

fn dates(decided: &Run) -> String {
    let decision = &decided.decision;
    let snapshot_date = decided.evidence.snapshot.as_ref().and_then(|snapshot| snapshot.as_of);
    match (decision.as_of, decision.effective_date, snapshot_date) {
        (Some(as_of), Some(effective), _) if effective != as_of => {
            format!("as of {as_of}, effective {effective}")
        }
        (Some(as_of), _, Some(date)) => format!("as of {as_of}, snapshot of {date}"),
        (Some(as_of), _, None) => format!("as of {as_of}"),
        (None, _, Some(date)) => format!("snapshot of {date}, no decision date"),
        (None, _, None) => "no decision date".to_owned(),
    }
}

fn lines(decided: &Run) -> Vec<(&'static str, String)> {
    let decision = &decided.decision;
    let mut lines = Vec::new();
    if let Some(outcome) = &decided.outcome {
        lines.push(("signal", outcome.headline.clone()));
    }
    lines.push(("action", action(decision)));
    lines.extend(cash(decided).map(|cash| ("cash", cash)));
    if !decision.risk_flags.is_empty() {
        lines.push(("flags", joined(decision.risk_flags.iter().map(|flag| flag.as_str()))));
    }
    for exit in &decision.exits {
        lines.push(("exit", format!("{}: {}", exit.symbol, exit.reason)));
    }
    if !decision.unmanaged.is_empty() {
        let symbols = joined(decision.unmanaged.iter().map(Symbol::as_str));
        lines.push(("unmanaged", format!("{symbols}: held, and the profile never sells it")));
    }
    for finding in decision.findings.iter().filter(|finding| finding.severity != Severity::Error) {
        lines.push((finding.severity.as_str(), short(finding)));
    }
    let errors = finding::count(&decision.findings, Severity::Error);
    if errors > 0 {
        lines.push(("error", format!("{errors} (standard error and `--format json` say which)")));
    }
    lines.extend(account_warning(decided).map(|warning| ("account", warning)));
    lines
}

fn action(decision: &Decision) -> String {
    let meaning = match decision.action {
        Action::Rebalance => "these are the targets",
        Action::Hold => "no change of targets today",
        Action::Emergency => "the canary fired: go to the safe haven now",
        Action::Blocked => "an input failed: do nothing",
    };
    format!("{}: {meaning}", decision.action.as_str())
}

/// The part of the equity that the targets of a value profile leave in cash.
fn cash(decided: &Run) -> Option<String> {
    let equity = decided.evidence.account.equity_usd?;
    match &decided.outcome.as_ref()?.targets {
        Targets::Values(values) => {
            let cash = equity - values.values().sum::<f64>();
            (cash >= SMALLEST_CASH_USD).then(|| format!("{} of {} USD stay in cash", usd(cash), usd(equity)))
        }
        Targets::Weights(_) => None,
    }
}

fn short(finding: &Finding) -> String {
    format!("{}: {}", finding.code, finding.message)
}

/// The account-size warning in plain words.
fn account_warning(decided: &Run) -> Option<String> {
    // There is nothing to buy on a blocked decision, and its equity may be what is wrong.
    decided.outcome.as_ref()?;
    let equity = decided.evidence.account.equity_usd;
    let minimum = decided.profile.manifest.min_recommended_equity_usd;
    account_size::is_small(equity, minimum).then(|| {
        format!(
            "{} USD is below the {} USD that the profile is meant for. {}",
            usd(equity.unwrap_or_default()),
            usd(minimum),
            decided.profile.manifest.small_account_behavior.en
        )
    })
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
