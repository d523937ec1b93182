//! Lines thinned to what a pixel column can show: its first, lowest, highest and last value.

use std::fmt::Write as _;

use super::scale::UNITS;

/// A point of a line: the column as a fraction of the width, the pixels from the top.
pub(super) type Point = (f64, f64);

/// The data of an SVG path through points in order, on `columns` columns and ten units a pixel of height.
pub(super) fn path(points: &[Point], columns: f64) -> String {
    let mut text = String::new();
    let mut pen: Option<(i64, i64)> = None;
    for (x, y) in thinned(points, columns) {
        match pen {
            None => drop(write!(text, "M{x} {y}")),
            Some((pen_x, pen_y)) => {
                let (dx, dy) = (x - pen_x, y - pen_y);
                if dx == 0 && dy == 0 {
                    continue;
                }
                match (dx, dy) {
                    (0, _) => drop(write!(text, "v{dy}")),
                    (_, 0) => drop(write!(text, "h{dx}")),
                    (_, 0..) => drop(write!(text, "l{dx} {dy}")),
                    _ => drop(write!(text, "l{dx}{dy}")),
                }
            }
        }
        pen = Some((x, y));
    }
    text
}

/// The first, lowest, highest and last point of each column, in their order.
#[allow(clippy::cast_possible_truncation)] // columns and pixels are small
fn thinned(points: &[Point], columns: f64) -> Vec<(i64, i64)> {
    let place =
        |&(share, pixels): &Point| ((share * columns).round() as i64, (pixels * UNITS).round() as i64);
    let placed: Vec<(i64, i64)> = points.iter().map(place).collect();
    let mut kept = Vec::new();
    for column in placed.chunk_by(|one, other| one.0 == other.0) {
        let ends = [Some(0), column.len().checked_sub(1)];
        let by_height = |&place: &usize| column.get(place).map(|point| point.1);
        let extremes = [(0..column.len()).min_by_key(by_height), (0..column.len()).max_by_key(by_height)];
        let mut places: Vec<usize> = ends.into_iter().chain(extremes).flatten().collect();
        places.sort_unstable();
        places.dedup();
        kept.extend(places.into_iter().filter_map(|place| column.get(place).copied()));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_keeps_its_first_lowest_highest_and_last_value() {
        // One column of six values: 5 first, 1 lowest, 9 highest, 4 last; 6 and 3 are dropped.
        let points: Vec<Point> = [5.0, 6.0, 1.0, 9.0, 3.0, 4.0].into_iter().map(|y| (0.0, y)).collect();
        assert_eq!(thinned(&points, 10.0), [(0, 50), (0, 10), (0, 90), (0, 40)]);
        assert_eq!(path(&points, 10.0), "M0 50v-40v80v-50");
    }

    #[test]
    fn a_line_of_few_values_is_drawn_whole() {
        let points = [(0.0, 1.0), (0.5, 2.0), (1.0, 2.0)];
        assert_eq!(path(&points, 10.0), "M0 10l5 10h5");
    }
}
