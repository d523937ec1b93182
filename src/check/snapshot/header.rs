//! The names of a snapshot's columns that the profile's contract does not know: ignored, misspelt, or another profile's.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Code, Finding, quoted};
use crate::input::snapshot::{PRODUCT_COLUMN, SnapshotReader};
use crate::profile::catalog;
use crate::profile::manifest::SnapshotContract;
use crate::suggestion;

/// The columns that say which rows a rule may select, the more particular one first.
pub const ELIGIBILITY_COLUMNS: [&str; 2] = ["base_eligible", "eligible"];

/// Whether a finding about the header says why the file has no column of eligibility.
pub fn explains_missing_eligible(finding: &Finding) -> bool {
    let meant = finding.expected.as_deref().unwrap_or_default();
    match finding.code {
        Code::LooksLikeOtherProfile => true,
        Code::UnknownColumn => meant == PRODUCT_COLUMN || ELIGIBILITY_COLUMNS.contains(&meant),
        _ => false,
    }
}

/// Finds that the rows are shifted by a field: in more than half of them a date stands where the symbol should, or a
/// ticker where the date should.
pub fn columns_shifted(reader: &SnapshotReader<'_>) -> Option<Finding> {
    let (shifted, rows) = (reader.shifted_rows(), reader.table().rows());
    (shifted.saturating_mul(2) > rows).then(|| {
        let message = format!("the fields are not under their columns in {shifted} of {rows} rows");
        let finding = reader.table().header_finding(Code::ColumnsShifted, message);
        finding
            .expected("a symbol under the column of symbols, and a date under that of dates")
            .hint("write the file again with as many fields in a row as in the header, in the same order")
    })
}

/// Columns of other profiles' contracts, each with the keys of those profiles.
type Foreign = BTreeMap<String, Vec<String>>;

/// The header of a snapshot beside the contract that it is held against.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// The line of the header.
    pub line: u64,
    /// The names, trimmed and in lower case.
    pub names: &'a [String],
    /// The contract.
    pub contract: &'a SnapshotContract,
}

impl Header<'_> {
    /// Looks at the names that the contract does not know: one finding for each that seems misspelt, or one for the
    /// whole file where it seems to be another profile's; and one that lists what is ignored.
    pub fn examine(&self) -> Vec<Finding> {
        let unknown = self.unknown();
        if unknown.is_empty() {
            return Vec::new();
        }
        let foreign = catalog::columns_of_other_contracts(self.contract);
        let misspelt: Vec<(&str, &str)> = unknown
            .iter()
            .filter(|name| !foreign.contains_key(**name))
            .filter_map(|name| Some((*name, self.meant_by(name)?)))
            .collect();
        let ignored: Vec<&str> = unknown
            .iter()
            .copied()
            .filter(|name| misspelt.iter().all(|(misspelt, _)| misspelt != name))
            .collect();
        let mut findings = Vec::from_iter(self.looks_like_other_profile(&ignored, &foreign));
        findings.extend(misspelt.into_iter().map(|(name, meant)| self.unknown_column(name, meant)));
        findings.extend(self.ignored_columns(&ignored));
        findings
    }

    /// The names that the contract does not know, in file order.
    fn unknown(&self) -> Vec<&str> {
        let is_unknown = |name: &&str| !name.is_empty() && self.contract.column(name).is_none();
        self.names.iter().map(String::as_str).filter(is_unknown).collect()
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|other| other == name)
    }

    /// The optional column of the contract that the file lacks and that the name is probably meant to be. A required one
    /// is named by the finding of the missing columns.
    fn meant_by(&self, name: &str) -> Option<&str> {
        self.contract
            .columns
            .iter()
            .filter(|column| !column.required)
            .map(|column| column.name.as_str())
            .find(|column| !self.has(column) && suggestion::is_misspelling(name, column))
    }

    fn unknown_column(&self, name: &str, meant: &str) -> Finding {
        Finding::new(
            Code::UnknownColumn,
            format!("the column `{name}` is ignored; it looks like `{meant}`, which the file lacks"),
        )
        .line(self.line)
        .column(name)
        .observed(name)
        .expected(meant)
        .hint(format!("rename `{name}` to `{meant}`, or remove the column"))
    }

    /// Finds that the file seems to be another profile's: it has columns that only other contracts have, and lacks the
    /// one that says which rows are eligible.
    fn looks_like_other_profile(&self, ignored: &[&str], foreign: &Foreign) -> Option<Finding> {
        let own = ELIGIBILITY_COLUMNS.into_iter().find(|name| self.contract.column(name).is_some())?;
        let names: Vec<&str> = ignored.iter().copied().filter(|name| foreign.contains_key(*name)).collect();
        if names.is_empty() || self.has(own) {
            return None;
        }
        Some(
            Finding::new(
                Code::LooksLikeOtherProfile,
                format!(
                    "the file looks like a snapshot of another profile: it has {}, and no `{own}`",
                    quoted(&names)
                ),
            )
            .line(self.line)
            .observed(names.join(","))
            .expected(format!("the columns of `{}`", self.contract.contract_version))
            .hint(format!(
                "name the snapshot of this profile, or the profile of this snapshot: {}",
                profiles_with(&names, foreign).join(", ")
            )),
        )
    }

    fn ignored_columns(&self, ignored: &[&str]) -> Option<Finding> {
        let (verb, what) = match ignored.len() {
            0 => return None,
            1 => ("is", "column"),
            _ => ("are", "columns"),
        };
        Some(
            Finding::new(
                Code::IgnoredColumns,
                format!("{} {what} {verb} ignored: {}", ignored.len(), quoted(ignored)),
            )
            .line(self.line)
            .observed(ignored.join(",")),
        )
    }
}

/// The built-in profiles whose contract has all of these columns, or else any of them.
fn profiles_with(names: &[&str], foreign: &Foreign) -> Vec<String> {
    let profiles: BTreeSet<&String> = foreign.values().flatten().collect();
    let columns_of = |profile: &String| {
        let is_of = |name: &&&str| foreign.get(**name).is_some_and(|with| with.contains(profile));
        names.iter().filter(is_of).count()
    };
    let with = |fewest: usize| -> Vec<String> {
        profiles
            .iter()
            .filter(|profile| columns_of(profile) >= fewest)
            .map(|&profile| profile.clone())
            .collect()
    };
    let with_all = with(names.len());
    if with_all.is_empty() { with(1) } else { with_all }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(profile: &str, header: &str) -> Vec<(Code, String)> {
        let contract = catalog::find(profile).unwrap().snapshot.unwrap();
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        let header = Header { line: 1, names: &names, contract: &contract };
        header
            .examine()
            .into_iter()
            .map(|finding| (finding.code, finding.observed.unwrap_or_default()))
            .collect()
    }

    const RUSSELL: &str = "russell_1000_multi_factor_defensive";

    #[test]
    fn a_misspelt_optional_column_is_named() {
        let header = "as_of,symbol,sector,mom_6_1,mom_12_1,sma200_gap,vol_63,maxdd_126";
        for misspelt in ["elligible", "eligibel", "Eligible "] {
            let found = found(RUSSELL, &format!("{header},{}", misspelt.to_lowercase()));
            assert_eq!(found, [(Code::UnknownColumn, misspelt.to_lowercase())], "{misspelt}");
        }
        assert_eq!(found(RUSSELL, &format!("{header},eligible")), []);
    }

    #[test]
    fn a_column_that_the_file_has_besides_is_not_misspelt() {
        let header =
            "as_of,symbol,sector,mom_6_1,mom_12_1,sma200_gap,vol_63,maxdd_126,eligible,elligible,note";
        assert_eq!(found(RUSSELL, header), [(Code::IgnoredColumns, "elligible,note".to_owned())]);
    }

    #[test]
    fn the_columns_of_another_profile_without_the_own_eligibility_are_noticed() {
        let tech =
            "as_of,symbol,sector,mom_6_1,mom_12_1,sma200_gap,vol_63,maxdd_126,rebound_20,base_eligible";
        assert_eq!(
            found(RUSSELL, tech).iter().map(|(code, _)| *code).collect::<Vec<_>>(),
            [Code::LooksLikeOtherProfile, Code::IgnoredColumns]
        );
        // A file with the columns of all profiles has the own one too.
        assert_eq!(
            found(RUSSELL, &format!("{tech},eligible")),
            [(Code::IgnoredColumns, "rebound_20,base_eligible".to_owned())]
        );
    }
}
