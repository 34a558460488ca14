//! Dates whose year comes last, so that nothing says whether the day or the month comes first.

use super::civil_time::number;

/// How `strptime` may read such a date, with or without a time: `04.03.2021 10:00` by `%d.%m.%Y %H:%M`. Where either number
/// may be the month, this is as those write it who part the numbers so.
pub(crate) fn format(text: &str) -> Option<String> {
    let (date, time) = match text.split_once(' ') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let separator = date.chars().find(|character| !character.is_ascii_digit())?;
    if !matches!(separator, '.' | '/' | '-') {
        return None;
    }
    let mut parts = date.split(separator);
    let (first, second) = (number(parts.next()?)?, number(parts.next()?)?);
    let year = parts.next()?;
    let is_of_digits = year.bytes().all(|byte| byte.is_ascii_digit());
    let year = match year.len() {
        4 if is_of_digits => "%Y",
        2 if is_of_digits => "%y",
        _ => return None,
    };
    let may_be = |day: i8, month: i8| (1..=31).contains(&day) && (1..=12).contains(&month);
    let is_day_first = match (may_be(first, second), may_be(second, first)) {
        (true, true) => separator != '/',
        (true, false) => true,
        (false, true) => false,
        (false, false) => return None,
    };
    let (first, second) = if is_day_first {
        ("%d", "%m")
    } else {
        ("%m", "%d")
    };
    let date = format!("{first}{separator}{second}{separator}{year}");
    match (parts.next(), time) {
        (Some(_), _) => None,
        (None, None) => Some(date),
        (None, Some(time)) => Some(format!("{date} {}", time_format(time)?)),
    }
}

fn time_format(text: &str) -> Option<&'static str> {
    let (time, half) = match text.split_once(' ') {
        Some((time, half)) => (time, Some(half)),
        None => (text, None),
    };
    let numbers: Option<Vec<i8>> = time.split(':').map(number).collect();
    let is_half = |half: &str| matches!(half, "AM" | "PM" | "am" | "pm");
    match (numbers?.len(), half) {
        (2, None) => Some("%H:%M"),
        (3, None) => Some("%H:%M:%S"),
        (2, Some(half)) if is_half(half) => Some("%I:%M %p"),
        (3, Some(half)) if is_half(half) => Some("%I:%M:%S %p"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_with_the_year_last_are_read_as_those_write_them_who_part_them_so() {
        for (text, expected) in [
            ("04.03.2021 10:00", "%d.%m.%Y %H:%M"),
            ("4.3.21", "%d.%m.%y"),
            ("04-03-2021 10:00:59", "%d-%m-%Y %H:%M:%S"),
            ("3/4/2021 9:05 AM", "%m/%d/%Y %I:%M %p"),
            ("25/4/2021", "%d/%m/%Y"),
            ("4.25.2021", "%m.%d.%Y"),
        ] {
            assert_eq!(format(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "2021-03-04",
            "04.03",
            "04.03.021",
            "04.03.2021.1",
            "32.1.2021",
            "13.13.2021",
            "0.1.2021",
            "04.03.2021 ",
            "04.03.2021 10",
            "04.03.2021 10:00 o'clock",
            "04.03.2021T10:00",
            "04,03,2021",
            "04.03/2021",
        ] {
            assert_eq!(format(text), None, "{text}");
        }
    }
}
