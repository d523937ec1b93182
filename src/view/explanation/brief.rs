//! An explanation in at most 15 lines: the verdict, the gates that decided it, what would change it, the next dates.

use super::{errors, gates, head};
use crate::document::{Block, Document, Fact, Screen, text};
use crate::explain::{ExplainedGate, Explanation};
use crate::language::Language;
use crate::language::phrases::Names;
use crate::view::rule_sheet::date_facts;

/// How many lines the text has at most.
const MOST_LINES: usize = 15;

/// The short form. Of gates of one name the one with the least room stands for all.
pub fn brief(explanation: &Explanation, (screen, language): (Screen, Language), names: &Names) -> Document {
    let of_gates = decisive(&explanation.gates).into_iter().map(gates::brief_fact).collect::<Vec<Fact>>();
    let causes = errors(&explanation.decision);
    let dates = explanation.next_dates.as_ref().map(date_facts).unwrap_or_default();
    let with = |count: usize| {
        let mut document = head(explanation);
        let facts = causes.iter().chain(&of_gates).take(count).chain(&dates);
        document.push(Block::Facts(facts.cloned().collect()));
        document.in_language(language, names)
    };
    let fits = |count: &usize| text::draw(&with(*count), screen).lines().count() <= MOST_LINES;
    let most = causes.len() + of_gates.len();
    with((0..=most).rev().find(fits).unwrap_or(0))
}

/// One gate a name, in the order they were first asked: that with the least room.
fn decisive(gates: &[ExplainedGate]) -> Vec<&ExplainedGate> {
    let room = |gate: &ExplainedGate| gate.room_ratio.map_or(f64::INFINITY, |room| room.0.abs());
    let mut decisive: Vec<&ExplainedGate> = Vec::new();
    for gate in gates {
        match decisive.iter_mut().find(|known| known.gate.name == gate.gate.name) {
            Some(known) if room(gate) < room(known) => *known = gate,
            Some(_) => {}
            None => decisive.push(gate),
        }
    }
    decisive
}
