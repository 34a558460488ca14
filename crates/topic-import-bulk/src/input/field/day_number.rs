//! Numbers that are days: those by which spreadsheets count them, and dates written in digits alone.

use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;

/// Spreadsheets number the days from 1900 on: these are of the years 1954 to 2119.
pub(crate) const DAY_NUMBERS: Range<i64> = 20_000..80_000;

/// The years of which eight digits are taken for a date.
const YEARS: RangeInclusive<i16> = 1970..=2100;

/// The date that eight digits may be, such as 20151124. As seconds they are all in August or September 1970.
pub(crate) fn date_of_digits(number: i64) -> Option<Date> {
    let part = |number: i64| i8::try_from(number % 100).ok();
    let year = i16::try_from(number / 10_000).ok()?;
    let date = Date::new(year, part(number / 100)?, part(number)?).ok()?;
    YEARS.contains(&year).then_some(date)
}
