//! What is reported of a build.

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::comparison::{CellDifference, Comparison};
use super::table::SnapshotTable;
use super::{Built, SCHEMA};
use crate::amount::counted;
use crate::digest::sha256_of;
use crate::finding::Finding;
use crate::input::InputRecord;
use crate::visible::visible;

/// How many differing cells and rows a text lists.
const LISTED: usize = 20;

/// The report in the form for programs.
#[derive(Clone, Debug, Serialize)]
pub struct Report<'a> {
    /// The name and version of the report's shape.
    pub schema: &'static str,
    /// The version of this program.
    pub strat_version: &'static str,
    /// The profile's key.
    pub profile: &'a str,
    /// The snapshot's date; `null` if it is not known.
    pub as_of: Option<NaiveDate>,
    /// How many rows the snapshot has; `null` if it was not built.
    pub rows: Option<usize>,
    /// How many of them are eligible; `null` if it was not built.
    pub eligible: Option<usize>,
    /// How many of them are not, by the first reason; `null` if it was not built.
    pub not_eligible: Option<Map<String, Value>>,
    /// The path of the snapshot; `null` if it was not written.
    pub output: Option<String>,
    /// The path of the manifest; `null` if it was not written.
    pub manifest: Option<String>,
    /// The sha256 of the snapshot's bytes; `null` if it was not built.
    pub snapshot_sha256: Option<String>,
    /// With `--check`: what differs from the published snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<&'a Comparison>,
    /// What was found, errors first, then warnings.
    pub findings: &'a [Finding],
    /// The files that were read.
    pub inputs: &'a [InputRecord],
}

impl<'a> Report<'a> {
    /// The report of a build; the paths are those of the files that were written.
    pub fn new(built: &'a Built, output: Option<&str>, manifest: Option<&str>) -> Self {
        let table = built.table.as_ref();
        let shown = |path: &str| visible(path).into_owned();
        Self {
            schema: SCHEMA,
            strat_version: env!("CARGO_PKG_VERSION"),
            profile: built.profile.manifest.profile.as_str(),
            as_of: built.as_of,
            rows: table.map(|table| table.rows.len()),
            eligible: table.map(|table| table.eligible),
            not_eligible: table.map(|table| {
                table
                    .not_eligible
                    .iter()
                    .map(|(reason, count)| (reason.as_str().to_owned(), json!(count)))
                    .collect()
            }),
            output: output.map(shown),
            manifest: manifest.map(shown),
            snapshot_sha256: table.map(|_| sha256_of(&built.text)),
            check: built.comparison.as_ref(),
            findings: &built.findings,
            inputs: &built.inputs,
        }
    }

    /// The report for people.
    pub fn to_text(&self, table: Option<&SnapshotTable>) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            // Writing to a String can't fail.
            let _ = writeln!(text, "{name:<13} {value}");
        };
        line("profile", self.profile);
        line("date", &self.as_of.map_or_else(|| "not known".to_owned(), |date| date.to_string()));
        match table {
            None => line("result", "not built: an input failed, see standard error"),
            Some(table) => {
                line("rows", &table.rows.len().to_string());
                line("eligible", &table.eligible.to_string());
                for (place, (reason, count)) in table.not_eligible.iter().enumerate() {
                    let name = if place == 0 { "not eligible" } else { "" };
                    line(name, &format!("{count} {}", reason.in_words()));
                }
            }
        }
        for (name, value) in
            [("snapshot", &self.output), ("manifest", &self.manifest), ("sha256", &self.snapshot_sha256)]
        {
            if let Some(value) = value {
                line(name, value);
            }
        }
        if let Some(check) = self.check {
            check_in_text(check, &mut line);
        }
        text
    }
}

fn check_in_text(check: &Comparison, line: &mut impl FnMut(&str, &str)) {
    line("published", &check.path);
    if check.is_equal {
        line("result", &format!("equal: {}", counted(check.common_rows, "row")));
        return;
    }
    line(
        "result",
        &format!(
            "different: {} in {}, {} missing, {} surplus",
            counted(check.differing_cells, "cell"),
            counted(check.common_rows, "common row"),
            counted(check.missing_rows.len(), "row"),
            counted(check.surplus_rows.len(), "row")
        ),
    );
    let blank = |text: &str| if text.is_empty() { "blank".to_owned() } else { text.to_owned() };
    for CellDifference { symbol, column, published, built } in check.cells.iter().take(LISTED) {
        line("cell", &format!("{symbol} {column}: published {}, built {}", blank(published), blank(built)));
    }
    if check.differing_cells > LISTED {
        line("", &format!("and {}", counted(check.differing_cells - LISTED, "more cell")));
    }
    for (name, rows) in [("missing row", &check.missing_rows), ("surplus row", &check.surplus_rows)] {
        rows.iter().take(LISTED).for_each(|symbol| line(name, &blank(symbol)));
        if rows.len() > LISTED {
            line("", &format!("and {}", counted(rows.len() - LISTED, "more row")));
        }
    }
    for column in &check.missing_columns {
        line("missing", &format!("the published snapshot has no column `{column}`"));
    }
}
