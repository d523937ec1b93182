//! A report as workflow commands: GitHub draws each as an annotation on the line it is about.
//!
//! The commands and their escaping are those of "Workflow commands for GitHub Actions" and of the
//! `command` module of `@actions/core`.

use super::{counts_line, verdict_line};
use crate::finding::{Finding, Severity};
use crate::input::source::STANDARD_INPUT;
use crate::validation::{FileReport, Report};

/// One command a finding; then each file's verdict, as a line of the log.
pub fn report(report: &Report) -> String {
    report.files.iter().map(file).collect()
}

fn file(file: &FileReport) -> String {
    let commands: String = file.findings.iter().map(|finding| command(finding) + "\n").collect();
    let verdict = format!("{}: {}", verdict_line(file), counts_line(file.counts()));
    // The line begins with a path: one that begins with `::` must not pass for a command.
    format!("{commands}strat: {}\n", escaped_data(&verdict))
}

fn command(finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    // GitHub knows files by their path from the root of the repository; a place without a file is none.
    let file = finding.file.as_deref().filter(|file| *file != STANDARD_INPUT);
    let in_file = |number: Option<u64>| number.filter(|_| file.is_some()).map(|number| number.to_string());
    let properties: Vec<String> = [
        ("file", file.map(|file| file.trim_start_matches("./").to_owned())),
        ("line", in_file(finding.line)),
        ("col", in_file(finding.character)),
        ("title", Some(finding.code.to_string())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!("{name}={}", escaped_property(&value?))))
    .collect();
    format!("::{word} {}::{}", properties.join(","), escaped_data(&message(finding)))
}

/// What was found, on a line of its own each: the annotation has a place but no columns or cures.
fn message(finding: &Finding) -> String {
    let mut lines = vec![finding.message.clone()];
    let about: Vec<String> = [
        finding.symbol.as_ref().map(|symbol| format!("symbol {symbol}")),
        finding.column.as_ref().map(|column| format!("column {column}")),
        finding.observed.as_ref().map(|observed| format!("found `{observed}`")),
        finding.expected.as_ref().map(|expected| format!("expected {expected}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !about.is_empty() {
        lines.push(about.join(", "));
    }
    lines.extend(finding.hint.as_ref().map(|hint| format!("fix: {hint}")));
    lines.join("\n")
}

fn escaped_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escaped_property(text: &str) -> String {
    escaped_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let finding = Finding::new(Code::UnreadableNumber, "50 % off\r\n::error::x")
            .file("a,b:c%.csv")
            .line(3)
            .character(7)
            .column("close")
            .observed("a:b")
            .hint("mend it");
        assert_eq!(
            command(&finding),
            "::error file=a%2Cb%3Ac%25.csv,line=3,col=7,title=unreadable_number::50 %25 off\\r\\n::error::x%0A\
             column close, found `a:b`%0Afix: mend it"
        );
    }

    #[test]
    fn each_documented_character_has_its_escape() {
        assert_eq!(escaped_data("100 %: a,b\r\nc"), "100 %25: a,b%0D%0Ac");
        assert_eq!(escaped_property("100 %: a,b\r\nc"), "100 %25%3A a%2Cb%0D%0Ac");
    }

    #[test]
    fn a_file_is_named_from_the_root_of_the_repository() {
        let finding =
            Finding::new(Code::MissingValues, "x").severity(Severity::Error).file("./a/b.csv").line(2);
        assert_eq!(command(&finding), "::error file=a/b.csv,line=2,title=missing_values::x");
    }

    #[test]
    fn each_severity_has_its_command_and_standard_input_no_file() {
        let command_of =
            |severity| command(&Finding::new(Code::MissingValues, "x").severity(severity).file("-").line(2));
        assert_eq!(command_of(Severity::Error), "::error title=missing_values::x");
        assert_eq!(command_of(Severity::Warning), "::warning title=missing_values::x");
        assert_eq!(command_of(Severity::Info), "::notice title=missing_values::x");
    }
}
