//! `strat verify`: whether a saved record is what its files give, decided or checked again.

use clap::Args;

use super::Result;
use super::stage::Stage;
use super::{Answer, Exit};
use crate::document::text;
use crate::flag::not_empty;
use crate::input::FileKind;
use crate::pipeline::PipelineError;
use crate::saved;
use crate::saved::proof::{NamedFile, Proof, Whereabouts, prove};
use crate::view;

pub(crate) const EXAMPLES: &str = "\
Examples:
  strat verify decision.json
  strat verify decision.json --input prices=prices.csv   # they came by a pipe
  strat verify decision.json --root .        # it opens nothing outside of it";

pub(crate) const NOTES: &str = "\
The decision is made again from the flags and files that the record names, and compared value by
value. For a report on snapshots the files are checked again.

Exit codes:
  0  equal
  1  different: what differs is listed
  2  usage: a bad flag
  3  not proved: an input is missing or has changed, or it is not a record with its flags";

/// The inputs of a decision, as `--input` names them.
const KINDS: [FileKind; 10] = [
    FileKind::Prices,
    FileKind::Snapshot,
    FileKind::Manifest,
    FileKind::Previous,
    FileKind::Portfolio,
    FileKind::Indicators,
    FileKind::Quotes,
    FileKind::Closures,
    FileKind::Config,
    FileKind::Profile,
];

/// The flags of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The record: the JSON that `decide`, `explain` or `validate-snapshot` wrote
    #[arg(value_name = "RECORD", value_parser = not_empty())]
    record: String,
    /// The folder to look for recorded paths in; a path that leads out of it is refused
    #[arg(long, value_name = "DIR", value_parser = not_empty())]
    root: Option<String>,
    /// Replace a recorded path, such as `prices=etf.csv`, or `prices.2=more.csv` for the second one; may be given again
    #[arg(long, value_name = "KIND=FILE", value_parser = named_file)]
    input: Vec<NamedFile>,
}

fn named_file(text: &str) -> Result<NamedFile, String> {
    let known = || KINDS.map(FileKind::as_str).join(", ");
    let (name, path) = text
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or_else(|| format!("expected KIND=FILE, such as `prices=etf.csv`, with a KIND of {}", known()))?;
    let (word, place) = match name.split_once('.') {
        Some((word, place)) => (word, place.parse().ok().filter(|place| *place > 0)),
        None => (name, Some(1)),
    };
    let kind = KINDS.into_iter().find(|kind| kind.as_str() == word.trim());
    match (kind, place) {
        (Some(kind), Some(place)) => Ok(NamedFile { kind, place, path: path.to_owned() }),
        (None, _) => Err(format!("`{word}` is not a kind of input; the kinds are {}", known())),
        (_, None) => Err(format!("expected a number from 1 after `{word}.`")),
    }
}

/// Decides again, and says whether the record is what comes of it.
///
/// # Errors
/// When the flags are wrong, the file is not a record, or the program breaks its own contract.
pub fn answer(flags: VerifyArgs, stage: &Stage) -> Result<Answer> {
    let file = saved::read(&flags.record).map_err(PipelineError::from)?;
    let files = Whereabouts { root: flags.root, named: flags.input };
    let (mut answer, mut exits) = (Answer::default(), Vec::new());
    for saved in &file.records {
        let proof = prove(saved, &file.path, &files).map_err(PipelineError::Contract)?;
        answer.text.push_str(&text::draw(&view::proof::document(saved, &proof), stage.screen));
        exits.push(exit(&proof));
        answer.findings.extend(proof.obstacles);
    }
    answer.exit = Exit::of_all(&exits);
    Ok(answer)
}

fn exit(proof: &Proof) -> Exit {
    if !proof.obstacles.is_empty() {
        return Exit::Blocked;
    }
    if proof.is_equal() { Exit::Done } else { Exit::Found }
}
