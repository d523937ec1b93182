//! One module a value: each turns a finished value into a document. Nothing is computed or decided here.

pub(crate) mod build;
pub mod csv;
pub mod decision;
pub mod diff;
pub mod explanation;
pub(crate) mod finding_page;
pub mod junit;
pub mod list;
pub(crate) mod proof;
pub(crate) mod replay;
pub mod rule_sheet;
pub mod validation;

use crate::language::phrases::Names;
use crate::profile::catalog;
use crate::record::Record;

/// What a record and its profile have in both languages, for documents in Chinese.
pub fn names_of(record: &Record) -> Names {
    let mut names = names(&record.profile);
    names.extend(record.names_in_chinese());
    names
}

/// What stands in a built-in profile's manifest in both languages, for documents in Chinese; nothing of another's.
pub fn names(profile: &str) -> Names {
    let Ok(manifest) = catalog::find(profile) else { return Names::new() };
    let name = &manifest.display_name;
    vec![(format!("{} ({profile})", name.en), format!("{}（{profile}）", name.zh))]
}
