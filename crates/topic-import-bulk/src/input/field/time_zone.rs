//! The zone of times that are written without one.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz;

/// The zone of times that are written without one, as an offset or by its name in the IANA's database.
///
/// ```
/// use topic_import_bulk::input::TimeZone;
///
/// assert_eq!("+0800".parse::<TimeZone>()?.to_string(), "+08:00");
/// assert_eq!("Asia/Shanghai".parse::<TimeZone>()?.to_string(), "Asia/Shanghai");
/// assert!("Peking".parse::<TimeZone>().is_err());
/// # Ok::<(), topic_import_bulk::input::UnknownTimeZone>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone(tz::TimeZone);

/// There is no such time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name:?} is no time zone: write an offset such as +08:00, or a name such as Asia/Shanghai"
)]
pub struct UnknownTimeZone {
    name: String,
}

/// Why a time on the clocks of a zone is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoMoment {
    /// The clocks are put forward over it.
    Skipped,
    /// The clocks are put back over it.
    Twice,
    /// No calendar reaches so far.
    Beyond,
}

impl TimeZone {
    /// The moment at which the clocks of the zone show this.
    pub(crate) fn moment(&self, shown: DateTime) -> Result<Timestamp, NoMoment> {
        let ambiguous = self.0.to_ambiguous_timestamp(shown);
        match ambiguous.offset() {
            tz::AmbiguousOffset::Unambiguous { .. } => {
                ambiguous.unambiguous().map_err(|_| NoMoment::Beyond)
            }
            tz::AmbiguousOffset::Gap { .. } => Err(NoMoment::Skipped),
            tz::AmbiguousOffset::Fold { .. } => Err(NoMoment::Twice),
        }
    }
}

impl FromStr for TimeZone {
    type Err = UnknownTimeZone;

    fn from_str(name: &str) -> Result<Self, UnknownTimeZone> {
        let zone = match name.trim() {
            "Z" | "z" => Ok(tz::TimeZone::UTC),
            name => DateTimeParser::new().parse_time_zone(name),
        };
        // Rules that are written out have no name that could be kept.
        zone.ok()
            .filter(|zone| zone.iana_name().is_some() || zone.to_fixed_offset().is_ok())
            .filter(|zone| !zone.is_unknown())
            .map(Self)
            .ok_or_else(|| UnknownTimeZone {
                name: name.to_owned(),
            })
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.0.iana_name() {
            return f.write_str(name);
        }
        let seconds = self.0.to_fixed_offset().map_or(0, tz::Offset::seconds);
        let sign = if seconds < 0 { '-' } else { '+' };
        let (minutes, seconds) = (seconds.unsigned_abs() / 60, seconds.unsigned_abs() % 60);
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)?;
        if seconds == 0 {
            return Ok(());
        }
        write!(f, ":{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_an_offset_or_a_name() {
        for (name, shown) in [
            ("+08:00", "+08:00"),
            ("-0530", "-05:30"),
            ("+08", "+08:00"),
            ("-00:44:30", "-00:44:30"),
            ("Z", "UTC"),
            ("utc", "UTC"),
            ("europe/berlin", "Europe/Berlin"),
        ] {
            let zone: TimeZone = name.parse().unwrap();
            assert_eq!(zone.to_string(), shown, "{name}");
            assert_eq!(zone, shown.parse().unwrap(), "{name}");
        }
        for name in [
            "",
            "8",
            "08:00",
            "Europe/Atlantis",
            "EST5EDT,M3.2.0,M11.1.0",
            "local",
            "Etc/Unknown",
        ] {
            let error = name.parse::<TimeZone>().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("{name:?} is no time zone"))
            );
        }
    }

    #[test]
    fn a_time_that_a_clock_shows_never_or_twice_is_no_moment() {
        let berlin: TimeZone = "Europe/Berlin".parse().unwrap();
        let at = |text: &str| {
            berlin
                .moment(text.parse().unwrap())
                .map(Timestamp::as_second)
        };
        assert_eq!(at("2021-03-28T01:59:59"), Ok(1_616_893_199));
        assert_eq!(at("2021-03-28T02:30:00"), Err(NoMoment::Skipped));
        assert_eq!(at("2021-10-31T02:30:00"), Err(NoMoment::Twice));
        let east: TimeZone = "+14:00".parse().unwrap();
        assert_eq!(east.moment(DateTime::MIN), Err(NoMoment::Beyond));
    }
}
