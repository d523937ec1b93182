//! Dates of a table that cannot be read: one finding for all rows that have the same.

use super::counted::Counted;
use crate::finding::{Finding, Findings};

/// So many different dates are told apart.
const MOST_TOLD_APART: usize = 100;

/// The findings about different dates, each with how many rows have it.
#[derive(Default)]
pub(super) struct RefusedDates(Vec<Counted<Finding>>);

impl RefusedDates {
    /// Notes the date of a row; beyond those that are told apart, its finding goes to the others at once.
    pub(super) fn add(&mut self, finding: Finding, others: &mut Findings) {
        let is_same = |known: &&mut Counted<Finding>| {
            known.first().is_some_and(|known| {
                (&known.observed, &known.message) == (&finding.observed, &finding.message)
            })
        };
        if let Some(known) = self.0.iter_mut().find(is_same) {
            known.add(finding);
        } else if self.0.len() < MOST_TOLD_APART {
            let mut rows = Counted::default();
            rows.add(finding);
            self.0.push(rows);
        } else {
            others.push(finding);
        }
    }

    /// The findings, in the order of their first rows.
    pub(super) fn findings(self) -> impl Iterator<Item = Finding> {
        self.0.into_iter().filter_map(|rows| {
            let verb = if rows.count() == 2 { "so is that" } else { "so are those" };
            rows.finding(|first, more| format!("{first}; {verb} of {more}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    #[test]
    fn rows_with_one_date_are_one_finding() {
        let (mut dates, mut others) = (RefusedDates::default(), Findings::default());
        for written in
            ["2025-03-31T00:00:00+01:00", "soon", "2025-03-31T00:00:00+01:00", "2025-03-31T00:00:00+01:00"]
        {
            let finding =
                Finding::new(Code::FeatureSnapshotInvalidDateColumn, "it is refused").observed(written);
            dates.add(finding, &mut others);
        }
        let messages: Vec<String> = dates.findings().map(|finding| finding.message).collect();
        assert_eq!(messages, ["it is refused; so are those of 2 more rows", "it is refused"]);
        assert!(others.is_empty());
    }
}
