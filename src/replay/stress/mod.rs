//! How much of it was luck: the model account walked again with one thing changed. No random number anywhere.

use chrono::NaiveDate;

use super::course::{BASIS_POINTS, Course};
use super::diary::Diary;
use super::figures::{self, Figures};
use super::schedule::{Cadence, Schedule, Turn, is_rebalance_day, turn};
use super::walk::{State, Terms, Walk};
use super::{Accounting, FillAt};
use crate::amount::counted;
use crate::number::{Number, of_count};
use crate::pipeline::PipelineError;

/// A walk under one changed condition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// What was changed.
    pub case: &'static str,
    /// To what.
    pub variant: String,
    /// The figures of the walk.
    pub figures: Figures,
    /// Final equity over that of the plain walk.
    pub final_equity_ratio: Option<Number>,
    /// With flips: the share of changes that the move would have undone.
    pub share: Option<Number>,
}

/// The costs that are tried, in basis points.
const COSTS_BPS: [f64; 4] = [0.0, 10.0, 25.0, 50.0];

/// How many sessions late data is tried to be.
const LATE_SESSIONS: [usize; 4] = [1, 2, 3, 5];

/// How many sessions before a quarter's last one the rotation is decided.
const EARLY_SESSIONS: std::ops::RangeInclusive<usize> = 1..=10;

/// How many sessions later the orders of a snapshot are filled.
const LATE_FILLS: std::ops::RangeInclusive<usize> = 1..=2;

/// Every how many runs one of a daily profile is left out.
const MISSED_EVERY: usize = 20;

/// The moves of one close that a change is held against.
const MOVES: [(f64, &str); 3] = [(0.001, "0.1 %"), (0.005, "0.5 %"), (0.01, "1 %")];

/// Every case that applies to a replay, in their order.
///
/// # Errors
/// Those of the decisions.
pub fn rows(course: &Course<'_>, plain: &Figures, diary: &Diary) -> Result<Vec<Row>, PipelineError> {
    let stress = Stress { course, plain };
    let mut rows = stress.fills()?;
    rows.extend(stress.costs()?);
    rows.extend(stress.late_data()?);
    rows.extend(stress.rebalance_days()?);
    rows.extend(stress.missed_runs()?);
    if course.request.flips {
        rows.extend(MOVES.iter().map(|(most, name)| undone_by(diary, *most, name)));
    }
    Ok(rows)
}

struct Stress<'a> {
    course: &'a Course<'a>,
    plain: &'a Figures,
}

impl Stress<'_> {
    fn row(&self, case: &'static str, variant: String, state: &State) -> Row {
        let (sessions, havens) = (&self.course.schedule.sessions, &self.course.facts.safe_havens);
        let figures = figures::of_account(sessions, &state.history, havens, None);
        let ratio = figures.final_equity_usd.zip(self.plain.final_equity_usd);
        let final_equity_ratio = ratio.map(|(own, plain)| Number(own.0 / plain.0));
        Row { case, variant, figures, final_equity_ratio, share: None }
    }

    fn walk(&self, case: &'static str, variant: String, walk: Walk<'_>) -> Result<Row, PipelineError> {
        Ok(self.row(case, variant, &walk.run(self.course.model(None))?))
    }

    /// Walks with other conventions.
    fn with_terms(&self, case: &'static str, variant: String, terms: Terms) -> Result<Row, PipelineError> {
        self.walk(case, variant, Walk { terms: &terms, ..self.course.walk() })
    }

    /// Walks with other decisions.
    fn with_turns(
        &self,
        case: &'static str,
        variant: String,
        turns: Vec<Option<Turn>>,
    ) -> Result<Row, PipelineError> {
        let schedule = Schedule { sessions: self.course.schedule.sessions.clone(), turns };
        self.walk(case, variant, Walk { schedule: &schedule, ..self.course.walk() })
    }

    fn fills(&self) -> Result<Vec<Row>, PipelineError> {
        let has_opens = self.course.evidence.market.values().any(|history| !history.opens.is_empty());
        let is_constant = self.course.request.accounting == Accounting::ConstantWeights;
        let mut ways = vec![(FillAt::NextClose, "next-close")];
        if has_opens && !is_constant {
            ways.push((FillAt::NextOpen, "next-open"));
        }
        ways.push((FillAt::Close, "close"));
        let with = |(fill, name): (_, &str)| {
            self.with_terms("fill", name.to_owned(), Terms { fill, ..self.course.terms })
        };
        ways.into_iter().map(with).collect()
    }

    fn costs(&self) -> Result<Vec<Row>, PipelineError> {
        let with = |bps: f64| {
            let terms = Terms { cost_ratio: bps / BASIS_POINTS, ..self.course.terms };
            self.with_terms("cost", format!("{bps} bps"), terms)
        };
        COSTS_BPS.into_iter().map(with).collect()
    }

    /// Every decision of a daily profile sees the day some sessions before, as of that day.
    fn late_data(&self) -> Result<Vec<Row>, PipelineError> {
        let facts = self.course.facts;
        if facts.cadence == Cadence::AfterSnapshots {
            return Ok(Vec::new());
        }
        let calendar = &self.course.evidence.calendar;
        let dates = self.course.evidence.folder.dates();
        let late = |sessions: usize| {
            let earlier = |&day: &NaiveDate| {
                let seen = (0..sessions).try_fold(day, |day, _| calendar.previous_session(day))?;
                turn(&facts.cadence, seen, &dates, calendar)
            };
            let turns = self.course.schedule.sessions.iter().map(earlier).collect();
            self.with_turns("late_data", counted(sessions, "session"), turns)
        };
        LATE_SESSIONS.into_iter().map(late).collect()
    }

    /// The rotation decided before a quarter's last session, as if that were it; snapshots filled later.
    fn rebalance_days(&self) -> Result<Vec<Row>, PipelineError> {
        const CASE: &str = "rebalance_day";
        let (facts, schedule) = (self.course.facts, self.course.schedule);
        if facts.cadence == Cadence::AfterSnapshots {
            let late = |delay: usize| {
                let variant = format!("filled {} later", counted(delay, "session"));
                self.with_terms(CASE, variant, Terms { delay, ..self.course.terms })
            };
            return LATE_FILLS.map(late).collect();
        }
        if facts.rebalance_months.is_empty() {
            return Ok(Vec::new());
        }
        let calendar = &self.course.evidence.calendar;
        let early = |sessions: usize| {
            let changed = schedule.sessions.iter().zip(&schedule.turns).map(|(&day, plain)| {
                let plain = plain.as_ref()?;
                if is_rebalance_day(day, &facts.rebalance_months, calendar) {
                    // As of the next session the same closes say nothing but the canary's word.
                    return Some(Turn { as_of: calendar.next_session(day)?, ..plain.clone() });
                }
                let last = calendar.last_session_of_month(day)?;
                let is_it = is_rebalance_day(last, &facts.rebalance_months, calendar)
                    && calendar.sessions_between(day, last) == sessions;
                let early = Turn { as_of: last, extra_lag: sessions, ..plain.clone() };
                Some(if is_it { early } else { plain.clone() })
            });
            let variant = format!("{} before", counted(sessions, "session"));
            self.with_turns(CASE, variant, changed.collect())
        };
        EARLY_SESSIONS.map(early).collect()
    }

    /// Weight profiles: each rebalance left out, one at a time. Daily ones: every twentieth run.
    fn missed_runs(&self) -> Result<Vec<Row>, PipelineError> {
        let (facts, schedule) = (self.course.facts, self.course.schedule);
        let is_rebalance = |place: &usize| match (&facts.cadence, schedule.sessions.get(*place)) {
            (Cadence::AfterSnapshots, _) => schedule.turns.get(*place).is_some_and(Option::is_some),
            (Cadence::Daily, Some(&day)) => {
                is_rebalance_day(day, &facts.rebalance_months, &self.course.evidence.calendar)
            }
            _ => false,
        };
        let rebalances: Vec<usize> = (0..schedule.sessions.len()).filter(is_rebalance).collect();
        if self.course.terms.are_weights && !rebalances.is_empty() {
            return self.each_missed(&rebalances);
        }
        (0..MISSED_EVERY)
            .map(|first| {
                let turns = schedule.turns.iter().enumerate();
                let kept = turns.map(|(place, turn)| turn.clone().filter(|_| place % MISSED_EVERY != first));
                let variant = format!("runs {first}, {}, ...", first + MISSED_EVERY);
                self.with_turns("missed_run", variant, kept.collect())
            })
            .collect()
    }

    /// Leaves one rebalance out at a time. Up to it the walk is the plain one, so it is walked once for all.
    fn each_missed(&self, rebalances: &[usize]) -> Result<Vec<Row>, PipelineError> {
        let (walk, sessions) = (self.course.walk(), &self.course.schedule.sessions);
        let mut plain = self.course.model(None);
        let mut rows = Vec::new();
        for (place, day) in sessions.iter().enumerate() {
            if rebalances.contains(&place) {
                let mut state = plain.clone();
                walk.step(&mut state, place, false)?;
                for later in place + 1..sessions.len() {
                    walk.step(&mut state, later, true)?;
                }
                rows.push(self.row("missed_run", day.to_string(), &state));
            }
            walk.step(&mut plain, place, true)?;
        }
        Ok(rows)
    }
}

/// The share of the changes of the diary that a small move of one close would have undone.
fn undone_by(diary: &Diary, most: f64, name: &str) -> Row {
    let changes = diary.rows.iter().filter(|row| row.is_change);
    let undone =
        changes.clone().filter(|row| row.flip.as_ref().is_some_and(|flip| flip.change.abs() <= most));
    let count = changes.clone().count();
    let share = (count > 0).then(|| Number(of_count(undone.count()) / of_count(count)));
    Row { case: "undone_by", variant: name.to_owned(), share, ..Row::default() }
}

#[cfg(test)]
mod tests;
