//! What the documents show is what the commands print.
//!
//! In a `console` block a line that begins with `$ ` is a command, run by `sh` in the root of the repository;
//! the lines after it are all that it prints, on both streams. `UPDATE_EXPECTED=1 cargo test --test it docs` writes
//! what the commands print now into the documents, to be read and committed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set to have the documents rewritten.
const UPDATE: &str = "UPDATE_EXPECTED";

/// What parts the outputs of a block's commands: a character that no output has.
const SEPARATOR: char = '\u{1e}';

/// How the README calls the program before it is installed.
const FROM_SOURCE: &str = "cargo run --release -- ";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let mut all = vec![root().join("README.md")];
    all.extend(
        fs::read_dir(root().join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "md")),
    );
    all.sort();
    all
}

/// Runs commands in one shell and gives back what each printed.
fn printed(commands: &[&str]) -> Vec<String> {
    let mut script = String::from("strat() { \"$STRAT\" \"$@\"; }\n");
    for command in commands {
        script.push_str(&format!("{command}\nstatus=$?; printf '\\036'; (exit $status)\n"));
    }
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{script}"))
        .current_dir(root())
        .env("STRAT", env!("CARGO_BIN_EXE_strat"))
        .env_remove("STRATEGY_PROFILE")
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    // A document has no carriage returns, whatever a file that is shown has.
    let text = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    let mut parts: Vec<String> = text.split(SEPARATOR).map(str::to_owned).collect();
    parts.truncate(commands.len());
    parts
}

/// A document with the output of every command of every console block as it is now.
fn rerun(text: &str) -> (String, usize) {
    let (mut fresh, mut commands_run) = (String::new(), 0);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        fresh.push_str(line);
        fresh.push('\n');
        if line != "```console" {
            continue;
        }
        let mut commands = Vec::new();
        while let Some(inside) = lines.next_if(|inside| *inside != "```") {
            commands.extend(inside.strip_prefix("$ "));
        }
        commands_run += commands.len();
        for (command, output) in commands.iter().zip(printed(&commands)) {
            fresh.push_str(&format!("$ {command}\n{output}"));
            if !output.is_empty() && !output.ends_with('\n') {
                fresh.push('\n');
            }
        }
    }
    (fresh, commands_run)
}

#[test]
fn every_console_block_shows_what_its_commands_print() {
    let mut commands_run = 0;
    let mut stale = Vec::new();
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let (fresh, count) = rerun(&text);
        commands_run += count;
        if fresh == text {
            continue;
        }
        if env::var_os(UPDATE).is_some() {
            fs::write(&path, fresh).unwrap();
        } else {
            let differing = text.lines().zip(fresh.lines()).find(|(shown, printed)| shown != printed);
            stale.push(format!("{}: {differing:?}", path.display()));
        }
    }
    assert!(commands_run > 0, "no command was found in any document");
    assert!(stale.is_empty(), "shown, printed:\n{}", stale.join("\n"));
}

#[test]
fn the_first_command_of_the_readme_decides() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let arguments = readme.lines().find_map(|line| line.strip_prefix(FROM_SOURCE)).unwrap();
    let output = printed(&[&format!("strat {arguments}")]).remove(0);
    assert!(output.contains("these are the targets"), "{output}");
    assert!(readme.lines().any(|line| line == "cargo test"), "the second command runs the tests");
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("http") || target.starts_with('#') {
                continue;
            }
            let file = target.split('#').next().unwrap();
            assert!(path.parent().unwrap().join(file).exists(), "{}: {target}", path.display());
        }
    }
}
