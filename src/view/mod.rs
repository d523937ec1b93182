//! One module a value: each turns a finished value into a document. Nothing is computed or decided here.

pub mod build;
pub mod csv;
pub mod decision;
pub mod diff;
pub mod explanation;
pub mod finding_page;
pub mod junit;
pub mod list;
pub mod proof;
pub(crate) mod replay;
pub mod rule_sheet;
pub mod validation;

use crate::language::phrases::Names;
use crate::profile::catalog;

/// What stands in a built-in profile's manifest in both languages, for documents in Chinese; nothing of another's.
pub fn names(profile: &str) -> Names {
    let Ok(manifest) = catalog::find(profile) else { return Names::new() };
    let (name, small) = (&manifest.display_name, &manifest.small_account_behavior);
    vec![
        (format!("{} ({profile})", name.en), format!("{}（{profile}）", name.zh)),
        (small.en.clone(), small.zh.clone()),
    ]
}
