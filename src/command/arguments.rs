//! From arguments to typed flags; of those that can't be read, what is said is safe to show and names the cure.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, ValueEnum as _};

use super::argument_file;
use super::cli::{Cli, ProfileOrigin};
use super::usage::Refusal;
use crate::document::message::Form;

/// The argument that names the profile.
const PROFILE: &str = "profile";

/// The flag that says how standard error speaks.
const MESSAGES: &str = "--messages";

/// Reads the arguments, the program's name first. `@FILE` stands for the arguments in a file.
///
/// # Errors
/// When they make no command; also when they ask for help or the version.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Refusal> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let all = argument_file::expand(arguments.iter().cloned())
        .map_err(|error| Refusal::new(error, form(&arguments)))?;
    let form = form(&all);
    let mut command = Cli::command();
    let mut matches = command.try_get_matches_from_mut(all).map_err(|error| Refusal::new(error, form))?;
    let profile_origin = profile_origin(&matches);
    let cli = Cli::from_arg_matches_mut(&mut matches)
        .map_err(|error| Refusal::new(error.format(&mut command), form))?;
    Ok(Cli { profile_origin, ..cli })
}

/// How standard error is to speak, before the arguments are parsed: what is wrong with them is reported that way too.
fn form(arguments: &[OsString]) -> Form {
    let texts: Vec<&str> = arguments.iter().map(|argument| argument.to_str().unwrap_or_default()).collect();
    let after = |flag: &&str| flag.strip_prefix(MESSAGES)?.strip_prefix('=').map(str::to_owned);
    let joined = texts.iter().filter_map(after);
    let apart = texts.windows(2).filter_map(|pair| match pair {
        [flag, value] if *flag == MESSAGES => Some((*value).to_owned()),
        _ => None,
    });
    joined.chain(apart).last().and_then(|value| Form::from_str(&value, true).ok()).unwrap_or_default()
}

fn profile_origin(matches: &ArgMatches) -> ProfileOrigin {
    let verb = matches.subcommand().map(|(_, verb)| verb);
    match verb.filter(|verb| verb.try_contains_id(PROFILE).is_ok()).and_then(|v| v.value_source(PROFILE)) {
        Some(ValueSource::EnvVariable) => ProfileOrigin::Environment,
        _ => ProfileOrigin::CommandLine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::usage::Problem;

    fn message(arguments: &[&str]) -> String {
        let problem = problem(arguments);
        let hint = problem.hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        format!("{}{hint}", problem.message)
    }

    fn problem(arguments: &[&str]) -> Problem {
        match refused(arguments) {
            Refusal::Usage(problem) => *problem,
            Refusal::Page(page) => panic!("{page}"),
        }
    }

    fn refused(arguments: &[&str]) -> Refusal {
        let arguments = std::iter::once("strat").chain(arguments.iter().copied());
        parse(arguments.map(OsString::from)).unwrap_err()
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
    fn a_near_flag_is_named_and_a_far_one_is_not() {
        assert!(message(&["decide", "x", "--pricse", "y"]).ends_with("\nhint: did you mean `--prices`?"));
        assert!(!message(&["decide", "x", "--zzz", "y"]).contains("hint:"));
        assert!(!message(&["decide", "x", "--equity", "y"]).contains("STRATEGY_PROFILE"));
    }

    #[test]
    fn habits_of_other_tools_get_what_this_one_has() {
        for (arguments, hint) in [
            (&["decide", "x", "--json"] as &[&str], "write `--format json`"),
            (&["decide", "x", "--date", "2025-03-31"], "write `--as-of DATE`"),
            (&["decide", "x", "--date=2025-03-31"], "write `--as-of DATE`"),
            (&["decide", "x", "-o", "y"], "write `--output FILE`"),
            (&["decide", "x", "-v"], "run `strat explain` with the same inputs: it prints every step"),
            (&["decide", "x", "--verbose"], "run `strat explain` with the same inputs: it prints every step"),
            (
                &["decide", "x", "--file", "y"],
                "name each file by what it holds: `--prices`, `--snapshot`, `--portfolio`",
            ),
            (&["decide", "x", "--dry-run"], "leave it out: strat only prints, and never sends an order"),
            (
                &["decide", "x", "account.json"],
                "name the file with its flag: `--portfolio FILE`, `--config FILE` or `--manifest FILE`",
            ),
            (&["backtest"], "did you mean `replay`?"),
            (&["decde"], "did you mean `decide`?"),
        ] {
            assert_eq!(problem(arguments).hint.as_deref(), Some(hint), "{arguments:?}");
        }
    }

    #[test]
    fn every_usage_error_has_a_stable_word() {
        for (arguments, code) in [
            (&["decide", "x", "--zzz"] as &[&str], "usage_unknown_flag"),
            (&["zzz"], "usage_unknown_command"),
            (&["decide", "x", "--equity", "y"], "usage_bad_value"),
            (&["decide", "x", "--equity"], "usage_bad_value"),
            (&["decide", "x", "--sweep", "--sweep"], "usage_conflict"),
            (&["decide", "@no such file"], "usage_bad_value"),
        ] {
            assert_eq!(problem(arguments).code, code, "{arguments:?}");
        }
    }

    #[test]
    fn the_form_is_known_before_the_arguments_are_parsed() {
        let form = |arguments: &[&str]| problem(arguments).form;
        assert_eq!(form(&["decide", "x", "--zzz", "--messages", "json"]), Form::Json);
        assert_eq!(form(&["--messages=github", "decide", "x", "--zzz"]), Form::Github);
        assert_eq!(form(&["decide", "x", "--messages", "xml"]), Form::Text);
    }
}
