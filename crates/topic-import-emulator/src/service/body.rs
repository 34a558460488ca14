use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::service::code;
use crate::service::refusal::Refusal;

/// Reads a request's body as a JSON object. Keys that `T` does not know are ignored; a known key that occurs twice is
/// refused.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = str::from_utf8(body).map_err(|_| invalid("the body is not UTF-8"))?;
    // Serde would also accept an array for a struct.
    match body.trim_ascii_start().chars().next() {
        None => Err(invalid("the request has no body")),
        Some('{') => serde_json::from_str(body)
            .map_err(|error| invalid(format!("the body is not valid JSON: {error}"))),
        Some(_) => Err(invalid("the body is not a JSON object")),
    }
}

/// Reads a field of any type, so that a wrong type can be reported. `null` counts as a value, not as a missing field.
pub(crate) fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(field).map(Some)
}

fn invalid(info: impl Into<String>) -> Refusal {
    Refusal::new(code::INVALID_JSON, info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Sample {
        #[serde(default, deserialize_with = "given")]
        a: Option<Value>,
    }

    #[test]
    fn an_object_is_read_and_unknown_keys_are_skipped() {
        let sample: Sample = parse(br#" {"a": 7, "b": {"c": []}} "#).unwrap();
        assert_eq!(sample.a, Some(7.into()));
    }

    #[test]
    fn a_null_is_there() {
        assert_eq!(parse::<Sample>(b"{}").unwrap().a, None);
        let sample: Sample = parse(br#"{"a": null}"#).unwrap();
        assert_eq!(sample.a, Some(Value::Null));
    }

    #[test]
    fn everything_else_is_refused() {
        for body in [
            "",
            "  \n",
            "[1]",
            "7",
            "null",
            "\"a\"",
            "{",
            r#"{"a": 1} x"#,
            r#"{"a": 1, "a": 2}"#,
            r#"{"a": "\ud83d"}"#,
        ] {
            let refusal = parse::<Sample>(body.as_bytes()).unwrap_err();
            assert_eq!(refusal.code, code::INVALID_JSON, "{body}");
        }
        assert!(parse::<Sample>(b"{\"b\": \"\xff\"}").is_err());
    }
}
