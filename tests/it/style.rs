//! The words that `docs/style.md` rules out stand in no text that a user can see.

use std::fs;
use std::path::{Path, PathBuf};

const STYLE: &str = "docs/style.md";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The quoted words of the first column of the table of words that do not appear.
fn ruled_out() -> Vec<String> {
    let style = fs::read_to_string(root().join(STYLE)).unwrap();
    let section = style.split("## Words that do not appear").nth(1).unwrap().split("\n## ").next().unwrap();
    let cells =
        section.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The files below a folder whose names end like one of these.
fn files(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            files(&path, ends, found);
        } else if ends.iter().any(|end| name.ends_with(end)) && !name.contains("tests.rs") {
            found.push(path);
        }
    }
}

/// The code of a file up to its tests in one line, with its doc comments where they are help texts.
fn code(text: &str, has_help: bool) -> String {
    let lines = text.split("#[cfg(test)]").next().unwrap_or_default().lines().map(str::trim_start);
    let seen = lines.filter(|line| !line.starts_with("//") || (has_help && line.starts_with("///")));
    let words = seen.map(|line| line.trim_start_matches('/').trim_end_matches('\\').trim());
    words.collect::<Vec<_>>().join(" ")
}

/// Where a word or phrase stands by itself in a text, `there is no ...`, `is no longer` and `is no more` aside.
fn places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    let is_end = |character: Option<char>| character.is_none_or(|character| !character.is_alphanumeric());
    text.match_indices(word).filter_map(move |(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + word.len()..)?);
        let is_alone = is_end(before.chars().next_back()) && is_end(after.chars().next());
        let is_allowed = word.ends_with(" no")
            && (before.to_lowercase().ends_with("there ")
                || [" longer", " more"].iter().any(|next| after.starts_with(next)));
        let from = before.char_indices().rev().nth(40).map_or(0, |(from, _)| from);
        (is_alone && !is_allowed).then(|| text.get(from..at + word.len()).unwrap_or(word))
    })
}

#[test]
fn words_that_are_ruled_out_stand_in_no_text_for_users() {
    let words = ruled_out();
    assert!(words.len() > 10, "{words:?}");
    let mut all = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "action.yml"]
        .map(|name| root().join(name))
        .to_vec();
    files(&root().join("manifests"), &[".json"], &mut all);
    files(&root().join("docs"), &[".md", ".json"], &mut all);
    files(&root().join("src"), &[".rs", ".md", ".txt", ".html"], &mut all);
    all.retain(|path| !path.ends_with(STYLE));
    let mut found = Vec::new();
    for path in &all {
        let text = fs::read_to_string(path).unwrap();
        let is_code = path.extension().is_some_and(|extension| extension == "rs");
        let has_help = path.starts_with(root().join("src/command"));
        let text = if is_code { code(&text, has_help) } else { text.replace('\n', " ") };
        for word in &words {
            found.extend(places(&text, word).map(|place| format!("{}: ...{place}", path.display())));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A field that is absent in Rust is `null` in JSON, and a schema speaks of JSON.
#[test]
fn schemas_speak_of_null() {
    let mut schemas = Vec::new();
    files(&root().join("docs/schema"), &[".json"], &mut schemas);
    assert!(!schemas.is_empty());
    for path in schemas {
        assert!(!fs::read_to_string(&path).unwrap().contains("`None`"), "{}", path.display());
    }
}

#[test]
fn a_word_is_found_by_itself_and_where_it_is_allowed_it_is_not() {
    assert_eq!(places("it is no price", "is no").count(), 1);
    for allowed in ["there is no price", "There is no price", "it is no longer a price", "this nobody's"] {
        assert_eq!(places(allowed, "is no").count(), 0, "{allowed}");
    }
    let text = "/// is no price\nlet a = \"is \\\n    no price\";\n";
    assert_eq!([false, true].map(|has_help| code(text, has_help).matches("is no price").count()), [1, 2]);
}
