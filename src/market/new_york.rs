//! Dates as people and data-frame libraries write them, and the calendar date in New York of a moment with
//! a zone.
//!
//! A date without a zone is taken as it stands: daily bars are labelled with the exchange's own date. A time
//! with a zone is a moment, and the moment's date is the one on New York's clocks.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use thiserror::Error;

/// What a date may look like, for the `expected` of a finding.
pub const DATE_FORMS: &str = "`YYYY-MM-DD` or an ISO timestamp";

/// The years in which a date is believed; others are slips of the pen, such as `0205` or `20255`.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;
/// How many bytes a plain date has.
const PLAIN_DATE_LENGTH: usize = 10;
/// How many digits of a second's fraction are read: nanoseconds.
const LONGEST_FRACTION_DIGITS: u32 = 9;
/// The widest distance of a zone in civil use from Greenwich, in minutes: 14 hours, in the Line Islands.
const WIDEST_OFFSET_MINUTES: i32 = 14 * MINUTES_PER_HOUR;
const MINUTES_PER_HOUR: i32 = 60;
/// New York's standard time, in minutes from Greenwich.
const STANDARD_OFFSET_MINUTES: i32 = -5 * MINUTES_PER_HOUR;
/// New York's daylight-saving time, in minutes from Greenwich.
const DAYLIGHT_OFFSET_MINUTES: i32 = -4 * MINUTES_PER_HOUR;
/// The hour of a local day, by the clock in force until then, at which daylight saving begins or ends.
const SWITCH_HOUR: u32 = 2;
/// The first year of the Uniform Time Act: before it, daylight saving was each place's own affair.
const FIRST_UNIFORM_YEAR: i32 = 1967;

/// What a text says about the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateReading {
    /// The date as written, or the New York date of a moment.
    Date(NaiveDate),
    /// Midnight of another zone, or up to a second after it. As a moment it is of another date in New York; as a cell of
    /// a data file it is most likely a bare date that a library dressed up as a moment. A caller that can't know which
    /// should refuse it and ask for the plain date.
    Midnight {
        /// The date that stands in the text.
        written: NaiveDate,
        /// The date of the moment on New York's clocks.
        new_york: NaiveDate,
    },
}

impl DateReading {
    /// The date in New York, where a text with a zone is known to be meant as a moment.
    pub fn new_york(self) -> NaiveDate {
        match self {
            Self::Date(date) | Self::Midnight { new_york: date, .. } => date,
        }
    }
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    /// The text has another shape.
    #[error("it is not written as `YYYY-MM-DD` or an ISO timestamp")]
    Shape,
    /// The year is a likely slip of the pen.
    #[error("its year is outside {}..={}", YEARS.start(), YEARS.end())]
    Year,
    /// The month or the day does not exist: `2025-02-29`.
    #[error("the calendar has no such day")]
    Day,
    /// The hour, minute or second does not exist: `24:00`.
    #[error("the clock has no such time")]
    Time,
    /// The zone lies farther from UTC than any does, or its minutes do not exist.
    #[error("its zone is none of -14:00 to +14:00")]
    Offset,
    /// The moment lies before New York's clocks followed one rule.
    #[error("a time with a zone can't be placed in New York before {FIRST_UNIFORM_YEAR}")]
    BeforeUniformTime,
}

/// Reads a date as it is written: `YYYY-MM-DD`, or an ISO timestamp `YYYY-MM-DDTHH:MM[:SS[.fraction]]` with
/// `T` or one space, and without a zone or with one: `Z`, `+HH`, `+HHMM`, `+HH:MM`, or the same with `-`.
/// Blanks around it are not taken away.
///
/// # Errors
///
/// Says why anything else is no date.
pub fn read_date(text: &str) -> Result<DateReading, DateError> {
    let (date, rest) = text.as_bytes().split_first_chunk().ok_or(DateError::Shape)?;
    let written = read_day(date)?;
    let clock = match rest {
        [] => return Ok(DateReading::Date(written)),
        [b'T' | b' ', clock @ ..] => clock,
        _ => return Err(DateError::Shape),
    };
    let (time, zone) = read_time(clock)?;
    let Some(offset_minutes) = read_offset_minutes(zone)? else {
        return Ok(DateReading::Date(written));
    };
    let new_york = new_york_date(written.and_time(time), offset_minutes)?;
    let is_midnight = time.signed_duration_since(NaiveTime::MIN) <= TimeDelta::seconds(1);
    if is_midnight && new_york != written {
        return Ok(DateReading::Midnight { written, new_york });
    }
    Ok(DateReading::Date(new_york))
}

/// Reads the time of day of an ISO timestamp, as it is written and on New York's clocks; `None` of a date without a time,
/// and of what [`read_date`] refuses.
pub fn read_times(text: &str) -> Option<(NaiveTime, NaiveTime)> {
    let (date, rest) = text.as_bytes().split_first_chunk()?;
    let [b'T' | b' ', clock @ ..] = rest else { return None };
    let (time, zone) = read_time(clock).ok()?;
    let Some(offset_minutes) = read_offset_minutes(zone).ok()? else { return Some((time, time)) };
    let local = read_day(date).ok()?.and_time(time);
    Some((time, new_york_clock(local, offset_minutes).ok()?.time()))
}

/// Reads exactly `YYYY-MM-DD`, the form of nearly every row of a price file, without allocating; `None` for
/// anything else, for which [`read_date`] knows the reason.
pub fn read_plain_date(bytes: &[u8]) -> Option<NaiveDate> {
    read_day(bytes.try_into().ok()?).ok()
}

fn read_day(bytes: &[u8; PLAIN_DATE_LENGTH]) -> Result<NaiveDate, DateError> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else {
        return Err(DateError::Shape);
    };
    let century = two_digits(y1, y2)?;
    let year_of_century = two_digits(y3, y4)?;
    let (month, day) = (two_digits(m1, m2)?, two_digits(d1, d2)?);
    let year = i32::from(century) * 100 + i32::from(year_of_century);
    if !YEARS.contains(&year) {
        return Err(DateError::Year);
    }
    NaiveDate::from_ymd_opt(year, month.into(), day.into()).ok_or(DateError::Day)
}

/// Reads `HH:MM[:SS[.fraction]]` and gives back the time and what stands behind it.
fn read_time(bytes: &[u8]) -> Result<(NaiveTime, &[u8]), DateError> {
    let [h1, h2, b':', m1, m2, rest @ ..] = bytes else {
        return Err(DateError::Shape);
    };
    let (hour, minute) = (two_digits(*h1, *h2)?, two_digits(*m1, *m2)?);
    let (second, nanosecond, rest) = match rest {
        [b':', s1, s2, b'.', rest @ ..] => {
            let (nanosecond, rest) = read_fraction(rest)?;
            (two_digits(*s1, *s2)?, nanosecond, rest)
        }
        [b':', s1, s2, rest @ ..] => (two_digits(*s1, *s2)?, 0, rest),
        rest => (0, 0, rest),
    };
    let time = NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nanosecond);
    Ok((time.ok_or(DateError::Time)?, rest))
}

/// Reads the digits behind a second's decimal point as nanoseconds.
fn read_fraction(bytes: &[u8]) -> Result<(u32, &[u8]), DateError> {
    let mut rest = bytes;
    let mut nanosecond = 0;
    let mut digits_left = LONGEST_FRACTION_DIGITS;
    while let [character @ b'0'..=b'9', behind @ ..] = rest {
        digits_left = digits_left.checked_sub(1).ok_or(DateError::Shape)?;
        nanosecond += u32::from(character - b'0') * 10_u32.pow(digits_left);
        rest = behind;
    }
    if digits_left == LONGEST_FRACTION_DIGITS { Err(DateError::Shape) } else { Ok((nanosecond, rest)) }
}

/// Reads a zone as minutes from UTC, east positive; `None` when there is no zone.
fn read_offset_minutes(bytes: &[u8]) -> Result<Option<i32>, DateError> {
    let (sign, hours, minutes) = match *bytes {
        [] => return Ok(None),
        [b'Z'] => return Ok(Some(0)),
        [sign, h1, h2] => (sign, two_digits(h1, h2)?, 0),
        [sign, h1, h2, m1, m2] | [sign, h1, h2, b':', m1, m2] => {
            (sign, two_digits(h1, h2)?, two_digits(m1, m2)?)
        }
        _ => return Err(DateError::Shape),
    };
    let distance = i32::from(hours) * MINUTES_PER_HOUR + i32::from(minutes);
    let offset = match sign {
        b'+' => distance,
        b'-' => -distance,
        _ => return Err(DateError::Shape),
    };
    if distance > WIDEST_OFFSET_MINUTES || i32::from(minutes) >= MINUTES_PER_HOUR {
        return Err(DateError::Offset);
    }
    Ok(Some(offset))
}

fn two_digits(tens: u8, ones: u8) -> Result<u8, DateError> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() {
        Ok((tens - b'0') * 10 + (ones - b'0'))
    } else {
        Err(DateError::Shape)
    }
}

/// The date on New York's clocks at a moment that clocks `offset_minutes` east of UTC show as `local`.
fn new_york_date(local: NaiveDateTime, offset_minutes: i32) -> Result<NaiveDate, DateError> {
    new_york_clock(local, offset_minutes).map(|clock| clock.date())
}

/// What New York's clocks show at that moment.
fn new_york_clock(local: NaiveDateTime, offset_minutes: i32) -> Result<NaiveDateTime, DateError> {
    let universal = moved(local, -offset_minutes)?;
    let is_new_yorks = [STANDARD_OFFSET_MINUTES, DAYLIGHT_OFFSET_MINUTES].contains(&offset_minutes);
    if universal.year() < FIRST_UNIFORM_YEAR && is_new_yorks {
        // Whichever of the two was in force, the text was written in New York's own time.
        return Ok(local);
    }
    clock_of_moment(universal)
}

/// The date on New York's clocks at a moment in UTC.
///
/// # Errors
///
/// When the moment lies before New York's clocks followed one rule, or its year is not a plausible one.
pub fn date_of_moment(universal: NaiveDateTime) -> Result<NaiveDate, DateError> {
    clock_of_moment(universal).map(|clock| clock.date())
}

/// What New York's clocks show at a moment in UTC.
///
/// # Errors
///
/// As [`date_of_moment`].
pub fn clock_of_moment(universal: NaiveDateTime) -> Result<NaiveDateTime, DateError> {
    let (begins, ends) = daylight_saving(universal.year()).ok_or(DateError::BeforeUniformTime)?;
    let begins = moved(begins, -STANDARD_OFFSET_MINUTES)?;
    let ends = moved(ends, -DAYLIGHT_OFFSET_MINUTES)?;
    let in_force =
        if (begins..ends).contains(&universal) { DAYLIGHT_OFFSET_MINUTES } else { STANDARD_OFFSET_MINUTES };
    let new_york = moved(universal, in_force)?;
    if YEARS.contains(&new_york.year()) { Ok(new_york) } else { Err(DateError::Year) }
}

fn moved(time: NaiveDateTime, minutes: i32) -> Result<NaiveDateTime, DateError> {
    TimeDelta::try_minutes(minutes.into())
        .and_then(|distance| time.checked_add_signed(distance))
        .ok_or(DateError::Offset)
}

/// When New York's daylight saving begins and ends in a year, each by the clock in force until then; `None`
/// before one rule held for the country.
///
/// United States Code, title 15, section 260a, as enacted in 1966 and as amended for 1987 and 2007, and the
/// Emergency Daylight Saving Time Energy Conservation Act for 1974 and 1975. No switch falls near a new
/// year, so that the year may be New York's or UTC's.
fn daylight_saving(year: i32) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let sunday = |month, nth| NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Sun, nth);
    let last_sunday = |month| sunday(month, 5).or_else(|| sunday(month, 4));
    let (begins, ends) = match year {
        2007.. => (sunday(3, 2)?, sunday(11, 1)?),
        1987.. => (sunday(4, 1)?, last_sunday(10)?),
        1975 => (last_sunday(2)?, last_sunday(10)?),
        1974 => (sunday(1, 1)?, last_sunday(10)?),
        FIRST_UNIFORM_YEAR.. => (last_sunday(4)?, last_sunday(10)?),
        _ => return None,
    };
    Some((begins.and_hms_opt(SWITCH_HOUR, 0, 0)?, ends.and_hms_opt(SWITCH_HOUR, 0, 0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn new_york(text: &str) -> String {
        match read_date(text) {
            Ok(DateReading::Date(date)) => date.to_string(),
            other => panic!("{text} is read as {other:?}"),
        }
    }

    #[test]
    fn without_a_zone_the_date_stands_as_written() {
        for text in [
            "2025-03-31",
            "2025-03-31T00:00",
            "2025-03-31T23:59:59",
            "2025-03-31 00:00:00",
            "2025-03-31 16:00:00.5",
            "2025-03-31T23:59:59.999999999",
        ] {
            assert_eq!(new_york(text), "2025-03-31", "{text}");
        }
    }

    #[test]
    fn with_a_zone_the_date_is_new_yorks() {
        // In March New York is 4 hours behind UTC: its 31st begins at 04:00 UTC.
        assert_eq!(new_york("2025-03-31T03:59:59.999Z"), "2025-03-30");
        assert_eq!(new_york("2025-03-31T04:00Z"), "2025-03-31");
        assert_eq!(new_york("2025-04-01 03:59+00"), "2025-03-31");
        // In January it is 5 hours behind.
        assert_eq!(new_york("2025-01-31T04:59:59Z"), "2025-01-30");
        assert_eq!(new_york("2025-01-31T05:00:00Z"), "2025-01-31");
        // Its own midnight, as libraries that label bars with a zone write it.
        assert_eq!(new_york("2025-03-31 00:00:00-04:00"), "2025-03-31");
        assert_eq!(new_york("2025-01-31 00:00:00-0500"), "2025-01-31");
        // 08:30 in Tokyo is 23:30 UTC the day before, which is 19:30 in New York.
        assert_eq!(new_york("2025-03-31T08:30:00+0900"), "2025-03-30");
        // 22:00 in Honolulu is 08:00 UTC the day after, which is 04:00 in New York.
        assert_eq!(new_york("2025-03-31T22:00-10"), "2025-04-01");
        // 09:30 in Kolkata is 04:00 UTC, which is midnight in New York.
        assert_eq!(new_york("2025-03-31T09:30+05:30"), "2025-03-31");
        assert_eq!(new_york("2025-03-31T09:29+05:30"), "2025-03-30");
    }

    #[test]
    fn a_midnight_of_another_zone_is_told_apart() {
        let reading = DateReading::Midnight { written: day("2025-03-31"), new_york: day("2025-03-30") };
        for text in [
            "2025-03-31T00:00:00Z",
            "2025-03-31 00:00Z",
            "2025-03-31T00:00:00.000000000+00:00",
            "2025-03-31T00:00:00-0000",
            "2025-03-31 00:00:00+00",
            "2025-03-31T00:00:00+01:00",
            "2025-03-31T00:00:00+08:00",
            "2025-03-31T00:00:01Z",
            "2025-03-31T00:00:00.000000001Z",
        ] {
            assert_eq!(read_date(text), Ok(reading), "{text}");
        }
        assert_eq!(reading.new_york(), day("2025-03-30"));
        assert_eq!(DateReading::Date(day("2025-03-31")).new_york(), day("2025-03-31"));
        // Later than that, or with New York's winter time all year round, nobody writes a bare date.
        assert_eq!(new_york("2025-03-31T00:00:02Z"), "2025-03-30");
        assert_eq!(new_york("2025-03-31T01:00:00+01:00"), "2025-03-30");
        assert_eq!(new_york("2025-07-31T00:00:00-05:00"), "2025-07-31");
    }

    #[test]
    fn nothing_else_is_a_date() {
        for (text, error) in [
            ("", DateError::Shape),
            ("2024-2-3", DateError::Shape),
            ("20240203", DateError::Shape),
            ("03/02/2024", DateError::Shape),
            ("2024/02/03", DateError::Shape),
            ("2024-02-0x", DateError::Shape),
            ("+024-02-03", DateError::Shape),
            ("２０２４-02-03", DateError::Shape),
            (" 2024-02-03", DateError::Shape),
            ("2024-02-03 ", DateError::Shape),
            ("2024-02-03x", DateError::Shape),
            ("2024-02-03Z", DateError::Shape),
            ("2024-02-03T", DateError::Shape),
            ("2024-02-03  10:00", DateError::Shape),
            ("2024-02-03t10:00", DateError::Shape),
            ("2024-02-03T10", DateError::Shape),
            ("2024-02-03T1000", DateError::Shape),
            ("2024-02-03T10:00:0", DateError::Shape),
            ("2024-02-03T10:00.5", DateError::Shape),
            ("2024-02-03T10:00:00.", DateError::Shape),
            ("2024-02-03T10:00:00.Z", DateError::Shape),
            ("2024-02-03T10:00:00,5", DateError::Shape),
            ("2024-02-03T10:00:00.0000000001", DateError::Shape),
            ("2024-02-03T10:00z", DateError::Shape),
            ("2024-02-03T10:00 Z", DateError::Shape),
            ("2024-02-03T10:00ZZ", DateError::Shape),
            ("2024-02-03T10:00+5", DateError::Shape),
            ("2024-02-03T10:00+05:0", DateError::Shape),
            ("2024-02-03T10:00+05-00", DateError::Shape),
            ("2024-02-03T10:00 0500", DateError::Shape),
            ("2024-02-03T10:00+05:00[Asia/Karachi]", DateError::Shape),
            ("1899-12-31", DateError::Year),
            ("2200-01-01", DateError::Year),
            ("2199-12-31T23:00-14:00", DateError::Year),
            ("2023-02-29", DateError::Day),
            ("2024-00-03", DateError::Day),
            ("2024-13-03", DateError::Day),
            ("2024-04-31", DateError::Day),
            ("2024-02-03T24:00", DateError::Time),
            ("2024-02-03T10:60", DateError::Time),
            ("2024-02-03T23:59:60Z", DateError::Time),
            ("2024-02-03T10:00+14:01", DateError::Offset),
            ("2024-02-03T10:00-99", DateError::Offset),
            ("2024-02-03T10:00+05:60", DateError::Offset),
            ("1966-12-31T23:59:59Z", DateError::BeforeUniformTime),
        ] {
            assert_eq!(read_date(text), Err(error), "{text}");
        }
        // The bounds themselves are dates.
        for text in ["1900-01-01", "2199-12-31", "2024-02-29"] {
            assert_eq!(new_york(text), text);
        }
    }

    #[test]
    fn the_plain_form_reads_as_the_whole_one_does() {
        assert_eq!(read_plain_date(b"2024-02-29"), Some(day("2024-02-29")));
        for text in ["2023-02-29", "2024-2-29", "2024-02-29 ", "2024-02-29T16:00", "1899-12-31", ""] {
            assert_eq!(read_plain_date(text.as_bytes()), None, "{text}");
        }
    }

    /// The dates on which New York's clocks change, in the order of a year.
    #[test]
    fn clocks_change_by_the_law_of_the_year() {
        for (year, begins, ends) in [
            (1967, "04-30", "10-29"),
            (1974, "01-06", "10-27"),
            (1975, "02-23", "10-26"),
            (1986, "04-27", "10-26"),
            (1987, "04-05", "10-25"),
            (2000, "04-02", "10-29"),
            (2006, "04-02", "10-29"),
            (2007, "03-11", "11-04"),
            (2009, "03-08", "11-01"),
            (2025, "03-09", "11-02"),
        ] {
            let (first, last) = daylight_saving(year).unwrap();
            assert_eq!(first.to_string(), format!("{year}-{begins} 02:00:00"));
            assert_eq!(last.to_string(), format!("{year}-{ends} 02:00:00"));
        }
        assert_eq!(daylight_saving(1966), None);
    }

    #[test]
    fn the_hour_changes_at_two_by_the_old_clock() {
        // 9 March 2025: 06:59 UTC is 01:59 at 5 hours behind, 07:00 UTC is 03:00 at 4 hours behind. The
        // date tells the two apart only at midnight: 04:30 UTC is 23:30 the day before the switch, and
        // 00:30 the day after it.
        assert_eq!(new_york("2025-03-09T04:30Z"), "2025-03-08");
        assert_eq!(new_york("2025-03-10T04:30Z"), "2025-03-10");
        // 2 November 2025: 04:30 UTC is 00:30 on the day of the switch, and 23:30 of that same day after it.
        assert_eq!(new_york("2025-11-02T04:30Z"), "2025-11-02");
        assert_eq!(new_york("2025-11-03T04:30Z"), "2025-11-02");
    }

    #[test]
    fn every_reason_is_said() {
        let said = [
            (DateError::Shape, "it is not written as `YYYY-MM-DD` or an ISO timestamp"),
            (DateError::Year, "its year is outside 1900..=2199"),
            (DateError::Day, "the calendar has no such day"),
            (DateError::Time, "the clock has no such time"),
            (DateError::Offset, "its zone is none of -14:00 to +14:00"),
            (DateError::BeforeUniformTime, "a time with a zone can't be placed in New York before 1967"),
        ];
        for (error, message) in said {
            assert_eq!(error.to_string(), message);
        }
    }
}
