//! Rows in documents of JSON: lists, and answers and pages of an API.

use std::sync::LazyLock;

use serde_json::Value;
use topic_import_bulk::input::{Format, Mappings, RowSettings};
use topic_import_core::GroupId;

use crate::choices::Choices;
use crate::sound::{json, mappings, outcomes, read, read_soundly};

static MAPPINGS: LazyLock<[Mappings; 4]> = LazyLock::new(|| {
    mappings([
        &[],
        &[],
        &["TopicName=.name", "GroupId=\"@TGS#_a\""],
        &[
            "TopicName=.name // .title",
            "CustomString=del(.members) | tojson",
            "CreateTime=.created",
        ],
    ])
});

pub(crate) fn run(input: &[u8]) {
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
    settings.mappings = choices.of(&*MAPPINGS);
    settings.rows_at = choices.of(&places).map(|place| place.parse().unwrap());
    let chosen = choices.byte();
    settings.group_id = (chosen & 1 > 0).then(|| GroupId::parse("@TGS#_a").unwrap());
    let bytes = choices.rest();
    read_soundly(&Format::Json, &settings, bytes);

    let Some(value) = json(bytes) else {
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
        && items.iter().all(Value::is_object)
        // Nothing but empty objects is no row, as is said of such a file.
        && items.iter().any(|item| item.as_object().is_some_and(|item| !item.is_empty()))
    {
        let lines: Vec<String> = items.iter().map(ToString::to_string).collect();
        let (rows, _) = read(&Format::Jsonl, &settings, lines.join("\n").as_bytes()).unwrap();
        assert_eq!(plain.0, outcomes(&rows), "{value}");
        assert_eq!(plain.0.len(), items.len(), "{value}");
    }
}
