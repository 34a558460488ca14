//! Rows in documents of JSON: lists, and answers and pages of an API.

use serde_json::Value;
use topic_import_bulk::input::{Format, Mappings, RowSettings};
use topic_import_core::GroupId;

use crate::choices::Choices;
use crate::sound::{json, outcomes, read, read_soundly};

pub(crate) fn run(input: &[u8]) {
    const MAPPINGS: [&[&str]; 4] = [
        &[],
        &[],
        &["TopicName=.name", "GroupId=\"@TGS#_a\""],
        &[
            "TopicName=.name // .title",
            "CustomString=del(.members) | tojson",
            "CreateTime=.created",
        ],
    ];
    let places = [
        None,
        None,
        None,
        Some("."),
        Some(".rooms"),
        Some(".data.*.items[]"),
    ];
    let mut choices = Choices::new(input);
    let mut settings = RowSettings::default();
    let mappings = choices
        .of(&MAPPINGS)
        .iter()
        .map(|text| text.parse().unwrap());
    settings.mappings = Mappings::new(mappings).unwrap();
    settings.rows_at = choices.of(&places).map(|place| place.parse().unwrap());
    let chosen = choices.byte();
    settings.group_id = (chosen & 1 > 0).then(|| GroupId::parse("@TGS#_a").unwrap());
    let bytes = choices.rest();
    read_soundly(&Format::Json, &settings, bytes);

    // Mappings are compiled for each reading, which takes longer than all else.
    let is_compared = settings.mappings.is_empty() || chosen & 2 > 0;
    let Some(value) = json(bytes).filter(|_| is_compared) else {
        return;
    };
    let rows = |text: String| {
        let (rows, end) = read(&Format::Json, &settings, text.as_bytes()).unwrap();
        (outcomes(&rows), end.has_more_pages, end.problems.len())
    };
    // White space means nothing.
    let plain = rows(value.to_string());
    assert_eq!(rows(format!("{value:#}")), plain, "{value}");
    assert_eq!(rows(format!("\u{feff}\r\n{value}\r\n")), plain, "{value}");

    // A list of rows is what its items are on lines of their own.
    if let Value::Array(items) = &value
        && settings.rows_at.is_none()
        && !items.is_empty()
        && items.iter().all(Value::is_object)
    {
        let lines: Vec<String> = items.iter().map(ToString::to_string).collect();
        let (rows, _) = read(&Format::Jsonl, &settings, lines.join("\n").as_bytes()).unwrap();
        assert_eq!(plain.0, outcomes(&rows), "{value}");
        assert_eq!(plain.0.len(), items.len(), "{value}");
    }
}
