//! What is written in arguments.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use topic_import_bulk::input::{
    Export, Expression, Fingerprint, Mapping, Place, TextEncoding, TimeZone,
};
use topic_import_core::{GroupId, Origin, Region, Service, TopicId, TopicName, UserId};

use crate::choices::Choices;

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let kind = choices.byte() % 14;
    let text = String::from_utf8_lossy(choices.rest());
    match kind {
        0 => read::<Place>(&text),
        1 => read::<Mapping>(&text),
        2 => read::<Expression>(&text),
        3 => read::<TimeZone>(&text),
        4 => read::<TextEncoding>(&text),
        5 => read::<Origin>(&text),
        6 => read::<Region>(&text),
        7 => read::<Service>(&text),
        8 => read::<GroupId>(&text),
        9 => read::<TopicId>(&text),
        10 => read::<TopicName>(&text),
        11 => read::<UserId>(&text),
        12 => {
            if let Some(fingerprint) = Fingerprint::parse(&text) {
                assert_eq!(fingerprint.to_string(), text.to_lowercase());
            }
        }
        _ => source(&text),
    }
}

/// What is displayed is read as the same, and why something is refused is said on one line.
fn read<T: FromStr<Err: Display + Debug> + Display + Debug + PartialEq>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => {
            let shown = value.to_string();
            let again = shown.parse::<T>();
            let again = again.unwrap_or_else(|error| panic!("{shown:?}: {error}"));
            assert_eq!(again, value);
            assert_eq!(again.to_string(), shown);
        }
        Err(error) => {
            let said = error.to_string();
            assert!(!said.is_empty());
            assert!(!said.chars().any(char::is_control), "{said:?}");
        }
    }
}

/// A program for the exports of some other system. It is not run: it may do so without end.
fn source(text: &str) {
    match Export::parse("own", text) {
        Ok(export) => {
            assert_eq!(export.program(), text);
            assert_eq!(Export::parse("own", text), Ok(export));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
