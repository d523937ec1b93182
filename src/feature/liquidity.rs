//! How much of a symbol is traded.

use crate::market::series::newest;
use crate::statistics::mean;

/// The mean of close times volume over the newest `window` rows in US dollars; `None` also where one of them has no
/// volume. `volumes` is one a close, or empty where none is known.
pub fn dollar_volume(closes: &[f64], volumes: &[Option<f64>], window: usize) -> Option<f64> {
    let traded = traded(closes, volumes, window)?;
    mean(&traded.into_iter().collect::<Option<Vec<f64>>>()?)
}

/// The mean of close times volume over those of the newest `window` rows that have a volume, in US dollars; `None`
/// also where none has.
pub fn known_dollar_volume(closes: &[f64], volumes: &[Option<f64>], window: usize) -> Option<f64> {
    mean(&traded(closes, volumes, window)?.into_iter().flatten().collect::<Vec<f64>>())
}

fn traded(closes: &[f64], volumes: &[Option<f64>], window: usize) -> Option<Vec<Option<f64>>> {
    let newest_closes = newest(closes, window)?;
    let newest_volumes = newest(volumes, window)?;
    let rows = newest_closes.iter().zip(newest_volumes);
    Some(rows.map(|(close, volume)| volume.map(|volume| close * volume)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_volume_counts_for_nothing_or_voids_the_mean() {
        // 2 * 10 = 20 and 4 * 5 = 20 less a blank between them; the oldest row is out of the window.
        let (closes, volumes) = ([9.0, 2.0, 3.0, 4.0], [Some(1e9), Some(10.0), None, Some(5.0)]);
        assert_eq!(known_dollar_volume(&closes, &volumes, 3), Some(20.0));
        assert_eq!(dollar_volume(&closes, &volumes, 3), None);
        assert_eq!(dollar_volume(&closes, &volumes, 1), Some(20.0));
        assert_eq!(known_dollar_volume(&closes, &[None; 4], 3), None);
        assert_eq!(known_dollar_volume(&closes, &volumes, 5), None);
        assert_eq!(known_dollar_volume(&closes, &[], 3), None);
    }
}
