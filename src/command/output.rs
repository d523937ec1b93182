//! Where an answer goes: standard output, or a file that is written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Result;
use crate::input::source::STANDARD_INPUT;
use crate::pipeline::{NamedInput, UsageError};

/// The path that means standard output.
pub(super) const STANDARD_OUTPUT: &str = "-";

/// What standard input is read from, where it is a file.
const STANDARD_INPUT_FILE: &str = "/dev/stdin";

/// The folders whose entries stand for the files that this process has open.
const OWN_DESCRIPTORS: [&str; 2] = ["/dev/fd", "/proc/self/fd"];

/// The folder of all processes, and the name of the folder in it of the files that one of them has open.
const PROCESSES: &str = "/proc";
const DESCRIPTORS: &str = "fd";

/// How the name of a file begins that is not whole yet.
const PREFIX: &str = ".strat-";

/// The most links that are followed from one path, as many as Linux follows.
const MOST_LINKS: usize = 40;

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{place}: can't be written: {cause}")]
pub struct OutputError {
    /// The path as the user named it, or the name of the stream.
    place: String,
    cause: Cause,
    /// Whether the user named the folder that it stands in.
    is_in_folder: bool,
}

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error("the file is read-only")]
    ReadOnly,
    #[error("no such file is open")]
    NotOpen,
    #[error("{}", reason(.0))]
    System(#[from] io::Error),
}

impl OutputError {
    fn new(place: &str, cause: impl Into<Cause>) -> Self {
        Self { place: place.to_owned(), cause: cause.into(), is_in_folder: false }
    }

    /// The error of a folder that the user named.
    pub(super) fn of_folder(folder: &Path, cause: io::Error) -> Self {
        Self::new(&folder.display().to_string(), cause).in_folder()
    }

    /// The error of a file in a folder that the user named.
    pub(super) fn in_folder(self) -> Self {
        Self { is_in_folder: true, ..self }
    }

    /// How to have it written; `None` where only the system knows.
    pub fn hint(&self) -> Option<&'static str> {
        let error = match &self.cause {
            Cause::ReadOnly => {
                return Some("let its owner write to it again (`chmod u+w`), or name another file");
            }
            Cause::NotOpen => {
                return Some("open it in the shell, as `9> FILE` opens `/dev/fd/9`, or name a file");
            }
            Cause::System(error) => error,
        };
        match (error.kind(), self.is_in_folder) {
            (io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists, true) => {
                Some("name a folder, not a file")
            }
            (io::ErrorKind::NotFound, false) => Some("create the folder, or name a file in another one"),
            (io::ErrorKind::IsADirectory, false) => Some("name a file in it"),
            (io::ErrorKind::IsADirectory, true) => {
                Some("move the folder of that name, or name another `--output-dir`")
            }
            (io::ErrorKind::PermissionDenied, false) => {
                Some("name a file in a folder that the user that runs `strat` may write to")
            }
            (io::ErrorKind::PermissionDenied, true) => {
                Some("name a folder that the user that runs `strat` may write to")
            }
            (io::ErrorKind::StorageFull, false) => Some("free some space, or name a file on another disk"),
            (io::ErrorKind::StorageFull, true) => Some("free some space, or name a folder on another disk"),
            _ => None,
        }
    }
}

/// The system's words without the path that it failed on, which may be one that the user did not name.
fn reason(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
        io::ErrorKind::StorageFull => "no space is left".to_owned(),
        kind => kind.to_string(),
    }
}

/// The place for an answer that is made from these inputs: the file of `--output`, or standard output where none is named.
///
/// # Errors
/// When it is also one of them, or nothing can be written there.
pub(super) fn open(output: Option<&Path>, inputs: &[NamedInput]) -> Result<Destination> {
    output.map_or_else(|| Ok(Destination::default()), |path| open_apart("--output", path, inputs))
}

/// The place that a flag names for an answer that is made from these inputs.
///
/// # Errors
/// When it is also one of them, or nothing can be written there.
pub(super) fn open_apart(flag: &str, output: &Path, inputs: &[NamedInput]) -> Result<Destination> {
    if output == Path::new(STANDARD_OUTPUT) {
        return Ok(Destination::default());
    }
    refuse_input(flag, output, inputs)?;
    Ok(Destination::at(output)?)
}

/// Refuses an output that would take the place of a file that the answer is made from.
fn refuse_input(flag: &str, output: &Path, inputs: &[NamedInput]) -> Result<(), UsageError> {
    let Some(target) = existing_file(output) else { return Ok(()) };
    let is_target = |input: &&NamedInput| {
        let path = if input.path == STANDARD_INPUT { STANDARD_INPUT_FILE } else { &input.path };
        existing_file(Path::new(path)).as_ref() == Some(&target)
    };
    match inputs.iter().find(is_target) {
        None => Ok(()),
        Some(input) => Err(UsageError::new(
            format!("`{flag} {}` would overwrite {}", output.display(), input.what),
            "name another file for the output",
        )),
    }
}

/// The file that a path leads to, by the one path that no link is part of; `None` of a device or a pipe, which
/// may well be read and written, and where there is no file.
fn existing_file(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok().filter(|path| path.is_file())
}

/// A place for an answer, opened before the work so that a bad path fails at once.
#[derive(Debug)]
pub struct Destination {
    /// The path as the user named it, or the name of the stream.
    name: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    StandardOutput,
    StandardError,
    /// A file beside its final place, renamed to it when it is whole.
    File {
        beside: Box<NamedTempFile>,
        path: PathBuf,
    },
    /// A device, a pipe or what another open file stands for: there is nothing to rename.
    Stream(File),
}

/// Standard output.
impl Default for Destination {
    fn default() -> Self {
        Self { name: "standard output".to_owned(), place: Place::StandardOutput }
    }
}

impl Destination {
    /// Whether it is a file, no stream or device.
    pub fn is_file(&self) -> bool {
        matches!(self.place, Place::File { .. })
    }

    /// What a path names.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn at(path: &Path) -> Result<Self, OutputError> {
        let name = path.display().to_string();
        match Place::open(path) {
            Ok(place) => Ok(Self { name, place }),
            Err(cause) => Err(OutputError::new(&name, cause)),
        }
    }

    /// Writes the answer. A reader that closed the pipe is done: that is not an error.
    ///
    /// # Errors
    /// When the answer could not be written whole.
    pub fn write(mut self, text: &str) -> Result<(), OutputError> {
        self.prepare(text)?;
        self.publish(text)
    }

    /// Writes the answer beside its place, if its place is a file.
    fn prepare(&mut self, text: &str) -> Result<(), OutputError> {
        let Place::File { beside, .. } = &mut self.place else { return Ok(()) };
        beside
            .write_all(text.as_bytes())
            .and_then(|()| beside.as_file().sync_all())
            .map_err(|cause| OutputError::new(&self.name, cause))
    }

    /// Puts the prepared answer in its place.
    fn publish(self, text: &str) -> Result<(), OutputError> {
        let bytes = text.as_bytes();
        match self.place {
            Place::StandardOutput => unless_closed(write_to(io::stdout().lock(), bytes)),
            Place::StandardError => unless_closed(write_to(io::stderr().lock(), bytes)),
            Place::Stream(stream) => unless_closed(write_to(stream, bytes)),
            Place::File { beside, path } => beside.persist(&path).map(|_| ()).map_err(|error| error.error),
        }
        .map_err(|cause| OutputError::new(&self.name, cause))
    }

    /// Keeps what a file of this place has now, so that it can be given back.
    fn keep(&self) -> Result<Option<Kept>, OutputError> {
        let Place::File { path, .. } = &self.place else { return Ok(None) };
        Kept::of(path).map(Some).map_err(|cause| OutputError::new(&self.name, cause))
    }
}

/// Writes several answers in turn: no file takes its place before all of them are whole, and if one can't take it, those
/// before it give theirs back.
///
/// # Errors
/// When one could not be written whole.
pub fn write_all(mut answers: Vec<(Destination, &str)>) -> Result<(), OutputError> {
    for (destination, text) in &mut answers {
        destination.prepare(text)?;
    }
    let mut replaced: Vec<Kept> = Vec::new();
    for (destination, text) in answers {
        let done = destination.keep().and_then(|kept| destination.publish(text).map(|()| kept));
        match done {
            Ok(kept) => replaced.extend(kept),
            Err(error) => {
                replaced.into_iter().rev().for_each(Kept::give_back);
                return Err(error);
            }
        }
    }
    Ok(())
}

/// What stood in the place of a file, kept beside it until all files are in theirs.
struct Kept {
    path: PathBuf,
    before: Option<tempfile::TempPath>,
}

impl Kept {
    fn of(path: &Path) -> io::Result<Self> {
        let mut before = None;
        if path.exists() {
            let kept = builder(None).tempfile_in(folder_of(path))?.into_temp_path();
            fs::remove_file(&kept)?;
            fs::hard_link(path, &kept).or_else(|_| fs::copy(path, &kept).map(drop))?;
            before = Some(kept);
        }
        Ok(Self { path: path.to_owned(), before })
    }

    fn give_back(self) {
        match self.before {
            Some(before) => drop(before.persist(&self.path)),
            None => drop(fs::remove_file(&self.path)),
        }
    }
}

impl Place {
    fn open(path: &Path) -> Result<Self, Cause> {
        let metadata = fs::metadata(path).ok();
        if metadata.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
        }
        match (Descriptor::of(path), metadata) {
            (Some(_), None) => Err(Cause::NotOpen),
            (Some(Descriptor::StandardOutput), _) => Ok(Self::StandardOutput),
            (Some(Descriptor::StandardError), _) => Ok(Self::StandardError),
            (Some(Descriptor::Other), _) => Ok(Self::Stream(appending(path)?)),
            (None, Some(metadata)) if !metadata.is_file() => Ok(Self::Stream(appending(path)?)),
            (None, metadata) => Self::open_file(path, metadata.as_ref()),
        }
    }

    fn open_file(path: &Path, existing: Option<&fs::Metadata>) -> Result<Self, Cause> {
        if existing.is_some_and(|metadata| metadata.permissions().readonly()) {
            return Err(Cause::ReadOnly);
        }
        // A link stays a link: what it points at is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let beside = builder(existing).tempfile_in(folder_of(&path))?;
        if let Some(metadata) = existing {
            keep_permissions_and_owner(beside.as_file(), metadata)?;
        }
        Ok(Self::File { beside: Box::new(beside), path })
    }
}

/// A file that a path stands for because a process has it open. What is in it is not the answer's to replace: a
/// shell may have put it there (`>> log`), and may go on writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Descriptor {
    /// Standard output. It is written to as the stream that it is: who shares it writes on behind the answer.
    StandardOutput,
    /// Standard error, written to likewise.
    StandardError,
    /// Any other: it can only be opened again, to append to it.
    Other,
}

impl Descriptor {
    /// What a path leads to, if it is such a file: `/dev/stdout` and `/dev/fd/3` are, and so is a link to one.
    ///
    /// The last link on the way, from the folder of open files to the file itself, is the one not to follow.
    fn of(path: &Path) -> Option<Self> {
        let own: Vec<PathBuf> =
            OWN_DESCRIPTORS.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            let folder = fs::canonicalize(folder_of(&path)).ok()?;
            let name = path.file_name()?.to_owned();
            if own.contains(&folder) {
                return Some(match name.to_str() {
                    Some("1") => Self::StandardOutput,
                    Some("2") => Self::StandardError,
                    _ => Self::Other,
                });
            }
            if folder.starts_with(PROCESSES) && folder.ends_with(DESCRIPTORS) {
                return Some(Self::Other);
            }
            path = folder.join(fs::read_link(folder.join(name)).ok()?);
        }
        None
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn appending(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).open(path)
}

fn write_to(mut stream: impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).and_then(|()| stream.flush())
}

fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// New files get the permissions that the user's mask leaves, as those of any other program; what takes the place of
/// a file must at no time be open to more users than that is.
#[cfg(unix)]
pub(super) fn builder(existing: Option<&fs::Metadata>) -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    const READ_AND_WRITE_BY_MASK: u32 = 0o666;
    const ALL_USERS: u32 = 0o777;
    let mut builder = tempfile::Builder::new();
    let mode = existing.map_or(READ_AND_WRITE_BY_MASK, |metadata| metadata.permissions().mode() & ALL_USERS);
    builder.prefix(PREFIX).permissions(fs::Permissions::from_mode(mode));
    builder
}

#[cfg(not(unix))]
pub(super) fn builder(_: Option<&fs::Metadata>) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    builder
}

/// Gives a file what the one that it takes the place of has.
fn keep_permissions_and_owner(file: &File, existing: &fs::Metadata) -> io::Result<()> {
    // Not every file system lets permissions be set, and then all files have the same.
    if file.metadata()?.permissions() != existing.permissions() {
        file.set_permissions(existing.permissions())?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        // A user that may not give files away owns what they write, here as anywhere else.
        let _ = fchown(file, None, Some(existing.gid()));
        let _ = fchown(file, Some(existing.uid()), None);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decision.json");
        fs::write(&path, "yesterday's, which was longer").unwrap();
        Destination::at(&path).unwrap().write("today's").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "today's");
    }

    #[test]
    fn a_file_that_can_not_take_its_place_gives_the_others_theirs_back() {
        let folder = tempfile::tempdir().unwrap();
        let [old, new, taken] = ["old", "new", "taken"].map(|name| folder.path().join(name));
        fs::write(&old, "yesterday's").unwrap();
        let answers = [&old, &new, &taken].map(|path| (Destination::at(path).unwrap(), "today's"));
        fs::create_dir(&taken).unwrap();
        let error = write_all(answers.into()).unwrap_err();
        assert!(error.to_string().starts_with(taken.to_str().unwrap()), "{error}");
        assert_eq!(fs::read_to_string(&old).unwrap(), "yesterday's");
        assert!(!new.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "old and taken");
    }

    #[test]
    fn nothing_is_left_behind_when_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        drop(Destination::at(&folder.path().join("decision.json")).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_fails_at_once() {
        let error = Destination::at(Path::new("/no/such/folder/decision.json")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/no/such/folder/decision.json: can't be written: there is no such folder"
        );
        let error = Destination::at(Path::new("/")).unwrap_err();
        assert_eq!(error.to_string(), "/: can't be written: it is a folder, not a file");
        assert_eq!(error.hint(), Some("name a file in it"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let error = Destination::at(Path::new("/dev/full")).unwrap().write("x").unwrap_err();
        assert_eq!(error.to_string(), "/dev/full: can't be written: no space is left");
    }

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decision.json");
        for kept in [0o600, 0o640, 0o666, 0o200] {
            fs::write(&path, "yesterday's").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
            let destination = Destination::at(&path).unwrap();
            let Place::File { beside, .. } = &destination.place else { panic!("{destination:?}") };
            assert_eq!(mode(beside.path()), kept, "before anything is in it");
            destination.write("today's").unwrap();
            assert_eq!(mode(&path), kept);
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn a_read_only_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decision.json");
        fs::write(&path, "signed off").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = Destination::at(&path).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: can't be written: the file is read-only", path.display()));
        assert_eq!(error.hint(), Some("let its owner write to it again (`chmod u+w`), or name another file"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "signed off");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_names_of_open_files_are_known_and_so_are_links_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/stderr", &link).unwrap();
        let relative = folder.path().join("relative");
        std::os::unix::fs::symlink("link", &relative).unwrap();
        let round = folder.path().join("round");
        std::os::unix::fs::symlink("round", &round).unwrap();
        let file = folder.path().join("1");
        fs::write(&file, "").unwrap();
        let of = |path: &str| Descriptor::of(Path::new(path));
        for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/../dev/stdout"] {
            assert_eq!(of(path), Some(Descriptor::StandardOutput), "{path}");
        }
        assert_eq!(Descriptor::of(&link), Some(Descriptor::StandardError));
        assert_eq!(Descriptor::of(&relative), Some(Descriptor::StandardError));
        for path in ["/dev/stdin", "/dev/fd/63", "/proc/thread-self/fd/1"] {
            assert_eq!(of(path), Some(Descriptor::Other), "{path}");
        }
        for path in [&*round, &*file, Path::new("/dev/null"), Path::new("out"), Path::new("/")] {
            assert_eq!(Descriptor::of(path), None, "{}", path.display());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_open_file_that_is_not_open_is_an_error() {
        let error = Destination::at(Path::new("/dev/fd/987")).unwrap_err();
        assert_eq!(error.to_string(), "/dev/fd/987: can't be written: no such file is open");
        assert_eq!(
            error.hint(),
            Some("open it in the shell, as `9> FILE` opens `/dev/fd/9`, or name a file")
        );
    }
}
