//! What the report cannot tell: the notes that apply, each with its numbers.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::amount::{grouped, rough_percent};
use crate::finding::Code;
use crate::number::of_count;
use crate::replay::diary::{Blocked, Met};
use crate::replay::run::Universe;
use crate::replay::{Accounting, FillAt, Replay};
use crate::symbol::Symbol;

/// One thing that the report cannot tell.
#[derive(Clone, Debug)]
pub(super) enum Note {
    OneHistory,
    AdjustedCloses { equities: String },
    Unpriced { symbol: Symbol, sessions: usize, first: NaiveDate, last: NaiveDate, weight: String },
    MoreUnpriced { count: usize, symbols: String },
    Made { symbols: String, count: usize },
    BenchmarkEnds { symbol: Symbol, date: NaiveDate },
    BenchmarkMissing { symbol: Symbol },
    HoldingEnds { symbol: Symbol, date: NaiveDate },
    StaleFills { count: usize, symbols: String, first: NaiveDate, last: NaiveDate },
    Unfilled { count: usize, symbols: String },
    MissingOpens { count: usize, first: NaiveDate, last: NaiveDate },
    Blocked(Blocked),
    Idle { days: i64, first_fill: NaiveDate },
    NeverFilled,
    FewCandidates(Met),
    Universe(Universe),
    FillsAtDecisionClose,
    ConstantWeights,
}

/// The most names in a sentence.
const MOST_NAMES: usize = 6;

/// Unpriced targets with a note of their own.
const MOST_UNPRICED: usize = 5;

/// Days without a fill that are worth a note.
const IDLE_DAYS: i64 = 20;

/// The notes that apply to a replay, the gravest first.
pub(super) fn notes(replay: &Replay) -> Vec<Note> {
    let mut notes = vec![Note::OneHistory];
    notes.extend(replay.universe.map(Note::Universe));
    if replay.request.accounting == Accounting::ConstantWeights {
        notes.push(Note::ConstantWeights);
    }
    if replay.request.fill == FillAt::Close {
        notes.push(Note::FillsAtDecisionClose);
    }
    if !replay.accounts.is_empty() {
        let names: Vec<&str> = replay.accounts.iter().map(|account| account.name.as_str()).collect();
        notes.push(Note::AdjustedCloses { equities: names.join(", ") });
    }
    notes.extend(of_prices(replay));
    notes.extend(of_decisions(replay));
    notes
}

fn of_prices(replay: &Replay) -> Vec<Note> {
    let mut notes = Vec::new();
    let met = &replay.model.notes;
    if !replay.made.is_empty() {
        notes.push(Note::Made { symbols: names(replay.made.iter()), count: replay.made.len() });
    }
    let mut unpriced: Vec<_> = met.unpriced.iter().collect();
    unpriced.sort_by(|one, other| other.1.sessions.cmp(&one.1.sessions).then(one.0.cmp(other.0)));
    let more = unpriced.split_off(unpriced.len().min(MOST_UNPRICED));
    notes.extend(unpriced.into_iter().map(|(symbol, idle)| Note::Unpriced {
        symbol: symbol.clone(),
        sessions: idle.sessions,
        first: idle.first,
        last: idle.last,
        weight: rough_percent(idle.weight_sum / of_count(idle.sessions.max(1))),
    }));
    if !more.is_empty() {
        let symbols = names(more.iter().map(|(symbol, _)| *symbol));
        notes.push(Note::MoreUnpriced { count: more.len(), symbols });
    }
    if let (Some(benchmark), Some(date)) = (&replay.benchmark, replay.benchmark_ends) {
        notes.push(Note::BenchmarkEnds { symbol: benchmark.symbol.clone(), date });
    }
    let ended = replay.holdings_end.iter().cloned();
    notes.extend(ended.map(|(symbol, date)| Note::HoldingEnds { symbol, date }));
    if replay.benchmark.is_none() {
        let named = replay.request.benchmark_symbol(&replay.profile.manifest);
        notes.extend(named.map(|symbol| Note::BenchmarkMissing { symbol }));
    }
    if let (Some(first), Some(last)) = (met.stale.first(), met.stale.last()) {
        let symbols = names(met.stale.iter().map(|(_, symbol)| symbol));
        notes.push(Note::StaleFills { count: met.stale.len(), symbols, first: first.0, last: last.0 });
    }
    if !met.unfilled.is_empty() {
        let symbols = names(met.unfilled.iter().map(|(_, symbol)| symbol));
        notes.push(Note::Unfilled { count: met.unfilled.len(), symbols });
    }
    if let (Some(&first), Some(&last)) = (met.missing_opens.first(), met.missing_opens.last()) {
        notes.push(Note::MissingOpens { count: met.missing_opens.len(), first, last });
    }
    notes
}

fn of_decisions(replay: &Replay) -> Vec<Note> {
    let mut notes = Vec::new();
    notes.extend(replay.diary.blocked().map(Note::Blocked));
    match (replay.sessions.first(), replay.model.history.tally.first_fill) {
        (Some(&from), Some(first_fill)) if (first_fill - from).num_days() > IDLE_DAYS => {
            notes.push(Note::Idle { days: (first_fill - from).num_days(), first_fill });
        }
        (_, None) => notes.push(Note::NeverFilled),
        _ => {}
    }
    notes.extend(replay.diary.findings.get(&Code::FewCandidates).copied().map(Note::FewCandidates));
    notes
}

/// The names of some symbols, without repeats, and how many more there are.
fn names<'a>(symbols: impl Iterator<Item = &'a Symbol>) -> String {
    let names: BTreeSet<&str> = symbols.map(Symbol::as_str).collect();
    let mut shown: Vec<String> = names.iter().take(MOST_NAMES).map(|name| (*name).to_owned()).collect();
    if names.len() > MOST_NAMES {
        shown.push(format!("+{}", grouped(of_count(names.len() - MOST_NAMES), 0)));
    }
    shown.join(", ")
}
