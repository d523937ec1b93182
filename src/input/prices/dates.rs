//! The dates of price files: ISO dates and timestamps, `YYYYMMDD`, moments counted from 1970, or what `--dates` names.

use std::fmt;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use crate::market::new_york::{self, DateError, DateReading};

/// How the dates of the `--prices` files are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "Option<String>", into = "Option<String>")]
pub enum DateFormat {
    /// Any form that has one meaning.
    #[default]
    Automatic,
    /// The date part as it stands, whatever its zone; of a number its UTC date.
    AsWritten,
    /// A strftime pattern; every date must fit it.
    Pattern(String),
}

impl TryFrom<Option<String>> for DateFormat {
    type Error = String;

    fn try_from(text: Option<String>) -> Result<Self, String> {
        text.map_or(Ok(Self::Automatic), |text| Self::parse(&text))
    }
}

impl From<DateFormat> for Option<String> {
    fn from(format: DateFormat) -> Self {
        match format {
            DateFormat::Automatic => None,
            DateFormat::AsWritten => Some(AS_WRITTEN.to_owned()),
            DateFormat::Pattern(pattern) => Some(pattern),
        }
    }
}

/// The word for [`DateFormat::AsWritten`].
const AS_WRITTEN: &str = "as-written";

/// Patterns that vendors write, and that are named where one of them fits every date of a file. The first ones can be
/// taken for each other.
pub(super) const PATTERNS: [&str; 14] = [
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%m.%d.%Y",
    "%d.%m.%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d %b %Y",
];

/// The years of a plausible date, as for ISO dates.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

impl DateFormat {
    /// Reads the value of `--dates`.
    ///
    /// # Errors
    /// When it is neither `as-written` nor a pattern that makes a date.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case(AS_WRITTEN) {
            return Ok(Self::AsWritten);
        }
        let expected = "expected a pattern such as `%m/%d/%Y`, or `as-written`";
        let items: Vec<Item<'_>> = StrftimeItems::new(text).collect();
        if items.contains(&Item::Error) || !text.contains('%') {
            return Err(format!("it is not a date pattern; {expected}"));
        }
        let day = NaiveDate::from_ymd_opt(2025, 11, 28).and_then(|day| day.and_hms_opt(16, 0, 0));
        let written = day.map(|day| {
            let mut written = String::new();
            let _ =
                fmt::write(&mut written, format_args!("{}", day.and_utc().format_with_items(items.iter())));
            written
        });
        match written.and_then(|written| read_pattern(&written, text)) {
            Some(read) if Some(read) == day.map(|day| day.date()) => Ok(Self::Pattern(text.to_owned())),
            _ => Err(format!("it does not name a whole date; {expected}")),
        }
    }
}

/// How many bytes of a timestamp are its date.
const DATE_LENGTH: usize = 10;

/// Why a cell is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The cell is blank.
    Blank,
    /// The text has no form that is known.
    Form(DateError),
    /// Midnight in another zone, which may mean the written date or the day before.
    Midnight {
        /// The date that stands there.
        written: NaiveDate,
        /// The date in New York.
        new_york: NaiveDate,
    },
    /// The date does not fit `--dates`.
    Pattern,
    /// A number of another count of digits than dates have.
    Digits(usize),
}

/// Reads the dates of one file.
pub(super) struct DateReader<'a> {
    format: &'a DateFormat,
    last_written: Vec<u8>,
    last: Option<NaiveDate>,
    /// The first time of day, and whether there is another one.
    times: (Option<Vec<u8>>, bool),
}

impl<'a> DateReader<'a> {
    pub(super) fn new(format: &'a DateFormat) -> Self {
        Self { format, last_written: Vec::new(), last: None, times: (None, false) }
    }

    /// Reads a date.
    pub(super) fn read(&mut self, written: &[u8]) -> Result<NaiveDate, Refusal> {
        // Files by date repeat it in every row.
        if let Some(date) = self.last.filter(|_| self.last_written == written) {
            return Ok(date);
        }
        // A plain date has no time of day.
        if matches!(self.format, DateFormat::Automatic)
            && let Some(date) = new_york::read_plain_date(written)
        {
            return Ok(self.remember(written, date));
        }
        let text = text_of(written)?;
        let date = match self.format {
            DateFormat::Automatic => read_automatic(text)?,
            DateFormat::AsWritten => read_as_written(text)?,
            DateFormat::Pattern(pattern) => read_pattern(text, pattern).ok_or(Refusal::Pattern)?,
        };
        self.note_time(written);
        Ok(self.remember(written, date))
    }

    fn remember(&mut self, written: &[u8], date: NaiveDate) -> NaiveDate {
        self.last_written.clear();
        self.last_written.extend_from_slice(written);
        self.last = Some(date);
        date
    }

    /// The time of day beside a date; `None` of a date alone, of midnight, and where a pattern names the form.
    pub(super) fn clock(&self, written: &[u8]) -> Option<Clock> {
        let time = written.get(DATE_LENGTH..).unwrap_or_default();
        let is_midnight = matches!(time, [_, b'0', b'0', b':', b'0', b'0', ..]);
        let is_number = written.iter().all(u8::is_ascii_digit);
        if matches!(self.format, DateFormat::Pattern(_)) || is_midnight || (time.is_empty() && !is_number) {
            return None;
        }
        let text = text_of(written).ok()?;
        if !is_number {
            return new_york::read_times(text).map(|(written, new_york)| Clock { written, new_york });
        }
        match read_number(text).ok()? {
            Number::Day(_) => None,
            Number::Moment(moment) => Some(Clock {
                written: moment.time(),
                new_york: new_york::clock_of_moment(moment.naive_utc()).ok()?.time(),
            }),
        }
    }

    /// Whether the dates read so far have several times of day.
    pub(super) fn has_several_times(&self) -> bool {
        self.times.1
    }

    fn note_time(&mut self, written: &[u8]) {
        const TIME_LENGTH: usize = 6;
        let time = match text_of(written).ok().filter(|text| is_number(text)).map(read_number) {
            Some(Ok(Number::Moment(moment))) => Some(moment.time().to_string().into_bytes()),
            Some(_) => None,
            None => written.get(DATE_LENGTH..DATE_LENGTH + TIME_LENGTH).map(<[u8]>::to_vec),
        };
        let Some(time) = time else { return };
        match &self.times.0 {
            None => self.times.0 = Some(time),
            Some(first) => self.times.1 |= *first != time,
        }
    }
}

fn text_of(written: &[u8]) -> Result<&str, Refusal> {
    let text = std::str::from_utf8(written).map_err(|_| Refusal::Form(DateError::Shape))?.trim();
    if text.is_empty() { Err(Refusal::Blank) } else { Ok(text) }
}

fn read_automatic(text: &str) -> Result<NaiveDate, Refusal> {
    if is_number(text) {
        return match read_number(text)? {
            Number::Day(date) => Ok(date),
            Number::Moment(moment) => {
                let written = moment.date_naive();
                let new_york = new_york::date_of_moment(moment.naive_utc()).map_err(Refusal::Form)?;
                if moment.time() == NaiveTime::MIN {
                    return Err(Refusal::Midnight { written, new_york });
                }
                Ok(new_york)
            }
        };
    }
    match new_york::read_date(text).map_err(Refusal::Form)? {
        DateReading::Date(date) => Ok(date),
        DateReading::Midnight { written, new_york } => Err(Refusal::Midnight { written, new_york }),
    }
}

fn read_as_written(text: &str) -> Result<NaiveDate, Refusal> {
    if is_number(text) {
        return Ok(match read_number(text)? {
            Number::Day(date) => date,
            Number::Moment(moment) => moment.date_naive(),
        });
    }
    // The whole text must be a timestamp; of it the date part counts.
    match new_york::read_date(text) {
        Ok(_) | Err(DateError::BeforeUniformTime) => {}
        Err(error) => return Err(Refusal::Form(error)),
    }
    let (date, _) =
        text.as_bytes().split_first_chunk::<DATE_LENGTH>().ok_or(Refusal::Form(DateError::Shape))?;
    new_york::read_plain_date(date).ok_or(Refusal::Form(DateError::Shape))
}

/// Reads a date by a strftime pattern; what the pattern says of the time is passed over.
fn read_pattern(text: &str, pattern: &str) -> Option<NaiveDate> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, StrftimeItems::new(pattern)).ok()?;
    parsed.to_naive_date().ok().filter(|date| YEARS.contains(&chrono::Datelike::year(date)))
}

/// Whether a text is a date in a form that vendors write.
pub(super) fn has_known_form(text: &str) -> bool {
    PATTERNS.into_iter().any(|pattern| read_pattern(text.trim(), pattern).is_some())
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

enum Number {
    Day(NaiveDate),
    Moment(DateTime<chrono::Utc>),
}

/// Reads `YYYYMMDD`, or whole seconds, milliseconds or nanoseconds since 1970.
fn read_number(text: &str) -> Result<Number, Refusal> {
    const DAY_DIGITS: usize = 8;
    const SECONDS_DIGITS: usize = 10;
    const MILLISECONDS_DIGITS: usize = 13;
    const NANOSECONDS_DIGITS: usize = 19;
    let refusal = Refusal::Digits(text.len());
    if text.len() == DAY_DIGITS {
        let iso = [text.get(..4), text.get(4..6), text.get(6..)].map(Option::unwrap_or_default).join("-");
        return match new_york::read_date(&iso) {
            Ok(reading) => Ok(Number::Day(reading.new_york())),
            Err(error) => Err(Refusal::Form(error)),
        };
    }
    let number: i64 = text.parse().map_err(|_| refusal)?;
    let moment = match text.len() {
        SECONDS_DIGITS => DateTime::from_timestamp_secs(number),
        MILLISECONDS_DIGITS => DateTime::from_timestamp_millis(number),
        NANOSECONDS_DIGITS => Some(DateTime::from_timestamp_nanos(number)),
        _ => None,
    };
    moment.map(Number::Moment).ok_or(refusal)
}

/// Keeps the patterns that fit a date too.
pub(super) fn narrow(patterns: &mut Vec<&'static str>, written: &str) {
    patterns.retain(|pattern| read_pattern(written.trim(), pattern).is_some());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Result<String, Refusal> {
        let format =
            if format.is_empty() { DateFormat::Automatic } else { DateFormat::parse(format).unwrap() };
        DateReader::new(&format).read(text.as_bytes()).map(|date| date.to_string())
    }

    #[test]
    fn numbers_are_days_or_moments_by_their_digits() {
        assert_eq!(read("", "20250331").as_deref(), Ok("2025-03-31"));
        // 1743451200 is 2025-03-31 20:00 UTC, 16:00 in New York.
        for moment in ["1743451200", "1743451200000", "1743451200000000000"] {
            assert_eq!(read("", moment).as_deref(), Ok("2025-03-31"), "{moment}");
        }
        // 1743465600 is midnight UTC of 1 April, 20:00 of 31 March in New York.
        let day = |text: &str| text.parse().unwrap();
        let midnight = Refusal::Midnight { written: day("2025-04-01"), new_york: day("2025-03-31") };
        assert_eq!(read("", "1743465600"), Err(midnight));
        assert_eq!(read("as-written", "1743465600").as_deref(), Ok("2025-04-01"));
        for digits in ["2025033", "202503311", "174345120000", "1743451200000000"] {
            assert_eq!(read("", digits), Err(Refusal::Digits(digits.len())), "{digits}");
        }
        assert_eq!(read("", "20250229"), Err(Refusal::Form(DateError::Day)));
    }

    #[test]
    fn as_written_takes_the_date_part_whatever_the_zone() {
        for text in ["2025-03-31T00:00:00.000Z", "2025-03-31", "2025-03-31 23:00:00-10:00", "20250331"] {
            assert_eq!(read("as-written", text).as_deref(), Ok("2025-03-31"), "{text}");
        }
        assert_eq!(read("as-written", "1962-01-02T00:00:00+01:00").as_deref(), Ok("1962-01-02"));
        assert!(read("as-written", "2025-03-31x").is_err());
    }

    #[test]
    fn with_a_pattern_nothing_falls_back() {
        assert_eq!(read("%m/%d/%Y", "03/31/2025").as_deref(), Ok("2025-03-31"));
        assert_eq!(read("%m/%d/%Y", "3/1/2025").as_deref(), Ok("2025-03-01"));
        assert_eq!(read("%d/%m/%Y %H:%M", "31/03/2025 16:00").as_deref(), Ok("2025-03-31"));
        assert_eq!(read("%m/%d/%Y", "2025-03-31"), Err(Refusal::Pattern));
        assert_eq!(read("%m/%d/%Y", "31/03/2025"), Err(Refusal::Pattern));
    }

    #[test]
    fn a_format_names_a_whole_date() {
        for bad in ["", "iso", "%Q", "%m/%d", "%H:%M", "%Y-%m"] {
            assert!(DateFormat::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(DateFormat::parse("AS-WRITTEN"), Ok(DateFormat::AsWritten));
    }

    proptest::proptest! {
        #[test]
        fn a_plain_date_is_read_as_any_other_form(text in "(1[89]|20|21|22)[0-9]{2}-[01][0-9]-[0-3][0-9]([T ].?)?| ?[0-9-]{9,11}") {
            proptest::prop_assert_eq!(
                DateReader::new(&DateFormat::Automatic).read(text.as_bytes()),
                text_of(text.as_bytes()).and_then(read_automatic)
            );
        }
    }

    #[test]
    fn the_patterns_that_fit_every_date_are_left() {
        let fits = |dates: &[&str]| {
            let mut fits = PATTERNS.to_vec();
            dates.iter().for_each(|date| narrow(&mut fits, date));
            fits
        };
        assert_eq!(fits(&["03/31/2025", "04/01/2025"]), ["%m/%d/%Y"]);
        assert_eq!(fits(&["04/01/2025"]), ["%m/%d/%Y", "%d/%m/%Y"]);
        assert_eq!(fits(&["Mar 31, 2025"]), ["%b %d, %Y", "%B %d, %Y"]);
        assert!(fits(&["yesterday"]).is_empty());
    }
}
