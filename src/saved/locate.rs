//! Where the files of a record lie now: as they stand, below a folder, or named anew.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::decision::ContractViolation;
use crate::finding::{Code, Finding};
use crate::input::source::STANDARD_INPUT;
use crate::input::{FileKind, InputRecord};
use crate::visible::visible;

/// Where the files of a record are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// The folder that recorded paths are looked for in; `None` to open them as they stand.
    pub root: Option<String>,
    /// Files that are named anew.
    pub named: Vec<NamedFile>,
}

/// A file that takes the place of a recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// The kind of the input.
    pub kind: FileKind,
    /// Which one of its kind, from 1.
    pub place: usize,
    /// The path.
    pub path: String,
}

/// The search for the files of a record.
pub(super) struct Search<'a> {
    files: &'a Whereabouts,
    renamed: Vec<(String, String)>,
    obstacles: Vec<Finding>,
    /// How many files of a kind were placed.
    places: BTreeMap<&'static str, usize>,
}

/// Where the files are now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paths {
    /// Each path that is another one now, and the recorded one. The longest stand first: a path that is part of another one
    /// must not be replaced in it.
    renamed: Vec<(String, String)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(files: &'a Whereabouts) -> Self {
        Self { files, renamed: Vec::new(), obstacles: Vec::new(), places: BTreeMap::new() }
    }

    fn named(&self, kind: FileKind, place: usize) -> Option<&'a NamedFile> {
        self.files.named.iter().rev().find(|file| (file.kind, file.place) == (kind, place))
    }

    /// Puts the paths of now in place of the recorded ones, which stand in the order of their kinds.
    pub(super) fn place_all(&mut self, recorded: Vec<(FileKind, &mut String)>) {
        for (kind, path) in recorded {
            let place = self.places.entry(kind.as_str()).or_default();
            *place += 1;
            let place = *place;
            let now = match self.named(kind, place) {
                Some(file) => Ok(file.path.clone()),
                None if *path == STANDARD_INPUT => Err(from_standard_input(kind, place)),
                None => self.below_root(path),
            };
            self.replace(path, now);
        }
    }

    /// Puts the path of now in place of a recorded folder, of which every entry is read.
    pub(super) fn place_folder(&mut self, path: &mut String) {
        let now = self.below_root(path);
        if let (Ok(folder), Some(root)) = (&now, &self.files.root) {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let outside = entries.map(|entry| entry.path()).find(|entry| leaves(root, entry));
            self.obstacles.extend(outside.map(|entry| outside_of(root, &entry.to_string_lossy())));
        }
        self.replace(path, now);
    }

    fn below_root(&self, path: &str) -> Result<String, Box<Finding>> {
        match &self.files.root {
            Some(root) => within(root, path),
            None => Ok(path.to_owned()),
        }
    }

    fn replace(&mut self, path: &mut String, now: Result<String, Box<Finding>>) {
        match now {
            Ok(now) => {
                if now != *path {
                    self.renamed.push((now.clone(), path.clone()));
                }
                *path = now;
            }
            Err(obstacle) => self.obstacles.push(*obstacle),
        }
    }

    /// Puts the file that is named anew in place of the manifest that lay beside the snapshot.
    pub(super) fn place_sidecar(&mut self, manifest: &mut Option<String>, inputs: &[&InputRecord]) {
        let recorded = inputs.iter().find(|input| input.kind == FileKind::Manifest);
        if let (None, Some(file), Some(recorded)) = (&manifest, self.named(FileKind::Manifest, 1), recorded) {
            self.renamed.push((file.path.clone(), recorded.path.clone()));
            *manifest = Some(file.path.clone());
        }
    }

    /// Checks manifests that are read because they lie beside their snapshots, whose paths are part of their own.
    pub(super) fn check_sidecars(&mut self, beside: impl IntoIterator<Item = String>) {
        let Some(root) = self.files.root.as_deref() else { return };
        let outside = beside.into_iter().filter(|beside| leaves(root, Path::new(beside)));
        self.obstacles.extend(outside.map(|beside| outside_of(root, &beside)));
    }

    /// Where the files are.
    ///
    /// # Errors
    /// With what is not known or must not be opened.
    pub(super) fn found(self) -> Result<Paths, Vec<Finding>> {
        let Self { mut renamed, obstacles, .. } = self;
        renamed.sort_by_key(|(now, _)| std::cmp::Reverse(now.len()));
        if obstacles.is_empty() { Ok(Paths { renamed }) } else { Err(obstacles) }
    }
}

impl Paths {
    /// The path now of a recorded one.
    pub(super) fn path_now<'b>(&'b self, recorded: &'b str) -> &'b str {
        let renamed = self.renamed.iter().find(|(_, known)| known == recorded);
        renamed.map_or(recorded, |(now, _)| now)
    }

    /// A value with the recorded paths in place of those that the files have now: messages quote paths too.
    ///
    /// # Errors
    /// When a number is not finite.
    pub(super) fn under_recorded<T: Serialize + DeserializeOwned>(
        &self,
        value: T,
    ) -> Result<T, ContractViolation> {
        if self.renamed.is_empty() {
            return Ok(value);
        }
        let mut value = as_value(&value)?;
        rename(&mut value, &self.renamed);
        serde_json::from_value(value).map_err(|error| ContractViolation(error.to_string()))
    }
}

/// A record as JSON.
///
/// # Errors
/// When a number is not finite.
pub(super) fn as_value<T: Serialize>(record: &T) -> Result<Value, ContractViolation> {
    serde_json::to_value(record).map_err(|error| ContractViolation(error.to_string()))
}

fn from_standard_input(kind: FileKind, place: usize) -> Box<Finding> {
    let number = if place > 1 { format!(".{place}") } else { String::new() };
    let message = format!("the {kind} of the record came from standard input", kind = kind.as_str());
    let hint = format!("name the file with `--input {}{number}=FILE`", kind.as_str());
    Box::new(Finding::new(Code::InputMissing, message).file(STANDARD_INPUT).hint(hint))
}

/// A recorded path below a folder.
fn within(root: &str, path: &str) -> Result<String, Box<Finding>> {
    let relative = Path::new(path);
    let mut depth = 0_i64;
    for component in relative.components() {
        depth += match component {
            Component::Normal(_) => 1,
            Component::CurDir => 0,
            Component::ParentDir => -1,
            Component::RootDir | Component::Prefix(_) => i64::MIN / 2,
        };
        if depth < 0 {
            return Err(Box::new(outside_of(root, path)));
        }
    }
    let below: PathBuf = Path::new(root).join(relative);
    if leaves(root, &below) {
        return Err(Box::new(outside_of(root, path)));
    }
    Ok(below.to_string_lossy().into_owned())
}

/// Whether a path that exists leads out of a folder once its links are followed.
fn leaves(root: &str, path: &Path) -> bool {
    match (std::fs::canonicalize(root), std::fs::canonicalize(path)) {
        (Ok(root), Ok(path)) => !path.starts_with(root),
        _ => false,
    }
}

fn outside_of(root: &str, path: &str) -> Finding {
    Finding::new(Code::PathOutsideRoot, format!("the path leads out of `{}`", visible(root)))
        .file(path)
        .hint("name the file with `--input KIND=FILE`, or leave `--root` out for a record that you trust")
}

fn rename(value: &mut Value, renamed: &[(String, String)]) {
    match value {
        Value::String(text) => {
            for (now, recorded) in renamed {
                let (now, recorded) = (visible(now), visible(recorded));
                if text.contains(now.as_ref()) {
                    *text = text.replace(now.as_ref(), &recorded);
                    break;
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| rename(value, renamed)),
        Value::Object(map) => map.values_mut().for_each(|value| rename(value, renamed)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
