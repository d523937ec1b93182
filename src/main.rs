//! The `strat` command.

use std::process::ExitCode;

use strat::command;

fn main() -> ExitCode {
    match command::arguments::parse(std::env::args_os()) {
        Ok(cli) => command::run(cli),
        Err(refusal) => refusal.report(),
    }
}
