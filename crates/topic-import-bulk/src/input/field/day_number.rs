//! The numbers by which spreadsheets count the days.

use std::ops::Range;

/// Spreadsheets number the days from 1900 on: these are of the years 1954 to 2119.
pub(crate) const DAY_NUMBERS: Range<i64> = 20_000..80_000;
