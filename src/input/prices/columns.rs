//! The names that vendors give the columns of price files, and the ones that `--columns` names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::input::table::Column;
use crate::suggestion;

/// A column of a price file that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Symbol,
    AsOf,
    Close,
    Open,
    High,
    Low,
    Volume,
}

/// Names that are tickers too: in a wide file they are symbols.
const SHORT_NAMES: [&str; 9] = ["sym", "time", "day", "c", "o", "h", "l", "v", "vol"];

/// What begins the name of an adjusted column; the name itself follows.
const ADJUSTED_PREFIXES: [&str; 5] = ["adj_", "adj ", "adj", "adjusted_", "adjusted "];

/// The column of a vendor that writes `$` before prices and commas between thousands.
const NASDAQ_CLOSE: &str = "close/last";

impl Field {
    pub(crate) const ALL: [Self; 7] =
        [Self::Symbol, Self::AsOf, Self::Close, Self::Open, Self::High, Self::Low, Self::Volume];

    /// The columns that a file need not have.
    pub(super) const FURTHER: [Self; 4] = [Self::Open, Self::High, Self::Low, Self::Volume];

    /// The name in messages and in `--columns`.
    pub(crate) fn name(self) -> &'static str {
        self.names().first().copied().unwrap_or_default()
    }

    /// The names in lower case, the canonical one first; an earlier one wins.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Symbol => &["symbol", "ticker", "sym", "<ticker>"],
            // A blank name last: the index that a data-frame library wrote.
            Self::AsOf => {
                &["as_of", "date", "datetime", "timestamp", "time", "day", "window_start", "<date>", ""]
            }
            Self::Close => &["close", NASDAQ_CLOSE, "<close>", "c"],
            Self::Open => &["open", "<open>", "o"],
            Self::High => &["high", "<high>", "h"],
            Self::Low => &["low", "<low>", "l"],
            Self::Volume => &["volume", "<volume>", "<vol>", "vol", "v"],
        }
    }

    /// The column of the field at a place, for a finding.
    pub(super) fn at(self, place: usize) -> Column<'static> {
        Column { name: self.name(), place }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Whether a name in lower case is that of this field adjusted for splits and dividends.
    pub(crate) fn is_adjusted(self, name: &str) -> bool {
        ADJUSTED_PREFIXES.iter().any(|prefix| name.strip_prefix(prefix) == Some(self.name()))
    }

    /// Whether a name in lower case is one that the field is known by, adjusted or not.
    pub(crate) fn is_known_as(self, name: &str) -> bool {
        self.names().contains(&name) || self.is_bar() && self.is_adjusted(name)
    }

    fn is_bar(self) -> bool {
        !matches!(self, Self::Symbol | Self::AsOf)
    }
}

/// Whether a name is that of a close, open, high, low or volume.
pub(super) fn is_bar_name(name: &str) -> bool {
    Field::ALL.into_iter().any(|field| field.is_bar() && field.is_known_as(name))
}

/// Whether a name may be a ticker as well.
pub(super) fn is_short(name: &str) -> bool {
    SHORT_NAMES.contains(&name)
}

/// The names of `--columns`, for every price file of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct ColumnNames(BTreeMap<Field, String>);

impl ColumnNames {
    /// Reads what one `--columns` says: `symbol=Ticker,as_of=Date,close="Adj Close"`. A name with a comma needs a flag of
    /// its own.
    ///
    /// # Errors
    /// When a part is not `COLUMN=NAME`, or names a column twice.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pair = |part: &str| {
            let (field, name) = part.split_once('=')?;
            let name = name.trim();
            let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name).trim();
            let field = Field::from_name(&field.trim().to_lowercase())?;
            (!name.is_empty()).then(|| (field, name.to_lowercase()))
        };
        let pairs: Option<Vec<_>> = text.split(',').map(pair).collect();
        let pairs = pairs.or_else(|| pair(text).map(|pair| vec![pair])).ok_or_else(|| {
            let names = Field::ALL.map(Field::name);
            let typed = text.split('=').next().unwrap_or_default();
            let near = suggestion::question(&suggestion::nearest(typed, names));
            let near = near.map(|near| format!("{near} ")).unwrap_or_default();
            let names = names.join(", ");
            format!("{near}expected COLUMN=NAME, such as `close=\"Adj Close\"`, with a COLUMN of {names}")
        })?;
        let mut names = Self::default();
        for (field, name) in pairs {
            if names.0.insert(field, name).is_some() {
                return Err(format!("it names `{}` twice", field.name()));
            }
        }
        Ok(names)
    }

    /// The names of several flags together; the last one that names a column wins.
    pub fn merge(flags: &[Self]) -> Self {
        Self(flags.iter().flat_map(|flag| flag.0.clone()).collect())
    }

    /// The name of a field in lower case; `None` if not given.
    pub(super) fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// Whether every name is a position, as for a file without a header.
    pub(super) fn are_positions(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|name| position(name).is_some())
    }
}

/// The names of several flags, written as those of one.
pub(super) mod merged {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::ColumnNames;

    pub(in super::super) fn serialize<S: Serializer>(
        flags: &[ColumnNames],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        ColumnNames::merge(flags).serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<ColumnNames>, D::Error> {
        Ok(vec![ColumnNames::deserialize(deserializer)?])
    }
}

impl TryFrom<BTreeMap<String, String>> for ColumnNames {
    type Error = String;

    fn try_from(names: BTreeMap<String, String>) -> Result<Self, String> {
        let known = |(field, name): (String, String)| match Field::from_name(&field) {
            Some(field) => Ok((field, name)),
            None => Err(format!("found `{field}`, expected a column of a price file")),
        };
        names.into_iter().map(known).collect::<Result<_, _>>().map(Self)
    }
}

impl From<ColumnNames> for BTreeMap<String, String> {
    fn from(names: ColumnNames) -> Self {
        names.0.into_iter().map(|(field, name)| (field.name().to_owned(), name)).collect()
    }
}

/// A column by its position from 1.
fn position(name: &str) -> Option<usize> {
    name.parse::<usize>().ok()?.checked_sub(1)
}

/// The columns of a file or of one symbol in it, by name in lower case.
pub(super) struct Headings<'a> {
    /// The names in file order.
    pub names: Vec<(&'a str, usize)>,
    /// What `--columns` says.
    pub chosen: &'a ColumnNames,
    /// Whether names that may be tickers count.
    pub takes_short_names: bool,
}

impl<'a> Headings<'a> {
    /// The names of a header row, in which names that may be tickers count.
    pub fn new(names: &'a [String], chosen: &'a ColumnNames) -> Self {
        let names = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
        Self { names, chosen, takes_short_names: true }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| *known == name).map(|(_, place)| *place)
    }

    /// Where `--columns` puts a field: by name, else by position.
    fn chosen_place(&self, field: Field) -> Option<Result<(&'a str, usize), &'a str>> {
        let name = self.chosen.get(field)?;
        let by_position = || position(name).filter(|place| *place < self.names.len());
        Some(self.place(name).or_else(by_position).map(|place| (name, place)).ok_or(name))
    }

    /// The name and place of a field: the one that `--columns` names, else the first of its names that the file has.
    ///
    /// # Errors
    /// The name of `--columns` that the file lacks.
    pub fn find(&self, field: Field) -> Result<Option<(&'a str, usize)>, &'a str> {
        match self.chosen_place(field) {
            Some(place) => place.map(Some),
            None => Ok(self.known(field, |name| field.names().contains(&name))),
        }
    }

    /// The first of the field's names that the file has and that fits.
    fn known(&self, field: Field, fits: impl Fn(&str) -> bool) -> Option<(&'a str, usize)> {
        let rank = |name: &str| field.names().iter().position(|known| *known == name);
        self.names
            .iter()
            .filter(|(name, _)| fits(name) && (self.takes_short_names || !is_short(name)))
            // Only the first column may be without a name.
            .filter(|(name, place)| !name.is_empty() || *place == 0)
            .min_by_key(|(name, place)| (rank(name), *place))
            .copied()
    }

    /// The adjusted column of a field.
    fn adjusted(&self, field: Field) -> Option<(&'a str, usize)> {
        self.known(field, |name| field.is_adjusted(name))
    }

    /// Further columns that could be the date.
    pub fn other_dates(&self, taken: usize) -> Vec<String> {
        let is_date = |name: &str| !name.is_empty() && Field::AsOf.names().contains(&name) && !is_short(name);
        self.names
            .iter()
            .filter(|(name, place)| is_date(name) && *place != taken)
            .map(|(name, _)| (*name).to_owned())
            .collect()
    }

    /// Where the numbers of a bar stand; `None` where there is no close.
    ///
    /// # Errors
    /// The name of `--columns` that the file lacks.
    pub fn bar(&self) -> Result<Option<BarColumns>, &'a str> {
        let is_chosen = |field| self.chosen.get(field).is_some();
        let (close, rival) = match (self.find(Field::Close)?, self.adjusted(Field::Close)) {
            (Some(close), adjusted) => (close, adjusted.filter(|_| !is_chosen(Field::Close))),
            (None, Some(adjusted)) => (adjusted, None),
            (None, None) => return Ok(None),
        };
        let is_adjusted = Field::Close.is_adjusted(close.0);
        let mut raw_beside_adjusted = Vec::new();
        let mut beside = |field: Field| -> Result<Option<usize>, &'a str> {
            let mut found = self.find(field)?;
            if is_adjusted && !is_chosen(field) {
                let adjusted = self.adjusted(field).or(found.filter(|_| field == Field::Volume));
                if let (None, Some((name, _))) = (adjusted, found) {
                    raw_beside_adjusted.push((field, name.to_owned()));
                }
                found = adjusted;
            }
            Ok(found.map(|(_, place)| place))
        };
        let mut further = [None; 4];
        for (place, field) in further.iter_mut().zip(Field::FURTHER) {
            *place = beside(field)?;
        }
        let owned = |(name, place): (&str, usize)| (name.to_owned(), place);
        let (close, rival) = (owned(close), rival.map(owned));
        Ok(Some(BarColumns { close, rival, further, raw_beside_adjusted }))
    }
}

/// Where the numbers of a bar stand.
#[derive(Clone, Debug, Default)]
pub(super) struct BarColumns {
    /// The close: its name and place.
    pub close: (String, usize),
    /// An adjusted close beside a close, where `--columns` does not say which is meant.
    pub rival: Option<(String, usize)>,
    /// The places of [`Field::FURTHER`].
    pub further: [Option<usize>; 4],
    /// The columns that are not of the close's kind: raw ones beside an adjusted close.
    pub raw_beside_adjusted: Vec<(Field, String)>,
}

impl BarColumns {
    /// A column of closes alone.
    pub fn from_close(name: &str, place: usize) -> Self {
        Self { close: (name.to_owned(), place), ..Self::default() }
    }

    /// Whether prices may have a leading `$` and commas between thousands: where the vendor is known by its layout.
    pub fn has_dollar_signs(&self) -> bool {
        self.close.0 == NASDAQ_CLOSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(flags: &[&str]) -> ColumnNames {
        ColumnNames::merge(&flags.iter().map(|flag| ColumnNames::parse(flag).unwrap()).collect::<Vec<_>>())
    }

    fn headings<'a>(names: &[&'a str], chosen: &'a ColumnNames) -> Headings<'a> {
        let names = names.iter().enumerate().map(|(place, name)| (*name, place)).collect();
        Headings { names, chosen, takes_short_names: true }
    }

    #[test]
    fn a_canonical_name_wins_wherever_it_stands() {
        let none = ColumnNames::default();
        let headings = headings(&["", "ticker", "c", "date", "symbol", "as_of", "close"], &none);
        assert_eq!(headings.find(Field::Symbol), Ok(Some(("symbol", 4))));
        assert_eq!(headings.find(Field::AsOf), Ok(Some(("as_of", 5))));
        assert_eq!(headings.bar().ok().flatten().map(|bar| bar.close), Some(("close".to_owned(), 6)));
        assert_eq!(headings.other_dates(5), ["date"]);
    }

    #[test]
    fn an_adjusted_close_alone_is_the_close_and_takes_its_own_range() {
        let none = ColumnNames::default();
        for adjusted in ["adj_close", "adj close", "adjclose", "adjusted_close", "adjusted close"] {
            let headings = headings(&["date", "high", adjusted, "adj_low", "volume"], &none);
            let bar = headings.bar().ok().flatten().unwrap();
            assert_eq!((bar.close, bar.rival), ((adjusted.to_owned(), 2), None));
            assert!(matches!(bar.further, [_, None, Some(3), Some(4)]));
            assert_eq!(bar.raw_beside_adjusted, [(Field::High, "high".to_owned())]);
        }
    }

    #[test]
    fn a_close_beside_an_adjusted_one_is_ambiguous_until_it_is_named() {
        let names = ["date", "close", "adj close", "high"];
        let none = ColumnNames::default();
        let bar = headings(&names, &none).bar().ok().flatten().unwrap();
        assert_eq!((bar.close.1, bar.rival), (1, Some(("adj close".to_owned(), 2))));
        let adjusted = chosen(&["close=\"Adj Close\"", "high=high"]);
        let bar = headings(&names, &adjusted).bar().ok().flatten().unwrap();
        assert_eq!((bar.close.1, bar.rival, bar.further[1]), (2, None, Some(3)));
    }

    #[test]
    fn columns_are_named_by_name_or_position() {
        let names = chosen(&["symbol=Ticker, as_of=2", "close=Price, adjusted"]);
        assert_eq!(names.get(Field::Symbol), Some("ticker"));
        assert_eq!(names.get(Field::Close), Some("price, adjusted"));
        assert!(!names.are_positions());
        let positions = chosen(&["symbol=1,as_of=2,close=3"]);
        assert!(positions.are_positions());
        let headings = headings(&["qqq", "2025-03-31", "1"], &positions);
        assert_eq!(headings.find(Field::AsOf), Ok(Some(("2", 1))));
        assert_eq!(headings.bar().ok().flatten().map(|bar| bar.close.1), Some(2));
    }

    #[test]
    fn what_names_no_column_is_refused() {
        for bad in ["", "close", "close=", "settle=Last", "close=a,close=b"] {
            assert!(ColumnNames::parse(bad).is_err(), "{bad}");
        }
        let missing = chosen(&["close=Last"]);
        assert_eq!(headings(&["date", "close"], &missing).find(Field::Close), Err("last"));
    }
}
