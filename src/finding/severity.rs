//! How bad a finding is.

use crate::words::words;

words! {
    /// How bad a finding is.
    Severity, "severity":
    /// No decision may follow from the input.
    Error = "error",
    /// A decision may follow; a person should look.
    Warning = "warning",
    /// Worth knowing.
    Info = "info",
}
