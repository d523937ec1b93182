//! Share classes of one company: side by side they are one risk counted twice.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding, Place};
use crate::symbol::Symbol;

/// The pairs of share classes among the largest US companies, spelt with a point.
const PAIRS: [[&str; 2]; 6] = [
    ["BRK.A", "BRK.B"],
    ["FOX", "FOXA"],
    ["GOOG", "GOOGL"],
    ["LBRDA", "LBRDK"],
    ["NWS", "NWSA"],
    ["UA", "UAA"],
];

/// The characters that data vendors write for the point of a share class: `BRK-B`, `BRK/B`, `BRK B`.
const POINTS: [char; 3] = ['-', '/', ' '];

/// The companies of the rows as symbols, each with the place where it stands first.
#[derive(Debug, Default)]
pub struct ShareClasses(BTreeMap<&'static str, (Symbol, Place)>);

impl ShareClasses {
    /// Takes note of a row's company when it has two share classes.
    pub fn add(&mut self, symbol: &Symbol, place: impl FnOnce() -> Option<Place>) {
        let spelling = symbol.as_str().replace(POINTS, ".");
        if let Some(class) = PAIRS.iter().flatten().find(|class| **class == spelling)
            && !self.0.contains_key(class)
            && let Some(place) = place()
        {
            self.0.insert(class, (symbol.clone(), place));
        }
    }

    /// Finds two share classes of one company.
    pub fn duplicate_share_class(&self, column: &str) -> Vec<Finding> {
        PAIRS
            .iter()
            .filter_map(|[one, other]| {
                let mut found = [self.0.get(one)?, self.0.get(other)?];
                found.sort_by_key(|(_, place)| *place);
                let [(first, first_place), (second, place)] = found;
                Some(
                    Finding::new(
                        Code::DuplicateShareClass,
                        format!(
                            "`{second}` and `{first}` of line {} are share classes of one company",
                            first_place.line
                        ),
                    )
                    .at(*place)
                    .column(column)
                    .symbol(second)
                    .observed(format!("{first}, {second}"))
                    .expected("one share class per company")
                    .hint("keep the class that trades more, or mark the other as not eligible"),
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(symbols: &[&str]) -> Vec<(Option<u64>, Option<String>)> {
        let mut classes = ShareClasses::default();
        for (symbol, line) in symbols.iter().zip(2..) {
            classes.add(&Symbol::parse(symbol).unwrap(), || Some(Place { line, character: 1 }));
        }
        classes
            .duplicate_share_class("symbol")
            .into_iter()
            .map(|finding| (finding.line, finding.observed))
            .collect()
    }

    #[test]
    fn both_classes_of_a_company_are_named_whatever_their_spelling() {
        assert_eq!(found(&["GOOGL", "AAPL", "GOOG"]), vec![(Some(4), Some("GOOGL, GOOG".to_owned()))]);
        assert_eq!(found(&["BRK-B", "BRK/A"]), vec![(Some(3), Some("BRK-B, BRK/A".to_owned()))]);
        assert_eq!(
            found(&["FOX", "FOXA", "NWS", "NWSA", "UA", "UAA", "LBRDA", "LBRDK", "BRK A", "BRK.B"]).len(),
            5
        );
    }

    #[test]
    fn one_class_of_each_company_is_fine() {
        assert_eq!(found(&["GOOG", "BRK.B", "FOX", "NWSA", "UA", "LBRDK", "GO"]), vec![]);
    }
}
