//! How standard error speaks: in text for people, in JSON lines for programs, in workflow commands for GitHub.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use chrono::NaiveDate;
use serde::Serialize;

use super::finding::{Cause, WHERE_ALL_STAND, causes, first_causes, with_hint};
use crate::amount::grouped_count;
use crate::finding::{Finding, Severity};
use crate::input::source::STANDARD_INPUT;
use crate::suggestion::Problem;
use crate::symbol::Symbol;
use crate::visible::visible;

/// How many causes of one severity are printed before the rest is only counted.
pub const MOST_PRINTED: usize = 20;

/// How many annotations of one severity GitHub shows of a step.
const MOST_ANNOTATIONS: usize = 10;

/// The name and version of a line of JSON.
const SCHEMA: &str = "strat.message.v1";

/// The form of standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
    /// Workflow commands of GitHub Actions.
    Github,
}

/// What speaks on standard error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    /// The form.
    pub form: Form,
    /// Whether only errors are printed.
    pub is_quiet: bool,
    /// What stands in front of a file that GitHub knows by its path from the root of the repository.
    pub path_prefix: Option<String>,
    /// The profile that the command named.
    pub profile: Option<String>,
    /// The decision date.
    pub as_of: Option<NaiveDate>,
    /// What tells the account from others: its id, or the path of its portfolio.
    pub account: Option<String>,
}

/// One line of JSON.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Line<'a> {
    /// The name and version of this shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// `error`, `warning` or `info`.
    severity: &'a str,
    /// What is wrong or was done, as a stable word.
    code: &'a str,
    /// The same for people.
    message: &'a str,
    /// How to fix it; `null` if there is no hint.
    hint: Option<&'a str>,
    /// The file as the user named it; `null` if it is about none.
    file: Option<&'a str>,
    /// The line in the file, from 1.
    line: Option<u64>,
    /// The name of the column.
    column: Option<&'a str>,
    /// The symbol that it is about.
    symbol: Option<&'a Symbol>,
    /// The profile that the command named.
    profile: Option<&'a str>,
    /// The decision date.
    as_of: Option<NaiveDate>,
    /// What tells the account from others.
    account: Option<&'a str>,
}

impl Messages {
    /// Prints errors and warnings, each with its hint below it. What is merely worth knowing stands in the output.
    pub fn findings(&self, findings: &[Finding]) {
        print(&self.draw_findings(findings));
    }

    /// Prints what is wrong with the flags.
    pub fn problems(&self, problems: &[Problem]) {
        let text: String = problems
            .iter()
            .map(|problem| {
                self.draw("error", usage_code(&problem.message), &problem.message, problem.hint.as_deref())
            })
            .collect();
        print(&text);
    }

    /// Prints what is wrong with the arguments; people also see how the command is called.
    pub fn usage(&self, code: &str, message: &str, hint: Option<&str>, usage: &str) {
        let usage = match self.form {
            Form::Text if !usage.is_empty() => format!("\n{usage}\n"),
            _ => String::new(),
        };
        print(&(self.draw("error", code, message, hint) + &usage));
    }

    /// Prints one error under its code.
    pub fn error(&self, code: &str, message: &str, hint: Option<&str>) {
        print(&self.draw("error", code, message, hint));
    }

    /// Prints a hint that belongs to no error.
    pub fn hint(&self, message: &str) {
        match self.form {
            Form::Text => print(&labelled("hint", message)),
            _ => print(&self.draw("info", "hint", message, None)),
        }
    }

    /// Prints what was done, unless only errors are wanted.
    pub fn done(&self, line: &str) {
        self.info("done", line);
    }

    /// Prints what is waited for, unless only errors are wanted.
    pub fn waiting(&self, line: &str) {
        self.info("waiting", line);
    }

    fn info(&self, code: &str, line: &str) {
        if self.is_quiet {
            return;
        }
        match self.form {
            Form::Json => print(&self.draw("info", code, line, None)),
            Form::Text | Form::Github => print(&format!("strat: {}\n", plain(line))),
        }
    }

    fn draw_findings(&self, findings: &[Finding]) -> String {
        let findings: Vec<Finding> = findings
            .iter()
            .filter(|finding| finding.is_error() || finding.severity == Severity::Warning && !self.is_quiet)
            .cloned()
            .collect();
        match self.form {
            Form::Text => text(&findings),
            Form::Github => annotations(&findings, self.path_prefix.as_deref()),
            Form::Json => findings.iter().map(|finding| self.json(finding)).collect(),
        }
    }

    fn json(&self, finding: &Finding) -> String {
        json_line(&Line {
            severity: finding.severity.as_str(),
            code: finding.code.as_str(),
            message: &super::finding::about_without_column(finding),
            hint: finding.hint.as_deref(),
            file: finding.file.as_deref(),
            line: finding.line,
            column: finding.column.as_deref(),
            symbol: finding.symbol.as_ref(),
            ..self.line()
        })
    }

    /// A line that says nothing yet.
    fn line(&self) -> Line<'_> {
        Line {
            schema: SCHEMA,
            profile: self.profile.as_deref(),
            as_of: self.as_of,
            account: self.account.as_deref(),
            ..Line::default()
        }
    }

    fn draw(&self, severity: &str, code: &str, message: &str, hint: Option<&str>) -> String {
        match self.form {
            Form::Text => {
                labelled(severity, message) + &hint.map(|hint| labelled("hint", hint)).unwrap_or_default()
            }
            Form::Json => {
                json_line(&Line { severity, code, message: &visible(message), hint, ..self.line() })
            }
            Form::Github => {
                let word = if severity == "error" { "error" } else { "notice" };
                let message = escaped_data(&with_hint(message, hint));
                format!("::{word} title={}::{message}\n", escaped_property(code))
            }
        }
    }
}

/// Prints to standard error; there is nowhere left to say that this failed.
fn print(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

fn json_line(line: &Line<'_>) -> String {
    serde_json::to_string(line).map(|line| line + "\n").unwrap_or_default()
}

/// The stable code of a usage error.
fn usage_code(message: &str) -> &'static str {
    if message.starts_with("unknown profile") { "usage_unknown_profile" } else { "usage_bad_value" }
}

/// One line per cause with the hint below it, errors first. A hint of several causes in a row stands once below them.
fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning] {
        let (causes, beyond) = first_causes(findings, severity, MOST_PRINTED);
        for (place, cause) in causes.iter().enumerate() {
            text.push_str(&labelled(severity.as_str(), &cause.sentence()));
            let next = causes.get(place + 1).and_then(Cause::hint);
            if let Some(hint) = cause.hint().filter(|hint| next != Some(*hint)) {
                text.push_str(&labelled("hint", hint));
            }
        }
        if beyond > 0 {
            let more = format!("{} more {WHERE_ALL_STAND}", grouped_count(beyond));
            text.push_str(&labelled(severity.as_str(), &more));
        }
    }
    text
}

/// One line, whatever is in the message: names come from arguments and the environment too.
fn labelled(word: &str, message: &str) -> String {
    let color = match word {
        "error" => AnsiColor::Red,
        "warning" => AnsiColor::Yellow,
        _ => AnsiColor::Cyan,
    };
    let style = Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{word}:{style:#} {}\n", visible(message))
}

/// Findings as workflow commands: GitHub draws each as an annotation on the line it is about.
///
/// It shows ten of a severity, so one a cause comes first; the rest are plain lines of the log. The commands and their
/// escaping are those of "Workflow commands for GitHub Actions" and of the `command` module of `@actions/core`.
pub fn annotations(findings: &[Finding], path_prefix: Option<&str>) -> String {
    let causes = causes(findings);
    let mut text = String::new();
    let mut rest = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let of_severity: Vec<&Cause<'_>> =
            causes.iter().filter(|cause| cause.severity() == severity).collect();
        let has_more = of_severity.len() > MOST_ANNOTATIONS;
        let shown = if has_more { MOST_ANNOTATIONS - 1 } else { of_severity.len() };
        for (place, cause) in of_severity.iter().enumerate() {
            if place < shown {
                text.push_str(&annotation(cause, path_prefix));
            }
            let unsaid = cause.findings.iter().skip(usize::from(place < shown));
            for finding in unsaid {
                let line = format!("{}: {}", severity.as_str(), super::finding::sentence(finding));
                let _ = writeln!(rest, "{}", plain(&line));
            }
        }
        if has_more {
            let more = format!("... and {} more causes", of_severity.len() - shown);
            let _ = writeln!(text, "::{} title=more::{more}", word(severity));
        }
    }
    if !rest.is_empty() {
        let _ = write!(text, "::group::all findings\n{rest}::endgroup::\n");
    }
    text
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

fn annotation(cause: &Cause<'_>, path_prefix: Option<&str>) -> String {
    let first = cause.first;
    // GitHub knows files by their path from the root of the repository; a place without a file is none.
    let file = first.file.as_deref().filter(|file| *file != STANDARD_INPUT);
    let in_file = |number: Option<u64>| number.filter(|_| file.is_some()).map(|number| number.to_string());
    let from_root = |file: &str| {
        let file = file.trim_start_matches("./");
        match path_prefix {
            Some(prefix) => format!("{}/{file}", prefix.trim_start_matches("./").trim_end_matches('/')),
            None => file.to_owned(),
        }
    };
    let properties: Vec<String> = [
        ("file", file.map(from_root)),
        ("line", in_file(first.line)),
        ("col", in_file(first.character)),
        ("title", Some(first.code.to_string())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!("{name}={}", escaped_property(&value?))))
    .collect();
    let message = escaped_data(&with_hint(&cause.about(), cause.hint()));
    format!("::{} {}::{message}\n", word(first.severity), properties.join(","))
}

/// A line of the log that can't be taken for a command.
pub fn plain(line: &str) -> String {
    let line = visible(line).replace("##[", "##\\[");
    if line.trim_start().starts_with("::") { format!("- {line}") } else { line }
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

    fn without_color(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn bad_price(line: u64) -> Finding {
        Finding::new(Code::BadPrice, format!("n{line}")).hint("correct it")
    }

    #[test]
    fn twenty_causes_are_printed_and_the_rest_is_counted() {
        let findings: Vec<_> = (1..=45).map(bad_price).collect();
        let text = without_color(&text(&findings));
        assert_eq!(text.lines().filter(|line| line.starts_with("error: n")).count(), 20);
        assert!(text.contains("error: 25 more"), "{text}");
        assert_eq!(text.matches("hint: correct it").count(), 1);
    }

    #[test]
    fn each_hint_stands_under_its_error() {
        let findings =
            [Finding::new(Code::BadPrice, "a").hint("one"), Finding::new(Code::BadPrice, "b").hint("two")];
        assert_eq!(without_color(&text(&findings)), "error: a\nhint: one\nerror: b\nhint: two\n");
    }

    #[test]
    fn what_is_merely_worth_knowing_is_not_printed_and_a_quiet_run_has_no_warnings() {
        let of = |severity| Finding::new(Code::StalePrice, "x").severity(severity);
        let findings = [of(Severity::Info), of(Severity::Warning)];
        let loud = Messages::default();
        assert_eq!(without_color(&loud.draw_findings(&findings)), "warning: x\n");
        assert_eq!(Messages { is_quiet: true, ..loud }.draw_findings(&findings), "");
    }

    #[test]
    fn what_a_message_quotes_can_not_drive_a_terminal() {
        let message = "unknown profile `\u{1b}]0;x\u{7}\n\u{202e}`";
        let text = without_color(&Messages::default().draw("error", "", message, Some(message)));
        let said = "unknown profile `\\u{1b}]0;x\\u{7}\\n\\u{202e}`";
        assert_eq!(text, format!("error: {said}\nhint: {said}\n"));
    }

    #[test]
    fn a_finding_is_one_line_of_json() {
        let messages = Messages { form: Form::Json, profile: Some("p".to_owned()), ..Messages::default() };
        let finding = Finding::new(Code::BadPrice, "x").file("p.csv").line(3).column("close").observed("-1");
        let line: serde_json::Value = serde_json::from_str(&messages.draw_findings(&[finding])).unwrap();
        assert_eq!(
            line,
            serde_json::json!({
                "schema": "strat.message.v1", "severity": "error", "code": "bad_price", "message": "x, found `-1`",
                "hint": null, "file": "p.csv", "line": 3, "column": "close", "symbol": null, "profile": "p",
                "as_of": null, "account": null,
            })
        );
    }

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let finding = Finding::new(Code::UnreadableNumber, "50 % off\r\n::error::x")
            .file("a,b:c%.csv")
            .line(3)
            .character(7)
            .column("close")
            .observed("a:b")
            .hint("correct it");
        assert_eq!(
            annotations(&[finding], None),
            "::error file=a%2Cb%3Ac%25.csv,line=3,col=7,title=unreadable_number::column close: 50 %25 off\\r\\n::error\
             ::x, found `a:b`%0Ahint: correct it\n"
        );
        assert_eq!(escaped_property("100 %: a,b\r\nc"), "100 %25%3A a%2Cb%0D%0Ac");
        assert_eq!(plain("::error::x ##[error]y"), "- ::error::x ##\\[error]y");
    }

    #[test]
    fn a_file_is_named_from_the_root_of_the_repository_and_standard_input_is_no_file() {
        let finding =
            Finding::new(Code::MissingValues, "x").severity(Severity::Error).file("./a/b.csv").line(2);
        let of = |prefix| annotations(std::slice::from_ref(&finding), prefix);
        assert_eq!(of(None), "::error file=a/b.csv,line=2,title=missing_values::x\n");
        assert_eq!(of(Some("./ops/")), "::error file=ops/a/b.csv,line=2,title=missing_values::x\n");
        let piped = Finding::new(Code::MissingValues, "x").file("-").line(2);
        assert_eq!(annotations(&[piped], None), "::notice title=missing_values::x\n");
    }

    #[test]
    fn ten_annotations_name_ten_causes() {
        let findings: Vec<_> = (1..=12).flat_map(|line| [bad_price(line), bad_price(line)]).collect();
        let text = annotations(&findings, None);
        let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("::error")).collect();
        assert_eq!(commands.len(), 10);
        assert_eq!(commands[9], "::error title=more::... and 3 more causes");
        // The second one of nine causes, and both of the other three.
        assert_eq!(text.lines().filter(|line| line.starts_with("error: n")).count(), 15);
    }
}
