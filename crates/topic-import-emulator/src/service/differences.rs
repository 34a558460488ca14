use std::collections::BTreeMap;

use serde_json::Value;

use crate::service::answer::Answer;
use crate::service::body;
use crate::service::code;
use crate::service::difference::{Difference, Kind};
use crate::service::limits::Text;
use crate::service::refusal::Refusal;

/// All points in which an emulator differs from the documents; none by default.
#[derive(Debug, Default)]
pub(crate) struct Differences(Vec<Difference>);

impl Differences {
    pub(crate) fn add(&mut self, difference: Difference) {
        self.0.push(difference);
    }

    /// The limits of a text field, given the documented ones.
    pub(crate) fn text(&self, documented: Text) -> Text {
        self.last(|kind| match kind {
            Kind::MaxBytes { field, bytes } if field == documented.name => Some(bytes),
            _ => None,
        })
        .map_or(documented, |max| Text { max, ..documented })
    }

    pub(crate) fn check_ids(&self, found: usize) -> Result<(), Refusal> {
        let max = self.last(|kind| match kind {
            Kind::MaxIds(max) => Some(max),
            _ => None,
        });
        match max {
            Some(max) if found > max => Err(Refusal::of_field(
                "TopicIdList",
                &format!("at most {max} IDs allowed, {found} found"),
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn takes_account_numbers(&self) -> bool {
        !self.has(Kind::TextAccounts)
    }

    /// Refuses a body with fields other than these, if unknown fields are not to be ignored.
    pub(crate) fn check_fields(&self, body: &[u8], known: &[&str]) -> Result<(), Refusal> {
        if !self.has(Kind::StrictFields) {
            return Ok(());
        }
        let fields: BTreeMap<String, Value> = body::parse(body)?;
        match fields.keys().find(|field| !known.contains(&&***field)) {
            Some(unknown) => Err(Refusal::of_field(unknown, "there is no such field")),
            None => Ok(()),
        }
    }

    pub(crate) fn check_path(&self, path: &str) -> Result<(), Refusal> {
        let service = path
            .strip_prefix("/v4/")
            .and_then(|rest| rest.split('/').next());
        let is_missing = |Difference(kind): &Difference| matches!(*kind, Kind::WithoutService(missing) if Some(missing) == service);
        if self.0.iter().any(is_missing) {
            return Err(Refusal::new(
                code::NO_SUCH_RESOURCE,
                "there is no such service",
            ));
        }
        Ok(())
    }

    /// Applies these differences to an answer.
    pub(crate) fn alter(&self, mut answer: Answer) -> Answer {
        for Difference(kind) in &self.0 {
            let fields = &mut answer.fields;
            match *kind {
                Kind::Code {
                    documented,
                    answered,
                } => {
                    if answer.code == documented {
                        answer.code = answered;
                    }
                    edit(fields, "ErrorCode", &|code| {
                        if *code == documented {
                            *code = answered.into();
                        }
                    });
                }
                Kind::Hide(field) => edit(fields, "TopicInfo", &|topic| {
                    if let Value::Object(topic) = topic {
                        topic.remove(field);
                    }
                }),
                Kind::ShutUpAllFlag => edit(fields, "TopicInfo", &|topic| {
                    if let Value::Object(topic) = topic
                        && let Some(flag) = topic.remove("MuteAllMember")
                    {
                        topic.insert("ShutUpAllFlag".into(), flag);
                    }
                }),
                Kind::OmitMissing => edit(fields, "TopicAndSelfInfo", &|items| {
                    if let Value::Array(items) = items {
                        items.retain(|item| item["ErrorCode"] == code::OK);
                    }
                }),
                _ => {}
            }
        }
        answer
    }

    fn has(&self, kind: Kind) -> bool {
        self.0.contains(&Difference(kind))
    }

    fn last<T>(&self, pick: impl Fn(Kind) -> Option<T>) -> Option<T> {
        self.0.iter().rev().find_map(|Difference(kind)| pick(*kind))
    }
}

/// Changes every value under this key, at any depth.
fn edit(json: &mut Value, key: &str, change: &impl Fn(&mut Value)) {
    match json {
        Value::Object(entries) => {
            for (of, value) in entries {
                if of == key {
                    change(value);
                }
                edit(value, key, change);
            }
        }
        Value::Array(items) => {
            for item in items {
                edit(item, key, change);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::service::limits;

    fn differences(texts: &[&str]) -> Differences {
        Differences(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn a_field_has_its_documented_limit_unless_told_otherwise() {
        let raised = differences(&["max-bytes:TopicName=31", "max-bytes:TopicName=100"]);
        assert_eq!(raised.text(limits::TOPIC_NAME).max, 100);
        assert_eq!(raised.text(limits::FACE_URL).max, 100);
        assert_eq!(raised.text(limits::INTRODUCTION).max, 240);
    }

    #[test]
    fn a_code_is_replaced_in_the_envelope_and_in_items() {
        let answer = Answer::success(
            "",
            json!({"Items": [{"ErrorCode": 110_003}, {"ErrorCode": 1}]}),
        );
        let answer = differences(&["code:110003=110002"]).alter(answer);
        let json: Value = serde_json::from_slice(&answer.to_json()).unwrap();
        assert_eq!((answer.code, &json["ErrorCode"]), (0, &json!(0)));
        assert_eq!(
            json["Items"],
            json!([{"ErrorCode": 110_002}, {"ErrorCode": 1}])
        );

        let refusal = Answer::from(Refusal::new(10021, "in use"));
        let answer = differences(&["code:10021=10004"]).alter(refusal);
        let json: Value = serde_json::from_slice(&answer.to_json()).unwrap();
        assert_eq!((answer.code, &json["ErrorCode"]), (10004, &json!(10004)));
    }

    #[test]
    fn a_hidden_field_is_missing_from_topics_alone() {
        let topic = json!({"TopicId": "a", "TopicName": "b"});
        let answer = Answer::success("", json!({"TopicId": "a", "Items": [{"TopicInfo": topic}]}));
        let answer = differences(&["hide:TopicId"]).alter(answer);
        let json: Value = serde_json::from_slice(&answer.to_json()).unwrap();
        assert_eq!(json["TopicId"], "a");
        assert_eq!(json["Items"], json!([{"TopicInfo": {"TopicName": "b"}}]));
    }

    #[test]
    fn what_get_topic_shows_is_as_told() {
        let there = json!({"ErrorCode": 0, "TopicInfo": {"TopicId": "a", "MuteAllMember": "Off"}});
        let missing = json!({"ErrorCode": 10010, "TopicInfo": {"TopicId": "b"}});
        let answer = || Answer::success("ok", json!({"TopicAndSelfInfo": [there, missing]}));
        let altered = |told: &[&str]| -> Value {
            let answer = differences(told).alter(answer());
            serde_json::from_slice::<Value>(&answer.to_json()).unwrap()["TopicAndSelfInfo"].take()
        };
        assert_eq!(altered(&["omit-missing"]), json!([there]));
        let older = json!({"TopicId": "a", "ShutUpAllFlag": "Off"});
        assert_eq!(
            altered(&["shut-up-all-flag"]),
            json!([{"ErrorCode": 0, "TopicInfo": older}, missing])
        );
    }

    #[test]
    fn unknown_fields_and_missing_services_are_refused_where_told() {
        let body = br#"{"a": 1, "b": [null]}"#;
        let strict = differences(&["strict-fields"]);
        assert_eq!(strict.check_fields(body, &["b", "a"]), Ok(()));
        let refusal = strict.check_fields(body, &["a"]).unwrap_err();
        assert_eq!(refusal.info, "invalid b: there is no such field");
        assert_eq!(Differences::default().check_fields(body, &[]), Ok(()));

        let without = differences(&["without-service:group_open_http_svc"]);
        let path = "/v4/group_open_http_svc/import_topic";
        assert_eq!(without.check_path(path).unwrap_err().code, 60009);
        let path = "/v4/million_group_open_http_svc/import_topic";
        assert_eq!(without.check_path(path), Ok(()));
    }
}
