//! The `strat` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    match strat::parse(std::env::args_os()) {
        Ok(cli) => strat::run(cli),
        Err(refusal) => refusal.report(),
    }
}
