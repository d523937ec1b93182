//! A decision in words: the headline, and what the platforms show.

use super::benchmark_gate::Benchmark;
use super::config::Config;
use super::rule::{Portfolio, Stance};
use crate::amount::{counted, rough_percent};
use crate::strategy::shared::texts::{self, Texts};

/// What is said of a decision in words.
pub(super) struct Words<'a> {
    pub(super) config: &'a Config,
    pub(super) stance: &'a Stance,
    pub(super) benchmark: &'a Benchmark,
    pub(super) portfolio: &'a Portfolio,
}

impl Words<'_> {
    /// What the platforms show.
    pub(super) fn texts(&self, exposure: f64) -> Texts {
        let Stance { entry, exit, regime, .. } = self.stance;
        let (regime, close) = (regime.as_str(), self.benchmark.close);
        let realized = texts::share(self.portfolio.allocation.invested);
        Texts::new(
            format!(
                "regime={regime} qqq={close:.2} entry={:.2} exit={:.2} target_product={} \
                 realized_product={realized} selected={} top={}",
                entry.level,
                exit.level,
                texts::share(exposure),
                self.portfolio.selected.len(),
                self.portfolio.best
            ),
            format!(
                "regime={regime} | QQQ close={close:.2} | entry={:.2} | exit={:.2} | product={realized}",
                entry.level, exit.level
            ),
        )
    }

    /// The signal in one line for people.
    pub(super) fn headline(&self) -> String {
        let Portfolio { selected, allocation, candidate_count, .. } = self.portfolio;
        let Stance { entry, exit, regime, .. } = self.stance;
        format!(
            "{}: {} at {:.2}, exit line {:.2}, entry line {:.2}; {} of {} with {} of the equity, {} in {}",
            regime.as_str(),
            self.config.benchmark_symbol,
            self.benchmark.close,
            exit.level,
            entry.level,
            selected.len(),
            counted(*candidate_count, "product"),
            rough_percent(allocation.invested),
            rough_percent(allocation.safe_haven_weight),
            self.config.safe_haven,
        )
    }
}
