//! The gates: met or not met, `name: left OP right`, with the room and what would change it.

use super::words;
use crate::amount::percent;
use crate::document::{Align, Block, Cell, Fact, Table, Tone};
use crate::explain::ExplainedGate;
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
            blocks.push(Block::Table(table(&alike)));
        }
    }
    blocks.push(Block::Facts(facts));
    blocks
}

/// A gate with what would change it; `searched` are the symbols whose closes were moved.
pub fn fact(explained: &ExplainedGate, searched: &[Symbol]) -> Fact {
    let gate = &explained.gate;
    let of = gate.symbol.as_ref().map(|symbol| format!(" of {symbol}")).unwrap_or_default();
    let room = room(explained).map(|room| format!(", room {room}")).unwrap_or_default();
    let text = format!("{}{of}: {}{room}", gate.name, in_words(gate));
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
        _ => {
            let of = gate.symbol.as_ref().map(|symbol| format!(" of {symbol}")).unwrap_or_default();
            format!("{}{of}: {}", gate.name, in_words(gate))
        }
    };
    Fact::new(answer(gate.holds), text)
}

/// The two sides of a gate: `close 468.94 > ma200 493.01`.
pub fn in_words(gate: &Gate) -> String {
    let (left, right) = words::sides(gate);
    format!("{} {left} {} {} {right}", gate.left.name, gate.comparison.as_str(), gate.right.name)
}

fn met(holds: bool) -> &'static str {
    if holds { "met" } else { "not met" }
}

fn answer(holds: bool) -> Cell {
    Cell::new(met(holds), if holds { Tone::Good } else { Tone::Bad })
}

fn table(gates: &[&ExplainedGate]) -> Table {
    let mut table = Table::new(&[
        ("SYMBOL", Align::Left),
        ("LEFT", Align::Right),
        ("", Align::Left),
        ("RIGHT", Align::Right),
        ("", Align::Left),
        ("ROOM", Align::Right),
        ("CHANGES AT", Align::Right),
        ("MOVE", Align::Right),
    ]);
    table.rows = gates.iter().map(|gate| row(gate)).collect();
    table
}

fn row(explained: &ExplainedGate) -> Vec<Cell> {
    let gate = &explained.gate;
    let (left, right) = words::sides(gate);
    let (close, movement) = match &explained.flip {
        Some(flip) => {
            let (close, ratio) = (flip.close, flip.change_ratio);
            let side = if ratio < 0.0 { "<=" } else { ">=" };
            // Of a product the close that moves is its underlying's.
            let of = Some(&flip.symbol).filter(|symbol| gate.symbol.as_ref() != Some(symbol));
            let of = of.map(|symbol| format!("{symbol} ")).unwrap_or_default();
            (format!("{of}{side} {}", words::flip_close(close, ratio)), words::change(ratio))
        }
        None => Default::default(),
    };
    vec![
        gate.symbol.as_ref().map(ToString::to_string).unwrap_or_default().into(),
        left.into(),
        gate.comparison.as_str().into(),
        right.into(),
        answer(gate.holds),
        room(explained).unwrap_or_default().into(),
        close.into(),
        movement.into(),
    ]
}
