//! What a request may hold, to the byte, and what is said about what it may not.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use topic_import_core::{
    Command, CreateTime, CustomString, DraftAccount, FaceUrl, Field, Found, GetTopic, GroupId,
    GroupType, ImportTopic, Introduction, Limit, Notification, Rule, TopicDraft, TopicId,
    TopicName, UserId, Violation, Violations,
};

use crate::support::{GROUP, TOPIC, cases};

const GROUP_ID_FORM: &str = "printable ASCII that starts with `@TGS#_`";
const TOPIC_ID_FORM: &str = "`{GroupId}@TOPIC#_{custom}`, the custom part printable ASCII, not empty, without `@TGS#_` and `@TOPIC#_@TOPIC#`, and not beginning with `@TOPIC#`";
const USER_ID_FORM: &str = "a user ID: 1 to 32 bytes of printable ASCII";

/// A character of every width in UTF-8, the first and the last of each and one between.
const CHARS: [(usize, [char; 3]); 4] = [
    (1, ['\0', 'a', '\u{7f}']),
    (2, ['\u{80}', 'é', '\u{7ff}']),
    (3, ['\u{800}', '汉', '\u{ffff}']),
    (4, ['\u{10000}', '😀', '\u{10ffff}']),
];

/// A text field that takes any characters.
#[derive(Debug)]
struct TextField {
    field: Field,
    max: usize,
    parse: fn(String) -> Result<String, Violations>,
    set: fn(&mut TopicDraft, String),
}

const TEXT_FIELDS: [TextField; 5] = [
    TextField {
        field: Field::TopicName,
        max: 30,
        parse: |text| TopicName::parse(text).map(TopicName::into_string),
        set: |draft, text| draft.topic_name = Some(text),
    },
    TextField {
        field: Field::CustomString,
        max: 3000,
        parse: |text| CustomString::parse(text).map(CustomString::into_string),
        set: |draft, text| draft.custom_string = Some(text),
    },
    TextField {
        field: Field::FaceUrl,
        max: 100,
        parse: |text| FaceUrl::parse(text).map(FaceUrl::into_string),
        set: |draft, text| draft.face_url = Some(text),
    },
    TextField {
        field: Field::Notification,
        max: 300,
        parse: |text| Notification::parse(text).map(Notification::into_string),
        set: |draft, text| draft.notification = Some(text),
    },
    TextField {
        field: Field::Introduction,
        max: 240,
        parse: |text| Introduction::parse(text).map(Introduction::into_string),
        set: |draft, text| draft.introduction = Some(text),
    },
];

/// A violation with all that it says.
type Said = (Field, Rule, Option<Limit>, Found);

fn said(violation: &Violation) -> Said {
    let Violation {
        field,
        rule,
        limit,
        found,
        ..
    } = violation.clone();
    (field, rule, limit, found)
}

fn all_said(violations: &Violations) -> Vec<Said> {
    violations.iter().map(said).collect()
}

fn too_long(field: Field, max: usize, found: usize) -> Said {
    let limit = Some(Limit::Bytes { max });
    (field, Rule::MaxBytes, limit, Found::Bytes(found))
}

fn misshapen(field: Field, form: &'static str, found: &str) -> Said {
    let limit = Some(Limit::Form { form });
    (field, Rule::Format, limit, Found::Text(found.into()))
}

fn of_other_group(group: &str, found: &str) -> Said {
    let prefix = format!("{group}@TOPIC#_");
    let limit = Some(Limit::Prefix { prefix });
    (
        Field::TopicId,
        Rule::OtherGroup,
        limit,
        Found::Text(found.into()),
    )
}

fn empty(field: Field) -> Said {
    (field, Rule::Required, None, Found::Text(String::new()))
}

fn missing(field: Field) -> Said {
    (field, Rule::Required, None, Found::Missing)
}

fn out_of_range(found: i64) -> Said {
    let limit = Some(Limit::UnixSeconds {
        min: 0,
        max: 4_294_967_295,
    });
    (Field::CreateTime, Rule::Range, limit, Found::Number(found))
}

/// As many of `char` as fit into `bytes`, and `filler` for the rest: exactly `bytes` long.
fn text_of(bytes: usize, char: char, filler: &str) -> String {
    let width = char.len_utf8();
    let mut text = String::from(char).repeat(bytes / width);
    text.push_str(&filler.repeat(bytes % width));
    text
}

fn violations_of(draft: TopicDraft) -> Vec<Said> {
    all_said(&draft.validate().unwrap_err())
}

fn draft() -> TopicDraft {
    TopicDraft::new(GROUP, "Welcome")
}

#[test]
fn a_text_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() {
    for TextField {
        field, max, parse, ..
    } in TEXT_FIELDS
    {
        for char in CHARS.into_iter().flat_map(|(_, chars)| chars) {
            let longest = text_of(max, char, "x");
            assert_eq!(longest.len(), max);
            assert_eq!(parse(longest.clone()), Ok(longest), "{field}");

            let violations = parse(text_of(max + 1, char, "x")).unwrap_err();
            assert_eq!(all_said(&violations), [too_long(field, max, max + 1)]);
        }
    }
}

#[test]
fn bytes_are_counted_where_whole_characters_jump_over_the_limit() {
    for TextField {
        field, max, parse, ..
    } in TEXT_FIELDS
    {
        for (width, chars) in CHARS {
            for char in chars {
                let fitting = String::from(char).repeat(max / width);
                assert_eq!(parse(fitting.clone()), Ok(fitting.clone()), "{field}");

                let one_more = fitting + &String::from(char);
                let bytes = (max / width + 1) * width;
                let violations = parse(one_more).unwrap_err();
                assert_eq!(all_said(&violations), [too_long(field, max, bytes)]);
            }
        }
    }
}

#[test]
fn an_optional_text_may_be_empty_and_a_name_may_not() {
    for TextField { field, parse, .. } in TEXT_FIELDS {
        match parse(String::new()) {
            Ok(text) => assert!(field != Field::TopicName && text.is_empty()),
            Err(violations) => assert_eq!(all_said(&violations), [empty(Field::TopicName)]),
        }
    }
    assert_eq!(TopicName::parse("n").unwrap().as_str(), "n");
}

#[test]
fn the_table_of_limits_is_the_protocols() {
    let texts = TEXT_FIELDS.map(|text| (text.field, Some(text.max)));
    let others = [
        (Field::GroupId, Some(48)),
        (Field::TopicId, Some(96)),
        (Field::FromAccount, Some(32)),
        (Field::Type, None),
        (Field::CreateTime, None),
    ];
    for (field, max) in texts.into_iter().chain(others) {
        assert_eq!(field.spec().max_bytes, max, "{field}");
        let is_required = matches!(field, Field::GroupId | Field::TopicName);
        let by = field.spec().required_by;
        assert_eq!(by.contains(&Command::IMPORT_TOPIC), is_required, "{field}");
    }
    let names = Field::ALL.map(Field::name);
    let in_the_specification = [
        "Type",
        "GroupId",
        "TopicId",
        "TopicName",
        "From_Account",
        "CustomString",
        "FaceUrl",
        "Notification",
        "Introduction",
        "CreateTime",
    ];
    assert_eq!(names, in_the_specification);
}

#[test]
fn a_group_id_is_printable_ascii_of_at_most_48_bytes() {
    let id_of = |bytes: usize| format!("@TGS#_{}", "g".repeat(bytes - 6));
    for good in ["@TGS#_", "@TGS#_ ~", "@TGS#_@TGS#cBZXAIIM62CV", &id_of(48)] {
        assert_eq!(GroupId::parse(good).unwrap().as_str(), good);
    }
    let violations = GroupId::parse(id_of(49)).unwrap_err();
    assert_eq!(all_said(&violations), [too_long(Field::GroupId, 48, 49)]);
    assert_eq!(
        all_said(&GroupId::parse("").unwrap_err()),
        [empty(Field::GroupId)]
    );
    for bad in [
        "g",
        "@TGS#",
        "@tgs#_a",
        " @TGS#_a",
        "@TGS#_\u{1f}",
        "@TGS#_\u{7f}",
        "@TGS#_é",
    ] {
        let violations = GroupId::parse(bad).unwrap_err();
        let expected = misshapen(Field::GroupId, GROUP_ID_FORM, bad);
        assert_eq!(all_said(&violations), [expected]);
    }
}

#[test]
fn an_id_with_wide_characters_breaks_the_form_and_past_the_limit_the_length_too() {
    for (width, chars) in &CHARS[1..] {
        for char in chars {
            let fitting = text_of(42, *char, "x");
            let id = format!("@TGS#_{fitting}");
            assert_eq!(id.len(), 48);
            let form = misshapen(Field::GroupId, GROUP_ID_FORM, &id);
            assert_eq!(all_said(&GroupId::parse(id).unwrap_err()), [form]);

            let id = format!("@TGS#_{fitting}{char}");
            let length = too_long(Field::GroupId, 48, 48 + width);
            let form = misshapen(Field::GroupId, GROUP_ID_FORM, &id);
            assert_eq!(all_said(&GroupId::parse(id).unwrap_err()), [length, form]);
        }
    }
}

#[test]
fn a_topic_id_is_its_group_and_a_custom_part_of_at_most_96_bytes() {
    let id_of = |bytes: usize| format!("{GROUP}@TOPIC#_{}", "t".repeat(bytes - GROUP.len() - 8));
    for good in [
        TOPIC,
        "@TGS#_a@TOPIC#_ ",
        "@TGS#_a@TOPIC#__@TOPIC",
        "@TGS#_a@TOPIC#_b@TOPIC#",
        "@TGS#_a@TOPIC#_b@TOPIC#c",
        "@TGS#_a@TOPIC#_b@TOPIC#_",
        "@TGS#_a@TOPIC#_b@TOPIC#_c",
        "@TGS#_a@TOPIC#_@TGS#c",
        &id_of(96),
    ] {
        assert_eq!(TopicId::parse(good).unwrap().as_str(), good);
    }
    let violations = TopicId::parse(id_of(97)).unwrap_err();
    assert_eq!(all_said(&violations), [too_long(Field::TopicId, 96, 97)]);
    for bad in [
        "",
        "@TOPIC#_a",
        "a@TOPIC#_b",
        "@TGS#_a@TOPIC#_",
        "@TGS#_a@topic#_b",
        "@TGS#_a@TOPIC#b",
        "@TGS#_a@TOPIC#_b@TGS#_",
        "@TGS#_a@TOPIC#_b@TOPIC#_@TOPIC#c",
        "@TGS#_a@TOPIC#_@TOPIC#",
        "@TGS#_a@TOPIC#_@TOPIC#c5CCCIIM62CW",
        "@TGS#_a@TOPIC#_\n",
        "@TGS#_a@TOPIC#_汉",
    ] {
        let violations = TopicId::parse(bad).unwrap_err();
        let expected = misshapen(Field::TopicId, TOPIC_ID_FORM, bad);
        assert_eq!(all_said(&violations), [expected], "{bad}");
    }
}

#[test]
fn a_topic_id_of_another_group_is_refused_however_long_it_is() {
    let other = "@TGS#_hillside@TOPIC#_welcome";
    let form = of_other_group(GROUP, other);
    let foreign = draft().topic_id(other);
    let form = [form];
    assert_eq!(violations_of(foreign), form);

    let request = ImportTopic::new(
        GroupId::parse(GROUP).unwrap(),
        TopicName::parse("n").unwrap(),
    );
    let refused = request.with_topic_id(TopicId::parse(other).unwrap());
    assert_eq!(all_said(&refused.unwrap_err()), form);

    let long = format!("@TGS#_hillside@TOPIC#_{}", "t".repeat(75));
    let mut long_as_well = draft();
    long_as_well.topic_id = Some(long.clone());
    assert_eq!(
        violations_of(long_as_well),
        [
            too_long(Field::TopicId, 96, 97),
            of_other_group(GROUP, &long),
        ]
    );
}

#[test]
fn a_topic_id_is_read_as_one_of_the_rows_own_group() {
    // Where a group's ID contains the separator, the same text is an ID of one group and of no other.
    let id = "@TGS#_a@TOPIC#_b@TOPIC#_c";
    let in_group = |group: &str, id: &str| {
        let mut draft = TopicDraft::new(group, "n");
        draft.topic_id = Some(id.into());
        draft.validate()
    };
    for group in ["@TGS#_a", "@TGS#_a@TOPIC#_b"] {
        let topic = in_group(group, id).unwrap();
        assert_eq!(topic.topic_id().unwrap().as_str(), id, "{group}");
    }
    for group in ["@TGS#_", "@TGS#_b", "@TGS#_a@TOPIC"] {
        let violations = in_group(group, id).unwrap_err();
        assert_eq!(
            all_said(&violations),
            [of_other_group(group, id)],
            "{group}"
        );
    }
    for id in ["@TGS#_a@TOPIC#_", "@TGS#_a@TOPIC#_@TOPIC#_c", "welcome"] {
        let violations = in_group("@TGS#_a", id).unwrap_err();
        let expected = misshapen(Field::TopicId, TOPIC_ID_FORM, id);
        assert_eq!(all_said(&violations), [expected], "{id}");
    }
}

#[test]
fn an_id_is_made_of_a_group_and_a_custom_part() {
    let group = GroupId::parse("@TGS#_a@TOPIC#_@TOPIC#z").unwrap();
    let id = TopicId::of(&group, "995431b337a1aba08190-2").unwrap();
    assert_eq!(
        id.as_str(),
        format!("{group}@TOPIC#_995431b337a1aba08190-2")
    );
    for custom in ["", "@TOPIC#c", "a@TGS#_b", "a@TOPIC#_@TOPIC#b", "é"] {
        let violations = TopicId::of(&group, custom).unwrap_err();
        let expected = misshapen(
            Field::TopicId,
            TOPIC_ID_FORM,
            &format!("{group}@TOPIC#_{custom}"),
        );
        assert_eq!(all_said(&violations), [expected], "{custom}");
    }
}

#[test]
fn a_user_id_is_1_to_32_bytes_of_printable_ascii() {
    for good in ["~", " ", "0", &"u".repeat(32)] {
        assert_eq!(UserId::parse(good).unwrap().as_str(), good);
    }
    let violations = UserId::parse("u".repeat(33)).unwrap_err();
    assert_eq!(
        all_said(&violations),
        [too_long(Field::FromAccount, 32, 33)]
    );
    for bad in ["", "\u{1f}", "\u{7f}", "é", "用户"] {
        let expected = misshapen(Field::FromAccount, USER_ID_FORM, bad);
        assert_eq!(all_said(&UserId::parse(bad).unwrap_err()), [expected]);
    }
    let wide = "汉".repeat(11);
    let expected = [
        too_long(Field::FromAccount, 32, 33),
        misshapen(Field::FromAccount, USER_ID_FORM, &wide),
    ];
    assert_eq!(all_said(&UserId::parse(wide).unwrap_err()), expected);
}

#[test]
fn a_creation_time_is_unix_seconds_of_32_bits() {
    for good in [0, 1, 1_448_357_837, 4_294_967_295] {
        let time = CreateTime::parse(good).unwrap();
        assert_eq!(i64::from(time.unix_seconds()), good);
    }
    for bad in [i64::MIN, -1, 4_294_967_296, 1_448_357_837_000, i64::MAX] {
        let violations = CreateTime::parse(bad).unwrap_err();
        assert_eq!(all_said(&violations), [out_of_range(bad)]);
    }
}

#[test]
fn community_is_the_only_group_type() {
    assert_eq!(GroupType::parse("Community"), Ok(GroupType::Community));
    for bad in [
        "",
        "community",
        "Community ",
        "Private",
        "Public",
        "ChatRoom",
        "AVChatRoom",
    ] {
        let expected = misshapen(Field::Type, "only `Community`", bad);
        assert_eq!(all_said(&GroupType::parse(bad).unwrap_err()), [expected]);
    }
}

#[test]
fn an_empty_draft_misses_exactly_what_is_required() {
    let expected = [missing(Field::GroupId), missing(Field::TopicName)];
    assert_eq!(violations_of(TopicDraft::default()), expected);
}

#[test]
fn what_was_found_is_cut_at_a_character() {
    let violations = GroupType::parse(&"汉".repeat(1000)).unwrap_err();
    let expected = misshapen(Field::Type, "only `Community`", &"汉".repeat(170));
    assert_eq!(all_said(&violations), [expected]);
}

#[test]
fn a_violation_reads_as_what_is_wrong_and_how_to_mend_it() {
    let mut wrong = draft();
    wrong.group_id = Some(String::new());
    wrong.topic_name = None;
    wrong.face_url = Some("f".repeat(103));
    wrong.create_time = Some(1_448_357_837_000);
    assert_eq!(
        wrong.validate().unwrap_err().to_string(),
        "GroupId: is empty, and required: give it a value; \
         TopicName: is missing, and required: add it; \
         FaceUrl: is 103 bytes long, 3 over the limit of 100 (UTF-8: a Chinese character takes 3): shorten it; \
         CreateTime: is 1448357837000: it must be from 0 to 4294967295; if these are milliseconds, divide by 1000"
    );
}

#[test]
fn only_a_time_that_is_right_in_milliseconds_is_taken_for_one() {
    for (number, is_so) in [
        (1_448_357_837_000, true),
        (4_294_967_295_999, true),
        (4_294_967_296_000, false),
        (i64::MAX, false),
        (-1, false),
        (-1_000, false),
    ] {
        let said = CreateTime::parse(number).unwrap_err().to_string();
        assert_eq!(said.contains("milliseconds"), is_so, "{said}");
    }
}

#[test]
fn a_time_before_1970_is_told_by_its_seconds() {
    for (before, seconds) in [(500, -1), (1_000, -1), (5_000, -5)] {
        let time = SystemTime::UNIX_EPOCH - Duration::from_millis(before);
        let violations = CreateTime::parse(time).unwrap_err();
        assert_eq!(all_said(&violations), [out_of_range(seconds)]);
    }
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
    assert_eq!(CreateTime::parse(time).unwrap().unix_seconds(), 1);
}

#[test]
fn a_list_that_is_empty_or_too_long_says_how_long_it_may_be() {
    let group = GroupId::parse(GROUP).unwrap();
    assert_eq!(
        GetTopic::of(group, Vec::new()).unwrap_err().to_string(),
        "TopicIdList: has 0 items: it must have 1 to 50"
    );
}

#[test]
fn a_rule_has_the_same_name_in_a_report_and_in_json() {
    for rule in [
        Rule::Required,
        Rule::MaxBytes,
        Rule::Format,
        Rule::OtherGroup,
        Rule::Range,
        Rule::Count,
        Rule::Duplicate,
    ] {
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.as_str());
    }
}

/// Things that can be wrong in a draft, in the order of the fields; each with what is to be said of it.
type Flaw = (fn(&mut TopicDraft), fn() -> Vec<Said>);

const FLAWS: [Flaw; 10] = [
    (
        |draft| draft.group_type = Some("Public".into()),
        || vec![misshapen(Field::Type, "only `Community`", "Public")],
    ),
    (
        |draft| draft.group_id = Some("g".repeat(49)),
        || {
            vec![
                too_long(Field::GroupId, 48, 49),
                misshapen(Field::GroupId, GROUP_ID_FORM, &"g".repeat(49)),
            ]
        },
    ),
    (
        |draft| draft.topic_id = Some("welcome".into()),
        || vec![misshapen(Field::TopicId, TOPIC_ID_FORM, "welcome")],
    ),
    (
        |draft| draft.topic_name = Some("汉".repeat(11)),
        || vec![too_long(Field::TopicName, 30, 33)],
    ),
    (
        |draft| draft.from_account = Some(DraftAccount::Text(String::new())),
        || vec![misshapen(Field::FromAccount, USER_ID_FORM, "")],
    ),
    (
        |draft| draft.custom_string = Some("😀".repeat(751)),
        || vec![too_long(Field::CustomString, 3000, 3004)],
    ),
    (
        |draft| draft.face_url = Some("é".repeat(51)),
        || vec![too_long(Field::FaceUrl, 100, 102)],
    ),
    (
        |draft| draft.notification = Some("n".repeat(301)),
        || vec![too_long(Field::Notification, 300, 301)],
    ),
    (
        |draft| draft.introduction = Some("😀".repeat(61)),
        || vec![too_long(Field::Introduction, 240, 244)],
    ),
    (
        |draft| draft.create_time = Some(-1),
        || vec![out_of_range(-1)],
    ),
];

fn any_text_field() -> impl Strategy<Value = &'static TextField> {
    (0..TEXT_FIELDS.len()).prop_map(|position| {
        const FIELDS: &[TextField] = &TEXT_FIELDS;
        &FIELDS[position]
    })
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn all_violations_come_at_once(flawed in any::<[bool; FLAWS.len()]>()) {
        let mut draft = draft();
        let mut expected = Vec::new();
        for ((spoil, said), _) in FLAWS.into_iter().zip(flawed).filter(|(_, flawed)| *flawed) {
            spoil(&mut draft);
            expected.extend(said());
        }
        let said = draft.validate().map_or_else(|violations| all_said(&violations), |_| Vec::new());
        prop_assert_eq!(said, expected);
    }

    #[test]
    fn any_text_is_taken_as_it_is_or_its_bytes_are_counted(
        field in any_text_field(),
        beginning in any::<String>(),
        excess in -8_isize..8,
        char in any::<char>(),
    ) {
        let TextField { field, max, parse, set } = field;
        let room = max.saturating_add_signed(excess).saturating_sub(beginning.len());
        let text = beginning + &text_of(room, char, "x");
        let bytes = text.len();
        prop_assume!(bytes > 0);

        let mut draft = draft();
        set(&mut draft, text.clone());
        if bytes <= *max {
            prop_assert_eq!(parse(text.clone()), Ok(text));
            prop_assert!(draft.validate().is_ok());
        } else {
            let expected = [too_long(*field, *max, bytes)];
            prop_assert_eq!(all_said(&parse(text).unwrap_err()), &expected);
            prop_assert_eq!(violations_of(draft), &expected);
        }
    }
}
