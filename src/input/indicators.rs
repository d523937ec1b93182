//! Indicators from their JSON file, in place of prices.

use super::json;
use super::{FileKind, InputRecord};
use crate::finding::{Code, Finding};
use crate::market::indicators::{Indicators, TrendIndicators};

/// What the file says, and what is wrong with it.
#[derive(Debug, Default)]
pub struct IndicatorsReading {
    /// The indicators; `None` where the file can't be used.
    pub indicators: Option<Indicators>,
    /// The file.
    pub input: Option<InputRecord>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// Reads indicators; prices and averages must be above zero.
pub fn read(path: &str) -> IndicatorsReading {
    let mut reading = IndicatorsReading::default();
    let (indicators, file) =
        match json::read::<Indicators>(path, Code::IndicatorsInvalid, Code::IndicatorsInvalid) {
            Ok(read) => read,
            Err(finding) => {
                reading.findings.push(finding.or_hint(
                "indicators are `{\"soxl\": {\"price\": 20, \"ma_trend\": 18}, \"soxx\": {\"price\": 230, \
                     \"ma_trend\": 215, \"ma20\": 225, \"ma20_slope\": 0.4}}`",
            ));
                return reading;
            }
        };
    reading.input = Some(InputRecord::new(FileKind::Indicators, path, file.sha256));
    for (symbol, trend) in [("soxl", &indicators.soxl), ("soxx", &indicators.soxx)] {
        reading.findings.extend(prices(trend).filter_map(|(name, value)| {
            let value = value.filter(|value| *value <= 0.0)?;
            Some(
                Finding::new(Code::IndicatorsInvalid, format!("`{symbol}.{name}` is no price"))
                    .file(path)
                    .column(format!("{symbol}.{name}"))
                    .observed(value)
                    .expected("a number above 0")
                    .hint("correct the value, or leave the key out where it is unknown"),
            )
        }));
    }
    reading.indicators = Some(indicators);
    reading
}

fn prices(trend: &TrendIndicators) -> impl Iterator<Item = (&'static str, Option<f64>)> {
    [("price", trend.price), ("ma_trend", trend.ma_trend), ("ma20", trend.ma20)].into_iter()
}
