//! What differs between two records, for people.

use super::explanation::gates;
use crate::amount::usd;
use crate::digest::shortened;
use crate::document::finding::{causes, fact, tone};
use crate::document::{Block, Cell, Document, Fact, Rows, Table, Tone};
use crate::finding::Finding;
use crate::number::Number;
use crate::profile::words::TargetMode;
use crate::saved::diff::{Change, Diff, GateChange, InputChange, InputSide, KeyChange, RankChange, Side};
use crate::saved::diff::{TargetChange, Turnover, told_apart};
use crate::saved::report_diff::{FileChange, FileSide, ReportDiff};
use crate::symbol::Symbol;
use crate::visible::visible;

/// The decimals of a target in the table.
const TARGET_DECIMALS: usize = 2;

/// What stands for a value that a record does not have.
const NONE: &str = "none";

/// The difference as a document: what changed, then only what differs. Of several accounts each is named.
pub fn document(diff: &Diff, account: Option<&str>) -> Document {
    let account = account.map(|account| format!("{account}: ")).unwrap_or_default();
    let mut document = Document::new(format!("{account}{}", diff.line));
    document.push(Block::Line(format!("{} -> {}", who(&diff.old), who(&diff.new))));
    document.push(Block::Table(targets(diff)));
    document.push(Block::Facts(decision(diff)));
    document.section("why", vec![Block::Facts(why(diff))]);
    document.section("inputs", vec![Block::Facts(diff.inputs.iter().map(input).collect())]);
    document.section("findings", vec![Block::Facts(findings(&diff.findings))]);
    document
}

/// The difference of two reports on snapshots: what changed, then the files that differ.
pub fn of_reports(diff: &ReportDiff) -> Document {
    let mut document = Document::new(diff.line.clone());
    let mut facts: Vec<Fact> = diff.files.iter().map(file).collect();
    let Change { old, new } = &diff.strat_version;
    if old != new {
        facts.push(Fact::new("strat", format!("{old} -> {new}")));
    }
    document.push(Block::Facts(facts));
    for change in diff.files.iter().filter(|change| !change.findings.is_empty()) {
        let heading = match diff.files.len() {
            1 => "findings".to_owned(),
            _ => format!("findings in {}", visible(change.name())),
        };
        document.section(heading, vec![Block::Facts(findings(&change.findings))]);
    }
    document
}

/// What differs of a file.
fn file(change: &FileChange) -> Fact {
    let text = of_sides(change.old.as_ref(), change.new.as_ref(), FileSide::name, |old, new| {
        let mut parts = Vec::new();
        if old.as_of != new.as_of {
            parts.push(format!("as of {}", both(&old.as_of, &new.as_of, ToString::to_string)));
        }
        parts.push(from_to(old.verdict.as_str(), new.verdict.as_str()));
        if old.sha256 != new.sha256 {
            parts.push(format!("sha256 {}", both(&old.sha256, &new.sha256, |hash| shortened(hash))));
        }
        parts
    });
    Fact::new("snapshot", visible(&text).into_owned())
}

/// The name of a file and what differs of it, or which record alone has it.
fn of_sides<S>(
    old: Option<&S>,
    new: Option<&S>,
    name: fn(&S) -> &str,
    differing: impl Fn(&S, &S) -> Vec<String>,
) -> String {
    match (old, new) {
        (Some(old), Some(new)) => {
            let names = from_to(name(old), name(new));
            std::iter::once(names).chain(differing(old, new)).collect::<Vec<_>>().join(", ")
        }
        (None, Some(new)) => format!("{}, only in the new record", name(new)),
        (Some(old), None) => format!("{}, only in the old record", name(old)),
        (None, None) => String::new(),
    }
}

/// Both of two words, or the one where they are the same.
fn from_to(old: &str, new: &str) -> String {
    if old == new { new.to_owned() } else { format!("{old} -> {new}") }
}

/// Both of two values.
fn both<T>(old: &Option<T>, new: &Option<T>, drawn: impl Fn(&T) -> String) -> String {
    let [old, new] = [old, new].map(|value| value.as_ref().map_or_else(|| NONE.to_owned(), &drawn));
    format!("{old} -> {new}")
}

fn who(side: &Side) -> String {
    match side.as_of {
        Some(as_of) => format!("{} {as_of}", side.profile),
        None => format!("{}, no decision date", side.profile),
    }
}

fn targets(diff: &Diff) -> Table {
    let unit = diff.target_mode.unwrap_or(TargetMode::Weight);
    let sides = |change: &TargetChange| told_apart(unit, change.old.0, change.new.0, TARGET_DECIMALS);
    Rows::new(&diff.targets)
        .left("SYMBOL", |change| change.symbol.to_string())
        .right("OLD", |change| sides(change).0)
        .right("NEW", |change| sides(change).1)
        .right("CHANGE", |change| {
            let (_, size) = told_apart(unit, 0.0, change.change.0.abs(), TARGET_DECIMALS);
            let (sign, tone) = if change.change.0 > 0.0 { ("+", Tone::Good) } else { ("-", Tone::Bad) };
            Cell::new(format!("{sign}{size}"), tone)
        })
        .table()
}

/// What differs of the decision itself.
fn decision(diff: &Diff) -> Vec<Fact> {
    let mut facts = Vec::new();
    if diff.old.verdict_line != diff.new.verdict_line {
        facts.push(Fact::new("was", diff.old.verdict_line.as_str()));
        facts.push(Fact::new("is", diff.new.verdict_line.as_str()));
    }
    for (symbols, when) in [(&diff.exits.came, "now"), (&diff.exits.went, "no more")] {
        if !symbols.is_empty() {
            let symbols = symbols.iter().map(Symbol::as_str).collect::<Vec<_>>().join(", ");
            facts.push(Fact::new("exits", format!("{symbols} {when}")));
        }
    }
    let texts = |Change { old, new }: &Change<Option<String>>| both(old, new, Clone::clone);
    facts.extend(diff.signal.as_ref().map(|change| Fact::new("signal", texts(change))));
    if let Some(Change { old, new }) = &diff.headline {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| NONE.to_owned());
        facts.push(Fact::with_notes("headline", or_none(old), vec![or_none(new)]));
    }
    facts.extend(diff.config.iter().map(config));
    let amount = |amount: &Number| format!("{} USD", usd(amount.0));
    let equity = diff.equity.as_ref().map(|change| both(&change.old, &change.new, amount));
    facts.extend(equity.map(|equity| Fact::new("equity", equity)));
    if diff.old.strat_version != diff.new.strat_version {
        let versions = format!("{} -> {}", diff.old.strat_version, diff.new.strat_version);
        facts.push(Fact::new("strat", versions));
    }
    facts
}

fn config(KeyChange { key, old, new }: &KeyChange) -> Fact {
    let [old, new] = [old, new].map(|value| Some(value).filter(|value| !value.is_null()));
    Fact::new("config", format!("{key} {}", both(&old, &new, ToString::to_string)))
}

/// The gates that changed sides, and the ranks of what came and went.
fn why(diff: &Diff) -> Vec<Fact> {
    diff.gates.iter().map(gate).chain(diff.ranks.iter().map(rank)).collect()
}

fn gate(change: &GateChange) -> Fact {
    let (old, new) = (&change.old.gate, &change.new.gate);
    Fact::with_notes(
        "gate",
        format!("{}: {} -> {}", gates::name(new), gates::met(old.holds), gates::met(new.holds)),
        vec![format!("was {}", gates::in_words(old)), format!("is {}", gates::in_words(new))],
    )
}

fn rank(change: &RankChange) -> Fact {
    let rank = |rank: Option<usize>| rank.map_or_else(|| "not ranked".to_owned(), |rank| rank.to_string());
    let text =
        format!("{} in {}: {} -> {}", change.symbol, change.ranking, rank(change.old), rank(change.new));
    Fact::new("rank", text)
}

/// The part of a file that differs.
fn input(change: &InputChange) -> Fact {
    let path: fn(&InputSide) -> &str = |side| &side.path;
    let text = of_sides(change.old.as_ref(), change.new.as_ref(), path, |old, new| {
        let mut parts = Vec::new();
        if old.last != new.last {
            parts.push(format!("up to {}", both(&old.last, &new.last, ToString::to_string)));
        }
        if old.sha256 != new.sha256 {
            parts.push(format!("sha256 {} -> {}", shortened(&old.sha256), shortened(&new.sha256)));
        }
        parts
    });
    Fact::new(change.kind.as_str(), text)
}

/// The findings that came and those that went, those of one cause in one line.
fn findings(turnover: &Turnover<Finding>) -> Vec<Fact> {
    let facts = |findings: &[Finding], word: &str| -> Vec<Fact> {
        let of_cause = causes(findings).into_iter().map(|cause| {
            let label = Cell::new(word, if word == "came" { tone(cause.severity()) } else { Tone::Plain });
            Fact { label, notes: Vec::new(), ..fact(&cause, &cause.sentence()) }
        });
        of_cause.collect()
    };
    let mut all = facts(&turnover.came, "came");
    all.extend(facts(&turnover.went, "went"));
    all
}
