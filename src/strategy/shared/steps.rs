//! Numbers of the sizing under their own names: the expression that computes a number is the formula in the trace, so
//! no formula is written twice.

/// Declares numbers in turn and records each with its expression: `steps! { trace; weight: ratio = exposure / count; }`
/// is `let weight = exposure / count;` and a step `weight` with the formula `exposure / count`. With `, of &symbol` the
/// steps are those of one symbol, with `, in ranking` those of one of several rankings.
macro_rules! steps {
    ($trace:ident; $($name:ident: $unit:ident = $value:expr;)+) => {$(
        let $name = $value;
        $trace.step($crate::strategy::trace::Quantity::$unit(stringify!($name), $name), stringify!($value));
    )+};
    ($trace:ident, of $symbol:expr; $($name:ident: $unit:ident = $value:expr;)+) => {$(
        let $name = $value;
        let quantity = $crate::strategy::trace::Quantity::$unit(stringify!($name), $name);
        $trace.symbol_step($symbol, quantity, stringify!($value));
    )+};
    ($trace:ident, in $ranking:expr; $($name:ident: $unit:ident = $value:expr;)+) => {$(
        let $name = $value;
        let quantity = $crate::strategy::trace::Quantity::$unit(stringify!($name), $name);
        $trace.ranking_step($ranking, quantity, stringify!($value));
    )+};
}

/// A value with its expression as the formula, for a step whose branches compute it in different ways.
macro_rules! computed {
    ($value:expr) => {
        ($value, stringify!($value))
    };
}

pub(crate) use {computed, steps};

/// Returns the larger of two numbers, as a formula writes it.
pub fn max<N: PartialOrd>(left: N, right: N) -> N {
    if right > left { right } else { left }
}

/// Returns the smaller of two numbers, as a formula writes it.
pub fn min<N: PartialOrd>(left: N, right: N) -> N {
    if right < left { right } else { left }
}

/// Returns the whole number below, as a count: zero below one, the largest count if it does not fit.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` saturates, which is the doc
pub fn floor(number: f64) -> usize {
    number.floor() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::trace::Trace;
    use crate::symbol::Symbol;

    #[test]
    fn a_step_has_the_name_and_the_expression_of_its_number() {
        let (mut trace, symbol) = (Trace::default(), Symbol::literal("A"));
        let trace = &mut trace;
        let (exposure, count, cap) = (0.8, 4.0, 0.1);
        steps! { trace; share: ratio = exposure / count; }
        steps! { trace, of &symbol; weight: ratio = min(cap, share); }
        steps! { trace, in Some("top2"); slots: count = max(1, floor(exposure / share)); }
        assert_eq!((share, weight, slots), (0.2, 0.1, 4));
        let recorded: Vec<_> =
            trace.steps.iter().map(|step| (step.quantity.name, step.quantity.value, step.formula)).collect();
        assert_eq!(
            recorded,
            [
                ("share", Some(0.2), "exposure / count"),
                ("weight", Some(0.1), "min(cap, share)"),
                ("slots", Some(4.0), "max(1, floor(exposure / share))"),
            ]
        );
        assert_eq!(trace.steps[1].symbol.as_ref(), Some(&symbol));
        assert_eq!(trace.steps[2].ranking.as_deref(), Some("top2"));
        assert_eq!(computed!(1 + 1), (2, "1 + 1"));
    }
}
