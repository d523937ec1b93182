//! Prices of the moment for a share plan: one row per symbol.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::table::{COMMA, Column, Table, TableError, TableKind};
use super::{FileKind, Read, Reading, cell};
use crate::account::LARGEST_VALUE_USD;
use crate::finding::{Code, Finding, Findings, Severity};
use crate::symbol::Symbol;

const KIND: TableKind = TableKind {
    missing: Code::PricesMissing,
    empty: Code::PricesEmpty,
    broken: Code::PricesParseFailed,
    separators: COMMA,
};

/// The columns of a file of quotes.
const SYMBOL: &str = "symbol";
const PRICE: &str = "price";
const AS_OF: &str = "as_of";

/// The price of a symbol, and the day that the file says it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quote {
    /// US dollars a share, above 0.
    pub usd: f64,
    /// The day; `None` if the file does not say.
    pub as_of: Option<NaiveDate>,
}

/// Quotes by symbol.
pub type Quotes = BTreeMap<Symbol, Quote>;

/// Reads the quotes of the wanted symbols: `symbol`, `price` and perhaps `as_of`. Of several days the newest counts; a
/// symbol with a row that can't be used has no quote, which is a warning: only the plan reads these rows, so that nothing
/// is blocked.
///
/// # Errors
/// What keeps the file from being read.
pub fn read(path: &str, wanted: &BTreeSet<Symbol>) -> Read<Quotes> {
    let mut table = Table::open(path, KIND)?;
    table.refuse_repeated([SYMBOL, PRICE, AS_OF])?;
    let [Some(symbol), Some(price), as_of] = [SYMBOL, PRICE, AS_OF].map(|name| table.find(&[name])) else {
        return Err(Box::new(
            table
                .header_finding(Code::MissingColumns, "the file of `--quotes` lacks a column")
                .expected("the columns `symbol`, `price` and optionally `as_of`")
                .hint("write a header `symbol,price` and one row per symbol"),
        ));
    };
    let columns = Columns { price, as_of };
    let (mut quotes, mut refused, mut findings) = (Quotes::new(), BTreeSet::new(), Findings::default());
    let refuse = |error: TableError| error.finding(path, KIND);
    while table.next_row().map_err(refuse)? {
        let written = Symbol::parse(table.text(symbol.place).map_err(refuse)?);
        let Some(symbol) = written.filter(|symbol| wanted.contains(symbol)) else { continue };
        let price = table.text(price.place).map_err(refuse)?;
        if let Err(finding) = columns.add(price, &table, &symbol, &mut quotes) {
            let hint = "correct the row; until then the share plan takes the symbol's price from elsewhere";
            findings.push(finding.severity(Severity::Warning).symbol(&symbol).or_hint(hint));
            refused.insert(symbol);
        }
    }
    if table.rows() == 0 {
        return Err(refuse(TableError::Empty).into());
    }
    let mut input = table.record(FileKind::Quotes);
    let dates = || quotes.values().filter_map(|quote| quote.as_of);
    (input.first, input.last) = (dates().min(), dates().max());
    quotes.retain(|symbol, _| !refused.contains(symbol));
    Ok(Reading { value: quotes, input: Some(input), findings: findings.into_vec() })
}

struct Columns {
    price: Column<'static>,
    as_of: Option<Column<'static>>,
}

impl Columns {
    /// Adds the quote of the current row; nothing where its price is blank.
    fn add(
        &self,
        price: &str,
        table: &Table,
        symbol: &Symbol,
        quotes: &mut Quotes,
    ) -> Result<(), Box<Finding>> {
        if price.is_empty() {
            return Ok(());
        }
        let refuse = |code: Code, message: &str, expected: &str| {
            Box::new(cell::finding(code, message, table, self.price).expected(expected))
        };
        let usd = price.parse::<f64>().ok().filter(|usd| *usd > 0.0 && *usd <= LARGEST_VALUE_USD);
        let usd = usd.ok_or_else(|| {
            refuse(Code::BadPrice, "the price is not a valid price", "US dollars a share, above 0")
        })?;
        let as_of = self.as_of.filter(|column| !table.is_blank(column.place));
        let as_of = as_of.map(|column| cell::read_date(KIND.broken, table, column)).transpose()?;
        match quotes.get(symbol) {
            Some(known) if as_of == known.as_of && usd.total_cmp(&known.usd).is_ne() => {
                let message = format!("{symbol} has two prices, {} and {usd}", known.usd);
                return Err(refuse(Code::ConflictingBar, &message, "one price per symbol"));
            }
            Some(known) if as_of <= known.as_of => {}
            _ => drop(quotes.insert(symbol.clone(), Quote { usd, as_of })),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn reading(text: &str) -> Reading<Quotes> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let wanted = ["A", "B"].map(Symbol::literal).into();
        read(file.path().to_str().unwrap(), &wanted).unwrap_or_else(Reading::from)
    }

    fn quote(reading: &Reading<Quotes>, symbol: &'static str) -> Option<(f64, Option<String>)> {
        let quote = reading.value.get(&Symbol::literal(symbol))?;
        Some((quote.usd, quote.as_of.map(|date| date.to_string())))
    }

    #[test]
    fn wanted_symbols_have_a_price_and_perhaps_a_day() {
        let reading = reading("Price,Symbol,as_of\n10.5,a,2030-01-02\n3,B,\nx,C,\n");
        assert_eq!(reading.findings, vec![]);
        assert_eq!(quote(&reading, "A"), Some((10.5, Some("2030-01-02".to_owned()))));
        assert_eq!(quote(&reading, "B"), Some((3.0, None)));
        assert_eq!(reading.input.unwrap().rows, Some(3));
    }

    #[test]
    fn the_newest_day_counts_and_equal_repeats_are_one() {
        let reading = reading("symbol,price,as_of\nA,2,2025-01-03\nA,1,2025-01-02\nB,4,\nB,4.0,\n");
        assert_eq!((reading.findings.len(), quote(&reading, "A").unwrap().0), (0, 2.0));
        assert_eq!(quote(&reading, "B").unwrap().0, 4.0);
    }

    #[test]
    fn a_row_that_can_not_be_used_is_a_warning_and_no_price() {
        for (row, code) in [
            ("A,0,", Code::BadPrice),
            ("A,-1,", Code::BadPrice),
            ("A,NaN,", Code::BadPrice),
            ("A,1e400,", Code::BadPrice),
            ("A,1 USD,", Code::BadPrice),
            ("A,1,yesterday", Code::PricesParseFailed),
            ("A,1,\nA,2,", Code::ConflictingBar),
        ] {
            let reading = reading(&format!("symbol,price,as_of\n{row}\nB,7,\n"));
            let found: Vec<_> = reading.findings.iter().map(|found| (found.code, found.severity)).collect();
            assert_eq!(found, vec![(code, Severity::Warning)], "{row}");
            assert_eq!((quote(&reading, "A"), quote(&reading, "B").unwrap().0), (None, 7.0), "{row}");
        }
    }

    #[test]
    fn a_blank_price_is_no_row() {
        let reading = reading("symbol,price\nA,\nB,7\n");
        assert_eq!((reading.findings.len(), quote(&reading, "A")), (0, None));
    }

    #[test]
    fn a_file_that_can_not_be_read_is_an_error() {
        for (text, code) in [
            ("", Code::PricesEmpty),
            ("symbol,price\n", Code::PricesEmpty),
            ("symbol,last\nA,1\n", Code::MissingColumns),
            ("symbol,price,price\nA,1,1\n", Code::PricesParseFailed),
            ("symbol,price\nA,1,2\n", Code::PricesParseFailed),
        ] {
            let found: Vec<_> =
                reading(text).findings.iter().map(|found| (found.code, found.severity)).collect();
            assert_eq!(found, vec![(code, Severity::Error)], "{text}");
        }
        let missing = read("no/such/quotes.csv", &BTreeSet::new()).unwrap_err();
        assert_eq!(missing.code, Code::PricesMissing);
    }
}
