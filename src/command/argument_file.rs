//! `@FILE` among the arguments: the arguments that stand in a file, one a line.

use std::ffi::OsString;
use std::fs;
use std::io;

use clap::error::ErrorKind;
use clap::{CommandFactory, Error};

use super::cli::Cli;
use crate::visible::visible;

/// What an argument begins with that names a file of arguments.
const MARK: char = '@';

/// What a line begins with that is not read.
const COMMENT: char = '#';

/// What some editors put before text in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Puts the lines of each `@FILE` in its place. Lines are trimmed; blank ones and those that begin with `#` are left out.
/// A line of a file is an argument as it stands, also where it begins with `@`. `@@x` is the argument `@x`. The first
/// argument is the program's name.
///
/// # Errors
/// When a file can't be read.
pub(super) fn expand(arguments: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, Error> {
    let mut expanded = Vec::new();
    for (place, argument) in arguments.into_iter().enumerate() {
        let marked = argument.to_str().filter(|_| place > 0).and_then(|text| text.strip_prefix(MARK));
        match marked {
            Some(literal) if literal.starts_with(MARK) => expanded.push(literal.into()),
            Some(path) => expanded.extend(lines(path)?),
            None => expanded.push(argument),
        }
    }
    Ok(expanded)
}

fn lines(path: &str) -> Result<Vec<OsString>, Error> {
    let text = fs::read_to_string(path).map_err(|error| refuse(path, &error))?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
    let arguments = text.lines().map(str::trim);
    let is_argument = |line: &&str| !line.is_empty() && !line.starts_with(COMMENT);
    Ok(arguments.filter(is_argument).map(OsString::from).collect())
}

fn refuse(path: &str, error: &io::Error) -> Error {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
        kind => kind.to_string(),
    };
    let message = format!(
        "invalid value '{MARK}{}': {reason}; `@FILE` reads arguments from a file, and `@@x` is the argument `@x`",
        visible(path)
    );
    Cli::command().error(ErrorKind::ValueValidation, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(arguments: &[&str]) -> Result<Vec<String>, String> {
        let expanded = expand(arguments.iter().map(OsString::from)).map_err(|error| error.to_string())?;
        Ok(expanded.into_iter().map(|argument| argument.into_string().unwrap()).collect())
    }

    #[test]
    fn a_line_is_an_argument() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("daily.args");
        let text =
            "\u{feff}# every day\r\ndecide\r\n\n  --set note=a b  \n--as-of=2025-03-31\n@nested\n # no\n";
        fs::write(&path, text).unwrap();
        let file = format!("@{}", path.display());
        assert_eq!(
            expanded(&["strat", &file, "--plan", "@@x"]).unwrap(),
            ["strat", "decide", "--set note=a b", "--as-of=2025-03-31", "@nested", "--plan", "@x"]
        );
        // The program's own name is no argument.
        assert_eq!(expanded(&["@strat", "list"]).unwrap(), ["@strat", "list"]);
    }

    #[test]
    fn a_file_that_can_not_be_read_is_a_usage_error() {
        let message = expanded(&["strat", "@none.args"]).unwrap_err();
        assert!(message.contains("invalid value '@none.args': there is no such file"), "{message}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latin.args");
        fs::write(&path, [0xe9]).unwrap();
        let message = expanded(&["strat", &format!("@{}", path.display())]).unwrap_err();
        assert!(message.contains("it is not text in UTF-8"), "{message}");
    }
}
