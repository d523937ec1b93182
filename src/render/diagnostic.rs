//! What standard error says: errors and warnings with their place, then the cures.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use crate::finding::{self, Finding, Severity};
use crate::pipeline::UsageProblem;
use crate::visible::visible;

/// How many findings of one severity are printed before the rest is only counted.
pub(super) const MOST_PRINTED: usize = 20;

/// Prints errors and warnings, then their hints. What is merely worth knowing stands in the output itself.
pub fn print_findings(findings: &[Finding]) {
    print(&findings_text(findings));
}

/// Prints what is wrong with the flags.
pub fn print_problems(problems: &[UsageProblem]) {
    print(&problems_text(problems));
}

/// Prints one error.
pub fn print_error(message: &str) {
    let mut text = String::new();
    line(&mut text, "error", message);
    print(&text);
}

/// Prints one more hint.
pub fn print_hint(message: &str) {
    let mut text = String::new();
    line(&mut text, "hint", message);
    print(&text);
}

/// Prints to standard error; there is nowhere left to say that this failed.
fn print(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

fn problems_text(problems: &[UsageProblem]) -> String {
    let mut text = String::new();
    for problem in problems {
        line(&mut text, "error", &problem.message);
    }
    hints(&mut text, problems.iter().filter_map(|problem| problem.hint.as_deref()));
    text
}

fn findings_text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning] {
        let of_severity: Vec<&Finding> = findings.iter().filter(|f| f.severity == severity).collect();
        for finding in of_severity.iter().take(MOST_PRINTED) {
            line(&mut text, severity.as_str(), &sentence(finding));
        }
        let printed = of_severity.len().min(MOST_PRINTED) as u64;
        let beyond = finding::count(findings, severity).saturating_sub(printed);
        if beyond > 0 {
            line(
                &mut text,
                severity.as_str(),
                &format!("{beyond} more (`--format json` lists the first hundred of a kind)"),
            );
        }
        hints(&mut text, of_severity.iter().take(MOST_PRINTED).filter_map(|f| f.hint.as_deref()));
    }
    text
}

/// A finding in one line: `FILE:LINE: column NAME: what is wrong, found X, expected Y`.
pub fn sentence(finding: &Finding) -> String {
    let mut text = String::new();
    if let Some(file) = &finding.file {
        text.push_str(file);
        if let Some(line) = finding.line {
            let _ = write!(text, ":{line}");
        }
        text.push_str(": ");
    }
    if let Some(column) = &finding.column {
        let _ = write!(text, "column {column}: ");
    }
    text.push_str(&finding.message);
    if let Some(observed) = &finding.observed {
        let _ = write!(text, ", found `{observed}`");
    }
    if let Some(expected) = &finding.expected {
        let _ = write!(text, ", expected {expected}");
    }
    text
}

/// One line, whatever is in the message: names come from arguments and the environment too.
fn line(text: &mut String, word: &str, message: &str) {
    let style = style(word);
    let _ = writeln!(text, "{style}{word}:{style:#} {}", visible(message));
}

/// Each hint once, in the order they came.
fn hints<'a>(text: &mut String, hints: impl Iterator<Item = &'a str>) {
    let mut said: Vec<&str> = Vec::new();
    for hint in hints {
        if !said.contains(&hint) {
            said.push(hint);
            line(text, "hint", hint);
        }
    }
}

fn style(word: &str) -> Style {
    let color = match word {
        "error" => AnsiColor::Red,
        "warning" => AnsiColor::Yellow,
        _ => AnsiColor::Cyan,
    };
    Style::new().bold().fg_color(Some(color.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_finding_is_one_line_with_its_place() {
        let finding = Finding::new(Code::BadPrice, "the close is no price")
            .file("prices.csv")
            .line(7)
            .column("close")
            .observed("NaN")
            .expected("a finite number above 0");
        assert_eq!(
            sentence(&finding),
            "prices.csv:7: column close: the close is no price, found `NaN`, expected a finite number above 0"
        );
    }

    #[test]
    fn twenty_are_printed_and_the_rest_is_counted() {
        let findings: Vec<_> =
            (1..=45).map(|line| Finding::new(Code::BadPrice, format!("n{line}")).hint("mend it")).collect();
        let text = plain(&findings_text(&findings));
        assert_eq!(text.lines().filter(|line| line.starts_with("error: n")).count(), 20);
        assert!(text.contains("error: 25 more"));
        assert_eq!(text.matches("hint: mend it").count(), 1);
    }

    #[test]
    fn what_is_merely_worth_knowing_is_not_printed() {
        let info = Finding::new(Code::StalePrice, "x").severity(Severity::Info);
        assert_eq!(findings_text(&[info]), "");
    }

    #[test]
    fn what_a_message_quotes_can_not_drive_a_terminal() {
        let message = "unknown profile `\u{1b}]0;x\u{7}\n\u{202e}`".to_owned();
        let text = plain(&problems_text(&[UsageProblem { hint: Some(message.clone()), message }]));
        let said = "unknown profile `\\u{1b}]0;x\\u{7}\\n\\u{202e}`";
        assert_eq!(text, format!("error: {said}\nhint: {said}\n"));
    }
}
