use chrono::NaiveDate;

use super::calendar::years;
use super::curves::depths;
use super::diary::{DiaryRow, newest_that_fit};
use super::scale::{linear_ticks, logarithmic_ticks};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 1.0 to 1.1 in December, to 1.32 in January: +10 % and +20 %; the benchmark gains 5 % and loses nothing.
#[test]
fn a_year_begins_at_the_last_value_of_the_one_before() {
    let sessions = [day("2024-12-02"), day("2024-12-31"), day("2025-01-31")];
    let rows = years(&sessions, &[1.0, 1.1, 1.32], Some(&[1.0, 1.05, 1.05]));
    let texts: Vec<_> =
        rows.iter().map(|row| (row.account.as_str(), row.difference.as_str(), row.is_part)).collect();
    assert_eq!(texts, [("+10.0 %", "+5.0 %", true), ("+20.0 %", "+20.0 %", true)]);
    assert_eq!((rows[1].months[0].text.as_str(), rows[1].months[0].shade), ("20.0", "p4"));
    assert_eq!(rows[1].months[1].text, "");
    let flat = years(&sessions[1..], &[1.0, 0.9996], None);
    assert_eq!((flat[1].months[0].text.as_str(), flat[1].months[0].shade), ("0.0", "z"));
}

#[test]
fn ticks_are_round_numbers_inside_the_axis() {
    let texts = |ticks: Vec<f64>| ticks.iter().map(|tick| format!("{tick:.1}")).collect::<Vec<_>>();
    assert_eq!(texts(linear_ticks(-0.34, 0.0, 4)), ["-0.3", "-0.2", "-0.1", "0.0"]);
    assert_eq!(texts(logarithmic_ticks(0.8, 7.3)), ["1.0", "2.0", "3.0", "5.0", "7.0"]);
}

#[test]
fn depth_is_counted_from_the_highest_so_far() {
    assert_eq!(depths(&[1.0, 2.0, 1.0, 3.0]), [0.0, 0.0, -0.5, 0.0]);
}

#[test]
fn the_newest_rows_of_the_diary_are_kept() {
    let row = |date: &str| DiaryRow {
        class: "z",
        date: date.to_owned(),
        action: String::new(),
        repeats: String::new(),
        headline: "x".repeat(100),
        targets: String::new(),
        turnover: String::new(),
    };
    let rows = vec![row("2025-01-02"), row("2025-01-03"), row("2025-01-06")];
    // A row takes 90 bytes of markup, 10 of the date and 100 of the headline.
    let (kept, older) = newest_that_fit(rows, 450);
    assert_eq!((kept.len(), older, kept[0].date.as_str()), (2, 1, "2025-01-03"));
}
