//! Where an answer goes: standard output, or a file that is written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// The path that means standard output.
const STANDARD_OUTPUT: &str = "-";

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{place}: can't be written: {}", reason(cause))]
pub struct OutputError {
    /// The path, or the name of the stream.
    place: String,
    cause: io::Error,
}

impl OutputError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let place = path.display().to_string();
        move |cause| Self { place, cause }
    }

    /// How to have it written; `None` where only the system knows.
    pub fn hint(&self) -> Option<&'static str> {
        match self.cause.kind() {
            io::ErrorKind::NotFound => Some("make the folder, or name a file in another one"),
            io::ErrorKind::IsADirectory => Some("name a file in it"),
            io::ErrorKind::PermissionDenied => {
                Some("name a file in a folder that the user that runs `strat` may write to")
            }
            io::ErrorKind::StorageFull => Some("free some space, or name a file on another disk"),
            _ => None,
        }
    }
}

/// The system's words without the path that it failed on, which may be one that nobody named.
fn reason(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory, not a file".to_owned(),
        io::ErrorKind::StorageFull => "no space is left".to_owned(),
        kind => kind.to_string(),
    }
}

/// A place for an answer, opened before the work so that a bad path fails at once.
#[derive(Debug)]
pub struct Destination(Place);

#[derive(Debug)]
enum Place {
    StandardOutput,
    /// A file beside its final place, renamed to it when it is whole.
    File {
        beside: Box<NamedTempFile>,
        path: PathBuf,
    },
    /// A device or a pipe: there is nothing to rename.
    Stream {
        stream: File,
        path: PathBuf,
    },
}

impl Destination {
    /// Standard output.
    pub fn standard_output() -> Self {
        Self(Place::StandardOutput)
    }

    /// The file of `--output`, or standard output where none is named.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn open(path: Option<&Path>) -> Result<Self, OutputError> {
        let Some(path) = path.filter(|path| *path != Path::new(STANDARD_OUTPUT)) else {
            return Ok(Self::standard_output());
        };
        // A link stays a link: what it points at is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let is_stream = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(OutputError::at(&path)(io::ErrorKind::IsADirectory.into()));
            }
            Ok(metadata) => !metadata.is_file(),
            Err(_) => false,
        };
        if is_stream {
            let stream = OpenOptions::new().write(true).open(&path).map_err(OutputError::at(&path))?;
            return Ok(Self(Place::Stream { stream, path }));
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let beside = builder().tempfile_in(folder).map_err(OutputError::at(&path))?;
        Ok(Self(Place::File { beside: Box::new(beside), path }))
    }

    /// Writes the answer. A reader that closed the pipe has had enough: that is no error.
    ///
    /// # Errors
    /// When the answer could not be written whole.
    pub fn write(self, text: &str) -> Result<(), OutputError> {
        match self.0 {
            Place::StandardOutput => {
                let mut stdout = io::stdout().lock();
                let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
                unless_closed(written).map_err(OutputError::at(Path::new("standard output")))
            }
            Place::File { mut beside, path } => beside
                .write_all(text.as_bytes())
                .and_then(|()| beside.as_file().sync_all())
                .and_then(|()| beside.persist(&path).map(|_| ()).map_err(|error| error.error))
                .map_err(OutputError::at(&path)),
            Place::Stream { mut stream, path } => {
                unless_closed(stream.write_all(text.as_bytes())).map_err(OutputError::at(&path))
            }
        }
    }
}

fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// New files get the permissions that the user's mask leaves, as those of any other program.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".strat-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        const READ_AND_WRITE_BY_MASK: u32 = 0o666;
        builder.permissions(fs::Permissions::from_mode(READ_AND_WRITE_BY_MASK));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decision.json");
        fs::write(&path, "yesterday's, which was longer").unwrap();
        Destination::open(Some(&path)).unwrap().write("today's").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "today's");
    }

    #[test]
    fn nothing_is_left_behind_when_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        drop(Destination::open(Some(&folder.path().join("decision.json"))).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_fails_at_once() {
        let error = Destination::open(Some(Path::new("/no/such/folder/decision.json"))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/no/such/folder/decision.json: can't be written: there is no such folder"
        );
        let error = Destination::open(Some(Path::new("/"))).unwrap_err();
        assert_eq!(error.to_string(), "/: can't be written: it is a directory, not a file");
        assert_eq!(error.hint(), Some("name a file in it"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let error = Destination::open(Some(Path::new("/dev/full"))).unwrap().write("x").unwrap_err();
        assert_eq!(error.to_string(), "/dev/full: can't be written: no space is left");
    }
}
