use std::borrow::Cow;

use serde::Deserialize;

use crate::service::code;
use crate::service::refusal::Refusal;

/// Reads a request's body as one JSON object. Keys that `T` does not know are skipped, a known key that stands
/// there twice is refused.
pub(crate) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    let body = str::from_utf8(body).map_err(|_| invalid("the body is not UTF-8"))?;
    // Serde would also take an array for a struct.
    match body.trim_ascii_start().chars().next() {
        None => Err(invalid("the request has no body")),
        Some('{') => serde_json::from_str(body)
            .map_err(|error| invalid(format!("the body is not valid JSON: {error}"))),
        Some(_) => Err(invalid("the body is not a JSON object")),
    }
}

fn invalid(info: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(code::INVALID_JSON, info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Sample {
        #[serde(default)]
        a: u8,
    }

    #[test]
    fn an_object_is_read_and_unknown_keys_are_skipped() {
        let sample: Sample = parse(br#" {"a": 7, "b": {"c": []}} "#).unwrap();
        assert_eq!(sample.a, 7);
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
        ] {
            let refusal = parse::<Sample>(body.as_bytes()).unwrap_err();
            assert_eq!(refusal.code, code::INVALID_JSON, "{body}");
        }
        assert!(parse::<Sample>(b"{\"b\": \"\xff\"}").is_err());
    }
}
