//! Pictures of lines over time.

use super::line::{self, Point};
use super::scale::{HeightScale, TimeScale, UNITS, rounded};

/// A line of a grid with its label.
#[derive(Clone, Debug)]
pub(super) struct GridLine {
    /// Pixels from the top.
    pub y: f64,
    /// What it stands for.
    pub label: String,
}

/// A line with the label at its end.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its style.
    pub class: &'static str,
    /// The data of its path.
    pub path: String,
    /// Pixels of its label from the top.
    pub label_y: f64,
    /// Its label.
    pub label: String,
    /// Its newest value in words.
    pub value: String,
}

/// A mark on a line.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Its style: `emergency` or `defence`.
    pub class: &'static str,
    /// Its place in per cent of the width.
    pub x: f64,
    /// Pixels from the top.
    pub y: f64,
    /// What it says.
    pub title: String,
}

/// A picture of lines.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    /// Its height in pixels.
    pub height: f64,
    /// Columns of its paths.
    pub columns: f64,
    /// Its grid.
    pub grid: Vec<GridLine>,
    /// Its lines, the most important last.
    pub lines: Vec<Line>,
    /// Its marks.
    pub marks: Vec<Mark>,
}

/// The least distance of two labels in pixels.
const LABEL_DISTANCE: f64 = 28.0;

/// A line to draw: its style, its label, its newest value in words, its values.
pub(super) struct Curve<'a> {
    pub class: &'static str,
    pub label: String,
    pub value: String,
    pub values: &'a [f64],
}

impl Chart {
    /// Draws curves, one value a session each, before a grid of labelled values.
    pub(super) fn new(
        time: TimeScale<'_>,
        height: HeightScale,
        columns: f64,
        curves: Vec<Curve<'_>>,
        grid: impl IntoIterator<Item = (f64, String)>,
    ) -> Self {
        let line = |curve: Curve<'_>| {
            let values = time.sessions.iter().zip(curve.values);
            let points: Vec<Point> =
                values.map(|(&day, &value)| (time.share(day), height.pixels(value))).collect();
            Line {
                class: curve.class,
                path: line::path(&points, columns),
                label_y: rounded(points.last().map_or(0.0, |(_, y)| *y)),
                label: curve.label,
                value: curve.value,
            }
        };
        let mut lines: Vec<Line> = curves.into_iter().map(line).collect();
        part_labels(&mut lines, height.height);
        let grid = grid.into_iter().map(|(tick, label)| GridLine { y: rounded(height.pixels(tick)), label });
        Self { height: height.height, columns, grid: grid.collect(), lines, marks: Vec::new() }
    }

    /// The height of its paths in their own units.
    pub(super) fn units(&self) -> f64 {
        self.height * UNITS
    }
}

/// Moves labels apart that would stand on each other, and keeps them inside.
fn part_labels(lines: &mut [Line], height: f64) {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|one, other| {
        let y = |place: &usize| lines.get(*place).map_or(0.0, |line| line.label_y);
        y(one).total_cmp(&y(other))
    });
    let mut floor = 8.0;
    for (rank, place) in order.iter().enumerate() {
        let below = crate::number::of_count(order.len() - 1 - rank) * LABEL_DISTANCE;
        if let Some(line) = lines.get_mut(*place) {
            line.label_y = line.label_y.max(floor).min((height - 20.0 - below).max(floor));
            floor = line.label_y + LABEL_DISTANCE;
        }
    }
}
