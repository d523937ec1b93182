//! A report in Markdown, for a job summary.

use super::{changes_lines, counts_line, facts_line, name, place, short_number};
use crate::amount::percent;
use crate::finding::Finding;
use crate::number::Number;
use crate::render::grid::Align;
use crate::render::markdown::{escaped, table};
use crate::validation::{FileReport, Report};

/// A heading, the findings and the columns of each file.
pub fn report(report: &Report) -> String {
    report.files.iter().map(file).collect::<Vec<_>>().join("\n")
}

fn file(file: &FileReport) -> String {
    let mut text = format!("## {}: {}\n\n", escaped(&name(file)), file.verdict.as_str());
    for line in [file.contract_version.clone(), facts_line(file), Some(counts_line(file.counts()))] {
        text.extend(line.map(|line| format!("{}\n\n", escaped(&line))));
    }
    if !file.findings.is_empty() {
        let header = ["severity", "code", "place", "what", "found", "expected", "fix"];
        let header: Vec<_> = header.into_iter().map(|name| (name, Align::Left)).collect();
        text.push_str(&table(&header, &file.findings.iter().map(finding).collect::<Vec<_>>()));
        text.push('\n');
    }
    let changes = changes_lines(file);
    if !changes.is_empty() {
        text.extend(changes.iter().map(|line| format!("- {}\n", escaped(line))));
        text.push('\n');
    }
    if !file.columns.is_empty() {
        text.push_str("<details><summary>Columns</summary>\n\n");
        text.push_str(&columns(file));
        text.push_str("\n</details>\n");
    }
    text
}

fn finding(finding: &Finding) -> Vec<String> {
    let column = finding.column.as_ref().map(|column| format!("column {column}"));
    let symbol = finding.symbol.as_ref().map(ToString::to_string);
    let places: Vec<String> = [place(finding), column, symbol].into_iter().flatten().collect();
    vec![
        finding.severity.as_str().to_owned(),
        finding.code.to_string(),
        places.join(", "),
        finding.message.clone(),
        finding.observed.clone().unwrap_or_default(),
        finding.expected.clone().unwrap_or_default(),
        finding.hint.clone().unwrap_or_default(),
    ]
}

fn columns(file: &FileReport) -> String {
    let header = [
        ("column", Align::Left),
        ("type", Align::Left),
        ("missing", Align::Right),
        ("minimum", Align::Right),
        ("median", Align::Right),
        ("maximum", Align::Right),
        ("yes", Align::Right),
    ];
    let number = |number: Option<Number>| number.map(|number| short_number(number.0)).unwrap_or_default();
    let rows: Vec<Vec<String>> = file
        .columns
        .iter()
        .map(|column| {
            vec![
                column.name.clone(),
                column.kind.to_string(),
                percent(column.missing_ratio.0),
                number(column.minimum),
                number(column.median),
                number(column.maximum),
                column.yes_ratio.map(|yes| percent(yes.0)).unwrap_or_default(),
            ]
        })
        .collect();
    table(&header, &rows)
}
