//! `strat completions` and `strat man`: what shells and manuals know of the command line, from its one definition.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args, Command, CommandFactory, ValueHint};
use clap_complete::Shell;

use super::Answer;
use super::cli::Cli;
use crate::finding::Code;
use crate::pipeline::UsageError;
use crate::profile::catalog;
use crate::suggestion;

pub(super) const COMPLETIONS_HELP: &str = "\
Examples:
  strat completions bash > ~/.local/share/bash-completion/completions/strat
  strat completions zsh > ~/.zfunc/_strat        # ~/.zfunc has to be in fpath
  strat completions fish > ~/.config/fish/completions/strat.fish";

pub(super) const MAN_HELP: &str = "\
Examples:
  strat man | man -l -
  strat man decide | man -l -
  strat man replay > strat-replay.1";

/// The name of the program.
const PROGRAM: &str = "strat";

/// The argument that names a profile.
const PROFILE: &str = "profile";

/// The flags of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell that reads the script
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// The flags of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command whose page is wanted [default: strat itself]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Prints the script that completes commands, flags, profiles and file names in a shell.
pub fn completions(flags: &CompletionsArgs) -> Answer {
    let mut script = Vec::new();
    let mut command = completable(Cli::command());
    clap_complete::generate(flags.shell, &mut command, PROGRAM, &mut script);
    let mut text = String::from_utf8_lossy(&script).into_owned();
    if flags.shell == Shell::Fish {
        text.extend(command.get_subcommands().filter_map(fish_words));
    }
    Answer { text, ..Answer::default() }
}

/// The line that has fish complete the words that stand without a flag, which its script is made without.
fn fish_words(verb: &Command) -> Option<String> {
    let values = verb.get_positionals().next()?.get_possible_values();
    let words: Vec<&str> =
        values.iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name()).collect();
    let name = verb.get_name();
    (!words.is_empty()).then(|| {
        format!(
            "complete -c {PROGRAM} -n \"__fish_{PROGRAM}_using_subcommand {name}\" -a \"{}\"\n",
            words.join(" ")
        )
    })
}

/// Prints a page of the manual.
///
/// # Errors
/// When there is no such command, or the page can't be drawn.
pub fn man(flags: &ManArgs) -> super::Result<Answer> {
    let mut command = Cli::command();
    command.build();
    let page = match &flags.command {
        None => command,
        Some(name) => command.find_subcommand(name).cloned().ok_or_else(|| unknown(name, &command))?,
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    Ok(Answer { text: String::from_utf8_lossy(&roff).into_owned(), ..Answer::default() })
}

fn unknown(name: &str, command: &Command) -> UsageError {
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let near = suggestion::question(&suggestion::nearest(name, names.iter().copied()));
    let hint = near.unwrap_or_else(|| format!("the commands are {}", names.join(", ")));
    UsageError::new(format!("there is no command `{name}`"), hint)
}

/// The command line with what a shell may offer: profiles, findings that can be allowed, files where one is named.
fn completable(command: Command) -> Command {
    command.mut_args(with_values).mut_subcommands(completable)
}

fn with_values(argument: Arg) -> Arg {
    let is_named = |names: &[&str]| {
        argument.get_value_names().into_iter().flatten().any(|name| names.contains(&name.as_str()))
    };
    // `list --profile` takes files.
    if argument.is_positional() && argument.get_id() == PROFILE {
        return argument.value_parser(PossibleValuesParser::new(catalog::keys()));
    }
    if argument.get_long() == Some("allow") {
        let allowable = Code::ALL.iter().filter(|code| code.can_be_allowed()).map(|code| code.as_str());
        return argument.value_parser(PossibleValuesParser::new(allowable.collect::<Vec<_>>()));
    }
    if is_named(&["DIR"]) {
        return argument.value_hint(ValueHint::DirPath);
    }
    if is_named(&["FILE"]) {
        return argument.value_hint(ValueHint::FilePath);
    }
    argument
}
