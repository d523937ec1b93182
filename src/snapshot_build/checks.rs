//! What the prices and the date say about a snapshot that is built from them.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::stocks::Bars;
use super::table::{Reason, SnapshotTable};
use crate::amount::counted;
use crate::check::day::prices::{Used, moves, sessions, shape};
use crate::check::prices::{self as series, DEFAULT_MAX_LAG};
use crate::finding::cause::{MOST_NAMED, some_of};
use crate::finding::{Code, Finding, Severity};
use crate::input::prices::Reading;
use crate::input::universe::Universe;
use crate::market::calendar::Calendar;
use crate::market::history::Market;
use crate::strategy::recipe::StockRecipe;
use crate::symbol::Symbol;

/// The most bars that a column looks back: those of the 12-month return without the newest month.
const MOST_REACHED: usize = 274;

/// Warns of symbols, all in one finding: what is wrong with them, the first three names and how many more.
fn warn(code: Code, symbols: &[&Symbol], fault: &str) -> Finding {
    let names: Vec<String> = symbols.iter().map(ToString::to_string).collect();
    let finding = Finding::new(code, format!("{fault}: {}", some_of(&names, MOST_NAMED)))
        .severity(Severity::Warning)
        .observed(symbols.len());
    match symbols {
        [only] => finding.symbol(only),
        _ => finding,
    }
}

/// Checks the benchmarks, which the profile can't do without, and the other symbols of the snapshot.
pub fn stocks(recipe: &StockRecipe, bars: &Bars<'_>, shown: &BTreeSet<Symbol>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let references = &recipe.references;
    for (symbol, closes) in references {
        let window = bars.of(symbol);
        // A config may give both benchmarks one symbol: the larger need counts, once.
        let fewest = references.iter().filter(|(other, _)| other == symbol).map(|(_, closes)| *closes).max();
        if fewest != Some(*closes)
            || findings.iter().any(|finding: &Finding| finding.symbol.as_ref() == Some(symbol))
        {
            continue;
        }
        if window.is_empty() {
            findings.push(missing_benchmark(symbol, bars.as_of));
        } else if window.len() < *closes {
            findings.push(short_benchmark(symbol, window.len(), *closes));
        }
        findings.extend(stale(&[symbol], bars).map(|finding| finding.severity(Severity::Error)));
    }
    let is_reference = |symbol: &Symbol| references.iter().any(|(reference, _)| reference == symbol);
    let others: Vec<&Symbol> = shown.iter().filter(|symbol| !is_reference(symbol)).collect();
    findings.extend(missing(&others, bars));
    findings.extend(stale(&others, bars));
    findings
}

fn missing_benchmark(symbol: &Symbol, as_of: NaiveDate) -> Finding {
    Finding::new(Code::MissingSymbol, format!("the benchmark `{symbol}` has no price up to {as_of}"))
        .symbol(symbol)
        .expected("its closes, which the profile reads")
        .hint("add its closes to a file named with `--prices`")
}

fn short_benchmark(symbol: &Symbol, observed: usize, fewest: usize) -> Finding {
    Finding::new(
        Code::ShortHistory,
        format!("the benchmark `{symbol}` has fewer closes than the profile reads"),
    )
    .symbol(symbol)
    .observed(counted(observed, "close"))
    .expected(format!("at least {}", counted(fewest, "close")))
    .counts(observed, fewest)
    .hint("add older closes to a file named with `--prices`")
}

/// Warns of symbols without any bar.
fn missing(symbols: &[&Symbol], bars: &Bars<'_>) -> Option<Finding> {
    let absent: Vec<&Symbol> = symbols.iter().copied().filter(|symbol| bars.of(symbol).is_empty()).collect();
    let verb = if absent.len() == 1 { "has" } else { "have" };
    let fault =
        format!("{} of the snapshot {verb} no price up to {}", counted(absent.len(), "symbol"), bars.as_of);
    let hint =
        "spell the symbols in the universe as in the price files, and name files that have all of them";
    (!absent.is_empty()).then(|| warn(Code::MissingSymbol, &absent, &fault).hint(hint))
}

/// Warns of symbols whose newest bar is too old.
fn stale(symbols: &[&Symbol], bars: &Bars<'_>) -> Option<Finding> {
    let old: Vec<&Symbol> = symbols.iter().copied().filter(|symbol| bars.are_stale(symbol)).collect();
    let newest = old.iter().filter_map(|symbol| bars.of(symbol).date()).max()?;
    let (verb, prices, are) =
        if old.len() == 1 { ("ends", "price", "it is") } else { ("end", "prices", "they are") };
    let limit = format!("{} before {}", counted(bars.max_lag, "session"), bars.as_of);
    let symbols = counted(old.len(), "symbol");
    let fault = format!("the prices of {symbols} {verb} more than {limit}, and {are} not eligible");
    let hint =
        "add the newer closes, or remove the symbols from the universe; `--max-lag N` changes the limit";
    let finding = warn(Code::StalePrice, &old, &fault).observed(format!("newest {prices} of {newest}"));
    Some(finding.expected(format!("at most {limit}")).hint(hint))
}

/// Warns of the underlyings of eligible products whose prices `decide` would miss.
pub fn underlyings(symbols: &[&Symbol], bars: &Bars<'_>, fewest: usize) -> Vec<Finding> {
    let kept = |is_kept: &dyn Fn(&Symbol) -> bool| -> Vec<&Symbol> {
        symbols.iter().copied().filter(|symbol| is_kept(symbol)).collect()
    };
    let short = kept(&|symbol| (1..fewest).contains(&bars.of(symbol).len()));
    let old = kept(&|symbol| bars.are_stale(symbol));
    let verb = if short.len() == 1 { "has" } else { "have" };
    let few = format!(
        "{} of eligible products {verb} fewer than {fewest} closes",
        counted(short.len(), "underlying")
    );
    let end = format!(
        "the prices of {} of eligible products end more than {} before {}",
        counted(old.len(), "underlying"),
        counted(bars.max_lag, "session"),
        bars.as_of
    );
    let found = [
        (short, Code::ShortHistory, few, "`strat decide` skips them; add their older closes"),
        (old, Code::StalePrice, end, "`strat decide` blocks on them; add the newer closes"),
    ];
    let found = found.into_iter().filter(|(symbols, ..)| !symbols.is_empty());
    let warnings = found.map(|(symbols, code, fault, hint)| warn(code, &symbols, &fault).hint(hint));
    missing(symbols, bars).into_iter().chain(warnings).collect()
}

/// Finds that the date is not the last session of its month, as the profiles' publisher expects.
pub fn month_end(as_of: NaiveDate, calendar: &Calendar, is_required: bool) -> Option<Finding> {
    let last = calendar.last_session_of_month(as_of)?;
    (last != as_of).then(|| {
        let finding = Finding::new(
            Code::AsOfNotMonthEnd,
            format!("{as_of} is not the last session of its month, and runtimes skip such a snapshot"),
        )
        .observed(as_of)
        .expected(last)
        .hint("name the last session of a month with `--as-of`");
        if is_required { finding.severity(Severity::Error) } else { finding }
    })
}

/// Warns that fewer than half of the symbols have a bar on the date: it may be the date of a stray row.
pub fn few_newest_bars(symbols: &BTreeSet<Symbol>, market: &Market, as_of: NaiveDate) -> Option<Finding> {
    let has_bar =
        |symbol: &&Symbol| market.get(symbol).and_then(|history| history.newest_date()) == Some(as_of);
    let newest = symbols.iter().filter(has_bar).count();
    (newest * 2 < symbols.len()).then(|| {
        Finding::new(
            Code::FewNewestBars,
            format!(
                "{newest} of {} of the snapshot have a bar on its date {as_of}",
                counted(symbols.len(), "symbol")
            ),
        )
        .observed(newest)
        .expected(format!("at least half of {}", symbols.len()))
        .hint("name the last session that the files are complete for with `--as-of`")
    })
}

/// Sectors of active rows that the whitelist was probably meant to have, and entries of it without a row.
pub fn unknown_sectors(
    universe: &Universe,
    path: &str,
    day: NaiveDate,
    whitelist: &[String],
) -> Vec<Finding> {
    use crate::check::snapshot::sectors::{LabelRows, Labels, absent_sectors, misspelt_sectors};
    let mut labels = Labels::new();
    for row in universe.rows.iter().filter(|row| row.is_active_on(day)) {
        let first = LabelRows { place: row.sector_place, rows: 0 };
        labels.entry(row.sector.clone()).or_insert(first).rows += 1;
    }
    if labels.is_empty() {
        return Vec::new();
    }
    let whitelist: Vec<String> = whitelist.iter().map(|entry| entry.trim().to_owned()).collect();
    let mut findings = misspelt_sectors(&labels, &whitelist);
    findings.extend(absent_sectors(&labels, &whitelist));
    findings.into_iter().map(|finding| finding.file(path)).collect()
}

/// Whether the price files could not be read: what they lack then says nothing.
pub fn has_price_error(findings: &[Finding]) -> bool {
    let of_files = [Code::PricesMissing, Code::PricesEmpty, Code::PricesParseFailed, Code::MissingColumns];
    findings.iter().any(|finding| finding.is_error() && of_files.contains(&finding.code))
}

/// That nobody can be held blocks a decision, and not a build: while histories are short it is so.
pub fn as_warning_without_candidates(finding: Finding) -> Finding {
    match finding.code {
        Code::NoCandidates => finding.severity(Severity::Warning),
        _ => finding,
    }
}

/// Warns that no row is eligible, with the reason that most rows fail by.
pub fn no_candidates(table: &SnapshotTable) -> Finding {
    let most = table.not_eligible.iter().filter(|(reason, _)| **reason != Reason::Reference);
    let most = most.max_by_key(|(_, count)| **count);
    let most = most.map_or_else(String::new, |(reason, count)| {
        format!("; the most rows, {count}, fail by: {}", reason.in_words())
    });
    Finding::new(Code::NoCandidates, format!("no row of the snapshot is eligible{most}"))
        .severity(Severity::Warning)
        .observed(0)
        .expected("at least one eligible row")
        .hint("look for short histories, thresholds that no symbol meets, and symbols that the price files lack")
}

/// Finds that no symbol of the snapshot has any price up to the date.
pub fn no_bar_at_all(prices: &Reading, as_of: NaiveDate) -> Option<Finding> {
    prices.market.is_empty().then(|| {
        Finding::new(Code::PricesEmpty, format!("no symbol of the snapshot has a price up to {as_of}"))
            .expected(format!("rows of the snapshot's symbols dated {as_of} or before"))
            .hint("name files that reach the date, or an earlier `--as-of`")
    })
}

/// What the closes that a snapshot reaches say about themselves. They are warnings: a wide universe has falls and gaps.
pub fn price_warnings(prices: &Reading, as_of: NaiveDate, calendar: &Calendar) -> Vec<Finding> {
    let used: Vec<Used<'_>> = prices
        .market
        .iter()
        .map(|(symbol, history)| Used {
            symbol,
            window: history.up_to(as_of).newest_up_to(MOST_REACHED),
            is_read: false,
        })
        .collect();
    let sparse = shape::sparse_history(&used, calendar);
    let mut findings: Vec<Finding> = used
        .iter()
        .flat_map(|one| moves::examine(one, calendar, DEFAULT_MAX_LAG, &prices.findings))
        .collect();
    findings.extend(sessions::bars_without_session(&used, calendar));
    findings.extend(series::missing_sessions(&used, &sparse, calendar));
    findings.extend(sparse);
    findings
}
