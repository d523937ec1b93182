//! `strat explain CODE` and `strat explain --codes`: what a finding's code means.

use serde::Serialize;

use super::Answer;
use super::Result;
use super::draw::ExplanationForm;
use super::explain::ExplainFormat;
use crate::document::{Document, json, text};
use crate::finding::Code;
use crate::finding::page::Page;
use crate::pipeline::{self, Request, UsageError};
use crate::profile::catalog;
use crate::suggestion;
use crate::view::finding_page;

/// The name and version of the JSON shape.
const SCHEMA: &str = "strat.codes.v1";

/// Several pages as JSON.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Pages {
    /// The name and version of this shape.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// The pages, in the order of the catalogue.
    codes: Vec<Page>,
}

impl Pages {
    fn new(codes: Vec<Page>) -> Self {
        Self { schema: SCHEMA, codes }
    }
}

/// The code that a name means; a profile of the name wins.
pub fn code_meant(name: &str) -> Option<Code> {
    Code::parse(name).filter(|_| catalog::canonical_key(name).is_none())
}

/// Refuses a name that means neither a profile nor a code.
///
/// # Errors
/// When nothing has the name; the hint has what may have been meant.
pub fn refuse_unknown(name: &str) -> Result<(), UsageError> {
    // A file of that name has a better hint where profiles are looked up.
    if pipeline::is_path(name)
        || catalog::canonical_key(name).is_some()
        || std::path::Path::new(name).exists()
    {
        return Ok(());
    }
    let names = catalog::names();
    let known = names.iter().map(String::as_str).chain(Code::ALL.iter().map(|code| code.as_str()));
    let lists = "`strat list` shows the profiles, `strat explain --codes` the findings";
    let hint = suggestion::question_and_list(&suggestion::nearest(name, known), lists);
    Err(UsageError::new(format!("unknown profile or finding `{name}`"), hint))
}

/// Prints the page of a code.
///
/// # Errors
/// When flags are given that are about a decision.
pub fn page(code: Code, request: &Request, form: ExplanationForm) -> Result<Answer> {
    let bare = Request { profile: request.profile.clone(), ..Request::default() };
    if *request != bare {
        let hint = format!("run `strat explain {code}` alone, or name a profile instead of the finding");
        return Err(UsageError::new(format!("`{code}` is a finding and takes no inputs"), hint).into());
    }
    let pages: Vec<Page> = Page::new(code, form.language).into_iter().collect();
    let document = pages.first().map(|page| finding_page::document(page, form.language)).unwrap_or_default();
    answer(pages, &document, form)
}

/// Prints every code with its severity.
///
/// # Errors
/// When the JSON can't be written.
pub fn list(form: ExplanationForm) -> Result<Answer> {
    let pages: Vec<Page> = Code::ALL.iter().filter_map(|code| Page::new(*code, form.language)).collect();
    let mut document = Document::default();
    document.push(finding_page::list(&pages));
    answer(pages, &document, form)
}

fn answer(pages: Vec<Page>, document: &Document, form: ExplanationForm) -> Result<Answer> {
    let text = match form.format {
        ExplainFormat::Json => json::document(&Pages::new(pages), false)?,
        ExplainFormat::Text => text::draw(document, form.screen),
        ExplainFormat::Markdown => {
            pages.iter().map(|page| page.markdown(form.language)).collect::<Vec<_>>().join("\n")
        }
    };
    Ok(Answer { text, ..Answer::default() })
}
