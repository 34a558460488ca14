//! How a value of another system becomes a field: as leniently as other systems write.

use jaq_json::Val;
use serde_json::{Number, Value};
use topic_import_core::{DraftAccount, Field};

use crate::input::draft::Draft;
use crate::input::field::create_time::{self, Told};
use crate::input::field::kind::kind;
use crate::input::jq::json::{to_json, to_text};
use crate::input::problem::Problem;

/// Text that is nothing but text.
pub(crate) fn as_it_is(text: &str) -> String {
    text.to_owned()
}

/// Text whose lines end with a carriage return and a line feed, as those end that were typed on some machines.
pub(crate) fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Text as it was before `&`, `<` and `>` were escaped, and no other characters.
pub(crate) fn unescaped(text: &str) -> String {
    const ENTITIES: [(&str, char); 3] = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
    if !text.contains('&') {
        return with_line_feeds(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
        let (length, character) =
            entity.map_or((1, '&'), |(name, character)| (name.len(), *character));
        plain.push(character);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    with_line_feeds(&plain)
}

impl Draft {
    /// Sets a field from a value that a program made, or found at `path`.
    pub(crate) fn take_value(
        &mut self,
        field: Field,
        path: &str,
        value: &Val,
        clean: fn(&str) -> String,
    ) {
        match value {
            Val::Arr(_) | Val::Obj(_) if field == Field::CustomString => {
                self.set_text(field, Some(to_text(value)));
            }
            _ => self.take(field, path, &to_json(value), clean),
        }
    }

    /// Sets a field from a value that stood at `path`. Null and empty text are absent, and so is a time of 0; a number
    /// may be written as text and text as a number. What cannot be the field is a problem.
    pub(crate) fn take(
        &mut self,
        field: Field,
        path: &str,
        value: &Value,
        clean: fn(&str) -> String,
    ) {
        self.clear(field);
        let set = match field {
            Field::CreateTime => self.take_time(path, value),
            Field::FromAccount => self.take_account(path, value, clean),
            _ => self.take_text(field, path, value, clean),
        };
        if let Err(problem) = set {
            self.problems.push(problem);
        }
    }

    pub(crate) fn clear(&mut self, field: Field) {
        match field {
            Field::CreateTime => {
                self.topic.create_time = None;
                self.clock_time = None;
            }
            Field::FromAccount => self.topic.from_account = None,
            _ => self.set_text(field, None),
        }
    }

    fn take_text(
        &mut self,
        field: Field,
        path: &str,
        value: &Value,
        clean: fn(&str) -> String,
    ) -> Result<(), Problem> {
        let text = match value {
            Value::Null => return Ok(()),
            Value::String(text) => clean(text),
            Value::Number(number) if has_lost_digits(number) => {
                return Err(Problem::digits_lost(self.line, field, &number.to_string()));
            }
            Value::Number(number) => number.to_string(),
            Value::Array(_) | Value::Object(_) if field == Field::CustomString => value.to_string(),
            other => return Err(self.of_type(field, path, "text", other)),
        };
        if !text.is_empty() {
            self.set_text(field, Some(text));
        }
        Ok(())
    }

    fn take_account(
        &mut self,
        path: &str,
        value: &Value,
        clean: fn(&str) -> String,
    ) -> Result<(), Problem> {
        self.topic.from_account = match value {
            Value::Null => None,
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(DraftAccount::Text(clean(text))),
            Value::Number(number) if number.is_u64() => number.as_u64().map(DraftAccount::Number),
            other => {
                let wanted = "an unsigned integer, or a user ID as text";
                return Err(self.of_type(Field::FromAccount, path, wanted, other));
            }
        };
        Ok(())
    }

    fn take_time(&mut self, path: &str, value: &Value) -> Result<(), Problem> {
        let line = self.line;
        let told = match value {
            Value::Null => return Ok(()),
            Value::String(text) if text.is_empty() => return Ok(()),
            Value::String(text) => create_time::from_other_text(line, text)?,
            Value::Number(number) => match create_time::whole(&number.to_string()) {
                Some(whole) => {
                    Told::Moment(create_time::from_number(line, whole, &number.to_string())?)
                }
                None => return Err(create_time::huge(line)),
            },
            other => {
                let wanted = "Unix seconds, or text in RFC 3339";
                return Err(self.of_type(Field::CreateTime, path, wanted, other));
            }
        };
        if told != Told::Moment(0) {
            self.set_time(told);
        }
        Ok(())
    }

    fn of_type(&self, field: Field, path: &str, wanted: &str, value: &Value) -> Problem {
        let found = kind(value);
        Problem {
            message: format!("`{path}` is {found}: it must be {wanted}").into(),
            ..Problem::of_type(self.line, field, wanted, found)
        }
    }
}

/// Whether a number was written with more digits than any that is read has, which are those of 64 bits.
pub(crate) fn has_lost_digits(number: &Number) -> bool {
    const FROM: f64 = 18_446_744_073_709_551_616.0;
    number.is_f64() && number.as_f64().is_some_and(|number| number.abs() >= FROM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn time(value: &Value) -> Result<Option<i64>, String> {
        let mut draft = Draft::new(1);
        draft.take(Field::CreateTime, ".at", value, as_it_is);
        match draft.problems.first() {
            None => Ok(draft.topic.create_time),
            Some(problem) => Err(problem.message.to_string()),
        }
    }

    #[test]
    fn times_are_read_as_others_write_them() {
        for value in [
            json!(1_460_742_065),
            json!("1460742065"),
            json!(1_460_742_065.75),
            json!("1460742065.000200"),
            json!(1_460_742_065_999_u64),
            json!("1460742065123"),
            json!(1_460_742_065_999_999_u64),
            json!(1_460_742_065_999_999_999_u64),
            json!(1.460_742_065e9),
            json!("1.460742065E9"),
            json!(1.460_742_065_5e18),
            json!("2016-04-15 17:41:05Z"),
            json!("2016-04-16 01:41:05 +0800"),
            json!("2016-04-15 17:41:05.123 UTC"),
            json!("Fri, 15 Apr 2016 17:41:05 GMT"),
            json!("2016-04-15T17:41:05Z"),
        ] {
            assert_eq!(time(&value), Ok(Some(1_460_742_065)), "{value}");
        }
        for value in [json!(null), json!(""), json!(0), json!("0")] {
            assert_eq!(time(&value), Ok(None), "{value}");
        }
        for (value, why) in [
            (
                json!(5_000_000_000_u64),
                "is 5000000000: it must be from 0 to 4294967295",
            ),
            (json!(-1), "is -1: it must be from 0 to 4294967295"),
            (
                json!(-1_460_742_065_999_i64),
                "is -1460742065999: it must be from 0 to 4294967295",
            ),
            (
                json!("99999999999999"),
                "is 99999999999999: it must be from 0 to 4294967295",
            ),
            (
                json!("1e30"),
                "is \"1e30\": it must be Unix seconds, or RFC 3339",
            ),
            (
                json!(1e300),
                "is a number of more than 64 bits: it must be from 0 to 4294967295",
            ),
            (
                json!(true),
                "`.at` is true or false: it must be Unix seconds, or text in RFC 3339",
            ),
        ] {
            assert!(
                time(&value).unwrap_err().starts_with(why),
                "{value}: {:?}",
                time(&value)
            );
        }
        assert!(
            time(&json!("soon"))
                .unwrap_err()
                .starts_with("is \"soon\": it must be")
        );
    }

    #[test]
    fn text_may_be_a_number_and_only_custom_string_takes_what_is_neither() {
        let take = |field, value: Value| {
            let mut draft = Draft::new(1);
            draft.take(field, ".x", &value, as_it_is);
            let text = draft.topic.text_mut(field).and_then(Option::take);
            text.ok_or_else(|| draft.problems.first().map(ToString::to_string))
        };
        assert_eq!(take(Field::TopicName, json!("a\r\n")), Ok("a\r\n".into()));
        assert_eq!(take(Field::TopicName, json!(12)), Ok("12".into()));
        assert_eq!(
            take(Field::TopicName, json!(9.0e20)),
            Err(Some(
                "1: TopicName: is a number of more than 64 bits, whose last digits are lost: write it as text"
                    .into()
            ))
        );
        assert_eq!(take(Field::TopicName, json!("")), Err(None));
        assert_eq!(take(Field::TopicName, json!(null)), Err(None));
        assert_eq!(
            take(Field::TopicName, json!(["a"])),
            Err(Some("1: TopicName: `.x` is a list: it must be text".into()))
        );
        assert_eq!(
            take(Field::CustomString, json!({"a": [1]})),
            Ok("{\"a\":[1]}".into())
        );
    }

    #[test]
    fn each_entity_is_decoded_once_and_others_are_text() {
        for (text, expected) in [
            ("R&amp;D &lt;3 &gt;2", "R&D <3 >2"),
            ("&amp;lt;", "&lt;"),
            ("&amp;amp;", "&amp;"),
            ("&quot;&#39;&nbsp;&;&", "&quot;&#39;&nbsp;&;&"),
            ("a\r\nb\rc", "a\nb\rc"),
        ] {
            assert_eq!(unescaped(text), expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_escaped_comes_back(text in "[&<>;a-z\n道]{0,24}") {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            prop_assert_eq!(unescaped(&escaped), text);
        }
    }
}
