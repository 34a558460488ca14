//! The rules for the fields of a request's body, as \[S\], \[G\], \[T\], \[IG\] and \[GI\] state them.

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::memory::group::AppDefined;
use crate::memory::topic::{Account, TOPIC_MARK};
use crate::service::code;
use crate::service::differences::Differences;
use crate::service::limits::{
    APP_DEFINED_KEY, APP_DEFINED_VALUE, FROM_ACCOUNT, GROUP_ID, TOPIC_ID, Text,
};
use crate::service::refusal::Refusal;

const GROUP_MARK: &str = "@TGS#_";
/// The most entries of `AppDefinedData` \[IG\].
const APP_DEFINED_MAX: usize = 10;

impl Text {
    pub(crate) fn required(&self, found: Option<Value>) -> Result<String, Refusal> {
        self.optional(found)?.ok_or_else(|| missing(self.name))
    }

    pub(crate) fn optional(&self, found: Option<Value>) -> Result<Option<String>, Refusal> {
        let Some(found) = found else { return Ok(None) };
        let text = text(self.name, found)?;
        self.check_length(&text)?;
        Ok(Some(text))
    }

    fn check_length(&self, text: &str) -> Result<(), Refusal> {
        let (length, Self { name, min, max }) = (text.len(), self);
        if length < *min {
            Err(Refusal::of_field(
                name,
                &format!("at least {min} byte needed, {length} found"),
            ))
        } else if length > *max {
            Err(Refusal::of_field(
                name,
                &format!("at most {max} bytes allowed, {length} found"),
            ))
        } else {
            Ok(())
        }
    }
}

/// Checks `Type`: if it is given, it must be `Community`.
pub(crate) fn check_type(found: Option<Value>) -> Result<(), Refusal> {
    match found.map(|found| text("Type", found)).transpose()? {
        Some(other) if other != "Community" => {
            Err(Refusal::of_field("Type", "only Community is supported"))
        }
        _ => Ok(()),
    }
}

/// Checks `GroupId`: printable ASCII that starts with `@TGS#_`, at most 48 bytes \[G\].
pub(crate) fn group_id(found: Option<Value>, differences: &Differences) -> Result<String, Refusal> {
    let max = differences.text(GROUP_ID).max;
    let id = text("GroupId", found.ok_or_else(|| missing("GroupId"))?)?;
    let fault = if id.len() > max {
        format!("at most {max} bytes allowed, {} found", id.len())
    } else if !id.starts_with(GROUP_MARK) {
        format!("it does not start with {GROUP_MARK}")
    } else if !is_printable_ascii(&id) {
        "it is not printable ASCII".to_owned()
    } else {
        return Ok(id);
    };
    Err(Refusal::new(
        code::INVALID_GROUP_ID,
        format!("invalid GroupId: {fault}"),
    ))
}

/// Checks `TopicId`: the group's ID, `@TOPIC#_` and a custom part, at most 96 bytes in total. The custom part must be
/// printable ASCII without `@TGS#_` and `@TOPIC#_@TOPIC#` \[G\].
pub(crate) fn topic_id(
    found: Option<Value>,
    group_id: &str,
    differences: &Differences,
) -> Result<Option<String>, Refusal> {
    let Some(id) = differences.text(TOPIC_ID).optional(found)? else {
        return Ok(None);
    };
    let Some(own) = id
        .strip_prefix(group_id)
        .and_then(|rest| rest.strip_prefix(TOPIC_MARK))
    else {
        return Err(Refusal::of_field(
            "TopicId",
            "it does not start with the GroupId and @TOPIC#_",
        ));
    };
    let fault = if own.is_empty() {
        "nothing follows @TOPIC#_"
    } else if !is_printable_ascii(own) {
        "it is not printable ASCII"
    } else if own.contains(GROUP_MARK) || own.contains("@TOPIC#_@TOPIC#") {
        "what follows @TOPIC#_ contains @TGS#_ or @TOPIC#_@TOPIC#"
    } else {
        return Ok(Some(id));
    };
    Err(Refusal::of_field("TopicId", fault))
}

/// Checks the `From_Account` of an import: a number \[S\], or a user ID as text \[T\].
pub(crate) fn account(
    found: Option<Value>,
    differences: &Differences,
) -> Result<Option<Account>, Refusal> {
    let Some(found) = found else { return Ok(None) };
    match found.as_u64() {
        Some(number) if differences.takes_account_numbers() => Ok(Some(Account::Number(number))),
        None if !found.is_string() => {
            let wanted = "an integer or a string";
            Err(wrong_type(FROM_ACCOUNT.name, wanted, &found))
        }
        _ => user_id(FROM_ACCOUNT, Some(found), differences).map(|id| Some(Account::Text(id))),
    }
}

/// Checks a field that must contain a user ID as text \[T\]\[E 60015\].
pub(crate) fn user_id(
    documented: Text,
    found: Option<Value>,
    differences: &Differences,
) -> Result<String, Refusal> {
    let name = documented.name;
    if found.as_ref().is_some_and(Value::is_u64) {
        return Err(Refusal::new(
            code::ACCOUNT_NOT_A_STRING,
            format!("{name} must be a string"),
        ));
    }
    let id = differences.text(documented).required(found)?;
    if is_printable_ascii(&id) {
        Ok(id)
    } else {
        Err(Refusal::of_field(name, "it is not printable ASCII"))
    }
}

/// Checks an optional integer, which must be in this range: `SupportTopic` or `MaxMemberCount` \[IG\].
pub(crate) fn integer(
    name: &str,
    found: Option<Value>,
    allowed: RangeInclusive<u32>,
) -> Result<Option<u32>, Refusal> {
    let Some(found) = found else { return Ok(None) };
    let number = found
        .as_u64()
        .ok_or_else(|| wrong_type(name, "an integer", &found))?;
    match u32::try_from(number) {
        Ok(number) if allowed.contains(&number) => Ok(Some(number)),
        _ => {
            let (least, greatest) = (allowed.start(), allowed.end());
            let fault = format!("{least} to {greatest} allowed, {number} found");
            Err(Refusal::of_field(name, &fault))
        }
    }
}

/// Checks `AppDefinedData`: a list of at most 10 objects with `Key` and `Value` \[IG\]. A key must not occur twice (our
/// decision).
pub(crate) fn app_defined_data(
    found: Option<Value>,
    differences: &Differences,
) -> Result<Vec<AppDefined>, Refusal> {
    const NAME: &str = "AppDefinedData";
    let items = match found {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(Refusal::of_field(NAME, "an array of objects needed")),
    };
    if items.len() > APP_DEFINED_MAX {
        let fault = format!("at most {APP_DEFINED_MAX} allowed, {} found", items.len());
        return Err(Refusal::of_field(NAME, &fault));
    }
    let mut entries: Vec<AppDefined> = Vec::new();
    for mut item in items {
        let Some(item) = item.as_object_mut() else {
            return Err(Refusal::of_field(NAME, "an array of objects needed"));
        };
        let text = |documented| differences.text(documented);
        let key = text(APP_DEFINED_KEY).required(item.remove("Key"))?;
        let value = text(APP_DEFINED_VALUE).required(item.remove("Value"))?;
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !key.bytes().all(is_word) {
            let fault = "a Key has only letters, digits and underscores";
            return Err(Refusal::of_field(NAME, fault));
        }
        if entries.iter().any(|entry| entry.key == key) {
            return Err(Refusal::of_field(NAME, "a Key occurs twice"));
        }
        entries.push(AppDefined { key, value });
    }
    Ok(entries)
}

/// Checks `CreateTime`: Unix seconds that fit in 32 bits.
pub(crate) fn create_time(found: Option<Value>) -> Result<Option<u32>, Refusal> {
    let Some(found) = found else { return Ok(None) };
    let seconds = found
        .as_u64()
        .ok_or_else(|| wrong_type("CreateTime", "an integer", &found))?;
    u32::try_from(seconds)
        .map(Some)
        .map_err(|_| Refusal::of_field("CreateTime", "Unix seconds go to 4294967295"))
}

/// Checks a list of texts: `TopicIdList` or `ResponseFilter` \[T\], `GroupIdList` or `GroupBaseInfoFilter` \[GI\]. Its
/// length is not checked here: only that of `GroupIdList` is limited by a document.
pub(crate) fn texts(name: &str, found: Option<Value>) -> Result<Option<Vec<String>>, Refusal> {
    match found {
        None => Ok(None),
        Some(Value::Array(items)) => {
            let texts = items.into_iter().map(|item| text(name, item));
            texts.collect::<Result<_, _>>().map(Some)
        }
        Some(_) => Err(Refusal::of_field(name, "an array of strings needed")),
    }
}

fn text(name: &str, found: Value) -> Result<String, Refusal> {
    match found {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(name, "a string", &other)),
    }
}

pub(crate) fn missing(name: &str) -> Refusal {
    Refusal::of_field(name, "required, but missing")
}

fn wrong_type(name: &str, wanted: &str, found: &Value) -> Refusal {
    Refusal::of_field(name, &format!("{wanted} needed, {} found", kind(found)))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        Value::Number(number) if number.is_u64() => "an integer",
        Value::Number(number) if number.is_i64() => "a negative integer",
        Value::Number(_) => "a number that is not a 64-bit integer",
    }
}

fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::service::limits::{CUSTOM_STRING, FACE_URL, INTRODUCTION, NOTIFICATION, TOPIC_NAME};

    const GROUP: &str = "@TGS#_@TGS#cBZXAIIM62CV";

    fn group_id(found: impl Into<Option<Value>>) -> Result<String, Refusal> {
        super::group_id(found.into(), &Differences::default())
    }

    fn topic_id(
        found: impl Into<Option<Value>>,
        group_id: &str,
    ) -> Result<Option<String>, Refusal> {
        super::topic_id(found.into(), group_id, &Differences::default())
    }

    fn account(found: impl Into<Option<Value>>) -> Result<Option<Account>, Refusal> {
        super::account(found.into(), &Differences::default())
    }

    fn user_id(found: impl Into<Option<Value>>) -> Result<String, Refusal> {
        super::user_id(FROM_ACCOUNT, found.into(), &Differences::default())
    }

    fn text(text: impl Into<String>) -> Value {
        Value::String(text.into())
    }

    fn info<T>(result: Result<T, Refusal>) -> String {
        match result {
            Ok(_) => "taken".into(),
            Err(refusal) => format!("{} {}", refusal.code, refusal.info),
        }
    }

    #[test]
    fn every_text_is_taken_to_its_edge_and_not_past_it() {
        for field in [
            TOPIC_NAME,
            CUSTOM_STRING,
            FACE_URL,
            NOTIFICATION,
            INTRODUCTION,
        ] {
            let (name, max) = (field.name, field.max);
            for edge in ["a".repeat(max), "字".repeat(max / 3) + &"a".repeat(max % 3)] {
                assert_eq!(
                    info(field.optional(Some(text(edge.clone())))),
                    "taken",
                    "{name}"
                );
                assert_eq!(
                    info(field.optional(Some(text(edge + "b")))),
                    format!(
                        "10004 invalid {name}: at most {max} bytes allowed, {} found",
                        max + 1
                    )
                );
            }
        }
    }

    #[test]
    fn only_a_name_must_not_be_empty() {
        assert_eq!(
            info(TOPIC_NAME.required(Some(text("")))),
            "10004 invalid TopicName: at least 1 byte needed, 0 found"
        );
        for field in [CUSTOM_STRING, FACE_URL, NOTIFICATION, INTRODUCTION] {
            assert_eq!(
                info(field.optional(Some(text("")))),
                "taken",
                "{}",
                field.name
            );
        }
    }

    #[test]
    fn what_is_required_must_be_there_and_text() {
        assert_eq!(
            info(TOPIC_NAME.required(None)),
            "10004 invalid TopicName: required, but missing"
        );
        assert_eq!(
            info(TOPIC_NAME.required(Some(json!(1)))),
            "10004 invalid TopicName: a string needed, an integer found"
        );
        assert_eq!(
            info(INTRODUCTION.optional(Some(Value::Null))),
            "10004 invalid Introduction: a string needed, null found"
        );
        assert_eq!(
            info(group_id(None)),
            "10004 invalid GroupId: required, but missing"
        );
    }

    #[test]
    fn a_type_is_community_or_absent() {
        assert!(check_type(None).is_ok());
        assert!(check_type(Some(text("Community"))).is_ok());
        for other in [text("community"), text("Public"), text(""), json!(1)] {
            assert!(info(check_type(Some(other))).starts_with("10004 invalid Type"));
        }
    }

    #[test]
    fn a_group_id_is_printable_ascii_after_its_mark_in_48_bytes() {
        let edge = format!("@TGS#_{}", "x".repeat(42));
        assert_eq!(info(group_id(text(GROUP))), "taken");
        assert_eq!(info(group_id(text(edge.clone()))), "taken");
        assert_eq!(
            info(group_id(text(edge + "x"))),
            "10015 invalid GroupId: at most 48 bytes allowed, 49 found"
        );
        assert_eq!(info(group_id(text("@TGS#_ ~"))), "taken");
        for bad in [
            "",
            "@TGS#x",
            "x@TGS#_x",
            "@TGS#_ä",
            "@TGS#_\u{7f}",
            "@TGS#_\n",
        ] {
            assert!(info(group_id(text(bad))).starts_with("10015 "), "{bad:?}");
        }
    }

    #[test]
    fn a_topic_id_is_its_groups_id_a_mark_and_its_own_part_in_96_bytes() {
        let of = |own: &str| topic_id(text(format!("{GROUP}@TOPIC#_{own}")), GROUP);
        let edge = "x".repeat(96 - GROUP.len() - TOPIC_MARK.len());
        assert_eq!(info(of("a")), "taken");
        for good in [
            " @TOPIC~#_",
            "@TOPIC#",
            "@TOPIC#cX",
            "a@TOPIC#",
            "@TOPIC#_b",
            "a@TGS#b",
        ] {
            assert_eq!(info(of(good)), "taken", "{good}");
        }
        assert_eq!(info(of(&edge)), "taken");
        assert_eq!(
            info(of(&(edge + "x"))),
            "10004 invalid TopicId: at most 96 bytes allowed, 97 found"
        );
        for bad in [
            "",
            "ä",
            "a\t",
            "a@TGS#_",
            "@TOPIC#_@TOPIC#",
            "a@TOPIC#_@TOPIC#b",
        ] {
            assert!(
                info(of(bad)).starts_with("10004 invalid TopicId"),
                "{bad:?}"
            );
        }
        for foreign in [
            "",
            "a",
            "@TGS#_other@TOPIC#_a",
            GROUP,
            "@TGS#_@TGS#cBZXAIIM62CV@TOPIC#a",
        ] {
            assert!(
                info(topic_id(text(foreign), GROUP)).starts_with("10004 invalid TopicId"),
                "{foreign}"
            );
        }
        assert_eq!(topic_id(None, GROUP), Ok(None));
    }

    #[test]
    fn an_importing_account_is_a_number_or_a_user_id() {
        assert_eq!(account(None), Ok(None));
        assert_eq!(
            account(json!(u64::MAX)),
            Ok(Some(Account::Number(u64::MAX)))
        );
        assert_eq!(
            account(text("1400187352")),
            Ok(Some(Account::Text("1400187352".into())))
        );
        assert_eq!(info(account(text("x".repeat(32)))), "taken");
        for bad in [text("x".repeat(33)), text(""), text("ä"), Value::Null] {
            assert!(info(account(bad)).starts_with("10004 invalid From_Account"));
        }
    }

    #[test]
    fn a_reading_account_is_text() {
        assert_eq!(info(user_id(text("admin"))), "taken");
        assert!(info(user_id(json!(1))).starts_with("60015 "));
        assert!(info(user_id(None)).starts_with("10004 "));
    }

    #[test]
    fn a_create_time_is_unix_seconds_in_32_bits() {
        assert_eq!(create_time(None), Ok(None));
        assert_eq!(create_time(Some(json!(0))), Ok(Some(0)));
        assert_eq!(create_time(Some(json!(u32::MAX))), Ok(Some(u32::MAX)));
        for bad in [
            json!(4_294_967_296_u64),
            json!(1_448_357_837_000_u64),
            text("1448357837"),
            json!(-1),
        ] {
            assert!(info(create_time(Some(bad))).starts_with("10004 invalid CreateTime"));
        }
    }

    #[test]
    fn a_number_is_taken_within_its_bounds() {
        let members = |found: Value| integer("MaxMemberCount", Some(found), 1..=100_000);
        assert_eq!(integer("MaxMemberCount", None, 1..=2), Ok(None));
        for edge in [1, 100_000] {
            assert_eq!(members(json!(edge)), Ok(Some(edge)));
        }
        for bad in [
            json!(0),
            json!(100_001),
            json!(u64::MAX),
            json!("7"),
            json!(-1),
            json!(1.0),
        ] {
            assert!(info(members(bad)).starts_with("10004 invalid MaxMemberCount"));
        }
    }

    #[test]
    fn every_kind_of_value_is_told_apart() {
        for (json, named) in [
            (r#""text""#, "a string"),
            ("0", "an integer"),
            ("18446744073709551615", "an integer"),
            ("-1", "a negative integer"),
            (
                "18446744073709551616",
                "a number that is not a 64-bit integer",
            ),
            ("1.0", "a number that is not a 64-bit integer"),
            ("true", "a boolean"),
            ("null", "null"),
            (r#"["a", {"b": [1]}]"#, "an array"),
            (r#"{"a": [1, {"b": null}]}"#, "an object"),
        ] {
            assert_eq!(kind(&serde_json::from_str(json).unwrap()), named, "{json}");
        }
    }
}
