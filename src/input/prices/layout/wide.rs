//! Wide files: a row a date, a column of closes for each symbol.

use super::{Layout, Sheet, find, is_plain_name};
use crate::finding::{Code, Finding};
use crate::input::prices::columns::{BarColumns, Field, Headings, is_short};
use crate::input::prices::layout::Body;
use crate::input::prices::{PriceFile, Request};
use crate::input::table::Table;
use crate::symbol::Symbol;

/// The symbols that the command knows and a header without a close column names; `None` of a file that is not wide.
///
/// Of `SYMBOL=FILE` a short name that is a known ticker too is a column: `QQQ=FILE` with `time,c` is read, whoever
/// holds Citigroup.
pub(super) fn known_symbols<'a>(
    headings: &Headings<'a>,
    file: &PriceFile,
    request: &Request<'_>,
) -> Option<Vec<&'a str>> {
    let mut names = headings.names.iter().map(|(name, _)| *name);
    if names.any(|name| is_plain_name(Field::Close, name)) || request.names.get(Field::Close).is_some() {
        return None;
    }
    let is_known = |name: &str| {
        Symbol::parse(name).is_some_and(|symbol| {
            request.wanted.contains_key(&symbol)
                || request.known.contains(&symbol)
                || file.symbol.as_ref() == Some(&symbol)
        })
    };
    let known: Vec<&str> =
        headings.names.iter().map(|(name, _)| *name).filter(|name| is_known(name)).collect();
    let is_wide = known.iter().any(|name| file.symbol.is_none() || !is_short(name));
    is_wide.then_some(known)
}

/// The columns of a wide file.
///
/// # Errors
/// When it has no date column, names a known symbol twice, or was named as the file of one symbol.
pub(super) fn sheet(
    table: &Table,
    file: &PriceFile,
    request: &Request<'_>,
    headings: &Headings<'_>,
    known: &[&str],
) -> Result<Sheet, Box<Finding>> {
    let dates = Headings { names: headings.names.clone(), takes_short_names: false, ..*headings };
    let Some((name, place)) = find(&dates, Field::AsOf, table)? else {
        return Err(Box::new(
            table
                .lacks_names(Code::MissingColumns, &[Field::AsOf.name()])
                .expected("a date column beside the symbols")
                .hint("name the date column `date`, or say which it is with `--columns as_of=NAME`"),
        ));
    };
    if let Some(symbol) = &file.symbol {
        let message =
            format!("the file has a column for each of several symbols, and no close column for `{symbol}`");
        return Err(Box::new(
            table
                .header_finding(Code::MissingColumns, message)
                .hint(format!("name the file without `{symbol}=`")),
        ));
    }
    table.refuse_repeated(known.iter().copied().chain([name]))?;
    let other_dates = dates.other_dates(place);
    let (mut groups, mut passed_over) = (Vec::new(), Vec::new());
    for (header, at) in &headings.names {
        if *at == place || other_dates.iter().any(|other| other == header) {
            continue;
        }
        match Symbol::parse(header) {
            Some(symbol) if request.wants(&symbol) => {
                let bar = BarColumns::from_close(symbol.as_str(), *at);
                groups.push((symbol, bar));
            }
            other => passed_over.extend(other),
        }
    }
    Ok(Sheet {
        layout: Layout::Wide,
        date: (name.to_owned(), place),
        other_dates,
        body: Body::Columns(groups),
        headers: vec![table.names().to_vec()],
        passed_over,
    })
}
