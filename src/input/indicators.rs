//! Indicators from their JSON file, in place of prices.

use super::json;
use super::{FileKind, InputRecord};
use crate::finding::{Code, Finding};
use crate::market::history::PLAUSIBLE_PRICES;
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

/// Reads indicators; prices and averages must be such as a market can have.
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
            let value = value.filter(|value| !PLAUSIBLE_PRICES.contains(value))?;
            Some(
                Finding::new(Code::IndicatorsInvalid, format!("`{symbol}.{name}` is no price"))
                    .file(path)
                    .column(format!("{symbol}.{name}"))
                    .observed(value)
                    .expected("a number above 0 and at most 1e12")
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_no_market_can_have_is_no_price() {
        for (price, is_one) in [(0.0, false), (-1.0, false), (1e300, false), (1e12, true), (20.0, true)] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            write!(file, r#"{{"soxl": {{"price": {price}}}, "soxx": {{}}}}"#).unwrap();
            let findings = read(file.path().to_str().unwrap()).findings;
            let columns: Vec<_> = findings.iter().filter_map(|finding| finding.column.as_deref()).collect();
            assert_eq!(columns.is_empty(), is_one, "{price}");
            assert!(columns.iter().all(|column| *column == "soxl.price"));
        }
    }
}
