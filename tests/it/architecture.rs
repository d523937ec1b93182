//! The floors of `docs/architecture.md`: a room imports only rooms below it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up.
const FLOORS: [&str; 35] = [
    "visible",
    "serial",
    "suggestion",
    "language",
    "amount",
    "digest",
    "symbol",
    "lookalike",
    "words",
    "account",
    "number",
    "statistics",
    "finding",
    "market",
    "flag",
    "feature",
    "strategy",
    "profile",
    "input",
    "check",
    "next_dates",
    "decision",
    "plan",
    "platform",
    "pipeline",
    "document",
    "record",
    "explain",
    "replay",
    "validation",
    "saved",
    "report",
    "snapshot_build",
    "view",
    "command",
];

/// The rooms inside `strategy` that no import of theirs may tie to one strategy.
const COMMON_TO_STRATEGIES: [&str; 7] =
    ["contract", "inputs", "outcome", "recipe", "shared", "sheet", "trace"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file below a folder, test files aside.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path));
        } else if name.ends_with(".rs")
            && !(["tests.rs", "worked.rs"].contains(&name.as_str()) || name.ends_with("_properties.rs"))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of a file without its comments and its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let is_of_tests = |rest: &&str| rest.starts_with("mod ") || rest.starts_with("#[path");
    let mut parts = text.split("#[cfg(test)]\n");
    let first = parts.next().unwrap_or_default();
    let code: String = std::iter::once(first).chain(parts.take_while(|rest| !is_of_tests(rest))).collect();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The names that follow a path's beginning, `crate::` or `crate::strategy::`.
fn names_after<'a>(code: &'a str, beginning: &str) -> BTreeSet<&'a str> {
    let name = |rest: &'a str| {
        rest.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_')).next()
    };
    code.split(beginning).skip(1).filter_map(name).filter(|name| !name.is_empty()).collect()
}

/// The first folder or file of a path inside `src`.
fn room(path: &Path) -> String {
    let inside = path.strip_prefix(source()).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn no_import_runs_back_up_the_floors() {
    let floor = |room: &str| FLOORS.iter().position(|known| *known == room);
    let mut upwards = BTreeSet::new();
    for path in files(&source()) {
        let from = room(&path);
        if ["lib", "main"].contains(&from.as_str()) {
            continue;
        }
        let own = floor(&from).unwrap_or_else(|| panic!("`{from}` has no floor yet: add it to FLOORS"));
        let code = code(&path);
        for to in names_after(&code, "crate::") {
            if floor(to).is_some_and(|other| other > own) {
                upwards.insert((from.clone(), to.to_owned()));
            }
        }
    }
    assert!(upwards.is_empty(), "{upwards:?}");
}

/// What is not shown is watched: the compiler warns of what is unused.
#[test]
fn the_library_shows_no_room() {
    let library = fs::read_to_string(source().join("lib.rs")).unwrap();
    let shown: Vec<&str> = library.lines().filter(|line| line.starts_with("pub mod")).collect();
    assert_eq!(shown, [""; 0]);
}

#[test]
fn what_strategies_share_names_no_strategy() {
    let folder = source().join("strategy");
    let strategies: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("rule.rs").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(strategies.len() >= 7, "{strategies:?}");
    for path in files(&source()) {
        let inside = path.strip_prefix(source()).unwrap().to_string_lossy().replace('\\', "/");
        let own = strategies.iter().find(|name| inside.starts_with(&format!("strategy/{name}/")));
        if inside == "strategy/mod.rs" {
            continue;
        }
        let code = code(&path);
        let named: Vec<&str> = names_after(&code, "crate::strategy::")
            .into_iter()
            .filter(|name| {
                strategies.iter().any(|strategy| strategy == name) && own.is_none_or(|own| own != name)
            })
            .collect();
        assert!(named.is_empty(), "{inside} names {named:?}");
        // Grouped imports name them without the path.
        if COMMON_TO_STRATEGIES.iter().any(|room| inside.starts_with(&format!("strategy/{room}"))) {
            for strategy in &strategies {
                assert!(!code.contains(strategy.as_str()), "{inside} names `{strategy}`");
            }
        }
    }
}

/// The most lines of a file without its tests.
const MOST_LINES: usize = 450;

/// Files that are tables: a line more is an entry more, so they may be longer.
const TABLES: [&str; 0] = [];

/// How many lines of a file are no test.
fn lines_without_tests(path: &Path) -> usize {
    let text = fs::read_to_string(path).unwrap();
    let mut count = 0;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_test_module = line == "#[cfg(test)]" && lines.peek().is_some_and(|next| next.ends_with(" {"));
        if is_test_module {
            lines.by_ref().find(|line| *line == "}");
        } else {
            count += 1;
        }
    }
    count
}

#[test]
fn no_room_is_too_long_to_read_at_once() {
    let too_long: Vec<String> = files(&source())
        .iter()
        .map(|path| {
            (path.strip_prefix(source()).unwrap().to_string_lossy().into_owned(), lines_without_tests(path))
        })
        .filter(|(name, lines)| *lines > MOST_LINES && !TABLES.contains(&name.as_str()))
        .map(|(name, lines)| format!("{name}: {lines}"))
        .collect();
    assert!(too_long.is_empty(), "more than {MOST_LINES} lines without tests: {too_long:?}");
}
