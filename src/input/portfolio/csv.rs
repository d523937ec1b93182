//! A portfolio in CSV: `symbol,quantity,market_value`, with a row `CASH` or `--cash` for the cash.

use super::draft::{Draft, Entry};
use super::json::SECURITY_TYPES;
use super::{AccountFlags, SHAPE};
use crate::finding::{Code, Finding};
use crate::input::source::Source;
use crate::input::table::{Column, SEPARATORS, Table, TableKind};
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

pub(super) const KIND: TableKind = TableKind {
    missing: Code::PortfolioMissing,
    empty: Code::PortfolioInvalid,
    broken: Code::PortfolioInvalid,
    separators: SEPARATORS,
};

struct Columns {
    symbol: Column<'static>,
    quantity: Column<'static>,
    market_value: Column<'static>,
    average_cost: Option<Column<'static>>,
    currency: Option<Column<'static>>,
    account_id: Option<Column<'static>>,
    security_type: Option<Column<'static>>,
}

/// Reads a portfolio.
///
/// # Errors
/// A finding when the file is not a table, or lacks a column.
pub(super) fn read(source: Source, flags: &AccountFlags) -> Result<(Draft, InputRecord), Box<Finding>> {
    let path = source.path().to_owned();
    let mut table = Table::new(source, KIND).map_err(|error| error.finding(&path, KIND))?;
    let columns = Columns::find(&table)?;
    let mut draft = Draft { sums_equity: true, cash_balance: flags.cash_usd, ..Draft::default() };
    while table.next_readable_row(&mut draft.findings)? {
        // Spreadsheets write such rows below the last one.
        if !table.is_blank_row() {
            columns.read_row(&table, flags, &mut draft);
        }
    }
    draft.has_refused = draft.findings.has_error();
    Ok((draft, table.record(FileKind::Portfolio)))
}

impl Columns {
    fn find(table: &Table) -> Result<Self, Box<Finding>> {
        let names: [&[&str]; 7] =
            [&SYMBOL, &QUANTITY, &MARKET_VALUE, &[AVERAGE_COST], &[CURRENCY], &[ACCOUNT_ID], &SECURITY_TYPES];
        table.refuse_repeated(names.into_iter().flatten().copied())?;
        let [
            Some(symbol),
            Some(quantity),
            Some(market_value),
            average_cost,
            currency,
            account_id,
            security_type,
        ] = names.map(|names| table.find(names))
        else {
            return Err(Box::new(
                table
                    .lacks(Code::PortfolioInvalid, &[&SYMBOL, &QUANTITY, &MARKET_VALUE])
                    .expected("JSON, or CSV `symbol,quantity,market_value`")
                    .or_hint(SHAPE),
            ));
        };
        Ok(Self { symbol, quantity, market_value, average_cost, currency, account_id, security_type })
    }

    fn read_row(&self, table: &Table, flags: &AccountFlags, draft: &mut Draft) {
        let text = |column: Column<'_>| table.lossy(column.place);
        let optional = |column: Option<Column<'_>>| column.map(text).filter(|text| !text.is_empty());
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
                let message = "`--cash` and the row `CASH` of the portfolio both state the cash";
                draft.misuse = Some([message, "leave one of the two out"]);
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
            average_cost: self
                .average_cost
                .filter(|column| !text(*column).is_empty())
                .and_then(|column| number(table, column, "average_cost", draft)),
            currency: optional(self.currency),
            security_type: optional(self.security_type),
            account_id,
        };
        draft.entries.push(entry);
    }
}

/// A number that must be there.
fn number(table: &Table, column: Column<'_>, name: &str, draft: &mut Draft) -> Option<f64> {
    let place = table.place(column.place);
    let written = table.lossy(column.place);
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
