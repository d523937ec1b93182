//! `strat decide` for several accounts: the prices are read once, and each account has its own record.

use std::collections::BTreeMap;
use std::path::Path;

use super::Result;
use super::decide::{self, DecideArgs, DecideFormat};
use super::output_folder;
use super::stage::Stage;
use super::{Answer, Exit};
use crate::amount::counted;
use crate::document::json;
use crate::finding::Finding;
use crate::input::source::STANDARD_INPUT;
use crate::pipeline::{self, Request, Shelf, UsageError};
use crate::record::{Record, Verdict};

/// What names the price files among the inputs.
const PRICES: &str = "--prices";

/// Decides for each account, and prints one line of JSON each, or writes a file each.
///
/// # Errors
/// When the flags are wrong, an output can't be written, or the program breaks its own contract.
pub(super) fn answer(flags: DecideArgs, format: DecideFormat, stage: &Stage) -> Result<Answer> {
    check_flags(&flags, format)?;
    let (tells_hold, is_compact, folder) = (flags.exit_code, flags.compact, flags.output_dir.clone());
    let request = decide::request(&flags)?;
    let portfolios = flags.accounts.portfolio;
    let mut requests = vec![request.clone()];
    requests.extend(portfolios.iter().skip(1).map(|portfolio| for_account(&request, portfolio)));
    requests.iter().try_for_each(|request| refuse_streams(request, requests.len()))?;
    let names = folder.as_deref().map(|folder| file_names(folder, &portfolios)).transpose()?;
    stage.wait_for_input(&pipeline::named_inputs(&request));
    let shelf = Shelf::new(&requests);
    let mut answers = Answers::default();
    for request in &requests {
        let mut record = decide::record(request, format, Some(&shelf))?;
        let exit = decide::exit(&record, request, tells_hold);
        record.exit_code = Some(exit.code());
        answers.add(record, exit, folder.is_none() || is_compact)?;
    }
    if let Some((folder, names)) = folder.zip(names) {
        let texts = answers.texts.iter().map(String::as_str);
        output_folder::write(&folder, names.iter().map(String::as_str).zip(texts))?;
        stage.messages.done(&answers.summary(&folder));
        answers.texts.clear();
    }
    Ok(answers.into_answer())
}

/// Refuses flags that say something of one account, and forms that hold one.
fn check_flags(flags: &DecideArgs, format: DecideFormat) -> Result<(), UsageError> {
    let refuse = |message: &str, hint: &str| Err(UsageError::new(message, hint));
    if format != DecideFormat::Json {
        let hint =
            "add `--format json`: one line per account, or with `--output-dir DIR` one file per account";
        return refuse("several accounts can only be printed as JSON", hint);
    }
    if flags.accounts.portfolio.is_empty() {
        return refuse("`--output-dir` does nothing without an account", "add `--portfolio FILE`");
    }
    let is_one = flags.accounts.portfolio.len() == 1;
    let account = &flags.request.account;
    let of_one = [
        ("--equity", account.equity_usd.is_some()),
        ("--holdings", account.holdings.is_some()),
        ("--cash", account.cash_usd.is_some()),
        ("--account", account.account_id.is_some()),
        ("--output", flags.output.is_some()),
    ];
    match of_one.iter().find(|(_, is_given)| *is_given && !is_one) {
        Some(("--output", _)) => refuse(
            "`--output` holds one decision",
            "name a folder with `--output-dir DIR`, or redirect the lines",
        ),
        Some((flag, _)) => {
            let message = format!("`{flag}` is for one account, and several were named");
            refuse(&message, "write it into each portfolio, or call `strat` once for each account")
        }
        None => Ok(()),
    }
}

/// The same request for another account.
fn for_account(request: &Request, portfolio: &str) -> Request {
    let mut request = request.clone();
    request.account.portfolio = Some(portfolio.to_owned());
    request
}

/// Refuses what can be read only once where it is read for each account.
fn refuse_streams(request: &Request, accounts: usize) -> Result<(), UsageError> {
    let inputs = pipeline::named_inputs(request);
    let is_stream =
        |path: &str| path == STANDARD_INPUT || (Path::new(path).exists() && !Path::new(path).is_file());
    let once = inputs.iter().find(|input| !input.what.contains(PRICES) && is_stream(&input.path));
    match once.filter(|_| accounts > 1) {
        Some(input) => Err(UsageError::new(
            format!("{} is read for each account, and `{}` can be read only once", input.what, input.path),
            "name a file",
        )),
        None => Ok(()),
    }
}

/// The name of each account's file, which is that of its portfolio.
///
/// # Errors
/// When two have one name.
fn file_names(folder: &Path, portfolios: &[String]) -> Result<Vec<String>, UsageError> {
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    let mut names = Vec::new();
    for portfolio in portfolios {
        let name = format!("{}.json", Path::new(portfolio).file_stem().unwrap_or_default().to_string_lossy());
        if let Some(other) = known.insert(name.clone(), portfolio) {
            let place = folder.join(&name);
            let message = format!("`{other}` and `{portfolio}` would both be written to {}", place.display());
            return Err(UsageError::new(message, "give the portfolios names of their own"));
        }
        names.push(name);
    }
    Ok(names)
}

/// What became of the accounts so far.
#[derive(Default)]
struct Answers {
    /// The records as JSON.
    texts: Vec<String>,
    verdicts: BTreeMap<&'static str, usize>,
    exits: Vec<Exit>,
    /// What was found, each once, with the portfolios of the accounts that have it.
    findings: Vec<(Finding, Vec<String>)>,
    profile: String,
    as_of: Option<chrono::NaiveDate>,
}

impl Answers {
    fn add(&mut self, record: Record, exit: Exit, is_one_line: bool) -> serde_json::Result<()> {
        self.texts.push(json::document(&record, is_one_line)?);
        *self.verdicts.entry(Verdict::words(record.verdict)).or_default() += 1;
        self.exits.push(exit);
        let portfolio = record.request.and_then(|request| request.account.portfolio).unwrap_or_default();
        (self.profile, self.as_of) = (record.profile, record.as_of);
        for finding in record.findings {
            match self.findings.iter_mut().find(|(known, _)| *known == finding) {
                Some((_, portfolios)) => portfolios.push(portfolio.clone()),
                None => self.findings.push((finding, vec![portfolio.clone()])),
            }
        }
        Ok(())
    }

    /// How many accounts have which verdict.
    fn summary(&self, folder: &Path) -> String {
        let verdicts: Vec<String> =
            self.verdicts.iter().map(|(words, count)| format!("{count} {words}")).collect();
        let mut parts = vec![self.profile.clone()];
        parts.extend(self.as_of.map(|date| date.to_string()));
        let accounts = counted(self.exits.len(), "account");
        format!("{}: {accounts} in {}: {}", parts.join(" "), folder.display(), verdicts.join(", "))
    }

    /// What standard error says: what all accounts have, once; what only some have, with their portfolios.
    fn said(&self) -> Vec<Finding> {
        let accounts = self.exits.len();
        let mut said = Vec::new();
        for (finding, portfolios) in &self.findings {
            if finding.file.is_some() || portfolios.len() == accounts {
                said.push(finding.clone());
            } else {
                said.extend(portfolios.iter().map(|portfolio| finding.clone().file(portfolio)));
            }
        }
        said.sort_by_key(|finding| finding.severity);
        said
    }

    fn into_answer(self) -> Answer {
        let findings = self.said();
        Answer {
            text: self.texts.concat(),
            exit: Exit::of_all(&self.exits),
            findings,
            as_of: self.as_of,
            ..Answer::default()
        }
    }
}
