//! Prices of the moment for a share plan: one row per symbol.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::table::{Column, Table, TableCodes, TableError};
use super::{FileKind, Reading, cell};
use crate::account::LARGEST_VALUE_USD;
use crate::finding::{Code, Finding, Findings};
use crate::symbol::Symbol;

const CODES: TableCodes =
    TableCodes { missing: Code::PricesMissing, empty: Code::PricesEmpty, broken: Code::PricesParseFailed };

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
/// symbol with a row that can't be used has no quote. What keeps the file from being read is an error, what is wrong with
/// a row a warning.
pub fn read(path: &str, wanted: &BTreeSet<Symbol>) -> Reading<Quotes> {
    read_table(path, wanted).unwrap_or_else(Reading::from)
}

fn read_table(path: &str, wanted: &BTreeSet<Symbol>) -> Result<Reading<Quotes>, Box<Finding>> {
    let refuse = |error: TableError| Box::new(error.finding(path, CODES));
    let mut table = Table::open(path).map_err(refuse)?;
    if let Some(error) = table.repeated_among([SYMBOL, PRICE, AS_OF]) {
        return Err(refuse(error));
    }
    let [Some(symbol), Some(price), as_of] = [SYMBOL, PRICE, AS_OF].map(|name| table.find(&[name])) else {
        return Err(Box::new(
            table
                .header_finding(Code::MissingColumns, "the file of `--quotes` lacks a column")
                .expected("the columns `symbol`, `price` and optionally `as_of`")
                .hint("write a header `symbol,price` and one row per symbol"),
        ));
    };
    let columns = Columns { symbol, price, as_of };
    let mut rows =
        QuoteRows { wanted, quotes: Quotes::new(), refused: BTreeSet::new(), findings: Findings::default() };
    while table.next_row().map_err(refuse)? {
        rows.take(&table, &columns).map_err(refuse)?;
    }
    if table.rows() == 0 {
        return Err(refuse(TableError::Empty));
    }
    let mut input = table.record(FileKind::Quotes);
    let dates = || rows.quotes.values().filter_map(|quote| quote.as_of);
    (input.first, input.last) = (dates().min(), dates().max());
    rows.quotes.retain(|symbol, _| !rows.refused.contains(symbol));
    Ok(Reading { value: rows.quotes, input: Some(input), findings: rows.findings.into_vec() })
}

/// What the rows say.
struct QuoteRows<'a> {
    wanted: &'a BTreeSet<Symbol>,
    quotes: Quotes,
    refused: BTreeSet<Symbol>,
    findings: Findings,
}

struct Columns {
    symbol: Column<'static>,
    price: Column<'static>,
    as_of: Option<Column<'static>>,
}

impl QuoteRows<'_> {
    /// Takes the current row, unless its symbol is not wanted.
    fn take(&mut self, table: &Table, columns: &Columns) -> Result<(), TableError> {
        let symbol = Symbol::parse(table.text(columns.symbol.place)?);
        let Some(symbol) = symbol.filter(|symbol| self.wanted.contains(symbol)) else { return Ok(()) };
        let usd = match table.text(columns.price.place)?.trim() {
            "" => return Ok(()),
            written => written.parse::<f64>().ok().filter(|usd| *usd > 0.0 && *usd <= LARGEST_VALUE_USD),
        };
        let Some(usd) = usd else {
            let finding =
                cell::finding(Code::BadPrice, "the price is not a valid price", table, columns.price);
            self.refuse(symbol, finding.expected("US dollars a share, above 0"));
            return Ok(());
        };
        let as_of = match columns.as_of {
            Some(column) if !table.is_blank(column.place) => {
                match cell::read_date(Code::PricesParseFailed, table, column) {
                    Ok(date) => Some(date),
                    Err(finding) => {
                        self.refuse(symbol, *finding);
                        return Ok(());
                    }
                }
            }
            _ => None,
        };
        self.insert(symbol, Quote { usd, as_of }, table, columns);
        Ok(())
    }

    fn insert(&mut self, symbol: Symbol, quote: Quote, table: &Table, columns: &Columns) {
        let Some(known) = self.quotes.get(&symbol).copied() else {
            self.quotes.insert(symbol, quote);
            return;
        };
        if quote.as_of > known.as_of {
            self.quotes.insert(symbol, quote);
        } else if quote.as_of == known.as_of && quote.usd.total_cmp(&known.usd).is_ne() {
            let message = format!("{symbol} has two prices, {} and {}", known.usd, quote.usd);
            let finding = cell::finding(Code::ConflictingBar, message, table, columns.price);
            self.refuse(symbol, finding.expected("one price per symbol"));
        }
    }

    /// Only the plan reads these rows, so nothing is blocked.
    fn refuse(&mut self, symbol: Symbol, finding: Finding) {
        let hint = "correct the row; until then the share plan takes the symbol's price from elsewhere";
        self.findings.push(finding.severity(crate::finding::Severity::Warning).symbol(&symbol).or_hint(hint));
        self.refused.insert(symbol);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::finding::Severity;

    fn reading(text: &str) -> Reading<Quotes> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let wanted = ["A", "B"].map(Symbol::literal).into();
        read(file.path().to_str().unwrap(), &wanted)
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
        let missing = read("no/such/quotes.csv", &BTreeSet::new());
        assert_eq!(missing.findings[0].code, Code::PricesMissing);
    }
}
