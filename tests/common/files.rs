//! Files to order: the folder of fixtures, sessions and price files made up, folders that go away.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use strat::Calendar;
use tempfile::TempDir;

/// The folder of fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A date as it is written.
pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The last sessions up to a date, oldest first.
pub fn sessions(count: usize, last: NaiveDate) -> Vec<NaiveDate> {
    let calendar = Calendar::default();
    let mut dates: Vec<_> = std::iter::successors(Some(last), |day| day.pred_opt())
        .filter(|day| calendar.is_session(*day))
        .take(count)
        .collect();
    dates.reverse();
    dates
}

/// One row of a price file.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub symbol: String,
    pub date: NaiveDate,
    pub close: f64,
}

/// Rows of price files, in the order in which they are to be written.
#[derive(Clone, Debug, Default)]
pub struct Prices(pub Vec<Row>);

impl Prices {
    /// The rows as a price file.
    pub fn csv(&self) -> String {
        let rows = self.0.iter().map(|row| format!("{},{},{}\n", row.symbol, row.date, row.close));
        format!("symbol,as_of,close\n{}", rows.collect::<String>())
    }

    /// Keeps the rows that pass.
    pub fn keeping(mut self, keep: impl Fn(&Row) -> bool) -> Self {
        self.0.retain(keep);
        self
    }
}

/// A folder of files that goes away.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The path of a name in it.
    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}
