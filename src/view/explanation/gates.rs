//! The gates: met or not met, `name: left OP right`, with the room and what would change it.

use super::{or_blank, words};
use crate::amount::percent;
use crate::document::{Block, Cell, Fact, Rows, Table, Tone};
use crate::explain::ExplainedGate;
use crate::explain::flip::Flip;
use crate::strategy::trace::{Gate, Unit};
use crate::symbol::Symbol;

/// From how many gates of one name on they stand in a table.
const FEWEST_FOR_A_TABLE: usize = 3;

/// Every gate, in the order they were first asked.
pub fn blocks(gates: &[ExplainedGate], searched: &[Symbol]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut facts = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for gate in gates {
        let Gate { name, left, right, .. } = &gate.gate;
        if seen.contains(name) {
            continue;
        }
        seen.push(name);
        let alike: Vec<&ExplainedGate> = gates.iter().filter(|other| other.gate.name == *name).collect();
        if alike.len() < FEWEST_FOR_A_TABLE {
            facts.extend(alike.into_iter().map(|gate| fact(gate, searched)));
        } else {
            blocks.push(Block::Facts(std::mem::take(&mut facts)));
            blocks.push(Block::Paragraph(format!("{name}: {} against {}", left.name, right.name)));
            blocks.push(Block::Table(table(alike)));
        }
    }
    blocks.push(Block::Facts(facts));
    blocks
}

/// A gate with what would change it; `searched` are the symbols whose closes were moved.
pub fn fact(explained: &ExplainedGate, searched: &[Symbol]) -> Fact {
    let gate = &explained.gate;
    let room = room(explained).map(|room| format!(", room {room}")).unwrap_or_default();
    let text = format!("{}{room}", with_name(gate));
    let mut notes = Vec::new();
    match (&explained.flip, &gate.moved_by) {
        (Some(flip), _) => notes.push(format!("{} at {}", met(!gate.holds), words::flip(flip))),
        (None, Some(symbol)) if searched.contains(symbol) => {
            notes.push(format!("no close of {symbol} in the range gives the other answer"));
        }
        (None, Some(symbol)) => notes.push(format!("the closes of {symbol} are not known")),
        (None, None) => {}
    }
    notes.extend(explained.names_to_change.map(|names| {
        let more =
            if names == 1 { "1 name that changes".to_owned() } else { format!("{names} names that change") };
        format!("{} with {more} sides", met(!gate.holds))
    }));
    Fact::with_notes(answer(gate.holds), text, notes)
}

/// The room with its sign; how far one of three names lies from three of them says nothing in percent.
fn room(explained: &ExplainedGate) -> Option<String> {
    let room = explained.room_ratio.filter(|_| explained.gate.left.unit != Unit::Count);
    room.map(|room| words::change(room.0))
}

/// A gate in one line: how far the close lies from the one that changes it, or else its two sides.
pub fn brief_fact(explained: &ExplainedGate) -> Fact {
    let gate = &explained.gate;
    let text = match (&explained.flip, explained.room_ratio) {
        (Some(flip), Some(room)) => {
            let side = if flip.change_ratio < 0.0 { "above" } else { "below" };
            let line = words::flip_close(flip.close, flip.change_ratio);
            format!("{}: {} {} {side} its line {line}", gate.name, flip.symbol, percent(room.0.abs()))
        }
        _ => with_name(gate),
    };
    Fact::new(answer(gate.holds), text)
}

/// The name of a gate and its two sides.
fn with_name(gate: &Gate) -> String {
    format!("{}: {}", name(gate), in_words(gate))
}

/// The name of a gate, and whom it judges.
pub fn name(gate: &Gate) -> String {
    let of = gate.symbol.as_ref().map(|symbol| format!(" of {symbol}")).unwrap_or_default();
    format!("{}{of}", gate.name)
}

/// The two sides of a gate: `close 468.94 > ma200 493.01`.
pub fn in_words(gate: &Gate) -> String {
    let (left, right) = words::sides(gate);
    format!("{} {left} {} {} {right}", gate.left.name, gate.comparison.as_str(), gate.right.name)
}

/// The answer of a gate.
pub fn met(holds: bool) -> &'static str {
    if holds { "met" } else { "not met" }
}

fn answer(holds: bool) -> Cell {
    Cell::new(met(holds), if holds { Tone::Good } else { Tone::Bad })
}

fn table(gates: Vec<&ExplainedGate>) -> Table {
    Rows::new(gates)
        .left("SYMBOL", |gate| or_blank(gate.gate.symbol.as_ref()))
        .right("LEFT", |gate| words::sides(&gate.gate).0)
        .left("", |gate| gate.gate.comparison.as_str().to_owned())
        .right("RIGHT", |gate| words::sides(&gate.gate).1)
        .left("", |gate| answer(gate.gate.holds))
        .right("ROOM", |gate| or_blank(room(gate)))
        .right("CHANGES AT", |gate| or_blank(gate.flip.as_ref().map(|flip| changes_at(&gate.gate, flip))))
        .right("MOVE", |gate| or_blank(gate.flip.as_ref().map(|flip| words::change(flip.change_ratio))))
        .table()
}

/// The close that changes a gate; of a product it is its underlying's.
fn changes_at(gate: &Gate, flip: &Flip) -> String {
    let side = if flip.change_ratio < 0.0 { "<=" } else { ">=" };
    let is_own = gate.symbol.as_ref() == Some(&flip.symbol);
    let of = if is_own { String::new() } else { format!("{} ", flip.symbol) };
    format!("{of}{side} {}", words::flip_close(flip.close, flip.change_ratio))
}
