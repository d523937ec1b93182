//! Records of the parity cases: each reads back, is drawn the same, and is what its files give.

use strat::document::{Screen, markdown, text};
use strat::explain::Explanation;
use strat::explain::flip::Flips;
use strat::input::source::TextFile;
use strat::language::Language;
use strat::pipeline::{self, Request};
use strat::profile::catalog;
use strat::record::Record;
use strat::saved::proof::{Whereabouts, prove};
use strat::saved::{self, Saved};
use strat::strategy::trace::Trace;
use strat::view;
use strat::view::explanation::{Characters, document};

use super::common::schemas;
use super::parity;

/// The request of a case as `decide` and `explain` make it.
fn request(case: &serde_json::Value) -> Request {
    parity::request(case)
}

fn read_back(value: &impl serde::Serialize) -> Saved {
    let text = serde_json::to_string(value).unwrap();
    schemas::assert_valid(&text);
    let file = TextFile { path: "record.json".to_owned(), text, sha256: String::new() };
    saved::parse(&file).unwrap().remove(0)
}

/// Every case reads back, is drawn the same in one form each, and is what its files give.
#[test]
fn slow_every_parity_case_reads_back_and_is_proved() {
    for profile in catalog::keys() {
        for (place, case) in parity::cases(profile).iter().enumerate() {
            let request = request(case);
            let run = pipeline::run(&request, Trace::silent()).unwrap();
            let record = Record::new(&run).with_request(&request);
            let saved = read_back(&record);
            let read = saved.decision().unwrap();
            assert_eq!(*read, record, "{}", case["id"]);
            let proof = prove(&saved, "record.json", &Whereabouts::default()).unwrap();
            assert!(proof.is_equal(), "{}: {proof:?}", case["id"]);
            let document = |record: &Record| view::decision::document(record);
            match place % 3 {
                0 => assert_eq!(
                    text::draw(&document(read), Screen::default()),
                    text::draw(&document(&record), Screen::default())
                ),
                1 => assert_eq!(
                    markdown::draw(&document(read), Language::En),
                    markdown::draw(&document(&record), Language::En)
                ),
                _ => assert_eq!(
                    view::csv::of_decision(read, false).unwrap(),
                    view::csv::of_decision(&record, false).unwrap()
                ),
            }
        }
    }
}

#[test]
fn explanations_of_parity_cases_read_back() {
    for profile in catalog::keys() {
        for case in parity::cases(profile).iter().step_by(10) {
            let request = request(case);
            let run = pipeline::run(&request, Trace::full()).unwrap();
            let record = Record::new(&run).with_request(&request);
            let explanation = Explanation::of(&run, record, &Flips::default(), None);
            let saved = read_back(&explanation);
            let draw =
                |explanation| text::draw(&document(explanation, Characters::Unicode), Screen::default());
            assert_eq!(saved.explanation().map(draw), Some(draw(&explanation)), "{}", case["id"]);
        }
    }
}
