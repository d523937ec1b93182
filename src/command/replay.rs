//! `strat replay`: the decisions of a profile, walked through time.

use std::path::PathBuf;

use clap::Args;

use super::Result;
use super::cli::LanguageArgs;
use super::output_folder;
use super::progress::Progress;
use super::stage::Stage;
use super::{Answer, Exit};
use crate::document::text;
use crate::replay::files::OutputFile;
use crate::replay::summary;
use crate::replay::{self, Replayed, Request};
use crate::report;
use crate::view;

pub(crate) const EXAMPLES: &str = "\
Examples:
  strat replay global_etf_rotation --prices prices.csv --from 2024-10-01 \\
    --output-dir walk
  strat replay tqqq_growth_income --prices prices.csv --from 2025-01-02 \\
    --equity 25000 --output-dir walk
  strat replay soxl_soxx_trend_income --prices prices.csv --from 2025-01-02 \\
    --fill close --output-dir walk";

pub(crate) const NOTES: &str = "\
Exit codes:
  0  done
  2  usage: a bad flag, an unknown profile, a bad --set
  3  an input breaks its contract, or every decision of the replay is blocked
  4  the output could not be written

All files are written together at the end: a replay that fails leaves the folder as it was.
A decision uses nothing after its data date. Past results say nothing about future ones.";

/// The flags of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// What to replay.
    #[command(flatten)]
    pub request: Request,
    /// The folder of the results; made if it is missing
    #[arg(long, value_name = "DIR", help_heading = "Period")]
    pub output_dir: PathBuf,
    /// `--lang`: the language of the report and the summary.
    #[command(flatten)]
    pub language: LanguageArgs,
    /// The form of the summary on standard output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Report")]
    pub format: ReplayFormat,
}

/// The forms of the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ReplayFormat {
    /// For people, within 80 columns.
    #[default]
    Table,
    /// The figures of every account, `strat.replay.v1`.
    Json,
}

/// Walks, writes the files and answers with the summary.
///
/// # Errors
/// When the flags are wrong, the files can't be written, or the program breaks its own contract.
pub fn answer(flags: ReplayArgs, stage: &Stage) -> Result<Answer> {
    let ReplayArgs { request, output_dir: folder, language: LanguageArgs { lang: language }, format } = flags;
    output_folder::prepare(&folder)?;
    let progress = Progress::new(stage.shows_progress());
    let replayed = replay::run(request, &|day| progress.tick(day))?;
    drop(progress);
    match replayed {
        Replayed::Blocked { findings, problem } => {
            if let Some(problem) = problem {
                stage.messages.problems(&[problem]);
            }
            Ok(Answer { findings, exit: Exit::Blocked, ..Answer::default() })
        }
        Replayed::Done(replay) => {
            let mut files = replay.files()?;
            files.push(OutputFile { name: "report.html", text: report::page(&replay, language)? });
            output_folder::write(&folder, files.iter().map(|file| (file.name, file.text.as_str())))?;
            let text = match format {
                ReplayFormat::Table => {
                    let document = view::replay::document(&replay, &folder.display().to_string(), language);
                    text::draw(&document, stage.screen)
                }
                ReplayFormat::Json => {
                    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
                    summary::json(&replay, &names)?
                }
            };
            Ok(Answer { text, findings: replay.findings.clone(), ..Answer::default() })
        }
    }
}
