//! What the documents show is what the commands print.
//!
//! In a `console` block a line that begins with `$ ` is a command, run by `sh` in the root of the repository;
//! the lines after it are all that it prints, on both streams. `UPDATE_EXPECTED=1 cargo test --test it docs` writes
//! what the commands print now into the documents, to be read and committed.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::CommandFactory;

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

/// The environment variables that flags are read from, those of subcommands among them.
fn variables(command: &clap::Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter_map(|argument| argument.get_env());
    let own = own.map(|name| name.to_string_lossy().into_owned());
    own.chain(command.get_subcommands().flat_map(variables)).collect()
}

#[test]
fn the_page_on_security_names_every_variable_that_is_read() {
    let page = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let variables = variables(&strat::Cli::command());
    assert!(variables.len() >= 2, "{variables:?}");
    for name in &variables {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let of_the_root = ["CONTRIBUTING.md", "SECURITY.md"].map(|name| root().join(name));
    for path in documents().into_iter().chain(of_the_root) {
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

#[test]
fn every_document_is_in_the_index_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let index = readme.split_once("\n## Documents\n").unwrap().1;
    for path in documents() {
        let name = format!("](docs/{})", path.file_name().unwrap().to_string_lossy());
        assert!(path.ends_with("README.md") || index.contains(&name), "{name}");
    }
}

/// Two screens of 50 lines.
#[test]
fn the_readme_shows_a_result_within_two_screens() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let line = readme.lines().position(|line| line.starts_with("REBALANCE for")).unwrap();
    assert!(line < 100, "the first result stands on line {}", line + 1);
}

/// Blocks that no test runs as they stand, by document and language, with how many there are: inputs, and steps that
/// tests of their own take apart. Whatever shows an output is a `console` block.
const NOT_RUN_HERE: [(&str, &str, usize); 11] = [
    ("CONTRIBUTING.md", "sh", 2),
    ("architecture.md", "text", 1),
    ("calendar.md", "text", 1),
    ("cookbook.md", "bash", 2),
    ("cookbook.md", "python", 1),
    ("cookbook.md", "text", 1),
    ("cookbook.md", "yaml", 2),
    ("files.md", "csv", 1),
    ("files.md", "json", 2),
    ("platforms.md", "python", 4),
    ("platforms.md", "yaml", 2),
];

#[test]
fn every_fenced_block_is_run_or_named() {
    let mut found = std::collections::BTreeMap::new();
    let others = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(|name| root().join(name));
    for path in documents().into_iter().chain(others) {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut is_inside = false;
        for line in text.lines().filter(|line| line.trim_start().starts_with("```")) {
            is_inside = !is_inside;
            if is_inside {
                let language = line.trim_start().trim_start_matches('`').to_owned();
                // A `console` block that is set in would be passed over by the test that runs it.
                assert!(language != "console" || line.starts_with('`'), "{name}: {line}");
                *found.entry((name.clone(), language)).or_insert(0) += 1;
            }
        }
        assert!(!is_inside, "{name}: a block without an end");
    }
    // `sh` blocks of `docs/` and the README are run by `every_recipe_runs` and the cookbook's own tests.
    found.retain(|(name, language), _| {
        language != "console" && (language != "sh" || name == "CONTRIBUTING.md")
    });
    let named = NOT_RUN_HERE.map(|(name, language, count)| ((name.to_owned(), language.to_owned()), count));
    assert_eq!(found, named.into());
}

/// Programs that recipes call beside `strat`, each as a shell script that stands for it.
#[cfg(unix)]
const STAND_INS: [(&str, &str); 3] = [
    ("cargo", "exit 0"),
    // A query of prices: the two columns that the recipe asks for, in its order.
    ("duckdb", "cat prices.csv"),
    // The recipe has the reader change the profile's name by hand.
    ("jq", "cat > /dev/null; cat own.json"),
];

/// The `sh` blocks of a document, those of list items too.
#[cfg(unix)]
fn recipes(text: &str) -> Vec<String> {
    let blocks = text.split("```sh\n").skip(1);
    blocks.filter_map(|rest| Some(rest.split_once("```")?.0.trim_end().to_owned())).collect()
}

/// A folder with the files that the recipes name, and the programs on a path of its own.
#[cfg(unix)]
fn kitchen() -> tempfile::TempDir {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let kitchen = tempfile::tempdir().unwrap();
    let (at, fixtures) = (|name: &str| kitchen.path().join(name), root().join("fixtures"));
    symlink(&fixtures, at("fixtures")).unwrap();
    for folder in ["bin", "prices", "published"] {
        fs::create_dir(at(folder)).unwrap();
    }
    fs::copy(fixtures.join("prices/etf.csv"), at("prices.csv")).unwrap();
    fs::copy(fixtures.join("portfolios/nasdaq.json"), at("account.json")).unwrap();
    fs::copy(fixtures.join("prices/etf.csv"), at("prices/all.csv")).unwrap();
    let snapshot = fixtures.join("snapshots/tech_communication.csv");
    let published = "published/tech_communication_pullback_enhancement_feature_snapshot_latest.csv";
    for name in ["latest.csv", published] {
        fs::copy(&snapshot, at(name)).unwrap();
    }
    let manifest = snapshot.with_extension("csv.manifest.json");
    fs::copy(manifest, at(&format!("{published}.manifest.json"))).unwrap();
    let march = fs::read_to_string(&snapshot).unwrap().replace("2025-03-31", "2025-02-28");
    fs::write(at("march.csv"), march).unwrap();
    let own = fs::read_to_string(root().join("manifests/global_etf_rotation.json")).unwrap();
    let mut own: serde_json::Value = serde_json::from_str(&own).unwrap();
    (own["profile"], own["aliases"]) = ("my_rotation".into(), serde_json::json!([]));
    fs::write(at("own.json"), own.to_string()).unwrap();
    symlink(env!("CARGO_BIN_EXE_strat"), at("bin/strat")).unwrap();
    for (name, script) in STAND_INS {
        let path = at("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    kitchen
}

/// The cookbook's recipes have tests of their own.
#[cfg(unix)]
#[test]
fn every_recipe_runs() {
    let mut recipes_run = 0;
    for path in documents().into_iter().filter(|path| !path.ends_with("cookbook.md")) {
        for recipe in recipes(&fs::read_to_string(&path).unwrap()) {
            let kitchen = kitchen();
            let programs =
                format!("{}:{}", kitchen.path().join("bin").display(), env::var("PATH").unwrap_or_default());
            let output = Command::new("bash")
                .args(["-euo", "pipefail", "-c", &recipe])
                .current_dir(kitchen.path())
                .env("PATH", programs)
                .env_remove("STRATEGY_PROFILE")
                .env_remove("STRAT_LANG")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}:\n{recipe}\n{said}", path.display());
            recipes_run += 1;
        }
    }
    assert!(recipes_run >= 6, "{recipes_run}");
}
