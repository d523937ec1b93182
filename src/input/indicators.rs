//! Indicators from their JSON file, in place of prices.

use super::json;
use super::{FileKind, InputRecord, Read, Reading};
use crate::finding::{Code, Finding};
use crate::market::history::PLAUSIBLE_PRICES;
use crate::market::indicators::{Indicators, TrendIndicators};
use crate::market::new_york;

/// What a file of indicators looks like, for the errors of one that can't be read.
const SHAPE: &str = "indicators are `{\"soxl\": {\"price\": 20, \"ma_trend\": 18}, \"soxx\": {\"price\": 230, \
                     \"ma_trend\": 215, \"ma20\": 225, \"ma20_slope\": 0.4}}`";

/// Reads indicators; prices and averages must be such as a market can have. The days of the record are that of the
/// newest closes that they are computed from.
///
/// # Errors
/// When the file can't be read, or has another shape.
pub fn read(path: &str) -> Read<Option<Indicators>> {
    let read = json::read::<Indicators>(path, Code::IndicatorsInvalid, Code::IndicatorsInvalid);
    let (indicators, file) = read.map_err(|finding| finding.or_hint(SHAPE))?;
    let mut record = InputRecord::new(FileKind::Indicators, path, file.sha256);
    let mut findings = Vec::new();
    match indicators.as_of.as_deref().map(|as_of| (as_of, new_york::read_date(as_of.trim()))) {
        Some((_, Ok(date))) => {
            record.last = Some(date.new_york());
            record.first = record.last;
        }
        Some((as_of, Err(error))) => findings.push(
            Finding::new(Code::IndicatorsInvalid, error.to_string())
                .file(path)
                .column("as_of")
                .observed(as_of)
                .expected(new_york::DATE_FORMS)
                .hint("write the date as `YYYY-MM-DD`"),
        ),
        None => {}
    }
    findings.extend(indicator_fallback(&indicators, path));
    for (symbol, trend) in [("soxl", &indicators.soxl), ("soxx", &indicators.soxx)] {
        findings.extend(prices(trend).filter_map(|(name, value)| {
            let value = value.filter(|value| !PLAUSIBLE_PRICES.contains(value))?;
            Some(
                Finding::new(Code::IndicatorsInvalid, format!("`{symbol}.{name}` is not a valid price"))
                    .file(path)
                    .column(format!("{symbol}.{name}"))
                    .observed(value)
                    .expected("a number above 0 and at most 1e12")
                    .hint("correct the value, or leave the key out where it is unknown"),
            )
        }));
        findings.extend(out_of_range(symbol, trend, path));
    }
    Ok(Reading { value: Some(indicators), input: Some(record), findings })
}

/// What a price may be of its average: further off, the two are not of one symbol or of one scale.
const PLAUSIBLE_RATIOS: std::ops::RangeInclusive<f64> = 0.2..=5.0;

/// Finds a price that can't be of one symbol with its average.
fn out_of_range(symbol: &str, trend: &TrendIndicators, path: &str) -> Option<Finding> {
    let price = trend.price.filter(|price| PLAUSIBLE_PRICES.contains(price))?;
    let averages = [("ma_trend", trend.ma_trend), ("ma20", trend.ma20)];
    let (name, average) = averages.into_iter().find_map(|(name, average)| {
        let average = average.filter(|average| PLAUSIBLE_PRICES.contains(average))?;
        (!PLAUSIBLE_RATIOS.contains(&(price / average))).then_some((name, average))
    })?;
    Some(
        Finding::new(
            Code::OutOfRange,
            format!("`{symbol}.price` is {price} and `{symbol}.{name}` is {average}"),
        )
        .file(path)
        .column(format!("{symbol}.price"))
        .observed(price / average)
        .expected("a price of 0.2 to 5 times its average")
        .hint("take price and average from the same adjusted closes"),
    )
}

/// Finds that the trend has to be taken from the leveraged fund, since the index fund's is not known.
fn indicator_fallback(indicators: &Indicators, path: &str) -> Option<Finding> {
    (indicators.soxx.ma_trend.is_none() && indicators.soxl.ma_trend.is_some()).then(|| {
        Finding::new(Code::IndicatorFallback, "there is no `soxx.ma_trend`, so the trend is taken from SOXL")
            .file(path)
            .column("soxx.ma_trend")
            .expected("the average of SOXX over the trend window")
            .hint("add `price` and `ma_trend` of `soxx`")
    })
}

fn prices(trend: &TrendIndicators) -> impl Iterator<Item = (&'static str, Option<f64>)> {
    [("price", trend.price), ("ma_trend", trend.ma_trend), ("ma20", trend.ma20)].into_iter()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use chrono::NaiveDate;

    use super::*;

    fn found(text: &str) -> (Option<NaiveDate>, Vec<(Code, Option<String>)>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let reading = read(file.path().to_str().unwrap()).unwrap();
        (
            reading.input.and_then(|input| input.last),
            reading.findings.into_iter().map(|found| (found.code, found.column)).collect(),
        )
    }

    #[test]
    fn a_file_in_good_order_has_a_date_and_no_finding() {
        let text = r#"{"as_of": "2025-03-31", "soxl": {"price": 20, "ma_trend": 18}, "soxx": {"price": 230, "ma_trend": 215}}"#;
        assert_eq!(found(text), ("2025-03-31".parse().ok(), vec![]));
    }

    #[test]
    fn a_trend_of_the_leveraged_fund_alone_is_a_fallback() {
        let text = r#"{"soxl": {"price": 20, "ma_trend": 18}, "soxx": {"price": 230}}"#;
        assert_eq!(found(text).1, [(Code::IndicatorFallback, Some("soxx.ma_trend".to_owned()))]);
    }

    #[test]
    fn a_price_far_from_its_average_is_out_of_range() {
        let text = |price: f64| {
            format!(
                r#"{{"soxl": {{"price": {price}, "ma_trend": 20}}, "soxx": {{"price": 230, "ma_trend": 215}}}}"#
            )
        };
        assert_eq!(found(&text(100.0)).1, []);
        assert_eq!(found(&text(4.0)).1, []);
        for price in [101.0, 3.9] {
            assert_eq!(found(&text(price)).1, [(Code::OutOfRange, Some("soxl.price".to_owned()))]);
        }
        assert_eq!(found(r#"{"as_of": "soon"}"#).1, [(Code::IndicatorsInvalid, Some("as_of".to_owned()))]);
    }

    #[test]
    fn what_no_market_can_have_is_no_price() {
        for (price, is_one) in [(0.0, false), (-1.0, false), (1e300, false), (1e12, true), (20.0, true)] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            write!(file, r#"{{"soxl": {{"price": {price}}}, "soxx": {{}}}}"#).unwrap();
            let findings = read(file.path().to_str().unwrap()).unwrap().findings;
            let columns: Vec<_> = findings.iter().filter_map(|finding| finding.column.as_deref()).collect();
            assert_eq!(columns.is_empty(), is_one, "{price}");
            assert!(columns.iter().all(|column| *column == "soxl.price"));
        }
    }
}
