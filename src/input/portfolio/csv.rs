//! A portfolio in CSV: `symbol,quantity,market_value`, with a row `CASH` or `--cash` for the cash.

use super::draft::{Draft, Entry};
use super::json::SECURITY_TYPES;
use super::{AccountFlags, SHAPE};
use crate::finding::{Code, Finding, quoted};
use crate::input::source::Source;
use crate::input::table::{SEPARATORS, Table, TableCodes, TableError};
use crate::input::{FileKind, InputRecord};
use crate::symbol::Symbol;

/// The name of the row that is cash where its quantity is blank.
const CASH: &str = "CASH";

const SYMBOL: [&str; 1] = ["symbol"];
const QUANTITY: [&str; 4] = ["quantity", "qty", "position", "longquantity"];
const MARKET_VALUE: [&str; 4] = ["market_value", "marketvalue", "mktval", "market value"];

const AVERAGE_COST: &str = "average_cost";
const CURRENCY: &str = "currency";
const ACCOUNT_ID: &str = "account_id";

const CODES: TableCodes = TableCodes {
    missing: Code::PortfolioMissing,
    empty: Code::PortfolioInvalid,
    broken: Code::PortfolioInvalid,
};

struct Columns {
    symbol: usize,
    quantity: usize,
    market_value: usize,
    average_cost: Option<usize>,
    currency: Option<usize>,
    account_id: Option<usize>,
    security_type: Option<usize>,
}

/// Reads a portfolio.
///
/// # Errors
/// A finding when the file is not a table, or lacks a column.
pub(super) fn read(source: Source, flags: &AccountFlags) -> Result<(Draft, InputRecord), Box<Finding>> {
    let path = source.path().to_owned();
    let finding = |error: TableError| Box::new(error.finding(&path, CODES));
    let mut table = Table::with_separators(source, &SEPARATORS).map_err(finding)?;
    let columns = Columns::find(&table)?;
    let mut draft = Draft { sums_equity: true, cash_balance: flags.cash_usd, ..Draft::default() };
    loop {
        match table.next_row() {
            Ok(true) => columns.read_row(&table, flags, &mut draft),
            Ok(false) => break,
            Err(error @ TableError::Unreadable { .. }) => return Err(finding(error)),
            Err(error) => {
                draft.has_refused = true;
                draft.findings.push(error.finding(&path, CODES));
            }
        }
    }
    let mut record = InputRecord::new(FileKind::Portfolio, &path, table.sha256());
    record.rows = Some(table.rows());
    Ok((draft, record))
}

impl Columns {
    fn find(table: &Table) -> Result<Self, Box<Finding>> {
        let find = |names: &[&str]| names.iter().find_map(|name| table.column(name));
        let used = SYMBOL
            .iter()
            .chain(&QUANTITY)
            .chain(&MARKET_VALUE)
            .chain(&[AVERAGE_COST, CURRENCY, ACCOUNT_ID])
            .chain(&SECURITY_TYPES);
        if let Some(repeated) = table.repeated_among(used.copied()) {
            return Err(Box::new(repeated.finding(table.path(), CODES)));
        }
        match (find(&SYMBOL), find(&QUANTITY), find(&MARKET_VALUE)) {
            (Some(symbol), Some(quantity), Some(market_value)) => Ok(Self {
                symbol,
                quantity,
                market_value,
                average_cost: find(&[AVERAGE_COST]),
                currency: find(&[CURRENCY]),
                account_id: find(&[ACCOUNT_ID]),
                security_type: find(&SECURITY_TYPES),
            }),
            (symbol, quantity, market_value) => {
                let missing: Vec<&str> = [
                    (symbol, SYMBOL.as_slice()),
                    (quantity, QUANTITY.as_slice()),
                    (market_value, MARKET_VALUE.as_slice()),
                ]
                .into_iter()
                .filter(|(place, _)| place.is_none())
                .filter_map(|(_, names)| names.first().copied())
                .collect();
                Err(Box::new(
                    Finding::new(Code::PortfolioInvalid, format!("no column {}", quoted(&missing)))
                        .file(table.path())
                        .line(table.header_line())
                        .observed(table.names().join(","))
                        .expected("JSON, or CSV `symbol,quantity,market_value`")
                        .hint(table.renaming(&missing).unwrap_or_else(|| SHAPE.to_owned())),
                ))
            }
        }
    }

    fn read_row(&self, table: &Table, flags: &AccountFlags, draft: &mut Draft) {
        let text = |column: usize| String::from_utf8_lossy(table.bytes(column)).trim().to_owned();
        let optional = |column: Option<usize>| column.map(text).filter(|text| !text.is_empty());
        let symbol = Symbol::parse(&text(self.symbol));
        let is_cash =
            symbol.as_ref().is_some_and(|symbol| symbol.as_str() == CASH) && text(self.quantity).is_empty();
        let market_value = number(table, self.market_value, "market_value", draft);
        let account_id = optional(self.account_id);
        let is_of_account =
            flags.account_id.is_none() || account_id.is_none() || account_id == flags.account_id;
        if is_cash && !is_of_account {
            return;
        }
        if is_cash {
            if flags.cash_usd.is_some() {
                draft.misuse = Some((
                    "`--cash` and the row `CASH` of the portfolio both state the cash".to_owned(),
                    "leave one of the two out".to_owned(),
                ));
            }
            draft.cash_balance =
                Some(draft.cash_balance.unwrap_or_default() + market_value.unwrap_or_default());
            return;
        }
        if symbol.is_none() {
            return;
        }
        let entry = Entry {
            pointer: "symbol".to_owned(),
            line: table.line(),
            symbol,
            quantity: number(table, self.quantity, "quantity", draft),
            market_value,
            average_cost: self.average_cost.and_then(|column| {
                let is_blank = text(column).is_empty();
                if is_blank { None } else { number(table, column, "average_cost", draft) }
            }),
            currency: optional(self.currency),
            security_type: optional(self.security_type),
            account_id,
        };
        draft.entries.push(entry);
    }
}

/// A number that must be there.
fn number(table: &Table, column: usize, name: &str, draft: &mut Draft) -> Option<f64> {
    let place = table.place(column);
    let written = String::from_utf8_lossy(table.bytes(column)).trim().to_owned();
    match written.parse::<f64>() {
        Ok(number) if number.is_finite() => draft.of_possible_size(name, place, number),
        _ => {
            let message =
                if written.is_empty() { "the cell is blank" } else { "the cell is not a plain number" };
            let hint = "write plain numbers, such as 1500.25: no `$`, no commas between thousands";
            draft.refuse(name, place, message.to_owned(), &written, hint);
            None
        }
    }
}
