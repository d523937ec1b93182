//! What the rows of a snapshot say about themselves and each other, looked at as they come.

use super::Expectations;
use super::columns::Columns;
use super::dates::FirstPlaces;
use super::header::ELIGIBILITY_COLUMNS;
use super::products::ProductChecks;
use super::sectors::{LabelRows, Labels, SECTOR_COLUMN};
use super::share_classes::ShareClasses;
use super::units;
use crate::finding::{Code, Finding, Findings, Place, Severity};
use crate::input::snapshot::{DatedRow, SnapshotReader};
use crate::market::snapshot::{Cell, ColumnIndex, Row, Snapshot};
use crate::profile::manifest::Column;
use crate::strategy::shared::screen::is_yes;
use crate::symbol::Symbol;

/// The return of a price that falls to 0.
const LARGEST_LOSS: f64 = -1.0;

/// What has been seen of a file's rows so far.
#[derive(Debug)]
pub struct RowChecks<'a> {
    /// The date column's dates.
    pub dates: FirstPlaces,
    /// The sector labels of the rows that may be candidates; looked for only where the rule counts by sector.
    pub labels: Labels,
    /// How many rows may be candidates, by role.
    pub rows_without_role: usize,
    /// How many rows the rule may select, by eligibility and sector.
    pub selectable: usize,
    /// The companies with two share classes.
    pub share_classes: ShareClasses,
    /// The columns.
    pub columns: Columns,
    expected: &'a Expectations,
    /// The column of the sector labels, where the rule counts by sector.
    pub sector: Option<ColumnIndex>,
    eligible: Option<ColumnIndex>,
    /// The checks of products, where the contract knows them.
    pub products: Option<ProductChecks>,
    /// The numbers out of range, by column: of a column in percent they are not reported.
    out_of_range: Vec<Findings>,
}

impl<'a> RowChecks<'a> {
    /// The checks of a file with the columns of this table, whose findings are bounded as these are.
    pub(super) fn new(
        table: &Snapshot,
        reader: &SnapshotReader<'_>,
        expected: &'a Expectations,
        findings: &Findings,
    ) -> Self {
        let new_products = || ProductChecks::new(table, expected.multiple, expected.facts.blank_eligible);
        Self {
            dates: FirstPlaces::new(),
            labels: Labels::new(),
            rows_without_role: 0,
            selectable: 0,
            share_classes: ShareClasses::default(),
            columns: Columns::of(reader),
            expected,
            sector: table.column(SECTOR_COLUMN).filter(|_| expected.facts.counts_sectors),
            eligible: ELIGIBILITY_COLUMNS.into_iter().find_map(|name| table.column(name)),
            products: expected.has_products.then(new_products),
            out_of_range: reader.columns().iter().map(|_| findings.alike()).collect(),
        }
    }

    /// Looks at a row.
    pub fn look_at(&mut self, dated: &DatedRow, reader: &SnapshotReader<'_>, findings: &mut Findings) {
        let row = &dated.row;
        if let Some(date) = dated.date
            && !self.dates.contains_key(&date)
        {
            self.dates.insert(date, place_of_date(reader, row.line));
        }
        if let Some(symbol) = &row.symbol {
            findings.extend(self.duplicate_symbol(symbol, reader));
        }
        self.check_range(row, reader);
        self.note_sector(row, reader);
        self.note_company(row, reader);
        if let Some(products) = &mut self.products {
            products.check(row, reader, findings);
        }
        self.columns.add(dated);
    }

    /// The numbers out of range of the columns that these findings do not say to be in percent, and of which of those
    /// columns there are errors.
    pub fn take_out_of_range(&mut self, in_percent: &mut [Finding], findings: &mut Findings) {
        for (column, out_of_range) in self.columns.columns.iter().zip(std::mem::take(&mut self.out_of_range))
        {
            let percent = in_percent.iter_mut().find(|finding| finding.column.as_ref() == Some(&column.name));
            let Some(percent) = percent else {
                findings.append(out_of_range);
                continue;
            };
            // The cause is named once, and what blocked before still does.
            if out_of_range.into_vec().iter().any(Finding::is_error) {
                percent.severity = Severity::Error;
            }
        }
    }

    fn duplicate_symbol(&self, symbol: &Symbol, reader: &SnapshotReader<'_>) -> Option<Finding> {
        let first = self.columns.row_of(symbol)?;
        let finding = reader.cell_finding(
            Code::DuplicateSymbol,
            format!("`{symbol}` has more than one row"),
            reader.symbol_column()?,
        );
        let expected = format!("one row per symbol; the first is line {}", first.line);
        Some(finding.symbol(symbol).expected(expected).hint("keep the row that is right"))
    }

    /// The benchmark and the safe haven are no candidates, whatever sector a file gives them.
    fn note_sector(&mut self, row: &Row, reader: &SnapshotReader<'_>) {
        if row.symbol.as_ref().is_some_and(|symbol| self.expected.has_role(symbol)) {
            return;
        }
        self.rows_without_role += 1;
        let Some(label) = row.text(self.sector) else { return };
        if let Some(rows) = self.labels.get_mut(label) {
            rows.rows += 1;
        } else if let Some(place) = reader.place(SECTOR_COLUMN) {
            self.labels.insert(label.to_owned(), LabelRows { place, rows: 1 });
        }
    }

    /// Of a company's share classes only those count that may be selected together.
    fn note_company(&mut self, row: &Row, reader: &SnapshotReader<'_>) {
        let company = match &self.products {
            Some(products) => products.candidate(row),
            None => row.symbol.clone().filter(|_| self.may_be_selected(row)),
        };
        let has_role = company.as_ref().is_some_and(|company| self.expected.has_role(company));
        self.selectable += usize::from(company.is_some() && !has_role);
        if let (Some(company), Some(column)) = (company, self.company_column(reader)) {
            self.share_classes.add(&company, || reader.place(column));
        }
    }

    fn may_be_selected(&self, row: &Row) -> bool {
        let is_listed = self.sector.is_none()
            || self.expected.whitelist.is_empty()
            || row
                .text(self.sector)
                .is_some_and(|label| self.expected.whitelist.iter().any(|entry| entry == label));
        is_listed && is_yes(row, self.eligible, self.expected.facts.blank_eligible)
    }

    /// The column that names the companies of the rows.
    pub fn company_column(&self, reader: &SnapshotReader<'_>) -> Option<&'static str> {
        self.products.as_ref().and_then(ProductChecks::underlying_column).or(reader.symbol_column())
    }
}

fn place_of_date(reader: &SnapshotReader<'_>, line: u64) -> Place {
    reader.date_column().and_then(|name| reader.place(name)).unwrap_or(Place { line, character: 1 })
}

/// What a column can't hold, and how bad a number beyond it is.
fn beyond_bounds(column: &Column, number: f64) -> Option<(String, Severity)> {
    match (column.above, column.at_least) {
        (Some(above), _) if number <= above => Some((format!("a number above {above}"), Severity::Error)),
        (_, Some(least)) if number < least => Some((format!("at least {least}"), Severity::Error)),
        _ if number > 0.0 && units::is_loss(&column.name) => Some(("at most 0".to_owned(), Severity::Error)),
        // Some publishers subtract a benchmark's return.
        _ if number < LARGEST_LOSS && units::is_price_return(&column.name) => {
            Some((format!("at least {LARGEST_LOSS}"), Severity::Warning))
        }
        _ => None,
    }
}

impl<'a> RowChecks<'a> {
    /// Finds numbers that their column can't have.
    fn check_range(&mut self, row: &Row, reader: &SnapshotReader<'_>) {
        for ((known, cell), findings) in reader.columns().iter().zip(&row.cells).zip(&mut self.out_of_range) {
            let Cell::Number(number) = cell else { continue };
            let Some((expected, severity)) = beyond_bounds(known.column, *number) else { continue };
            let name = &known.column.name;
            let mut finding = reader
                .cell_finding(Code::OutOfRange, format!("`{name}` can't be {number}"), name)
                .severity(severity)
                .expected(expected)
                .hint("correct the cell, or leave it blank where the value is not known");
            finding.symbol.clone_from(&row.symbol);
            findings.push(finding);
        }
    }
}
