//! The gates: `name: left OP right -> holds?` with the margin and what would change it.

use super::document::{Block, Item, Table};
use super::words;
use crate::explain::GateRecord;
use crate::number::Number;
use crate::render::grid::Align;
use crate::strategy::trace::Unit;
use crate::symbol::Symbol;

/// From how many gates of one name on they stand in a table.
const FEWEST_FOR_A_TABLE: usize = 3;

/// Every gate, in the order they were first asked.
pub fn blocks(gates: &[GateRecord], searched: &[Symbol]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut items = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for gate in gates {
        if told.contains(&gate.name) {
            continue;
        }
        told.push(gate.name);
        let alike: Vec<&GateRecord> = gates.iter().filter(|other| other.name == gate.name).collect();
        if alike.len() < FEWEST_FOR_A_TABLE {
            items.extend(alike.into_iter().map(|gate| item(gate, searched)));
        } else {
            blocks.push(Block::Items(std::mem::take(&mut items)));
            blocks.push(Block::Paragraph(format!(
                "{}: {} against {}",
                gate.name, gate.left_name, gate.right_name
            )));
            blocks.push(Block::Table(table(&alike)));
        }
    }
    blocks.push(Block::Items(items));
    blocks
}

/// A gate with what would change it; `searched` are the symbols whose closes were moved.
pub fn item(gate: &GateRecord, searched: &[Symbol]) -> Item {
    let (left, right) = words::sides(gate.unit, gate.left, gate.right);
    let of = gate.symbol.as_ref().map(|symbol| format!(" of {symbol}")).unwrap_or_default();
    // How far one of three names lies from three of them says nothing in percent.
    let margin = gate
        .margin_ratio
        .filter(|_| gate.unit != Unit::Count)
        .map(|margin| format!(", margin {}", words::change(margin.0)));
    let head = format!(
        "{}{of}: {} {left} {} {} {right} -> {}{}",
        gate.name,
        gate.left_name,
        gate.op,
        gate.right_name,
        holds(gate.holds),
        margin.unwrap_or_default(),
    );
    let mut notes = Vec::new();
    match (&gate.flip, &gate.moved_by) {
        (Some(flip), _) => notes.push(format!("{} at {}", holds(!gate.holds), words::flip(flip))),
        (None, Some(symbol)) if searched.contains(symbol) => {
            notes.push(format!("no close of {symbol} in the range gives the other answer"));
        }
        (None, Some(symbol)) => notes.push(format!("the closes of {symbol} are not known")),
        (None, None) => {}
    }
    notes.extend(gate.names_to_change.map(|names| {
        let more =
            if names == 1 { "1 name that changes".to_owned() } else { format!("{names} names that change") };
        format!("{} with {more} sides", holds(!gate.holds))
    }));
    Item { head, notes }
}

fn holds(holds: bool) -> &'static str {
    if holds { "holds" } else { "does not hold" }
}

fn table(gates: &[&GateRecord]) -> Table {
    let mut table = Table::new(&[
        ("SYMBOL", Align::Left),
        ("LEFT", Align::Right),
        ("", Align::Left),
        ("RIGHT", Align::Right),
        ("HOLDS", Align::Left),
        ("MARGIN", Align::Right),
        ("CHANGES AT", Align::Right),
        ("MOVE", Align::Right),
    ]);
    table.rows = gates.iter().map(|gate| row(gate)).collect();
    table
}

fn row(gate: &GateRecord) -> Vec<String> {
    let (left, right) = words::sides(gate.unit, gate.left, gate.right);
    let (close, movement) = match &gate.flip {
        Some(flip) => {
            let (Number(close), Number(ratio)) = (flip.close, flip.change_ratio);
            let side = if ratio < 0.0 { "<=" } else { ">=" };
            // Of a product the close that moves is its underlying's.
            let of = Some(&flip.symbol).filter(|symbol| gate.symbol.as_ref() != Some(symbol));
            let of = of.map(|symbol| format!("{symbol} ")).unwrap_or_default();
            (format!("{of}{side} {}", words::flip_close(close, ratio)), words::change(ratio))
        }
        None => Default::default(),
    };
    vec![
        gate.symbol.as_ref().map(ToString::to_string).unwrap_or_default(),
        left,
        gate.op.to_owned(),
        right,
        if gate.holds { "yes" } else { "no" }.to_owned(),
        gate.margin_ratio.map(|margin| words::change(margin.0)).unwrap_or_default(),
        close,
        movement,
    ]
}
