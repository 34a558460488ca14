//! What people read from a journal with SQLite's own tools.

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::support::{GROUP, JournalFile, Trial, json_row, lines, named_row, topic_id};

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

#[test]
fn the_view_report_has_every_row_and_where_it_is() {
    let trial = Trial::with_faults("code10004@2,delay-60s@4")
        .one_at_a_time()
        .draining_for(Duration::from_millis(50));
    let file = JournalFile::new();
    let service_names_it = json_row(r#""Introduction":"i""#);
    let rows = [
        service_names_it,
        named_row("refused"),
        "{}".into(),
        named_row("there"),
        named_row("called"),
    ];
    let journal = trial.load(&file, &lines(rows));
    trial.run_until(&journal, trial.called_times(4));

    let connection = Connection::open(file.path()).unwrap();
    let mut select = connection
        .prepare(
            "SELECT number, line, state, GroupId, TopicId, TopicName, code, coalesce(said, cause) IS NOT NULL, since IS NOT NULL \
             FROM report ORDER BY number",
        )
        .unwrap();
    let rows: Vec<Vec<Value>> = select
        .query_map([], |row| (0..9).map(|column| row.get(column)).collect())
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();

    let id_of_the_service = trial
        .emulator
        .state()
        .topics()
        .into_iter()
        .find_map(|topic| {
            topic
                .topic_id
                .contains("@TOPIC#c")
                .then_some(topic.topic_id)
        });
    let row = |number: i64, state: &str, id: String, code: Option<i64>, is_over: bool| {
        vec![
            Value::Integer(number),
            Value::Integer(number),
            text(state),
            text(GROUP),
            text(id),
            text("x"),
            code.map_or(Value::Null, Value::Integer),
            Value::Integer(code.is_some().into()),
            Value::Integer(is_over.into()),
        ]
    };
    let invalid = vec![
        Value::Integer(3),
        Value::Integer(3),
        text("rejected"),
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Integer(1),
        Value::Integer(1),
    ];
    let expected = [
        row(1, "imported", id_of_the_service.unwrap(), None, true),
        row(2, "rejected", topic_id("refused"), Some(10004), true),
        invalid,
        row(4, "imported", topic_id("there"), None, true),
        row(5, "in_flight", topic_id("called"), None, false),
    ];
    assert_eq!(rows, expected);
}
