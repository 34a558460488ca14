//! The table of beliefs. It leaves out what cannot be tested without harm: the quota, the security check and blocked
//! accounts. How many topics a community takes is tested only on request.

use std::num::NonZeroUsize;

use serde_json::{Value, json};
use topic_import_core::{Field, GROUP_ID_PREFIX, GetTopic, Service, TOPIC_ID_SEPARATOR};

use super::belief::{Belief, Expected, Fields, Import, TOPICS_PER_COMMUNITY, TopicIdForm, Trial};
use super::names::Names;

const TAKEN: Expected = Expected::Done("taken");
const INVALID: Expected = Expected::Refused(&[10004]);
const INVALID_GROUP: Expected = Expected::Refused(&[10015]);
/// 10025 is the code for an ID that the same owner already uses.
const IN_USE: Expected = Expected::Refused(&[10021, 10025]);
/// The code is answered if the account was not imported.
const TAKEN_IF_KNOWN: Expected = Expected::DoneOr("taken", 70107);

const TEXTS: [Field; 5] = [
    Field::TopicName,
    Field::CustomString,
    Field::FaceUrl,
    Field::Notification,
    Field::Introduction,
];

/// Limits in bytes that newer clients of the service have. They are larger than those in its documents.
const LIMITS_OF_NEWER_CLIENTS: [(Field, usize); 4] = [
    (Field::TopicName, 150),
    (Field::FaceUrl, 500),
    (Field::Notification, 400),
    (Field::Introduction, 400),
];

/// All beliefs, in the order in which they are tested. Filling the community comes late, because no topic can be
/// imported afterwards; the wrong signature comes last, because the account may be locked afterwards.
pub(crate) fn beliefs(names: &Names, fill_up_to: Option<NonZeroUsize>) -> Vec<Belief> {
    let mut beliefs = Vec::new();
    beliefs.extend(texts());
    beliefs.extend(limits_of_newer_clients());
    beliefs.extend(group_ids(names));
    beliefs.extend(topic_ids());
    beliefs.extend(accounts(names));
    beliefs.extend(other_fields());
    beliefs.extend(creation_times());
    beliefs.extend(calls());
    beliefs.extend(reading_and_destroying());
    beliefs.extend(fill_up_to.map(|topics| Belief {
        text: format!("a community takes {TOPICS_PER_COMMUNITY} topics"),
        source: "L",
        trial: Trial::Fill(topics.get()),
        expected: Expected::Done("full at 200"),
    }));
    beliefs.push(Belief {
        text: "a UserSig made with another key is refused".into(),
        source: "E",
        trial: Trial::WrongSignature,
        expected: Expected::Refused(&[70003, 70009]),
    });
    beliefs
}

/// The limit of a field in bytes, from the table that validates requests.
fn limit(field: Field) -> Option<(usize, &'static str)> {
    let spec = field.spec();
    Some((spec.max_bytes?, spec.source))
}

/// Each text field at its limit and one byte above it. The texts have fewer characters than bytes.
fn texts() -> impl Iterator<Item = Belief> {
    TEXTS.into_iter().flat_map(|field| {
        let limit = limit(field);
        limit.into_iter().flat_map(move |(max, source)| {
            let filled = |bytes| with(field.name(), text_of(field, bytes));
            [
                import(holds(field, max), source, TAKEN, filled(max)),
                import(refuses(field, max + 1), source, INVALID, filled(max + 1)),
            ]
        })
    })
}

fn limits_of_newer_clients() -> impl Iterator<Item = Belief> {
    LIMITS_OF_NEWER_CLIENTS
        .into_iter()
        .filter_map(|(field, bytes)| {
            let documented = limit(field).filter(|(max, _)| *max < bytes);
            documented.map(|(_, source)| {
                let text = text_of(field, bytes);
                import(
                    refuses(field, bytes),
                    source,
                    INVALID,
                    with(field.name(), text),
                )
            })
        })
}

fn holds(field: Field, bytes: usize) -> String {
    format!("{field} holds {bytes} bytes")
}

fn refuses(field: Field, bytes: usize) -> String {
    format!("{field} of {bytes} bytes is refused")
}

fn text_of(field: Field, bytes: usize) -> String {
    if field == Field::FaceUrl {
        return format!("{:a<bytes$}", "https://example.com/");
    }
    "题".repeat(bytes / 3) + &"a".repeat(bytes % 3)
}

fn group_ids(names: &Names) -> Vec<Belief> {
    let other = |start: &str| format!("{start}{}", names.own());
    let refused = |text: String, source, id: String| {
        import_as(
            text,
            source,
            INVALID_GROUP,
            TopicIdForm::Absent,
            with("GroupId", id),
        )
    };
    let mut beliefs = Vec::new();
    if let Some((max, source)) = limit(Field::GroupId) {
        let of = |bytes| format!("{:x<bytes$}", other(GROUP_ID_PREFIX));
        // Tested by reading, because an import might go into somebody's community.
        let fields = vec![("GroupId", Some(of(max).into())), ("TopicIdList", None)];
        beliefs.push(Belief {
            text: holds(Field::GroupId, max),
            source,
            trial: Trial::Get(fields),
            expected: Expected::DoneOr("answered", 10010),
        });
        beliefs.push(refused(
            refuses(Field::GroupId, max + 1),
            source,
            of(max + 1),
        ));
    }
    beliefs.extend([
        refused(
            format!("GroupId without {GROUP_ID_PREFIX} is refused"),
            "S, G",
            other("@TGS#"),
        ),
        refused(
            "GroupId beyond printable ASCII is refused".into(),
            "S, G",
            other(GROUP_ID_PREFIX) + "题",
        ),
        import_as(
            "GroupId is required",
            "S",
            INVALID,
            TopicIdForm::Absent,
            without("GroupId"),
        ),
    ]);
    beliefs
}

fn topic_ids() -> Vec<Belief> {
    let rule = |text: &str, expected, form| import_as(text, "G", expected, form, Vec::new());
    let mut beliefs = Vec::new();
    if let Some((max, source)) = limit(Field::TopicId) {
        let of = |text, expected, bytes| {
            import_as(
                text,
                source,
                expected,
                TopicIdForm::OfBytes(bytes),
                Vec::new(),
            )
        };
        beliefs.push(of(holds(Field::TopicId, max), TAKEN, max));
        beliefs.push(of(refuses(Field::TopicId, max + 1), INVALID, max + 1));
    }
    beliefs.extend([
        rule(
            "TopicId may be any printable ASCII",
            TAKEN,
            TopicIdForm::With(r#" !"%&+/:;<=>?@[\]^`{|}~"#),
        ),
        rule(
            "TopicId beyond printable ASCII is refused",
            INVALID,
            TopicIdForm::With("题"),
        ),
        rule(
            &format!("TopicId that ends in {TOPIC_ID_SEPARATOR} is refused"),
            INVALID,
            TopicIdForm::WithoutOwnPart,
        ),
        rule(
            &format!("TopicId with a further {GROUP_ID_PREFIX} is refused"),
            INVALID,
            TopicIdForm::With("@TGS#_a"),
        ),
        rule(
            "TopicId with @TOPIC#_@TOPIC# is refused",
            INVALID,
            TopicIdForm::With("@TOPIC#_@TOPIC#a"),
        ),
        rule(
            "TopicId may hold a further @TOPIC#",
            TAKEN,
            TopicIdForm::With("@TOPIC#a"),
        ),
        rule(
            "TopicId without its GroupId is refused",
            INVALID,
            TopicIdForm::WithoutGroup,
        ),
        rule(
            "TopicId of another group is refused",
            INVALID,
            TopicIdForm::OfOtherGroup,
        ),
        import_as(
            "without TopicId, the service assigns one",
            "S",
            TAKEN,
            TopicIdForm::Absent,
            Vec::new(),
        ),
    ]);
    beliefs
}

fn accounts(names: &Names) -> Vec<Belief> {
    let account = Field::FromAccount.name();
    let mut beliefs = vec![
        import(
            "From_Account may be a user ID as text",
            "T",
            TAKEN,
            with(account, names.admin().as_str()),
        ),
        import(
            "From_Account may be digits as text",
            "T",
            TAKEN_IF_KNOWN,
            with(account, "1000001"),
        ),
        import(
            "From_Account may be a number",
            "S",
            TAKEN_IF_KNOWN,
            with(account, 1_000_001),
        ),
    ];
    if let Some((max, _)) = limit(Field::FromAccount) {
        // The table of limits also names the documents about text and numbers, which say nothing about the length.
        let source = "E";
        let of = |bytes| with(account, format!("{:x<bytes$}", names.own()));
        beliefs.push(import(
            holds(Field::FromAccount, max),
            source,
            TAKEN_IF_KNOWN,
            of(max),
        ));
        beliefs.push(import(
            refuses(Field::FromAccount, max + 1),
            source,
            INVALID,
            of(max + 1),
        ));
    }
    beliefs
}

fn other_fields() -> Vec<Belief> {
    vec![
        import("TopicName is required", "S", INVALID, without("TopicName")),
        import(
            "an empty TopicName is refused",
            "decided",
            INVALID,
            with("TopicName", ""),
        ),
        import(
            "an empty text in an optional field is taken",
            "decided",
            TAKEN,
            with("Introduction", ""),
        ),
        import(
            "control characters are kept, NUL too",
            "decided",
            TAKEN,
            with("Introduction", "a\n\t\u{0}\u{1b}\u{7f}z"),
        ),
        import(
            "Type may be Community",
            "S",
            TAKEN,
            with("Type", "Community"),
        ),
        import(
            "Type Public is refused",
            "S",
            INVALID,
            with("Type", "Public"),
        ),
        import(
            "a field that no document names is ignored",
            "decided",
            TAKEN,
            with("ProbeField", json!({"Probe": [null, 1]})),
        ),
    ]
}

fn creation_times() -> Vec<Belief> {
    let at = |text: &str, source, expected, time: i64| {
        import(text, source, expected, with("CreateTime", time))
    };
    let last = i64::from(u32::MAX);
    vec![
        at(
            "CreateTime may be long past, and is kept",
            "S",
            TAKEN,
            1_448_357_837,
        ),
        at("CreateTime may be 0", "decided", TAKEN, 0),
        at(&format!("CreateTime may be {last}"), "decided", TAKEN, last),
        at(
            &format!("CreateTime {} is refused", last + 1),
            "decided",
            INVALID,
            last + 1,
        ),
        at("CreateTime -1 is refused", "decided", INVALID, -1),
        Belief {
            text: "without CreateTime, it is the request's time".into(),
            source: "S",
            trial: Trial::ImportNow,
            expected: TAKEN,
        },
    ]
}

fn calls() -> Vec<Belief> {
    let under = |service: Service, source| Belief {
        text: format!("{service} has import_topic"),
        source,
        trial: Trial::Import(Import {
            service: Some(service),
            ..Import::default()
        }),
        expected: TAKEN,
    };
    vec![
        under(Service::GroupOpenHttpSvc, "S"),
        under(Service::MillionGroupOpenHttpSvc, "C"),
        Belief {
            text: "a body that is not JSON is refused".into(),
            source: "E",
            trial: Trial::ImportText("{\"GroupId\": "),
            expected: Expected::Refused(&[60003]),
        },
        Belief {
            text: "a TopicId in use is refused, its topic kept".into(),
            source: "S",
            trial: Trial::ImportTaken,
            expected: IN_USE,
        },
    ]
}

fn reading_and_destroying() -> Vec<Belief> {
    let of = |text: &str, source, trial, expected| Belief {
        text: text.to_owned(),
        source,
        trial,
        expected,
    };
    let account = Field::FromAccount.name();
    vec![
        of(
            "get_topic shows every field as it was sent",
            "T",
            Trial::GetWhole,
            Expected::Done("shown"),
        ),
        of(
            "get_topic shows no topic that is not there",
            "T",
            Trial::GetMissing,
            Expected::Done("not shown"),
        ),
        of(
            &format!("get_topic takes {} IDs", GetTopic::MAX_IDS),
            "decided",
            Trial::GetMany(GetTopic::MAX_IDS),
            Expected::Done("shown"),
        ),
        of(
            "get_topic without IDs shows all topics",
            "T",
            Trial::GetAll,
            Expected::Done("shown"),
        ),
        of(
            "get_topic needs a From_Account",
            "T",
            Trial::Get(without(account)),
            INVALID,
        ),
        of(
            "get_topic refuses a number as From_Account",
            "E",
            Trial::Get(with(account, 1_000_001)),
            Expected::Refused(&[60015]),
        ),
        of(
            "a destroyed topic is not shown any more",
            "T",
            Trial::Destroy,
            Expected::Done("destroyed"),
        ),
        of(
            "a topic is not destroyed twice",
            "T",
            Trial::DestroyTwice,
            Expected::Refused(&[110_003]),
        ),
        of(
            "the ID of a destroyed topic is used up",
            "decided",
            Trial::ImportDestroyed,
            IN_USE,
        ),
    ]
}

fn import(
    text: impl Into<String>,
    source: &'static str,
    expected: Expected,
    fields: Fields,
) -> Belief {
    import_as(text, source, expected, TopicIdForm::Fresh, fields)
}

fn import_as(
    text: impl Into<String>,
    source: &'static str,
    expected: Expected,
    topic_id: TopicIdForm,
    fields: Fields,
) -> Belief {
    Belief {
        text: text.into(),
        source,
        trial: Trial::Import(Import {
            service: None,
            topic_id,
            fields,
        }),
        expected,
    }
}

fn with(field: &'static str, value: impl Into<Value>) -> Fields {
    vec![(field, Some(value.into()))]
}

fn without(field: &'static str) -> Fields {
    vec![(field, None)]
}
