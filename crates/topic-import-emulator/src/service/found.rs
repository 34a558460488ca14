use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What stands in a body where a scalar field belongs, whatever its type, so that a wrong type can be named.
#[derive(Debug, Default, PartialEq)]
pub(crate) enum Found<'a> {
    #[default]
    Absent,
    Text(Cow<'a, str>),
    Integer(u64),
    /// Anything that no field may be, in words.
    Other(&'static str),
}

impl Found<'_> {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Absent => "nothing",
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Other(kind) => kind,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Found<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FoundVisitor)
    }
}

struct FoundVisitor;

impl<'de> Visitor<'de> for FoundVisitor {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Found::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Found::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Self::Value, E> {
        Ok(Found::Integer(integer))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Found::Other("a negative integer"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Found::Other("a number that is no 64-bit integer"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Found::Other("a boolean"))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Found::Other("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Found::Other("an array"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Found::Other("an object"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_told_apart() {
        for (json, found) in [
            (r#""text""#, Found::Text("text".into())),
            (r#""\u00e4\n""#, Found::Text("ä\n".into())),
            ("0", Found::Integer(0)),
            ("18446744073709551615", Found::Integer(u64::MAX)),
            ("-1", Found::Other("a negative integer")),
            (
                "18446744073709551616",
                Found::Other("a number that is no 64-bit integer"),
            ),
            ("1.0", Found::Other("a number that is no 64-bit integer")),
            ("true", Found::Other("a boolean")),
            ("null", Found::Other("null")),
            (r#"["a", {"b": [1]}]"#, Found::Other("an array")),
            (r#"{"a": [1, {"b": null}]}"#, Found::Other("an object")),
        ] {
            assert_eq!(
                serde_json::from_str::<Found<'_>>(json).unwrap(),
                found,
                "{json}"
            );
        }
    }

    #[test]
    fn half_a_surrogate_pair_is_no_text() {
        assert!(serde_json::from_str::<Found<'_>>(r#""\ud83d""#).is_err());
    }
}
