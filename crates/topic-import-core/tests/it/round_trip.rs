//! Nothing is lost or changed between a draft, the request and its JSON.

use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use topic_import_core::{Call, DraftAccount, ImportTopic, TopicDraft};

use crate::support::{Driver, GROUP, cases, created, session};

/// What a text field may hold and a careless writer of JSON would spoil.
fn any_char() -> impl Strategy<Value = char> {
    prop_oneof![
        any::<char>(),
        prop::char::range('\0', '\u{1f}'),
        prop::sample::select(vec![
            '"', '\\', '/', '\u{7f}', '\u{80}', '\u{2028}', '\u{feff}', '😀', '\u{fffd}',
        ]),
    ]
}

fn text(min_bytes: usize, max_bytes: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(any_char(), min_bytes..=max_bytes.min(400)).prop_map(move |chars| {
        let mut text = String::new();
        for char in chars {
            if text.len() + char.len_utf8() > max_bytes {
                break;
            }
            text.push(char);
        }
        text
    })
}

fn printable(bytes: core::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::char::range(' ', '~'), bytes)
        .prop_map(|chars| chars.into_iter().collect())
}

fn account() -> impl Strategy<Value = DraftAccount> {
    prop_oneof![
        any::<u64>().prop_map(DraftAccount::Number),
        printable(1..=32).prop_map(DraftAccount::Text),
        Just(DraftAccount::Text("18446744073709551615".into())),
    ]
}

fn valid_draft() -> impl Strategy<Value = TopicDraft> {
    let ids = (printable(0..=42), option::of(printable(1..=40)));
    let texts = (
        text(1, 30),
        option::of(text(0, 3000)),
        option::of(text(0, 100)),
        option::of(text(0, 300)),
        option::of(text(0, 240)),
    );
    let others = (
        any::<bool>(),
        option::of(account()),
        option::of(0..=i64::from(u32::MAX)),
    );
    (ids, texts, others)
        .prop_map(|((group, custom), texts, (typed, account, time))| {
            let group = format!("@TGS#_{group}");
            let custom =
                custom.filter(|text| !text.contains("@TOPIC#") && !text.contains("@TGS#_"));
            let mut draft = TopicDraft::new(group.as_str(), texts.0);
            draft.group_type = typed.then(|| "Community".into());
            draft.topic_id = custom.map(|custom| format!("{group}@TOPIC#_{custom}"));
            draft.custom_string = texts.1;
            draft.face_url = texts.2;
            draft.notification = texts.3;
            draft.introduction = texts.4;
            draft.from_account = account;
            draft.create_time = time;
            draft
        })
        .prop_filter("a name is not empty", |draft| {
            draft.topic_name.as_deref() != Some("")
        })
}

/// The JSON of a draft, put together by hand from the specification's names.
fn expected_json(draft: &TopicDraft) -> Value {
    let text = |value: &Option<String>| value.as_ref().map(|text| json!(text));
    let account = draft.from_account.as_ref().map(|account| match account {
        DraftAccount::Number(number) => json!(number),
        DraftAccount::Text(text) => json!(text),
    });
    let fields = [
        ("Type", text(&draft.group_type)),
        ("GroupId", text(&draft.group_id)),
        ("TopicId", text(&draft.topic_id)),
        ("TopicName", text(&draft.topic_name)),
        ("From_Account", account),
        ("CustomString", text(&draft.custom_string)),
        ("FaceUrl", text(&draft.face_url)),
        ("Notification", text(&draft.notification)),
        ("Introduction", text(&draft.introduction)),
        ("CreateTime", draft.create_time.map(|time| json!(time))),
    ];
    let present = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

/// The body that a call sends.
fn sent_body(request: ImportTopic) -> Vec<u8> {
    let run = Driver::new(session()).run(Call::new(request), |request| {
        let sent: Value = serde_json::from_slice(&request.body).unwrap();
        created(sent["TopicId"].as_str().unwrap_or("@TGS#_a@TOPIC#_b"))
    });
    run.sent[0].body.clone()
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn a_valid_draft_survives_request_and_json(draft in valid_draft()) {
        let request = draft.clone().validate().unwrap();
        prop_assert_eq!(TopicDraft::from(request.clone()), draft.clone());

        let json = serde_json::to_string(&request).unwrap();
        let read: TopicDraft = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &draft);
        prop_assert_eq!(read.validate(), Ok(request.clone()));
        prop_assert_eq!(serde_json::to_string(&draft).unwrap(), json.as_str());
        prop_assert_eq!(sent_body(request), json.into_bytes());
    }

    #[test]
    fn the_json_holds_the_fields_that_are_there_and_no_others(draft in valid_draft()) {
        let expected = expected_json(&draft);
        prop_assert_eq!(serde_json::to_value(draft.validate().unwrap()).unwrap(), expected);
    }
}

#[test]
fn an_account_stays_the_number_or_the_text_that_it_was() {
    for (account, written) in [
        (DraftAccount::Number(0), "0"),
        (DraftAccount::Number(u64::MAX), "18446744073709551615"),
        (DraftAccount::Text("7".into()), r#""7""#),
        (DraftAccount::Text(r#"a"b\c"#.into()), r#""a\"b\\c""#),
    ] {
        let mut draft = TopicDraft::new(GROUP, "n");
        draft.from_account = Some(account);
        let json = serde_json::to_string(&draft.validate().unwrap()).unwrap();
        let expected =
            format!(r#"{{"GroupId":"{GROUP}","TopicName":"n","From_Account":{written}}}"#);
        assert_eq!(json, expected);
    }
}

#[test]
fn control_characters_are_escaped_as_json_escapes_them() {
    let request = TopicDraft::new(GROUP, "\0\u{1}\t\n\"\\\u{7f}😀").validate();
    let json = serde_json::to_string(&request.unwrap()).unwrap();
    let name = r#""\u0000\u0001\t\n\"\\"#.to_owned() + "\u{7f}😀\"";
    assert_eq!(
        json,
        format!(r#"{{"GroupId":"{GROUP}","TopicName":{name}}}"#)
    );
}

#[test]
fn null_is_absent_and_never_written() {
    let written = r#"{"Type":null,"GroupId":"@TGS#_a","TopicId":null,"TopicName":"n","From_Account":null,
        "CustomString":null,"FaceUrl":null,"Notification":null,"Introduction":null,"CreateTime":null}"#;
    let draft: TopicDraft = serde_json::from_str(written).unwrap();
    assert_eq!(draft, TopicDraft::new("@TGS#_a", "n"));
    let json = serde_json::to_string(&draft).unwrap();
    assert_eq!(json, r#"{"GroupId":"@TGS#_a","TopicName":"n"}"#);
}

#[test]
fn what_is_no_draft_is_not_read_as_one() {
    for (text, complaint) in [
        (r#"{"TopicNmae":"n"}"#, "unknown field `TopicNmae`"),
        (r#"{"topicname":"n"}"#, "unknown field `topicname`"),
        (
            r#"{"TopicName":"n","TopicName":"m"}"#,
            "duplicate field `TopicName`",
        ),
        (r#"{"TopicName":1}"#, "invalid type: integer `1`"),
        (
            r#"{"CreateTime":1448357837.0}"#,
            "invalid type: floating point",
        ),
        (r#"{"CreateTime":"1448357837"}"#, "invalid type: string"),
        (r#"{"From_Account":-1}"#, "expected an account"),
        (
            r#"{"From_Account":18446744073709551616}"#,
            "expected an account",
        ),
        (r#"{"From_Account":7.0}"#, "expected an account"),
    ] {
        let error = serde_json::from_str::<TopicDraft>(text)
            .map_or_else(|error| error.to_string(), |draft| format!("{draft:?}"));
        assert!(error.contains(complaint), "{text} gives: {error}");
    }
}
