//! How a rule is written: its variables are the trace's names, and the expression that computes a number is its
//! formula, so that no name and no formula is written twice.

/// A variable of the rule, or a number of its config, as a quantity of its name in a unit: `usd!(close)`,
/// `ratio!(*config.hold_bonus)`.
macro_rules! quantities {
    ($d:tt $($unit:ident)+) => {$(
        macro_rules! $unit {
            ($d name:ident) => {
                $crate::strategy::trace::Quantity::$unit(stringify!($d name), $d name)
            };
            (*$d owner:ident.$d name:ident) => {
                $crate::strategy::trace::Quantity::$unit(stringify!($d name), *$d owner.$d name)
            };
        }
        pub(crate) use $unit;
    )+};
}
quantities!($ usd ratio count);

/// Gives a number back and records it under its name with its expression: `step!(trace, weight: ratio = exposure / count)`
/// records a step `weight` with the formula `exposure / count`. After `of &symbol` the step is one of that symbol, after
/// `in ranking` one of that ranking.
macro_rules! step {
    ($trace:ident, $name:ident: $unit:ident = $value:expr) => {{
        let $name = $value;
        $trace.step($crate::strategy::trace::$unit!($name), stringify!($value));
        $name
    }};
    ($trace:ident, of $symbol:expr, $name:ident: $unit:ident = $value:expr) => {{
        let $name = $value;
        $trace.symbol_step($symbol, $crate::strategy::trace::$unit!($name), stringify!($value));
        $name
    }};
    ($trace:ident, in $ranking:expr, $name:ident: $unit:ident = $value:expr) => {{
        let $name = $value;
        $trace.ranking_step($ranking, $crate::strategy::trace::$unit!($name), stringify!($value));
        $name
    }};
}

/// A worksheet: each line declares a variable, and records it as [`step!`] does.
macro_rules! steps {
    ($trace:ident; $($name:ident: $unit:ident = $value:expr;)+) => {$(
        let $name = $crate::strategy::trace::step!($trace, $name: $unit = $value);
    )+};
    ($trace:ident, of $symbol:expr; $($name:ident: $unit:ident = $value:expr;)+) => {$(
        let $name = $crate::strategy::trace::step!($trace, of $symbol, $name: $unit = $value);
    )+};
    ($trace:ident, in $ranking:expr; $($name:ident: $unit:ident = $value:expr;)+) => {$(
        let $name = $crate::strategy::trace::step!($trace, in $ranking, $name: $unit = $value);
    )+};
}

/// The same for targets in US dollars: each line a variable, the symbol that it is the target of, and its value.
macro_rules! targets {
    ($trace:ident, $targets:ident; $($name:ident: $symbol:expr => $value:expr;)+) => {$(
        let $name: f64 = $value;
        let (symbol, target_value): ($crate::symbol::Symbol, f64) = ($symbol.clone(), $name);
        $trace.symbol_step(&symbol, $crate::strategy::trace::usd!(target_value), stringify!($value));
        $targets.insert(symbol, target_value);
    )+};
}

/// A value with its expression as the formula, for a step whose branches say in words how it came about.
macro_rules! computed {
    ($value:expr) => {
        ($value, stringify!($value))
    };
}

pub(crate) use {computed, step, steps, targets};

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
    use std::collections::BTreeMap;

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

    #[test]
    fn a_target_is_kept_under_its_symbol_with_its_expression() {
        let (mut trace, mut targets, symbol) = (Trace::default(), BTreeMap::new(), Symbol::literal("A"));
        let (trace, growth) = (&mut trace, 100.0);
        targets! { trace, targets; a: symbol => growth * min(1.0, 1.5); b: Symbol::literal("B") => growth - a; }
        assert_eq!((a, b, targets.values().copied().collect::<Vec<_>>()), (100.0, 0.0, vec![100.0, 0.0]));
        let first = trace.steps.first().unwrap();
        assert_eq!((first.quantity.name, first.formula), ("target_value", "growth * min(1.0, 1.5)"));
        assert_eq!(first.symbol, Some(symbol));
    }
}
