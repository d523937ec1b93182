//! What is said of a header that no layout takes: what is missing, and what the file seems to be.

use super::is_plain_name;
use crate::finding::{Code, Finding};
use crate::input::prices::Request;
use crate::input::prices::columns::Field;
use crate::input::table::{Table, TableError};
use crate::lookalike::Spellings;
use crate::suggestion;
use crate::visible::shell_word;

/// How many lines behind the first are looked at for a header.
const MOST_LINES_BEFORE_HEADER: usize = 20;

/// The finding that a name of `--columns` is not in the file.
pub(super) fn chosen_is_missing(table: &Table, name: &str) -> Box<Finding> {
    let near = suggestion::question(&suggestion::nearest(name, table.names().iter().map(String::as_str)));
    let cure = "name one of the file's columns with `--columns`";
    Box::new(
        table
            .lacks_names(Code::MissingColumns, &[name])
            .hint(near.map_or(cure.to_owned(), |near| format!("{near} {cure}"))),
    )
}

/// The finding about a header that no layout takes; `has` says whether it has a symbol, a date and a close.
pub(super) fn unknown_layout(table: &mut Table, request: &Request<'_>, has: [bool; 3]) -> Box<Finding> {
    let parts = [Field::Symbol, Field::AsOf, Field::Close].into_iter().zip(has);
    let missing: Vec<&str> = parts.filter(|(_, has)| !has).map(|(field, _)| field.name()).collect();
    let finding = table.lacks_names(Code::MissingColumns, &missing).expected("symbol,as_of,close");
    if let Some(line) = later_header(table) {
        let message = format!("line {} is not a header; line {line} looks like one", table.header_line());
        let hint = format!("remove the lines before it: `tail -n +{line} {}`", shell_word(table.path()));
        return Box::new(Finding { message, ..finding }.hint(hint));
    }
    if let Some(renaming) = table.renaming(&missing) {
        return Box::new(finding.hint(format!("{renaming}; or name it with `--columns`")));
    }
    Box::new(match missing.as_slice() {
        ["symbol"] => finding.hint(format!(
            "name the symbol whose prices these are: `--prices QQQ={}`; or add a column `symbol`",
            shell_word(table.path())
        )),
        ["symbol", "close"] => match lookalike(table, request) {
            Some(hint) => finding.hint(hint),
            None => finding.hint(
                "add the columns, or name them with `--columns`; a file with a column for each symbol must have one of \
                 the symbols that the profile reads",
            ),
        },
        _ => finding.hint("name the columns in the first line, or with `--columns symbol=...,as_of=...,close=...`"),
    })
}

/// What to do where a column looks like a symbol that is read; it is never taken for it.
fn lookalike(table: &Table, request: &Request<'_>) -> Option<String> {
    let spellings = Spellings::new(request.wanted.keys());
    let (written, symbol) =
        table.names().iter().find_map(|name| Some((name.to_uppercase(), spellings.find(name)?)))?;
    Some(format!("the file has a column `{written}`: name it `{symbol}`, if that is meant"))
}

/// The line of a later row that looks like a header: it names a date and a close.
fn later_header(table: &mut Table) -> Option<u64> {
    for _ in 0..MOST_LINES_BEFORE_HEADER {
        match table.next_row() {
            Ok(true) | Err(TableError::Ragged { .. }) => {}
            _ => return None,
        }
        let names = table.row_as_names();
        let has = |field: Field| names.iter().any(|name| is_plain_name(field, name));
        if has(Field::AsOf) && has(Field::Close) {
            return Some(table.line());
        }
    }
    None
}
