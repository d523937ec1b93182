//! `strat schema`: the JSON Schema of every JSON that strat reads or writes.
//!
//! The schemas are made from the types by a test, which also keeps the files under `docs/schema/` equal to them; the
//! program only prints those files.

use clap::{Args, ValueEnum};

use super::Answer;

pub(crate) const AFTER_HELP: &str = "\
The schemas are JSON Schema 2020-12. `docs/schema/` has the same files.

Examples:
  strat schema decision                   # what `decide --format json` prints
  strat schema portfolio > portfolio.schema.json
  strat schema profile > profile.schema.json   # for your editor";

/// The flags of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The JSON whose schema is printed
    #[arg(value_enum, value_name = "NAME")]
    pub name: SchemaName,
}

/// Makes [`SchemaName`] from lines `Variant = "name", "what has it";`: the names are those of the files.
macro_rules! schemas {
    ($($(#[$attribute:meta])* $variant:ident = $name:literal;)+) => {
        /// A JSON that strat reads or writes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
        #[value(rename_all = "snake_case")]
        pub enum SchemaName { $($(#[$attribute])* #[value(name = $name)] $variant,)+ }

        impl SchemaName {
            /// The name as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The schema.
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!("../../docs/schema/", $name, ".json")),)+
                }
            }
        }
    };
}

schemas! {
    /// What `decide --format json` prints, and `--for`
    Decision = "decision";
    /// What `explain PROFILE --format json` prints of a decision
    Explanation = "explanation";
    /// What `explain PROFILE --format json` prints without inputs
    RuleSheet = "rule_sheet";
    /// What `explain CODE --format json` and `--codes` print
    Codes = "codes";
    /// What `list --format json` prints
    Profiles = "profiles";
    /// What `validate-snapshot --format json` prints
    Validation = "validation";
    /// What `build-snapshot --format json` prints
    SnapshotBuild = "snapshot_build";
    /// What `replay --format json` prints
    Replay = "replay";
    /// What `diff --format json` prints of decisions and explanations
    Diff = "diff";
    /// What `diff --format json` prints of reports on snapshots
    ValidationDiff = "validation_diff";
    /// A line of standard error with `--messages json`
    Message = "message";
    /// A profile manifest, also of your own
    Profile = "profile";
    /// The account: the file of `--portfolio`
    Portfolio = "portfolio";
    /// The file of `--indicators`
    Indicators = "indicators";
    /// The manifest beside a feature snapshot
    #[value(alias = "manifest", alias = "snapshot")]
    SnapshotManifest = "snapshot_manifest";
}

/// Prints a schema.
pub fn answer(flags: &SchemaArgs) -> Answer {
    Answer { text: flags.name.text().to_owned(), ..Answer::default() }
}

#[cfg(test)]
mod tests;
