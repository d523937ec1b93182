//! From arguments to typed flags; of those that can't be read, what is said is safe to show and names the cure.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, Error, FromArgMatches};

use super::argument_file;
use crate::cli::{Cli, ProfileOrigin};
use crate::input::prices::{how_to_name_files, is_data_file};
use crate::visible::visible;

/// The argument that names the profile, and how messages write it.
const PROFILE: &str = "profile";
const PROFILE_IN_MESSAGES: &str = "<PROFILE>";

/// How clap writes it for `explain`, which has a flag that needs no profile.
const OPTIONAL_PROFILE: &str = "[PROFILE]";

/// What to do where it has no value.
const HOW_TO_NAME_A_PROFILE: &str = "name the profile as PROFILE, or in the environment variable STRATEGY_PROFILE; `strat list` shows them all";

/// Reads the arguments, the program's name first; `@FILE` stands for those in a file.
///
/// # Errors
/// When they make no command; also when they ask for help or the version, which is printed as an error is.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Error> {
    let mut command = Cli::command();
    let arguments = argument_file::expand(arguments)?;
    let mut matches = command.try_get_matches_from_mut(arguments).map_err(told)?;
    let profile_origin = profile_origin(&matches);
    let cli = Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))?;
    Ok(Cli { profile_origin, ..cli })
}

fn profile_origin(matches: &ArgMatches) -> ProfileOrigin {
    let verb = matches.subcommand().map(|(_, verb)| verb);
    match verb.filter(|verb| verb.try_contains_id(PROFILE).is_ok()).and_then(|v| v.value_source(PROFILE)) {
        Some(ValueSource::EnvVariable) => ProfileOrigin::Environment,
        _ => ProfileOrigin::CommandLine,
    }
}

/// An error whose quotes can't drive a terminal, and which says where a profile may be named if none was.
fn told(mut error: Error) -> Error {
    let unsafe_quotes: Vec<(ContextKind, String)> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) if visible(text) != *text => Some((kind, visible(text).into_owned())),
            _ => None,
        })
        .collect();
    if !unsafe_quotes.is_empty() {
        // The advice quotes the same once more, among styles of its own.
        error.remove(ContextKind::Suggested);
    }
    for (kind, text) in unsafe_quotes {
        error.insert(kind, ContextValue::String(text));
    }
    if matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(name)) if name == OPTIONAL_PROFILE)
    {
        error.insert(ContextKind::InvalidArg, ContextValue::String(PROFILE_IN_MESSAGES.to_owned()));
    }
    if has_file_left_over(&error) {
        let cure = ContextValue::StyledStrs(vec![StyledStr::from(how_to_name_files("*.csv"))]);
        error.insert(ContextKind::Suggested, cure);
    }
    if lacks_profile(&error) {
        let cure = ContextValue::StyledStrs(vec![StyledStr::from(HOW_TO_NAME_A_PROFILE)]);
        error.insert(ContextKind::Suggested, cure);
    }
    error
}

/// Whether an argument that is not expected is a data file, as a shell pattern behind a flag of one file leaves it over.
fn has_file_left_over(error: &Error) -> bool {
    error.kind() == ErrorKind::UnknownArgument
        && matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(name)) if is_data_file(name))
}

/// Whether the profile was left out, or its name is empty: it has no other value that can't be read.
fn lacks_profile(error: &Error) -> bool {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => argument == PROFILE_IN_MESSAGES,
        Some(ContextValue::Strings(arguments)) => arguments.iter().any(|name| name == PROFILE_IN_MESSAGES),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(arguments: &[&str]) -> String {
        let arguments = std::iter::once("strat").chain(arguments.iter().copied());
        parse(arguments.map(OsString::from)).unwrap_err().to_string()
    }

    #[test]
    fn what_is_quoted_can_not_drive_a_terminal() {
        let bell = "x\u{1b}]0;title\u{7}";
        for arguments in [
            vec!["decide", "global_etf_rotation", "--allow", bell],
            vec!["decide", "global_etf_rotation", "--as-of", bell],
            vec!["decide", "global_etf_rotation", "--equity", bell],
            vec!["decide", "global_etf_rotation", "--format", bell],
            vec!["decide", "global_etf_rotation", "a second", bell],
            vec!["decide", "global_etf_rotation", &format!("--{bell}")],
            vec![bell],
        ] {
            let message = message(&arguments);
            assert!(!message.contains(['\u{1b}', '\u{7}']), "{message:?}");
        }
        let message = message(&["decide", "global_etf_rotation", "--allow", bell]);
        assert!(message.contains(r"invalid value 'x\u{1b}]0;title\u{7}' for '--allow <CODE>'"), "{message}");
    }

    #[test]
    fn a_shell_pattern_is_told_how_to_repeat_the_flag() {
        let message = message(&["decide", "global_etf_rotation", "--prices", "a.csv", "b.csv"]);
        assert!(message.contains("repeat `--prices` for each file"), "{message}");
    }

    #[test]
    fn an_argument_that_is_wrong_otherwise_is_advised_as_ever() {
        assert!(
            message(&["decide", "x", "--pricse", "y"]).contains("tip: a similar argument exists: '--prices'")
        );
        assert!(!message(&["decide", "x", "--equity", "y"]).contains("STRATEGY_PROFILE"));
    }
}
