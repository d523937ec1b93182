//! Arguments that make no command: what is wrong with them, and what was probably meant.

use std::process::ExitCode;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::document::message::{Form, Messages};
use crate::input::prices::{how_to_name_files, is_data_file};
use crate::suggestion;
use crate::visible::visible;

/// How messages write the argument that names the profile.
const PROFILE_IN_MESSAGES: &str = "<PROFILE>";

/// What to do where it has no value.
const HOW_TO_NAME_A_PROFILE: &str = "name the profile as PROFILE, or in the environment variable STRATEGY_PROFILE; `strat list` shows them all";

/// What people type who know other tools, and what this one has for it.
const HABITS: [(&[&str], &str); 16] = [
    (&["--json"], "write `--format json`"),
    (&["--csv"], "write `--format csv`"),
    (&["--markdown", "--md"], "write `--format markdown`"),
    (&["--date", "--day", "--on", "--asof", "--as_of"], "write `--as-of DATE`"),
    (&["-o", "--out", "--outfile"], "write `--output FILE`"),
    (&["-f", "--fmt"], "write `--format FORMAT`"),
    (
        &["-v", "--verbose", "--debug", "--trace"],
        "run `strat explain` with the same inputs: it prints every step",
    ),
    (
        &["--file", "-i", "--input", "--data"],
        "name each file by what it holds: `--prices`, `--snapshot`, `--portfolio`",
    ),
    (&["--dry-run", "-n", "--paper"], "leave it out: strat only prints, and never sends an order"),
    (
        &["--positions", "--holding", "--position"],
        "write `--portfolio FILE`, or `--holdings A,B` for names alone",
    ),
    (&["--capital", "--nav", "--balance", "--amount"], "write `--equity USD`"),
    (&["--profile", "--strategy", "-p"], "name the profile without a flag: `strat decide PROFILE`"),
    (&["--lang=cn", "--language", "--chinese", "--zh"], "write `--lang zh`"),
    (
        &["--force", "--ignore", "--ignore-errors"],
        "write `--allow CODE` for one finding; `strat explain --codes` shows which can be allowed",
    ),
    (&["--silent", "-s"], "write `--quiet`"),
    (&["--no-color", "--no-colour"], "write `--color never`"),
];

/// The same for words of a closed list.
const VALUES: [(&[&str], &str); 4] = [
    (&["md"], "markdown"),
    (&["text", "txt", "plain"], "table"),
    (&["cn", "zh-cn", "zh_cn", "chinese"], "zh"),
    (&["pwsh"], "powershell"),
];

/// The same for verbs.
const VERBS: [(&[&str], &str); 6] = [
    (&["run", "signal", "signals", "trade", "rebalance", "target", "targets"], "decide"),
    (&["backtest", "simulate", "back-test"], "replay"),
    (&["validate", "check", "lint"], "validate-snapshot"),
    (&["build", "snapshot"], "build-snapshot"),
    (&["why", "describe", "info"], "explain"),
    (&["profiles", "ls", "strategies"], "list"),
];

/// Why there is no command to run.
#[derive(Debug)]
pub enum Refusal {
    /// The arguments ask for help or the version, which the error prints.
    Page(Box<Error>),
    /// The arguments are wrong.
    Usage(Box<Problem>),
}

/// What is wrong with the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable word.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What was probably meant.
    pub hint: Option<String>,
    /// How the verb is called, for people.
    pub usage: String,
    /// How it is worded.
    pub form: Form,
}

impl Refusal {
    /// What an error of the parser says, in this form.
    pub fn new(mut error: Error, form: Form) -> Self {
        // What is quoted can't drive a terminal.
        let unsafe_quotes: Vec<(ContextKind, String)> = error
            .context()
            .filter_map(|(kind, value)| match value {
                ContextValue::String(text) if visible(text) != *text => {
                    Some((kind, visible(text).into_owned()))
                }
                _ => None,
            })
            .collect();
        for (kind, text) in unsafe_quotes {
            error.insert(kind, ContextValue::String(text));
        }
        match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Self::Page(Box::new(error)),
            _ => Self::Usage(Box::new(Problem::new(&error, form))),
        }
    }

    /// Prints it and gives the exit code.
    pub fn report(&self) -> ExitCode {
        match self {
            Self::Page(error) => {
                let _ = error.print();
                ExitCode::from(if error.use_stderr() { 2 } else { 0 })
            }
            Self::Usage(problem) => {
                let messages = Messages { form: problem.form, ..Messages::default() };
                messages.usage(problem.code, &problem.message, problem.hint.as_deref(), &problem.usage);
                ExitCode::from(2)
            }
        }
    }
}

impl Problem {
    fn new(error: &Error, form: Form) -> Self {
        let rendered = error.render().to_string();
        let rendered = rendered.strip_prefix("error: ").unwrap_or(&rendered);
        let message = rendered.split("\n\n").next().unwrap_or_default();
        let message: Vec<&str> = message.lines().map(str::trim).collect();
        let usage: Vec<&str> = rendered
            .split("\n\n")
            .filter(|part| part.starts_with("Usage:") || part.starts_with("For more"))
            .collect();
        Self {
            code: code(error.kind()),
            message: visible(&message.join(" ").replace("[PROFILE]", PROFILE_IN_MESSAGES)).into_owned(),
            hint: hint(error).map(|hint| visible(&hint).into_owned()),
            usage: visible_lines(&usage.join("\n\n")),
            form,
        }
    }
}

fn visible_lines(text: &str) -> String {
    text.lines().map(|line| visible(line).into_owned()).collect::<Vec<_>>().join("\n")
}

fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UnknownArgument => "usage_unknown_flag",
        ErrorKind::InvalidSubcommand => "usage_unknown_command",
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand => "usage_missing_argument",
        ErrorKind::ArgumentConflict => "usage_conflict",
        _ => "usage_bad_value",
    }
}

fn named(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(name)) => vec![name.clone()],
        Some(ContextValue::Strings(names)) => names.clone(),
        _ => Vec::new(),
    }
}

/// What to do instead; `None` where nothing is near.
fn hint(error: &Error) -> Option<String> {
    let arguments = named(error, ContextKind::InvalidArg);
    if arguments.iter().any(|argument| argument == PROFILE_IN_MESSAGES || argument == "[PROFILE]") {
        return Some(HOW_TO_NAME_A_PROFILE.to_owned());
    }
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let typed = arguments.first()?;
            habit(typed)
                .or_else(|| near(typed, &named(error, ContextKind::SuggestedArg)))
                .or_else(|| file(typed))
        }
        ErrorKind::InvalidSubcommand => {
            let typed = named(error, ContextKind::InvalidSubcommand);
            let typed = typed.first()?.to_lowercase();
            meant(&VERBS, &typed)
                .map(|verb| format!("did you mean `{verb}`?"))
                .or_else(|| near(&typed, &named(error, ContextKind::SuggestedSubcommand)))
                .or_else(|| Some("`strat --help` lists the commands; `strat list` the profiles".to_owned()))
        }
        ErrorKind::InvalidValue => {
            let typed = named(error, ContextKind::InvalidValue);
            value(typed.first()?, &named(error, ContextKind::ValidValue))
        }
        _ => None,
    }
}

/// What a table has for a word.
fn meant(table: &[(&[&str], &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(words, _)| words.contains(&word)).map(|(_, meaning)| *meaning)
}

fn habit(typed: &str) -> Option<String> {
    let flag = typed.split('=').next().unwrap_or_default().to_lowercase();
    meant(&HABITS, typed).or_else(|| meant(&HABITS, &flag)).map(str::to_owned)
}

/// The words of a closed list that one outside it may mean.
fn value(typed: &str, valid: &[String]) -> Option<String> {
    match meant(&VALUES, &typed.to_lowercase()).filter(|value| valid.iter().any(|valid| valid == value)) {
        Some(value) => suggestion::question(&[value]),
        None => suggestion::question(&suggestion::nearest(typed, valid.iter().map(String::as_str))),
    }
}

/// The flags among those that clap suggests that are near, or that the typed one begins with.
fn near(typed: &str, suggested: &[String]) -> Option<String> {
    let bare = |text: &str| text.trim_start_matches('-').to_owned();
    let typed = bare(typed);
    let is_near = |name: &&String| {
        let name = bare(name);
        let is_longer = name.len() >= 3 && typed.starts_with(&name);
        is_longer || !suggestion::nearest(&typed, [name.as_str()]).is_empty()
    };
    let near: Vec<&String> = suggested.iter().filter(is_near).collect();
    suggestion::question(&near)
}

/// What to do with a data file without a flag, as a shell pattern behind a flag of one file leaves it over.
fn file(typed: &str) -> Option<String> {
    let name = typed.to_lowercase();
    let is = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if name.starts_with('-') {
        None
    } else if is_data_file(&name) {
        Some(how_to_name_files("*.csv"))
    } else if is(&[".json"]) {
        Some(
            "name the file with its flag: `--portfolio FILE`, `--config FILE` or `--manifest FILE`"
                .to_owned(),
        )
    } else {
        None
    }
}
