//! A build of a snapshot for people: what was built or why not, who is not eligible, and what differs from a published
//! snapshot.

use crate::amount::counted;
use crate::document::{Block, Document, Fact};
use crate::snapshot_build::comparison::{CellDifference, Comparison};
use crate::snapshot_build::report::Report;
use crate::snapshot_build::table::SnapshotTable;

/// How many differing cells and rows are listed.
const LISTED: usize = 20;

/// The report as a document; without a table nothing was built.
pub fn document(report: &Report, table: Option<&SnapshotTable>) -> Document {
    let date = report.as_of.map_or_else(|| "not known".to_owned(), |date| date.to_string());
    let mut facts = vec![Fact::new("profile", report.profile.as_str()), Fact::new("date", date)];
    match table {
        None => facts.push(Fact::new("result", "not built: an input failed, see standard error")),
        Some(table) => {
            facts.push(Fact::new("rows", table.rows.len().to_string()));
            facts.push(Fact::new("eligible", table.eligible.to_string()));
            facts.extend(not_eligible(table));
        }
    }
    let written =
        [("snapshot", &report.output), ("manifest", &report.manifest), ("sha256", &report.snapshot_sha256)];
    let written = written.into_iter().filter_map(|(label, value)| Some((label, value.as_ref()?)));
    facts.extend(written.map(|(label, value)| Fact::new(label, value)));
    if let Some(check) = &report.check {
        facts.extend(comparison(check));
    }
    let mut document = Document::default();
    document.push(Block::Facts(facts));
    document
}

/// How many rows are not eligible, one line per reason.
fn not_eligible(table: &SnapshotTable) -> Option<Fact> {
    let reasons = table.not_eligible.iter().map(|(reason, count)| format!("{count} {}", reason.in_words()));
    under_one_label("not eligible", reasons.collect())
}

/// The first line beside the label, the others below it.
fn under_one_label(label: &str, lines: Vec<String>) -> Option<Fact> {
    let mut lines = lines.into_iter();
    let first = lines.next()?;
    Some(Fact { notes: lines.collect(), ..Fact::new(label, first) })
}

/// What differs from a published snapshot.
fn comparison(check: &Comparison) -> Vec<Fact> {
    let mut facts = vec![Fact::new("published", check.path.as_str())];
    if check.is_equal {
        facts.push(Fact::new("result", format!("equal: {}", counted(check.common_rows, "row"))));
        return facts;
    }
    let result = format!(
        "different: {} in {}, {} missing, {} surplus",
        counted(check.differing_cells, "cell"),
        counted(check.common_rows, "common row"),
        counted(check.missing_rows.len(), "row"),
        counted(check.surplus_rows.len(), "row")
    );
    facts.push(Fact::new("result", result));
    let cell = |cell: &CellDifference| {
        let CellDifference { symbol, column, published, built } = cell;
        format!("{symbol} {column}: published {}, built {}", or_blank(published), or_blank(built))
    };
    let cells = check.cells.iter().take(LISTED).map(cell).collect();
    facts.extend(under_one_label("cells", with_rest(cells, check.differing_cells, "more cell")));
    for (label, rows) in [("missing rows", &check.missing_rows), ("surplus rows", &check.surplus_rows)] {
        let names = rows.iter().take(LISTED).map(|symbol| or_blank(symbol).to_owned()).collect();
        facts.extend(under_one_label(label, with_rest(names, rows.len(), "more row")));
    }
    let missing = check.missing_columns.iter();
    facts.extend(
        missing
            .map(|column| Fact::new("missing", format!("the published snapshot has no column `{column}`"))),
    );
    facts
}

/// The lines that are listed, and how many more there are.
fn with_rest(mut lines: Vec<String>, total: usize, more: &str) -> Vec<String> {
    if total > LISTED {
        lines.push(format!("and {}", counted(total - LISTED, more)));
    }
    lines
}

fn or_blank(text: &str) -> &str {
    if text.is_empty() { "blank" } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Screen, text};

    fn drawn(facts: Vec<Fact>) -> String {
        let mut document = Document::default();
        document.push(Block::Facts(facts));
        text::draw(&document, Screen::default())
    }

    #[test]
    fn twenty_differences_are_listed_and_the_rest_is_counted() {
        let cell = |place: usize| CellDifference {
            symbol: format!("S{place}"),
            column: "close",
            published: String::new(),
            built: "1".to_owned(),
        };
        let check = Comparison {
            path: "published.csv".to_owned(),
            tolerance: crate::number::Number(1e-9),
            common_rows: 30,
            differing_cells: 22,
            cells: (0..22).map(cell).collect(),
            missing_rows: vec!["ZZZ".to_owned()],
            surplus_rows: vec![String::new()],
            missing_columns: Vec::new(),
            is_equal: false,
        };
        let text = drawn(comparison(&check));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "result        different: 22 cells in 30 common rows, 1 row missing, 1 row");
        assert_eq!(
            lines[2..4],
            ["              surplus", "cells         S0 close: published blank, built 1"]
        );
        assert_eq!(lines[22], "              S19 close: published blank, built 1");
        let rest = ["              and 2 more cells", "missing rows  ZZZ", "surplus rows  blank"];
        assert_eq!(lines[23..], rest);
    }
}
