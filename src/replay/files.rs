//! The files of the output folder: their rows, and writing them all or none.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use tempfile::NamedTempFile;

use super::diary::Diary;
use super::figures::Figures;
use super::history::{Benchmark, History};
use crate::number::Number;
use crate::symbol::Symbol;

/// One file of the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputFile {
    /// Its name in the folder.
    pub name: &'static str,
    /// What is in it.
    pub text: String,
}

/// A number below this, or above its inverse, is written with an exponent.
const SMALLEST_PLAIN: f64 = 1e-7;

/// The shortest form of a number that reads back the same.
pub(crate) fn shortest(number: f64) -> String {
    // Adding zero turns -0.0 into 0.0.
    let number = number + 0.0;
    let size = number.abs();
    if number == 0.0 || (SMALLEST_PLAIN..1.0 / SMALLEST_PLAIN * 1e9).contains(&size) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

fn or_blank<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map(text).unwrap_or_default()
}

/// CSV with LF: a field is quoted where it has to be.
fn csv(header: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    let mut line = |fields: &[String]| {
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            if field.contains([',', '"', '\n', '\r']) {
                let _ = write!(text, "\"{}\"", field.replace('"', "\"\""));
            } else {
                text.push_str(field);
            }
        }
        text.push('\n');
    };
    line(header);
    for row in rows {
        line(&row);
    }
    text
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// `summary.csv`: a row an account, a column a figure.
pub(crate) fn summary(accounts: &[(String, Figures)]) -> OutputFile {
    let names = cells(&Figures::default()).into_iter().map(|(name, _)| name.to_owned());
    let header: Vec<String> = std::iter::once("account".to_owned()).chain(names).collect();
    let rows = accounts.iter().map(|(account, figures)| {
        std::iter::once(account.clone()).chain(cells(figures).into_iter().map(|(_, cell)| cell)).collect()
    });
    OutputFile { name: "summary.csv", text: csv(&header, rows) }
}

/// Every figure with its key, blank where there is none.
pub(crate) fn cells(figures: &Figures) -> Vec<(&'static str, String)> {
    let number = |value: Option<Number>| or_blank(value, |number| shortest(number.0));
    let date = |value: Option<NaiveDate>| or_blank(value, |date| date.to_string());
    let count = |value: Option<usize>| or_blank(value, |count| count.to_string());
    let curve = &figures.curve;
    vec![
        ("total_return", number(curve.total_return)),
        ("final_equity_usd", number(curve.final_equity_usd)),
        ("cagr", number(curve.cagr)),
        ("volatility", number(curve.volatility)),
        ("sharpe", number(curve.sharpe)),
        ("max_drawdown", number(curve.max_drawdown)),
        ("drawdown_peak", date(curve.drawdown_peak)),
        ("drawdown_trough", date(curve.drawdown_trough)),
        ("drawdown_recovered", date(curve.drawdown_recovered)),
        ("longest_drawdown_days", or_blank(curve.longest_drawdown_days, |days| days.to_string())),
        ("calmar", number(curve.calmar)),
        ("turnover_per_year", number(figures.turnover_per_year)),
        ("cost_usd", number(figures.cost_usd)),
        ("trade_sessions_per_year", number(figures.trade_sessions_per_year)),
        ("average_invested", number(figures.average_invested)),
        ("average_cash", number(figures.average_cash)),
        ("decisions", count(figures.decisions)),
        ("changes", count(figures.changes)),
        ("blocked", count(figures.blocked)),
        ("first_fill", date(figures.first_fill)),
        ("benchmark_total_return", number(figures.benchmark_total_return)),
        ("benchmark_cagr", number(figures.benchmark_cagr)),
        ("benchmark_max_drawdown", number(figures.benchmark_max_drawdown)),
        ("correlation", number(figures.correlation)),
        ("beta", number(figures.beta)),
        ("cagr_gap", number(figures.cagr_gap)),
        ("weight_gap", number(figures.weight_gap)),
    ]
}

/// `portfolio_returns.csv`: the model account beside the benchmark.
pub(crate) fn returns(sessions: &[NaiveDate], model: &History, benchmark: Option<&Benchmark>) -> OutputFile {
    let rows = sessions.iter().zip(&model.closes).enumerate().map(|(place, (date, close))| {
        let theirs = place.checked_sub(1).and_then(|place| benchmark?.returns.get(place));
        vec![
            date.to_string(),
            or_blank(close.portfolio_return, shortest),
            shortest(close.equity_usd),
            or_blank(theirs.copied(), shortest),
        ]
    });
    let header = header(&["as_of", "portfolio_return", "equity_usd", "benchmark_return"]);
    OutputFile { name: "portfolio_returns.csv", text: csv(&header, rows) }
}

/// `weights_history.csv`: a column a symbol that was ever held, and the cash.
pub(crate) fn weights(sessions: &[NaiveDate], model: &History) -> OutputFile {
    let held: BTreeSet<&Symbol> =
        model.closes.iter().flat_map(|close| close.weights.iter().map(|(symbol, _)| symbol)).collect();
    let mut columns = header(&["as_of"]);
    columns.extend(held.iter().map(|symbol| symbol.to_string()));
    columns.push("cash".to_owned());
    let rows = sessions.iter().zip(&model.closes).map(|(date, close)| {
        let mut row = vec![date.to_string()];
        row.extend(held.iter().map(|symbol| shortest(close.weight(symbol))));
        row.push(shortest(close.cash_ratio()));
        row
    });
    OutputFile { name: "weights_history.csv", text: csv(&columns, rows) }
}

/// `turnover_history.csv`: turnover and cost on the session of the fill.
pub(crate) fn turnover(sessions: &[NaiveDate], model: &History) -> OutputFile {
    let rows = sessions
        .iter()
        .zip(&model.closes)
        .map(|(date, close)| vec![date.to_string(), shortest(close.turnover), shortest(close.cost_usd)]);
    OutputFile { name: "turnover_history.csv", text: csv(&header(&["as_of", "turnover", "cost_usd"]), rows) }
}

/// `accounts.csv`: the whole-share accounts, each by its name as given.
pub(crate) fn accounts(
    sessions: &[NaiveDate],
    accounts: &[(String, &History)],
    model: &History,
) -> OutputFile {
    let rows = accounts.iter().flat_map(|(name, history)| {
        sessions.iter().zip(history.closes.iter().zip(&model.closes)).map(move |(date, (close, model))| {
            vec![
                name.clone(),
                date.to_string(),
                or_blank(close.portfolio_return, shortest),
                shortest(close.equity_usd),
                shortest(close.cash_usd),
                shortest(close.weight_gap(model)),
            ]
        })
    });
    let header = header(&["account", "as_of", "portfolio_return", "equity_usd", "cash_usd", "weight_gap"]);
    OutputFile { name: "accounts.csv", text: csv(&header, rows) }
}

const DIARY: [&str; 13] = [
    "data_date",
    "as_of",
    "fill_date",
    "action",
    "repeats",
    "signal",
    "headline",
    "targets",
    "turnover",
    "cost_usd",
    "risk_flags",
    "findings",
    "decision_id",
];

const FLIPS: [&str; 4] = ["flip_symbol", "flip_close", "flip_change", "flip_to"];

/// `decisions.csv`: the diary.
pub(crate) fn decisions(diary: &Diary, has_flips: bool) -> OutputFile {
    let mut columns = header(&DIARY);
    if has_flips {
        columns.extend(header(&FLIPS));
    }
    let rows = diary.rows.iter().map(|row| {
        let ruling = &row.ruling;
        let targets: Vec<String> =
            ruling.targets.iter().map(|(symbol, target)| format!("{symbol}={}", shortest(*target))).collect();
        let flags: Vec<&str> = ruling.risk_flags.iter().map(|flag| flag.as_str()).collect();
        let mut findings: Vec<&str> = Vec::new();
        for finding in &ruling.findings {
            if !findings.contains(&finding.code.as_str()) {
                findings.push(finding.code.as_str());
            }
        }
        let mut cells = vec![
            row.data_date.to_string(),
            row.as_of.to_string(),
            or_blank(row.fill, |fill| fill.date.to_string()),
            ruling.action.as_str().to_owned(),
            row.repeats.to_string(),
            ruling.signal.clone().unwrap_or_default(),
            ruling.headline.clone().unwrap_or_default(),
            targets.join(" "),
            or_blank(row.fill, |fill| shortest(fill.turnover)),
            or_blank(row.fill, |fill| shortest(fill.cost_usd)),
            flags.join(" "),
            findings.join(" "),
            ruling.decision_id.clone(),
        ];
        if has_flips {
            let flip = row.flip.as_ref();
            cells.push(or_blank(flip, |flip| flip.symbol.to_string()));
            cells.push(or_blank(flip, |flip| shortest(flip.close)));
            cells.push(or_blank(flip, |flip| shortest(flip.change)));
            cells.push(or_blank(flip, |flip| flip.to.clone()));
        }
        cells
    });
    OutputFile { name: "decisions.csv", text: csv(&columns, rows) }
}

const STRESS: [&str; 7] =
    ["case", "variant", "total_return", "cagr", "max_drawdown", "sharpe", "final_equity_ratio"];

/// `stress.csv`: a row a walk under a changed condition; with flips the share of changes that a small move undoes.
pub(crate) fn stress(rows: &[super::stress::Row], has_flips: bool) -> OutputFile {
    let number = |value: Option<Number>| or_blank(value, |number| shortest(number.0));
    let mut columns = header(&STRESS);
    if has_flips {
        columns.push("share".to_owned());
    }
    let rows = rows.iter().map(|row| {
        let mut cells = vec![
            row.case.to_owned(),
            row.variant.clone(),
            number(row.total_return),
            number(row.cagr),
            number(row.max_drawdown),
            number(row.sharpe),
            number(row.final_equity_ratio),
        ];
        if has_flips {
            cells.push(number(row.share));
        }
        cells
    });
    OutputFile { name: "stress.csv", text: csv(&columns, rows) }
}

/// How the name of a file begins that is not whole yet.
const PREFIX: &str = ".strat-";

/// A folder that files could not be written to.
#[derive(Debug, thiserror::Error)]
#[error("{}: can't be written: {}", path.display(), cause.kind())]
pub struct FolderError {
    /// The file or folder.
    path: PathBuf,
    cause: io::Error,
}

impl FolderError {
    fn new(path: &Path, cause: io::Error) -> Self {
        Self { path: path.to_owned(), cause }
    }

    /// How to have it written; `None` where only the system knows.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self.cause.kind() {
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => Some("name a folder, not a file"),
            io::ErrorKind::IsADirectory => {
                Some("move the folder of that name, or name another `--output-dir`")
            }
            io::ErrorKind::PermissionDenied => {
                Some("name a folder that the user that runs `strat` may write to")
            }
            io::ErrorKind::StorageFull => Some("free some space, or name a folder on another disk"),
            _ => None,
        }
    }
}

/// Makes the folder if it is missing, and tries that a file can be made in it.
///
/// # Errors
/// When it can't be made or written to.
pub(crate) fn prepare(folder: &Path) -> Result<(), FolderError> {
    let nearest = folder.ancestors().find(|path| path.as_os_str().is_empty() || path.exists());
    match nearest {
        Some(path) if !path.as_os_str().is_empty() => beside(path).map(drop),
        _ => beside(Path::new(".")).map(drop),
    }
}

fn beside(folder: &Path) -> Result<NamedTempFile, FolderError> {
    tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(folder)
        .map_err(|cause| FolderError::new(folder, cause))
}

/// Writes all files into a folder, or leaves it as it was: each is written whole beside its place, and all are renamed
/// at the end. A rename that fails takes back those before it.
///
/// # Errors
/// When a file can't be written, or its place is taken by something that is not a file.
pub(crate) fn write(folder: &Path, files: &[OutputFile]) -> Result<(), FolderError> {
    let missing = first_missing(folder);
    let written = fs::create_dir_all(folder)
        .map_err(|cause| FolderError::new(folder, cause))
        .and_then(|()| write_all(folder, files));
    if written.is_err()
        && let Some(made) = missing
    {
        // The folders were made for these files alone.
        remove_empty(folder, &made);
    }
    written
}

/// The outermost folder that has to be made.
fn first_missing(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
        .last()
        .map(Path::to_owned)
}

fn remove_empty(folder: &Path, outermost: &Path) {
    for path in folder.ancestors().take_while(|path| path.starts_with(outermost)) {
        let _ = fs::remove_dir(path);
    }
}

fn write_all(folder: &Path, files: &[OutputFile]) -> Result<(), FolderError> {
    let mut whole = Vec::new();
    for file in files {
        let place = folder.join(file.name);
        if place.is_dir() {
            return Err(FolderError::new(&place, io::ErrorKind::IsADirectory.into()));
        }
        let mut beside = beside(folder)?;
        beside
            .write_all(file.text.as_bytes())
            .and_then(|()| beside.as_file().sync_all())
            .and_then(|()| open_to_all(beside.as_file()))
            .map_err(|cause| FolderError::new(&place, cause))?;
        whole.push((beside, place));
    }
    let mut replaced: Vec<Replaced> = Vec::new();
    for (beside, place) in whole {
        match Replaced::put(beside, &place) {
            Ok(done) => replaced.push(done),
            Err(cause) => {
                for done in replaced.into_iter().rev() {
                    done.take_back();
                }
                return Err(FolderError::new(&place, cause));
            }
        }
    }
    Ok(())
}

/// A file that took its place; what it replaced is kept until all are in place.
struct Replaced {
    place: PathBuf,
    before: Option<tempfile::TempPath>,
}

impl Replaced {
    fn put(beside: NamedTempFile, place: &Path) -> io::Result<Self> {
        let folder = place.parent().unwrap_or(Path::new("."));
        let before = if place.exists() {
            let kept = tempfile::Builder::new().prefix(PREFIX).tempfile_in(folder)?.into_temp_path();
            fs::remove_file(&kept)?;
            fs::hard_link(place, &kept).or_else(|_| fs::copy(place, &kept).map(drop))?;
            Some(kept)
        } else {
            None
        };
        beside.persist(place).map_err(|error| error.error)?;
        Ok(Self { place: place.to_owned(), before })
    }

    fn take_back(self) {
        match self.before {
            Some(before) => drop(before.persist(&self.place)),
            None => drop(fs::remove_file(&self.place)),
        }
    }
}

/// New files get the permissions that the user's mask leaves, as those of any other program.
#[cfg(unix)]
fn open_to_all(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    const READ_BY_ALL: u32 = 0o644;
    file.set_permissions(fs::Permissions::from_mode(READ_BY_ALL))
}

#[cfg(not(unix))]
fn open_to_all(_: &fs::File) -> io::Result<()> {
    Ok(())
}
