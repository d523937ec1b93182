//! How many shares each target is worth.

use super::step::{FORGIVEN_STEP, QuantityStep};
use super::{Line, LineReason, Request, Target};
use crate::number::Number;

/// The lines of a plan, one a target, in the order of the targets.
pub(super) fn lines(request: &Request<'_>, planned_usd: &[f64]) -> Vec<Line> {
    let step = request.options.step;
    let mut bought: Vec<Bought> = request
        .targets
        .iter()
        .zip(planned_usd)
        .map(|(target, planned_usd)| Bought::new(target, *planned_usd, request))
        .collect();
    if request.options.sweep {
        sweep(&mut bought, step);
    }
    bought.into_iter().map(|bought| bought.into_line(request)).collect()
}

/// One target while its shares are counted.
struct Bought<'a> {
    target: &'a Target,
    planned_usd: f64,
    /// US dollars a share; `None` without a price.
    price_usd: Option<f64>,
    steps: f64,
}

impl<'a> Bought<'a> {
    fn new(target: &'a Target, planned_usd: f64, request: &Request<'_>) -> Self {
        let step = request.options.step;
        let price_usd = request.price_usd(&target.symbol);
        // A price at which the shares can't be counted is as good as none.
        let counted = price_usd
            .and_then(|price| Some((price, step.steps_for(f64::max(planned_usd, target.value_usd), price)?)));
        let (price_usd, steps) = match counted {
            Some((price, _)) => (Some(price), step.steps_for(planned_usd, price).unwrap_or_default()),
            None => (None, 0.0),
        };
        Self { target, planned_usd, price_usd, steps }
    }

    fn value_usd(&self, step: QuantityStep) -> f64 {
        self.price_usd.map_or(0.0, |price| step.quantity(self.steps) * price)
    }

    fn into_line(self, request: &Request<'_>) -> Line {
        let equity = request.equity_usd;
        let value = self.value_usd(request.options.step);
        let weight = value / equity;
        let price = self.price_usd.and_then(|_| request.prices.get(&self.target.symbol));
        Line {
            symbol: self.target.symbol.clone(),
            role: self.target.role,
            price: price.map(|price| Number(price.usd)),
            price_source: price.map(|price| price.source),
            price_date: price.and_then(|price| price.date),
            target_weight: Number(self.target.weight),
            target_value: Number(self.target.value_usd),
            planned_value: Number(self.planned_usd),
            shares: Number(request.options.step.quantity(self.steps)),
            value: Number(value),
            weight: Number(weight),
            drift: Number(weight - self.target.value_usd / equity),
            reason: price.is_none().then_some(LineReason::NoPrice),
        }
    }
}

/// Spends what the floors left over, one step at a time: on the target that falls short by the most dollars, of those
/// whose next step is paid for and brings them no further from their planned value. Ties go by symbol.
fn sweep(bought: &mut [Bought<'_>], step: QuantityStep) {
    let priced = || |target: &&Bought<'_>| target.price_usd.is_some();
    let planned: f64 = bought.iter().filter(priced()).map(|target| target.planned_usd).sum();
    let invested: f64 = bought.iter().map(|target| target.value_usd(step)).sum();
    let mut left_usd = planned - invested;
    loop {
        let mut best: Option<(usize, f64, f64)> = None;
        for (place, target) in bought.iter().enumerate() {
            let Some(price) = target.price_usd else { continue };
            let step_usd = price * step.shares();
            let shortfall = target.planned_usd - target.value_usd(step);
            let forgiven = FORGIVEN_STEP * step_usd;
            // One step further the distance is `step_usd - shortfall` on the other side.
            let is_nearer = step_usd - shortfall <= shortfall + forgiven;
            let is_paid_for = step_usd <= left_usd + forgiven;
            let is_larger = best.is_none_or(|(_, largest, _)| shortfall > largest);
            if is_nearer && is_paid_for && is_larger {
                best = Some((place, shortfall, step_usd));
            }
        }
        let Some((place, _, step_usd)) = best else { return };
        if let Some(target) = bought.get_mut(place) {
            target.steps += 1.0;
        }
        left_usd -= step_usd;
    }
}
