//! The built binary in the folder of fixtures.

use assert_cmd::Command;
use chrono::NaiveDate;
use serde_json::Value;
use strat::SchemaName;

pub use crate::common::files::*;
use crate::common::schemas;

/// The built binary, run in the folder of fixtures, with nothing in its environment that it would heed.
pub fn strat(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("strat").unwrap();
    command.current_dir(fixtures()).args(arguments);
    for variable in [
        "STRATEGY_PROFILE",
        "STRAT_LANG",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(variable);
    }
    command
}

/// The built binary as above, on arguments that are separated by spaces.
pub fn strat_line(line: &str) -> Command {
    strat(&line.split_whitespace().collect::<Vec<_>>())
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The lines of standard error that begin with a word and a colon, without these.
    pub fn said(&self, word: &str) -> Vec<&str> {
        let prefix = format!("{word}: ");
        self.stderr.lines().filter_map(|line| line.strip_prefix(prefix.as_str())).collect()
    }
}

/// Runs a command to its end. JSON that it prints has to be of its schema, and a run that wrote a file says so.
pub fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let arguments: Vec<String> =
        command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let ended = Ended {
        code: output.status.code().expect("no signal ends it"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    schemas::assert_valid(&ended.stdout);
    schemas::assert_valid(&ended.stderr);
    assert_written(&arguments);
    assert_closing_line(&arguments, &ended);
    ended
}

/// JSON that a run wrote has to be of its schema too: the file of `--output`, its manifest, those of `--output-dir`.
fn assert_written(arguments: &[String]) {
    for pair in arguments.windows(2).filter(|pair| ["--output", "--output-dir"].contains(&pair[0].as_str())) {
        let path = fixtures().join(&pair[1]);
        let in_folder = std::fs::read_dir(&path).into_iter().flatten().map(|file| file.unwrap().path());
        let json = in_folder.filter(|path| path.extension().is_some_and(|end| end == "json"));
        // A device that takes everything may give everything too.
        for file in json.chain([path.clone()]).filter(|path| path.is_file()) {
            schemas::assert_valid(&std::fs::read_to_string(&file).unwrap_or_default());
        }
        let manifest = format!("{}.manifest.json", path.display());
        if arguments.iter().any(|argument| argument == "build-snapshot") {
            assert_manifest(&std::fs::read_to_string(manifest).unwrap_or_default());
        }
    }
}

/// Stops at a manifest of a built snapshot that its schema refuses. Such a manifest bears no name of strat's.
fn assert_manifest(text: &str) {
    if text.is_empty() {
        return;
    }
    let manifest = serde_json::from_str(text).unwrap();
    let lenient = schemas::validator(&schemas::schema(SchemaName::SnapshotManifest));
    let problems: Vec<String> = lenient.iter_errors(&manifest).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// With `--output` the last line of a log says what was written, unless the run was a usage error, could not write, or
/// was told to be quiet. The wording is in the tests of each verb. A build reports on standard output what it wrote.
fn assert_closing_line(arguments: &[String], ended: &Ended) {
    let has = |names: &[&str]| arguments.iter().any(|argument| names.contains(&argument.as_str()));
    let is_told_elsewhere = has(&["build-snapshot", "--quiet", "-q", "--messages"]);
    let to_file = arguments.windows(2).any(|pair| pair[0] == "--output" && pair[1] != "-");
    let writes = to_file && !is_told_elsewhere && !matches!(ended.code, 2 | 4);
    if writes {
        let last = ended.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("strat: "), "no closing line: {arguments:?}: {ended:?}");
    }
}

/// Runs a line of arguments to its end.
pub fn run(line: &str) -> Ended {
    ended(&mut strat_line(line))
}

impl Prices {
    /// Adds a symbol whose close grows by the same ratio every session, from a close of its own near 100 on the first of
    /// them: no two symbols hold one series.
    pub fn growing(mut self, symbol: &str, daily: f64, dates: &[NaiveDate]) -> Self {
        let mut close = symbol.bytes().fold(100.0, |close, letter| close + f64::from(letter % 32) * 0.01);
        for date in dates {
            self.0.push(Row { symbol: symbol.to_owned(), date: *date, close });
            close *= 1.0 + daily;
        }
        self
    }
}

impl Folder {
    /// The names in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.path(""))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}
