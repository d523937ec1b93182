//! What a plan may spend: the equity that the profile manages, less the reserve.

use super::{Portfolio, Target, Unmanaged};
use crate::decision::Role;
use crate::number::Number;

/// How far above what may be spent the targets may lie, as a share of it: sums of floats differ.
const SUM_TOLERANCE: f64 = 1e-9;

/// How far above the managed equity the targets may lie before a person is warned, as a share of the equity.
const EXCESS_RATIO: f64 = 0.01;

/// Targets that add up to more than the equity that the profile manages.
#[derive(Clone, Debug, PartialEq)]
pub struct Excess {
    /// What the targets add up to, in US dollars.
    pub targets_usd: f64,
    /// The equity that the profile manages, in US dollars.
    pub managed_equity_usd: f64,
    /// The positions that it does not manage.
    pub unmanaged: Vec<Unmanaged>,
}

/// Returns by how much targets exceed the managed equity, where that is over 1 % of the equity.
pub fn excess(equity_usd: f64, targets: &[Target], portfolio: &Portfolio<'_>) -> Option<Excess> {
    let managed_equity_usd = portfolio.managed_equity_usd(equity_usd)?;
    let targets_usd: f64 = targets.iter().map(|target| target.value_usd).sum();
    (targets_usd - managed_equity_usd > EXCESS_RATIO * equity_usd).then(|| Excess {
        targets_usd,
        managed_equity_usd,
        unmanaged: portfolio.unmanaged(),
    })
}

/// The planned values of the targets, in their order, and the factor that they were scaled by.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cut {
    /// US dollars a target.
    pub planned_usd: Vec<f64>,
    /// What every target but the safe haven was multiplied by; `None` where nothing was scaled.
    pub scaled_by: Option<f64>,
}

/// Cuts the targets to what may be spent: the safe haven's first, then all others in proportion.
pub(super) fn cut(targets: &[Target], spendable_usd: f64) -> Cut {
    let is_haven = |target: &Target| target.role == Some(Role::SafeHaven);
    let sum = |is_counted: &dyn Fn(&Target) -> bool| -> f64 {
        targets.iter().filter(|target| is_counted(target)).map(|target| target.value_usd).sum()
    };
    let within = |sum: f64| sum <= spendable_usd + SUM_TOLERANCE * spendable_usd;
    let values = || targets.iter().map(|target| target.value_usd);
    if within(sum(&|_| true)) {
        return Cut { planned_usd: values().collect(), scaled_by: None };
    }
    let others = sum(&|target| !is_haven(target));
    let scaled_by = (!within(others)).then(|| spendable_usd / others);
    let factor = scaled_by.unwrap_or(1.0);
    let mut left_for_haven = f64::max(spendable_usd - others, 0.0);
    let planned_usd = targets.iter().map(|target| {
        if !is_haven(target) {
            return target.value_usd * factor;
        }
        let planned = target.value_usd.min(left_for_haven);
        left_for_haven -= planned;
        planned
    });
    Cut { planned_usd: planned_usd.collect(), scaled_by }
}

impl Portfolio<'_> {
    /// The equity that the profile manages in US dollars; `None` where a position's value is not known.
    pub fn managed_equity_usd(&self, equity_usd: f64) -> Option<f64> {
        if self.has_unknown_value {
            return None;
        }
        let unmanaged: f64 = self.unmanaged().iter().map(|position| position.value.0).sum();
        Some(self.total_equity_usd.unwrap_or(equity_usd) - unmanaged)
    }

    /// The positions that the profile never sells, cash aside, sorted by symbol.
    pub fn unmanaged(&self) -> Vec<Unmanaged> {
        let is_unmanaged = |symbol| !self.managed.contains(symbol) && !self.cash_symbols.contains(symbol);
        self.positions
            .iter()
            .filter(|(symbol, position)| position.quantity != 0.0 && is_unmanaged(symbol))
            .map(|(symbol, position)| Unmanaged {
                symbol: symbol.clone(),
                value: Number(position.market_value_usd),
            })
            .collect()
    }

    /// The cash before any trade in US dollars, the cash-like holdings included.
    pub(super) fn cash_usd(&self, equity_usd: f64) -> f64 {
        let value_of = |is_cash: bool| -> f64 {
            self.positions
                .iter()
                .filter(|(symbol, _)| self.cash_symbols.contains(*symbol) == is_cash)
                .map(|(_, position)| position.market_value_usd)
                .sum()
        };
        match self.cash_balance_usd {
            Some(cash) => cash + value_of(true),
            // What is no position is cash, and the cash-like holdings stand in the total already.
            None => self.total_equity_usd.unwrap_or(equity_usd) - value_of(false),
        }
    }
}
