//! Means, deviations, z-scores and medians, pure and exact where exactness is possible.
//!
//! Sums are taken about one of the values, `x0 + mean(x - x0)`, in two passes: the mean of a constant
//! series is that constant, and its deviation is exactly zero, where the textbook sums leave noise that
//! a z-score would blow up.

use crate::number::of_count;

/// The mean, about the first value; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    let &origin = values.first()?;
    let offset: f64 = values.iter().map(|value| value - origin).sum();
    Some(origin + offset / of_count(values.len()))
}

/// The population standard deviation (divided by n); `None` of nothing.
pub fn population_deviation(values: &[f64]) -> Option<f64> {
    Some((squared_deviations(values)? / of_count(values.len())).sqrt())
}

/// The sample standard deviation (divided by n - 1); `None` of fewer than two values.
pub fn sample_deviation(values: &[f64]) -> Option<f64> {
    (values.len() > 1).then_some(())?;
    Some((squared_deviations(values)? / (of_count(values.len()) - 1.0)).sqrt())
}

/// The median: the middle value, or the mean of the two middle ones; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(middle - 1)?;
    Some(lower + (upper - lower) / 2.0)
}

/// The z-scores `(x - mean) / sd` with the population deviation, one a value.
///
/// A missing value is left out of mean and deviation and scores 0; where the deviation is 0 or undefined,
/// every score is 0.
pub fn z_scores(values: &[Option<f64>]) -> Vec<f64> {
    let present: Vec<f64> = values.iter().flatten().copied().collect();
    match (mean(&present), population_deviation(&present)) {
        (Some(mean), Some(deviation)) if deviation > 0.0 && deviation.is_finite() => {
            values.iter().map(|value| value.map_or(0.0, |value| (value - mean) / deviation)).collect()
        }
        _ => vec![0.0; values.len()],
    }
}

/// A score rounded to 12 decimals, for comparing: two names that tie by the rule must not be parted by
/// floating-point noise.
pub fn rounded_for_comparison(score: f64) -> f64 {
    const TWELVE_DECIMALS: f64 = 1e12;
    // Adding zero folds -0.0 into 0.0, which `total_cmp` would part.
    (score * TWELVE_DECIMALS).round() / TWELVE_DECIMALS + 0.0
}

fn squared_deviations(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    Some(values.iter().map(|value| (value - mean) * (value - mean)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_series_has_itself_as_mean_and_no_deviation() {
        let flat = [0.1; 7];
        assert_eq!(mean(&flat), Some(0.1));
        assert_eq!(population_deviation(&flat), Some(0.0));
        assert_eq!(z_scores(&flat.map(Some)), vec![0.0; 7]);
    }

    #[test]
    fn deviations_of_a_worked_series() {
        // 2 4 4 4 5 5 7 9: mean 40/8 = 5, squares 9+1+1+1+0+0+4+16 = 32; 32/8 = 4, 32/7 = 4.571...
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean(&values), Some(5.0));
        assert_eq!(population_deviation(&values), Some(2.0));
        assert_eq!(sample_deviation(&values), Some((32.0_f64 / 7.0).sqrt()));
    }

    #[test]
    fn too_few_values_are_an_answer_of_their_own() {
        assert_eq!(mean(&[]), None);
        assert_eq!(population_deviation(&[]), None);
        assert_eq!(sample_deviation(&[1.0]), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn the_median_is_the_middle_or_half_way() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn a_missing_value_scores_zero_and_counts_for_nothing() {
        // 1 and 3: mean 2, deviation 1.
        assert_eq!(z_scores(&[Some(1.0), None, Some(3.0)]), vec![-1.0, 0.0, 1.0]);
    }

    #[test]
    fn mirror_images_tie_after_rounding() {
        let (left, right) = (0.1 + 0.2, 0.3);
        assert!(left != right);
        assert_eq!(
            rounded_for_comparison(left).total_cmp(&rounded_for_comparison(right)),
            std::cmp::Ordering::Equal
        );
        assert_eq!(rounded_for_comparison(-1e-17).total_cmp(&0.0), std::cmp::Ordering::Equal);
    }
}
