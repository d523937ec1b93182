//! `strat completions` and `strat man`: what shells and manuals know of the command line, from its one definition.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args, Command, CommandFactory, ValueHint};
use clap_complete::Shell;

use super::Answer;
use super::cli::Cli;
use crate::pipeline::UsageError;
use crate::profile::{catalog, suggestion};

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
    clap_complete::generate(flags.shell, &mut completable(Cli::command()), PROGRAM, &mut script);
    Answer { text: String::from_utf8_lossy(&script).into_owned(), ..Answer::default() }
}

/// Prints a page of the manual.
///
/// # Errors
/// When there is no such command, or the page can't be drawn.
pub fn man(flags: &ManArgs) -> anyhow::Result<Answer> {
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

/// The command line with what a shell may offer: the profiles by their keys, and files where a file is named.
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
    if is_named(&["DIR"]) {
        return argument.value_hint(ValueHint::DirPath);
    }
    if is_named(&["FILE"]) {
        return argument.value_hint(ValueHint::FilePath);
    }
    argument
}
