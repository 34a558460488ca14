//! Rows of any other shape, by saying where the fields are.

use std::borrow::Borrow;

use topic_import_bulk::check::{CheckReport, check};
use topic_import_bulk::input::{Format, Groups, Input, Mappings, RowSettings};

use crate::support::{GROUP, export, read_with};

fn settings(mappings: &[&str]) -> RowSettings {
    let mut settings = RowSettings::default();
    settings.group_id = Some(GROUP.parse().unwrap());
    settings.mappings = Mappings::new(mappings.iter().map(|text| text.parse().unwrap())).unwrap();
    settings
}

fn report(settings: RowSettings, format: impl Borrow<Format>, text: &str) -> CheckReport {
    check(&Input::bytes(
        text.as_bytes(),
        format.borrow().clone(),
        settings,
    ))
    .unwrap()
}

fn messages(settings: RowSettings, format: impl Borrow<Format>, text: &str) -> Vec<String> {
    let problems = report(settings, format, text).problems;
    problems.iter().map(ToString::to_string).collect()
}

fn bodies(
    settings: RowSettings,
    format: impl Borrow<Format>,
    text: &str,
) -> Vec<serde_json::Value> {
    let rows = read_with(settings, format, text).into_iter();
    rows.map(|row| serde_json::to_value(row.topic.unwrap()).unwrap())
        .collect()
}

const MAPPINGS: [&str; 4] = [
    "TopicName=.names[0]",
    "CreateTime=.made",
    "CustomString=.more",
    "FaceUrl=.[\"avatar url\"]",
];

const LINES: &str = r#"{"names": ["a", "b"], "made": 1460742065123, "more": {"x": [1]}, "avatar url": "u", "Introduction": "i", "TopicName": 7, "FaceUrl": {}}
{"names": [12], "made": "2016-04-15T17:41:05Z", "extra": {}}
"#;

fn expected() -> [serde_json::Value; 2] {
    [
        serde_json::json!({"GroupId": GROUP, "TopicName": "a", "CreateTime": 1_460_742_065, "CustomString": "{\"x\":[1]}", "FaceUrl": "u", "Introduction": "i"}),
        serde_json::json!({"GroupId": GROUP, "TopicName": "12", "CreateTime": 1_460_742_065}),
    ]
}

#[test]
fn fields_are_found_anywhere_in_a_row_and_what_is_no_field_does_not_matter() {
    assert_eq!(
        bodies(settings(&MAPPINGS), Format::Jsonl, LINES),
        expected()
    );
    let list = format!("[{}]", LINES.trim_end().replace('\n', ",\n"));
    assert_eq!(bodies(settings(&MAPPINGS), Format::Json, &list), expected());
}

#[test]
fn a_field_of_the_api_that_is_not_mapped_is_still_checked() {
    assert_eq!(
        messages(
            settings(&["TopicName=.name"]),
            Format::Jsonl,
            r#"{"name": "a", "Introduction": 7, "GroupId": "g"}"#
        )
        .len(),
        2
    );
}

#[test]
fn columns_of_csv_go_by_their_names() {
    let text = "Channel Name,made,other.thing,From_Account\na,1460742065000,x,7\nb,,\"y\",\n";
    let mappings = [
        "TopicName=Channel Name",
        "Introduction=Channel Name",
        "CreateTime=.made",
        "Notification=.other.thing",
    ];
    assert_eq!(
        bodies(settings(&mappings), Format::Csv, text),
        [
            serde_json::json!({"GroupId": GROUP, "TopicName": "a", "Introduction": "a", "CreateTime": 1_460_742_065, "Notification": "x", "From_Account": "7"}),
            serde_json::json!({"GroupId": GROUP, "TopicName": "b", "Introduction": "b", "Notification": "y"}),
        ]
    );
    // A field's own column no longer counts where the field is mapped.
    let text = "TopicName,title\nslug,Title\n";
    let body = &bodies(settings(&["TopicName=title"]), Format::Csv, text)[0];
    assert_eq!(body["TopicName"], "Title");
    // Two columns for one field contradict each other.
    let text = "title,title\na,b\n";
    let report = report(settings(&["TopicName=title"]), Format::Csv, text);
    assert!(report.header_is_bad);
    assert_eq!(
        report.problems[0].to_string(),
        "1: TopicName: is given twice: keep one"
    );
}

#[test]
fn a_cell_that_a_spreadsheet_rounded_is_noticed_in_every_expression() {
    let rounded = |field: &str, line: u64| {
        format!(
            "{line}: {field}: is \"1.40019E+11\", a number that a spreadsheet has rounded: format the column as text there, restore the digits, and save the file again"
        )
    };
    let text = "name,account,owner,made\na,1.40019E+11,bo,1.40019E+11\nb,,cy,7\n1.40019E+11,dee,1.40019E+11,\n";
    let found = |mappings: &[&str]| messages(settings(mappings), Format::Csv, text);
    assert_eq!(
        found(&[
            "TopicName=\"x\"",
            "From_Account=.account // .owner",
            "CreateTime=.made"
        ]),
        [rounded("CreateTime", 2), rounded("From_Account", 2)]
    );
    // What an expression makes of it is no better.
    assert_eq!(
        found(&[
            "TopicName=\"\\(.name) of \\(.owner)\"",
            "CreateTime=.made | tonumber?"
        ]),
        [rounded("CreateTime", 2), rounded("TopicName", 4)]
    );
    // Where it is not taken, it does not matter.
    assert_eq!(
        found(&[
            "TopicName=\"x\"",
            "From_Account=if .account then .name else \"-\" end"
        ]),
        [rounded("From_Account", 4)]
    );
    let error = "name,account\na,#NAME?\n";
    assert_eq!(
        messages(
            settings(&["TopicName=.name", "From_Account=.account // 1"]),
            Format::Csv,
            error
        ),
        [
            "2: From_Account: is #NAME?, the error value of a spreadsheet: write what should be there instead"
        ]
    );
}

#[test]
fn a_path_that_finds_nothing_anywhere_spoils_every_row() {
    let mappings = ["TopicName=.name", "Introduction=.about.text"];
    let problem = "1: Introduction: no row has anything at `.about.text`: correct the path";
    for (format, text) in [
        (
            Format::Jsonl,
            "{\"name\":\"a\"}\n{\"name\":\"b\",\"about\":null}\n",
        ),
        (
            Format::Json,
            "[{\"name\":\"a\"},{\"name\":\"b\",\"about\":\"text\"}]",
        ),
        (Format::Csv, "name\na\nb\n"),
        (
            export("slack"),
            "[{\"id\":\"C1\",\"name\":\"a\"}, {\"id\":\"C2\",\"name\":\"b\"}]",
        ),
    ] {
        let report = report(settings(&mappings), &format, text);
        assert!(report.header_is_bad);
        assert_eq!((report.rows, report.invalid), (2, 2));
        assert_eq!(messages(settings(&mappings), format, text), [problem]);
    }
    // What is there and empty is there.
    let text = "{\"name\":\"a\",\"about\":{\"text\":null}}";
    assert!(messages(settings(&mappings), Format::Jsonl, text).is_empty());
    assert!(messages(settings(&mappings), Format::Jsonl, "").is_empty());
}

#[test]
fn a_mapping_overrides_what_an_export_would_give() {
    let text = r#"{"type":"channel","channel":{"team":"t","name":"slug","display_name":"Shown","header":"a &amp; b","props":{"about":"x\r\ny"}}}"#;
    let mappings = [
        "TopicName=.name",
        "Introduction=.props.about",
        "CustomString=.props",
    ];
    assert_eq!(
        bodies(settings(&mappings), export("mattermost"), text),
        [serde_json::json!({
            "GroupId": GROUP, "TopicName": "slug", "Notification": "a &amp; b", "Introduction": "x\ny",
            "CustomString": "{\"about\":\"x\\r\\ny\"}",
        })]
    );
    // What the mapping passes by cannot be a problem.
    let text = r#"[{"id":"C1","name":["x"],"title":"a &amp; b","created":[]}]"#;
    let mappings = ["TopicName=.title", "CreateTime=.at"];
    let text_with_time = text.replace("[]", "[],\"at\":5");
    let body = &bodies(settings(&mappings), export("slack"), &text_with_time)[0];
    assert_eq!(
        (&body["TopicName"], &body["CreateTime"]),
        (&"a & b".into(), &5.into())
    );
}

#[test]
fn a_mapped_group_may_be_looked_up() {
    let mut listed = settings(&["GroupId=.room.id", "TopicName=.name"]);
    listed.group_id = None;
    listed.groups = Some(Groups::read(&b"7,@TGS#_seven\n"[..]).unwrap());
    let text = r#"{"name":"a","room":{"id":7}}"#;
    assert_eq!(
        bodies(listed.clone(), Format::Jsonl, text)[0]["GroupId"],
        "@TGS#_seven"
    );
    let text = "{\"name\":\"b\",\"room\":{\"id\":8}}\n{\"name\":\"c\"}";
    assert_eq!(
        messages(listed, Format::Jsonl, text),
        [
            "1: GroupId: the source \"8\" is not in the list of groups: add it",
            "2: GroupId: the row does not name its source",
        ]
    );
}

#[test]
fn a_list_of_rows_needs_no_mapping() {
    let text = r#"[ {"GroupId": "@TGS#_a", "TopicName": "x"},
        {"TopicName": "y", "Topic": 1, "TopicName": "z"} ]"#;
    let settings = RowSettings::default();
    assert_eq!(
        messages(settings, Format::Json, text),
        [
            "2: row 2: Topic: is no field of import_topic: did you mean `TopicId`?",
            "2: row 2: TopicName: is given twice: keep one",
            "2: row 2: GroupId: is missing, and required: add it",
        ]
    );
}

#[test]
fn the_list_of_rows_may_be_within_an_object() {
    let rooms = r#"[{"name":"a","tags":[{"x":1}]},{"name":"b"}]"#;
    let text = format!(
        r#"{{"ok":true,"features":["X"],"more":{{"list":[{{}}]}},"rooms":{rooms},"none":[]}}"#
    );
    let names = |text: &str| -> Vec<String> {
        let rows = read_with(settings(&["TopicName=.name"]), Format::Json, text);
        let topics = rows.into_iter().map(|row| row.topic.unwrap());
        topics.map(|topic| topic.topic_name.to_string()).collect()
    };
    assert_eq!(names(&text), ["a", "b"]);
    assert_eq!(names(rooms), ["a", "b"]);
    assert!(names("{\"rooms\":[]}").is_empty());
    // People and messages are never guessed to be the rows.
    let text =
        r#"{"users":[{"name":"ann"}],"data":{"rooms":[{"name":"a"}]},"messages":[{"name":"x"}]}"#;
    assert_eq!(names(text), ["a"]);
    let report = report(settings(&["TopicName=.name"]), Format::Json, text);
    assert_eq!(
        report.places.into_iter().collect::<Vec<_>>(),
        [(".data.rooms".to_owned(), 1)]
    );
    assert!(report.passed_over.iter().eq([".messages", ".users"]));
    let mut at_messages = settings(&["TopicName=.name"]);
    at_messages.rows_at = Some(".messages".parse().unwrap());
    assert_eq!(bodies(at_messages, Format::Json, text)[0]["TopicName"], "x");
    let mapped = || settings(&["TopicName=.name"]);
    assert_eq!(
        messages(
            mapped(),
            Format::Json,
            "{\"rooms\":[{\"name\":\"a\"}],\n\"events\":[{\"name\":\"x\"}]}"
        ),
        [
            "2: is a second list of objects, `.events`, beside `.rooms`: leave only the rows in the document"
        ]
    );
    assert_eq!(
        messages(mapped(), Format::Json, "{\"name\":\"a\"}"),
        ["1: is not a list of JSON objects, nor an object that holds one"]
    );
}

fn chosen(condition: &str, format: Format, text: &str) -> (Vec<String>, u64) {
    let mut settings = settings(&["TopicName=.name"]);
    settings.condition = Some(condition.parse().unwrap());
    let mut names = Vec::new();
    let end = Input::bytes(text.as_bytes(), format, settings)
        .each_row(|row| names.push(row.topic.unwrap().topic_name.to_string()))
        .unwrap();
    assert_eq!(end.problems, []);
    let left_out = end.left_out.counts().map(|(_, count)| count).sum();
    (names, left_out)
}

#[test]
fn rows_that_do_not_meet_a_condition_are_left_out_and_counted() {
    let lines = "{\"name\":\"a\",\"size\":3}\n{\"name\":\"b\",\"size\":1}\n{\"name\":\"c\"}\n";
    let list = format!("[{}]", lines.trim_end().replace('\n', ","));
    let of_slack = list.replace("{\"name\"", "{\"id\":\"C1\",\"name\"");
    for (format, text) in [
        (Format::Jsonl, lines),
        (Format::Json, &list),
        (export("slack"), &of_slack),
    ] {
        assert_eq!(
            chosen(".size > 2", format.clone(), text),
            (vec!["a".into()], 2)
        );
        assert_eq!(
            chosen("size", format, text),
            (vec!["a".into(), "b".into()], 1)
        );
    }
    let table = "name,size\na,3\nb,1\nc,\n";
    assert_eq!(
        chosen(".size == \"3\"", Format::Csv, table),
        (vec!["a".into()], 2)
    );
    assert_eq!(
        chosen("size", Format::Csv, table),
        (vec!["a".into(), "b".into()], 1)
    );
}

#[test]
fn an_expression_that_fails_is_a_problem_of_its_row() {
    let text =
        "{\"name\":{\"en\":\"a\"},\"tags\":[\"x\"]}\n{\"name\":\"b\",\"tags\":[\"x\",\"y\"]}\n";
    let mappings = ["TopicName=.name.en", "Introduction=.tags[]"];
    assert_eq!(
        messages(settings(&mappings), Format::Jsonl, text),
        [
            "2: TopicName: `.name.en`: cannot index \"b\" with \"en\"",
            "2: Introduction: `.tags[]`: gives several values, where one is wanted",
        ]
    );
    let text = text.lines().next().unwrap();
    let mappings = [
        "TopicName=.name.de // .name.en",
        "CustomString={tags, name}",
    ];
    let body = &bodies(settings(&mappings), Format::Jsonl, text)[0];
    assert_eq!(body["TopicName"], "a");
    assert_eq!(body["CustomString"], r#"{"tags":["x"],"name":{"en":"a"}}"#);
}
