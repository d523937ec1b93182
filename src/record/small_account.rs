//! What an account below the profile's minimum can hold of this decision's targets.

use crate::amount::{counted, grouped};
use crate::decision::account_size;
use crate::pipeline::Run;
use crate::plan::SharePlan;

/// Percentage points in a whole.
const POINTS: f64 = 100.0;

/// The sentence about a small account; `None` of one that is not small, and of a decision that buys nothing.
pub(super) fn in_words(decided: &Run) -> Option<String> {
    let minimum_usd = decided.profile.manifest.min_recommended_equity_usd;
    // There is nothing to buy on a blocked decision, and its equity may be what is wrong.
    let is_small = decided.outcome().is_some()
        && account_size::is_small(decided.evidence.account.equity_usd, minimum_usd);
    if !is_small || !decided.decision.action().is_actionable() {
        return None;
    }
    Some(match &decided.share_plan {
        Some(plan) => of_plan(plan),
        None => "Without prices it is not known which targets it can hold".to_owned(),
    })
}

fn of_plan(plan: &SharePlan) -> String {
    let wanted = plan.lines.iter().filter(|line| line.target_value.0 > 0.0).count();
    let held = plan.lines.iter().filter(|line| line.target_value.0 > 0.0 && line.shares.0 > 0.0).count();
    let holds = format!("It holds {held} of {}", counted(wanted, "target"));
    let fit = (plan.fit.0 * POINTS * 1e6).round() / 1e6;
    let points = if fit == 1.0 { "1 point".to_owned() } else { format!("{fit} points") };
    match plan.faithful_equity {
        Some(faithful) if faithful.0 <= plan.equity.0 => format!("{holds}, within {points} of their weights"),
        Some(faithful) => {
            format!("{holds}; {} USD hold them all within {points} of their weights", grouped(faithful.0, 0))
        }
        None => holds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Number;
    use crate::plan::{Line, Weights};
    use crate::symbol::Symbol;

    fn line(symbol: &str, target_usd: f64, shares: f64) -> Line {
        Line {
            symbol: Symbol::parse(symbol).unwrap(),
            role: None,
            price: Some(Number(500.0)),
            price_source: None,
            price_date: None,
            target_weight: Number(0.0),
            target_value: Number(target_usd),
            planned_value: Number(target_usd),
            shares: Number(shares),
            value: Number(shares * 500.0),
            weight: Number(0.0),
            drift: Number(0.0),
            reason: None,
        }
    }

    fn plan(faithful_usd: Option<f64>, lines: Vec<Line>) -> SharePlan {
        SharePlan {
            equity: Number(1000.0),
            managed_equity: None,
            reserve: Number(0.0),
            spendable: Number(1000.0),
            scaled_by: None,
            quantity_step: Number(1.0),
            lines,
            trades: Vec::new(),
            unmanaged: Vec::new(),
            invested: Number(0.0),
            cash_after: Number(0.0),
            cash_weight: Number(0.0),
            largest_drift: Number(0.0),
            total_drift: Number(0.0),
            turnover: None,
            faithful_equity: faithful_usd.map(Number),
            faithful_equity_symbol: None,
            faithful_equity_weights: Weights::default(),
            fit: Number(0.01),
        }
    }

    #[test]
    fn the_sentence_is_about_the_targets_of_the_day() {
        // 500 USD buy one share of A; 450 and 50 USD buy none of B and C; a target of zero is none.
        let lines =
            vec![line("A", 500.0, 1.0), line("B", 450.0, 0.0), line("C", 50.0, 0.0), line("D", 0.0, 0.0)];
        assert_eq!(
            of_plan(&plan(Some(23_400.0), lines.clone())),
            "It holds 1 of 3 targets; 23,400 USD hold them all within 1 point of their weights"
        );
        assert_eq!(of_plan(&plan(None, lines)), "It holds 1 of 3 targets");
        let one = vec![line("A", 1000.0, 2.0)];
        assert_eq!(
            of_plan(&plan(Some(900.0), one)),
            "It holds 1 of 1 target, within 1 point of their weights"
        );
    }
}
