//! The parsers for the values of options.

use std::error::Error;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use topic_import_core::GroupId;

/// A parser that accepts what the type's `FromStr` accepts, and offers the names of its values to shell completion.
#[derive(Clone)]
pub(super) struct Named<T> {
    names: Vec<&'static str>,
    parsed: PhantomData<T>,
}

impl<T> Named<T> {
    pub(super) fn new(names: &[&'static str]) -> Self {
        Self {
            names: names.to_vec(),
            parsed: PhantomData,
        }
    }
}

impl<T> TypedValueParser for Named<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let parser = StringValueParser::new().try_map(|text| text.parse());
        parser.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = self.names.iter().copied();
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

pub(super) fn parse_group_id(text: &str) -> Result<GroupId, String> {
    GroupId::parse(text).map_err(|violations| {
        let parts: Vec<String> = violations.iter().map(ToString::to_string).collect();
        parts.join("; ")
    })
}

pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let written = text.parse::<jiff::SignedDuration>().ok();
    written
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "write it as 90s, 10m or 1h".to_owned())
}

/// Parses a number as the standard library does, but with an error that says what to write.
pub(super) fn parse_number<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse()
        .map_err(|_| "write it as a whole number in digits")
}

pub(super) fn parse_count<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse()
        .map_err(|_| "write it as a whole number from 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_with_a_unit() {
        assert_eq!(parse_duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("10m"), Ok(Duration::from_mins(10)));
        assert_eq!(parse_duration("1h"), Ok(Duration::from_hours(1)));
        assert_eq!(parse_duration("50ms"), Ok(Duration::from_millis(50)));
        for text in ["90", "-1s", "0s", "soon", ""] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
