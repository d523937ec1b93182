//! A folder of files that take their places all or none.

use std::fs;
use std::path::{Path, PathBuf};

use super::output::{self, Destination, OutputError};

/// Tries that a file can be made in a folder, or where the folder is to be made: a bad path fails before the work.
///
/// # Errors
/// When none can be made.
pub(super) fn prepare(folder: &Path) -> Result<(), OutputError> {
    let nearest = folder.ancestors().find(|path| path.as_os_str().is_empty() || path.exists());
    let nearest = nearest.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    output::builder(None)
        .tempfile_in(nearest)
        .map(drop)
        .map_err(|cause| OutputError::of_folder(nearest, cause))
}

/// Writes all files into a folder, or leaves it as it was. Folders that are missing are made.
///
/// # Errors
/// When a file can't be written, or its place is taken by a folder.
pub(super) fn write<'a>(
    folder: &Path,
    files: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), OutputError> {
    let outermost = first_missing(folder);
    let written = fs::create_dir_all(folder)
        .map_err(|cause| OutputError::of_folder(folder, cause))
        .and_then(|()| files.map(|(name, text)| Ok((Destination::at(&folder.join(name))?, text))).collect())
        .and_then(output::write_all);
    if written.is_err()
        && let Some(outermost) = outermost
    {
        // The folders were made for these files alone.
        for path in folder.ancestors().take_while(|path| path.starts_with(&outermost)) {
            let _ = fs::remove_dir(path);
        }
    }
    written.map_err(OutputError::in_folder)
}

/// The outermost folder that has to be made.
fn first_missing(folder: &Path) -> Option<PathBuf> {
    let missing = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    missing.last().map(Path::to_owned)
}
