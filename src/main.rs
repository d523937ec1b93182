//! The `strat` command.

use std::process::ExitCode;

use clap::Parser;
use strat::cli::Cli;

fn main() -> ExitCode {
    strat::command::run(Cli::parse())
}
